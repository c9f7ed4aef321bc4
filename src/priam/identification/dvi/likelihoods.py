"""Likelihoods of a family with some of its missing persons placed, each computed once.

Different placements share most of their marker likelihoods, because at a single marker many
victims have the same genotype. Every (marker, genotypes placed) is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, inf
from typing import Any

from priam.identification.dvi.cases import DviCase, DviFamily, Victim
from priam.kinship.lanes import log_likelihoods_by_lane
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person

__all__ = ["FamilyLikelihood", "pairwise_lr", "victim_log_likelihoods"]

Placement = tuple[tuple[str, int], ...]  # (missing person, victim number)


class FamilyLikelihood:
    """Log likelihoods of one family; ``placement`` says which victims are which persons."""

    def __init__(self, family: DviFamily, loci: Sequence[Locus], victims: Sequence[Victim]) -> None:
        self.family, self.loci, self.victims = family, tuple(loci), tuple(victims)
        self._known: list[dict[tuple[Any, ...], float]] = [{} for _ in self.loci]

    def _key(self, locus: Locus, placement: Placement) -> tuple[Any, ...]:
        return tuple(
            (person, _frozen(self.victims[v].genotypes[locus.name]))
            for person, v in placement
            if locus.name in self.victims[v].genotypes
        )

    def per_marker(self, placements: Sequence[Placement]) -> list[list[float]]:
        """Log likelihood of each placement (outer) at each marker (inner)."""
        fresh = []
        for number, locus in enumerate(self.loci):
            keys = {self._key(locus, placement) for placement in placements}
            fresh.append(sorted(keys - self._known[number].keys(), key=repr))
        self._fill(fresh)
        return [
            [self._known[n][self._key(locus, placement)] for n, locus in enumerate(self.loci)]
            for placement in placements
        ]

    def totals(self, placements: Sequence[Placement]) -> list[float]:
        """Log likelihood of each placement over all markers."""
        return [sum(row) for row in self.per_marker(placements)]

    def _fill(self, fresh: Sequence[Sequence[tuple[Any, ...]]]) -> None:
        """All new (marker, genotypes placed) at once."""
        lanes: list[tuple[int, dict[str, Any]]] = []
        owners = []
        for number, (locus, keys) in enumerate(zip(self.loci, fresh)):
            given = self.family.genotypes.items()
            typed = {p: g[locus.name] for p, g in given if locus.name in g}
            for key in keys:
                lanes.append((number, {**typed, **dict(key)}))
                owners.append((number, key))
        values = log_likelihoods_by_lane(self.family.pedigree, self.loci, lanes)
        for (number, key), value in zip(owners, values.tolist()):
            self._known[number][key] = value


def _frozen(genotype: Any) -> tuple[Any, ...]:
    """A genotype as a key: order of the two alleles does not matter."""
    labels = [genotype] if isinstance(genotype, str) else list(genotype)
    return tuple(sorted(labels, key=lambda label: (label is None, str(label))))


def victim_log_likelihoods(case: DviCase) -> list[float]:
    """Log probability of each victim's profile as an unrelated person."""
    found = []
    for victim in case.victims:
        alone = Pedigree((Person("victim", sex=victim.sex),))
        family = DviFamily("unrelated", alone, ("victim",), {})
        found.append(FamilyLikelihood(family, case.loci, [victim]).totals([(("victim", 0),)])[0])
    return found


def pairwise_lr(case: DviCase) -> dict[str, dict[str, float | None]]:
    """LR of every victim being every missing person, against unrelated; ``None`` by sex.

    A family whose own profiles are impossible has no LR: ``None`` as well.
    """
    alone = victim_log_likelihoods(case)
    answer: dict[str, dict[str, float | None]] = {v.id: {} for v in case.victims}
    engines = [FamilyLikelihood(f, case.loci, case.victims) for f in case.families]
    base = [engine.totals([()])[0] for engine in engines]
    for column, (name, family, person) in enumerate(case.columns):
        able = [n for n, victim in enumerate(case.victims) if case.fits(victim, column)]
        values = dict(zip(able, _totals(engines[family], person, able)))
        for n, victim in enumerate(case.victims):
            lr = None
            if n in values and base[family] > -inf and alone[n] > -inf:
                lr = _exp(values[n] - base[family] - alone[n])
            answer[victim.id][name] = lr
    return answer


def _totals(engine: FamilyLikelihood, person: str, victims: Iterable[int]) -> list[float]:
    return engine.totals([((person, n),) for n in victims])


def _exp(value: float) -> float | None:
    """``exp``, or ``None`` where a float cannot hold it."""
    return exp(value) if value < 709.0 else None
