"""A stepwise model that is reversible for the frequencies.

p_i m_ij = c * range ** |i - j|, where i and j are positions on the ladder of the alleles given
(not repeat numbers), and c makes ``rate`` the mean over the population:
c = rate (1 - r) / (2 r (K - (1 - r^K) / (1 - r))). Dawid, Mortera and Pascali, Forensic Sci Int
2001; 124:55-61.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix, Model, numbers, probability, required

__all__ = ["DAWID"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Symmetric flows of the ladder, divided by the frequency of the parent's allele."""
    numbers("dawid", alleles, integer=True)
    rate = probability("dawid", parameters, "rate")
    ratio = required("dawid", parameters, "range")
    if not 0.0 < ratio < 1.0:
        raise UserError(f"range of the dawid mutation model is {ratio:g}; it lies in (0, 1)")
    if frequencies.min() <= 0.0:
        raise UserError("the dawid mutation model needs positive frequencies")
    place = np.arange(len(alleles))
    flow = ratio ** np.abs(place[:, None] - place[None, :]).astype(np.float64)
    np.fill_diagonal(flow, 0.0)
    matrix: Matrix = rate * flow / flow.sum() / frequencies[:, None]
    leaving = matrix.sum(axis=1)
    if leaving.max() > 1.0:
        raise UserError(
            f"the dawid mutation model has no matrix with rate {rate:g} for these frequencies; "
            f"the largest rate is {rate / leaving.max():.6g}"
        )
    np.fill_diagonal(matrix, 1.0 - leaving)
    return matrix


DAWID = Model(
    "dawid",
    "short steps more likely, reversible",
    build,
    parameters=("rate", "range"),
    alleles="integer",
    rate="mean",
    stationary=True,
    reversible=True,
)
