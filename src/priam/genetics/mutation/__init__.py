"""Mutation models: from alleles, frequencies and a few parameters to a matrix.

``MODELS`` names them all. :func:`mutation_matrix` is one call; :class:`Mutation` remembers a model
with its parameters and makes a matrix for each marker; :class:`MutationModel` holds one for
fathers and one for mothers.

Conventions follow the R package pedmut 0.9.1: row = parent's allele, rows sum to 1, one allele
alone never mutates. Sources stand at each model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.custom import CUSTOM
from priam.genetics.mutation.dawid import DAWID
from priam.genetics.mutation.equal import EQUAL
from priam.genetics.mutation.model import Matrix, Model
from priam.genetics.mutation.onestep import ONESTEP
from priam.genetics.mutation.properties import (
    always_lumpable,
    bounded,
    is_lumpable,
    lumped,
    lumped_classes,
    reversible,
    stationary,
)
from priam.genetics.mutation.proportional import PROPORTIONAL
from priam.genetics.mutation.random import RANDOM
from priam.genetics.mutation.stepwise import STEPWISE
from priam.genetics.mutation.transforms import (
    TRANSFORMS,
    mutation_rate,
    transformed,
    with_rate,
)
from priam.genetics.mutation.trivial import TRIVIAL

__all__ = [
    "MODELS",
    "NO_MUTATION",
    "TRANSFORMS",
    "Matrix",
    "Model",
    "Mutation",
    "MutationModel",
    "always_lumpable",
    "bounded",
    "is_lumpable",
    "lumped",
    "lumped_classes",
    "mutation_matrix",
    "mutation_rate",
    "reversible",
    "stationary",
    "transformed",
    "with_rate",
]

MODELS: dict[str, Model] = {
    model.name: model
    for model in (CUSTOM, DAWID, EQUAL, ONESTEP, PROPORTIONAL, RANDOM, STEPWISE, TRIVIAL)
}
"""Every mutation model by name."""

FREQUENCY_TOLERANCE = 5e-4
"""Frequencies may miss the sum 1 by the rounding of published tables."""


def mutation_matrix(
    model: str,
    alleles: Sequence[str],
    frequencies: Sequence[float] | npt.NDArray[np.float64],
    *,
    transform: str | None = None,
    **parameters: Any,
) -> Matrix:
    """Mutation matrix of one marker, shape (alleles, alleles), rows sum to 1.

    ``transform`` makes it stationary or reversible (see ``transforms``). Raises
    :class:`UserError` for a parameter that is missing, unknown or impossible, for labels that
    the model cannot order, and for frequencies that are negative or do not sum to 1.
    """
    found = _model(model)
    labels, p = tuple(alleles), np.asarray(frequencies, dtype=np.float64)
    _check(found, labels, p, parameters)
    if len(labels) == 1:
        return np.ones((1, 1))
    matrix = found.build(labels, p, parameters)
    return transformed(matrix, p, transform) if transform else matrix


def _model(name: str) -> Model:
    try:
        return MODELS[name.lower()]
    except (KeyError, AttributeError):
        raise UserError(
            f"mutation model {name!r} is not known; choose one of {', '.join(MODELS)}"
        ) from None


_PARAMETERS = frozenset(
    name for model in MODELS.values() for name in (*model.parameters, *model.optional)
)


def _check(
    model: Model,
    alleles: tuple[str, ...],
    p: npt.NDArray[np.float64],
    parameters: Mapping[str, Any],
) -> None:
    unknown = [name for name in parameters if name not in _PARAMETERS]
    if unknown:
        takes = ", ".join((*model.parameters, *model.optional)) or "none"
        raise UserError(
            f"the {model.name} mutation model has no parameter {unknown[0]!r}; it takes: {takes}"
        )
    if not alleles or p.shape != (len(alleles),) or len(set(alleles)) < len(alleles):
        raise UserError("a mutation matrix needs different alleles and one frequency for each")
    if not np.all((p >= 0.0) & (p <= 1.0)) or abs(float(p.sum()) - 1.0) > FREQUENCY_TOLERANCE:
        raise UserError(
            f"the allele frequencies of a mutation model are probabilities that sum to 1; these "
            f"sum to {float(p.sum()):.6g}"
        )


@dataclass(frozen=True)
class Mutation:
    """A model with its parameters, for one sex, ready for any marker.

    >>> Mutation("equal", {"rate": 0.002}).matrix(["9", "10", "11"], [0.2, 0.3, 0.5])[0]
    array([0.998, 0.001, 0.001])
    """

    model: str = "trivial"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    transform: str | None = None

    def __post_init__(self) -> None:
        found = _model(self.model)
        object.__setattr__(self, "model", found.name)
        missing = [name for name in found.parameters if self.parameters.get(name) is None]
        if missing:
            raise UserError(f"the {found.name} mutation model needs the parameter {missing[0]!r}")

    def matrix(
        self, alleles: Sequence[str], frequencies: Sequence[float] | npt.NDArray[np.float64]
    ) -> Matrix:
        """Matrix for a marker; see :func:`mutation_matrix`."""
        return mutation_matrix(
            self.model, alleles, frequencies, transform=self.transform, **self.parameters
        )

    @property
    def is_trivial(self) -> bool:
        return self.model == "trivial"

    def describe(self) -> str:
        """``"stepwise(rate=0.002, rate2=1e-05, range=0.1), PM"``."""
        shown = {k: v for k, v in self.parameters.items() if v is not None and k != "matrix"}
        inside = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        return (
            self.model
            + (f"({inside})" if inside else "")
            + (f", {self.transform}" if self.transform else "")
        )


@dataclass(frozen=True)
class MutationModel:
    """What fathers and what mothers do."""

    male: Mutation = field(default_factory=Mutation)
    female: Mutation = field(default_factory=Mutation)

    @classmethod
    def same(cls, model: str, *, transform: str | None = None, **parameters: Any) -> MutationModel:
        """One model for both sexes."""
        both = Mutation(model, parameters, transform)
        return cls(both, both)

    @classmethod
    def from_record(cls, record: Mapping[str, Any] | None) -> MutationModel:
        """From the form of the case files.

        ``None`` is no mutation; ``{"model", "rate", ...}`` is one model, where every value may
        be a mapping ``{"male", "female"}``; ``{"male": {...}, "female": {...}}`` are two, with
        ``matrix_male`` and ``matrix_female`` used as they are where given.
        """
        if not record:
            return NO_MUTATION
        if "male" in record or "female" in record:
            return cls(*(_side(record, sex) for sex in ("male", "female")))
        return cls(*(_mutation(_pick(record, sex)) for sex in ("male", "female")))

    def matrices(
        self, alleles: Sequence[str], frequencies: Sequence[float] | npt.NDArray[np.float64]
    ) -> tuple[Matrix, Matrix]:
        """Matrices of fathers and of mothers for a marker, both (alleles, alleles); a row is a
        parent's allele and sums to 1."""
        male = self.male.matrix(alleles, frequencies)
        if self.male == self.female:
            return male, male
        return male, self.female.matrix(alleles, frequencies)

    @property
    def is_trivial(self) -> bool:
        return self.male.is_trivial and self.female.is_trivial

    def describe(self) -> str:
        """One model, or one for each sex, in words."""
        if self.male == self.female:
            return self.male.describe()
        return f"male {self.male.describe()}; female {self.female.describe()}"


NO_MUTATION = MutationModel()


def _pick(record: Mapping[str, Any], sex: str) -> dict[str, Any]:
    return {
        name: value[sex] if isinstance(value, Mapping) and sex in value else value
        for name, value in record.items()
    }


def _side(record: Mapping[str, Any], sex: str) -> Mutation:
    matrix = record.get(f"matrix_{sex}")
    if matrix is not None:
        return Mutation("custom", {"matrix": tuple(tuple(row) for row in matrix)})
    side = record.get(sex)
    if not isinstance(side, Mapping):
        raise UserError(f"a mutation model for two sexes lacks the part {sex!r}")
    return _mutation(side)


def _mutation(record: Mapping[str, Any]) -> Mutation:
    model = record.get("model")
    if not isinstance(model, str):
        raise UserError("a mutation model needs its name under 'model'")
    found = _model(model)
    wanted = (*found.parameters, *found.optional)
    kept = {name: record[name] for name in wanted if record.get(name) is not None}
    return Mutation(model, kept, record.get("transform"))
