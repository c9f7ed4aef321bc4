"""Check everything: log, checkpoints, salts, tree nodes, guards, and the tables made from events.

In two parts that are reported apart, because the second costs five times as much and proves
something else: what was logged is unchanged, and what pages show is what was logged.

Only reads, and no writer waits for it. Each finding names the row. What an audit cannot see: a log
that was rewritten whole, together with its checkpoints and its key; so keep checkpoints elsewhere
too (``elsewhere``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection

from priam.errors import UserError
from priam.tlog import audit as tlog
from priam.tlog.checkpoints import Checkpoint as Statement
from priam.tlog.checkpoints import open_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.logkeys import check_not_replaced
from priam.tlog.notes import Verifier
from priam.tlog.tables import LOST
from priam.tlog.tree import HASH_SIZE, parents
from priam_office.record import guards, projection, queries, ranges, returned
from priam_office.record.acts import Recorded, from_row
from priam_office.record.models import Checkpoint, Event, Node, Salt
from priam_office.record.ranges import Advance, bytes_of
from priam_office.record.transactions import reading

__all__ = ["Report", "audit", "audit_log", "audit_tables"]

# What a projection meets where events were removed or edited; it takes them to have passed rules.
_UNREADABLE = (UserError, ValueError, LookupError, TypeError, AssertionError, DatabaseError)
_DIGITS = 2 * HASH_SIZE
_SHOWN = 50  # of one kind; the rest are counted


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found; ``findings`` are (kind, sentence).

    ``rows`` of tables were compared with the events; None where the tables were not looked at.
    ``lost``: events that an old backup lost, of which only the leaf hash is known.
    """

    log: tlog.Audit
    rows: int | None
    findings: tuple[tuple[str, str], ...]
    lost: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "ok": self.ok,
            "size": self.log.size,
            "root": self.log.root.hex(),
            "signed": self.log.vouched,
            "payloads": self.log.payloads,
            "checkpoints": self.log.checkpoints,
            "lost": self.lost,
            "tables_checked": self.rows is not None,
            "derived_rows": self.rows,
            "findings": [{"kind": kind, "text": text} for kind, text in self.findings],
        }


@dataclass
class _Found:
    items: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: str, texts: Iterable[str]) -> None:
        texts = list(texts)
        self.items += [(kind, text) for text in texts[:_SHOWN]]
        if len(texts) > _SHOWN:
            self.items.append((kind, f"and {len(texts) - _SHOWN} more of this kind"))


def _silently(events: int) -> None:
    """Nobody wants to know how far it is."""


def audit(verifiers: Sequence[Verifier], origin: str, elsewhere: Sequence[str] = ()) -> Report:
    """Check the whole installation; ``elsewhere`` are notes of checkpoints kept outside it."""
    report = audit_log(verifiers, origin, elsewhere)
    rows, findings = audit_tables()
    return Report(report.log, rows, (*report.findings, *findings))


def audit_log(
    verifiers: Sequence[Verifier],
    origin: str,
    elsewhere: Sequence[str] = (),
    advance: Advance = _silently,
) -> Report:
    """Check all but the tables made from events: event rows with their payloads, leaves,
    checkpoints, salts, tree nodes, guards. ``advance`` is told how many events were read."""
    found = _Found()
    with ranges.readers() as readers, reading():
        found.add("guard_missing", map(_guard_text, guards.missing(connection)))
        statements = _statements(verifiers, origin, elsewhere, found)
        tables = readers.read(tlog.marks(statements), advance)
        log = tlog.verify_tables(tables, statements, edges=_edges())
        for finding in log.findings:
            found.add(finding.kind, [finding.text])
        found.add("salt_missing", _salts_missing())
        found.add("event_removed", map(_lost_text, _undeclared()))
        found.add("node_edited", _nodes(bytes(tables.hashes)))
        gone = Event.objects.filter(type=LOST).count()
    return Report(log, None, tuple(found.items), gone)


