"""Simulated exchanges: what a program found among synthetic persons. Never a claim, no person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from priam.casework.proposed import PROPOSED
from priam.events.base import LARGEST, Event, Recorded, RuleError
from priam.events.state import Simulation, State

__all__ = ["CHECKS", "PARTS", "SimulatedFigure", "SimulationIdentified", "Stamp"]

# (unit, kind) of a whole -> kinds of its parts, which add up to it
PARTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("case", "registered"): ("searched", "set aside"),
    ("case", "set aside"): ("mixture", "contamination", "too few markers"),
    ("individual", "found"): PROPOSED,
}
# What only a simulation can count: the program against the truth. Never suppressed.
CHECKS = (
    "identified rightly",
    "identified wrongly",
    "of the other side in truth",
    "of the other side and identified",
)
_KINDS = {
    "bag": {"handed over"},
    "case": {"registered", *PARTS["case", "registered"], *PARTS["case", "set aside"]},
    "individual": {"found", *PARTS["individual", "found"], *CHECKS},
}


@dataclass(frozen=True, slots=True)
class SimulatedFigure:
    """A number with its unit: ``bag``, ``case`` or ``individual``. Without ``count`` it is too
    small to be shown, or would give away one that is."""

    unit: str
    kind: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One thing a run was made with: a version, or the SHA-256 of a file."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SimulationIdentified(Event):
    """An exchange of synthetic persons was simulated and identified; only counts are kept.

    ``sized_after`` is the claim whose number of bags was taken. A later run under the same name
    is shown in place of the earlier one, which stays in the log.
    """

    type: ClassVar[str] = "simulation.identified"

    simulation: str
    giver: str
    receiver: str
    seed: int
    suppressed_below: int
    figures: tuple[SimulatedFigure, ...]
    made_with: tuple[Stamp, ...]
    sized_after: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.giver)
        state.party(self.receiver)
        if self.giver == self.receiver:
            raise RuleError(f"{self.giver!r} cannot hand over to itself")
        if self.sized_after is not None:
            state.claim(self.sized_after)
        counts: dict[tuple[str, str], int | None] = {}
        for figure in self.figures:
            if (figure.unit, figure.kind) in counts:
                raise RuleError(f"{figure.unit}, {figure.kind}: this figure is given twice")
            self._check_figure(figure)
            counts[figure.unit, figure.kind] = figure.count
        _check_sums(counts)

    def _check_figure(self, figure: SimulatedFigure) -> None:
        where = f"{figure.unit}, {figure.kind}"
        if figure.kind not in _KINDS.get(figure.unit, ()):
            raise RuleError(f"{where}: no such figure of a simulation")
        if figure.count is None:
            return
        if not 0 <= figure.count <= LARGEST:
            raise RuleError(f"{where}: {figure.count} is no count")
        if figure.kind not in CHECKS and 0 < figure.count < self.suppressed_below:
            raise RuleError(
                f"{where}: {figure.count} is below {self.suppressed_below}; leave it out"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("simulations", self.simulation, Simulation(self, recorded.event_id))


def _check_sums(counts: dict[tuple[str, str], int | None]) -> None:
    """Parts that are all shown add up to their whole; otherwise they do not exceed it."""
    for (unit, kind), parts in PARTS.items():
        whole = counts.get((unit, kind))
        shown = [counts.get((unit, part)) for part in parts]
        total = sum(count for count in shown if count is not None)
        if whole is None:
            continue
        if total > whole or (None not in shown and total != whole):
            raise RuleError(f"{unit}: the parts of {kind!r} add up to {total}, not {whole}")
