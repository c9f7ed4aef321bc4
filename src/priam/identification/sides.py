"""Whose side an individual is of, when no family that gave samples fits him.

Three things may be true of somebody whom no family claims: he belongs to the other party; he is
a missing person whose family gave no sample; or his family gave samples and they do not show it
(a poor profile, an exchanged sample, another father). With s the share of the other party, M
persons missing, T of them searched and m the share of the searched whose match is missed, the
prior weights are

    other: s        no sample: 1 - s - T (1 - s) / M        missed: m T (1 - s) / M.

The last two are "own side". DNA is silent between them. What an examiner notes of uniform, tags
and papers (column ``side`` of examinations.csv: ``own`` or ``other``) is not: its LR multiplies
the first. Papers and effects change hands, so the note is wrong at stated rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from priam.identification.claims import Prior
from priam.identification.settings import Population

__all__ = ["SideModel", "Sides", "side_noted", "sides"]


@dataclass(frozen=True)
class SideModel:
    """How often a note of the side is right, given that one is made (stated assumptions)."""

    other_noted_other: float = 0.95
    own_noted_other: float = 0.02

    def lr(self, note: str) -> float:
        """P(note | other side) over P(note | own side); 1 where nothing is noted."""
        if note == "other":
            return self.other_noted_other / self.own_noted_other
        if note == "own":
            return (1.0 - self.other_noted_other) / (1.0 - self.own_noted_other)
        return 1.0


@dataclass(frozen=True)
class Sides:
    """P(other side | no family fits): from the shares alone, and with the examiner's note."""

    shares: float
    with_note: float
    note: str  # "own", "other", or "" where there is none or the notes contradict each other
    combined: bool  # whether the note may enter the conclusion

    @property
    def used(self) -> float:
        """The probability the conclusion rests on."""
        return self.with_note if self.combined else self.shares


def side_noted(rows: Iterable[Mapping[str, str]]) -> str:
    """The side noted for the cases of one individual; contradicting notes say nothing.

    Several notes of one body come from the same effects, so that they count once.
    """
    notes = {row.get("side", "").strip().lower() for row in rows} & {"own", "other"}
    return notes.pop() if len(notes) == 1 else ""


def sides(
    prior: Prior, population: Population, note: str, combined: bool, model: SideModel | None = None
) -> Sides:
    """Posterior of the other side for an individual whom no family claims."""
    searched = prior.searched * prior.each
    unsampled = max(1.0 - prior.other_side - searched, 0.0)
    own = unsampled + population.missed * searched
    lr = (model or SideModel()).lr(note)
    return Sides(_share(prior.other_side, own), _share(prior.other_side * lr, own), note, combined)


def _share(other: float, own: float) -> float:
    return other / (other + own) if other + own > 0.0 else 0.0
