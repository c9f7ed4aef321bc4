"""Notes, keys in text form, checkpoints."""

from __future__ import annotations

import pytest

from priam.tlog import notes
from priam.tlog.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from priam.tlog.errors import FormatError, SignatureError
from priam.tlog.keys import parse_signer_key, signer_key
from priam.tlog.notes import Ed25519Signer, Signature, VerifierKey
from priam.tlog.tree import EMPTY_ROOT

A = Ed25519Signer.from_seed("a.example/office", bytes([1]) * 32)
B = Ed25519Signer.from_seed("b.example/office", bytes([2]) * 32)
NOTE = notes.sign("three bags\n", [A, B])


def test_both_sign_the_same_bytes() -> None:
    one = notes.sign("three bags\n", [A])
    both = notes.sign(notes.parse(bytes(one)), [B])
    assert both == NOTE
    assert notes.verify(both, [A.verifier(), B.verifier()], require_all=True).names() == (
        "a.example/office",
        "b.example/office",
    )


def test_unknown_keys_are_set_aside_unless_all_are_required() -> None:
    opened = notes.verify(NOTE, [A.verifier()])
    assert opened.names() == (A.name,)
    assert [line.name for line in opened.unknown] == [B.name]
    with pytest.raises(SignatureError, match=r"unknown key b\.example"):
        notes.verify(NOTE, [A.verifier()], require_all=True)
    one = notes.sign("three bags\n", [A])
    with pytest.raises(SignatureError, match=r"no signature of b\.example"):
        notes.verify(one, [A.verifier(), B.verifier()], require_all=True)


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    line = NOTE.signatures[1]
    bad = notes.Note(NOTE.text, (NOTE.signatures[0], Signature(line.name, line.key_id, bytes(64))))
    with pytest.raises(SignatureError, match=r"invalid signature of b\.example"):
        notes.verify(bad, [A.verifier(), B.verifier()])
    assert notes.verify(bad, [A.verifier()]).names() == (A.name,)


def test_same_name_other_key_is_unknown() -> None:
    other = Ed25519Signer.from_seed(A.name, bytes([7]) * 32)
    with pytest.raises(SignatureError, match="no signature of a known key"):
        notes.verify(NOTE, [other.verifier()])


def test_signing_twice_adds_nothing() -> None:
    assert notes.sign(NOTE, [A]) == NOTE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no newline", "ends with a newline"),
        ("tab\there\n", "control character"),
        ("\ud800\n", "not valid UTF-8"),
    ],
)
def test_texts_that_cannot_be_signed(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        notes.sign(text, [A])


def test_a_note_needs_a_signature() -> None:
    with pytest.raises(FormatError, match="at least one"):
        notes.sign("text\n", [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"text\n", "no empty line"),
        (b"text\n\n", "no signature"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA=", "newline"),
        (b"text\n\nname AAAAAAA=\n", "no signature line"),
        (b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n", "no key name"),
        (b"text\n\n\xe2\x80\x94 a ????\n", "not base64"),
        (b"text\n\n\xe2\x80\x94 a AAAA\n", "too short"),
        (b"\xff\n\n", "not valid UTF-8"),
    ],
)
def test_malformed_notes_say_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        notes.parse(data)


def test_base64_with_stray_bits_is_an_invalid_signature() -> None:
    line = str(NOTE.signatures[0]).rstrip("\n")
    assert line.endswith("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = line.rstrip("=")[-1]
    stray = alphabet[alphabet.index(last) ^ 1]
    changed = line.rstrip("=")[:-1] + stray + "=" * line.count("=")
    with pytest.raises(SignatureError, match="not canonical"):
        notes.parse(f"three bags\n\n{changed}\n")


def test_verifier_keys() -> None:
    text = str(A.vkey)
    assert VerifierKey.parse(text) == A.vkey
    assert str(notes.Ed25519Verifier.parse(text).vkey) == text
    for wrong, message in [
        ("a+b", "expected name"),
        (text.replace("a.example", "b.example"), "mistyped"),
        (text[:-4] + "AAA=", "mistyped"),
        ("a+xyz+AAAA", "8 hexadecimal"),
        (f"{A.name}+00000000+AA==", "too short"),
    ]:
        with pytest.raises(FormatError, match=message):
            VerifierKey.parse(wrong)


def test_signer_keys() -> None:
    text = signer_key(A)
    assert parse_signer_key(text).vkey == A.vkey
    for wrong in ["PRIVATE+KEY+x", text.replace("a.example", "b.example"), text[:-1], "x" + text]:
        with pytest.raises(FormatError) as error:
            parse_signer_key(wrong)
        assert text.split("+")[-1][4:20] not in str(error.value)  # the secret is not repeated


# --- checkpoints

POINT = Checkpoint("a.example/log", 3, EMPTY_ROOT)
LOG = Ed25519Signer.from_seed("a.example/log", bytes([3]) * 32)


def test_checkpoint_text() -> None:
    assert POINT.text == "a.example/log\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint.from_text(POINT.text + "more\n").extensions == ("more",)


def test_open_checkpoint() -> None:
    opened = open_checkpoint(bytes(sign_checkpoint(POINT, [LOG])), [LOG.verifier()])
    assert (opened.checkpoint, opened.signers) == (POINT, ("a.example/log",))
    with pytest.raises(SignatureError, match=r"expected 'b\.example/log'"):
        open_checkpoint(opened.note, [LOG.verifier()], origin="b.example/log")


@pytest.mark.parametrize(
    "text",
    [
        "a\n3\n",
        "a\n03\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n٣\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "a\n3\nAAAA\n",
        "\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n",
    ],
)
def test_malformed_checkpoints(text: str) -> None:
    with pytest.raises(FormatError):
        Checkpoint.from_text(text)


def test_two_lines_of_one_key_are_refused_in_a_checkpoint() -> None:
    note = sign_checkpoint(POINT, [LOG])
    doubled = str(note) + str(note.signatures[0])
    notes.verify(doubled, [LOG.verifier()])  # a plain note may have them
    with pytest.raises(FormatError, match="two signature lines"):
        parse_checkpoint(doubled)
