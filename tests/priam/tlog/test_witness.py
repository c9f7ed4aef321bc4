"""The witness: every status of the specification, and that it cannot be rolled back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from priam.tlog.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from priam.tlog.keys import KeyPair
from priam.tlog.notes import Note
from priam.tlog.tree import EMPTY_ROOT, Tree, leaf_hash
from priam.tlog.witness import Answer, MemoryStore, Request, Witness, add_checkpoint

ORIGIN = "a.example/log"
LOG = KeyPair(ORIGIN, "log", bytes([1]) * 32, bytes([1]) * 32)
EYE = KeyPair("w.example", "witness", bytes([2]) * 32, bytes([2]) * 32)
TREE = Tree.from_hashes(b"".join(leaf_hash(b"%d" % i) for i in range(50)))
FAKE = Tree.from_hashes(b"".join(leaf_hash(b"f%d" % i) for i in range(50)))


def signed(size: int, tree: Tree = TREE, pair: KeyPair = LOG) -> Note:
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(size)), pair.signers(lambda: 1))


def request(old: int, size: int, tree: Tree = TREE) -> bytes:
    proof = tuple(tree.consistency_proof(old, size)) if 0 < old <= size else ()
    return bytes(Request(old, proof, signed(size, tree)))


@pytest.fixture
def witness() -> Witness:
    return Witness(EYE.signers(lambda: 2), {ORIGIN: LOG.verifiers()}, MemoryStore())


def test_growth_is_cosigned(witness: Witness) -> None:
    for old, size in [(0, 3), (3, 8), (8, 8), (8, 50)]:
        answer = witness.add_checkpoint(request(old, size))
        assert answer.status == 200
        note = str(signed(size)) + answer.body  # as the specification lets a client do
        opened = open_checkpoint(note, EYE.verifiers())
        assert len(opened.opened.verified) == 2


def test_sizes_that_do_not_match(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 8))
    for old, size in [(0, 20), (3, 20), (9, 20)]:
        answer = witness.add_checkpoint(request(old, size))
        assert (answer.status, answer.body, answer.content_type) == (409, "8\n", "text/x.tlog.size")
    assert witness.add_checkpoint(request(20, 8)).status == 400


def test_another_history_is_refused_and_kept_as_proof(witness: Witness) -> None:
    store = witness.store
    assert isinstance(store, MemoryStore)
    witness.add_checkpoint(request(0, 8))
    assert witness.add_checkpoint(request(8, 8, FAKE)).status == 409
    (proof,) = store.proofs
    proof.verify(LOG.verifiers())
    assert witness.add_checkpoint(request(8, 20, FAKE)).status == 422


def test_refusals_in_the_order_of_the_specification(witness: Witness) -> None:
    for body, status in [
        (b"", 400),
        (b"old 0\n", 400),
        (b"old 00\n\n" + bytes(signed(3)), 400),
        (b"old 0\n" + b"A" * 43 + b"=\n\n" + bytes(signed(3)), 422),
        (b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + bytes(signed(3)), 400),
        (bytes(Request(0, (), signed(3, pair=EYE))), 403),
    ]:
        assert witness.add_checkpoint(body).status == status
    stranger = KeyPair("b.example/log", "log", bytes(32), bytes(32))
    point = Checkpoint("b.example/log", 1, bytes(32))
    body = bytes(Request(0, (), sign_checkpoint(point, stranger.signers())))
    assert witness.add_checkpoint(body).status == 404
    assert witness.store.load(ORIGIN) is None


def test_an_empty_log_has_the_empty_root(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 0)).status == 200
    wrong = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG.signers())
    assert witness.add_checkpoint(bytes(Request(0, (), wrong))).status == 409
    assert Checkpoint(ORIGIN, 0, EMPTY_ROOT).root == TREE.root(0)


def test_foreign_lines_are_not_passed_on(witness: Witness) -> None:
    note = signed(3)
    other = KeyPair("x.example", "witness", bytes(32), bytes(32)).signers()
    witness.add_checkpoint(bytes(Request(0, (), sign_more(note, other))))
    stored = witness.store.load(ORIGIN) or ""
    assert "x.example" not in stored


def sign_more(note: Note, signers: object) -> Note:
    from priam.tlog import notes

    return notes.sign(note, signers)  # type: ignore[arg-type]


def test_the_decision_is_pure() -> None:
    state: dict[str, str] = {}
    answer = add_checkpoint(
        state, request(0, 3), logs={ORIGIN: LOG.verifiers()}, cosigners=EYE.signers()
    )
    assert (answer.status, state) == (200, {})
    assert answer.state is not None


class Racing(MemoryStore):
    """Before the first store, another request is answered to the end."""

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        if not hasattr(self, "raced"):
            self.raced = True
            rival = Witness(EYE.signers(), {ORIGIN: LOG.verifiers()}, self)
            assert rival.add_checkpoint(request(8, 50)).status == 200
        return super().replace(origin, before, after)


def test_a_race_cannot_roll_back() -> None:
    store = Racing()
    store.notes[ORIGIN] = str(signed(8))
    witness = Witness(EYE.signers(), {ORIGIN: LOG.verifiers()}, store)
    answer = witness.add_checkpoint(request(8, 20))
    assert (answer.status, answer.body) == (409, "50\n")
    assert parse_checkpoint(store.notes[ORIGIN])[0].size == 50


def test_many_at_once(witness: Witness) -> None:
    def push(size: int) -> Answer:
        answer = witness.add_checkpoint(request(0, size))
        while answer.status == 409:
            old = int(answer.body)
            if old >= size:
                break
            answer = witness.add_checkpoint(request(old, size))
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(push, range(1, 51)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert parse_checkpoint(witness.store.load(ORIGIN) or "")[0].size == 50
