"""Gibbs sampling of a latent class model of capture histories.

Arrays in, arrays out; :mod:`priam.totals.latent_class` validates and explains.
"""

from __future__ import annotations

import math

import numpy as np

from priam.kernels.jit import kernel

__all__ = ["gibbs"]


@kernel
def gibbs(
    rng: np.random.Generator,
    patterns: np.ndarray,
    counts: np.ndarray,
    share: np.ndarray,
    on: np.ndarray,
    alpha: np.ndarray,
    a: float,
    b: float,
    steps: int,
    thin: int,
    most: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Run one chain from a state; return f0 kept every ``thin`` steps, and classes in use then.

    rng: numpy Generator. patterns: uint8 (cells, lists). counts: int64 (cells,). The state, which
    is changed in place so that a chain can go on: share (K,) of the classes, on (lists, K)
    probabilities of being listed, alpha (1,). a, b: shape and rate of the Gamma prior of alpha.
    steps: how many; thin: keep every. most: f0 above this is drawn again. Returns int64 (kept,)
    twice.
    """
    cells, lists = patterns.shape
    classes = len(share)
    n = counts.sum()
    kept = steps // thin
    unseen = np.zeros(kept, dtype=np.int64)
    in_use = np.zeros(kept, dtype=np.int64)
    members = np.zeros(classes, dtype=np.int64)
    listed = np.zeros((lists, classes), dtype=np.int64)
    weight = np.empty(classes)
    taken = np.zeros(classes, dtype=np.int64)
    nowhere = np.zeros(lists, dtype=patterns.dtype)
    for step in range(steps):
        members[:] = 0
        listed[:] = 0
        for c in range(cells):
            total = weigh(share, on, patterns[c], weight)
            deal(rng, counts[c], weight, total, taken)
            members += taken
            for j in range(lists):
                if patterns[c, j]:
                    listed[j] += taken
        total = weigh(share, on, nowhere, weight)
        f0 = outside(rng, n, total, most)
        deal(rng, f0, weight, total, taken)
        members += taken
        for k in range(classes):
            for j in range(lists):
                on[j, k] = rng.beta(1.0 + listed[j, k], 1.0 + members[k] - listed[j, k])
        alpha[0] = concentration(rng, members, alpha[0], a, b)
        for k in range(classes - 1):
            relabel(rng, members, on, alpha[0], k, k + 1)
        relabel(
            rng, members, on, alpha[0], int(rng.integers(0, classes)), int(rng.integers(0, classes))
        )
        sticks(rng, members, alpha[0], share)
        if (step + 1) % thin == 0:
            unseen[step // thin] = f0
            in_use[step // thin] = (members > 0).sum()
    return unseen, in_use


@kernel
def weigh(share: np.ndarray, on: np.ndarray, pattern: np.ndarray, weight: np.ndarray) -> float:
    """P(class, pattern) of a person; fills ``weight`` (K,) and returns its sum.

    ``share`` (K,), ``on`` (lists, K), ``pattern`` (lists,) as in :func:`gibbs`.
    """
    total = 0.0
    for k in range(len(share)):
        w = share[k]
        for j in range(len(pattern)):
            w *= on[j, k] if pattern[j] else 1.0 - on[j, k]
        weight[k] = w
        total += w
    return total


@kernel
def deal(
    rng: np.random.Generator, persons: int, weight: np.ndarray, total: float, taken: np.ndarray
) -> None:
    """A multinomial draw of ``persons`` over the classes by ``weight`` (K,), whose sum is
    ``total``; fills ``taken``, int64 (K,)."""
    left = persons
    for k in range(len(weight)):
        taken[k] = 0
        if left > 0:
            taken[k] = part(rng, left, weight[k], total, k == len(weight) - 1)
            total -= weight[k]
            left -= taken[k]


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
def log_sizes(members: np.ndarray, alpha: float) -> float:
    """Log probability of the class sizes ``members`` (K,) given alpha, the stick's breaks
    summed out."""
    above = members.sum()
    total = 0.0
    for k in range(len(members) - 1):
        if above == 0:
            break
        above -= members[k]
        total += (
            math.log(alpha)
            + math.lgamma(1.0 + members[k])
            + math.lgamma(alpha + above)
            - math.lgamma(1.0 + alpha + members[k] + above)
        )
    return total


@kernel
def concentration(
    rng: np.random.Generator, members: np.ndarray, alpha: float, a: float, b: float
) -> float:
    """Metropolis steps for log alpha given the class sizes ``members`` (K,); the new alpha.

    With the breaks summed out alpha moves freely; given the breaks it would hardly move while
    most classes are empty.
    """
    here = log_sizes(members, alpha) + a * math.log(alpha) - b * alpha
    for _ in range(3):
        proposed = alpha * math.exp(2.0 * rng.standard_normal())
        if proposed < 1e-100 or proposed > 1e6:
            continue
        there = log_sizes(members, proposed) + a * math.log(proposed) - b * proposed
        if math.log(rng.random()) < there - here:
            alpha, here = proposed, there
    return alpha


@kernel
def relabel(
    rng: np.random.Generator, members: np.ndarray, on: np.ndarray, alpha: float, i: int, j: int
) -> None:
    """Metropolis step that swaps classes ``i`` and ``j`` in ``members`` (K,) and ``on`` (lists,
    K); the order matters to the stick-breaking prior."""
    if members[i] == members[j]:
        return
    here = log_sizes(members, alpha)
    members[i], members[j] = members[j], members[i]
    if math.log(rng.random()) < log_sizes(members, alpha) - here:
        for list_ in range(len(on)):
            on[list_, i], on[list_, j] = on[list_, j], on[list_, i]
    else:
        members[i], members[j] = members[j], members[i]


@kernel
def sticks(rng: np.random.Generator, members: np.ndarray, alpha: float, share: np.ndarray) -> None:
    """Break the stick given class sizes ``members`` (K,); fills ``share`` (K,). Works in logs:
    alpha may be tiny."""
    classes = len(share)
    above = members.sum()
    log_rest = 0.0
    for k in range(classes - 1):
        above -= members[k]
        kept = math.log(rng.gamma(1.0 + members[k], 1.0))
        shape = alpha + above
        # A gamma variable of small shape underflows; its logarithm does not.
        passed = math.log(rng.gamma(1.0 + shape, 1.0)) + math.log(1.0 - rng.random()) / shape
        top = max(kept, passed)
        whole = top + math.log(math.exp(kept - top) + math.exp(passed - top))
        share[k] = math.exp(log_rest + kept - whole)
        log_rest += passed - whole
    share[classes - 1] = math.exp(log_rest)
