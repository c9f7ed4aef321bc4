"""Combine posterior draws over replicates of the data.

A replicate is the data as they would be if one doubtful thing had fallen out otherwise: another
draw of the uncertain links, another imputation of a missing month. Between-replicate variance is
added to the variance within (Rubin), on the logarithm of the number not seen. The conventions
are those of HRDAG's verdata, so that its published figures come out to the digit.

Source: Rubin (1987), Multiple Imputation for Nonresponse in Surveys, doi:10.1002/9780470316696.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from priam.errors import UserError

__all__ = ["Combined", "Replicate", "combine"]


@dataclass(frozen=True)
class Replicate:
    """Posterior draws of the total N from one replicate, with its number of observed persons."""

    observed: int
    draws: ArrayLike


@dataclass(frozen=True)
class Combined:
    """A total over replicates: point, interval, and how much the replicates disagree.

    ``between_share`` is the share of the variance of log f0 that comes from the replicates.
    """

    point: int
    lower: int
    upper: int
    level: float
    replicates: int
    between_share: float


def combine(replicates: Sequence[Replicate], level: float = 0.95) -> Combined:
    """Combine draws over two or more replicates."""
    if len(replicates) < 2:
        raise UserError(
            f"{len(replicates)} replicate was given; combining needs at least 2 (20 or more are "
            "recommended), because the spread between replicates is part of the answer"
        )
    unseen = [_unseen(replicate) for replicate in replicates]
    logs = [np.log(np.where(f0 == 0, 0.1, f0)) for f0 in unseen]
    means = np.array([values.mean() for values in logs])
    within = float(np.mean([values.var(ddof=1) for values in logs]))
    m, between = len(logs), float(means.var(ddof=1))
    total = within + (m + 1) / m * between
    half = _quantile(level, within, between, m) * total**0.5
    observed = float(np.mean([replicate.observed for replicate in replicates]))
    ends = np.round(np.exp(means.mean() + np.array([-half, half])))
    point = float(np.mean(np.concatenate(unseen)))
    lower, upper = (round(float(end + observed)) for end in ends)
    return Combined(
        round(point + observed),
        lower,
        upper,
        level=level,
        replicates=m,
        between_share=(m + 1) / m * between / total if total else 0.0,
    )


def _unseen(replicate: Replicate) -> np.ndarray:
    f0 = np.asarray(replicate.draws, dtype=float) - replicate.observed
    if f0.ndim != 1 or len(f0) < 2:
        raise UserError("a replicate holds fewer than two draws of the total; nothing to combine")
    if (f0 < 0).any():
        raise UserError(
            f"a draw of {f0.min() + replicate.observed:.0f} lies below the {replicate.observed} "
            "persons observed in its replicate; draws must be of the total N"
        )
    return f0


def _quantile(level: float, within: float, between: float, m: int) -> float:
    if between == 0:
        return float(student.ppf((1 + level) / 2, np.inf))
    df = (m - 1) * (1 + within / ((m + 1) * between)) ** 2
    return float(student.ppf((1 + level) / 2, df))
