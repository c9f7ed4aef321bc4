"""Whatever a log sends and in whatever order, a witness never cosigns two histories."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from priam.tlog.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from priam.tlog.keys import KeyPair
from priam.tlog.tree import Tree, leaf_hash
from priam.tlog.witness import MemoryStore, Request, Witness

ORIGIN = "a.example/log"
LOG = KeyPair(ORIGIN, "log", bytes([1]) * 32, bytes([1]) * 32)
EYE = KeyPair("w.example", "witness", bytes([2]) * 32, bytes([2]) * 32)
SIGN = LOG.signers(lambda: 1)[:1]
COSIGN = EYE.signers(lambda: 2)[:1]
LARGEST = 40


def tree(fork: int, lie: int) -> Tree:
    """A history that leaves the honest one at leaf ``fork``."""
    return Tree.from_hashes(
        b"".join(leaf_hash(b"%d %d" % (i, lie if i >= fork else 0)) for i in range(LARGEST))
    )


HISTORIES = [tree(LARGEST, 0), tree(3, 1), tree(17, 2), tree(0, 3)]
SIZES = st.integers(0, LARGEST)


class Log(RuleBasedStateMachine):
    """A log that may lie: it asks for cosignatures from several histories, with proofs of any."""

    def __init__(self) -> None:
        super().__init__()
        self.witness = Witness(COSIGN, {ORIGIN: LOG.verifiers()[:1]}, MemoryStore())
        self.cosigned: list[tuple[int, Tree]] = []

    @property
    def size(self) -> int:
        return self.cosigned[-1][0] if self.cosigned else 0

    @rule(history=st.sampled_from(HISTORIES), size=SIZES, old=SIZES)
    def any_request(self, history: Tree, size: int, old: int) -> None:
        self.send(history, history, size, old)

    @rule(history=st.sampled_from(HISTORIES), size=SIZES)
    def request_that_knows_the_state(self, history: Tree, size: int) -> None:
        self.send(history, history, size, self.size)

    @rule(history=st.sampled_from(HISTORIES), other=st.sampled_from(HISTORIES), size=SIZES)
    def proof_of_another_history(self, history: Tree, other: Tree, size: int) -> None:
        self.send(history, other, size, self.size)

    def send(self, history: Tree, proved: Tree, size: int, old: int) -> None:
        note = sign_checkpoint(Checkpoint(ORIGIN, size, history.root(size)), SIGN)
        proof = tuple(proved.consistency_proof(old, size)) if 0 < old <= size else ()
        before = self.size
        answer = self.witness.add_checkpoint(bytes(Request(old, proof, note)))
        if answer.status == 200:
            opened = open_checkpoint(str(note) + answer.body, EYE.verifiers()[:1])
            assert opened.checkpoint.size == size >= before == old
            self.cosigned.append((size, history))
        else:
            assert answer.status in {400, 409, 422}
            same = self.cosigned and self.cosigned[-1][1].root(before) == history.root(before)
            honest = (same or not before) and proved is history
            assert not (honest and old == before <= size)  # nothing right is refused

    @invariant()
    def one_history_only(self) -> None:
        for (size, history), (_, later) in zip(self.cosigned, self.cosigned[1:]):
            assert history.root(size) == later.root(size)

    @invariant()
    def proofs_against_the_log_hold(self) -> None:
        store = self.witness.store
        assert isinstance(store, MemoryStore)
        for proof in store.proofs:
            proof.verify(LOG.verifiers()[:1])


TestLog = Log.TestCase
TestLog.settings = settings(max_examples=40, stateful_step_count=25)
