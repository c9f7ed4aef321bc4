"""Latent classes: persons of unknown kinds, each kind with its own chances of being listed.

Within a class the lists are independent; between classes everything may differ; the number of
classes is found by a Dirichlet process, cut at K. Sampled by Gibbs steps in several chains. The
chains must agree before there is an answer: with sparse tables they often sit at different
totals, and then the data do not decide between them.

Source: Manrique-Vallier (2016), Biometrics 72:1246, doi:10.1111/biom.12502.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from priam.errors import UserError
from priam.kernels.latent_class import gibbs
from priam.totals.diagnostics import Convergence, check_chains
from priam.totals.histories import Histories

__all__ = [
    "MAX_RHAT",
    "LatentClasses",
    "Mode",
    "Sampling",
    "default_classes",
    "find_modes",
    "sample_classes",
]

#: Above this R-hat there is no answer.
MAX_RHAT = 1.05
#: Below this many effective draws there is no answer either.
MIN_ESS = 100
#: f0 beyond this many times the number seen is drawn again, as LCMCR does.
_MOST = 20


@dataclass(frozen=True)
class Sampling:
    """How to sample. Chains go on, doubling, until R-hat < 1.01 and ESS > 400, or ``most`` steps.

    ``classes``: where the Dirichlet process is cut. By default 10 up to five lists and 5 beyond,
    the settings of the published analyses; it can matter, so the report tries the other too.
    """

    classes: int | None = None
    shape: float = 0.25
    rate: float = 0.25
    chains: int = 4
    burn: int = 10_000
    steps: int = 40_000
    most: int = 400_000
    thin: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        if self.chains < 4:
            raise UserError(f"{self.chains} chains cannot check each other; run at least 4")
        if (
            (self.classes is not None and self.classes < 1)
            or self.steps < 2 * self.thin
            or self.burn < 0
        ):
            raise UserError("classes, steps and thinning must be positive, and steps the largest")


@dataclass(frozen=True)
class Mode:
    """One of several totals at which the draws gather."""

    total: int
    share: float
    chains: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LatentClasses:
    """Draws of the total, shape (chains, draws), and whether they may be used.

    ``refusal`` says in words why there is no answer; then ``mean`` and the rest are not to be
    quoted. ``steps``: Gibbs steps a chain after burn-in.
    """

    draws: NDArray[np.int64]
    convergence: Convergence
    modes: tuple[Mode, ...]
    classes_used: float
    steps: int
    sampling: Sampling
    refusal: str | None

    @property
    def mean(self) -> float:
        """Posterior mean over all chains."""
        return float(self.draws.mean())

    @property
    def median(self) -> float:
        """Posterior median over all chains."""
        return float(np.median(self.draws))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Central interval over all chains."""
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def chain_means(self) -> tuple[float, ...]:
        """What each chain alone would have said."""
        return tuple(float(value) for value in self.draws.mean(axis=1))


def default_classes(t: int) -> int:
    """10 up to five lists, 5 beyond."""
    return 10 if t <= 5 else 5


def sample_classes(table: Histories, sampling: Sampling | None = None) -> LatentClasses:
    """Sample the total; the same seed gives the same draws on any number of cores."""
    sampling = sampling or Sampling()
    chains = [_Chain(table, sampling, s) for s in _seeds(sampling)]
    with ThreadPoolExecutor(max_workers=len(chains)) as pool:
        list(pool.map(lambda chain: chain.run(sampling.burn, keep=False), chains))
        done, more = 0, sampling.steps
        while True:
            list(pool.map(_run, chains, [more] * len(chains)))
            done += more
            draws = np.array([chain.unseen() for chain in chains])
            convergence = check_chains(np.log(draws + 0.5))
            if _settled(convergence) or done >= sampling.most:
                break
            more = min(done, sampling.most - done)
    modes = find_modes(draws, table.n)
    used = float(np.mean([chain.in_use() for chain in chains]))
    refusal = _refusal(convergence, modes, draws.mean(axis=1) + table.n)
    return LatentClasses(draws + table.n, convergence, modes, used, done, sampling, refusal)


def _run(chain: _Chain, steps: int) -> None:
    chain.run(steps, keep=True)


