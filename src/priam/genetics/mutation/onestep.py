"""One repeat more or less, and nothing else.

An allele with one neighbour in the table sends all of ``rate`` there; one without neighbours does
not mutate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.genetics.mutation.model import Matrix, Model, numbers, probability

__all__ = ["ONESTEP"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """rate / (number of neighbours) to each neighbour."""
    values = numbers("onestep", alleles, integer=True)
    rate = probability("onestep", parameters, "rate")
    near = np.abs(values[:, None] - values[None, :]) == 1.0
    count = near.sum(axis=1)
    matrix = np.where(near, (rate / np.maximum(count, 1))[:, None], 0.0)
    np.fill_diagonal(matrix, np.where(count > 0, 1.0 - rate, 1.0))
    return matrix


ONESTEP = Model(
    "onestep",
    "one repeat up or down",
    build,
    parameters=("rate",),
    alleles="integer",
)
