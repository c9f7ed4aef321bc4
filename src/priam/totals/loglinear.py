"""Log-linear models of the lists: which dependences to allow, and what total follows.

The counts of the 2^t - 1 observable cells are independent Poisson with log mean X beta; columns
are the intercept, one for each list, and one for each group of lists whose dependence is
allowed. The cell that nobody saw has mean exp(beta_0).

Sources: Fienberg (1972), Biometrika 59:591, doi:10.1093/biomet/59.3.591; Bishop, Fienberg &
Holland (1975), Discrete Multivariate Analysis, ch. 6; existence of the estimate: Fienberg &
Rinaldo (2012), Ann. Stat. 40:996, doi:10.1214/12-AOS986.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from priam.errors import UserError
from priam.totals.existence import Existence, examine
from priam.totals.histories import Histories

__all__ = [
    "Fit",
    "Term",
    "all_models",
    "design",
    "fit_model",
    "fit_models",
    "model_name",
    "newton",
    "slow_newton",
]

#: A dependence between lists: their indices, ascending. ``(0,)`` is the effect of one list.
Term = tuple[int, ...]
Model = tuple[Term, ...]
Floats = NDArray[np.float64]

_MAX_STEPS = 40


@dataclass(frozen=True)
class Fit:
    """One fitted model.

    ``existence`` says whether the data determine the total under this model; where they do not,
    ``total`` and ``stderr`` are None, and ``deviance``, AIC and BIC are those of the supremum of
    the likelihood (which exists even where no estimate does). ``reliable`` is False where the
    fit lies on the boundary (a fitted overlap is zero).
    """

    model: Model
    name: str
    existence: Existence
    total: float | None
    stderr: float | None
    log_f0: float | None
    log_f0_stderr: float | None
    deviance: float
    df: int
    aic: float
    bic: float
    observed: int

    @property
    def refused(self) -> bool:
        """Whether the data do not determine a total under this model."""
        return self.total is None

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Wald interval on log f0: never below the number seen."""
        if self.log_f0 is None or self.log_f0_stderr is None:
            return None
        half = NormalDist().inv_cdf((1 + level) / 2) * self.log_f0_stderr
        if self.log_f0 + half > 700:
            return None
        return self.observed + math.exp(self.log_f0 - half), self.observed + math.exp(
            self.log_f0 + half
        )


def all_models(t: int, order: int | None = None) -> list[Model]:
    """Every hierarchical model with all list effects, terms of at most ``order`` lists.

    ``order`` defaults to t - 1 (two for five lists, as is usual): 8 models for three lists, 113
    for four, 1,024 for five.
    """
    if order is None:
        order = min(t - 1, 2) if t > 4 else t - 1
    if t > 5:
        raise UserError(
            f"{t} lists have too many hierarchical models to try all; choose one step by step"
        )
    mains: Model = tuple((j,) for j in range(t))
    models = [mains]
    for size in range(2, order + 1):
        models = [larger for model in models for larger in _with_terms(model, t, size)]
    return models


def _with_terms(model: Model, t: int, size: int) -> list[Model]:
    """``model`` with every set of terms of ``size`` lists whose parts it already holds."""
    held = set(model)
    open_terms = [
        term
        for term in combinations(range(t), size)
        if all(part in held for part in combinations(term, size - 1))
    ]
    return [
        model + chosen for k in range(len(open_terms) + 1) for chosen in combinations(open_terms, k)
    ]


def model_name(model: Sequence[Term]) -> str:
    """``[123,14,34]``: the largest terms, lists counted from 1 (``1.10`` from ten lists on)."""
    tops = [term for term in model if not any(set(term) < set(other) for other in model)]
    tops.sort(key=lambda term: (-len(term), term))
    wide = any(j > 8 for term in model for j in term)
    return "[" + ",".join((("." if wide else "").join(str(j + 1) for j in t)) for t in tops) + "]"


def design(patterns: NDArray[np.uint8], model: Sequence[Term]) -> Floats:
    """Columns of ``model`` for the cells in ``patterns``: intercept first; shape (cells, p)."""
    columns = [np.ones(len(patterns))]
    columns += [patterns[:, list(term)].all(axis=1).astype(float) for term in model]
    return np.column_stack(columns)


