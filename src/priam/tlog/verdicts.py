"""Which of two tables is right, place by place, and what was done to the other.

Checkpoints cut the log into spans. Within a span the hashes of the leaf table are tried first,
then those of the event rows, then leaves put back to where their events say they belong, then
copies from elsewhere: the first that leads to the signed root is the truth of that span.
See :mod:`priam.tlog.audit`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from priam.tlog.checkpoints import Checkpoint
from priam.tlog.errors import LogError
from priam.tlog.hashes import EMPTY_ROOT, HASH_SIZE
from priam.tlog.tables import MISSING, EventRow, Finding, Tables, row_hash
from priam.tlog.tree import CompactRange

__all__ = ["Span", "judge", "name_findings"]

_ALL_PAIRS = 64  # up to so many differing rows, every row is tried at every differing place


@dataclass(frozen=True, slots=True)
class Span:
    """Leaves [start, end) between two checkpoints. ``verdict`` names the table that leads to
    the signed root; empty if none does, or if ``checkable`` is False for want of a known edge.
    ``truth``: the hashes of differing places as the verdict has them."""

    start: int
    end: int
    verdict: str
    truth: Mapping[int, bytes]
    checkable: bool = True


def judge(
    tables: Tables,
    points: Sequence[Checkpoint],
    edges: Mapping[int, Sequence[bytes]],
    copies: Mapping[int, bytes],
) -> tuple[list[Span], CompactRange | None]:
    """A verdict for each span between checkpoints that the tables reach, and the last edge."""
    versions = _versions(tables, copies)
    differing = _Sorted({*tables.rows, *tables.leaves, *tables.holes}.union(*versions.values()))
    holes = _Sorted(tables.holes)
    extent = max([tables.size, *(place + 1 for place in tables.rows)])
    edge: CompactRange | None = CompactRange()
    spans, start = [], 0
    for point in points:
        if point.size > extent or point.size == start:
            continue
        if edge is None:
            edge = _stored_edge(start, edges, points)
        places = differing.within(start, point.size)
        gaps = holes.within(start, point.size)
        span, edge = _judge_span(tables, versions, places, gaps, edge, start, point)
        spans.append(span)
        start = point.size
    return spans, edge


class _Sorted:
    """Places in order, to be cut into spans without looking at all of them each time."""

    def __init__(self, places: Collection[int]) -> None:
        self._places = sorted(places)

    def within(self, start: int, end: int) -> list[int]:
        return self._places[bisect_left(self._places, start) : bisect_left(self._places, end)]


def _versions(tables: Tables, copies: Mapping[int, bytes]) -> dict[str, dict[int, bytes]]:
    """Versions of history, each as its differences from the stored leaf hashes."""
    filled = {s: digest for s, (_, digest) in tables.rows.items() if tables.stored(s) is None}
    rows = {s: digest for s, (_, digest) in tables.rows.items()}
    copied = {s: h for s, h in copies.items() if tables.stored(s) != h}
    versions = {"leaves": filled, "rows": rows, "returned": {**filled, **_returned(tables)}}
    if copied:
        versions["copies"] = {**filled, **copied}
        versions["rows and copies"] = {**rows, **copied}
    return versions


def _returned(tables: Tables) -> dict[int, bytes]:
    """Stored hashes moved to where some event row says they belong."""
    if len(tables.rows) > _ALL_PAIRS:
        return {}
    belongs = {
        row_hash(row, place): place for row, _ in tables.rows.values() for place in tables.leaves
    }
    found = {}
    for place, leaf in tables.leaves.items():
        home = belongs.get(bytes(leaf.hash), place)
        if home != place:
            found[home] = bytes(leaf.hash)
    return found


def _stored_edge(
    size: int, edges: Mapping[int, Sequence[bytes]], points: Sequence[Checkpoint]
) -> CompactRange | None:
    """An edge stored with a checkpoint, if it folds to the signed root."""
    signed = {point.size: point.root for point in points}
    try:
        edge = CompactRange(size, edges[size])
    except (KeyError, LogError):
        return None
    return edge if edge.root() == signed[size] else None


def _judge_span(
    tables: Tables,
    versions: Mapping[str, Mapping[int, bytes]],
    differing: Sequence[int],
    gaps: Sequence[int],
    edge: CompactRange | None,
    start: int,
    point: Checkpoint,
) -> tuple[Span, CompactRange | None]:
    end = point.size
    if edge is None:
        return Span(start, end, "", {}, checkable=False), None
    tried: list[Mapping[int, bytes]] = []
    for name, version in versions.items():
        changes = {s: version[s] for s in differing if s in version}
        if changes in tried:
            continue
        tried.append(changes)
        grown = CompactRange(start, edge.hashes)
        if any(place not in changes for place in gaps):
            continue
        if _extend(grown, tables, changes, start, end) and grown.root() == point.root:
            truth = {s: changes.get(s, tables.stored(s) or b"") for s in differing}
            return Span(start, end, name, truth), grown
    return Span(start, end, "", {}), None


def _extend(
    edge: CompactRange, tables: Tables, changes: Mapping[int, bytes], start: int, end: int
) -> bool:
    """Extend ``edge`` by the leaves [start, end); False if one of them is not known."""
    for place in range(max(start, tables.size), end):
        if place not in changes:
            return False
    block = tables.hashes[start * HASH_SIZE : end * HASH_SIZE]
    block += MISSING * (end - start - len(block) // HASH_SIZE)
    for place, digest in changes.items():
        if len(digest) != HASH_SIZE:
            return False
        block[(place - start) * HASH_SIZE : (place - start + 1) * HASH_SIZE] = digest
    edge.extend(bytes(block))
    return True


# --- names


def name_findings(
    tables: Tables,
    points: Sequence[Checkpoint],
    spans: Sequence[Span],
    copies: Mapping[int, bytes],
) -> list[Finding]:
    """Every difference with a name, from the verdicts."""
    truth = {place: digest for span in spans for place, digest in span.truth.items()}
    named = _Names(tables, truth, [span for span in spans if span.verdict])
    findings = named.findings()
    findings += _copies(tables, copies, truth)
    findings += _mismatches(tables, spans)
    findings += _short(tables, points)
    return findings


class _Names:
    """Names for the places where row and leaf differ."""

    def __init__(self, tables: Tables, truth: Mapping[int, bytes], vouched: Sequence[Span]) -> None:
        self.tables = tables
        self.vouched = vouched
        self.truth = {
            place: truth.get(place) or tables.stored(place) or b""
            for place in {*tables.rows, *tables.leaves}
        }
        self.decided = truth.keys()
        self.moved = self._moved()

    def _moved(self) -> dict[int, int]:
        """Place where a row stands -> place where it was logged."""
        homes = {leaf.event_id: place for place, leaf in self.tables.leaves.items()}
        wrong = {
            place: row
            for place, (row, digest) in self.tables.rows.items()
            if digest != self.truth[place]
        }
        everywhere = sorted(self.truth) if len(wrong) <= _ALL_PAIRS else []
        moved, offset = {}, 0
        for place, row in sorted(wrong.items()):
            for home in (homes.get(row[1]), place + offset, *everywhere):
                if home is None or home == place or not self.truth.get(home):
                    continue
                if row_hash(row, home) == self.truth[home]:
                    moved[place], offset = home, home - place
                    break
        return moved

    def findings(self) -> list[Finding]:
        tables = self.tables
        found = self._moves()
        claimed = set(self.moved.values())
        claimed |= {s for s, (_, digest) in tables.rows.items() if digest == self.truth[s]}
        for place in sorted(self.truth):
            if place in tables.rows and place not in self.moved:
                found += self._row(place, place in claimed)
            if place in tables.leaves and self.truth[place] != bytes(tables.leaves[place].hash):
                found.append(self._leaf_edited(place))
            missing = place in self.moved or place not in tables.rows
            if missing and place not in claimed and self.truth[place]:
                found.append(self._removed(place))
        for place in sorted(tables.holes - tables.rows.keys()):
            text = f"the event at place {place} is gone, its row and its leaf"
            found.append(Finding("event_removed", text, place))
        return found

    def _moves(self) -> list[Finding]:
        """Moved rows; neighbours that moved by the same step are one finding."""
        runs: list[list[int]] = []
        for place, home in sorted(self.moved.items()):
            if runs and place == runs[-1][1] + 1 and home - place == runs[-1][2]:
                runs[-1][1] = place
            else:
                runs.append([place, place, home - place])
        return [self._run(*run) for run in runs]

    def _run(self, first: int, last: int, step: int) -> Finding:
        event_id = self.tables.rows[first][0][1]
        if first == last:
            text = f"event {event_id} stands at place {first} and was logged at {first + step}"
            return Finding("event_moved", text, first, event_id, logged_at=first + step)
        text = (
            f"the {last - first + 1} events at places {first} to {last} (first {event_id}) "
            f"were logged at {first + step} to {last + step}"
        )
        return Finding("event_moved", text, first, event_id, last, first + step)

    def _row(self, place: int, right: bool) -> list[Finding]:
        tables = self.tables
        row, digest = tables.rows[place]
        leaf = tables.leaves.get(place)
        if leaf is None:
            return [self._without_leaf(place, row)]
        if digest == self.truth[place]:
            if bytes(leaf.hash) == digest:  # only the event id beside the hash was changed
                return [self._leaf_edited(place)]
            return []
        if right:  # another row was logged here
            text = f"event {row[1]} at place {place} is not in the log"
            return [Finding("event_added", text, place, row[1])]
        if place not in self.decided:
            text = (
                f"event {row[1]} at place {place} and its leaf differ; no checkpoint "
                "decides which of the two was changed"
            )
            return [Finding("row_or_leaf_edited", text, place, row[1])]
        text = f"event {leaf.event_id} at place {place} was edited after it was logged"
        if row[1] != leaf.event_id:
            text += f"; the row now says it is event {row[1]}"
        return [Finding("row_edited", text, place, leaf.event_id)]

    def _without_leaf(self, place: int, row: EventRow) -> Finding:
        if self.truth[place] and place in self.decided:
            text = f"the leaf of event {row[1]} at place {place} is gone; the event is as signed"
            return Finding("leaf_removed", text, place, row[1])
        text = f"event {row[1]} at place {place} has no leaf: the log does not hold it"
        return Finding("event_added", text, place, row[1])

    def _leaf_edited(self, place: int) -> Finding:
        leaf = self.tables.leaves[place]
        row = self.tables.rows.get(place)
        event_id = row[0][1] if row else leaf.event_id
        text = f"the stored leaf of event {event_id} at place {place} was changed"
        return Finding("leaf_edited", text, place, event_id)

    def _removed(self, place: int) -> Finding:
        leaf = self.tables.leaves.get(place)
        event_id = leaf.event_id if leaf else None
        text = f"event {event_id} was logged at place {place} and is gone"
        return Finding("event_removed", text, place, event_id)


def _copies(
    tables: Tables, copies: Mapping[int, bytes], truth: Mapping[int, bytes]
) -> list[Finding]:
    findings = []
    for place, digest in sorted(copies.items()):
        stored = tables.stored(place)
        if stored is None or stored == digest:
            continue
        text = f"the leaf at place {place} (event {tables.ids.get(place)}) is not the one known"
        text += " from elsewhere"
        if truth.get(place) == digest:
            text += ", and a signed root confirms the latter: row and leaf were both changed"
        findings.append(Finding("differs_from_copy", text, place, tables.ids.get(place)))
    return findings


def _mismatches(tables: Tables, spans: Sequence[Span]) -> list[Finding]:
    """Spans that no version explains, and what lies unchecked behind them."""
    findings = []
    for span in spans:
        if span.verdict:
            continue
        last = span.end - 1
        where = f"leaves {span.start} to {last}"
        ids = [tables.ids.get(place) for place in (span.start, last)]
        if span.checkable:
            text = f"{where} (events {ids[0]} to {ids[1]}) do not lead to the signed root: "
            text += "at least one event there was changed, removed, added or moved in both tables"
            findings.append(Finding("root_mismatch", text, span.start, ids[0], last))
        else:
            text = f"{where} cannot be checked: an earlier part is damaged and no edge is stored"
            findings.append(Finding("unchecked", text, span.start, ids[0], last))
    return _joined(findings)


def _joined(findings: Sequence[Finding]) -> list[Finding]:
    """Neighbouring unchecked spans as one finding."""
    joined: list[Finding] = []
    for finding in findings:
        before = joined[-1] if joined else None
        if before and finding.kind == before.kind == "unchecked":
            text = (
                f"leaves {before.sequence} to {finding.last} cannot be checked: an earlier part "
                "is damaged and no edge is stored"
            )
            joined[-1] = Finding("unchecked", text, before.sequence, before.event_id, finding.last)
        else:
            joined.append(finding)
    return joined


def _short(tables: Tables, points: Sequence[Checkpoint]) -> list[Finding]:
    largest = max((point.size for point in points), default=0)
    findings = []
    extent = max([tables.size, *(place + 1 for place in tables.rows)])
    if extent < largest:
        text = f"the log has {extent} leaves, a signed checkpoint states {largest}: "
        text += f"{largest - extent} are missing"
        findings.append(Finding("log_short", text, extent, None, largest - 1))
    if points and points[0].size == 0 and points[0].root != EMPTY_ROOT:
        findings.append(Finding("root_mismatch", "the checkpoint of size 0 has a wrong root", 0))
    return findings
