"""Have the chains of a sampler found the same answer, and how many draws are they worth?

Rank-normalised split R-hat and effective sample sizes.

Source: Vehtari, Gelman, Simpson, Carpenter & Burkner (2021), Bayesian Analysis 16:667,
doi:10.1214/20-BA1221.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

__all__ = ["Convergence", "check_chains", "effective_size", "rhat"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Convergence:
    """R-hat near 1 means that chains agree; ``bulk`` and ``tail`` are independent-draw worths."""

    rhat: float
    bulk: float
    tail: float
    chains: int
    draws: int


def check_chains(draws: ArrayLike) -> Convergence:
    """Diagnose draws of one quantity, shape (chains, draws)."""
    x = np.asarray(draws, dtype=float)
    tails = [effective_size(x <= np.quantile(x, q)) for q in (0.05, 0.95)]
    return Convergence(rhat(x), effective_size(_normal(_split(x))), min(tails), *x.shape)


def rhat(draws: ArrayLike) -> float:
    """The larger of bulk and folded rank-normalised split R-hat; 1 where nothing moves."""
    x = _split(np.asarray(draws, dtype=float))
    folded = np.abs(x - np.median(x))
    return max(_plain_rhat(_normal(x)), _plain_rhat(_normal(folded)))


def effective_size(chains: ArrayLike) -> float:
    """Effective number of independent draws, by Geyer's initial monotone sequence."""
    x = np.asarray(chains, dtype=float)
    m, n = x.shape
    within = x.var(axis=1, ddof=1).mean()
    if within == 0:
        return float(m * n)
    total = within * (n - 1) / n + (x.mean(axis=1).var(ddof=1) if m > 1 else 0.0)
    covariance = np.mean([_autocovariance(chain) for chain in x], axis=0)
    rho = 1 - (within - covariance * n / (n - 1)) / total
    rho[0] = 1.0
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    stop = int(np.argmax(pairs <= 0)) if (pairs <= 0).any() else len(pairs)
    tau = -1 + 2 * np.minimum.accumulate(pairs[: max(stop, 1)]).sum()
    return float(min(m * n / max(tau, 1 / np.log10(m * n)), m * n * np.log10(m * n)))


def _split(x: Floats) -> Floats:
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, -half:]])


def _normal(x: Floats) -> Floats:
    ranks = rankdata(x, method="average").reshape(x.shape)
    scores: Floats = ndtri((ranks - 0.375) / (x.size + 0.25))
    return scores


def _plain_rhat(x: Floats) -> float:
    n = x.shape[1]
    within = x.var(axis=1, ddof=1).mean()
    between = x.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt(((n - 1) / n * within + between) / within))


def _autocovariance(chain: Floats) -> Floats:
    n = len(chain)
    spectrum = np.fft.rfft(chain - chain.mean(), 2 * n)
    covariance: Floats = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[:n].real / n
    return covariance
