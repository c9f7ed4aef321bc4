"""Every method on one table, each as one row: point, interval, diagnostics, or a refusal.

The rows are shown side by side. None of them is the answer; where they differ, that is what the
lists say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import gaussian_kde

from priam.totals.coverage import TRUSTED_COVERAGE, SampleCoverage, sample_coverage
from priam.totals.decomposable import MAX_LISTS as GRAPH_LISTS
from priam.totals.decomposable import Averaged, average_graphs
from priam.totals.heterogeneity import fit_heterogeneous
from priam.totals.histories import Histories
from priam.totals.latent_class import LatentClasses, Sampling, default_classes, sample_classes
from priam.totals.loglinear import Fit, fit_model
from priam.totals.profile import profile_interval
from priam.totals.selection import MAX_TABLE, Search, average_models, search
from priam.totals.twolist import all_pairs, log_interval

__all__ = ["METHODS", "Estimate", "coverage_estimate", "estimate_all", "log_linear"]

_BOOTSTRAPS = 400


@dataclass(frozen=True, eq=False)
class Estimate:
    """One method's answer. ``point`` is None exactly where ``refused`` says why.

    ``role``: "estimate", or "lower bound". ``lower`` or ``upper`` may be None where an end is
    unbounded. ``density``: (totals, heights) for a picture, where the method has a posterior.
    """

    method: str
    label: str
    point: float | None
    lower: float | None
    upper: float | None
    point_is: str
    interval_is: str
    role: str = "estimate"
    refused: str | None = None
    warnings: tuple[str, ...] = ()
    diagnostics: dict[str, Any] = field(default_factory=dict)
    density: tuple[list[float], list[float]] | None = None


def refusal(method: str, label: str, why: str, **diagnostics: Any) -> Estimate:
    """A row without a figure."""
    return Estimate(method, label, None, None, None, "", "", refused=why, diagnostics=diagnostics)


def chapman(table: Histories, level: float) -> Estimate:
    """Two lists only."""
    pair = all_pairs(table, level)[0]
    warnings = ["With two lists nothing can show whether one depends on the other."]
    if pair.both < 7:
        warnings.append(f"Only {pair.both} persons are on both lists; the figure is unsteady.")
    return Estimate(
        "chapman",
        "Two lists (Chapman)",
        pair.chapman,
        pair.lower,
        pair.upper,
        "Chapman estimate",
        "log-normal on the unseen",
        warnings=tuple(warnings),
        diagnostics={"stderr": pair.stderr, "petersen": pair.petersen, "on_both": pair.both},
    )


def independence(table: Histories, level: float) -> Estimate:
    """All lists independent of each other."""
    fit = fit_model(table, [(j,) for j in range(table.t)])
    return _fitted("independence", "Independent lists", table, fit, level)


def log_linear(table: Histories, found: Search, level: float) -> Estimate:
    """The BIC-best log-linear model, unless it is one that must be refused."""
    label = "Log-linear (best BIC)"
    best = found.best_bic
    shared = {
        "models": len(found.fits),
        "refused_models": [
            {"model": f.name, "why": f.existence.verdict.value} for f in found.refused[:20]
        ],
        "refused_count": len(found.refused),
        "top_models": [_row(fit, level) for fit in found.fits[:10]],
    }
    if best.refused:
        why = (
            f"The model that fits best, {best.name}, has no total. {best.existence.words} "
            "The next-best models are not offered instead: they fit worse, and are left only "
            "because they can be computed. They stand under top_models."
        )
        return refusal("log-linear", label, why, **shared)
    return _fitted("log-linear", label, table, best, level, shared)


def _row(fit: Fit, level: float) -> dict[str, Any]:
    interval = fit.interval(level)
    return {
        "model": fit.name,
        "point": fit.total,
        "stderr": fit.stderr,
        "lower": interval[0] if interval else None,
        "upper": interval[1] if interval else None,
        "deviance": fit.deviance,
        "df": fit.df,
        "aic": fit.aic,
        "bic": fit.bic,
        "existence": fit.existence.verdict.value,
    }


def _fitted(
    method: str,
    label: str,
    table: Histories,
    fit: Fit,
    level: float,
    extra: dict[str, Any] | None = None,
) -> Estimate:
    interval = fit.interval(level)
    if fit.total is None or interval is None:
        return refusal(method, label, f"Model {fit.name}: {fit.existence.words}")
    profile = profile_interval(table, fit, level)
    ends = {"lower": profile.lower, "upper": profile.upper} if profile else None
    warnings = [] if fit.existence.verdict.value == "exists" else [fit.existence.words]
    if fit.df == 0:
        warnings.append("The model uses up all cells; nothing is left to check it by.")
    if fit.stderr is not None and fit.stderr > fit.total / 2:
        warnings.append("The standard error is more than half the estimate.")
    return Estimate(
        method,
        label,
        fit.total,
        *interval,
        f"maximum likelihood, model {fit.name}",
        "Wald on log f0",
        warnings=tuple(warnings),
        diagnostics={**_row(fit, level), "profile_interval": ends, **(extra or {})},
    )


def aic_best(table: Histories, found: Search, level: float) -> Estimate:
    """The AIC-best model: allows more dependence, varies more."""
    return _fitted("log-linear-aic", "Log-linear (best AIC)", table, found.best_aic, level)


def averaged(found: Search, level: float) -> Estimate:
    """Average over log-linear models by BIC weight."""
    label = "Log-linear (average by BIC)"
    average = average_models(found.fits, level)
    if average is None or average.refused_weight > 0.5:
        share = 1.0 if average is None else average.refused_weight
        why = f"Models without a total hold {share:.0%} of the weight; the rest cannot speak."
        return refusal("log-linear-average", label, why)
    warnings = []
    if average.refused_weight > 0.05:
        warnings.append(
            f"Models that hold {average.refused_weight:.0%} of the weight have no total and were "
            "left out."
        )
    return Estimate(
        "log-linear-average",
        label,
        average.total,
        average.lower,
        average.upper,
        "average of log f0 over the models within 10 of the best BIC",
        "normal on log f0, with the spread between models",
        warnings=tuple(warnings),
        diagnostics={
            "stderr": average.stderr,
            "models": average.models,
            "refused_weight": average.refused_weight,
        },
    )


def lower_bound(table: Histories, level: float) -> Estimate:
    """Chao's lower bound with unequal lists."""
    label = "Chao lower bound"
    fits = {fit.name: fit for fit in fit_heterogeneous(table)}
    bound = fits["Mth Chao (LB)"]
    if bound.total is None or bound.stderr is None:
        return refusal("chao-lower-bound", label, "Too few persons are on two lists.")
    lower, upper = log_interval(table.n, bound.total - table.n, bound.stderr, level)
    others = {name: fit.total for name, fit in fits.items()}
    return Estimate(
        "chao-lower-bound",
        label,
        bound.total,
        lower,
        upper,
        "Chao's bound, lists of unequal reach",
        "log-normal on the unseen",
        role="lower bound",
        warnings=("A bound, not an estimate; it holds only if lists do not repel each other.",),
        diagnostics={"stderr": bound.stderr, "heterogeneity_models": others},
    )


