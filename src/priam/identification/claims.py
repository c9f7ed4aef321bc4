"""From candidates to claims: likelihood ratio times prior odds.

Prior, per individual: with ``other`` the share of the other side and M missing persons in all,
each missing person has prior (1 - other) / M. The T persons that were searched take T of those
shares; what is left is "nobody searched": persons without a family sample, or the other side.
Pairs below the search threshold are not listed one by one; the sum of their likelihood ratios is
kept exactly and stays in the denominator, so that leaving them out never raises a posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from math import log

import numpy as np
import numpy.typing as npt

from priam.identification.joint import Claim, JointModel

__all__ = ["LN10", "Candidate", "Prior", "claims_of", "required_lr"]

Floats = npt.NDArray[np.float64]
Question = tuple[int, tuple[tuple[int, int], ...]]  # family, (person, individual) pairs
MOST_COMBINATIONS = 4000
LN10 = log(10.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair kept by the search; ``person`` counts all missing persons searched."""

    individual: int
    person: int
    family: int
    log_lr: float
    markers: int
    mismatches: int

    @property
    def log10_lr(self) -> float:
        """The LR as reports give it."""
        return self.log_lr / LN10


@dataclass(frozen=True)
class Prior:
    """What is assumed of an individual before DNA is looked at."""

    missing: int
    searched: int
    other_side: float

    @property
    def each(self) -> float:
        """Prior probability of being one named missing person."""
        return (1.0 - self.other_side) / self.missing

    @property
    def nobody(self) -> float:
        """Prior probability of being none of the persons searched."""
        return max(1.0 - self.searched * self.each, self.other_side, 1e-9)

    def log_odds(self, residual: Floats) -> Floats:
        """Natural-log prior odds of one named person against nobody or someone not listed.

        ``residual`` (individuals,): sum of the LRs of the pairs that the search did not keep; the
        result has its shape.
        """
        found: Floats = np.log(self.each / (self.nobody + self.each * residual))
        return found


def required_lr(posterior: float, population: int) -> float:
    """LR that brings a prior of 1/population to ``posterior``: odds times (population - 1).

    99.95 % with 70,000 missing needs 1.4e8.
    """
    return posterior / (1.0 - posterior) * max(population - 1, 1)


def claims_of(
    candidates: Sequence[Candidate],
    prior_odds: Floats,
    joint_log_lr: Callable[[list[Question]], Sequence[float] | Floats],
    extra: Mapping[tuple[int, int], float] | None = None,
) -> JointModel:
    """The joint model. ``joint_log_lr`` gives the natural-log LR of each question: several
    persons of one family found at once; ``extra`` adds log LRs of other evidence.
    """
    extra = extra or {}
    by_family: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        by_family.setdefault(candidate.family, []).append(candidate)
    claims: list[Claim] = []
    several: list[Question] = []
    for family, own in sorted(by_family.items()):
        for c in own:
            weight = c.log_lr + extra.get((c.individual, c.person), 0.0)
            pair = ((c.person, c.individual),)
            claims.append(Claim(family, pair, weight + float(prior_odds[c.individual])))
        several += [(family, persons) for persons in _combinations(own)]
    for (family, persons), value in zip(several, joint_log_lr(several), strict=True):
        odds = sum(float(prior_odds[v]) + extra.get((v, p), 0.0) for p, v in persons)
        if value > -np.inf:
            claims.append(Claim(family, persons, float(value) + odds))
    return JointModel(tuple(claims), len(prior_odds))


def _combinations(own: Sequence[Candidate]) -> list[tuple[tuple[int, int], ...]]:
    """Two or more persons of a family with different individuals among its candidates."""
    people = sorted({c.person for c in own})
    individuals = sorted({c.individual for c in own})
    found: list[tuple[tuple[int, int], ...]] = []
    for size in range(2, min(len(people), len(individuals)) + 1):
        for chosen in combinations(people, size):
            for placed in permutations(individuals, size):
                found.append(tuple(zip(chosen, placed)))
                if len(found) >= MOST_COMBINATIONS:
                    return found
    return found
