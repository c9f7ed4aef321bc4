"""Reads of the record: an event, its proof, the head of the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from priam.tlog.leaves import Leaf as CheckedLeaf
from priam.tlog.leaves import leaf_bytes
from priam.tlog.logkeys import REPLACED
from priam.tlog.prooffiles import ProofFile
from priam.tlog.proofs import inclusion_proof
from priam.tlog.tables import LOST
from priam_office.record.acts import body
from priam_office.record.models import Checkpoint, Event, Leaf
from priam_office.record.state import head
from priam_office.record.tree import StoredTree

__all__ = [
    "Proof",
    "covering",
    "event",
    "head",
    "is_signed",
    "latest",
    "leaf",
    "log_keys_of_today",
    "proof",
    "replaced_log_keys",
    "size_of_events",
]


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event stands in the log: its leaf, the sibling hashes, the signed root."""

    sequence: int
    leaf: bytes
    hash: str
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """C2SP tlog-proof; the leaf stands in it as the extra data."""
        return str(ProofFile(self.sequence, self.path, self.checkpoint.note, self.leaf))


def leaf(row: Event) -> bytes:
    """The bytes that were hashed for an event; none where nobody has them any more."""
    if row.type == LOST:
        return b""
    names = ("type", "event_id", "sequence", "actor", "claimed_time", "received_time")
    values = {name: getattr(row, name) for name in names}
    return leaf_bytes(CheckedLeaf(**values, commitment=row.commitment, version=row.version))


def event(name: str) -> Event | None:
    """The event with this id, or at this place in the log."""
    if name.isascii() and name.isdecimal() and len(name) < 19:
        return Event.objects.filter(sequence=int(name)).first()
    return Event.objects.filter(event_id=name.lower()).first()


def proof(row: Event) -> Proof | None:
    """Proof under the newest checkpoint; None where none covers the event yet."""
    signed = covering(row.sequence)
    if signed is None:
        return None
    path = inclusion_proof(StoredTree(), row.sequence, signed.size)
    digest = Leaf.objects.values_list("hash", flat=True).get(sequence=row.sequence)
    return Proof(row.sequence, leaf(row), digest, tuple(path), signed)


def size_of_events() -> int:
    """How many events there are by the place of the last; the log must have as many leaves."""
    last = Event.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    return 0 if last is None else last + 1


def latest() -> Checkpoint | None:
    """The last checkpoint, if any."""
    return Checkpoint.objects.order_by("-size").first()


def is_signed(size: int) -> bool:
    """Whether there is a checkpoint of this many events."""
    return Checkpoint.objects.filter(size=size).exists()


def covering(sequence: int) -> Checkpoint | None:
    """The newest checkpoint, if it states the event at ``sequence``."""
    last = latest()
    return last if last is not None and last.size > sequence else None


def replaced_log_keys(origin: str) -> dict[str, int]:
    """Keys of this log that it replaced: vkey -> place of the event that says so."""
    found: dict[str, int] = {}
    for row in _replacements(origin):
        for vkey in body(row)["old"]:
            found.setdefault(vkey, row.sequence)
    return found


def log_keys_of_today(origin: str) -> set[str]:
    """The keys that came last in an event of this log; empty where none was ever replaced."""
    last = _replacements(origin).last()
    return set() if last is None else set(body(last)["new"])


def _replacements(origin: str) -> QuerySet[Event]:
    return Event.objects.filter(type=REPLACED, actor=origin).order_by("sequence")
