"""What is done to a log is found and named: one test for each act in docs/explanation/log.md."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from priam.tlog.audit import KINDS, EventRow, LeafRow, verify_log
from priam.tlog.checkpoints import Checkpoint
from priam.tlog.errors import LogError
from priam.tlog.leaves import commitment
from priam.tlog.tree import Tree
from tests.priam.tlog.histories import ORIGIN, event_id, event_row, history, leaf_row

COUNT, EVERY = 40, 10


@pytest.fixture
def rows() -> list[EventRow]:
    return history(COUNT, EVERY)[0]


@pytest.fixture
def leaves() -> list[LeafRow]:
    return history(COUNT, EVERY)[1]


@pytest.fixture
def points() -> list[Checkpoint]:
    return history(COUNT, EVERY)[2]


@pytest.fixture
def edges() -> dict[int, tuple[bytes, ...]]:
    _, _, points, tree = history(COUNT, EVERY)
    return {point.size: tree.compact_range(point.size).hashes for point in points}


def named(*arguments: object, **options: object) -> list[tuple[object, ...]]:
    audit = verify_log(*arguments, **options)  # type: ignore[arg-type]
    assert all(f.kind in KINDS and f.text for f in audit.findings)
    return [(f.kind, f.sequence, f.event_id) for f in audit.findings]


def test_honest_log(rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]) -> None:
    audit = verify_log(rows, leaves, points)
    assert audit.ok
    assert (audit.size, audit.vouched, audit.payloads, audit.checkpoints) == (40, 40, 40, 4)
    assert audit.root == points[-1].root
    assert verify_log(map(tuple, rows), map(tuple, leaves), points).ok  # type: ignore[arg-type]


def test_events_after_the_last_checkpoint(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    audit = verify_log(rows, leaves, points[:2])
    assert audit.ok
    assert (audit.size, audit.vouched) == (40, 20)


def test_empty_log() -> None:
    assert verify_log([], [], []).ok
    root = Tree().root()
    assert verify_log([], [], [Checkpoint(ORIGIN, 0, root)]).ok
    assert not verify_log([], [], [Checkpoint(ORIGIN, 0, bytes(32))]).ok


def test_destroyed_salt_is_no_finding(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows[3] = rows[3]._replace(salt=None, payload=None)
    audit = verify_log(rows, leaves, points)
    assert audit.ok
    assert audit.payloads == COUNT - 1


@pytest.mark.parametrize("place", [0, 9, 10, 25, 39])
@pytest.mark.parametrize(
    "change",
    [{"actor": "x"}, {"type": "x"}, {"claimed_time": "2025-06-08T10:00:00Z"}, {"version": 2}],
)
def test_edited_row(
    rows: list[EventRow],
    leaves: list[LeafRow],
    points: list[Checkpoint],
    place: int,
    change: dict[str, object],
) -> None:
    rows[place] = rows[place]._replace(**change)  # type: ignore[arg-type]
    assert named(rows, leaves, points) == [("row_edited", place, event_id(place))]


def test_edited_payload(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows[7] = rows[7]._replace(payload=b'{"bags":99}')
    assert named(rows, leaves, points) == [("payload_edited", 7, event_id(7))]


def test_edited_payload_with_its_commitment(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    salt = rows[7].salt or b""
    rows[7] = rows[7]._replace(payload=b"{}", commitment=commitment(salt, b"{}"))
    assert named(rows, leaves, points) == [("row_edited", 7, event_id(7))]


@pytest.mark.parametrize("value", [None, 7, b"bytes", "\ud800"])
def test_row_of_wrong_type(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint], value: object
) -> None:
    rows[7] = rows[7]._replace(actor=value)  # type: ignore[arg-type]
    assert named(rows, leaves, points) == [("row_edited", 7, event_id(7))]


@pytest.mark.parametrize("place", [0, 12, 39])
def test_edited_leaf(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint], place: int
) -> None:
    leaves[place] = leaves[place]._replace(hash=bytes(32))
    assert named(rows, leaves, points) == [("leaf_edited", place, event_id(place))]


def test_edited_event_id_beside_a_leaf(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    leaves[5] = leaves[5]._replace(event_id=event_id(77))
    assert named(rows, leaves, points) == [("leaf_edited", 5, event_id(5))]


def test_after_the_last_checkpoint_nobody_decides(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows[35] = rows[35]._replace(actor="x")
    assert named(rows, leaves, points[:3]) == [("row_or_leaf_edited", 35, event_id(35))]


@pytest.mark.parametrize("place", [0, 9, 10, 22, 39])
def test_removed_row(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint], place: int
) -> None:
    del rows[place]
    assert named(rows, leaves, points) == [("event_removed", place, event_id(place))]


@pytest.mark.parametrize("place", [0, 9, 10, 22, 38])
def test_removed_row_and_the_rest_renumbered(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint], place: int
) -> None:
    del rows[place]
    rows = [row._replace(sequence=i) for i, row in enumerate(rows)]
    audit = verify_log(rows, leaves, points)
    removed = [f for f in audit.findings if f.kind == "event_removed"]
    assert [(f.sequence, f.event_id) for f in removed] == [(place, event_id(place))]
    moved = [f for f in audit.findings if f.kind == "event_moved"]
    (run,) = moved
    assert (run.sequence, run.logged_at) == (place, place + 1)
    assert len(audit.findings) == 2


@pytest.mark.parametrize("place", [0, 22, 39])
def test_removed_leaf(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint], place: int
) -> None:
    del leaves[place]
    assert named(rows, leaves, points) == [("leaf_removed", place, event_id(place))]


def test_removed_row_and_leaf_leave_a_gap(
    rows: list[EventRow],
    leaves: list[LeafRow],
    points: list[Checkpoint],
    edges: dict[int, tuple[bytes, ...]],
) -> None:
    del rows[22], leaves[22]
    found = named(rows, leaves, points)
    assert ("event_removed", 22, None) in found
    assert {kind for kind, _, _ in found} == {"event_removed", "root_mismatch", "unchecked"}
    assert ("unchecked", 30, event_id(30)) not in named(rows, leaves, points, edges=edges)


def test_removed_at_the_end(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    assert named(rows[:-1], leaves[:-1], points) == [("log_short", 39, None)]


def test_swapped_rows(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows[4], rows[17] = rows[17]._replace(sequence=4), rows[4]._replace(sequence=17)
    audit = verify_log(rows, leaves, points)
    assert [(f.kind, f.event_id, f.sequence, f.logged_at) for f in audit.findings] == [
        ("event_moved", event_id(17), 4, 17),
        ("event_moved", event_id(4), 17, 4),
    ]


def test_swapped_rows_and_leaves_kept(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    """Both tables swapped, hashes carried along: the rows tell where they belong."""
    rows[4], rows[7] = rows[7]._replace(sequence=4), rows[4]._replace(sequence=7)
    leaves[4], leaves[7] = leaves[7]._replace(sequence=4), leaves[4]._replace(sequence=7)
    found = named(rows, leaves, points)
    assert ("event_moved", 4, event_id(7)) in found
    assert ("event_moved", 7, event_id(4)) in found
    assert not any(kind == "root_mismatch" for kind, _, _ in found)


def test_inserted_row(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows.insert(12, event_row(77, 12))
    rows = [row._replace(sequence=i) for i, row in enumerate(rows)]
    found = named(rows, leaves, points)
    assert ("event_added", 12, event_id(77)) in found
    assert ("event_moved", 13, event_id(12)) in found
    assert len(found) == 2


def test_appended_row_without_leaf(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    found = named([*rows, event_row(40)], leaves, points)
    assert found == [("event_added", 40, event_id(40))]


def forged(place: int) -> tuple[list[EventRow], list[LeafRow]]:
    """Row and leaf changed so that they agree with each other."""
    rows, leaves, _, _ = history(COUNT, EVERY)
    rows[place] = event_row(place, bags=999)
    leaves[place] = leaf_row(rows[place])
    return rows, leaves


@pytest.mark.parametrize("place", [0, 9, 10, 22])
def test_both_tables_edited_is_bounded_by_checkpoints(
    points: list[Checkpoint], edges: dict[int, tuple[bytes, ...]], place: int
) -> None:
    rows, leaves = forged(place)
    first = verify_log(rows, leaves, points).findings[0]
    start = place // EVERY * EVERY
    assert (first.kind, first.sequence, first.last) == ("root_mismatch", start, start + EVERY - 1)
    with_edges = verify_log(rows, leaves, points, edges=edges)
    assert [f.kind for f in with_edges.findings] == ["root_mismatch"]
    assert with_edges.vouched == COUNT - EVERY


def test_both_tables_edited_is_named_with_a_checkpoint_for_each_event() -> None:
    rows, leaves = forged(22)
    points = history(COUNT, 1)[2]
    first = verify_log(rows, leaves, points).findings[0]
    assert (first.kind, first.sequence, first.last, first.event_id) == (
        "root_mismatch",
        22,
        22,
        event_id(22),
    )


def test_both_tables_edited_is_named_with_a_copy(points: list[Checkpoint]) -> None:
    rows, leaves = forged(22)
    honest = {leaf.sequence: leaf.hash for leaf in history(COUNT, EVERY)[1]}
    assert named(rows, leaves, points, copies=honest) == [("differs_from_copy", 22, event_id(22))]


def test_removed_and_renumbered_in_both_tables(points: list[Checkpoint]) -> None:
    rows = [event_row(n, i) for i, n in enumerate(n for n in range(COUNT) if n != 22)]
    leaves = [leaf_row(row) for row in rows]
    audit = verify_log(rows, leaves, points)
    kinds = [(f.kind, f.sequence, f.last) for f in audit.findings]
    assert kinds == [("root_mismatch", 20, 29), ("log_short", 39, 39)]
    assert audit.vouched == 20


def test_edges_are_believed_only_with_the_signed_root(
    points: list[Checkpoint], edges: dict[int, tuple[bytes, ...]]
) -> None:
    rows, leaves = forged(2)
    edges[10] = Tree.from_hashes(b"".join(leaf.hash for leaf in leaves[:10])).compact_range().hashes
    kinds = [f.kind for f in verify_log(rows, leaves, points, edges=edges).findings]
    assert kinds == ["root_mismatch", "unchecked"]


def test_two_roots_for_one_size(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    found = named(rows, leaves, [*points, replace(points[1], root=bytes(32))])
    assert found == [("two_roots", 20, None)]


def test_repeated_places(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    found = named([*rows[:9], event_row(77, 8), *rows[9:]], leaves, points)
    assert found == [("sequence_repeated", 8, event_id(77))]


def test_absurd_place(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows.append(rows.pop(5)._replace(sequence=2**60))
    found = named(rows, leaves, points)
    assert ("event_removed", 5, event_id(5)) in found
    assert ("event_added", None, event_id(5)) in found


def test_unordered_rows_are_the_callers_mistake(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    with pytest.raises(LogError, match="not ordered"):
        verify_log([rows[3], rows[1]], leaves, points)
    with pytest.raises(LogError, match="several logs"):
        verify_log(rows, leaves, [points[0], replace(points[1], origin="b.example/log")])


def test_what_databases_give_instead_of_bytes(
    rows: list[EventRow], leaves: list[LeafRow], points: list[Checkpoint]
) -> None:
    rows[3] = rows[3]._replace(salt=memoryview(rows[3].salt or b""))  # type: ignore[arg-type]
    rows[4] = rows[4]._replace(payload=(rows[4].payload or b"").decode())  # type: ignore[arg-type]
    assert verify_log(rows, leaves, points).ok
    rows[5] = rows[5]._replace(payload=7)  # type: ignore[arg-type]
    assert named(rows, leaves, points) == [("payload_edited", 5, event_id(5))]


NAMES = ['quote " mark', "back\\slash", "line\nbreak", "\u0416\U0001f54a", "\x7f\x00", "a\\nb"]


@pytest.mark.parametrize("name", NAMES)
def test_values_that_need_escaping(name: str) -> None:
    """Such rows take the full encoding; none passes for another."""
    row = event_row(0)._replace(actor=name)
    leaf = leaf_row(row)
    point = Checkpoint(ORIGIN, 1, leaf.hash)
    assert verify_log([row], [leaf], [point]).ok
    others = [name.encode("unicode_escape").decode(), name.replace('"', '\\"'), f"{name}x"]
    spelled = json.dumps(name, ensure_ascii=False)[1:-1]
    for other in {*others, spelled} - {name}:
        changed = row._replace(actor=other)
        assert named([changed], [leaf], [point]) == [("row_edited", 0, event_id(0))]


def test_a_value_cannot_reach_into_the_next_member() -> None:
    row = event_row(0)
    leaf, time = leaf_row(row), row.claimed_time
    split = row._replace(actor=f'{row.actor}","claimed_time":"{time}', claimed_time="")
    assert not verify_log([split], [leaf], [Checkpoint(ORIGIN, 1, leaf.hash)]).ok
