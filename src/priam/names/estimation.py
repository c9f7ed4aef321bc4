"""How probable is it that two records are one person? Learned from the two lists themselves.

A pair belongs to one person written carefully, to one person written carelessly, to close
relatives, or to unrelated people. Within a class the fields are taken as independent (Fellegi &
Sunter 1969, doi:10.1080/01621459.1969.10501049). Two classes for one person, because errors come
together in a row: under one class, true pairs with several errors would count as far too
improbable. Relatives share surname, father and village, sometimes (twins) the date of birth; their
given names differ as those of strangers do. The shares of each level are learned by
expectation-maximisation with the documented error model as a Dirichlet prior; those of unrelated
pairs come from random pairs and stay fixed.

Where both lists hold each person once, at most one pair of a row is true. The expectation then
uses the marginal probabilities of all one-to-one assignments, by belief propagation on the graph
of pairs (exact on trees; Huang & Jebara 2009, arXiv:0908.1769): rivals lower each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priam.names.comparisons import FIELDS, Field
from priam.names.linkage import Candidates

__all__ = ["Fit", "fit", "one_to_one_marginals"]

Floats = NDArray[np.float64]

Known = tuple[NDArray[np.int64], NDArray[np.int64]]

#: Weight of the documented error model, in pairs, for each field.
PRIOR_PAIRS = 60.0


@dataclass(frozen=True)
class Fit:
    """A fitted model and what it says of each pair.

    ``probability``: that the pair is one person. ``weights[field]``: natural log of the ratio of
    chances, one person against unrelated; 0 where missing. ``together``: what the fields say
    jointly beyond that sum, because errors come together in careless rows. ``same``, ``kin``:
    shares by level; ``careless``: those in careless rows, which are ``careless_share`` of all.
    ``matches``, ``relatives``: expected numbers of pairs.
    """

    probability: Floats
    weights: dict[str, Floats]
    together: Floats
    same: dict[str, Floats]
    careless: dict[str, Floats]
    careless_share: float
    kin: dict[str, Floats]
    matches: float
    relatives: float
    rounds: int
    one_to_one: bool


@dataclass(frozen=True)
class _Shares:
    """Shares of levels by field: careful and careless rows of one person, and relatives."""

    careful: dict[str, Floats]
    careless: dict[str, Floats]
    kin: dict[str, Floats]
    share: float

    def same(self) -> dict[str, Floats]:
        """Of one person, whatever the row."""
        return {
            name: (1 - self.share) * values + self.share * self.careless[name]
            for name, values in self.careful.items()
        }


def fit(
    pairs: Candidates, *, one_to_one: bool = True, rounds: int = 60, known: Known | None = None
) -> Fit:
    """Learn the model from compared pairs and score them.

    ``known`` are pairs that people decided: positions of the same, positions of the different.
    They teach the model, and what they say stands.
    """
    fields = [item for item in FIELDS if item.name in pairs.levels]
    shares = _begin(pairs, fields)
    matches, relatives = 0.3 * min(pairs.sizes), 0.02 * min(pairs.sizes)
    probability = np.zeros(len(pairs))
    count = 0
    while count < rounds:
        count += 1
        odds, kin_share, careless = _odds(pairs, fields, shares, matches, relatives, one_to_one)
        if known is not None:
            odds[known[0]], odds[known[1]] = np.exp(60.0), np.exp(-60.0)
        updated = _probability(pairs, odds, one_to_one)
        change = float(np.abs(updated - probability).sum())
        probability = updated
        matches = _shrunk(probability.sum(), min(pairs.sizes))
        kin = kin_share * (1 - probability)
        relatives = float(np.clip(kin.sum(), 1.0, matches * 5 + 1))
        shares = _learn(pairs, fields, probability, careless, kin)
        if change < 1e-4 * matches + 0.01:
            break
    same = shares.same()
    weights = {item.name: _weights(pairs, item, same[item.name]) for item in fields}
    together = _log_same(pairs, fields, shares)[0] - sum(weights.values(), np.zeros(len(pairs)))
    return Fit(
        probability,
        weights,
        together,
        same,
        shares.careless,
        shares.share,
        shares.kin,
        matches,
        relatives,
        count,
        one_to_one,
    )


def _shrunk(found: float, most: int) -> float:
    """Expected matches, with a uniform prior on their share: a list of one stays unsure."""
    return float((found + 1) / (most + 2) * most)


def _start(item: Field, which: str) -> Floats:
    values: Floats = np.array([getattr(level, which) for level in item.levels], dtype=float)
    return values / float(values.sum())


def _begin(pairs: Candidates, fields: list[Field]) -> _Shares:
    """The documented error model, before anything is learned."""
    careful = {item.name: _with_errors(item, 0.5) for item in fields}
    careless = {item.name: _with_errors(item, _CARELESS_ERRORS) for item in fields}
    kin = {item.name: _kin_start(item, pairs) for item in fields}
    return _Shares(careful, careless, kin, _CARELESS_SHARE)


#: Share of careless rows and how many times the usual errors they hold, before learning.
_CARELESS_SHARE, _CARELESS_ERRORS = 0.15, 3.0


def _with_errors(item: Field, times: float) -> Floats:
    """The error model with its levels of error ``times`` as frequent."""
    values = _start(item, "same")
    clean = max(range(len(values)), key=lambda number: values[number])
    errors = np.array([n != clean and not level.abridged for n, level in enumerate(item.levels)])
    values[errors] *= times
    values[clean] = 0.0
    values[clean] = max(1 - values.sum(), 0.2 * values.sum())
    result: Floats = values / values.sum()
    return result


def _kin_start(item: Field, pairs: Candidates) -> Floats:
    """Relatives; their given names differ as those of any two people of the lists do."""
    values = _start(item, "kin")
    if item.name == "given":
        exact = next(number for number, level in enumerate(item.levels) if level.frequency)
        chance = pairs.chance["given"].copy()
        chance[exact] = 0.0
        values = (
            chance / chance.sum() * (1 - values[exact]) + np.eye(len(values))[exact] * values[exact]
        )
    return values


def _learn(
    pairs: Candidates, fields: list[Field], probability: Floats, careless: Floats, kin: Floats
) -> _Shares:
    """Shares of levels among the same and the related, each with its prior."""
    begin = _begin(pairs, fields)
    bad = probability * careless
    share = float((bad.sum() + PRIOR_PAIRS * _CARELESS_SHARE) / (probability.sum() + PRIOR_PAIRS))
    weights = {True: bad, False: probability - bad}
    strength = {True: PRIOR_PAIRS * _CARELESS_SHARE, False: PRIOR_PAIRS * (1 - _CARELESS_SHARE)}
    sides: dict[bool, dict[str, Floats]] = {True: {}, False: {}}
    for item in fields:
        for side, prior in ((True, begin.careless), (False, begin.careful)):
            sides[side][item.name] = _counted(
                item, pairs, weights[side], prior[item.name], strength[side]
            )
        _equalise(item, sides[True][item.name], sides[False][item.name], share)
    related = {
        f.name: begin.kin[f.name]
        if f.name == "given"
        else _counted(f, pairs, kin, begin.kin[f.name], PRIOR_PAIRS, ties=False)
        for f in fields
    }
    return _Shares(sides[False], sides[True], related, share)


def _equalise(item: Field, careless: Floats, careful: Floats, share: float) -> None:
    """What is only said with less (an initial, a year) is no error, and as frequent in both."""
    short = np.array([level.abridged for level in item.levels])
    both = share * careless[short] + (1 - share) * careful[short]
    for values in (careless, careful):
        values[~short] *= (1 - both.sum()) / values[~short].sum()
        values[short] = both


def _counted(
    item: Field,
    pairs: Candidates,
    weight: Floats,
    prior: Floats,
    prior_pairs: float,
    ties: bool = True,
) -> Floats:
    """Shares of levels, with the error model as a prior; a tied level follows the one before."""
    levels = pairs.levels[item.name]
    present = levels >= 0
    counts = np.bincount(levels[present], weight[present], minlength=len(item.levels))
    learned = counts + prior_pairs * prior
    if ties:
        for number, level in enumerate(item.levels):
            if level.tied:
                learned[number] = level.tied * learned[number - 1]
    result: Floats = learned / learned.sum()
    return result


def _log_same(pairs: Candidates, fields: list[Field], shares: _Shares) -> tuple[Floats, Floats]:
    """log(one person / unrelated), and the chance that a row of the pair is careless."""
    zero = np.zeros(len(pairs))
    good = sum((_weights(pairs, f, shares.careful[f.name]) for f in fields), zero)
    bad = sum((_weights(pairs, f, shares.careless[f.name]) for f in fields), zero)
    good = good + np.log1p(-shares.share)
    bad = bad + np.log(shares.share)
    both: Floats = np.logaddexp(good, bad)
    return both, np.exp(bad - both)


def _weights(pairs: Candidates, item: Field, shares: Floats) -> Floats:
    """log(share in the class / chance); a rare name that agrees exactly counts for more."""
    levels, chance = pairs.levels[item.name], pairs.chance[item.name]
    table = np.log(np.maximum(shares, 1e-9)) - np.log(chance)
    weight = np.where(levels >= 0, table[np.maximum(levels, 0)], 0.0)
    for number, level in enumerate(item.levels):
        if level.frequency:
            exact = levels == number
            rarity = np.log(np.maximum(pairs.rarity[item.name][exact], 1e-7))
            weight[exact] += np.log(chance[number]) - rarity
        if not level.counted:
            weight[levels == number] = 0.0
    return weight


def _odds(
    pairs: Candidates,
    fields: list[Field],
    shares: _Shares,
    matches: float,
    relatives: float,
    one_to_one: bool,
) -> tuple[Floats, Floats, Floats]:
    """Odds of one person against anything else, the share of kin in anything else, carelessness."""
    n_left, n_right = pairs.sizes
    log_same, careless = _log_same(pairs, fields, shares)
    log_kin = sum((_weights(pairs, f, shares.kin[f.name]) for f in fields), np.zeros(len(pairs)))
    kin_odds = np.exp(np.clip(log_kin + np.log(relatives / (n_left * n_right)), -60, 60))
    # With rivals counted one by one, a person's chance to have no partner is in the odds, too.
    free = (n_left - matches) * (n_right - matches) if one_to_one else n_left * n_right - matches
    log_odds = log_same + np.log(matches / max(free, 1.0)) - np.log1p(kin_odds)
    return np.exp(np.clip(log_odds, -60, 60)), kin_odds / (1 + kin_odds), careless


def _probability(pairs: Candidates, odds: Floats, one_to_one: bool) -> Floats:
    if not one_to_one:
        return odds / (1 + odds)
    return one_to_one_marginals(pairs.left, pairs.right, odds, pairs.sizes)


def one_to_one_marginals(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    odds: Floats,
    sizes: tuple[int, int],
    rounds: int = 200,
) -> Floats:
    """P(pair is in the matching) when matchings have weight = product of their pairs' odds.

    Belief propagation: a message to a pair is its odds divided by one plus what the pair's other
    rivals at that end send. Exact where the graph of pairs has no cycles.
    """
    from_left, from_right = odds.copy(), odds.copy()
    for _ in range(rounds):
        at_left = np.bincount(left, from_right, sizes[0])[left] - from_right
        new_left = odds / (1 + np.maximum(at_left, 0))
        at_right = np.bincount(right, new_left, sizes[1])[right] - new_left
        new_right = odds / (1 + np.maximum(at_right, 0))
        change = np.max(np.abs(_part(new_left) - _part(from_left)), initial=0.0)
        from_left, from_right = new_left, new_right
        if change < 1e-6:
            break
    # Both messages count the odds once; their product over the odds is the belief.
    belief = from_left * from_right / np.maximum(odds, 1e-300)
    result: Floats = belief / (1 + belief)
    return result


def _part(messages: Floats) -> Floats:
    result: Floats = messages / (1 + messages)
    return result
