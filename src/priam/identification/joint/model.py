"""The joint question: who is who, for all individuals and all families at once.

Every family chooses one of its **claims**: a claim says which of the family's missing persons
are which individuals, and carries a natural-log weight relative to claiming nobody. A family
with one missing person has one claim per candidate; a family with several has a claim for every
combination, because their likelihood ratios do not multiply. Two families may not claim the same
individual. The probability of a set of claims is proportional to the product of their weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["Claim", "JointModel"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One way for one family to find some of its missing persons.

    ``persons`` maps a missing person's index to an individual's index; ``log_weight`` is the
    natural log of likelihood ratio times prior odds, against the family claiming nobody.
    """

    family: int
    persons: tuple[tuple[int, int], ...]
    log_weight: float

    def __post_init__(self) -> None:
        individuals = [individual for _, individual in self.persons]
        missing = [person for person, _ in self.persons]
        if not self.persons:
            raise ValueError("a claim names at least one person; claiming nobody is implicit")
        if len(set(individuals)) < len(individuals) or len(set(missing)) < len(missing):
            raise ValueError(f"a claim uses a person or an individual twice: {self.persons}")
        if np.isnan(self.log_weight) or self.log_weight == np.inf:
            raise ValueError(f"log_weight must be finite or -inf, not {self.log_weight}")

    @property
    def individuals(self) -> tuple[int, ...]:
        """The individuals claimed, in the order of ``persons``."""
        return tuple(individual for _, individual in self.persons)


@dataclass(frozen=True)
class JointModel:
    """All claims of all families; claims of weight zero are dropped on construction."""

    claims: tuple[Claim, ...]
    individuals: int

    def __post_init__(self) -> None:
        kept = tuple(claim for claim in self.claims if claim.log_weight > -np.inf)
        object.__setattr__(self, "claims", kept)
        for claim in kept:
            if max(claim.individuals) >= self.individuals or min(claim.individuals) < 0:
                raise ValueError(f"claim {claim.persons} names an individual that does not exist")

    @cached_property
    def by_family(self) -> dict[int, list[int]]:
        """Family -> indices of its claims, families in rising order."""
        found: dict[int, list[int]] = {}
        for index, claim in enumerate(self.claims):
            found.setdefault(claim.family, []).append(index)
        return dict(sorted(found.items()))

    @cached_property
    def by_individual(self) -> dict[int, list[int]]:
        """Individual -> indices of the claims that name it."""
        found: dict[int, list[int]] = {}
        for index, claim in enumerate(self.claims):
            for individual in claim.individuals:
                found.setdefault(individual, []).append(index)
        return dict(sorted(found.items()))

    @cached_property
    def log_weights(self) -> npt.NDArray[np.float64]:
        """Log weight of each claim, shape (claims,)."""
        return np.array([claim.log_weight for claim in self.claims], dtype=np.float64)

    def keep(self, indices: Iterable[int]) -> JointModel:
        """The model with only these claims."""
        return JointModel(tuple(self.claims[index] for index in indices), self.individuals)

    def marginals(
        self, probability: Sequence[float] | npt.NDArray[np.float64]
    ) -> dict[int, dict[int, float]]:
        """Individual -> missing person -> probability, summed over the claims that say so.

        ``probability`` (claims,): posterior of each claim, in their order.
        """
        found: dict[int, dict[int, float]] = {}
        for claim, share in zip(self.claims, probability, strict=True):
            for person, individual in claim.persons:
                row = found.setdefault(individual, {})
                row[person] = row.get(person, 0.0) + float(share)
        return found

    @staticmethod
    def from_matrix(weights: Mapping[tuple[int, int], float], individuals: int) -> JointModel:
        """Families of one missing person each: ``{(individual, person): log weight}``."""
        claims = [Claim(p, ((p, v),), w) for (v, p), w in sorted(weights.items())]
        return JointModel(tuple(claims), individuals)