def audit_tables(advance: Advance = _silently) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Compare every table with what the events make of it; number of rows, and findings.

    Says nothing of whether the events are those that were logged: :func:`audit_log` does.
    """
    found = _Found()
    with reading():
        rows = _derived(found, advance)
    return rows, tuple(found.items)


def _lost_text(place: int) -> str:
    return f"the event at place {place} is gone, its hash stands for it, and no event says why"


def _undeclared() -> list[int]:
    try:
        return returned.undeclared()
    except _UNREADABLE:  # the row that said so was changed, and is named elsewhere
        return list(Event.objects.filter(type=LOST).values_list("sequence", flat=True))


def _guard_text(name: str) -> str:
    return f"the guard {name} of the database is absent, altered or switched off"


def _statements(
    verifiers: Sequence[Verifier], origin: str, elsewhere: Sequence[str], found: _Found
) -> list[Statement]:
    """Checkpoints whose signature holds; the others are findings."""
    stored = [
        (f"the stored checkpoint of {row.size} events", row.note, row.size)
        for row in Checkpoint.objects.order_by("size")
    ]
    given = [
        (f"checkpoint {i} given from outside", note, None) for i, note in enumerate(elsewhere, 1)
    ]
    result = []
    # An installation may have got its second key by an update: checkpoints before have one line.
    both_from: int | None = None
    kinds = {verifier.vkey.kind for verifier in verifiers}
    vkeys = {(v.name, v.key_id): v.vkey for v in verifiers}
    try:
        replaced = queries.replaced_log_keys(origin)
    except _UNREADABLE:  # that row was changed, and is named elsewhere
        replaced = {}
    for name, note, size in stored + given:
        try:
            opened = open_checkpoint(note, verifiers, origin=origin, every_kind=False)
            statement = opened.checkpoint
            signed = [vkeys[line.name, line.key_id] for line in opened.opened.verified]
            check_not_replaced(origin, statement.size, signed, replaced)
            if size is not None and statement.size != size:
                raise LogError(f"it states {statement.size} events")
            if both_from is not None and statement.size >= both_from:
                open_checkpoint(note, verifiers, origin=origin)
            elif size is not None and {key.kind for key in signed} == kinds:
                both_from = size
        except LogError as error:
            found.add("checkpoint_edited", [f"{name} does not hold: {error}"])
        else:
            result.append(statement)
    return result


def _edges() -> dict[int, list[bytes]]:
    return {
        row.size: [bytes_of(part) for part in row.edge.split()] for row in Checkpoint.objects.all()
    }


def _salts_missing() -> Iterator[str]:
    """Events without a salt, but for those whose salt a later event records as destroyed."""
    destroyed = {
        json.loads(text)["body"].get("event")
        for text in Event.objects.filter(type=guards.DESTRUCTION).values_list("payload", flat=True)
    }
    salted = Salt.objects.values("sequence")
    for sequence, event_id in (
        Event.objects.exclude(sequence__in=salted)
        .exclude(type=LOST)
        .order_by("sequence")
        .values_list("sequence", "event_id")
    ):
        if event_id not in destroyed:
            yield f"event {event_id} at place {sequence} has no salt, and no event records why"


def _nodes(hashes: bytes) -> Iterator[str]:
    """Inner nodes that do not follow from the leaves, whose ``hashes`` are those stored."""
    stored, row, level = dict(Node.objects.values_list("place", "hash")), hashes, 0
    while len(row) >= 2 * HASH_SIZE:
        row, level = parents(row), level + 1
        text = row.hex()
        for index in range(len(row) // HASH_SIZE):
            place = f"{level}/{index}"
            if stored.pop(place, None) != text[index * _DIGITS : (index + 1) * _DIGITS]:
                yield f"tree node {place} is not what its leaves give"
    yield from (f"tree node {place} lies outside the log" for place in sorted(stored))


def _derived(found: _Found, advance: Advance) -> int:
    """Compare the tables with what the events make of them; returns the number of rows."""
    rows = projection.Rows(from_database=False)
    try:
        projection.fold(_told(map(from_row, _all_events()), advance), rows)
        differences = projection.compare(rows)
    except _UNREADABLE as error:
        text = f"the events no longer fold into tables: {error}"
        found.add("events_unreadable", [text])
        return 0
    found.add("table_edited", map(str, differences))
    return sum(model._default_manager.count() for model in projection.derived_models())


def _all_events() -> Iterator[Event]:
    return Event.objects.order_by("sequence").iterator(2000)


def _told(events: Iterable[Recorded], advance: Advance) -> Iterator[Recorded]:
    """The same events; how far they are read is told every thousand."""
    for number, event in enumerate(events, 1):
        yield event
        if number % 1000 == 0:
            advance(1000)
