"""No changed byte of a signed file is accepted, no parser raises another error than its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.tlog import notes
from priam.tlog.bundle import read_bundle, write_bundle
from priam.tlog.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from priam.tlog.dispute import verify_bundle
from priam.tlog.errors import LogError
from priam.tlog.keys import KeyPair, load_key, save_key
from priam.tlog.manifests import Reception, parse_reception, sign_document
from priam.tlog.notes import Note, VerifierKey
from priam.tlog.policy import (
    Group,
    Policy,
    PolicyLog,
    PolicyWitness,
    check_checkpoint,
    parse_policy,
)
from priam.tlog.prooffiles import ProofFile, parse_proof, verify_proof
from priam.tlog.splitview import Place, SplitView
from priam.tlog.tree import Tree, leaf_hash
from priam.tlog.witness import MemoryStore, Request, Witness, parse_request
from priam.tlog.witnesshttp import add_lines
from priam_office.handovers.cards import Card, open_card
from tests.priam.tlog.disputes import dispute, policy


def key(name: str, role: str, number: int) -> KeyPair:
    return KeyPair(name, role, bytes([number]) * 32, bytes([number]) * 32)


LOG = key("a.example/log", "log", 1)
WITNESS = key("w.example/witness", "witness", 2)
PERSON = key("a.example/office", "person", 3)
ENTRIES = [b"entry %d" % i for i in range(20)]
TREE = Tree.from_hashes(b"".join(map(leaf_hash, ENTRIES)))
CHECKPOINT = Checkpoint(LOG.name, TREE.size, TREE.root())
SIGNED = notes.sign(
    sign_checkpoint(CHECKPOINT, LOG.signers(lambda: 1749290531)),
    WITNESS.signers(lambda: 1749290532),
)
MANIFEST = notes.sign('{"bags":1212}\n\nsecond part\n', PERSON.signers())
POLICY = Policy(
    logs=tuple(PolicyLog(VerifierKey.parse(vkey)) for vkey in LOG.vkeys()),
    witnesses=(
        PolicyWitness("W1", VerifierKey.parse(WITNESS.vkeys()[0])),
        PolicyWitness("W2", VerifierKey.parse(WITNESS.vkeys()[1])),
    ),
    groups=(Group("W", 2, ("W1", "W2")),),
    quorum="W",
)
PROOF = ProofFile(7, tuple(TREE.inclusion_proof(7)), str(SIGNED))
FORGED = sign_checkpoint(Checkpoint(LOG.name, 20, bytes(32)), LOG.signers(lambda: 5))
SPLIT = SplitView(str(SIGNED), str(FORGED))
OTHER = Tree.from_hashes(b"".join(leaf_hash(b"x%d" % i) for i in range(9)))
SHORT = sign_checkpoint(Checkpoint(LOG.name, 9, OTHER.root()), LOG.signers(lambda: 5))
FORK = SplitView(
    str(SIGNED),
    str(SHORT),
    (
        Place(4, TREE.node(0, 4), tuple(TREE.inclusion_proof(4))),
        Place(4, OTHER.node(0, 4), tuple(OTHER.inclusion_proof(4))),
    ),
)


@dataclass(frozen=True)
class File:
    """A signed file, how to read it and how to verify it completely."""

    data: bytes
    parse: Callable[[bytes], object]
    verify: Callable[[bytes], object]


def _all(keys: list[KeyPair]) -> Callable[[bytes], object]:
    verifiers = [verifier for pair in keys for verifier in pair.verifiers()]
    return lambda data: open_checkpoint(data, verifiers, require_all=True)


def _split(data: bytes) -> object:
    # the log's lines of the first note must all be there, besides the witness's
    view = SplitView.parse(data)
    verifiers = [*LOG.verifiers(), *WITNESS.verifiers()]
    notes.verify(view.first, verifiers, require_all=True)
    notes.verify(view.second, LOG.verifiers(), require_all=True)
    return view.verify(LOG.verifiers())


RECEPTION = sign_document(Reception("0" * 64, "B", "receiver", 2), PERSON.signers())
CASE = dispute(3, 1)
CARD = notes.sign(
    Card("A", "A", "party", LOG.name, tuple(LOG.vkeys()), tuple(PERSON.vkeys())).text,
    PERSON.signers(),
)
BARE = sign_checkpoint(CHECKPOINT, LOG.signers(lambda: 1))
ANSWER = "".join(
    map(str, notes.sign(Note(BARE.text, ()), WITNESS.signers(lambda: 2)).signatures)
).encode()


def _text(data: bytes) -> str:
    return notes.text_of(data)


FILES = {
    "checkpoint": File(bytes(SIGNED), parse_checkpoint, _all([LOG, WITNESS])),
    "manifest": File(
        bytes(MANIFEST),
        notes.parse,
        lambda data: notes.verify(data, PERSON.verifiers(), require_all=True),
    ),
    "reception": File(
        bytes(RECEPTION),
        notes.parse,
        lambda data: notes.verify(parse_reception(data)[1], PERSON.verifiers(), require_all=True),
    ),
    "bundle": File(
        write_bundle(CASE.bundle, CASE.a.office_key.signers()),
        read_bundle,
        lambda data: verify_bundle(
            data, policy=policy(CASE.a, CASE.b), parties=[CASE.a.party, CASE.b.party]
        ),
    ),
    "card": File(bytes(CARD), lambda data: open_card(data)[1], open_card),
    "answer of a witness": File(
        ANSWER, bytes, lambda data: add_lines(BARE, _text(data), WITNESS.verifiers())
    ),
    "split view": File(bytes(SPLIT), SplitView.parse, _split),
    "fork": File(bytes(FORK), SplitView.parse, _split),
}


@pytest.mark.parametrize("name", FILES)
def test_files_verify_and_round_trip(name: str) -> None:
    file = FILES[name]
    file.verify(file.data)
    parsed = file.parse(file.data)
    if isinstance(parsed, tuple):
        parsed = parsed[1]
    assert bytes(parsed) == file.data  # type: ignore[call-overload]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=250)
@given(st.data())
def test_no_changed_byte_is_accepted(name: str, data: st.DataObject) -> None:
    file = FILES[name]
    place = data.draw(st.integers(0, len(file.data) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda v: v != file.data[place]))
    changed = file.data[:place] + bytes([value]) + file.data[place + 1 :]
    with pytest.raises(LogError):
        file.verify(changed)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60)
@given(st.data())
def test_no_cut_or_doubled_piece_is_accepted(name: str, data: st.DataObject) -> None:
    file = FILES[name]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(file.data))] * 2)))
    if start == end:
        return
    for changed in (file.data[:start] + file.data[end:], file.data[:end] + file.data[start:]):
        if _signed_parts(changed) == _signed_parts(file.data):
            continue  # a whole signature given twice says nothing else
        with pytest.raises(LogError):
            file.verify(changed)


def _signed_parts(note: bytes) -> tuple[bytes, set[bytes]]:
    """The text of a note and its signatures, each once."""
    text, _, signatures = note.rpartition(b"\n\n")
    return text, set(signatures.splitlines(keepends=True))


@settings(max_examples=40)
@given(st.data())
def test_no_changed_byte_of_a_key_file_opens(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """White space between the members is not signed; every other byte is."""
    folder = tmp_path_factory.mktemp("key")
    save_key(PERSON, folder / "key", "words", n=2)
    whole = (folder / "key").read_bytes()
    place = data.draw(
        st.integers(0, len(whole) - 1).filter(lambda at: not whole[at : at + 1].isspace())
    )
    (folder / "key").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(LogError):
        load_key(folder / "key", "words")


def test_every_byte_of_a_checkpoint_once() -> None:
    """All bytes of text and Ed25519 lines, each with its lowest bit turned."""
    verifiers = [LOG.verifiers()[0], WITNESS.verifiers()[0]]
    signers = [LOG.signers()[0], WITNESS.signers(lambda: 1)[0]]
    data = bytes(sign_checkpoint(CHECKPOINT, signers))
    open_checkpoint(data, verifiers, require_all=True)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(LogError):
            open_checkpoint(changed, verifiers, require_all=True)


@settings(max_examples=250)
@given(st.data())
def test_changed_proof_files(data: st.DataObject) -> None:
    """A proof under a policy: nothing that is proved may change with a changed byte.

    A signature line that becomes one of an unknown key is ignored, as the format asks; then the
    quorum or the log's signature may still be met by other lines, and the statement is the same.
    """
    original = bytes(PROOF)
    place = data.draw(st.integers(0, len(original) - 1))
    value = data.draw(st.integers(0, 255))
    changed = original[:place] + bytes([value]) + original[place + 1 :]
    try:
        proof = parse_proof(changed)
        verdict = verify_proof(proof, ENTRIES[7], POLICY)
    except LogError:
        return
    assert (proof.index, proof.hashes) == (PROOF.index, PROOF.hashes)
    assert verdict.checkpoint == CHECKPOINT
    assert verdict.log == LOG.name
    assert set(verdict.cosigned) == {"W1", "W2"}


@settings(max_examples=150)
@given(st.data())
def test_changed_policies(data: st.DataObject) -> None:
    """A policy is not signed: a changed byte is refused, or visible, or without meaning."""
    original = bytes(POLICY)
    place = data.draw(st.integers(0, len(original) - 1))
    changed = original[:place] + bytes([data.draw(st.integers(0, 255))]) + original[place + 1 :]
    try:
        policy = parse_policy(changed)
    except LogError:
        return
    assert parse_policy(bytes(policy)) == policy
    for before, after in zip(POLICY.logs, policy.logs):
        assert before.vkey == after.vkey  # a vkey holds a check value of name and key
    for one, other in zip(POLICY.witnesses, policy.witnesses):
        assert one.vkey == other.vkey


PARSERS = [
    notes.parse,
    parse_checkpoint,
    parse_proof,
    parse_policy,
    parse_request,
    SplitView.parse,
    lambda data: VerifierKey.parse(data.decode("latin-1")),
]
PIECES = st.sampled_from(
    [bytes(SIGNED), bytes(PROOF), bytes(POLICY), bytes(SPLIT), b"old 0\n\n" + bytes(SIGNED)]
)


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_parsers_raise_only_their_own_error_on_noise(data: bytes) -> None:
    _only_own_errors(data)


@settings(max_examples=150)
@given(PIECES, st.integers(0, 6000), st.binary(max_size=30))
def test_parsers_raise_only_their_own_error_near_the_format(
    data: bytes, place: int, noise: bytes
) -> None:
    place %= len(data)
    _only_own_errors(data[:place] + noise + data[place + len(noise) :])


def _only_own_errors(data: bytes) -> None:
    for parser in PARSERS:
        try:
            parser(data)  # type: ignore[operator]
        except LogError as error:
            assert str(error)
    witness = Witness(WITNESS.signers(), {LOG.name: LOG.verifiers()}, MemoryStore())
    assert witness.add_checkpoint(data).status in {200, 400, 403, 404, 409, 422}


NAMES = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1)
BODIES = st.text(st.characters(exclude_categories=["C"])).map(lambda t: t + "\n")


@settings(max_examples=50)
@given(NAMES, BODIES)
def test_notes_round_trip(name: str, text: str) -> None:
    pair = key(name, "person", 9)
    note = notes.sign(text, pair.signers())
    assert Note(*_parts(bytes(note))) == note
    assert notes.verify(bytes(note), pair.verifiers(), require_all=True).text == text


def _parts(data: bytes) -> tuple[str, tuple[notes.Signature, ...]]:
    parsed = notes.parse(data)
    return parsed.text, parsed.signatures


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_proofs_and_requests_round_trip(number: int, hashes: list[bytes]) -> None:
    proof = ProofFile(number, tuple(hashes), str(SIGNED), b"extra" if number % 2 else None)
    assert parse_proof(bytes(proof)) == proof
    request = Request(number, tuple(hashes), SIGNED)
    assert parse_request(bytes(request)) == request


def test_policy_accepts_the_signed_checkpoint() -> None:
    assert check_checkpoint(POLICY, SIGNED).cosigned == {"W1": 1749290532, "W2": 1749290532}
