"""How probable is each pair, when each list holds a person once and pairs exclude each other?

The marginal probabilities of all one-to-one assignments, by belief propagation on the graph of
pairs (exact on trees; Huang & Jebara 2009, arXiv:0908.1769).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["one_to_one_marginals", "rivals"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def one_to_one_marginals(
    left: Rows, right: Rows, odds: Floats, sizes: tuple[int, int], rounds: int = 200
) -> Floats:
    """P(pair is in the matching) when matchings have weight = product of their pairs' odds."""
    at_left, at_right = rivals(left, right, odds, sizes, rounds)
    belief = odds / (1 + at_left) / (1 + at_right)
    return _part(belief)


def rivals(
    left: Rows, right: Rows, odds: Floats, sizes: tuple[int, int], rounds: int = 200
) -> tuple[Floats, Floats]:
    """For each pair the odds that its left row has another partner, and that its right row has,
    each as if the pair itself were not there.

    A message to a pair is its odds divided by one plus what the pair's other rivals at that end
    send. Exact where the graph of pairs has no cycles.
    """
    from_left, from_right = odds.copy(), odds.copy()
    for _ in range(rounds):
        at_left = np.maximum(np.bincount(left, from_right, sizes[0])[left] - from_right, 0)
        new_left = odds / (1 + at_left)
        at_right = np.maximum(np.bincount(right, new_left, sizes[1])[right] - new_left, 0)
        new_right = odds / (1 + at_right)
        change = np.max(np.abs(_part(new_left) - _part(from_left)), initial=0.0)
        from_left, from_right = new_left, new_right
        if change < 1e-6:
            break
    return at_left, at_right


def _part(messages: Floats) -> Floats:
    result: Floats = messages / (1 + messages)
    return result
