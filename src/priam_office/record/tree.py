"""The tree over the stored leaves: complete nodes are kept as rows, so that a proof reads few.

Rows are the only truth here; a node that does not fit its leaves is found by the audit.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from priam.tlog.hashes import node_hash
from priam.tlog.proofs import range_hash
from priam.tlog.tree import CompactRange
from priam_office.record.models import Node

__all__ = ["StoredTree", "compact_range", "grown", "root"]


class StoredTree:
    """A :class:`priam.tlog.proofs.HashSource` over the tables; each node is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        key = (level, index)
        if key not in self._known:
            self._known[key] = _stored(level, index)
        return self._known[key]


_LEAF = "SELECT hash FROM record_leaf WHERE sequence = %s"
_NODE = "SELECT hash FROM record_node WHERE place = %s"


def _stored(level: int, index: int) -> bytes:
    """One hash by its key; a proof reads some twenty, so plain SQL."""
    with connection.cursor() as cursor:
        if level == 0:
            cursor.execute(_LEAF, [index])
        else:
            cursor.execute(_NODE, [f"{level}/{index}"])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"the tree node {level}/{index} is not stored")
    return bytes.fromhex(row[0])


def compact_range(size: int) -> CompactRange:
    """The right edge of the first ``size`` leaves, in one query for the nodes."""
    wanted, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            wanted.append((level, start >> level))
            start += 1 << level
    places = [f"{level}/{index}" for level, index in wanted if level]
    hashes = dict(Node.objects.filter(place__in=places).values_list("place", "hash"))
    found = [
        bytes.fromhex(hashes[f"{level}/{index}"]) if level else _stored(level, index)
        for level, index in wanted
    ]
    return CompactRange(size, found)


def grown(
    edge: CompactRange, hashes: Sequence[bytes]
) -> tuple[CompactRange, list[tuple[str, str]]]:
    """The edge after leaves with ``hashes`` follow it, and the complete nodes that then appear
    (place and hash, as rows); ``edge`` itself stays as it is."""
    size, stack = edge.size, list(edge.hashes)
    made = []
    for value in hashes:
        level, index = 0, size
        while index & 1:
            level, index, value = level + 1, index >> 1, node_hash(stack.pop(), value)
            made.append((f"{level}/{index}", value.hex()))
        stack.append(value)
        size += 1
    return CompactRange(size, stack), made


def root(size: int) -> bytes:
    """Root of the first ``size`` leaves."""
    return range_hash(StoredTree(), 0, size)
