"""Several missing persons of one family: their likelihood ratios do not multiply.

For every combination of individuals and persons of one family the likelihood is computed afresh,
with each individual's observations as evidence on the person's genotype. All families of one
shape run together, marker by marker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Locus
from priam.kinship.observations import Observation
from priam.kinship.pedigree import Pedigree

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
    arrays = family_arrays([family for family, _ in questions], axis)
    placed = [persons for _, persons in questions]
    return _log_lr(arrays, placed, columns, axis, mutation)


def without_one_relative(
    questions: Sequence[Question],
    columns: npt.NDArray[np.int32],
    axis: ObservationAxis,
    mutation: MutationChoice,
) -> Floats:
    """The smallest natural-log LR of each question when one typed relative is left out.

    It shows whether a match rests on a single sample, which may have been exchanged.
    """
    reduced, placed, owner = [], [], []
    for k, family in enumerate(family_arrays([family for family, _ in questions], axis)):
        for left_out in range(len(family.typed)):
            genotypes = family.genotypes.copy()
            genotypes[left_out] = -1
            reduced.append(replace(family, genotypes=genotypes))
            placed.append(questions[k][1])
            owner.append(k)
    found = np.full(len(questions), np.inf)
    np.minimum.at(found, owner, _log_lr(reduced, placed, columns, axis, mutation))
    return found


def _log_lr(
    arrays: Sequence[FamilyArrays],
    placed: Sequence[tuple[tuple[str, int], ...]],
    columns: npt.NDArray[np.int32],
    axis: ObservationAxis,
    mutation: MutationChoice,
) -> Floats:
    """LR of each family with its persons placed. Equal evidence at a marker is computed once."""
    found = np.zeros(len(arrays))
    groups: dict[int, list[int]] = {}
    for k, family in enumerate(arrays):
        groups.setdefault(id(family.pedigree), []).append(k)
    model = mutation.build()
    loci = [locus_of(marker, model) for marker in axis.markers]
    alone = [_alone(marker, axis) for marker in axis.markers]
    for members in groups.values():
        chosen = [arrays[k] for k in members]
        base, full = _shown(chosen, [placed[k] for k in members], columns)
        for number, marker in enumerate(axis.markers):
            rows = np.concatenate([full[:, :, number], base[:, :, number]])
            values = _each_once(chosen[0].pedigree, loci[number], marker, axis, rows)
            top, below = values[: len(members)], values[len(members) :]
            added = np.where(full == base, -1, full)[:, :, number]
            unrelated = np.where(added >= 0, alone[number][added], 0.0).sum(axis=1)
            with np.errstate(invalid="ignore"):
                ratio = np.where(np.isfinite(top), top - below, -np.inf)
            found[members] += ratio - unrelated
    return found


def _shown(
    arrays: Sequence[FamilyArrays],
    placed: Sequence[tuple[tuple[str, int], ...]],
    columns: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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


def _each_once(
    pedigree: Pedigree,
    locus: Locus,
    marker: MarkerAxis,
    axis: ObservationAxis,
    rows: npt.NDArray[np.int64],
) -> Floats:
    """Log likelihood of each row of observations; equal rows are computed once."""
    unique, back = np.unique(rows, axis=0, return_inverse=True)
    seen = {c: _observation(marker, c, axis) for c in np.unique(unique).tolist() if c >= 0}
    names = [person.id for person in pedigree.persons]
    families = [{name: seen[c] for name, c in zip(names, row) if c >= 0} for row in unique.tolist()]
    return log_likelihoods(pedigree, locus, families)[back.reshape(-1)]


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
