"""C2SP checkpoints: a signed note that states size and root of a log.

Format: https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from priam.tlog import notes
from priam.tlog.errors import FormatError, SignatureError
from priam.tlog.hashes import HASH_SIZE, decode_hash, encode_base64
from priam.tlog.notes import ED25519, Note, Opened, Signature, Signer, Verifier, VerifierKey
from priam.tlog.proofs import MAX_SIZE

__all__ = [
    "Checkpoint",
    "SignedCheckpoint",
    "check_every_kind",
    "open_checkpoint",
    "parse_checkpoint",
    "parse_decimal",
    "sign_checkpoint",
]

KINDS = {ED25519: "Ed25519", 0x06: "ML-DSA-44"}  # signature types of a log, for messages
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def parse_decimal(text: str, what: str) -> int:
    """A whole number in ASCII digits without leading zeros, at most 2**63 - 1."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise FormatError(f"{what} {text[:40]!r} is not a decimal number without leading zeros")
    return int(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint states. ``origin`` names the log, ``root`` has 32 bytes.

    ``extensions`` are further non-empty lines; they are not signed by ML-DSA-44 lines and Priam
    writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise FormatError("a checkpoint has a size of at least 0 and a root of 32 bytes")
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise FormatError("origin and extension lines of a checkpoint are single lines")
            notes.text_of(line, "checkpoint")

    @property
    def text(self) -> str:
        """The note text."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """Read a note text."""
        if not text.endswith("\n"):
            raise FormatError("a checkpoint ends with a newline")
        lines = text[:-1].split("\n")
        if len(lines) < 3:
            raise FormatError(f"a checkpoint has at least 3 lines, found {len(lines)}")
        origin, size, root, *extensions = lines
        return cls(
            origin,
            parse_decimal(size, "the tree size of the checkpoint"),
            decode_hash(root, "the root hash of the checkpoint"),
            tuple(extensions),
        )


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose note verified; ``verified`` tells by which keys."""

    checkpoint: Checkpoint
    note: Note
    opened: Opened

    @property
    def signers(self) -> tuple[str, ...]:
        """Names of the keys that signed."""
        return self.opened.names()


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    """The checkpoint as a note, with one line for each signer."""
    return notes.sign(checkpoint.text, signers)


def parse_checkpoint(note: Note | bytes | str) -> tuple[Checkpoint, Note]:
    """Take a signed checkpoint apart; nothing is verified.

    No key may have two lines, as the format demands.
    """
    if not isinstance(note, Note):
        note = notes.parse(note)
    keys = [(line.name, line.key_id) for line in note.signatures]
    if len(set(keys)) != len(keys):
        raise FormatError("the checkpoint has two signature lines of one key")
    return Checkpoint.from_text(note.text), note


def open_checkpoint(
    note: Note | bytes | str,
    verifiers: Iterable[Verifier],
    *,
    origin: str | None = None,
    require_all: bool = False,
    every_kind: bool = True,
) -> SignedCheckpoint:
    """Verify a checkpoint against known keys; see :func:`priam.tlog.notes.verify`.

    With ``origin`` the checkpoint must be of that log. Without ``every_kind`` one line of the
    log is enough also where it publishes keys of two kinds (:func:`check_every_kind`).
    """
    checkpoint, parsed = parse_checkpoint(note)
    if origin is not None and checkpoint.origin != origin:
        raise SignatureError(f"the checkpoint is of {checkpoint.origin!r}, expected {origin!r}")
    known = list(verifiers)
    opened = notes.verify(parsed, known, require_all=require_all)
    if every_kind:
        check_every_kind(checkpoint.origin, [v.vkey for v in known], opened.verified)
    return SignedCheckpoint(checkpoint, parsed, opened)


def check_every_kind(
    origin: str, vkeys: Iterable[VerifierKey], verified: Sequence[Signature]
) -> None:
    """Refuse a checkpoint that its log signed with some kinds of its keys and not with others.

    A log that publishes an Ed25519 and an ML-DSA-44 key signs with both. One line alone means
    that the other was cut off, or that only one of the two keys could be forged. Of several keys
    of one kind (a key that was replaced) one is enough.
    """
    own = {(key.name, key.key_id): key.kind for key in vkeys if key.name == origin}
    used = {own[at] for line in verified if (at := (line.name, line.key_id)) in own}
    missing = set(own.values()) - used
    if used and missing:
        what = " and ".join(KINDS.get(kind, f"type {kind:#04x}") for kind in sorted(missing))
        raise SignatureError(
            f"the checkpoint of {origin} has no {what} line, and the log publishes such a key: "
            "the line was removed, or the checkpoint was signed with a part of the keys only"
        )
