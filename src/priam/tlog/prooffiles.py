"""C2SP tlog-proof: one file that proves offline that an entry is in a log.

Format: https://c2sp.org/tlog-proof. Such files end in ``.tlog-proof``.
"""

from __future__ import annotations

from dataclasses import dataclass

from priam.tlog.checkpoints import parse_checkpoint, parse_decimal
from priam.tlog.errors import FormatError
from priam.tlog.hashes import decode_base64, decode_hash, encode_base64, leaf_hash
from priam.tlog.notes import text_of
from priam.tlog.policy import Policy, Verdict, check_checkpoint
from priam.tlog.proofs import verify_inclusion

__all__ = ["ProofFile", "parse_proof", "verify_proof"]

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """Index, sibling hashes and signed checkpoint of one entry.

    ``checkpoint`` is the signed note as its text stands. ``extra`` is opaque and not
    authenticated; Priam puts the leaf there.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [encode_base64(value) for value in self.hashes]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    def __bytes__(self) -> bytes:
        return str(self).encode()


def parse_proof(data: bytes | str) -> ProofFile:
    """Read a proof file; nothing is verified but its form."""
    text = text_of(data, "proof")
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != HEADER:
        raise FormatError(f"a proof begins with the line {HEADER}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "), "the extra data of the proof")
    if not lines or not lines[0].startswith("index "):
        raise FormatError("a proof has a line 'index N' before its hashes")
    index = parse_decimal(lines.pop(0).removeprefix("index "), "the index of the proof")
    if not gap:
        raise FormatError("a proof has an empty line and a checkpoint after its hashes")
    if len(lines) > MAX_HASHES:
        raise FormatError(f"the proof has {len(lines)} hashes, at most {MAX_HASHES} make sense")
    parse_checkpoint(checkpoint)
    hashes = tuple(decode_hash(line, "a hash of the proof") for line in lines)
    return ProofFile(index, hashes, checkpoint, extra)


def verify_proof(proof: ProofFile, entry: bytes, policy: Policy) -> Verdict:
    """Check that ``entry`` is in a log that the policy accepts; raises if it is not proved."""
    verdict = check_checkpoint(policy, proof.checkpoint)
    point = verdict.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, point.size, proof.hashes, point.root)
    return verdict
