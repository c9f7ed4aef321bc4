"""Strata (months, regions): separate estimates, their honest sum, and partial pooling.

*Separate.* One log-linear model, the same for all strata, is the one with the lowest sum of BIC
over the strata. Each stratum gives log f0 with a standard error. The sum is a sum of draws, one
from each stratum at a time; ends of intervals are never added.

*Partial pooling.* A stated hierarchical model. For stratum s with n_s seen and theta_s =
log(f0_s / n_s):

    estimate_s ~ Normal(theta_s, se_s^2),  theta_s ~ Normal(mu, tau^2),
    mu flat,  tau ~ half-Normal(1),  f0_s ~ Poisson(n_s exp(theta_s))

summed over a grid of tau (Gelman et al. 2013, Bayesian Data Analysis, sec. 5.4). A stratum whose
own data hold no total takes its theta from mu and tau alone, and is marked *borrowed*.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priam.errors import UserError
from priam.totals.histories import Histories
from priam.totals.loglinear import Fit, Model, all_models, fit_model, fit_models
from priam.totals.loglinear import model_name as name_of

__all__ = ["Pooling", "Stratified", "StratumTotal", "estimate_strata", "pool"]

Floats = NDArray[np.float64]
_DRAWS = 8000


@dataclass(frozen=True)
class StratumTotal:
    """One stratum, or the sum (``stratum`` is then "all"). ``refused`` says why there is none."""

    stratum: str
    observed: int
    point: float | None
    lower: float | None
    upper: float | None
    refused: str | None = None
    borrowed: bool = False


@dataclass(frozen=True)
class Pooling:
    """What the strata share: median of exp(mu), unseen for each seen, and of tau."""

    unseen_per_seen: float
    tau: float
    tau_lower: float
    tau_upper: float


@dataclass(frozen=True)
class Stratified:
    """Separate and pooled totals of every stratum, each with its sum."""

    model: str
    separate: tuple[StratumTotal, ...]
    separate_sum: StratumTotal
    pooled: tuple[StratumTotal, ...]
    pooled_sum: StratumTotal | None
    pooling: Pooling | None
    left_out: tuple[str, ...]


def estimate_strata(
    strata: Mapping[str, Histories], rng: np.random.Generator, level: float = 0.95
) -> Stratified:
    """Estimate every stratum on its own and partially pooled."""
    if len(strata) < 2:
        raise UserError(f"{len(strata)} stratum was found; strata need at least two values")
    filled = {name: table for name, table in strata.items() if table.n > 0}
    model = _common_model(list(filled.values()))
    fits = {name: _fit_or_none(table, model) for name, table in filled.items()}
    draws = {name: _own_draws(fit, rng) for name, fit in fits.items()}
    separate = tuple(_separate(n, filled[n], fits[n], draws[n], level) for n in filled)
    pooled, pooled_sum, pooling = _pooled(filled, fits, rng, level)
    return Stratified(
        name_of(model),
        separate,
        _sum(filled, draws, level),
        pooled,
        pooled_sum,
        pooling,
        tuple(name for name in strata if name not in filled),
    )


def _common_model(tables: Sequence[Histories]) -> Model:
    t = tables[0].t
    mains: Model = tuple((j,) for j in range(t))
    if t == 2 or t > 5:
        return mains
    models = all_models(t, 2)
    score = np.zeros(len(models))
    lost = np.zeros(len(models))
    for table in tables:
        fits = fit_models(table, models)
        score += [fit.bic for fit in fits]
        lost += [fit.refused for fit in fits]
    # A model that gives no total in most strata cannot serve as the common one.
    score[lost > len(tables) / 2] = np.inf
    return models[int(np.argmin(score))] if np.isfinite(score).any() else mains


def _fit_or_none(table: Histories, model: Model) -> Fit | None:
    fit = fit_model(table, model)
    if fit.refused or fit.log_f0_stderr is None or fit.log_f0_stderr > 5:
        return None
    return fit


def _own_draws(fit: Fit | None, rng: np.random.Generator) -> Floats | None:
    if fit is None or fit.log_f0 is None or fit.log_f0_stderr is None:
        return None
    return _poisson(rng, rng.normal(fit.log_f0, fit.log_f0_stderr, _DRAWS)) + fit.observed


def _poisson(rng: np.random.Generator, log_mean: Floats) -> Floats:
    return np.asarray(rng.poisson(np.exp(np.minimum(log_mean, 40.0))), dtype=float)


def _separate(
    name: str, table: Histories, fit: Fit | None, draws: Floats | None, level: float
) -> StratumTotal:
    if fit is None or draws is None:
        why = "This stratum's counts hold no total under the common model."
        return StratumTotal(name, table.n, None, None, None, why)
    return StratumTotal(name, table.n, fit.total, *_ends(draws, level))


def _ends(draws: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _sum(
    tables: Mapping[str, Histories], draws: Mapping[str, Floats | None], level: float
) -> StratumTotal:
    n = sum(table.n for table in tables.values())
    missing = [name for name, values in draws.items() if values is None]
    if missing:
        why = (
            f"{len(missing)} of {len(draws)} strata hold no total of their own ("
            + ", ".join(missing[:5])
            + ("…" if len(missing) > 5 else "")
            + "); a sum without them would be too low. See the pooled sum, or merge strata."
        )
        return StratumTotal("all", n, None, None, None, why)
    total = np.sum([values for values in draws.values() if values is not None], axis=0)
    return StratumTotal("all", n, float(np.median(total)), *_ends(total, level))


def _pooled(
    tables: Mapping[str, Histories],
    fits: Mapping[str, Fit | None],
    rng: np.random.Generator,
    level: float,
) -> tuple[tuple[StratumTotal, ...], StratumTotal | None, Pooling | None]:
    names = list(tables)
    seen = np.array([tables[name].n for name in names], dtype=float)
    estimate = np.full(len(names), np.nan)
    error = np.full(len(names), np.inf)
    for k, name in enumerate(names):
        fit = fits[name]
        if fit is not None and fit.log_f0 is not None and fit.log_f0_stderr is not None:
            estimate[k] = fit.log_f0 - math.log(seen[k])
            error[k] = fit.log_f0_stderr
    if np.isfinite(error).sum() < 3:
        return (), None, None
    theta, mu, tau = pool(estimate, error, rng)
    draws = _poisson(rng, theta + np.log(seen)) + seen
    rows = tuple(
        StratumTotal(
            name,
            int(seen[k]),
            float(np.median(draws[:, k])),
            *_ends(draws[:, k], level),
            borrowed=not np.isfinite(error[k]),
        )
        for k, name in enumerate(names)
    )
    total = draws.sum(axis=1)
    whole = StratumTotal("all", int(seen.sum()), float(np.median(total)), *_ends(total, level))
    return (
        rows,
        whole,
        Pooling(float(np.exp(np.median(mu))), float(np.median(tau)), *_ends(tau, level)),
    )


def pool(
    estimate: Floats, error: Floats, rng: np.random.Generator, draws: int = _DRAWS
) -> tuple[Floats, Floats, Floats]:
    """Posterior draws of theta (draws, strata), mu and tau (draws,).

    ``error`` is infinite where a stratum says nothing (``estimate`` is then ignored).
    """
    known = np.isfinite(error)
    y, v = estimate[known], error[known] ** 2
    grid = np.linspace(1e-3, 4.0, 400)
    precision = 1 / (v[None, :] + grid[:, None] ** 2)
    mean = (precision * y).sum(axis=1) / precision.sum(axis=1)
    log_weight = (
        -0.5 * np.log(precision.sum(axis=1))
        + 0.5 * np.log(precision).sum(axis=1)
        - 0.5 * (precision * (y - mean[:, None]) ** 2).sum(axis=1)
        - 0.5 * grid**2
    )
    weight = np.exp(log_weight - log_weight.max())
    place = rng.choice(len(grid), size=draws, p=weight / weight.sum())
    tau = grid[place]
    mu = rng.normal(mean[place], 1 / np.sqrt(precision.sum(axis=1)[place]))
    own = np.where(known, 1 / np.where(known, error, 1.0) ** 2, 0.0)
    shrunk = own + 1 / tau[:, None] ** 2
    centre = (own * np.where(known, estimate, 0.0) + (mu / tau**2)[:, None]) / shrunk
    return rng.normal(centre, 1 / np.sqrt(shrunk)), mu, tau
