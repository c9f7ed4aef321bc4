"""What a mutation model is: a rule that makes a matrix from alleles, frequencies and parameters.

Row = allele of the parent, column = allele passed on; rows sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.alleles import allele_value

__all__ = ["Matrix", "Model", "numbers", "probability", "required"]

Matrix = npt.NDArray[np.float64]
"""Shape (alleles, alleles), float64, rows sum to 1."""


@dataclass(frozen=True, slots=True)
class Model:
    """A mutation model and what it claims of itself; the claims are tested as laws.

    Attributes:
        name: key in ``MODELS``.
        summary: one line for help and documentation.
        build: ``build(alleles, frequencies, parameters) -> Matrix``; raises ``UserError``.
        parameters: names it needs.
        optional: names it takes besides.
        alleles: which labels it can order ("any", "numeric": 9.3 allowed, "integer").
        rate: whether the parameter ``rate`` is the expected mutation rate: exactly, for every
            frequencies ("each": every allele mutates with it; "mean": on average over the
            population; "none").
        stationary: frequencies do not change over generations.
        reversible: detailed balance with the frequencies.
        lumpable: alleles may be merged, whichever they are.
    """

    name: str
    summary: str
    build: Callable[[tuple[str, ...], npt.NDArray[np.float64], Mapping[str, Any]], Matrix]
    parameters: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    alleles: Literal["any", "numeric", "integer"] = "any"
    rate: Literal["each", "mean", "none"] = "none"
    stationary: bool = False
    reversible: bool = False
    lumpable: bool = False


def required(model: str, parameters: Mapping[str, Any], name: str) -> float:
    """A parameter as a finite number, or a clear error."""
    value = parameters.get(name)
    if value is None:
        raise UserError(f"the {model} mutation model needs the parameter {name!r}")
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise UserError(f"{name} of the {model} mutation model is {value!r}, not a number")
    if not np.isfinite(value):
        raise UserError(f"{name} of the {model} mutation model is {value!r}, not finite")
    return float(value)


def probability(model: str, parameters: Mapping[str, Any], name: str) -> float:
    """A parameter that is a probability."""
    value = required(model, parameters, name)
    if not 0.0 <= value <= 1.0:
        raise UserError(f"{name} of the {model} mutation model is {value!r}; it lies in [0, 1]")
    return value


def numbers(model: str, alleles: tuple[str, ...], *, integer: bool) -> npt.NDArray[np.float64]:
    """Repeat numbers of the alleles, shape (alleles,)."""
    kind = "integers" if integer else "numeric"
    found = np.empty(len(alleles))
    for position, label in enumerate(alleles):
        value = allele_value(label)
        if value is None or (integer and not value.is_integer()):
            raise UserError(
                f"the {model} mutation model requires all alleles to be {kind}; "
                f"{label!r} is not; use the model equal or proportional"
                + (", or stepwise" if integer else "")
            )
        found[position] = value
    return found