def _seeds(sampling: Sampling) -> list[np.random.SeedSequence]:
    return np.random.SeedSequence(sampling.seed).spawn(sampling.chains)


def _settled(found: Convergence) -> bool:
    return found.rhat < 1.01 and min(found.bulk, found.tail) > 400


class _Chain:
    """One chain with its own generator and state; starts from a random, spread-out state."""

    def __init__(self, table: Histories, sampling: Sampling, seed: np.random.SeedSequence) -> None:
        self.rng = np.random.default_rng(seed)
        self.table, self.sampling = table, sampling
        classes = sampling.classes or default_classes(table.t)
        self.share = self.rng.dirichlet(np.ones(classes))
        self.on = self.rng.random((table.t, classes))
        self.alpha = np.array([self.rng.random() * 2 + 0.05])
        self._kept: list[NDArray[np.int64]] = []
        self._used: list[NDArray[np.int64]] = []

    def run(self, steps: int, *, keep: bool) -> None:
        if steps == 0:
            return
        f0, used = gibbs(
            self.rng,
            self.table.patterns,
            self.table.counts,
            self.share,
            self.on,
            self.alpha,
            self.sampling.shape,
            self.sampling.rate,
            steps,
            self.sampling.thin,
            _MOST * self.table.n,
        )
        if keep:
            self._kept.append(f0)
            self._used.append(used)

    def unseen(self) -> NDArray[np.int64]:
        return np.concatenate(self._kept)

    def in_use(self) -> float:
        return float(np.concatenate(self._used).mean())


def find_modes(unseen: NDArray[np.int64], observed: int) -> tuple[Mode, ...]:
    """Peaks of the density of log f0 with a valley below half the lower peak between them.

    ``unseen`` (draws,): f0, the persons on no list; ``observed``: those on one at least.
    """
    logs = np.log(unseen + 0.5)
    if logs.std() == 0:
        return (Mode(int(unseen.flat[0]) + observed, 1.0, (1.0,) * len(logs)),)
    first, last = np.quantile(logs, [0.001, 0.999])
    grid = np.linspace(float(first), float(last), 400)
    thinned = logs[:, :: max(logs.size // 4000, 1)].ravel()
    cuts = _valleys(gaussian_kde(thinned)(grid))
    edges = [-np.inf, *grid[cuts], np.inf]
    modes = []
    for low, high in pairwise(edges):
        inside = (logs >= low) & (logs < high)
        total = int(np.median(unseen[inside])) + observed if inside.any() else observed
        by_chain = tuple(float(v) for v in inside.mean(axis=1))
        modes.append(Mode(total, float(inside.mean()), by_chain))
    return tuple(modes)


def _valleys(density: NDArray[np.float64]) -> list[int]:
    """Places between peaks that stand out; peaks below a twentieth of the highest do not."""
    rises = np.diff(density) > 0
    peaks = [i for i in range(1, len(density) - 1) if rises[i - 1] and not rises[i]]
    peaks = [i for i in peaks if density[i] > density.max() / 20]
    cuts: list[int] = []
    held = peaks[0] if peaks else 0
    for peak in peaks[1:]:
        valley = held + int(np.argmin(density[held : peak + 1]))
        if density[valley] < 0.5 * min(density[held], density[peak]):
            cuts.append(valley)
            held = peak
        elif density[peak] > density[held]:
            held = peak
    return cuts


def _refusal(found: Convergence, modes: Sequence[Mode], means: NDArray[np.float64]) -> str | None:
    if found.rhat <= MAX_RHAT and min(found.bulk, found.tail) >= MIN_ESS:
        return None
    where = ", ".join(f"{value:,.0f}" for value in means)
    words = (
        f"The {found.chains} chains do not agree (R-hat {found.rhat:.2f}, at most {MAX_RHAT} "
        f"allowed; {min(found.bulk, found.tail):.0f} effective draws, at least {MIN_ESS} needed): "
        f"on their own they average {where}."
    )
    if len(modes) > 1:
        peaks = " and ".join(f"{mode.total:,} ({mode.share:.0%} of the draws)" for mode in modes)
        words += f" The draws gather at {peaks}; the lists do not decide between these."
    return words + " No figure is given."