def fit_model(table: Histories, model: Sequence[Term]) -> Fit:
    """Fit one hierarchical model."""
    return fit_models(table, [tuple(model)])[0]


def fit_models(table: Histories, models: Sequence[Model]) -> list[Fit]:
    """Fit many models to one table; models with equally many columns are solved together."""
    cells, y = table.full()
    groups: dict[int, list[int]] = defaultdict(list)
    for index, model in enumerate(models):
        _check(model, table.t)
        groups[len(model)].append(index)
    fits: dict[int, Fit] = {}
    for indices in groups.values():
        x = np.stack([design(cells, models[index]) for index in indices])
        reduced, dropped = _without_empty_overlaps(x, y)
        solved, beta = newton(reduced, y.astype(float))
        solved &= ~dropped.any(axis=1) | _full_rank(reduced)
        for k, index in enumerate(indices):
            part = (reduced[k], beta[k], ~dropped[k]) if solved[k] else None
            fits[index] = _finish(table, models[index], x[k], y, part)
    return [fits[index] for index in range(len(models))]


def _without_empty_overlaps(x: Floats, y: NDArray[np.int64]) -> tuple[Floats, NDArray[np.bool_]]:
    """Strike out the terms whose overlap is empty, with the cells they set to zero.

    Such a coefficient goes to minus infinity. Its column and its cells become zero in the design
    (models, cells, p); returns also which cells were struck out (models, cells).
    """
    empty = np.einsum("c,mcp->mp", y, x) == 0
    dropped = (x * empty[:, None, :]).any(axis=2)
    return x * ~empty[:, None, :] * ~dropped[:, :, None], dropped


def _full_rank(x: Floats) -> NDArray[np.bool_]:
    """Whether the columns that are not all zero are independent, for each design."""
    wanted = x.any(axis=1).sum(axis=1)
    return np.asarray(np.linalg.matrix_rank(x) == wanted)


