"""C2SP signed notes: text, an empty line, signature lines.

Format: https://c2sp.org/signed-note. A note is kept as its bytes say it: nothing is normalised,
so what verified is what is stored and passed on.

>>> signer = Ed25519Signer.generate("a.example/log")
>>> note = sign("1212 bags\\n", [signer])
>>> [line.name for line in verify(note, [signer.verifier()]).verified]
['a.example/log']
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from priam.tlog.errors import FormatError, NotCanonicalError, SignatureError
from priam.tlog.hashes import decode_base64, encode_base64

__all__ = [
    "ED25519",
    "Ed25519Signer",
    "Ed25519Verifier",
    "Note",
    "Opened",
    "Signature",
    "Signer",
    "Verifier",
    "VerifierKey",
    "check_name",
    "key_id",
    "parse",
    "sign",
    "text_of",
    "verify",
]

ED25519 = 0x01  # signature type identifier byte
MAX_NOTE_BYTES = 16 * 2**20
MAX_SIGNATURES = 100
_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY_ID = re.compile(r"[0-9a-f]{8}")


class Verifier(Protocol):
    """A public key under a name, for one type of signature."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    @property
    def vkey(self) -> VerifierKey:
        """The key as it is published."""
        ...

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether ``signature`` (without the key id) is this key's over the note ``text``."""
        ...


class Signer(Protocol):
    """A private key under a name, for one type of signature."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    @property
    def vkey(self) -> VerifierKey:
        """The public half, as it is published."""
        ...

    def sign(self, text: bytes) -> bytes:
        """Signature (without the key id) over the note ``text``."""
        ...


def check_name(name: str) -> str:
    """The key name itself, if it is one: not empty, no space of any kind, no plus."""
    if not name or "+" in name or any(c.isspace() or ord(c) < 0x20 for c in name):
        raise FormatError(f"{name!r} is no key name: no spaces and no '+', and not empty")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise FormatError(f"{name!r} is no key name: not valid Unicode") from None
    return name


def key_id(name: str, kind: int, material: bytes) -> bytes:
    """First four bytes of SHA-256(name || newline || signature type || public key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + material).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A "vkey": ``name+id+base64(type || public key)``, as keys are published.

    ``kind`` is the signature type byte, ``material`` the public key behind it.
    """

    name: str
    kind: int
    material: bytes

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.material)

    def __str__(self) -> str:
        encoded = encode_base64(bytes([self.kind]) + self.material)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey; its key id must be that of the name and key."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise FormatError(f"{text[:80]!r} is no verifier key: expected name+id+key")
        name, identifier, encoded = parts
        check_name(name)
        if not _VKEY_ID.fullmatch(identifier):
            raise FormatError(f"the id {identifier!r} of key {name} is not 8 hexadecimal digits")
        data = decode_base64(encoded, f"the key of {name}")
        if len(data) < 2:
            raise FormatError(f"the key of {name} is too short")
        key = cls(name, data[0], data[1:])
        if key.key_id.hex() != identifier:
            raise FormatError(
                f"the id of key {name} is {identifier}, its key gives {key.key_id.hex()}: "
                "one of them was mistyped"
            )
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; ``value`` is the signature without the key id."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands, not verified. ``text`` ends with a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def __bytes__(self) -> bytes:
        return str(self).encode()

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """The note with further signature lines; lines of keys already there are not doubled."""
        there = {(line.name, line.key_id) for line in self.signatures}
        new = [line for line in more if (line.name, line.key_id) not in there]
        return Note(self.text, (*self.signatures, *new))


@dataclass(frozen=True, slots=True)
class Opened:
    """A note of which at least one signature verified; ``unknown`` are lines of other keys."""

    text: str
    verified: tuple[Signature, ...]
    unknown: tuple[Signature, ...]

    def names(self) -> tuple[str, ...]:
        """Names of the keys that signed, in the order of the lines, each once."""
        return tuple(dict.fromkeys(line.name for line in self.verified))


def text_of(data: bytes | str, what: str = "note") -> str:
    """UTF-8 text without control characters other than newline."""
    if len(data) > MAX_NOTE_BYTES:
        raise FormatError(f"the {what} has more than {MAX_NOTE_BYTES} bytes")
    try:
        text = data.decode() if isinstance(data, bytes) else data.encode().decode()
    except UnicodeError:
        raise FormatError(f"the {what} is not valid UTF-8") from None
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise FormatError(
            f"the {what} has the control character {found.group()!r} in line {line}; "
            "only newlines are allowed"
        )
    return text


def parse(data: bytes | str) -> Note:
    """Take a note apart; nothing is verified."""
    whole = text_of(data)
    head, gap, tail = whole.rpartition("\n\n")
    if not gap:
        raise FormatError("the note has no empty line before its signatures")
    if not tail:
        raise FormatError("the note has no signature")
    if not tail.endswith("\n"):
        raise FormatError("the last line of the note does not end with a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise FormatError(f"the note has {len(lines)} signatures, more than {MAX_SIGNATURES}")
    return Note(head + "\n", tuple(map(parse_signature, lines)))


def parse_signature(line: str) -> Signature:
    """One signature line, without its newline."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise FormatError(f"{line[:80]!r} is no signature line: expected '\u2014 name base64'")
    check_name(name)
    try:
        data = decode_base64(encoded, f"the signature of {name}")
    except NotCanonicalError as error:
        raise SignatureError(f"invalid signature of {name}: {error}") from None
    if len(data) < 5:
        raise FormatError(f"the signature of {name} is too short")
    return Signature(name, data[:4], data[4:])


