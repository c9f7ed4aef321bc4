"""Figures by unit: an independent count of random states, and nothing small gets out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from priam.accounting.units import UnitFigure, published, unit_figures
from priam.events import State
from priam.events.board_rows import Decision
from priam.events.cases_rows import Case
from priam.events.releases_rows import Grave, Release


def test_nothing_is_counted_where_nothing_is() -> None:
    assert {figure.count for figure in unit_figures(State())} == {0}
    assert {figure.count for figure in published(unit_figures(State()))} == {0}


def decision(name: str, conclusion: str, status: str, extends: str | None = None) -> Decision:
    missing = "m" if conclusion == "identified" else None
    return Decision(name, ("c",), conclusion, missing, extends, "e", status)


def test_an_individual_is_counted_once_however_many_decisions_add_parts() -> None:
    state = State()
    for row in (
        decision("a", "identified", "signed"),
        decision("b", "identified", "signed", "a"),
        decision("c", "identified", "signed", "b"),
        decision("d", "other side", "signed"),
        decision("e", "not identified", "signed"),
        decision("f", "identified", "reopened"),
        decision("g", "identified", "proposed"),
    ):
        state = state.put("decisions", row.decision, row)
    for case in ("c1", "c2"):
        state = state.put("cases", case, Case(case, "B", "one", None, (), (), "open", ()))
    state = state.put("graves", "G", Grave("G", ("c1",), "e"))
    for name, to, on, status in (
        ("r1", "family", "a", "done"),
        ("r2", "family", "a", "done"),
        ("r3", "family", "c", "done"),  # a part that a later decision added
        ("r4", "family", "a", "planned"),
        ("r5", "other side", "d", "done"),
        ("r6", "other side", "d", "done"),
    ):
        row = Release(name, ("c1",), to, on, None, None, "e", status)
        state = state.put("releases", name, row)
    counts = {figure.key: figure.count for figure in unit_figures(state)}
    assert counts["individuals_decided"] == 3
    assert (counts["persons_identified"], counts["individuals_other_side"]) == (1, 1)
    assert (counts["persons_returned"], counts["individuals_returned_other_side"]) == (1, 1)
    assert (counts["cases"], counts["cases_in_graves"]) == (2, 1)


counts = st.integers(0, 40)


@given(counts, counts, counts, counts)
def test_no_small_number_of_persons_can_be_read_or_reckoned(
    one: int, two: int, rest: int, part: int
) -> None:
    figures = [
        UnitFigure("cases", "case", 3, ()),
        UnitFigure("all", "individual", one + two + rest, ()),
        UnitFigure("one", "person", one, (), "all"),
        UnitFigure("two", "individual", two, (), "all"),
        UnitFigure("returned", "person", min(part, one), (), "one"),
    ]
    shown = {f.key: f.count for f in published(figures)}
    assert shown["cases"] == 3
    for figure in figures[1:]:
        count = shown[figure.key]
        assert count is None or count == figure.count
        assert count is None or count == 0 or count >= 10
        whole = shown.get(figure.part_of or "")
        if count is not None and whole is not None:
            assert whole - count == 0 or whole - count >= 10