def coverage_estimate(table: Histories, level: float, rng: np.random.Generator) -> Estimate:
    """Sample coverage: the high form from coverage .55 on, else the low form."""
    label = "Sample coverage"
    found = sample_coverage(table)
    if found is None:
        return refusal("sample-coverage", label, "No two lists share a person.")
    point = _coverage_point(found)
    if point is None or point <= table.n:
        why = "The formula gives no total above the number seen; coverage says nothing here."
        return refusal("sample-coverage", label, why, coverage=found.coverage)
    spread = _bootstrap(table, point, lambda t: _coverage_or_none(t, found.trusted), rng)
    lower, upper = log_interval(table.n, point - table.n, spread, level)
    warnings: tuple[str, ...] = ()
    if not found.trusted:
        warnings = (
            f"Estimated coverage is {found.coverage:.0%}, below {TRUSTED_COVERAGE:.0%}: the "
            "high-coverage form is not used, and the low form tends to stay below the truth "
            "when lists attract each other.",
        )
    return Estimate(
        "sample-coverage",
        f"Sample coverage ({'high' if found.trusted else 'low'})",
        point,
        lower,
        upper,
        "Chao & Tsay, " + ("high" if found.trusted else "low") + "-coverage form",
        f"log-normal, standard error of {_BOOTSTRAPS} bootstrap tables",
        warnings=warnings,
        diagnostics={
            "coverage": found.coverage,
            "independent": found.independent,
            "high": found.high,
            "low": found.low,
            "stderr": spread,
        },
    )


