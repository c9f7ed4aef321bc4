"""Several missing persons of one family: their likelihood ratios do not multiply.

For every combination of individuals and persons of one family the likelihood is computed afresh,
with each individual's observations as evidence on the person's genotype. All families of one
shape run together, marker by marker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.identification.observations import MarkerAxis, ObservationAxis
from priam.identification.records import FamilyRecord
from priam.identification.tables import MutationChoice, family_arrays, locus_of
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.observations import Observation

__all__ = ["combination_log_lr", "without_one_relative"]

Floats = npt.NDArray[np.float64]
Question = tuple[FamilyRecord, tuple[tuple[str, int], ...]]  # (person, individual) pairs


def combination_log_lr(
    questions: Sequence[Question],
    columns: npt.NDArray[np.int32],
    axis: ObservationAxis,
    mutation: MutationChoice,
) -> Floats:
    """Natural-log LR of each question: all placed in one family, against all unrelated.

    ``columns`` (individuals, markers): observation columns, -1 where nothing was seen.
    """
    found = np.zeros(len(questions))
    if not questions:
        return found
    arrays = family_arrays([family for family, _ in questions], axis)
    groups: dict[int, list[int]] = {}
    for k, family in enumerate(arrays):
        groups.setdefault(id(family.pedigree), []).append(k)
    model = mutation.build()
    for number, marker in enumerate(axis.markers):
        locus = locus_of(marker, model)
        for members in groups.values():
            rows, bases, below = [], [], []
            for k in members:
                typed = _typed(arrays[k].typed, arrays[k].genotypes[:, number], marker)
                placed = {
                    arrays[k].names[person]: int(columns[v, number])
                    for person, v in questions[k][1]
                    if columns[v, number] >= 0
                }
                seen = {name: _observation(marker, c, axis) for name, c in placed.items()}
                rows.append({**typed, **seen})
                bases.append(typed)
                below.append(sum(_alone(marker, c, axis) for c in placed.values()))
            pedigree = arrays[members[0]].pedigree
            values = log_likelihoods(pedigree, locus, [*rows, *bases])
            top, base = values[: len(rows)], values[len(rows) :]
            with np.errstate(invalid="ignore"):
                found[members] += np.where(np.isfinite(top), top - base, -np.inf) - below
    return found


def without_one_relative(
    questions: Sequence[Question],
    columns: npt.NDArray[np.int32],
    axis: ObservationAxis,
    mutation: MutationChoice,
) -> Floats:
    """The smallest natural-log LR of each question when one typed relative is left out.

    It shows whether a match rests on a single sample, which may have been exchanged.
    """
    reduced: list[Question] = []
    owner = []
    for k, (family, persons) in enumerate(questions):
        for left_out in family.genotypes:
            kept = {p: g for p, g in family.genotypes.items() if p != left_out}
            reduced.append((replace(family, genotypes=kept), persons))
            owner.append(k)
    found = np.full(len(questions), np.inf)
    np.minimum.at(found, owner, combination_log_lr(reduced, columns, axis, mutation))
    return found


def _typed(names: Sequence[str], genotypes: Any, marker: MarkerAxis) -> dict[str, Any]:
    return {
        name: tuple(marker.alleles[a] for a in marker.pairs[g])
        for name, g in zip(names, genotypes.tolist())
        if g >= 0
    }


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


def _alone(marker: MarkerAxis, column: int, axis: ObservationAxis) -> float:
    """Log probability of the observation in an unrelated person."""
    p = marker.frequencies
    return float(np.log(p @ _evidence(marker, column, axis) @ p))
