"""Several missing persons of one family: their likelihood ratios do not multiply.

For every combination of individuals and persons of one family the likelihood is computed afresh,
with each individual's observations as evidence on the person's genotype. All families of one
shape run together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from priam.identification.observations import MarkerAxis, ObservationAxis
from priam.identification.records import FamilyRecord
from priam.identification.tables import (
    FamilyArrays,
    MutationChoice,
    family_arrays,
    locus_of,
)
from priam.kinship.lanes import log_likelihoods_by_lane
from priam.kinship.locus import Locus
from priam.kinship.observations import Observation
from priam.kinship.pedigree import Pedigree, Person
from priam.kinship.tables import STRANGER

__all__ = ["Ratios"]

Floats = npt.NDArray[np.float64]
Columns = npt.NDArray[np.int32]
Question = tuple[FamilyRecord, tuple[tuple[str, int], ...]]  # (person, individual) pairs
Placed = tuple[tuple[str, int], ...]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ratios:
    """How likelihood ratios are computed: the axis, mutation, F_ST.

    With ``theta`` an individual who is not of the family is a further draw from the population
    that the family's founders were drawn from, each individual by himself.
    """

    axis: ObservationAxis
    mutation: MutationChoice
    theta: float = 0.0

    def combination_log_lr(self, questions: Sequence[Question], columns: Columns) -> Floats:
        """Natural-log LR of each question: all placed in one family, against all unrelated.

        ``columns`` (individuals, markers): observation columns, -1 where nothing was seen.
        """
        arrays = family_arrays([family for family, _ in questions], self.axis)
        return self._log_lr(arrays, [persons for _, persons in questions], columns)

    def without_one_relative(self, questions: Sequence[Question], columns: Columns) -> Floats:
        """The smallest natural-log LR of each question when one typed relative is left out.

        It shows whether a match rests on a single sample, which may have been exchanged.
        """
        reduced, placed, owner = [], [], []
        families = [family for family, _ in questions]
        for k, family in enumerate(family_arrays(families, self.axis)):
            for left_out in range(len(family.typed)):
                genotypes = family.genotypes.copy()
                genotypes[left_out] = -1
                reduced.append(replace(family, genotypes=genotypes))
                placed.append(questions[k][1])
                owner.append(k)
        found = np.full(len(questions), np.inf)
        np.minimum.at(found, owner, self._log_lr(reduced, placed, columns))
        return found

    def _log_lr(
        self, arrays: Sequence[FamilyArrays], placed: Sequence[Placed], columns: Columns
    ) -> Floats:
        """LR of each family with its persons placed."""
        found = np.zeros(len(arrays))
        groups: dict[int, list[int]] = {}
        for k, family in enumerate(arrays):
            groups.setdefault(id(family.pedigree), []).append(k)
        for members in groups.values():
            chosen = [arrays[k] for k in members]
            base, full = _shown(chosen, [placed[k] for k in members], columns)
            top = self._each_once(chosen[0].pedigree, full)
            below = self._each_once(chosen[0].pedigree, base)
            with np.errstate(invalid="ignore"):
                ratio = np.where(np.isfinite(top), top - below, -np.inf)
            added = np.where(full == base, -1, full)
            apart = self._apart(chosen[0].pedigree, base, below, added)
            found[members] = (ratio - apart).sum(axis=1)
        return found

    def _apart(self, pedigree: Pedigree, base: Ints, below: Floats, added: Ints) -> Floats:
        """Log probability of what the placed show if they are not of the family, (rows, markers).

        Everybody's alone, or with theta given what the family's relatives show.
        """
        found = np.zeros(below.shape)
        if self.theta == 0.0:
            for number, marker in enumerate(self.axis.markers):
                alone = _alone(marker, self.axis)
                seen = added[:, :, number]
                found[:, number] = np.where(seen >= 0, alone[seen], 0.0).sum(axis=1)
            return found
        beside = pedigree.with_persons(Person(STRANGER))
        for person in range(added.shape[1]):
            rows = np.concatenate([base, added[:, person : person + 1]], axis=1)
            use = added[:, person] >= 0
            with np.errstate(invalid="ignore"):
                found += np.where(use, self._each_once(beside, rows) - below, 0.0)
        return found

    def _each_once(self, pedigree: Pedigree, rows: Ints) -> Floats:
        """Log likelihood of rows of observations (questions, persons, markers), by marker."""
        names = [person.id for person in pedigree.persons]
        lanes: list[tuple[int, dict[str, Observation]]] = []
        backs = []
        for number, marker in enumerate(self.axis.markers):
            unique, back = np.unique(rows[:, :, number], axis=0, return_inverse=True)
            seen = {c: _observation(marker, c, self.axis) for c in np.unique(unique) if c >= 0}
            backs.append(back.reshape(-1) + len(lanes))
            lanes += [
                (number, {n: seen[c] for n, c in zip(names, row) if c >= 0})
                for row in unique.tolist()
            ]
        values = log_likelihoods_by_lane(pedigree, self._loci, lanes, theta=self.theta)
        return values[np.array(backs).T]

    @cached_property
    def _loci(self) -> list[Locus]:
        model = self.mutation.build()
        return [locus_of(marker, model) for marker in self.axis.markers]


def _shown(
    arrays: Sequence[FamilyArrays], placed: Sequence[Placed], columns: Columns
) -> tuple[Ints, Ints]:
    """Observation of every person, (questions, persons, markers), without and with the placed."""
    index = arrays[0].pedigree.index
    base = np.full((len(arrays), len(index), columns.shape[1]), -1, dtype=np.int64)
    for k, family in enumerate(arrays):
        for name, row in zip(family.typed, family.genotypes):
            base[k, index[name]] = row
    full = base.copy()
    for k, (family, persons) in enumerate(zip(arrays, placed)):
        for person, individual in persons:
            full[k, index[family.names[person]]] = columns[individual]
    return base, full


def _evidence(marker: MarkerAxis, column: int, axis: ObservationAxis) -> Floats:
    """P(seen | genotype), (alleles, alleles), as in the search: no drop-in."""
    size = len(marker.alleles)
    table = np.zeros((size, size))
    if column < marker.genotypes:
        a, b = marker.pairs[column]
        table[a, b] = table[b, a] = 1.0
        return table
    quality, allele = divmod(column - marker.genotypes, size)
    d = float(axis.dropout[quality])
    table[allele, :] = table[:, allele] = d * (1.0 - d)
    table[allele, allele] = 1.0 - d * d
    return table


def _observation(marker: MarkerAxis, column: int, axis: ObservationAxis) -> Observation:
    if column < marker.genotypes:
        a, b = (int(x) for x in marker.pairs[column])
        return Observation("typed", (a, b))
    allele = (column - marker.genotypes) % len(marker.alleles)
    table = _evidence(marker, column, axis)
    return Observation("evidence", (), table, frozenset([int(allele)]))


def _alone(marker: MarkerAxis, axis: ObservationAxis) -> Floats:
    """Log probability of every observation in an unrelated person, (observations,)."""
    p = marker.frequencies
    count = marker.genotypes + len(axis.dropout) * len(marker.alleles)
    return np.array([np.log(p @ _evidence(marker, c, axis) @ p) for c in range(count)])
