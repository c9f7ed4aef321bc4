"""Whatever is done to the tables is found; one act on one table is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.tlog.audit import EventRow, LeafRow, Tables, marks, verify_log, verify_tables
from tests.priam.tlog.histories import event_id, event_row, history, leaf_row

Rows = list[EventRow]
Leaves = list[LeafRow]
Named = set[tuple[str, int | None, str | None]]


def renumbered(rows: Rows) -> Rows:
    return [row._replace(sequence=place) for place, row in enumerate(rows)]


def edit_row(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    rows[at] = rows[at]._replace(received_time="2030-01-01T00:00:00Z")
    return rows, leaves, {("row_edited", at, event_id(at))}


def edit_payload(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    rows[at] = rows[at]._replace(payload=b'{"bags":-1}')
    return rows, leaves, {("payload_edited", at, event_id(at))}


def edit_leaf(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    leaves[at] = leaves[at]._replace(hash=b"x" * 32)
    return rows, leaves, {("leaf_edited", at, event_id(at))}


def remove_row(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    del rows[at]
    return rows, leaves, {("event_removed", at, event_id(at))}


def remove_and_renumber(
    rows: Rows, leaves: Leaves, at: int, other: int
) -> tuple[Rows, Leaves, Named]:
    del rows[at]
    return renumbered(rows), leaves, {("event_removed", at, event_id(at))}


def remove_leaf(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    del leaves[at]
    return rows, leaves, {("leaf_removed", at, event_id(at))}


def exchange(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    rows[at], rows[other] = rows[other]._replace(sequence=at), rows[at]._replace(sequence=other)
    return (
        rows,
        leaves,
        (
            {("event_moved", at, event_id(other)), ("event_moved", other, event_id(at))}
            if at != other
            else set()
        ),
    )


def insert(rows: Rows, leaves: Leaves, at: int, other: int) -> tuple[Rows, Leaves, Named]:
    rows.insert(at, event_row(5000, at))
    return renumbered(rows), leaves, {("event_added", at, event_id(5000))}


ACTS = [
    edit_row,
    edit_payload,
    edit_leaf,
    remove_row,
    remove_and_renumber,
    remove_leaf,
    exchange,
    insert,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@settings(max_examples=60)
@given(st.integers(1, 120), st.integers(1, 50), st.data())
def test_one_act_on_one_table_is_named(
    act: Callable[..., tuple[Rows, Leaves, Named]], count: int, every: int, data: st.DataObject
) -> None:
    rows, leaves, points, _ = history(count, every)
    at, other = (data.draw(st.integers(0, count - 1)) for _ in range(2))
    rows, leaves, expected = act(rows, leaves, at, other)
    audit = verify_log(rows, leaves, points)
    found = {(f.kind, f.sequence, f.event_id) for f in audit.findings}
    assert expected <= found
    blamed = {f.event_id for f in audit.findings if f.kind not in ("event_moved",)}
    assert blamed <= {name for _, _, name in expected}  # nobody else is accused


FIELDS = ["event_id", "type", "actor", "claimed_time", "received_time", "commitment"]


@st.composite
def tampering(draw: st.DrawFn) -> tuple[Rows, Leaves, Rows, Leaves]:
    """Several random acts, on one table or consistently on both."""
    count, every = draw(st.integers(2, 60)), draw(st.integers(1, 30))
    honest, honest_leaves, _, _ = history(count, every)
    rows, leaves = list(honest), list(honest_leaves)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows) - 1))
        both = draw(st.booleans())
        match draw(st.sampled_from(["edit", "payload", "remove", "insert", "leaf", "swap"])):
            case "edit":
                rows[at] = rows[at]._replace(**{draw(st.sampled_from(FIELDS)): draw(st.text())})
            case "payload":
                rows[at] = event_row(rows[at].sequence, bags=draw(st.integers(1000, 2000)))
            case "remove" if len(rows) > 1:
                del rows[at]
            case "insert":
                rows.insert(at, event_row(draw(st.integers(3000, 4000))))
            case "swap":
                rows[at], rows[0] = rows[0], rows[at]
            case _:
                leaves[at % len(leaves)] = leaves[at % len(leaves)]._replace(hash=b"y" * 32)
        if both:
            rows = renumbered(rows)
            leaves = [leaf_row(row) for row in rows]
    rows = renumbered(rows)
    return rows, leaves, honest, honest_leaves


@settings(max_examples=300)
@given(tampering(), st.integers(1, 30), st.booleans())
def test_nothing_goes_unnoticed(
    case: tuple[Rows, Leaves, Rows, Leaves], every: int, with_edges: bool
) -> None:
    rows, leaves, honest, honest_leaves = case
    _, _, points, tree = history(len(honest), every)
    edges = {p.size: tree.compact_range(p.size).hashes for p in points} if with_edges else {}
    audit = verify_log(rows, leaves, points, edges=edges)
    assert audit.ok == (rows == honest and leaves == honest_leaves)
    assert audit.vouched <= len(honest)


@settings(max_examples=200)
@given(tampering(), st.integers(1, 30), st.integers(1, 20))
def test_parts_read_by_themselves_are_the_whole(
    case: tuple[Rows, Leaves, Rows, Leaves], every: int, length: int
) -> None:
    """Rows read range by range give the same verdict as read at once."""
    rows, leaves, honest, _ = case
    _, _, points, _ = history(len(honest), every)
    parts, wanted = [], marks(points)
    for start in range(0, max(len(rows), len(leaves)), length):
        part = Tables(marks=wanted & {*range(start, start + length)}, start=start)
        within = range(start, start + length)
        part.read([r for r in rows if r[0] in within], [r for r in leaves if r[0] in within])
        parts.append(part)
    assert verify_tables(Tables.joined(parts), points) == verify_log(rows, leaves, points)
