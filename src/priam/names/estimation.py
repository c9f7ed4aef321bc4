"""How probable is it that two records are one person? Learned from the two lists themselves.

A pair belongs to one person, to close relatives, or to unrelated people. Within a class the
fields are taken as independent (Fellegi & Sunter 1969, doi:10.1080/01621459.1969.10501049; the
third class keeps brothers, who share surname, father and village, out of the matches). The shares
of each level among pairs of one person are learned by expectation-maximisation with the documented
error model as a Dirichlet prior; those of unrelated pairs come from random pairs and stay fixed.

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

#: Weight of the documented error model, in pairs, for each field.
PRIOR_PAIRS = 60.0


@dataclass(frozen=True)
class Fit:
    """A fitted model and what it says of each pair.

    ``probability``: that the pair is one person. ``weights[field]``: natural log of the ratio of
    chances, one person against unrelated; 0 where missing. ``same``, ``kin``: shares by level.
    ``matches``, ``relatives``: expected numbers of pairs.
    """

    probability: Floats
    weights: dict[str, Floats]
    same: dict[str, Floats]
    kin: dict[str, Floats]
    matches: float
    relatives: float
    rounds: int
    one_to_one: bool


def fit(pairs: Candidates, *, one_to_one: bool = True, rounds: int = 60) -> Fit:
    """Learn the model from compared pairs and score them."""
    fields = [item for item in FIELDS if item.name in pairs.levels]
    same = {item.name: _start(item, "same") for item in fields}
    kin = {item.name: _start(item, "kin") for item in fields}
    matches, relatives = 0.3 * min(pairs.sizes), 0.02 * min(pairs.sizes)
    probability = np.zeros(len(pairs))
    count = 0
    while count < rounds:
        count += 1
        odds, kin_share = _odds(pairs, fields, same, kin, matches, relatives, one_to_one)
        updated = _probability(pairs, odds, one_to_one)
        change = float(np.abs(updated - probability).sum())
        probability = updated
        matches = _shrunk(probability.sum(), min(pairs.sizes))
        relatives = float(np.clip((kin_share * (1 - probability)).sum(), 1.0, matches * 5 + 1))
        same = {item.name: _learn(item, pairs, probability) for item in fields}
        if change < 1e-4 * matches + 0.01:
            break
    weights = {item.name: _weights(pairs, item, same[item.name]) for item in fields}
    return Fit(probability, weights, same, kin, matches, relatives, count, one_to_one)


def _shrunk(found: float, most: int) -> float:
    """Expected matches, with a uniform prior on their share: a list of one stays unsure."""
    return float((found + 1) / (most + 2) * most)


def _start(item: Field, which: str) -> Floats:
    values: Floats = np.array([getattr(level, which) for level in item.levels], dtype=float)
    return values / float(values.sum())


def _learn(item: Field, pairs: Candidates, probability: Floats) -> Floats:
    """Shares of levels among the same, with the error model as a prior; fixed levels stay."""
    levels = pairs.levels[item.name]
    present = levels >= 0
    counts = np.bincount(levels[present], probability[present], minlength=len(item.levels))
    prior = _start(item, "same")
    learned = counts + PRIOR_PAIRS * prior
    learned /= learned.sum()
    fixed = np.array([level.fixed for level in item.levels])
    learned[fixed] = np.minimum(learned[fixed], prior[fixed])
    learned[~fixed] *= (1 - learned[fixed].sum()) / learned[~fixed].sum()
    return learned


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
    same: dict[str, Floats],
    kin: dict[str, Floats],
    matches: float,
    relatives: float,
    one_to_one: bool,
) -> tuple[Floats, Floats]:
    """Odds of one person against anything else, and the share of kin in anything else."""
    n_left, n_right = pairs.sizes
    log_same = sum((_weights(pairs, f, same[f.name]) for f in fields), np.zeros(len(pairs)))
    log_kin = sum((_weights(pairs, f, kin[f.name]) for f in fields), np.zeros(len(pairs)))
    kin_odds = np.exp(np.clip(log_kin + np.log(relatives / (n_left * n_right)), -60, 60))
    # With rivals counted one by one, a person's chance to have no partner is in the odds, too.
    free = (n_left - matches) * (n_right - matches) if one_to_one else n_left * n_right - matches
    log_odds = log_same + np.log(matches / max(free, 1.0)) - np.log1p(kin_odds)
    return np.exp(np.clip(log_odds, -60, 60)), kin_odds / (1 + kin_odds)


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
