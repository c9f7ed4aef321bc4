"""Two lists: Lincoln-Petersen, and Chapman's correction with its interval.

Assumes that being on one list says nothing about being on the other. With two lists there is no
way to see whether that is so.

Sources: Chapman (1951), Univ. California Publ. Stat. 1:131; interval on the scale of log f0:
Chao (1987), Biometrics 43:783, doi:10.2307/2531532.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from priam.totals.histories import Histories

__all__ = ["TwoLists", "all_pairs", "two_lists"]


@dataclass(frozen=True)
class TwoLists:
    """An estimate from one pair of lists; ``petersen`` is None where the lists share nobody."""

    pair: tuple[str, str]
    sizes: tuple[int, int]
    both: int
    petersen: float | None
    chapman: float
    stderr: float
    lower: float
    upper: float


def two_lists(
    first: int, second: int, both: int, pair: tuple[str, str] = ("1", "2"), level: float = 0.95
) -> TwoLists:
    """Estimate from the sizes of two lists and the number of persons on both.

    The interval is log-normal on the number not seen on either list, so it never falls below
    the number seen.
    """
    petersen = first * second / both if both else None
    chapman = (first + 1) * (second + 1) / (both + 1) - 1
    scale = (both + 1) ** 2 * (both + 2)
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / scale
    seen = first + second - both
    lower, upper = log_interval(seen, chapman - seen, math.sqrt(variance), level)
    return TwoLists(
        pair, (first, second), both, petersen, chapman, math.sqrt(variance), lower, upper
    )


def log_interval(seen: float, unseen: float, stderr: float, level: float) -> tuple[float, float]:
    """Log-normal interval for a total: ``seen`` plus an unseen number with standard error."""
    if unseen <= 0 or stderr == 0:
        return float(seen + max(unseen, 0.0)), float(seen + max(unseen, 0.0))
    z = NormalDist().inv_cdf((1 + level) / 2)
    factor = math.exp(z * math.sqrt(math.log1p((stderr / unseen) ** 2)))
    return seen + unseen / factor, seen + unseen * factor


def all_pairs(table: Histories, level: float = 0.95) -> tuple[TwoLists, ...]:
    """Every pair of lists on its own, in the order of the lists."""
    overlap = table.overlaps
    return tuple(
        two_lists(
            int(overlap[i, i]),
            int(overlap[j, j]),
            int(overlap[i, j]),
            (table.lists[i], table.lists[j]),
            level,
        )
        for i in range(table.t)
        for j in range(i + 1, table.t)
    )
