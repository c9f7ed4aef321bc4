"""Whole repeats are gained or lost with ``rate``; a change of the fraction happens with ``rate2``.

Alleles of one fraction (9.3, 10.3) form a group. Within the group a step of s repeats has weight
``range`` ** s, and the weights share ``rate``; alleles of other groups share ``rate2`` equally.
An allele alone in its group mutates only with ``rate2``; where there is one group only, only with
``rate``. The model of Familias 3 ("extended stepwise"): Kling, Tillmar and Egeland, Forensic Sci
Int Genet 2014; 13:121-127, doi 10.1016/j.fsigen.2014.07.004.

Halves: the reference (pedmut) takes the distance to the nearest integer, rounding 9.5 and 10.5 to
10, so that 9.5 and 10.5 are *not* in one group while 9.5 and 11.5 are. STR nomenclature has no
.5, and we keep the reference's rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix, Model, numbers, probability, required

__all__ = ["STEPWISE"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Rows of weights within the group, a constant outside it."""
    values = numbers("stepwise", alleles, integer=False)
    rate, rate2, scale = _parameters(parameters)
    tenths = _tenths(alleles, values)
    group = tenths - 10 * np.rint(values).astype(np.int64)
    same = group[:, None] == group[None, :]
    near = same & ~np.eye(len(alleles), dtype=bool)
    with np.errstate(under="ignore"):
        weights = np.where(near, scale ** np.abs(values[:, None] - values[None, :]), 0.0)
    within, outside = near.any(axis=1), ~same.all(axis=1)
    total = weights.sum(axis=1)
    if np.any(within & ((total <= 0.0) | ~np.isfinite(total))):
        raise UserError(
            f"range {scale:g} of the stepwise mutation model is too small or too large for the "
            "distances between these alleles"
        )
    matrix = rate * weights / np.where(within, total, 1.0)[:, None]
    others = np.maximum((~same).sum(axis=1), 1)
    matrix += np.where(same, 0.0, (rate2 / others)[:, None])
    np.fill_diagonal(matrix, 1.0 - rate * within - rate2 * outside)
    return matrix


def _parameters(parameters: Mapping[str, Any]) -> tuple[float, float, float]:
    rate = probability("stepwise", parameters, "rate")
    rate2 = probability("stepwise", parameters, "rate2")
    scale = required("stepwise", parameters, "range")
    if rate + rate2 > 1.0:
        raise UserError(f"rate + rate2 of the stepwise mutation model is {rate + rate2:g}, above 1")
    if scale <= 0.0:
        raise UserError(f"range of the stepwise mutation model is {scale:g}; it is positive")
    return rate, rate2, scale


def _tenths(alleles: tuple[str, ...], values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    tenths = np.rint(values * 10.0).astype(np.int64)
    wrong = np.flatnonzero(np.abs(values * 10.0 - tenths) > 1e-6)
    if wrong.size:
        raise UserError(
            f"allele {alleles[wrong[0]]!r} has more than one decimal; the stepwise mutation model "
            "reads microvariants such as 9.3"
        )
    return tenths


STEPWISE = Model(
    "stepwise",
    "short steps more likely than long ones, microvariants apart",
    build,
    parameters=("rate", "rate2", "range"),
    alleles="numeric",
)
