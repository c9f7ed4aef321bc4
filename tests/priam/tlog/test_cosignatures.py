"""Cosignatures byte by byte, and the key pairs of the three roles."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from priam.tlog import notes
from priam.tlog.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from priam.tlog.cosignatures import (
    MlDsa44Cosigner,
    subtree_message,
    timestamp_of,
    verifier_of,
)
from priam.tlog.errors import FormatError, LogError, SignatureError
from priam.tlog.keys import ROLES, KeyPair, load_key, load_public_keys, save_key
from priam.tlog.notes import Signature, VerifierKey
from priam.tlog.tree import EMPTY_ROOT

POINT = Checkpoint("a.example/log", 3, EMPTY_ROOT)
NOW = 1679315147


def pair(role: str, name: str = "w.example/w1") -> KeyPair:
    return KeyPair(name, role, bytes([1]) * 32, bytes([2]) * 32)


def test_the_published_example_has_the_form_we_read() -> None:
    """The cosignature printed in C2SP tlog-cosignature: key id, time, 64 bytes."""
    line = notes.parse_signature(
        "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dl"
        "rDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    assert timestamp_of(line.value) == NOW
    assert len(line.value) == 8 + 64


def test_subtree_message_is_the_structure_of_the_specification() -> None:
    assert subtree_message("w", 1, "abc", 0, 258, b"h" * 32) == (
        b"subtree/v1\n\0"
        + b"\x01w"
        + b"\0\0\0\0\0\0\0\x01"
        + b"\x03abc"
        + bytes(8)
        + b"\0\0\0\0\0\0\x01\x02"
        + b"h" * 32
    )
    with pytest.raises(FormatError, match="time 0"):
        subtree_message("w", 1, "abc", 4, 8, bytes(32))
    with pytest.raises(FormatError, match="1 to 255"):
        subtree_message("w" * 256, 0, "abc", 0, 8, bytes(32))


@pytest.mark.parametrize(
    ("role", "kinds"), [("log", [1, 6]), ("witness", [4, 6]), ("person", [1, 255])]
)
def test_key_types_and_ids_of_the_roles(role: str, kinds: list[int]) -> None:
    vkeys = [VerifierKey.parse(text) for text in pair(role).vkeys()]
    assert [vkey.kind for vkey in vkeys] == kinds
    for vkey in vkeys:
        data = b"w.example/w1\n" + bytes([vkey.kind]) + vkey.material
        assert vkey.key_id == hashlib.sha256(data).digest()[:4]
    assert len(vkeys[1].material) == (1312 if role != "person" else 1312 + 23)


def test_log_and_witness_sign_one_checkpoint() -> None:
    log, witness = pair("log", POINT.origin), pair("witness")
    note = sign_checkpoint(POINT, log.signers(lambda: NOW))
    note = notes.sign(note, witness.signers(lambda: NOW + 1))
    opened = open_checkpoint(
        bytes(note), [*log.verifiers(), *witness.verifiers()], require_all=True
    )
    times = [timestamp_of(line.value) for line in opened.opened.verified[1:]]
    assert times == [NOW, NOW + 1, NOW + 1]
    assert [len(line.value) for line in note.signatures] == [64, 8 + 2420, 8 + 64, 8 + 2420]


def test_ed25519_cosignature_signs_the_lines_of_the_specification() -> None:
    witness = pair("witness")
    signer = witness.signers(lambda: NOW)[0]
    signature = signer.sign(POINT.text.encode())
    public = notes.Ed25519Verifier("any", signer.vkey.material)
    message = b"cosignature/v1\ntime 1679315147\n" + POINT.text.encode()
    assert public.verify(message, signature[8:])


@pytest.mark.parametrize("index", [0, 1])
def test_a_cosignature_holds_for_its_time_name_and_text(index: int) -> None:
    witness = pair("witness")
    signer = witness.signers(lambda: NOW)[index]
    verifier = witness.verifiers()[index]
    text = POINT.text.encode()
    signature = signer.sign(text)
    assert verifier.verify(text, signature)
    later = (NOW + 1).to_bytes(8) + signature[8:]
    assert not verifier.verify(text, later)
    assert not verifier.verify(text.replace(b"\n3\n", b"\n4\n"), signature)
    assert not verifier.verify(b"no checkpoint\n", signature)
    assert not verifier.verify(text, signature[:-1])
    assert not verifier.verify(text, signature[:5])
    with pytest.raises(FormatError):
        signer.sign(b"no checkpoint\n")


def test_times_beyond_63_bits_are_refused() -> None:
    witness = pair("witness")
    for signer, verifier in zip(witness.signers(lambda: 2**63), witness.verifiers()):
        assert not verifier.verify(POINT.text.encode(), signer.sign(POINT.text.encode()))


def test_ml_dsa_commits_to_the_name_of_the_cosigner() -> None:
    signer = pair("witness").signers(lambda: NOW)[1]
    other = verifier_of(VerifierKey("x.example", 6, signer.vkey.material))
    assert not other.verify(POINT.text.encode(), signer.sign(POINT.text.encode()))


def test_subtrees_are_signed_without_time() -> None:
    signer = pair("witness").signers()[1]
    assert isinstance(signer, MlDsa44Cosigner)
    signature = signer.sign_subtree(POINT.origin, 4, 8, EMPTY_ROOT)
    assert timestamp_of(signature) == 0
    key = signer.private_key.public_key()
    key.verify(signature[8:], subtree_message(signer.name, 0, POINT.origin, 4, 8, EMPTY_ROOT))


def test_a_note_line_is_no_checkpoint_line_and_the_reverse() -> None:
    """One ML-DSA key used for both kinds by mistake: the signatures do not carry over."""
    person, log = pair("person"), pair("log")
    text = POINT.text.encode()
    note_line, log_line = person.signers()[1].sign(text), log.signers()[1].sign(text)
    assert person.verifiers()[1].verify(text, note_line)
    assert not person.verifiers()[1].verify(text, log_line[8:])
    assert not log.verifiers()[1].verify(text, bytes(8) + note_line)


def test_keys_of_unknown_type_or_size_are_refused() -> None:
    for kind, material in [(2, bytes(32)), (4, bytes(31)), (6, bytes(32)), (255, bytes(1335))]:
        with pytest.raises(FormatError):
            verifier_of(VerifierKey("a", kind, material))


# --- keys at rest


@pytest.mark.parametrize("role", ROLES)
def test_key_files(tmp_path: Path, role: str) -> None:
    path = tmp_path / "a.key"
    fresh = KeyPair.generate("a.example/office", role)
    save_key(fresh, path, "a long passphrase", n=2**10)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path, "a long passphrase") == fresh
    assert [str(vkey) for vkey in load_public_keys(path)] == fresh.vkeys()
    assert fresh.ed25519_seed.hex() not in path.read_text()
    with pytest.raises(LogError, match="wrong passphrase"):
        load_key(path, "another")
    with pytest.raises(LogError, match="never overwritten"):
        save_key(fresh, path, "x", n=2**10)
    assert [p.name for p in tmp_path.iterdir()] == ["a.key"]


def test_repr_keeps_the_secret() -> None:
    assert "seed" not in repr(pair("log"))
    assert "01010101" not in repr(pair("log"))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b.example"},
        {"role": "witness"},
        {"public": []},
        {"secret": "AAAA"},
        {"kdf": {"name": "scrypt", "n": 2**40, "r": 8, "p": 1, "salt": "AAAA"}},
        {"kdf": 3},
        {"cipher": {}},
        {"format": "x"},
    ],
)
def test_changed_key_files_do_not_open(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "a.key"
    save_key(pair("log"), path, "p", n=2**10)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(LogError):
        load_key(path, "p")


def test_missing_and_empty(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        load_key(tmp_path / "none", "p")
    with pytest.raises(LogError, match="passphrase"):
        save_key(pair("log"), tmp_path / "a", "")
    with pytest.raises(FormatError, match="role 'judge'"):
        pair("judge")


def test_a_name_may_not_be_taken_over_by_another_key() -> None:
    log, impostor = pair("log", POINT.origin), KeyPair.generate(POINT.origin, "log")
    note = sign_checkpoint(POINT, impostor.signers())
    with pytest.raises(SignatureError):
        open_checkpoint(note, log.verifiers())
    true_ids = [signer.key_id for signer in log.signers()]
    forged = notes.Note(
        note.text,
        tuple(Signature(s.name, i, s.value) for s, i in zip(note.signatures, true_ids)),
    )
    with pytest.raises(SignatureError, match="invalid signature"):
        open_checkpoint(forged, log.verifiers())
