"""A mutated allele is drawn from the population.

m_ij = a p_j for j != i, with a = rate / sum_k p_k (1 - p_k), so that ``rate`` is the mean over
the population. Stationary and reversible for p.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix, Model, probability

__all__ = ["PROPORTIONAL"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Mixture of staying (weight 1 - a) and drawing from the population (weight a)."""
    rate = probability("proportional", parameters, "rate")
    diversity = float(np.sum(frequencies * (1.0 - frequencies)))
    if diversity <= 0.0:
        raise UserError("the proportional mutation model needs two alleles of positive frequency")
    weight = rate / diversity
    matrix = (1.0 - weight) * np.eye(len(alleles)) + weight * frequencies
    if matrix.min() < 0.0 or matrix.max() > 1.0:
        limit = diversity / (1.0 - frequencies.min())
        raise UserError(
            f"the proportional mutation model has no matrix with rate {rate:g} for these "
            f"frequencies; the largest rate is {limit:.6g}"
        )
    return matrix


PROPORTIONAL = Model(
    "proportional",
    "target alleles in proportion to their frequency",
    build,
    parameters=("rate",),
    rate="mean",
    stationary=True,
    reversible=True,
    lumpable=True,
)
