"""A matrix of random numbers, for tests only.

Each row is uniform numbers divided by their sum. With ``rate`` the matrix is drawn given its mean
mutation rate: the diagonal is a random point on the plane sum_i p_i m_ii = 1 - rate inside the
unit cube (from the point where all are equal, a uniform step in a random direction of that
plane), and each row shares out the rest by uniform numbers.

The numbers are those of R's default generator, so that a seed gives the same matrix as in the
reference (pedmut): Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 1998, doi
10.1145/272991.272995), its state filled by the congruential generator x -> 69069 x + 1 from the
seed after 50 steps; a full matrix is filled by columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation.model import Matrix, Model, probability

__all__ = ["RANDOM", "r_uniform"]


def r_uniform(seed: int, count: int) -> npt.NDArray[np.float64]:
    """The first ``count`` numbers of R's ``set.seed(seed); runif(count)``."""
    state = seed & 0xFFFFFFFF
    for _ in range(51):
        state = (69069 * state + 1) & 0xFFFFFFFF
    key = np.empty(624, dtype=np.uint32)
    for position in range(624):
        state = (69069 * state + 1) & 0xFFFFFFFF
        key[position] = state
    generator = np.random.MT19937()
    generator.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 624}}
    # R multiplies by 2^-32 as it rounds it, and keeps away from 0 and 1
    words = generator.random_raw(count).astype(np.float64) * 2.3283064365386963e-10
    return np.clip(words, 0.5 * 2.328306437080797e-10, 1.0 - 0.5 * 2.328306437080797e-10)


def build(
    alleles: tuple[str, ...], frequencies: npt.NDArray[np.float64], parameters: Mapping[str, Any]
) -> Matrix:
    """Uniform numbers, rows divided by their sums; or given the mean rate."""
    seed = parameters.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise UserError("the random mutation model needs a whole number as 'seed'")
    size = len(alleles)
    if parameters.get("rate") is None:
        drawn = r_uniform(int(seed), size * size).reshape(size, size, order="F")
        return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))
    drawn = r_uniform(int(seed), size * size + 1)
    rate = probability("random", parameters, "rate")
    staying = _diagonal(frequencies, rate, drawn[:size], drawn[size])
    shares = drawn[size + 1 :].reshape(size, size - 1)
    shares = shares / shares.sum(axis=1, keepdims=True) * (1.0 - staying)[:, None]
    matrix = np.diag(staying)
    matrix[~np.eye(size, dtype=bool)] = shares.ravel()
    return matrix


def _diagonal(
    p: npt.NDArray[np.float64], rate: float, direction: npt.NDArray[np.float64], place: float
) -> npt.NDArray[np.float64]:
    """A random diagonal with mean 1 - rate: a point of the chord along ``direction``."""
    start = np.full(len(p), 1.0 - rate)
    along = direction - np.sum(direction * p) / np.sum(p * p) * p
    moves = np.abs(along) > 0.0
    ends = np.stack([-start[moves] / along[moves], rate / along[moves]])
    low, high = ends.min(axis=0).max(), ends.max(axis=0).min()
    inside: npt.NDArray[np.float64] = np.clip(
        start + (low + (high - low) * place) * along, 0.0, 1.0
    )
    return inside


RANDOM = Model(
    "random",
    "random numbers, for tests",
    build,
    parameters=("seed",),
    optional=("rate",),
)
