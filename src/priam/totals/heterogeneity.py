"""Equal lists, unequal lists, and persons who are easier or harder to list.

Log-linear models with few columns, after the closed-population models of capture and recapture:
``M0`` (all lists alike), ``Mt`` (lists differ), ``Mh`` and ``Mth`` (the same, with persons who
differ in how easily they are listed). Chao's ``LB`` forms give a lower bound: they fit persons on
one and two lists and let everything above be. Models of trap response (Mb, Mbh) are left out:
they need an order in time, which lists do not have.

Sources: Chao (1987), Biometrics 43:783, doi:10.2307/2531532; Rivest & Baillargeon (2007),
Biometrics 63:999, doi:10.1111/j.1541-0420.2007.00779.x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from priam.totals.histories import Histories
from priam.totals.loglinear import newton

__all__ = ["FORMS", "Heterogeneous", "chao_closed_form", "fit_heterogeneous"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heterogeneous:
    """One fitted model; ``total`` is None where the likelihood has no maximum."""

    name: str
    total: float | None
    stderr: float | None
    log_f0: float | None
    log_f0_stderr: float | None
    deviance: float | None
    df: int
    aic: float | None
    bic: float | None


def _chao(k: Floats, t: int) -> Floats:
    return np.column_stack([np.maximum(k - j, 0) for j in range(2, t)]).reshape(len(k), t - 2)


#: How log-odds grow with the number k of lists that name a person.
FORMS: dict[str, Callable[[Floats, int], Floats]] = {
    "Chao (LB)": _chao,
    "Poisson2": lambda k, t: (2.0**k - 1)[:, None],
    "Darroch": lambda k, t: (k**2 / 2)[:, None],
    "Gamma3.5": lambda k, t: (math.log(3.5) - np.log(3.5 + k))[:, None],
}


def fit_heterogeneous(table: Histories) -> list[Heterogeneous]:
    """M0, Mt, and Mh and Mth in every form of ``FORMS``."""
    cells, y = table.full()
    k = cells.sum(axis=1).astype(float)
    bases = {"M0": k[:, None], "Mt": cells.astype(float)}
    fits = [_fit(table, name, [base], y) for name, base in bases.items()]
    for name, base in (("Mh", bases["M0"]), ("Mth", bases["Mt"])):
        for form, columns in FORMS.items():
            extra = columns(k, table.t)
            fit = _bound if form == "Chao (LB)" else _fit
            fits.append(fit(table, f"{name} {form}", [base, extra], y))
    return fits


def _bound(table: Histories, name: str, parts: list[Floats], y: NDArray[np.int64]) -> Heterogeneous:
    """Chao's bound: heterogeneity can only be positive, so negative etas are set to zero."""
    base, etas = parts
    while etas.shape[1]:
        x = np.column_stack([np.ones(len(y)), base, etas])
        solved, beta = newton(x[None], y.astype(float))
        values = beta[0, -etas.shape[1] :]
        if solved[0] and (values >= 0).all():
            break
        if not solved[0]:
            # An eta that runs off to minus infinity is negative; strike out the last one first.
            etas = etas[:, :-1]
        else:
            etas = etas[:, values > 0]
    return _fit(table, name, [base, etas], y)


def _fit(table: Histories, name: str, parts: list[Floats], y: NDArray[np.int64]) -> Heterogeneous:
    x = np.column_stack([np.ones(len(y)), *parts])
    df = len(y) - x.shape[1]
    if df < 0 or np.linalg.matrix_rank(x) < x.shape[1]:
        return Heterogeneous(name, None, None, None, None, None, df, None, None)
    solved, beta = newton(x[None], y.astype(float))
    if not solved[0] or beta[0, 0] > 600:
        return Heterogeneous(name, None, None, None, None, None, df, None, None)
    mu, seen = np.exp(x @ beta[0]), y > 0
    log_likelihood = float((y[seen] * np.log(mu[seen])).sum() - mu.sum() - gammaln(y + 1).sum())
    deviance = 2 * float((y[seen] * np.log(y[seen] / mu[seen])).sum() - y.sum() + mu.sum())
    f0, variance = math.exp(beta[0, 0]), float(np.linalg.inv((x * mu[:, None]).T @ x)[0, 0])
    p = x.shape[1]
    return Heterogeneous(
        name,
        table.n + f0,
        math.sqrt(f0 + f0**2 * variance),
        float(beta[0, 0]),
        math.sqrt(variance),
        max(deviance, 0.0),
        df,
        2 * p - 2 * log_likelihood,
        p * math.log(table.n) - 2 * log_likelihood,
    )


def chao_closed_form(table: Histories) -> float | None:
    """n + ((t-1)/t) f1^2 / (2 f2) for lists of equal reach; None where nobody is on two."""
    f1, f2 = table.multiplicity[:2]
    if f2 == 0:
        return None
    return float(table.n + (table.t - 1) / table.t * f1**2 / (2 * f2))
