"""Likelihoods by adding up everything that could have happened: slow, short, trusted.

Every assignment of alleles to every person is visited, parents before children, and its
probability is written down from the definitions. Nothing is planned, merged, batched or
lumped, and nothing of the fast engine is used (a contract of import-linter keeps
``priam.kernels`` out of reach). For pedigrees of some six persons and three alleles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.locus import Locus
from priam.kinship.observations import Observation
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["likelihood_by_enumeration"]

Haplotype = tuple[int, ...]
"""One allele a locus; empty for what a male lacks at X."""
LIMIT = 50_000_000


def likelihood_by_enumeration(
    pedigree: Pedigree,
    loci: Sequence[Locus],
    seen: Sequence[Mapping[str, Observation]],
    *,
    theta: float = 0.0,
    rates: Sequence[float] = (),
) -> float:
    """Joint probability of what was ``seen[locus][person]``, not its logarithm.

    ``rates`` are recombination rates between neighbouring loci. ``theta`` is for one locus.
    """
    if theta and len(loci) > 1:
        raise UserError("enumeration knows theta for one locus only")
    if np.prod([len(locus) for locus in loci]) ** (2 * len(pedigree)) > LIMIT**2:
        raise UserError("too many assignments to enumerate; use the engine")
    return _Enumeration(pedigree, loci, seen, theta, rates).total(0, {}, [])


@dataclass
class _Enumeration:
    pedigree: Pedigree
    loci: Sequence[Locus]
    seen: Sequence[Mapping[str, Observation]]
    theta: float
    rates: Sequence[float]

    def total(
        self, place: int, given: dict[str, tuple[Haplotype, Haplotype]], drawn: list[int]
    ) -> float:
        """Sum over the persons from ``place`` on, given those before and the draws so far."""
        if place == len(self.pedigree):
            return 1.0
        name = self.pedigree.order[place]
        sum_ = 0.0
        for pair, probability, more in self._choices(name, given, drawn):
            chance = probability * self._observed(name, pair)
            if chance > 0.0:
                sum_ += chance * self.total(place + 1, {**given, name: pair}, drawn + more)
        return sum_

    def _choices(
        self, name: str, given: Mapping[str, tuple[Haplotype, Haplotype]], drawn: list[int]
    ) -> Iterator[tuple[tuple[Haplotype, Haplotype], float, list[int]]]:
        person = self.pedigree[name]
        if person.father is None or person.mother is None:
            yield from self._founder(name, drawn)
            return
        fathers = [((), 1.0)] if self._haploid(name) else self._passed(given[person.father], True)
        mothers = self._passed(given[person.mother], False)
        for (paternal, p), (maternal, q) in product(fathers, mothers):
            yield (paternal, maternal), p * q, []

    def _founder(
        self, name: str, drawn: list[int]
    ) -> Iterator[tuple[tuple[Haplotype, Haplotype], float, list[int]]]:
        f = self.pedigree[name].inbreeding
        haplotypes = list(product(*(range(len(locus)) for locus in self.loci)))
        for one in haplotypes:
            first = self._draw(one, drawn)
            if self._haploid(name):
                yield ((), one), first, list(one)
                continue
            if f:
                yield (one, one), f * first, list(one)
            for other in haplotypes:
                second = self._draw(other, drawn + list(one))
                yield (one, other), (1 - f) * first * second, [*one, *other]

    def _draw(self, haplotype: Haplotype, drawn: list[int]) -> float:
        if not self.theta:
            return float(np.prod([loc.frequencies[a] for loc, a in zip(self.loci, haplotype)]))
        (allele,), p = haplotype, self.loci[0].frequencies
        top = drawn.count(allele) * self.theta + (1 - self.theta) * p[allele]
        return float(top / (1 + (len(drawn) - 1) * self.theta))

    def _passed(
        self, parent: tuple[Haplotype, Haplotype], father: bool
    ) -> list[tuple[Haplotype, float]]:
        """Haplotypes that a parent hands on, mutated, with their probabilities."""
        result: dict[Haplotype, float] = {}
        for path, chance in self._meioses(parent):
            before = [parent[side][k] for k, side in enumerate(path)]
            for after in product(*(range(len(locus)) for locus in self.loci)):
                moved = chance
                for locus, a, b in zip(self.loci, before, after):
                    matrix = locus.male if father else locus.female
                    moved *= float(a == b) if matrix is None else float(matrix[a, b])
                result[after] = result.get(after, 0.0) + moved
        return [(haplotype, chance) for haplotype, chance in result.items() if chance > 0.0]

    def _meioses(
        self, parent: tuple[Haplotype, Haplotype]
    ) -> Iterator[tuple[tuple[int, ...], float]]:
        if not parent[0]:
            yield (1,) * len(self.loci), 1.0
            return
        for path in product((0, 1), repeat=len(self.loci)):
            chance = 0.5
            for rate, a, b in zip(self.rates, path, path[1:]):
                chance *= 1 - rate if a == b else rate
            yield path, chance

    def _observed(self, name: str, pair: tuple[Haplotype, Haplotype]) -> float:
        chance = 1.0
        for k, locus in enumerate(self.loci):
            found = self.seen[k].get(name)
            if found is None or found.kind == "nothing":
                continue
            alleles = (pair[1][k],) if self._haploid(name) else (pair[0][k], pair[1][k])
            if found.kind == "typed":
                chance *= float(sorted(found.alleles) == sorted(alleles))
            else:
                table: npt.NDArray[np.float64] = found.weights(len(locus))
                chance *= float(table[alleles])
        return chance

    def _haploid(self, name: str) -> bool:
        return self.loci[0].chromosome == "X" and self.pedigree[name].sex == Sex.MALE
