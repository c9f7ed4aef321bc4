"""Sample coverage: how much of the population the lists reach, and what follows from it.

Sources: Chao & Tsay (1998), JASA 93:283, doi:10.1080/01621459.1998.10474110; Chao, Tsay, Lin,
Shau & Chao (2001), Statistics in Medicine 20:3123, doi:10.1002/sim.996.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priam.totals.histories import Histories

__all__ = ["TRUSTED_COVERAGE", "SampleCoverage", "sample_coverage"]

#: Below this estimated coverage the high-coverage estimator is not to be used.
TRUSTED_COVERAGE = 0.55


@dataclass(frozen=True)
class SampleCoverage:
    """Estimates by sample coverage; ``high`` is None where its formula divides by zero.

    ``coverage``: estimated share of the population's listing probability held by the persons on
    two lists or more. ``independent``: N if the lists were independent. ``high``: for coverage
    of at least 0.55. ``low``: the one-step estimator for lower coverage.
    """

    coverage: float
    independent: float
    high: float | None
    low: float | None

    @property
    def trusted(self) -> bool:
        """Whether coverage is high enough for ``high``."""
        return self.coverage >= TRUSTED_COVERAGE


def sample_coverage(table: Histories) -> SampleCoverage | None:
    """Estimate coverage and the totals that follow, or None where no two lists overlap.

    Needs three lists or more; with two it comes to the Lincoln-Petersen estimate.
    """
    t, sizes = table.t, table.sizes.astype(float)
    if not (sizes > 0).all():
        return None
    alone = _alone(table)
    distinct = table.n - alone.mean()
    coverage = 1 - float((alone / sizes).mean())
    if coverage <= 0:
        return None
    i, j = np.triu_indices(t, 1)
    a, b = _pair_only(table, alone)[i, j], table.overlaps[i, j].astype(float)
    ratio = b / (sizes[i] * sizes[j])
    independent = distinct / coverage
    high = _high(table.n, t * distinct - a.sum(), t * coverage - (a * ratio).sum())
    inflated = independent + (a * (independent * ratio - 1)).sum() / (t * coverage)
    low = independent + (a * (ratio * inflated - 1)).sum() / (t * coverage)
    return SampleCoverage(coverage, independent, high, float(low))


def _high(n: int, numerator: float, denominator: float) -> float | None:
    if denominator == 0:
        return None
    value = numerator / denominator
    return float(value) if value > n else float(n)


def _alone(table: Histories) -> NDArray[np.float64]:
    """Persons on list j and no other, shape (t,)."""
    single = table.patterns.sum(axis=1) == 1
    return np.asarray(table.counts[single] @ table.patterns[single].astype(np.int64), dtype=float)


def _pair_only(table: Histories, alone: NDArray[np.float64]) -> NDArray[np.float64]:
    """A_ij: seen once or twice by i and j, and by no other list; shape (t, t)."""
    double = table.patterns.sum(axis=1) == 2
    x = table.patterns[double].astype(np.int64)
    both = ((x * table.counts[double][:, None]).T @ x).astype(float)
    return np.asarray(alone[:, None] + alone[None, :] + 2 * both)
