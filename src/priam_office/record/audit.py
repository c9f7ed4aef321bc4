"""Check everything: log, checkpoints, salts, tree nodes, guards, and the tables made from events.

Only reads. Each finding names the row. What an audit cannot see: a log that was rewritten whole,
together with its checkpoints and its key; so keep checkpoints elsewhere too (``elsewhere``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction

from priam.errors import UserError
from priam.tlog import audit as tlog
from priam.tlog.checkpoints import Checkpoint as Statement
from priam.tlog.checkpoints import open_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.notes import Verifier
from priam.tlog.tree import Tree
from priam_office.record import guards, projection
from priam_office.record.acts import from_row, opened
from priam_office.record.models import Checkpoint, Event, Node, Salt
from priam_office.vault.compartments import CompartmentLocked

__all__ = ["Report", "audit"]

_CHUNK = 5000
_SHOWN = 50  # of one kind; the rest are counted


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found; ``findings`` are (kind, sentence)."""

    log: tlog.Audit
    rows: int
    findings: tuple[tuple[str, str], ...]

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


def audit(verifiers: Sequence[Verifier], origin: str, elsewhere: Sequence[str] = ()) -> Report:
    """Check the whole installation; ``elsewhere`` are notes of checkpoints kept outside it."""
    found = _Found()
    with transaction.atomic():  # one view of the data throughout
        found.add("guard_missing", map(_guard_text, guards.missing(connection)))
        statements = _statements(verifiers, origin, elsewhere, found)
        log = tlog.verify_log(_event_rows(), _leaf_rows(), statements, edges=_edges())
        for finding in log.findings:
            found.add(finding.kind, [finding.text])
        found.add("salt_missing", _salts_missing())
        found.add("node_edited", _nodes())
        rows = _derived(found)
    return Report(log, rows, tuple(found.items))


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
    for name, note, size in stored + given:
        try:
            opened = open_checkpoint(note, verifiers, origin=origin, every_kind=False)
            statement = opened.checkpoint
            if size is not None and statement.size != size:
                raise LogError(f"it states {statement.size} events")
            if both_from is not None and statement.size >= both_from:
                open_checkpoint(note, verifiers, origin=origin)
            elif size is not None and len(opened.opened.verified) == len(verifiers):
                both_from = size
        except LogError as error:
            found.add("checkpoint_edited", [f"{name} does not hold: {error}"])
        else:
            result.append(statement)
    return result


def _bytes(text: Any) -> bytes:
    """Bytes of stored hexadecimal; what is none cannot equal any hash."""
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return b"\xff not hexadecimal"


def _edges() -> dict[int, list[bytes]]:
    return {
        row.size: [_bytes(part) for part in row.edge.split()] for row in Checkpoint.objects.all()
    }


def _event_rows() -> Iterator[tlog.EventRow]:
    sql = (
        "SELECT e.sequence, e.event_id, e.type, e.version, e.actor, e.claimed_time, "
        "e.received_time, e.commitment, s.value, e.payload FROM record_event e "
        "LEFT JOIN record_salt s ON s.sequence = e.sequence ORDER BY e.sequence"
    )
    for row in _select(sql):
        salt = None if row[8] is None else _bytes(row[8])
        yield tlog.EventRow(*row[:8], salt, _payload(row[2], row[1], str(row[9])))


def _payload(type: Any, event_id: Any, text: str) -> bytes | None:
    """The bytes under the commitment; None where the compartment is locked.

    A box that was changed does not open: its own bytes then fail against the commitment.
    """
    try:
        return opened(str(type), str(event_id), text).encode()
    except CompartmentLocked:
        return None
    except UserError:
        return text.encode()


def _leaf_rows() -> Iterator[tlog.LeafRow]:
    for sequence, event_id, digest in _select(
        "SELECT sequence, event_id, hash FROM record_leaf ORDER BY sequence"
    ):
        yield tlog.LeafRow(sequence, event_id, _bytes(digest))


def _select(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _salts_missing() -> Iterator[str]:
    """Events without a salt, but for those whose salt a later event records as destroyed."""
    destroyed = {
        json.loads(text)["body"].get("event")
        for text in Event.objects.filter(type=guards.DESTRUCTION).values_list("payload", flat=True)
    }
    salted = Salt.objects.values("sequence")
    for sequence, event_id in (
        Event.objects.exclude(sequence__in=salted)
        .order_by("sequence")
        .values_list("sequence", "event_id")
    ):
        if event_id not in destroyed:
            yield f"event {event_id} at place {sequence} has no salt, and no event records why"


def _nodes() -> Iterator[str]:
    """Inner nodes that do not follow from the leaves."""
    hashes = b"".join(_whole(digest) for _, _, digest in _leaf_rows())
    tree = Tree.from_hashes(hashes)
    stored = dict(Node.objects.values_list("place", "hash"))
    for level in range(1, tree.size.bit_length()):
        for index in range(tree.size >> level):
            place = f"{level}/{index}"
            if stored.pop(place, None) != tree.node(level, index).hex():
                yield f"tree node {place} is not what its leaves give"
    yield from (f"tree node {place} lies outside the log" for place in sorted(stored))


def _whole(digest: bytes) -> bytes:
    return digest if len(digest) == 32 else bytes(32)


def _derived(found: _Found) -> int:
    """Compare the tables with what the events make of them; returns the number of rows."""
    rows = projection.Rows(from_database=False)
    try:
        projection.fold(map(from_row, Event.objects.order_by("sequence").iterator(2000)), rows)
        differences = projection.compare(rows)
    except (UserError, ValueError, LookupError, TypeError, DatabaseError) as error:
        text = f"the events no longer fold into tables: {error}"
        found.add("events_unreadable", [text])
        return 0
    found.add("table_edited", map(str, differences))
    return sum(model._default_manager.count() for model in projection.derived_models())
