"""C2SP cosignatures on checkpoints, and ML-DSA-44 lines on other notes.

Three signature types: **0x04**, a timestamped Ed25519 cosignature; **0x06**, ML-DSA-44 over the
tree head, which logs use for themselves too; both as in https://c2sp.org/tlog-cosignature and
https://c2sp.org/tlog-checkpoint. For notes that are not checkpoints (manifests) no type byte is
assigned to ML-DSA-44; Priam uses **0xff** with a long identifier, as
https://c2sp.org/signed-note provides.

ML-DSA-44 is FIPS 204 (doi:10.6028/NIST.FIPS.204): keys of 1,312, signatures of 2,420 bytes.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from priam.tlog.checkpoints import Checkpoint
from priam.tlog.errors import FormatError
from priam.tlog.notes import ED25519, Ed25519Verifier, Verifier, VerifierKey, check_name

__all__ = [
    "COSIGNATURE_ED25519",
    "COSIGNATURE_MLDSA44",
    "NOTE_MLDSA44",
    "Ed25519Cosigner",
    "MlDsa44Cosigner",
    "MlDsa44NoteSigner",
    "subtree_message",
    "system_clock",
    "timestamp_of",
    "verifier_of",
]

COSIGNATURE_ED25519 = 0x04
COSIGNATURE_MLDSA44 = 0x06
NOTE_MLDSA44 = 0xFF
NOTE_IDENTIFIER = b"priam/ml-dsa-44-note/v1"  # after 0xff in key ids and vkeys; FIPS 204 context
MLDSA44_KEY_SIZE = 1312
LARGEST_TIME = 2**63 - 1

Clock = Callable[[], int]


def system_clock() -> int:
    """Seconds since the Epoch."""
    return int(time.time())


def timestamp_of(signature: bytes) -> int:
    """The time a cosignature states, in seconds since the Epoch; 0 says nothing."""
    if len(signature) < 8:
        raise FormatError("a cosignature begins with 8 bytes of time")
    return int.from_bytes(signature[:8])


def _ed25519_message(timestamp: int, text: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n" % timestamp + text


def subtree_message(
    cosigner: str, timestamp: int, origin: str, start: int, end: int, root: bytes
) -> bytes:
    """The message under a type 0x06 cosignature of the subtree [start, end)."""
    if start and timestamp:
        raise FormatError("the cosignature of a subtree that does not begin at 0 has time 0")
    names = [name.encode() for name in (cosigner, origin)]
    for name in names:
        if not 1 <= len(name) <= 255:
            raise FormatError(f"name of {len(name)} bytes in a cosignature, expected 1 to 255")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            struct.pack(">B", len(names[0])) + names[0],
            struct.pack(">Q", timestamp),
            struct.pack(">B", len(names[1])) + names[1],
            struct.pack(">QQ", start, end),
            root,
        )
    )


def _checkpoint_message(name: str, timestamp: int, text: bytes) -> bytes:
    point = Checkpoint.from_text(text.decode())
    return subtree_message(name, timestamp, point.origin, 0, point.size, point.root)


class _Published:
    """What all verifiers derive from the key as it is published."""

    __slots__ = ()

    vkey: VerifierKey

    @property
    def name(self) -> str:
        return self.vkey.name

    @property
    def key_id(self) -> bytes:
        return self.vkey.key_id


@dataclass(frozen=True, slots=True)
class _Ed25519CosignatureVerifier(_Published):
    vkey: VerifierKey
    _key: Ed25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.vkey.material) != 32:
            raise FormatError(f"the Ed25519 key of {self.name} has not 32 bytes")
        key = Ed25519PublicKey.from_public_bytes(self.vkey.material)
        object.__setattr__(self, "_key", key)

    def verify(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != 72 or timestamp_of(signature) > LARGEST_TIME:
            return False
        try:
            Checkpoint.from_text(text.decode())
            self._key.verify(signature[8:], _ed25519_message(timestamp_of(signature), text))
        except (InvalidSignature, FormatError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class _MlDsa44Verifier(_Published):
    """Types 0x06 and 0xff: they differ in the message and in FIPS 204's context."""

    vkey: VerifierKey
    _key: MLDSA44PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        material = self.vkey.material
        if self.vkey.kind == NOTE_MLDSA44:
            if not material.startswith(NOTE_IDENTIFIER):
                raise FormatError(f"key {self.name} is of an unknown type 0xff")
            material = material.removeprefix(NOTE_IDENTIFIER)
        if len(material) != MLDSA44_KEY_SIZE:
            raise FormatError(
                f"the ML-DSA-44 key of {self.name} has {len(material)} bytes, "
                f"expected {MLDSA44_KEY_SIZE}"
            )
        object.__setattr__(self, "_key", MLDSA44PublicKey.from_public_bytes(material))

    def verify(self, text: bytes, signature: bytes) -> bool:
        try:
            if self.vkey.kind == NOTE_MLDSA44:
                self._key.verify(signature, text, NOTE_IDENTIFIER)
                return True
            timestamp = timestamp_of(signature)
            message = _checkpoint_message(self.name, timestamp, text)
            self._key.verify(signature[8:], message)
        except (InvalidSignature, FormatError, ValueError):
            return False
        return timestamp <= LARGEST_TIME


