"""Other projects' numbers for the log: every vector of shared/vectors, one case each.

Sources and licences: ``vectors/README.md`` there.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import rfc8785

from priam.tlog import notes
from priam.tlog.checkpoints import open_checkpoint, parse_checkpoint
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import LogError, ProofError
from priam.tlog.keys import KeyPair, parse_signer_key
from priam.tlog.notes import Ed25519Verifier, VerifierKey
from priam.tlog.proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from priam.tlog.tiles import TiledHashes, parse_entries, tile_path
from priam.tlog.tree import CompactRange, Tree, leaf_hash
from priam.tlog.witness import MemoryStore, Witness
from tests.conftest import SHARED

MERKLE = SHARED / "vectors/transparency-dev-merkle/testdata"


def _merkle(folder: str) -> list[object]:
    files = sorted((MERKLE / folder).rglob("*.json"))
    return [pytest.param(f, id=str(f.relative_to(MERKLE))) for f in files] or [
        pytest.param(None, marks=pytest.mark.skip(reason="no vectors here"))
    ]


def _hash(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _proof(case: dict[str, list[str] | None]) -> list[bytes]:
    return [_hash(line) for line in case["proof"] or []]


def _expect(case: dict[str, bool], check: object, *arguments: object) -> None:
    if case["wantErr"]:
        with pytest.raises(ProofError):
            check(*arguments)  # type: ignore[operator]
    else:
        check(*arguments)  # type: ignore[operator]


@pytest.mark.parametrize("file", _merkle("inclusion"))
def test_inclusion(file: Path) -> None:
    c = json.loads(file.read_text())
    _expect(
        c,
        verify_inclusion,
        _hash(c["leafHash"]),
        c["leafIdx"],
        c["treeSize"],
        _proof(c),
        _hash(c["root"]),
    )


@pytest.mark.parametrize("file", _merkle("consistency"))
def test_consistency(file: Path) -> None:
    c = json.loads(file.read_text())
    _expect(
        c,
        verify_consistency,
        c["size1"],
        _hash(c["root1"]),
        c["size2"],
        _hash(c["root2"]),
        _proof(c),
    )


@pytest.mark.parametrize("file", _merkle("subtreeinclusion"))
def test_subtree_inclusion(file: Path) -> None:
    c = json.loads(file.read_text())
    _expect(
        c,
        verify_subtree_inclusion,
        _hash(c["leafHash"]),
        c["leafIdx"],
        c["start"],
        c["end"],
        _proof(c),
        _hash(c["root"]),
    )


@pytest.mark.parametrize("file", _merkle("subtreeconsistency"))
def test_subtree_consistency(file: Path) -> None:
    c = json.loads(file.read_text())
    _expect(
        c,
        verify_subtree_consistency,
        c["start"],
        c["end"],
        _hash(c["root1"]),
        c["size"],
        _hash(c["root2"]),
        _proof(c),
    )


def test_all_merkle_vectors_are_there(shared: Path) -> None:
    found = {folder.name: len(list(folder.rglob("*.json"))) for folder in MERKLE.iterdir()}
    assert found == {
        "inclusion": 98,
        "consistency": 98,
        "subtreeconsistency": 118,
        "subtreeinclusion": 204,
    }


@pytest.mark.parametrize("size", range(9))
def test_rfc6962_tree(shared: Path, size: int) -> None:
    vectors = json.loads((shared / "vectors/rfc6962-tree/tree8.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaves_hex"][:size]]
    expected = vectors["roots_hex_by_size"][size]
    assert Tree.from_hashes(b"".join(leaves)).root().hex() == expected
    edge = CompactRange()
    for leaf in leaves:
        edge.append(leaf)
    assert edge.root().hex() == expected


# --- signed notes


def _notes(shared: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((shared / "vectors/golang-note/note.json").read_text())


def _keys(vectors: dict[str, object], names: list[str]) -> list[Ed25519Verifier]:
    return [Ed25519Verifier.parse(vectors["keys"][name]) for name in names]  # type: ignore[index]


def test_golang_good_notes(shared: Path) -> None:
    vectors = _notes(shared)
    for case in vectors["good"]:
        opened = notes.verify(case["note"], _keys(vectors, case["keys"]))
        assert list(opened.names()) == case["verified"]
        assert str(notes.parse(case["note"])) == case["note"]


def test_golang_bad_notes(shared: Path) -> None:
    vectors = _notes(shared)
    for case in vectors["bad"]:
        with pytest.raises(LogError):
            notes.verify(case["note"], _keys(vectors, case["keys"]))


def test_golang_keys(shared: Path) -> None:
    vectors = _notes(shared)
    for text in vectors["keys"].values():  # type: ignore[attr-defined]
        assert str(VerifierKey.parse(text)) == text
    for text in vectors["bad_vkeys"]:
        with pytest.raises(LogError):
            Ed25519Verifier.parse(text)  # type: ignore[arg-type]


# --- a whole log


def test_tessera_checkpoints_are_consistent_in_form(shared: Path) -> None:
    log = shared / "vectors/tessera-log/testdata/log"
    for size in range(1, 16):
        checkpoint, _ = parse_checkpoint((log / f"checkpoint.{size}").read_bytes())
        assert (checkpoint.origin, checkpoint.size) == ("example.com/log/testdata", size)
        tile = (log / f"tile/0/000.p/{size}").read_bytes()
        assert Tree.from_hashes(tile).root() == checkpoint.root


# --- canonical JSON


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_json(shared: Path, name: str) -> None:
    folder = shared / "vectors/jcs-rfc8785/testdata"
    given = json.loads((folder / "input" / f"{name}.json").read_text("utf-8"))
    written = rfc8785.dumps(given)
    assert written == (folder / "output" / f"{name}.json").read_bytes().rstrip(b"\n")
    outhex = re.sub(r"\s", "", (folder / "outhex" / f"{name}.txt").read_text())
    assert written.hex() == outhex


# --- the rest of the tessera log: entries, tiles, signatures

# The verifier key that transparency-dev/tessera publishes beside its testdata.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def test_tessera_signatures(shared: Path) -> None:
    log = shared / "vectors/tessera-log/testdata/log"
    key = verifier_of(TESSERA_KEY)
    names = [f"checkpoint.{size}" for size in range(1, 16)]
    for name in ["checkpoint", *names]:
        opened = open_checkpoint((log / name).read_bytes(), [key], require_all=True)
        assert opened.signers == ("example.com/log/testdata",)


def test_tessera_entries_hash_to_the_roots(shared: Path) -> None:
    log = shared / "vectors/tessera-log/testdata/log"
    for size in range(1, 16):
        entries = parse_entries((log / tile_path("entries", 0, size)).read_bytes())
        assert len(entries) == size
        tree = Tree.from_hashes(b"".join(map(leaf_hash, entries)))
        point, _ = parse_checkpoint((log / f"checkpoint.{size}").read_bytes())
        assert tree.root() == point.root


def test_tessera_proofs_from_tiles(shared: Path) -> None:
    log = shared / "vectors/tessera-log/testdata/log"
    source = TiledHashes(lambda *where: (log / tile_path(*where)).read_bytes(), 15)
    roots = {
        size: parse_checkpoint((log / f"checkpoint.{size}").read_bytes())[0].root
        for size in range(1, 16)
    }
    entries = parse_entries((log / tile_path("entries", 0, 15)).read_bytes())
    for index, entry in enumerate(entries):
        proof = inclusion_proof(source, index, 15)
        verify_inclusion(leaf_hash(entry), index, 15, proof, roots[15])
    for size in range(1, 16):
        proof = consistency_proof(source, size, 15)
        verify_consistency(size, roots[size], 15, roots[15], proof)


def test_golang_signer_key(shared: Path) -> None:
    vectors = _notes(shared)
    signer = parse_signer_key(vectors["signer_key_peter"])  # type: ignore[arg-type]
    assert str(signer.vkey) == vectors["keys"]["peter"]  # type: ignore[call-overload]
    case = vectors["good"][0]
    note = notes.sign(notes.parse(case["note"]).text, [signer])  # type: ignore[arg-type]
    assert note.signatures[0] in notes.parse(case["note"]).signatures  # type: ignore[arg-type]


# --- the witness dialogue


def test_torchwood_witness_dialogue(shared: Path) -> None:
    vectors = json.loads((shared / "vectors/torchwood-witness/add_checkpoint.json").read_text())
    origin = vectors["log_origin"]
    public = bytes.fromhex(vectors["log_ed25519_public_key_hex"])
    pair = KeyPair("example.com/witness", "witness", bytes(32), bytes(32))
    witness = Witness(pair.signers(), {origin: [Ed25519Verifier(origin, public)]}, MemoryStore())
    for number, step in enumerate(vectors["steps"], start=1):
        answer = witness.add_checkpoint(step["body"].encode())
        # step 3: the present text of tlog-witness says 404 for an unknown log
        assert answer.status == (404 if number == 3 else step["status"]), number
        for claim in step["asserts"]:
            relation, _, text = claim.removeprefix("body ").partition(" ")
            expected = json.loads(text)
            assert expected in answer.body if relation == "contains" else answer.body == expected
        if answer.status == 200:
            stored = witness.store.load(origin)
            opened = open_checkpoint(stored or "", pair.verifiers(), require_all=False)
            assert len(opened.opened.verified) == 2  # Ed25519 and ML-DSA-44
        if answer.status == 409:
            assert answer.content_type == "text/x.tlog.size"
