"""From all claims to posteriors: prune with a bound, split, sum exactly, sample if too wide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from priam.identification.joint.assignment import best_assignment
from priam.identification.joint.components import components
from priam.identification.joint.model import JointModel
from priam.identification.joint.pruning import prune
from priam.identification.joint.sampling import sample
from priam.identification.joint.transfer import TooWideError, claim_probabilities

__all__ = ["ComponentReport", "JointResult", "solve"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ComponentReport:
    """How one connected part was solved."""

    families: tuple[int, ...]
    individuals: tuple[int, ...]
    claims: int
    method: str  # "exact" or "sampled"
    error: float  # largest standard error of a probability; 0 where exact
    rhat: float
    effective: float


@dataclass(frozen=True)
class JointResult:
    """Probabilities of the claims kept, the best assignment, and how far off they may be.

    ``pruning_error`` bounds what the dropped claims can change in any probability.
    """

    model: JointModel
    probability: Floats
    best: tuple[int, ...]
    parts: tuple[ComponentReport, ...]
    pruning_error: float
    dropped: int


def solve(
    model: JointModel,
    *,
    tolerance: float = 1e-9,
    limit: int = 400_000,
    rng: np.random.Generator | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> JointResult:
    """Exact marginal probabilities part by part, sampled only where a part is too wide.

    ``tolerance`` is the total probability that pruning may set aside (0 keeps every claim);
    ``limit`` is the number of states allowed in one exact sum; ``rng`` is used by sampling only.
    """
    pruned = prune(model, tolerance)
    rng = rng or np.random.default_rng(0)
    probability = np.zeros(len(pruned.model.claims))
    reports: list[ComponentReport] = []
    best: list[int] = []
    parts = components(pruned.model)
    for number, (indices, part) in enumerate(parts):
        values, report = _solve_part(part, limit, rng)
        probability[list(indices)] = values
        best += [indices[c] for c in best_assignment(part)]
        reports.append(report)
        if progress is not None:
            progress(number + 1, len(parts))
    return JointResult(
        pruned.model, probability, tuple(sorted(best)), tuple(reports), pruned.error, pruned.dropped
    )


def _solve_part(
    part: JointModel, limit: int, rng: np.random.Generator
) -> tuple[Floats, ComponentReport]:
    families, individuals = tuple(part.by_family), tuple(part.by_individual)
    try:
        exact = claim_probabilities(part, limit=limit)
    except TooWideError:
        drawn = sample(part, rng)
        return drawn.probability, ComponentReport(
            families,
            individuals,
            len(part.claims),
            "sampled",
            float(drawn.error.max()),
            drawn.rhat,
            drawn.effective,
        )
    report = ComponentReport(
        families, individuals, len(part.claims), "exact", 0.0, 1.0, float("inf")
    )
    return exact, report
