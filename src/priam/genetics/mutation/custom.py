"""A matrix of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix, Model

__all__ = ["CUSTOM"]

ROW_TOLERANCE = 1e-6


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """The matrix of the parameter ``matrix``, checked; row and column order is ``alleles``."""
    given = parameters.get("matrix")
    if given is None:
        raise UserError("the custom mutation model needs the parameter 'matrix'")
    try:
        matrix = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("the custom mutation matrix holds something that is no number") from None
    size = len(alleles)
    if matrix.shape != (size, size):
        raise UserError(
            f"the custom mutation matrix has shape {matrix.shape}, "
            f"but the marker has {size} alleles"
        )
    if not np.all((matrix >= 0.0) & (matrix <= 1.0)):
        row, column = np.argwhere(~((matrix >= 0.0) & (matrix <= 1.0)))[0]
        raise UserError(
            f"entry {float(matrix[row, column])!r} of the custom mutation matrix "
            f"({alleles[row]} to {alleles[column]}) is not in [0, 1]"
        )
    off = np.abs(matrix.sum(axis=1) - 1.0)
    if off.max() > ROW_TOLERANCE:
        row = int(off.argmax())
        raise UserError(
            f"row {alleles[row]!r} of the custom mutation matrix sums to "
            f"{float(matrix[row].sum()):.9g}, not 1"
        )
    return matrix


CUSTOM = Model("custom", "a matrix of your own", build, parameters=("matrix",))
