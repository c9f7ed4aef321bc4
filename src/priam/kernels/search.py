"""All profiles against all families by table look-ups.

Layout of a table: ``[block, row, lane]`` float32, where a row is one (marker, observation) and
the ``LANES`` families of a block lie side by side, so that one load serves all of them. A row of
zeros stands for a marker that was not observed. Natural logs; impossible is -inf.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from priam.kernels.jit import kernel, parallel_kernel, prange

__all__ = [
    "LANES",
    "extend_few_with_dropout",
    "extend_with_dropout",
    "score_blocks",
    "score_pairs",
]

Array = npt.NDArray[Any]
LANES = 16
LOG2E = np.float32(1.4426950408889634)


@kernel
def _score(table: Any, rows: Any, acc: Any) -> Any:
    """``acc[lane] = sum over rows of table[row, lane]``; returns the largest.

    The sixteen sums are named so that they stay in vector registers.
    """
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = np.float32(0.0)
    b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = np.float32(0.0)
    for k in range(rows.size):
        r = rows[k]
        a0 += table[r, 0]
        a1 += table[r, 1]
        a2 += table[r, 2]
        a3 += table[r, 3]
        a4 += table[r, 4]
        a5 += table[r, 5]
        a6 += table[r, 6]
        a7 += table[r, 7]
        b0 += table[r, 8]
        b1 += table[r, 9]
        b2 += table[r, 10]
        b3 += table[r, 11]
        b4 += table[r, 12]
        b5 += table[r, 13]
        b6 += table[r, 14]
        b7 += table[r, 15]
    acc[0], acc[1], acc[2], acc[3] = a0, a1, a2, a3
    acc[4], acc[5], acc[6], acc[7] = a4, a5, a6, a7
    acc[8], acc[9], acc[10], acc[11] = b0, b1, b2, b3
    acc[12], acc[13], acc[14], acc[15] = b4, b5, b6, b7
    low = max(max(max(a0, a1), max(a2, a3)), max(max(a4, a5), max(a6, a7)))
    return max(low, max(max(max(b0, b1), max(b2, b3)), max(max(b4, b5), max(b6, b7))))


@kernel
def _sum_exp(acc: Any, whole: Any, power: Any) -> Any:
    """Sum of ``exp(acc)`` over the lanes, to 1e-5 relative; ``power`` views ``whole`` as float.

    2**x is split into an exponent, written straight into the bits, and a polynomial.
    """
    total = np.float32(0.0)
    for j in range(LANES):
        x = max(acc[j], np.float32(-87.0)) * LOG2E
        n = np.int32(x + np.float32(256.0)) - np.int32(256)
        f = x - np.float32(n)
        whole[j] = (n + np.int32(127)) << np.int32(23)
        p = np.float32(0.0018943794) * f + np.float32(0.0089414787)
        p = p * f + np.float32(0.0558766)
        p = p * f + np.float32(0.2401402)
        p = p * f + np.float32(0.69314759)
        acc[j] = p * f + np.float32(1.0)
    for j in range(LANES):
        total += acc[j] * power[j]
    return total


@parallel_kernel
def score_blocks(
    table: Array,
    rows: Array,
    threshold: float,
    valid: Array,
    hits: Array,
    scores: Array,
    counts: Array,
    residual: Array,
) -> None:
    """Score every profile against every family; keep what reaches the threshold.

    ``table`` (blocks, height, LANES) float32; ``rows`` (profiles, markers) uint32; ``valid``
    (blocks,) families in each block. Writes per block: ``hits`` (blocks, capacity, 2) int32 of
    profile and lane, ``scores`` (blocks, capacity) float32, ``counts`` (blocks,) int64, which may
    exceed the capacity (then only the first are stored), and ``residual`` (blocks, profiles)
    float32: the sum of likelihood ratios below the threshold; of size (blocks, 0) it is left out.
    """
    for b in prange(table.shape[0]):
        acc = np.empty(LANES, dtype=np.float32)
        whole = np.empty(LANES, dtype=np.int32)
        power = whole.view(np.float32)
        block = table[b]
        lanes = valid[b]
        count = 0
        for n in range(rows.shape[0]):
            best = _score(block, rows[n], acc)
            if best >= threshold:
                for j in range(lanes):
                    if acc[j] >= threshold:
                        if count < scores.shape[1]:
                            hits[b, count, 0] = n
                            hits[b, count, 1] = j
                            scores[b, count] = acc[j]
                        count += 1
                        acc[j] = np.float32(-100.0)
            if residual.shape[1] > 0:
                for j in range(lanes, LANES):
                    acc[j] = np.float32(-100.0)
                residual[b, n] = _sum_exp(acc, whole, power)
        counts[b] = count


@kernel
def score_pairs(table: Array, rows: Array, target: Array) -> Array:
    """Scores of single pairs in double precision: ``table`` (targets, height), rows per pair."""
    found = np.zeros(rows.shape[0])
    for p in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            found[p] += table[target[p], rows[p, k]]
    return found


@kernel
def _extend_one(
    table: Array,
    share: Array,
    first: Array,
    alleles: int,
    dropout: Array,
    start: int,
    out: Array,
) -> None:
    """One target of :func:`extend_with_dropout`: ``table`` (genotypes,), ``out`` (height,)."""
    for c in range(dropout.size):
        d = dropout[c]
        for a in range(alleles):
            top = -np.inf
            above = 0.0
            below = 0.0
            for b in range(alleles):
                low, high = min(a, b), max(a, b)
                g = first[low] + high - low
                value = table[g]
                weight = share[g] * ((1.0 - d * d) if a == b else d * (1.0 - d))
                below += weight
                if weight > 0.0 and value > -np.inf:
                    if value > top:
                        above = above * np.exp(top - value) + weight
                        top = value
                    else:
                        above += weight * np.exp(value - top)
            column = start + c * alleles + a
            out[column] = top + np.log(above / below) if above > 0.0 else -np.inf


@parallel_kernel
def extend_with_dropout(
    table: Array,
    first: Array,
    alleles: int,
    prior: Array,
    dropout: Array,
    start: int,
    out: Array,
) -> None:
    """Rows for markers of which one allele was seen and the other may have dropped out.

    ``table`` (targets, genotypes) float64 natural log LR given the genotype, one marker, genotypes
    ordered (0,0), (0,1), ..., (1,1), ...; ``first`` (alleles,) the column of (a, a). ``prior``
    (1 or targets, genotypes): P(g) of somebody unrelated, the same for all targets or of each.
    ``dropout`` (classes,) probability that one allele drops. Writes ``out`` (targets, start +
    class * alleles + a): log of sum_g P(a seen | g) P(g) LR(g) / sum_g P(a seen | g) P(g).
    """
    own = prior.shape[0] > 1
    for t in prange(table.shape[0]):
        share = prior[t] if own else prior[0]
        _extend_one(table[t], share, first, alleles, dropout, start, out[t])


@kernel
def extend_few_with_dropout(
    table: Array,
    first: Array,
    alleles: int,
    prior: Array,
    dropout: Array,
    start: int,
    out: Array,
) -> None:
    """:func:`extend_with_dropout` in one thread: waking threads takes longer than a few targets,
    and a page of a server that has its own threads must not start others."""
    own = prior.shape[0] > 1
    for t in range(table.shape[0]):
        share = prior[t] if own else prior[0]
        _extend_one(table[t], share, first, alleles, dropout, start, out[t])
