"""The two tables of a log as an audit reads them: once, in order, keeping only what differs.

Rows that agree with their leaf leave nothing behind but the hash, so that a million events cost
32 megabytes. See :mod:`priam.tlog.audit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from priam.tlog.errors import LogError
from priam.tlog.hashes import HASH_SIZE, leaf_hash
from priam.tlog.leaves import encode_leaf

__all__ = ["KINDS", "EventRow", "Finding", "LeafRow", "Tables", "row_hash"]

KINDS = {
    "payload_edited": "a payload does not match its commitment",
    "row_edited": "an event row differs from its leaf, which a checkpoint vouches for",
    "leaf_edited": "a stored leaf hash was changed; the event row is the one that was signed",
    "row_or_leaf_edited": "an event row and its leaf differ and no checkpoint decides which",
    "event_removed": "an event that was logged is missing",
    "leaf_removed": "the leaf of an event is missing",
    "event_moved": "an event stands at another place than it was logged at",
    "event_added": "an event row that the log does not hold",
    "sequence_repeated": "two rows claim one place",
    "root_mismatch": "rows and leaves agree with each other and not with a signed root",
    "differs_from_copy": "a leaf is not the one that is known from elsewhere",
    "log_short": "the log has fewer leaves than a signed checkpoint states",
    "two_roots": "two checkpoints state different roots for one size",
    "unchecked": "leaves that cannot be checked, because an earlier part is damaged",
}


class EventRow(NamedTuple):
    """One event as the tables hold it now; ordered by ``sequence``.

    ``salt`` or ``payload`` is None once destroyed or where it may not be read; then the
    commitment cannot be checked. A plain tuple in this order does as well.
    """

    sequence: int
    event_id: str
    type: str
    version: int
    actor: str
    claimed_time: str
    received_time: str
    commitment: str
    salt: bytes | None
    payload: bytes | None


class LeafRow(NamedTuple):
    """One stored leaf; ordered by ``sequence``. ``hash`` is the 32-byte leaf hash."""

    sequence: int
    event_id: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``last`` ends a range of sequences that begins at ``sequence``;
    ``logged_at`` is where a moved event was signed to stand."""

    kind: str
    text: str
    sequence: int | None = None
    event_id: str | None = None
    last: int | None = None
    logged_at: int | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """The finding for programs."""
        return {
            "kind": self.kind,
            "sequence": self.sequence,
            "last": self.last,
            "event_id": self.event_id,
            "logged_at": self.logged_at,
            "text": self.text,
        }


def row_hash(row: EventRow, sequence: int | None = None) -> bytes:
    """Leaf hash that the row gives, at its own place or at ``sequence``; a row of type
    :data:`LOST` stands for an event of which only the leaf hash (its commitment) is known."""
    place = row[0] if sequence is None else sequence
    try:
        if row[2] == LOST:
            return bytes.fromhex(row[7])
        return leaf_hash(encode_leaf(row[3], row[2], row[1], place, *row[4:8]))
    except (TypeError, ValueError):  # a value of the wrong type was written into the table
        return b""


MISSING = bytes(HASH_SIZE)
LOST = "record.lost"
_LARGEST_GAP = 100_000
_BATCH = 1 << 14
_QUOTES = 28  # in a leaf without a quotation mark in any value


