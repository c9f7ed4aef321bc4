"""Profile likelihood interval for the total under one log-linear model.

For each total N the complete table, the unseen cell filled with N - n, has a best fit; the
multinomial likelihood of that fit, over N, is the profile. The interval holds the totals whose
profile lies within half a chi-square quantile of its top.

Source: Cormack (1992), Biometrics 48:567, doi:10.2307/2532310.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln
from scipy.stats import chi2

from priam.totals.histories import Histories
from priam.totals.loglinear import Fit, design, newton, slow_newton

__all__ = ["Profile", "profile_interval"]

#: Beyond this many times the number seen, an upper end is called unbounded.
_FAR = 1e4


@dataclass(frozen=True)
class Profile:
    """Top and ends of the profile; an end is None where the likelihood never falls far enough."""

    point: float
    lower: float
    upper: float | None


def profile_interval(table: Histories, fit: Fit, level: float = 0.95) -> Profile | None:
    """Profile interval for a fitted model; None where the model was refused."""
    if fit.log_f0 is None:
        return None
    cells, y = table.full()
    face = fit.existence.support
    x = design(cells, fit.model)[face]
    unseen = np.zeros(x.shape[1])
    unseen[0] = 1.0
    profile = _Profile(np.vstack([unseen, x]), y[face].astype(float))
    return _ends(profile, math.exp(fit.log_f0), table.n, level)


def _ends(profile: _Profile, start: float, n: int, level: float) -> Profile:
    span = (math.log(max(start, 1e-3)) - 3, math.log(max(start, 1e-3)) + 3)
    best = minimize_scalar(
        lambda v: -profile(math.exp(v)), bounds=span, method="bounded", options={"xatol": 1e-9}
    )
    top, drop = math.exp(best.x), float(chi2.ppf(level, 1)) / 2

    def gap(v: float) -> float:
        return profile(math.exp(v)) + float(best.fun) + drop

    lower = _crossing(gap, math.log(top), -0.5, math.log(1e-6))
    upper = _crossing(gap, math.log(top), 0.5, math.log(_FAR * n))
    return Profile(
        n + top,
        n + (0.0 if lower is None else math.exp(lower)),
        None if upper is None else n + math.exp(upper),
    )


def _crossing(
    gap: Callable[[float], float], start: float, step: float, limit: float
) -> float | None:
    """Where ``gap`` falls through zero, walking from ``start``; None if not before ``limit``."""
    near, far = start, start + step
    while gap(far) > 0:
        near, far = far, far + step
        if (far - limit) * step > 0:
            return None
    root: float = brentq(gap, min(near, far), max(near, far), xtol=1e-10)
    return root


class _Profile:
    """Multinomial log-likelihood of the best fit at a given f0, up to a constant."""

    def __init__(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        u, s, _ = np.linalg.svd(x, full_matrices=False)
        self.basis = u[:, s > s[0] * 1e-10][None]
        self.y = y

    def __call__(self, f0: float) -> float:
        full = np.concatenate([[f0], self.y])
        solved, beta = newton(self.basis, full)
        best = beta[0] if solved[0] else slow_newton(self.basis[0], full)
        mu = np.exp(self.basis[0] @ best)
        total = full.sum()
        seen = full > 0
        value = float((full[seen] * np.log(mu[seen] / total)).sum())
        return value + float(gammaln(total + 1) - gammaln(f0 + 1))
