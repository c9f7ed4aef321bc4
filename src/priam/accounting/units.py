"""Figures of casework by unit: bags, cases, elements, samples, profiles, individuals, persons.

The units are never mixed: a bag is not a person. Each figure says its unit and which types of
events it is a fold over, so that it can be reckoned again from the record. What is published is
:func:`published`: a count small enough to point at a person is hidden, and so is one that gives
a small count away by subtraction from the figure it is a part of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from priam.events.board_rows import Decision
from priam.events.individuals import root
from priam.events.state import State

__all__ = ["THRESHOLD", "UNITS", "Published", "UnitFigure", "published", "unit_figures"]

THRESHOLD = 10


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """``count`` of ``unit``; ``part_of`` is the key of the figure it is a part of."""

    key: str
    unit: str
    count: int
    types: tuple[str, ...]
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as everybody may see it; ``count`` is None where it is hidden."""

    key: str
    unit: str
    count: int | None
    types: tuple[str, ...]


#: Units of counting in their order; those from ``individual`` on are about persons.
UNITS = ("bag", "case", "element", "sample", "profile", "individual", "person")
_OF_PERSONS = ("individual", "person")


def unit_figures(state: State) -> tuple[UnitFigure, ...]:
    """All figures of an installation's own casework."""
    decided = [d for d in state.decisions.values() if d.status == "signed"]
    mine = _counter(decided, lambda d: root(state, d))
    return (
        UnitFigure("bags_received", "bag", len(state.bags), ("manifest.issued", "bag.registered")),
        UnitFigure("bags_opened", "bag", len(state.openings), ("bag.opened",), "bags_received"),
        UnitFigure("cases", "case", len(state.cases), ("bag.opened", "case.split")),
        UnitFigure(
            "elements",
            "element",
            sum(not e.withdrawn for e in state.elements.values()),
            ("element.recorded", "element.withdrawn"),
        ),
        UnitFigure("samples", "sample", len(state.samples), ("sample.taken",)),
        UnitFigure("profiles", "profile", len(state.profiles), ("profile.recorded",)),
        UnitFigure("individuals_decided", "individual", mine(lambda d: True), _DECIDED),
        UnitFigure(
            "persons_identified",
            "person",
            mine(lambda d: d.conclusion == "identified"),
            _DECIDED,
            "individuals_decided",
        ),
        UnitFigure(
            "individuals_other_side",
            "individual",
            mine(lambda d: d.conclusion == "other side"),
            _DECIDED,
            "individuals_decided",
        ),
        UnitFigure(
            "persons_returned",
            "person",
            _returned(state, "family"),
            ("release.handed_over",),
            "persons_identified",
        ),
        UnitFigure(
            "individuals_returned_other_side",
            "individual",
            _returned(state, "other side"),
            ("case.returned",),
            "individuals_other_side",
        ),
        UnitFigure(
            "cases_in_graves",
            "case",
            sum(len(g.cases) for g in state.graves.values()),
            ("grave.recorded", "grave.opened"),
            "cases",
        ),
    )


_DECIDED = ("decision.signed", "decision.reopened")


def _counter(
    decided: Iterable[Decision], individual: Callable[[Decision], str]
) -> Callable[[Callable[[Decision], bool]], int]:
    """Counts individuals: decisions that extend each other are about one."""
    rows = [(individual(d), d) for d in decided]
    return lambda fits: len({name for name, d in rows if fits(d)})


def _returned(state: State, to: str) -> int:
    """Individuals of whom remains left this way; parts that left one after the other are of one,
    also where a later decision added them to an earlier one."""
    done = [r for r in state.releases.values() if r.status == "done" and r.to == to]
    rests_on = (state.decisions.get(r.decision or "") for r in done)
    return len({root(state, d) if d else r.release for r, d in zip(done, rests_on)})


def published(figures: Iterable[UnitFigure], threshold: int = THRESHOLD) -> tuple[Published, ...]:
    """The figures as everybody may see them."""
    known = {figure.key: figure for figure in figures}
    hidden = {f.key for f in known.values() if _points_at_somebody(f, known, threshold)}
    # one hidden part of a shown whole can be had by subtraction if it is the only one hidden
    for key in list(hidden):
        whole = known[key].part_of
        siblings = [f for f in known.values() if f.part_of == whole and f.key not in hidden]
        alone = sum(known[k].part_of == whole for k in hidden) == 1
        if whole is not None and alone and siblings and whole not in hidden:
            hidden.add(min(siblings, key=lambda f: (f.count, f.key)).key)
    return tuple(
        Published(f.key, f.unit, None if f.key in hidden else f.count, f.types)
        for f in known.values()
    )


def _points_at_somebody(figure: UnitFigure, known: dict[str, UnitFigure], threshold: int) -> bool:
    if figure.unit not in _OF_PERSONS:
        return False
    if 0 < figure.count < threshold:
        return True
    whole = known.get(figure.part_of or "")
    rest = whole.count - figure.count if whole is not None else 0
    return whole is not None and whole.unit in _OF_PERSONS and 0 < rest < threshold