def _coverage_point(found: SampleCoverage) -> float | None:
    return found.high if found.trusted else found.low


def _coverage_or_none(table: Histories, high: bool) -> float | None:
    found = sample_coverage(table)
    if found is None:
        return None
    return found.high if high else found.low


def _bootstrap(
    table: Histories,
    total: float,
    point: Callable[[Histories], float | None],
    rng: np.random.Generator,
) -> float:
    """Standard error of ``point`` over tables drawn as if ``total`` were the truth."""
    chances = np.append(table.counts, max(total - table.n, 0.0)) / total
    draws = rng.multinomial(round(total), chances / chances.sum(), size=_BOOTSTRAPS)[:, :-1]
    values = [point(Histories(table.lists, table.patterns, row)) for row in draws]
    kept = np.array([value for value in values if value is not None and np.isfinite(value)])
    return float(kept.std(ddof=1)) if len(kept) > 1 else 0.0


def graphs(table: Histories, level: float) -> Estimate:
    """Averaging over decomposable graphs, with its sensitivity to delta."""
    label = "Decomposable graphs (average)"
    if table.t > GRAPH_LISTS:
        why = f"Graphs are averaged for up to {GRAPH_LISTS} lists; here are {table.t}."
        return refusal("decomposable", label, why)
    found = average_graphs(table)
    others = [average_graphs(table, delta=delta) for delta in (0.5, 1.0)]
    lower, upper = found.interval(level)
    return Estimate(
        "decomposable",
        label,
        found.mean,
        lower,
        upper,
        "posterior mean",
        "central posterior interval",
        warnings=tuple(_graph_warnings(found, others)),
        diagnostics={
            "delta": found.delta,
            "median": found.median,
            "mode": found.mode,
            "complete_graph_weight": found.complete_weight,
            "mass_at_largest_total": found.tail,
            "largest_total": int(found.totals[-1]),
            "prior": "uniform over graphs; p(N) proportional to 1/N",
            "graphs": len(found.graphs),
            "top_graphs": [
                {"graph": g.name, "weight": float(w)}
                for g, w in zip(found.graphs[:5], found.weights[:5])
            ],
            "sensitivity_to_delta": [_delta_row(item, level) for item in (found, *others)],
        },
        density=_thin(found),
    )


def _delta_row(found: Averaged, level: float) -> dict[str, Any]:
    lower, upper = found.interval(level)
    return {
        "delta": found.delta,
        "mean": found.mean,
        "median": found.median,
        "lower": lower,
        "upper": upper,
        "complete_graph_weight": found.complete_weight,
    }


def _graph_warnings(found: Averaged, others: list[Averaged]) -> list[str]:
    words = []
    if found.complete_weight > 0.1:
        words.append(
            f"The complete graph, which says nothing about the unseen, holds "
            f"{found.complete_weight:.0%} of the weight: much of this figure is the prior."
        )
    means = [item.mean for item in (found, *others)]
    if max(means) > 1.25 * min(means):
        words.append(
            "The figure hangs on delta, the prior weight of a cell: means of "
            + ", ".join(f"{m:,.0f} (delta {i.delta:g})" for m, i in zip(means, (found, *others)))
            + "."
        )
    if found.tail > 1e-6:
        words.append("Some weight lies beyond the largest total that was looked at.")
    return words


