"""Choosing among log-linear models, and averaging over them.

Up to five lists every hierarchical model is fitted (two-list terms only for five). From six lists
on, two-list terms are added one at a time while the likelihood-ratio test of the next has a
p-value below 0.02 (the threshold of Chan, Silverman & Vincent 2021).

A model that fits best but whose total the data do not determine is not passed over for the next:
then the choice itself is refused, because what is left is what happened to be computable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from scipy.stats import chi2

from priam.totals.histories import Histories
from priam.totals.loglinear import (
    Fit,
    Model,
    all_models,
    design,
    fit_model,
    fit_models,
    newton,
    slow_newton,
)

__all__ = ["MAX_TABLE", "ModelAverage", "Search", "average_models", "forward", "search"]

#: Beyond this many lists the full table is too large to fit step by step.
MAX_TABLE = 12
_P_ENTER = 0.02
#: Models more than this far above the best BIC have no say in the average.
_BIC_REACH = 10.0
_CANDIDATES = 5


@dataclass(frozen=True, eq=False)
class Search:
    """The fits looked at, best BIC first, and how they were found."""

    fits: tuple[Fit, ...]
    exhaustive: bool

    @property
    def best_bic(self) -> Fit:
        """Lowest BIC; may be a refused one."""
        return self.fits[0]

    @property
    def best_aic(self) -> Fit:
        """Lowest AIC; may be a refused one."""
        return min(self.fits, key=lambda fit: fit.aic)

    @property
    def refused(self) -> tuple[Fit, ...]:
        """Fits whose total the data do not determine."""
        return tuple(fit for fit in self.fits if fit.refused)


@dataclass(frozen=True)
class ModelAverage:
    """Average over models by BIC weight, with the spread between them in the error.

    ``refused_weight`` is the weight of models that have no finite total; where it is not small,
    the average speaks for a minority.
    """

    total: float
    stderr: float
    lower: float
    upper: float
    models: int
    refused_weight: float


def search(table: Histories) -> Search:
    """All hierarchical models for up to five lists, forward steps beyond."""
    if table.t <= 5:
        fits = fit_models(table, all_models(table.t))
    else:
        fits = forward(table)
    return Search(tuple(sorted(fits, key=lambda fit: (fit.bic, fit.name))), table.t <= 5)


def forward(table: Histories, p_enter: float = _P_ENTER) -> list[Fit]:
    """The last fit is where adding two-list terms ended; the others are the steps to it."""
    mains: Model = tuple((j,) for j in range(table.t))
    path = [fit_model(table, mains)]
    while True:
        candidates = _promising(table, path[-1])
        fits = [fit for fit in fit_models(table, candidates) if not fit.refused]
        if not fits:
            return path
        best = min(fits, key=lambda fit: fit.deviance)
        if chi2.sf(max(path[-1].deviance - best.deviance, 0.0), 1) > p_enter:
            return path
        path.append(best)


def _promising(table: Histories, fit: Fit) -> list[Model]:
    """The few extensions with the largest score statistic (their refits decide)."""
    cells, y = table.full()
    x = design(cells, fit.model)
    face = fit.existence.support
    solved, beta = newton(x[face][None], y[face].astype(float))
    best = beta[0] if solved[0] else slow_newton(x[face], y[face].astype(float))
    mu = np.zeros(len(y))
    mu[face] = np.exp(x[face] @ best)
    open_terms = [p for p in combinations(range(table.t), 2) if p not in fit.model]
    information = np.linalg.pinv((x * mu[:, None]).T @ x, hermitian=True)
    scores = []
    for term in open_terms:
        column = cells[:, list(term)].all(axis=1).astype(float)
        cross = (x * mu[:, None]).T @ column
        variance = column @ mu - cross @ information @ cross
        scores.append((column @ (y - mu)) ** 2 / max(variance, 1e-9))
    order = np.argsort(-np.array(scores))[:_CANDIDATES]
    return [(*fit.model, open_terms[k]) for k in order]


def average_models(fits: Sequence[Fit], level: float = 0.95) -> ModelAverage | None:
    """Average of the models within 10 of the best BIC; None if none of them has a total."""
    best = min(fit.bic for fit in fits)
    near = [fit for fit in fits if fit.bic <= best + _BIC_REACH]
    weights = np.exp([(best - fit.bic) / 2 for fit in near])
    weights /= weights.sum()
    kept = [(w, fit) for w, fit in zip(weights, near) if fit.log_f0 is not None]
    if not kept:
        return None
    w = np.array([weight for weight, _ in kept]) / sum(weight for weight, _ in kept)
    logs = np.array([fit.log_f0 for _, fit in kept], dtype=float)
    errors = np.array([fit.log_f0_stderr for _, fit in kept], dtype=float)
    centre = float(w @ logs)
    spread = float(w @ np.sqrt(errors**2 + (logs - centre) ** 2))
    n, half = kept[0][1].observed, NormalDist().inv_cdf((1 + level) / 2) * spread
    f0 = math.exp(centre)
    return ModelAverage(
        n + f0,
        f0 * spread,
        n + math.exp(centre - half),
        n + math.exp(centre + half),
        len(kept),
        1 - float(sum(weight for weight, _ in kept)),
    )