def newton(x: Floats, y: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Poisson maximum likelihood for a stack of designs x (models, cells, p).

    Returns which of them reached an interior maximum, and the coefficients (models, p). Solving
    the score equations with finite coefficients is itself proof that the maximum exists.
    """
    eta = np.broadcast_to(np.log(y + 0.1), x.shape[:2]).copy()
    beta = np.zeros((len(x), x.shape[2]))
    solved = np.zeros(len(x), dtype=bool)
    live = np.arange(len(x))
    for _ in range(_MAX_STEPS):
        mu = np.exp(np.clip(eta[live], -80.0, 50.0))
        beta[live] = _weighted(x[live], mu, eta[live] + y / mu - 1)
        before, eta[live] = eta[live], np.einsum("mcp,mp->mc", x[live], beta[live])
        # On the way to the boundary some log mean falls by one at every step, for ever.
        moved = np.abs(eta[live] - before).max(axis=1)
        mu = np.exp(np.clip(eta[live], -80.0, 50.0))
        score = np.abs(np.einsum("mcp,mc->mp", x[live], y - mu)).max(axis=1)
        done = (moved < 1e-7) & (score < 1e-6 * max(y.sum(), 1.0))
        solved[live[done]] = True
        live = live[~done & np.isfinite(moved)]
        if not len(live):
            break
    return solved, beta


def _weighted(x: Floats, mu: Floats, z: Floats) -> Floats:
    # A Gram matrix of columns scaled by sqrt(mu): matmul reaches BLAS, a three-way sum does not.
    scaled = x * np.sqrt(mu)[..., None]
    information = scaled.transpose(0, 2, 1) @ scaled
    # A struck-out column is all zero; a one on its diagonal keeps its coefficient at zero.
    diagonal = np.arange(x.shape[2])
    information[:, diagonal, diagonal] += information[:, diagonal, diagonal] == 0
    moment = np.einsum("mcp,mc,mc->mp", x, mu, z)
    try:
        solution: Floats = np.linalg.solve(information, moment[..., None])[..., 0]
    except np.linalg.LinAlgError:
        solution = (np.linalg.pinv(information, hermitian=True) @ moment[..., None])[..., 0]
    return solution


def _finish(
    table: Histories,
    model: Model,
    x: Floats,
    y: NDArray[np.int64],
    part: tuple[Floats, Floats, NDArray[np.bool_]] | None,
) -> Fit:
    if part is None:
        existence = examine(x, y)
        mu, log_f0, variance = _on_face(x, y.astype(float), existence)
        return _fit(table, model, existence, y, mu, log_f0, variance)
    reduced, beta, support = part
    existence = Existence.on(support)
    mu = np.where(support, np.exp(reduced @ beta), 0.0)
    used = reduced.any(axis=0)
    columns = reduced[:, used]
    information = (columns * mu[:, None]).T @ columns
    return _fit(
        table, model, existence, y, mu, float(beta[0]), float(np.linalg.inv(information)[0, 0])
    )


def _on_face(x: Floats, y: Floats, existence: Existence) -> tuple[Floats, float | None, float]:
    """Fit on the cells that the supremum leaves above zero."""
    face = existence.support
    u, s, _ = np.linalg.svd(x[face], full_matrices=False)
    basis = u[:, s > s[0] * 1e-10]
    solved, gamma = newton(basis[None], y[face])
    if not solved[0]:
        gamma = slow_newton(basis, y[face])[None]
    mu = np.zeros(len(y))
    mu[face] = np.exp(basis @ gamma[0])
    if not existence.identified:
        return mu, None, math.nan
    # The unseen cell is a combination of the seen ones: x_0 = a' x on the face.
    unseen = np.zeros(x.shape[1])
    unseen[0] = 1.0
    a = np.linalg.lstsq(x[face].T, unseen, rcond=None)[0]
    direction = a @ basis
    information = (basis * mu[face][:, None]).T @ basis
    variance = direction @ np.linalg.solve(information, direction)
    return mu, float(direction @ gamma[0]), float(variance)


def slow_newton(basis: Floats, y: Floats) -> Floats:
    """Newton with step halving, for the rare table on which the plain iteration does not end."""
    gamma = np.linalg.lstsq(basis, np.log(y + 0.1), rcond=None)[0]

    def value(g: np.ndarray) -> float:
        eta = basis @ g
        return float(y @ eta - np.exp(np.minimum(eta, 700)).sum())

    for _ in range(500):
        mu = np.exp(basis @ gamma)
        score = basis.T @ (y - mu)
        if np.abs(score).max() < 1e-10 * max(y.sum(), 1):
            break
        step = np.linalg.lstsq((basis * mu[:, None]).T @ basis, score, rcond=None)[0]
        size = 1.0
        while value(gamma + size * step) < value(gamma) and size > 1e-8:
            size /= 2
        gamma = gamma + size * step
    return np.asarray(gamma, dtype=float)


def _fit(
    table: Histories,
    model: Model,
    existence: Existence,
    y: NDArray[np.int64],
    mu: Floats,
    log_f0: float | None,
    variance: float,
) -> Fit:
    seen = y > 0
    log_likelihood = float((y[seen] * np.log(mu[seen])).sum() - mu.sum() - gammaln(y + 1).sum())
    deviance = 2 * float((y[seen] * np.log(y[seen] / mu[seen])).sum() - y.sum() + mu.sum())
    p = len(model) + 1
    usable = log_f0 is not None and math.isfinite(variance) and log_f0 < 600
    f0 = math.exp(log_f0) if usable and log_f0 is not None else None
    return Fit(
        model=model,
        name=model_name(model),
        existence=existence,
        total=None if f0 is None else table.n + f0,
        stderr=None if f0 is None else math.sqrt(f0 + f0**2 * variance),
        log_f0=log_f0 if usable else None,
        log_f0_stderr=math.sqrt(variance) if usable else None,
        deviance=max(deviance, 0.0),
        df=len(y) - p,
        aic=2 * p - 2 * log_likelihood,
        bic=p * math.log(table.n) - 2 * log_likelihood,
        observed=table.n,
    )


def _check(model: Model, t: int) -> None:
    held = set(model)
    for term in model:
        if any(not 0 <= j < t for j in term) or list(term) != sorted(set(term)):
            raise UserError(f"term {term} does not name lists 0 to {t - 1} in ascending order")
        if len(term) == t:
            raise UserError(
                "a model with the dependence of all lists at once can never give a total; "
                f"terms join at most {t - 1} of {t} lists"
            )
        missing = [part for part in combinations(term, len(term) - 1) if part and part not in held]
        if missing:
            raise UserError(f"a model with term {term} must also hold its part {missing[0]}")
