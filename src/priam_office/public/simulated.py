"""The page of simulated exchanges: figures of synthetic persons, apart from all claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from priam.events import SimulationIdentified, Stamp
from priam_office.public import queries
from priam_office.record import state

__all__ = ["Figure", "Flow", "Stage", "Strip", "page"]

# What each figure is called on the page: (unit, kind) -> title, unit in words
TITLES = {
    ("bag", "handed over"): gettext_noop("Bags handed over"),
    ("case", "registered"): gettext_noop("Cases registered"),
    ("case", "searched"): gettext_noop("Cases compared with families"),
    ("case", "set aside"): gettext_noop("Cases set aside"),
    ("case", "mixture"): gettext_noop("Set aside: more than one person in the sample"),
    ("case", "contamination"): gettext_noop("Set aside: the profile of a member of staff"),
    ("case", "too few markers"): gettext_noop("Set aside: too little DNA"),
    ("individual", "found"): gettext_noop("Individuals, after parts were put together"),
    ("individual", "identified"): gettext_noop("Identified (proposed)"),
    ("individual", "probable"): gettext_noop("Probable"),
    ("individual", "undecidable"): gettext_noop("Undecidable between named persons"),
    ("individual", "inconclusive"): gettext_noop("Inconclusive"),
    ("individual", "no family fits"): gettext_noop("No family fits"),
    ("individual", "likely of the other side"): gettext_noop("Likely of the other side (proposed)"),
}
UNITS = {
    "bag": gettext_noop("bags (handover units)"),
    "case": gettext_noop("cases"),
    "individual": gettext_noop("individuals"),
}
KEYS = (
    ("bag", "handed over"),
    ("case", "registered"),
    ("individual", "found"),
    ("individual", "identified"),
    ("individual", "likely of the other side"),
)
# What a stage shows the parts of, and those parts
_STAGES = (
    (("bag", "handed over"), (("bag", "handed over"),)),
    (("case", "registered"), (("case", "searched"), ("case", "set aside"))),
    (("individual", "found"), (("individual", "found"),)),
    (
        ("individual", "found"),
        tuple(key for key in TITLES if key[0] == "individual" and key[1] != "found"),
    ),
)
WIDTH = 1000  # of the drawing, in its own units


@dataclass(frozen=True)
class Figure:
    """One number with its title and unit; without ``count`` it is suppressed."""

    kind: str
    title: str
    unit: str
    count: int | None


@dataclass(frozen=True)
class Strip:
    """One rectangle of a stage: where it begins and how wide it is, and its colour."""

    x: float
    width: float
    series: int


@dataclass(frozen=True)
class Stage:
    """One line of the flow, all in one unit."""

    unit: str
    strips: tuple[Strip, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Flow:
    """A simulated exchange as the page shows it."""

    event: SimulationIdentified
    event_id: str
    keys: tuple[Figure, ...]
    rows: tuple[Figure, ...]
    stages: tuple[Stage, ...]
    truth: Mapping[str, int | None]
    made_with: tuple[Stamp, ...]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All simulated exchanges of the record, the largest first."""
    known = state.known().state.simulations.values()
    flows = [_flow(one.event, one.event_id) for one in known]
    flows.sort(key=lambda flow: (-(flow.keys[0].count or 0), flow.event.simulation))
    return render(request, "public/simulated.html", {"view": queries.view(), "flows": flows})


def _flow(event: SimulationIdentified, event_id: str) -> Flow:
    counts = {(f.unit, f.kind): f.count for f in event.figures}
    figures = {key: _figure(key, counts.get(key)) for key in TITLES}
    return Flow(
        event=event,
        event_id=event_id,
        keys=tuple(figures[key] for key in KEYS),
        rows=tuple(figures.values()),
        stages=tuple(
            _stage([figures[key] for key in keys], counts.get(whole)) for whole, keys in _STAGES
        ),
        truth={f.kind.replace(" ", "_"): f.count for f in event.figures},
        made_with=event.made_with,
    )


def _figure(key: tuple[str, str], count: int | None) -> Figure:
    return Figure(key[1], _(TITLES[key]), _(UNITS[key[0]]), count)


def _stage(figures: list[Figure], whole: int | None) -> Stage:
    """Strips in the proportion of their counts; each stage fills the width, for units differ.

    What is suppressed is the empty end of the line: all of it together, never one by one.
    """
    total = whole or sum(figure.count or 0 for figure in figures)
    strips, x = [], 0.0
    for series, figure in enumerate(figures):
        width = WIDTH * (figure.count or 0) / total if total else 0.0
        if width:
            strips.append(Strip(round(x, 1), round(width, 1), series))
        x += width
    return Stage(figures[0].unit, tuple(strips), tuple(figures))
