"""Mutation matrices made stationary or reversible for given frequencies.

========  ==========  =========================================================================
name      gives       how
========  ==========  =========================================================================
PM        stationary  row i moves d_i times as much; d from the matrix's own stationary vector
                      (Simonsson and Mostad, Forensic Sci Int Genet 2016; 23:217-225, doi
                      10.1016/j.fsigen.2016.04.005)
DP        stationary  the off-diagonal entries are fitted to margins p_i (1 - m_ii) by
                      iterative proportional fitting, keeping the diagonal (same paper)
MH        reversible  Metropolis-Hastings: r_ij = min(m_ij, p_j m_ji / p_i)
BA        reversible  Barker: r_ij = m_ij p_j m_ji / (p_i m_ij + p_j m_ji)
PR        reversible  preserved rate: r_ij = (p_i m_ij + p_j m_ji) / (2 p_i)
========  ==========  =========================================================================

All keep the mean mutation rate sum_i p_i (1 - m_ii). MH and BA reach it by scaling the
off-diagonal entries. Where a transformation does not exist the reason is an error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix

__all__ = ["TRANSFORMS", "mutation_rate", "transformed", "with_rate"]

Vector = npt.NDArray[np.float64]


def mutation_rate(matrix: Matrix, frequencies: Vector) -> float:
    """Probability that a random allele of the population mutates: 1 - sum_i p_i m_ii."""
    return float(1.0 - np.sum(np.diag(matrix) * frequencies))


def with_rate(matrix: Matrix, frequencies: Vector, rate: float) -> Matrix:
    """The matrix with its off-diagonal entries scaled to the mean mutation rate ``rate``."""
    current = mutation_rate(matrix, frequencies)
    if current <= 0.0:
        if rate > 0.0:
            raise UserError("a matrix without mutations cannot be scaled to a positive rate")
        return matrix
    scale = rate / current
    least = float(np.diag(matrix).min())
    if scale * (1.0 - least) > 1.0 + 1e-12:
        raise UserError(
            f"no mutation matrix of this form has the mean rate {rate:g}; the largest is "
            f"{current / (1.0 - least):.6g}"
        )
    return scale * matrix + (1.0 - scale) * np.eye(len(matrix))


def _with_diagonal(matrix: Matrix) -> Matrix:
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, 1.0 - matrix.sum(axis=1))
    return matrix


def _metropolis(matrix: Matrix, p: Vector) -> Matrix:
    flow = matrix * p[:, None]
    result = np.minimum(flow, flow.T) / p[:, None]
    return with_rate(_with_diagonal(result), p, mutation_rate(matrix, p))


def _barker(matrix: Matrix, p: Vector) -> Matrix:
    flow = matrix * p[:, None]
    both = flow + flow.T
    result = matrix * flow.T / np.where(both > 0.0, both, 1.0)
    return with_rate(_with_diagonal(result), p, mutation_rate(matrix, p))


def _preserved_rate(matrix: Matrix, p: Vector) -> Matrix:
    flow = matrix * p[:, None]
    if np.any(flow.sum(axis=0) > p * (1.0 + 2.0 * np.diag(matrix))):
        raise UserError("the PR transformation is not well defined for this mutation model")
    return _with_diagonal((flow + flow.T) / (2.0 * p[:, None]))


def _proportional_margins(matrix: Matrix, p: Vector) -> Matrix:
    """PM of Simonsson and Mostad: S = D (M - I) + I with p D (M - I) = 0."""
    size = len(p)
    rate = mutation_rate(matrix, p)
    if rate <= 0.0:
        return matrix
    equations = matrix.T - np.eye(size)
    equations[-1] = 1.0
    if np.linalg.cond(equations, 1) > 1.0 / np.finfo(np.float64).eps:
        raise UserError(
            "PM stabilisation needs a mutation model in which every allele can reach every other; "
            "this matrix is exactly singular (several separate groups of alleles)"
        )
    own = np.linalg.solve(equations, np.append(np.zeros(size - 1), 1.0))
    d = rate * own / (mutation_rate(matrix, own) * p)
    if np.any(d * (1.0 - np.diag(matrix)) > 1.0) or np.any(d < -1e-12):
        raise UserError("PM stabilisation does not exist for this mutation model and frequencies")
    d = np.maximum(d, 0.0)  # rounding of the linear system
    return d[:, None] * (matrix - np.eye(size)) + np.eye(size)


def _diagonal_preserved(matrix: Matrix, p: Vector) -> Matrix:
    """DP of Simonsson and Mostad, by iterative proportional fitting of the flows."""
    leaving = p * (1.0 - np.diag(matrix))
    total = leaving.sum()
    if np.any(2.0 * leaving > total * (1.0 + 1e-12)):
        raise UserError(
            "DP stabilisation does not exist: one allele mutates more than all others together"
        )
    flow = matrix * p[:, None]
    np.fill_diagonal(flow, 0.0)
    for _ in range(5_000):
        inflow = flow.sum(axis=0)
        flow *= np.divide(leaving, inflow, out=np.zeros_like(p), where=inflow > 0.0)
        outflow = flow.sum(axis=1)
        flow *= np.divide(leaving, outflow, out=np.zeros_like(p), where=outflow > 0.0)[:, None]
        if np.max(np.abs(flow.sum(axis=0) - leaving)) <= 1e-16 + 1e-14 * total:
            return _with_diagonal(flow / p[:, None])
    raise UserError(
        "DP stabilisation does not converge for this mutation model and frequencies (one allele "
        "mutates nearly as often as all others together, or alleles cannot reach one another)"
    )


TRANSFORMS: dict[str, Callable[[Matrix, Vector], Matrix]] = {
    "PM": _proportional_margins,
    "DP": _diagonal_preserved,
    "MH": _metropolis,
    "BA": _barker,
    "PR": _preserved_rate,
}


def transformed(matrix: Matrix, frequencies: Vector, method: str) -> Matrix:
    """``matrix`` made stationary (PM, DP) or reversible (MH, BA, PR) for ``frequencies``."""
    try:
        transform = TRANSFORMS[method.upper()]
    except KeyError:
        raise UserError(
            f"transformation {method!r} is not known; choose one of {', '.join(TRANSFORMS)}"
        ) from None
    if frequencies.min() <= 0.0:
        raise UserError(f"the {method} transformation needs positive frequencies")
    return transform(matrix, frequencies)
