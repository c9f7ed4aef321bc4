"""Honest logs to tamper with: event rows, leaf rows, checkpoints."""

from __future__ import annotations

import hashlib

from priam.tlog.audit import EventRow, LeafRow, row_hash
from priam.tlog.checkpoints import Checkpoint
from priam.tlog.leaves import commitment
from priam.tlog.tree import Tree

ORIGIN = "a.example/log"


def event_id(number: int) -> str:
    """A UUIDv7 made from a number."""
    return f"01976b4e-7a00-7{number // 4096 % 4096:03x}-98c4-{number:012x}"


def event_row(number: int, place: int | None = None, *, bags: int | None = None) -> EventRow:
    """The event ``number``; its payload speaks of ``bags`` bags."""
    salt = hashlib.sha256(b"salt%d" % number).digest()
    payload = b'{"bags":%d}' % (number if bags is None else bags)
    return EventRow(
        number if place is None else place,
        event_id(number),
        "handed_over",
        1,
        "a.example/office",
        "2025-06-07T10:00:00Z",
        f"2025-06-07T10:{number // 60 % 60:02d}:{number % 60:02d}Z",
        commitment(salt, payload),
        salt,
        payload,
    )


def leaf_row(row: EventRow) -> LeafRow:
    """The leaf that belongs to a row."""
    return LeafRow(row.sequence, row.event_id, row_hash(row))


def history(count: int, every: int) -> tuple[list[EventRow], list[LeafRow], list[Checkpoint], Tree]:
    """``count`` events with a checkpoint after each ``every`` of them and one at the end."""
    rows = [event_row(i) for i in range(count)]
    leaves = [leaf_row(row) for row in rows]
    tree = Tree.from_hashes(b"".join(leaf.hash for leaf in leaves))
    sizes = sorted({*range(every, count + 1, every), count})
    points = [Checkpoint(ORIGIN, size, tree.root(size)) for size in sizes]
    return rows, leaves, points, tree