@dataclass
class Tables:
    """What reading leaves behind.

    ``hashes``: the stored leaf hashes by sequence, 32 bytes each, zeros in ``holes``. ``rows``
    and ``leaves``: what does not agree, by sequence; a row with the hash it gives. ``marks`` are
    sequences whose event ids are wanted for texts, ``ids`` those found. ``start``: where a part
    of the log begins that is read by itself (:meth:`joined`); 0 for a whole log.
    """

    marks: set[int] = field(default_factory=set)
    start: int = 0
    hashes: bytearray = field(default_factory=bytearray)
    holes: set[int] = field(default_factory=set)
    rows: dict[int, tuple[EventRow, bytes]] = field(default_factory=dict)
    leaves: dict[int, LeafRow] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    payloads: int = 0

    @property
    def size(self) -> int:
        """Number of places of the leaf table, holes included."""
        return self.start + len(self.hashes) // HASH_SIZE

    @classmethod
    def joined(cls, parts: Iterable[Tables]) -> Tables:
        """One log from parts that were read by themselves, in their order.

        The parts must lie behind each other, and every row in the part of its sequence; the
        result is the same as of reading all rows at once.
        """
        whole = cls()
        for part in parts:
            if part.hashes:
                whole._fill(part.start)
                whole.hashes += part.hashes
            whole.marks |= part.marks
            whole.holes |= part.holes
            whole.rows |= part.rows
            whole.leaves |= part.leaves
            whole.ids |= part.ids
            whole.findings += part.findings
            whole.payloads += part.payloads
        return whole

    def stored(self, sequence: int) -> bytes | None:
        """The stored leaf hash at a place, None where there is none."""
        if not self.start <= sequence < self.size or sequence in self.holes:
            return None
        at = (sequence - self.start) * HASH_SIZE
        return bytes(self.hashes[at : at + HASH_SIZE])

    def read(self, events: Iterable[EventRow], leaves: Iterable[LeafRow]) -> None:
        """Read both tables, ordered by sequence, in one pass."""
        # The loop is one function on purpose: it runs once for each event of the log. Values
        # that need no escaping (no quotation mark, no backslash) are put together as they are;
        # the others, and all rows that do not agree with their leaf, are encoded in full.
        sha256, marks = hashlib.sha256, self.marks
        leaf_rows = iter(leaves)
        leaf = next(leaf_rows, None)
        expected, batch, payloads = self.start, [], 0
        for row in events:
            number, event_id, kind, version, actor, claimed, received, committed, salt, body = row
            try:
                # join, not a format: it refuses what is no text
                leaf_bytes = "".join(
                    (
                        '\x00{"actor":"',
                        actor,
                        '","claimed_time":"',
                        claimed,
                        '","commitment":"',
                        committed,
                        '","event_id":"',
                        event_id,
                        '","received_time":"',
                        received,
                        f'","sequence":{number:d},"type":"',
                        kind,
                        f'","version":{version:d}}}',
                    )
                ).encode()
                digest = sha256(leaf_bytes).digest()
                plain = leaf_bytes.count(b'"') == _QUOTES and b"\\" not in leaf_bytes
            except (TypeError, ValueError):
                plain = False
            if salt is not None and body is not None:
                payloads += 1
                try:
                    opens = sha256(salt + body).hexdigest() == committed
                except TypeError:
                    opens = _opens(salt, body, committed)
                if not opens:
                    self._payload_edited(row)
            if not plain or kind == LOST:
                digest = row_hash(row)
            if (
                leaf is not None
                and number == expected == leaf[0]
                and digest == leaf[2]
                and event_id == leaf[1]
            ):
                batch.append(digest)
                if number in marks:
                    self.ids[number] = event_id
                expected += 1
                leaf = next(leaf_rows, None)
                if len(batch) == _BATCH:
                    self.hashes += b"".join(batch)
                    batch.clear()
                continue
            self.hashes += b"".join(batch)
            batch.clear()
            leaf, expected = self._differs(row, row_hash(row), leaf, leaf_rows, expected)
        self.hashes += b"".join(batch)
        self.payloads = payloads
        leaf = self._usable_leaf(leaf, leaf_rows)
        while leaf is not None:
            self._lone_leaf(leaf)
            leaf = self._usable_leaf(next(leaf_rows, None), leaf_rows)

    def _usable_leaf(self, leaf: LeafRow | None, rest: Iterator[LeafRow]) -> LeafRow | None:
        """The first leaf row with a usable, rising sequence; those before it are findings."""
        while leaf is not None and not self._usable(leaf[0], self.size - 1, "leaf", leaf[1]):
            leaf = next(rest, None)
        return leaf

    def _usable(self, sequence: object, last: int, what: str, event_id: object) -> bool:
        if type(sequence) is not int or sequence < 0 or sequence > last + _LARGEST_GAP:
            text = f"the {what} row of event {event_id} claims place {sequence!r}, beyond the log"
            self.findings.append(Finding("event_added", text, None, _text(event_id)))
            return False
        if sequence == last:
            text = f"a second {what} row claims place {sequence}: event {event_id}"
            self.findings.append(Finding("sequence_repeated", text, sequence, _text(event_id)))
            return False
        if sequence < last:
            raise LogError(f"{what} rows are not ordered by sequence: {sequence} after {last}")
        return True

    def _differs(
        self,
        row: EventRow,
        digest: bytes,
        leaf: LeafRow | None,
        leaf_rows: Iterator[LeafRow],
        expected: int,
    ) -> tuple[LeafRow | None, int]:
        """Take up a row that is not simply the next one, and catch up with the leaves."""
        row = EventRow(*row)
        number = row.sequence
        if not self._usable(number, expected - 1, "event", row.event_id):
            return leaf, expected
        leaf = self._usable_leaf(leaf, leaf_rows)
        while leaf is not None and leaf[0] < number:
            self._lone_leaf(leaf)
            leaf = self._usable_leaf(next(leaf_rows, None), leaf_rows)
        self.ids[number] = row[1]
        if leaf is None or leaf[0] > number:
            self.rows[number] = (row, digest)
            if leaf is not None:
                self._fill(number + 1)
            return leaf, number + 1
        self._place(leaf)
        if digest != leaf[2] or row[1] != leaf[1]:
            self.rows[number] = (row, digest)
            self.leaves[number] = LeafRow(*leaf)
        return next(leaf_rows, None), number + 1

    def _lone_leaf(self, leaf: LeafRow) -> None:
        self._place(leaf)
        self.leaves[leaf[0]] = LeafRow(*leaf)
        self.ids.setdefault(leaf[0], leaf[1])

    def _place(self, leaf: LeafRow) -> None:
        sequence, _, digest = leaf
        digest = bytes(digest) if len(digest) == HASH_SIZE else MISSING
        self._fill(sequence)
        self.hashes += digest

    def _fill(self, end: int) -> None:
        """Holes up to ``end``."""
        self.holes.update(range(self.size, end))
        self.hashes += MISSING * (end - self.size)

    def _payload_edited(self, row: EventRow) -> None:
        text = f"event {row[1]} at place {row[0]}: its payload does not match its commitment"
        self.findings.append(Finding("payload_edited", text, row[0], _text(row[1])))


def _opens(salt: object, body: object, committed: str) -> bool:
    """The same for what some databases give instead of bytes."""
    parts = [part.encode() if isinstance(part, str) else part for part in (salt, body)]
    if not all(isinstance(part, bytes | memoryview) for part in parts):
        return False
    return hashlib.sha256(b"".join(parts)).hexdigest() == committed  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