def sign(text: str | Note, signers: Sequence[Signer]) -> Note:
    """A note over ``text``, or a further signature on a note."""
    note = text if isinstance(text, Note) else Note(_note_text(text), ())
    data = note.text.encode()
    lines = [Signature(s.name, s.key_id, s.sign(data)) for s in signers]
    if not note.signatures and not lines:
        raise FormatError("a note needs at least one signature")
    return note.with_signatures(lines)


def _note_text(text: str) -> str:
    text_of(text, "text of the note")
    if not text.endswith("\n"):
        raise FormatError("the text of a note ends with a newline")
    return text


def verify(
    note: Note | bytes | str, verifiers: Iterable[Verifier], *, require_all: bool = False
) -> Opened:
    """Check a note against known keys; lines of unknown keys are set aside, as the format asks.

    Fails if a line of a known key does not verify or if no known key signed. With
    ``require_all`` every given key must have signed and no other line may be there.
    """
    if not isinstance(note, Note):
        note = parse(note)
    known = {(v.name, v.key_id): v for v in verifiers}
    text = note.text.encode()
    verified: dict[tuple[str, bytes], Signature] = {}
    unknown = []
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            unknown.append(line)
        elif verifier.verify(text, line.value):
            verified.setdefault((line.name, line.key_id), line)
        else:
            raise SignatureError(f"invalid signature of {line.name}: the text was changed")
    _check_complete(known, verified, unknown, require_all)
    return Opened(note.text, tuple(verified.values()), tuple(unknown))


def _check_complete(
    known: dict[tuple[str, bytes], Verifier],
    verified: dict[tuple[str, bytes], Signature],
    unknown: list[Signature],
    require_all: bool,
) -> None:
    if not verified:
        names = ", ".join(sorted({name for name, _ in known})) or "(none)"
        raise SignatureError(f"the note has no signature of a known key; known are {names}")
    if not require_all:
        return
    if unknown:
        raise SignatureError(f"the note has a signature of an unknown key {unknown[0].name}")
    missing = [name for name, identifier in known if (name, identifier) not in verified]
    if missing:
        raise SignatureError(f"the note has no signature of {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class Ed25519Verifier:
    """Type 0x01: Ed25519 (RFC 8032) over the note text. ``public_key``: 32 bytes."""

    name: str
    public_key: bytes
    _key: Ed25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != 32:
            raise FormatError(
                f"the Ed25519 key of {self.name} has {len(self.public_key)} bytes, expected 32"
            )
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.public_key))

    @property
    def vkey(self) -> VerifierKey:
        """The key as it is published."""
        return VerifierKey(self.name, ED25519, self.public_key)

    @property
    def key_id(self) -> bytes:
        return self.vkey.key_id

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """From the text of a vkey of type 0x01."""
        key = VerifierKey.parse(vkey)
        if key.kind != ED25519:
            raise FormatError(f"key {key.name} has type {key.kind:#04x}, expected 0x01 (Ed25519)")
        return cls(key.name, key.material)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over ``text``."""
        try:
            self._key.verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Type 0x01: signs note texts with Ed25519."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key under ``name``."""
        return cls(check_name(name), Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """The key of a 32-byte seed."""
        if len(seed) != 32:
            raise FormatError(f"an Ed25519 seed has 32 bytes, found {len(seed)}")
        return cls(check_name(name), Ed25519PrivateKey.from_private_bytes(seed))

    def verifier(self) -> Ed25519Verifier:
        """The public half."""
        return Ed25519Verifier(self.name, self.private_key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> VerifierKey:
        """The key as it is published."""
        return self.verifier().vkey

    @property
    def key_id(self) -> bytes:
        return self.vkey.key_id

    def sign(self, text: bytes) -> bytes:
        """Signature over ``text``."""
        return self.private_key.sign(text)
