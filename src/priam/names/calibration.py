"""How much does it say for a pair that it was compared at all? Measured on pairs that are false.

The chance of unrelated pairs is that of random pairs, but only pairs that share a blocking key
are compared. Rows of one person nearly always share one, unrelated rows that are half alike
seldom, so that the odds of compared pairs come out too low, by how much depends on the lists.

Where each list holds a person once, the lists themselves tell. A pair of which a row has another
partner is false, and was compared by the same keys, with the same kin, namesakes and habits of
writing as any other. False pairs are of four kinds: both rows have partners elsewhere, only the
left, only the right, none. The first three can be counted; the fourth are mixed with the true
pairs. If the rows have their partners independently of each other, then among false pairs that
look alike to the same degree

    free = only left * only right / both,

which is the dual-system estimate (Lincoln & Petersen; Sekar & Deming 1949, J. Am. Stat. Assoc. 44,
101-115) of those that neither list counted. Degrees are bands of the log odds; the shares of the
kinds may change with the log odds, log-linearly. One shift of all log odds makes the number of
false free pairs that the model expects agree with this estimate. It is not negative: rows of one
person share a key at least as often as others that look alike.

The two numbers are compared as logarithms and weighed as they stand before any shift. Otherwise a
large shift, which gives every row a partner and leaves no free pair, would agree with anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from priam.names.marginals import Rows, rivals

__all__ = ["PRIOR_SHIFT", "shift"]

Floats = NDArray[np.float64]

#: Scale of the shift before the lists are seen (half-normal): odds too low by e^0.5 = 1.6 surprise
#: nobody. It matters where lists are too short to tell, and wide is the less said beforehand.
PRIOR_SHIFT = 0.5

#: Edges of the bands of log odds. Below, a true pair is too rare to show; above, a false one is.
_BANDS = np.arange(-8.0, 2.5)
#: Pairs below have no weight as rivals either.
_LEAST = -12.0
#: Pairs added to each band, or the log of one without any would be infinite.
_HALF = 0.5
#: The log-linear shares: a constant and the middle of the band, in units of four bands.
_TERMS = np.stack([np.ones(len(_BANDS) - 1), (_BANDS[:-1] + 0.5) / 4], axis=1)
#: Prior precision of their four coefficients: all but none for the constants; shares that change
#: by e over eight units of log odds are as usual as not.
_PRECISION = np.array([1e-3, 4.0, 1e-3, 4.0])


def shift(left: Rows, right: Rows, log_odds: Floats, sizes: tuple[int, int]) -> float:
    """What is to be added to all natural log odds of a one-to-one match, 0 or more.

    ``left`` and ``right`` are the rows of each pair, ``sizes`` the lengths of the lists. Pairs
    that people decided stand far outside the bands and count as rivals only. Near 0 where the
    lists are too short to tell.
    """
    near = log_odds > _LEAST
    left, right, log_odds = left[near], right[near], log_odds[near]
    banded = (log_odds >= _BANDS[0]) & (log_odds < _BANDS[-1])
    band = np.digitize(log_odds[banded], _BANDS) - 1

    def gaps(added: float) -> tuple[Floats, Floats]:
        """log(estimated / expected by the model) in each band, and its covariance."""
        odds = np.exp(np.clip(log_odds + added, -60, 60))
        at_left, at_right = (side[banded] for side in rivals(left, right, odds, sizes))
        states = (1 + at_left) * (1 + at_right) + odds[banded]
        both, only_left, only_right, free = (
            np.bincount(band, kind / states, len(_TERMS)).astype(float)
            for kind in (at_left * at_right, at_left, at_right, np.ones(len(band)))
        )
        log_estimate, covariance = _log_free(both, only_left, only_right)
        return log_estimate - np.log(free + _HALF), covariance

    weight = np.linalg.inv(gaps(0.0)[1])

    def misfit(added: float) -> float:
        found = gaps(added)[0]
        return float(found @ weight @ found + (added / PRIOR_SHIFT) ** 2)

    best = minimize_scalar(
        misfit, bounds=(0, 4 * PRIOR_SHIFT), method="bounded", options={"xatol": 0.01}
    )
    return float(best.x) if best.fun < misfit(0.0) else 0.0


def _log_free(both: Floats, only_left: Floats, only_right: Floats) -> tuple[Floats, Floats]:
    """The log of the false pairs of two free rows in each band, as the other three kinds tell, and
    the covariance of that: of the counts, and of the shares that all bands have in common."""
    counts = np.stack([only_left, only_right])
    total = both + counts.sum(axis=0)

    def shares(terms: Floats) -> Floats:
        """Of the second and third kind, (kind, band)."""
        logits = np.vstack([np.zeros(len(total)), terms.reshape(2, 2) @ _TERMS.T])
        logits -= np.logaddexp.reduce(logits, axis=0)
        result: Floats = np.exp(logits[1:])
        return result

    def loss(terms: Floats) -> float:
        part = shares(terms)
        none = np.maximum(1 - part.sum(axis=0), 1e-300)
        likelihood = (counts * np.log(np.maximum(part, 1e-300))).sum() + both @ np.log(none)
        return float(0.5 * _PRECISION @ terms**2 - likelihood)

    def slope(terms: Floats) -> Floats:
        result: Floats = _PRECISION * terms - ((counts - total * shares(terms)) @ _TERMS).ravel()
        return result

    def curvature(terms: Floats) -> Floats:
        part = shares(terms)
        inner = total * (np.eye(2)[:, :, None] * part - part[:, None] * part)
        blocks = np.einsum("klb,bi,bj->kilj", inner, _TERMS, _TERMS).reshape(4, 4)
        result: Floats = blocks + np.diag(_PRECISION)
        return result

    terms = minimize(loss, np.zeros(4), jac=slope, hess=curvature, method="trust-exact").x
    part = shares(terms)
    none = np.maximum(1 - part.sum(axis=0), 1e-300)
    estimate = total * part[0] * part[1] / none
    sure = estimate / (estimate + _HALF)
    by_terms = sure[:, None] * np.hstack([(1 - one)[:, None] * _TERMS for one in part])
    own = np.diag(1 / (estimate + _HALF) + sure**2 / np.maximum(total, 1))
    # Pairs of one row or one surname come together, so that counts vary more than by chance.
    expected = total * np.vstack([none, part])
    strays = (np.vstack([both, counts]) - expected) ** 2 / np.maximum(expected, 1)
    spread = max(1.0, float(strays.sum()) / (2 * len(total) - len(terms)))
    covariance = spread * (own + by_terms @ np.linalg.inv(curvature(terms)) @ by_terms.T)
    return np.log(estimate + _HALF), covariance