def verifier_of(vkey: str | VerifierKey) -> Verifier:
    """The verifier for a published key of any of the four types that Priam knows."""
    key = VerifierKey.parse(vkey) if isinstance(vkey, str) else vkey
    if key.kind == ED25519:
        return Ed25519Verifier(key.name, key.material)
    if key.kind == COSIGNATURE_ED25519:
        return _Ed25519CosignatureVerifier(key)
    if key.kind in (COSIGNATURE_MLDSA44, NOTE_MLDSA44):
        return _MlDsa44Verifier(key)
    raise FormatError(f"key {key.name} has the unknown signature type {key.kind:#04x}")


class _Signs:
    """What all signers derive from their private key."""

    __slots__ = ()

    kind: ClassVar[int]
    before_key: ClassVar[bytes] = b""  # stands before the public key where it is published
    name: str
    private_key: Ed25519PrivateKey | MLDSA44PrivateKey

    @property
    def vkey(self) -> VerifierKey:
        """The key as it is published."""
        public = self.private_key.public_key().public_bytes_raw()
        return VerifierKey(check_name(self.name), self.kind, self.before_key + public)

    @property
    def key_id(self) -> bytes:
        return self.vkey.key_id

    def verifier(self) -> Verifier:
        """The public half."""
        return verifier_of(self.vkey)


@dataclass(frozen=True, slots=True)
class Ed25519Cosigner(_Signs):
    """Type 0x04: a witness's statement that it saw this checkpoint at this time."""

    kind: ClassVar[int] = COSIGNATURE_ED25519

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)
    clock: Clock = system_clock

    def sign(self, text: bytes) -> bytes:
        """Time and signature; ``text`` must be a checkpoint."""
        Checkpoint.from_text(text.decode())
        now = self.clock()
        return struct.pack(">Q", now) + self.private_key.sign(_ed25519_message(now, text))


@dataclass(frozen=True, slots=True)
class MlDsa44Cosigner(_Signs):
    """Type 0x06: ML-DSA-44 over a tree head, by a witness or by the log itself."""

    kind: ClassVar[int] = COSIGNATURE_MLDSA44

    name: str
    private_key: MLDSA44PrivateKey = field(repr=False)
    clock: Clock = system_clock

    def sign(self, text: bytes) -> bytes:
        """Time and signature; ``text`` must be a checkpoint."""
        now = self.clock()
        message = _checkpoint_message(self.name, now, text)
        return struct.pack(">Q", now) + self.private_key.sign(message)

    def sign_subtree(self, origin: str, start: int, end: int, root: bytes) -> bytes:
        """Time 0 and signature over the subtree [start, end) of the log ``origin``."""
        message = subtree_message(self.name, 0, origin, start, end, root)
        return struct.pack(">Q", 0) + self.private_key.sign(message)


@dataclass(frozen=True, slots=True)
class MlDsa44NoteSigner(_Signs):
    """Type 0xff with Priam's identifier: ML-DSA-44 over any note text."""

    kind: ClassVar[int] = NOTE_MLDSA44
    before_key: ClassVar[bytes] = NOTE_IDENTIFIER

    name: str
    private_key: MLDSA44PrivateKey = field(repr=False)

    def sign(self, text: bytes) -> bytes:
        """Signature over ``text``."""
        return self.private_key.sign(text, NOTE_IDENTIFIER)
