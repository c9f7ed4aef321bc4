"""No mutation: the identity matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.genetics.mutation.model import Matrix, Model

__all__ = ["TRIVIAL"]


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Identity."""
    return np.eye(len(alleles))


TRIVIAL = Model(
    "trivial",
    "no mutation",
    build,
    stationary=True,
    reversible=True,
    lumpable=True,
)
