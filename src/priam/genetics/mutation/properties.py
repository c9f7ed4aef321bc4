"""Properties of a mutation matrix: stationary, reversible, bounded, lumpable.

Lumping merges alleles that nobody shows into one, without any change in the likelihood. It is
exact if the chance of moving to each other class is the same from every allele of a class
(Kemeny and Snell, *Finite Markov Chains*, 1960, theorem 6.3.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix

__all__ = [
    "LUMP",
    "always_lumpable",
    "bounded",
    "is_lumpable",
    "lumped",
    "lumped_classes",
    "reversible",
    "stationary",
]

LUMP = "lump"
TOLERANCE = 1.5e-8

Vector = npt.NDArray[np.float64]


def stationary(matrix: Matrix, frequencies: Vector, tolerance: float = TOLERANCE) -> bool:
    """Whether p M = p, within a mean relative difference of ``tolerance``."""
    return _close(frequencies @ matrix, frequencies, tolerance)


def reversible(matrix: Matrix, frequencies: Vector, tolerance: float = TOLERANCE) -> bool:
    """Whether p_i m_ij = p_j m_ji, within a mean relative difference of ``tolerance``."""
    flow = matrix * frequencies[:, None]
    return _close(flow, flow.T, tolerance)


def bounded(matrix: Matrix, frequencies: Vector) -> bool:
    """Whether no mutation is likelier than its target allele: m_ij <= p_j for i != j."""
    off = ~np.eye(len(matrix), dtype=bool)
    return bool(np.all((matrix <= frequencies[None, :])[off]))


def _close(one: Vector, other: Vector, tolerance: float) -> bool:
    """Mean absolute difference in units of the mean absolute value, over entries that differ."""
    differ = one != other
    if not differ.any():
        return True
    scale = np.abs(one[differ]).mean()
    gap = np.abs(one[differ] - other[differ]).mean()
    return bool(
        gap < tolerance * scale if np.isfinite(scale) and scale > tolerance else gap < tolerance
    )


def is_lumpable(matrix: Matrix, classes: Sequence[Sequence[int]], tolerance: float = 1e-12) -> bool:
    """Whether the alleles of each class may be merged, all classes at once.

    ``classes`` is a partition of the positions, or some disjoint sets of them (the others are
    then classes of one). The test is the general one: for every class A and every class B, the
    sum of the row over B is the same for all rows of A.
    """
    merged = matrix @ _indicator(_partition(classes, len(matrix)), len(matrix))
    return all(
        np.ptp(merged[list(group)], axis=0).max() <= tolerance
        for group in _partition(classes, len(matrix))
    )


def always_lumpable(matrix: Matrix, tolerance: float = TOLERANCE) -> bool:
    """Whether *any* alleles may be merged: off the diagonal every column is constant."""
    size = len(matrix)
    if size == 1:
        return False
    masked = np.ma.masked_array(matrix, np.eye(size, dtype=bool))
    return bool(np.max(masked.max(axis=0) - masked.min(axis=0)) < tolerance)


def lumped_classes(
    matrix: Matrix, keep: Iterable[int], tolerance: float = 1e-12
) -> list[list[int]]:
    """The coarsest partition that keeps the positions ``keep`` apart and may be merged exactly.

    Starts from one class of all others and splits classes whose rows differ (partition
    refinement) until the condition of Kemeny and Snell holds. In the worst case every allele is
    a class of its own; for equal and proportional models it is one class. Classes are lists of
    positions; the kept ones come first, in their order.
    """
    size = len(matrix)
    kept = list(dict.fromkeys(keep))
    rest = [place for place in range(size) if place not in set(kept)]
    classes = [[place] for place in kept] + ([rest] if rest else [])
    while True:
        split = [part for group in classes for part in _split(matrix, group, classes, tolerance)]
        if len(split) == len(classes):
            return split
        classes = split


def _split(
    matrix: Matrix, group: list[int], classes: list[list[int]], tolerance: float
) -> list[list[int]]:
    if len(group) == 1:
        return [group]
    flows = (matrix @ _indicator(classes, len(matrix)))[group]
    parts: list[tuple[Vector, list[int]]] = []
    for place, row in zip(group, flows):
        for first, part in parts:
            if np.abs(first - row).max() <= tolerance:
                part.append(place)
                break
        else:
            parts.append((row, [place]))
    return [part for _, part in parts]


def lumped(
    matrix: Matrix, alleles: Sequence[str], frequencies: Vector, lump: Iterable[str]
) -> tuple[Matrix, tuple[str, ...], Vector]:
    """Merge the alleles ``lump`` into one called "lump", which comes last.

    Returns matrix, labels and frequencies; :class:`UserError` where the merger is not exact.
    """
    places = _positions(alleles, lump)
    keep = [place for place in range(len(alleles)) if place not in places]
    classes = [*([place] for place in keep), sorted(places)]
    if not is_lumpable(matrix, classes):
        raise UserError(
            f"alleles {', '.join(alleles[place] for place in sorted(places))} cannot be lumped: "
            "the others are reached from them with different probabilities"
        )
    indicator = _indicator(classes, len(alleles))
    first = [group[0] for group in classes]
    labels = (*(alleles[place] for place in keep), LUMP)
    return (matrix @ indicator)[first], labels, frequencies @ indicator


def _positions(alleles: Sequence[str], lump: Iterable[str]) -> set[int]:
    wanted = list(lump)
    unknown = [label for label in wanted if label not in alleles]
    if unknown or not wanted or len(set(wanted)) < len(wanted):
        shown = (
            f"allele {unknown[0]!r} is not in the matrix" if unknown else "name each allele once"
        )
        raise UserError(f"these alleles cannot be lumped: {shown}")
    return {alleles.index(label) for label in wanted}


def _partition(classes: Sequence[Sequence[int]], size: int) -> list[list[int]]:
    named = [place for group in classes for place in group]
    if len(set(named)) < len(named):
        raise UserError("an allele stands in two of the classes to be lumped")
    rest = [[place] for place in range(size) if place not in set(named)]
    return [*(list(group) for group in classes if len(group)), *rest]


def _indicator(classes: Sequence[Sequence[int]], size: int) -> Matrix:
    indicator = np.zeros((size, len(classes)))
    for column, group in enumerate(classes):
        indicator[list(group), column] = 1.0
    return indicator
