"""Every other allele is equally likely: m_ij = rate / (K - 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.genetics.mutation.model import Matrix, Model, probability

__all__ = ["EQUAL"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Diagonal 1 - rate, everything else rate / (K - 1)."""
    rate = probability("equal", parameters, "rate")
    size = len(alleles)
    matrix = np.full((size, size), rate / (size - 1))
    np.fill_diagonal(matrix, 1.0 - rate)
    return matrix


EQUAL = Model(
    "equal",
    "each other allele with the same probability",
    build,
    parameters=("rate",),
    rate="each",
    lumpable=True,
)
