"""Gibbs sampling of a latent class model of capture histories.

Arrays in, arrays out; :mod:`priam.totals.latent_class` validates and explains.
"""

from __future__ import annotations

import numpy as np

from priam.kernels.jit import kernel

__all__ = ["gibbs"]


@kernel
def gibbs(
    rng: np.random.Generator,
    patterns: np.ndarray,
    counts: np.ndarray,
    classes: int,
    a: float,
    b: float,
    steps: int,
    thin: int,
    most: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Run one chain; return f0 kept every ``thin`` steps, and the classes in use then.

    rng: numpy Generator. patterns: uint8 (cells, lists). counts: int64 (cells,). classes: K.
    a, b: shape and rate of the Gamma prior of alpha. steps: how many; thin: keep every. most:
    f0 above this is drawn again. Returns int64 (kept,), int64 (kept,).
    """
    cells, lists = patterns.shape
    n = counts.sum()
    kept = steps // thin
    unseen = np.zeros(kept, dtype=np.int64)
    in_use = np.zeros(kept, dtype=np.int64)
    share = np.empty(classes)
    on = rng.random((lists, classes))
    alpha = rng.random() * 2 + 0.05
    sticks(rng, np.zeros(classes, dtype=np.int64), alpha, share)
    members = np.zeros(classes, dtype=np.int64)
    listed = np.zeros((lists, classes), dtype=np.int64)
    weight = np.empty(classes)
    for step in range(steps):
        members[:] = 0
        listed[:] = 0
        for c in range(cells):
            total = 0.0
            for k in range(classes):
                w = share[k]
                for j in range(lists):
                    w *= on[j, k] if patterns[c, j] else 1.0 - on[j, k]
                weight[k] = w
                total += w
            left = counts[c]
            for k in range(classes):
                if left == 0:
                    break
                taken = part(rng, left, weight[k], total, k == classes - 1)
                total -= weight[k]
                left -= taken
                members[k] += taken
                for j in range(lists):
                    if patterns[c, j]:
                        listed[j, k] += taken
        nobody = 0.0
        for k in range(classes):
            w = share[k]
            for j in range(lists):
                w *= 1.0 - on[j, k]
            weight[k] = w
            nobody += w
        f0 = outside(rng, n, nobody, most)
        left, total = f0, nobody
        for k in range(classes):
            if left == 0:
                break
            taken = part(rng, left, weight[k], total, k == classes - 1)
            total -= weight[k]
            left -= taken
            members[k] += taken
        for k in range(classes):
            for j in range(lists):
                on[j, k] = rng.beta(1.0 + listed[j, k], 1.0 + members[k] - listed[j, k])
        log_last = sticks(rng, members, alpha, share)
        alpha = rng.gamma(a + classes - 1.0, 1.0 / (b - log_last))
        if (step + 1) % thin == 0:
            unseen[step // thin] = f0
            in_use[step // thin] = (members > 0).sum()
    return unseen, in_use


@kernel
def part(rng: np.random.Generator, left: int, weight: float, total: float, last: bool) -> int:
    """One binomial step of a multinomial: how many of ``left`` go to this class."""
    if last or weight >= total:
        return left
    if weight <= 0.0:
        return 0
    return rng.binomial(left, min(weight / total, 1.0))


@kernel
def outside(rng: np.random.Generator, n: int, nobody: float, most: int) -> int:
    """Number of persons on no list: negative binomial, drawn again above ``most``."""
    p = min(max(1.0 - nobody, 1e-9), 1.0)
    if p == 1.0:
        return 0
    for _ in range(1000):
        mean = rng.gamma(float(n), (1.0 - p) / p)
        # Far above the limit a Poisson draw cannot fall below it; save the work.
        if mean < 2.0 * most:
            f0 = rng.poisson(mean)
            if f0 <= most:
                return f0
    return most


@kernel
def sticks(rng: np.random.Generator, members: np.ndarray, alpha: float, share: np.ndarray) -> float:
    """Break the stick given class sizes; fills ``share``, returns log of the last share."""
    classes = len(share)
    above = members.sum()
    log_rest = 0.0
    for k in range(classes - 1):
        above -= members[k]
        v = rng.beta(1.0 + members[k], alpha + above)
        v = min(max(v, 1e-12), 1.0 - 1e-12)
        share[k] = np.exp(log_rest) * v
        log_rest += np.log1p(-v)
    share[classes - 1] = np.exp(log_rest)
    return log_rest