def _thin(found: Averaged, places: int = 160) -> tuple[list[float], list[float]]:
    """Density over even steps of whole persons between far quantiles, for a picture."""
    low, high = found.quantile(0.001), found.quantile(0.999)
    step = max((high - low) // places, 1)
    edges = np.arange(low, high + 2 * step, step)
    mass, _ = np.histogram(found.totals, bins=edges, weights=found.mass)
    return [float(v) for v in edges[:-1] + (step - 1) / 2], [float(v) for v in mass / step]


def _smooth(found: LatentClasses, n: int, places: int = 160) -> tuple[list[float], list[float]]:
    """Density of the draws, smoothed on the scale of log f0."""
    logs = np.log(found.draws.ravel() - n + 0.5)
    logs = logs[:: max(len(logs) // 4000, 1)]
    if logs.std() == 0:
        return [float(found.mean)], [1.0]
    low, high = np.quantile(logs, [0.001, 0.999])
    grid = np.linspace(float(low), float(high), places)
    heights = gaussian_kde(logs)(grid) / np.exp(grid)
    return [float(v) for v in n + np.exp(grid)], [float(v) for v in heights]


def classes(table: Histories, level: float, sampling: Sampling) -> Estimate:
    """Latent classes, if the chains agree."""
    label = "Latent classes"
    found = sample_classes(table, sampling)
    facts = _class_facts(found, level, table.t)
    if found.refusal:
        return refusal("latent-class", label, found.refusal, **facts)
    lower, upper = found.interval(level)
    warnings = []
    if len(found.modes) > 1:
        peaks = ", ".join(f"{mode.total:,} ({mode.share:.0%})" for mode in found.modes)
        warnings.append(f"The draws gather at more than one total: {peaks}.")
    if found.convergence.rhat > 1.01 or min(found.convergence.bulk, found.convergence.tail) < 400:
        warnings.append("The chains agree only roughly; the ends of the interval are unsteady.")
    return Estimate(
        "latent-class",
        label,
        found.mean,
        lower,
        upper,
        "posterior mean",
        "central posterior interval",
        warnings=tuple(warnings),
        diagnostics=facts,
        density=_smooth(found, table.n),
    )


def _class_facts(found: LatentClasses, level: float, t: int) -> dict[str, Any]:
    low, high = found.interval(level)
    return {
        "rhat": found.convergence.rhat if np.isfinite(found.convergence.rhat) else None,
        "ess_bulk": found.convergence.bulk,
        "ess_tail": found.convergence.tail,
        "chains": found.convergence.chains,
        "chain_means": list(found.chain_means()),
        "modes": [{"total": m.total, "share": m.share} for m in found.modes],
        "median": None if found.refusal else found.median,
        "range_not_to_be_quoted": [low, high] if found.refusal else None,
        "classes_limit": found.sampling.classes or default_classes(t),
        "classes_used": found.classes_used,
        "burn_in": found.sampling.burn,
        "steps": found.steps,
        "thin": found.sampling.thin,
        "seed": found.sampling.seed,
    }


#: Method names in the order of the report.
METHODS = (
    "chapman",
    "independence",
    "log-linear",
    "log-linear-aic",
    "log-linear-average",
    "chao-lower-bound",
    "sample-coverage",
    "decomposable",
    "latent-class",
)


def estimate_all(
    table: Histories,
    *,
    level: float = 0.95,
    sampling: Sampling | None = None,
    methods: tuple[str, ...] = METHODS,
) -> list[Estimate]:
    """All methods that fit the number of lists, in the order of :data:`METHODS`."""
    sampling = sampling or Sampling()
    if table.t == 2:
        return [chapman(table, level)]
    rows: list[Estimate] = []
    if table.t <= MAX_TABLE:
        rows += _by_models(table, level, methods)
    if "sample-coverage" in methods:
        rng = np.random.default_rng(sampling.seed)
        rows.append(coverage_estimate(table, level, rng))
    if "decomposable" in methods:
        rows.append(graphs(table, level))
    if "latent-class" in methods:
        rows.append(classes(table, level, sampling))
    return rows


def _by_models(table: Histories, level: float, methods: tuple[str, ...]) -> list[Estimate]:
    rows = []
    if "independence" in methods:
        rows.append(independence(table, level))
    if {"log-linear", "log-linear-aic", "log-linear-average"} & set(methods):
        found = search(table)
        three = (
            log_linear(table, found, level),
            aic_best(table, found, level),
            averaged(found, level),
        )
        rows += [row for row in three if row.method in methods]
    if "chao-lower-bound" in methods:
        rows.append(lower_bound(table, level))
    return rows
