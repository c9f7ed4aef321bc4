"""Reads of the record: an event, its proof, the head of the log."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from priam.tlog.proofs import inclusion_proof
from priam_office.record.models import Checkpoint, Event, Leaf
from priam_office.record.tree import StoredTree

__all__ = ["Proof", "covering", "event", "head", "latest", "proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event stands in the log: its leaf, the sibling hashes, the signed root."""

    sequence: int
    leaf: str
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """C2SP tlog-proof (https://c2sp.org/tlog-proof)."""
        hashes = "".join(f"{base64.b64encode(value).decode()}\n" for value in self.path)
        return f"c2sp.org/tlog-proof@v1\nindex {self.sequence}\n{hashes}\n{self.checkpoint.note}"


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
    leaf = Leaf.objects.get(sequence=row.sequence)
    return Proof(row.sequence, leaf.hash, tuple(path), signed)


def head() -> tuple[int, str]:
    """Number of events and hash of the last leaf: they name one version of everything."""
    last = Leaf.objects.order_by("-sequence").first()
    return (last.sequence + 1, last.hash) if last else (0, "")


def latest() -> Checkpoint | None:
    """The last checkpoint, if any."""
    return Checkpoint.objects.order_by("-size").first()


def covering(sequence: int) -> Checkpoint | None:
    """The newest checkpoint, if it states the event at ``sequence``."""
    last = latest()
    return last if last is not None and last.size > sequence else None
