"""The shift on log odds that are drawn from a known model, of which some false pairs are left out.

Likeness is normal: around 0 for unrelated rows, around 8 for those of one person, around 4 for a
person written carelessly. The log odds are those that follow from these three.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from priam.names.calibration import shift

CARELESS, FLOOR = 0.15, 1.0
Drawn = tuple[np.ndarray, np.ndarray, np.ndarray]


def drawn(size: int, kept: float, seed: int) -> Drawn:
    """Rows and log odds of the compared pairs of two lists with half of their persons in common.

    A false pair is compared with the chance ``kept``, of which the log odds do not know. Pairs
    less alike than ``FLOOR`` are left out: they could not matter.
    """
    rng = np.random.default_rng(seed)
    common = size // 2
    false = rng.binomial(size * size, kept * norm.sf(FLOOR))
    cells = np.unique(rng.integers(0, size * size, false))
    left, right = np.divmod(rng.permutation(cells), size)
    apart = (left != right) | (left >= common)
    left, right = left[apart], right[apart]
    alike = norm.isf(rng.random(len(left)) * norm.sf(FLOOR))
    one = rng.normal(np.where(rng.random(common) < CARELESS, 4.0, 8.0))
    person = np.flatnonzero(one > FLOOR)
    alike = np.concatenate([alike, one[person]])
    same = (1 - CARELESS) * norm.pdf(alike, 8) + CARELESS * norm.pdf(alike, 4)
    log_odds = np.log(same / norm.pdf(alike)) - np.log(common)
    return np.concatenate([left, person]), np.concatenate([right, person]), log_odds


def mean_shift(missing: float, size: int, draws: int) -> float:
    """False pairs are compared e to the minus ``missing`` times."""
    made = (drawn(size, np.exp(-missing), seed) for seed in range(draws))
    return float(np.mean([shift(*one, (size, size)) for one in made]))


def test_what_the_keys_left_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the prior it is; with it, as much of it as such lists let one say."""
    assert 0.2 < mean_shift(1.2, 1500, 6) < 1.2
    monkeypatch.setattr("priam.names.calibration.PRIOR_SHIFT", 2.0)
    assert mean_shift(1.2, 1500, 6) == pytest.approx(1.2, abs=0.3)


def test_nothing_is_found_where_all_pairs_were_compared() -> None:
    assert mean_shift(0.0, 1000, 4) < 0.2


def test_short_lists_stay_as_they_are() -> None:
    for size in (3, 10, 20):
        shifts = [shift(*drawn(size, 0.3, seed), (size, size)) for seed in range(4)]
        assert np.mean(shifts) < 0.1
    nobody = np.array([], dtype=np.int64)
    assert shift(nobody, nobody, np.array([]), (5, 5)) == 0


def test_being_compared_never_speaks_against_a_pair() -> None:
    left, right, log_odds = drawn(1000, 1.0, 1)
    assert shift(left, right, log_odds + 1.5, (1000, 1000)) == 0


def test_what_is_hopeless_and_what_people_called_different_counts_for_nothing() -> None:
    left, right, log_odds = drawn(1000, 0.3, 2)
    log_odds[:100] = -60.0
    without = shift(left[100:], right[100:], log_odds[100:], (1000, 1000))
    assert shift(left, right, log_odds, (1000, 1000)) == without > 0


def test_the_lists_may_change_places_and_a_run_repeats() -> None:
    left, right, log_odds = drawn(1000, 0.3, 2)
    once = shift(left, right, log_odds, (1000, 1000))
    assert shift(left, right, log_odds, (1000, 1000)) == once > 0
    assert shift(right, left, log_odds, (1000, 1000)) == pytest.approx(once, abs=0.02)
