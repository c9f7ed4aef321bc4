"""How probable is it that two records are one person? Learned from the two lists themselves.

A pair belongs to one person written carefully, carelessly, or with names spoiled beyond reading;
to close relatives; to namesakes of one village; or to unrelated people. Within a class the fields
are taken as independent (Fellegi & Sunter 1969, doi:10.1080/01621459.1969.10501049). Several
classes for one person, because errors come together in a row: under one class, true pairs with
several errors would count as far too improbable. Relatives share surname, father and village,
sometimes (twins) the date of birth; their given names differ as those of strangers do. Namesakes
(cousins, or the two Ivans of one surname in a village) share surname, given name and place, all
else by chance. The shares of each level are learned by expectation-maximisation with the
documented error model as a Dirichlet prior. Those of unrelated pairs come from random pairs, less
the few true pairs among them.

Where a pair is visibly of women, the surname may have been changed between the lists, by marriage
or back: then its levels are those of chance, or a former surname in brackets. How often, is
learned. It is no error, so it is as frequent in careful rows as in careless ones.

Where both lists hold each person once, at most one pair of a row is true. The expectation then
uses the marginal probabilities of all one-to-one assignments (:mod:`priam.names.marginals`):
rivals lower each other. At the end the odds are shifted by what it says for a pair that it was
compared at all (:mod:`priam.names.calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from priam.names.calibration import shift
from priam.names.comparisons import FIELDS, SURNAME, Field
from priam.names.linkage import Candidates, smoothed
from priam.names.marginals import one_to_one_marginals

__all__ = ["Fit", "fit", "missed"]

Floats = NDArray[np.float64]
Shares = dict[str, Floats]

Known = tuple[NDArray[np.int64], NDArray[np.int64]]

#: Weight of the documented error model, in pairs, for each field.
PRIOR_PAIRS = 60.0


@dataclass(frozen=True)
class Fit:
    """A fitted model and what it says of each pair.

    ``probability``: that the pair is one person. ``weights[field]``: natural log of the ratio of
    chances, one person against unrelated; 0 where missing. ``together``: what the fields say
    jointly beyond that sum, because errors come together in careless rows. ``same``, ``kin``,
    ``chance``: shares by level among one person's, relatives' and unrelated pairs; ``careless``:
    those in careless rows, which are ``careless_share`` of all, ``spoiled_share`` more are
    spoiled. ``same["surname of women"]`` is beside ``same["surname"]`` what holds for pairs of
    women, of whom ``changed_share`` stand under another surname. ``matches``, ``relatives``,
    ``namesakes``: expected numbers of pairs. ``shift``: natural log of what the odds of every pair
    were multiplied by, because it was compared at all; 0 unless ``one_to_one``.
    """

    probability: Floats
    weights: dict[str, Floats]
    together: Floats
    same: Shares
    careless: Shares
    careless_share: float
    spoiled_share: float
    changed_share: float
    kin: Shares
    chance: Shares
    matches: float
    relatives: float
    namesakes: float
    rounds: int
    one_to_one: bool
    shift: float


@dataclass(frozen=True)
class _Changes:
    """Women under another surname: their shares among pairs of one person and of two relatives,
    and the levels that such surnames reach."""

    same: float
    kin: float
    levels: Floats


@dataclass(frozen=True)
class _Model:
    """Shares of levels by class, and how large the classes are.

    ``one``: the classes of one person (careful, careless, spoiled), ``mix`` their shares.
    """

    one: tuple[Shares, ...]
    mix: Floats
    kin: Shares
    namesakes: Shares
    chance: Shares
    changes: _Changes
    matches: float
    relatives: float
    doubles: float

    def same(self) -> Shares:
        """Of one person, whatever the row."""
        return {
            name: sum((w * one[name] for w, one in zip(self.mix, self.one, strict=True)), 0 * first)
            for name, first in self.one[0].items()
        }


@dataclass(frozen=True)
class _Expected:
    """For each pair: the odds of one person, and the chances of a class given one or not one."""

    odds: Floats
    classes: Floats
    kin: Floats
    namesakes: Floats


def fit(
    pairs: Candidates, *, one_to_one: bool = True, rounds: int = 100, known: Known | None = None
) -> Fit:
    """Learn the model from compared pairs and score them.

    ``known`` are pairs that people decided: positions of the same, positions of the different.
    They teach the model, and what they say stands.
    """
    fields = [item for item in FIELDS if item.name in pairs.levels]
    begin = model = _begin(pairs, fields)
    probability = np.zeros(len(pairs))
    count = 0
    while count < rounds:
        count += 1
        found = _expect(pairs, fields, model, one_to_one)
        odds = _decided(found.odds, known)
        updated = _probability(pairs, odds, one_to_one)
        change = float(np.abs(updated - probability).sum())
        probability = updated
        model = _learn(pairs, fields, begin, model, probability, found)
        if change < 1e-5 * model.matches + 0.01:
            break
    added = 0.0
    if one_to_one:
        added = shift(pairs.left, pairs.right, np.log(odds), pairs.sizes)
        probability = _probability(pairs, _decided(odds * np.exp(added), known), one_to_one)
        model = replace(model, matches=_matches(pairs, probability))
    same = model.same()
    weights = {item.name: _weights(pairs, item, same, model.chance) for item in fields}
    together = _log_same(pairs, fields, model)[0] - sum(weights.values(), np.zeros(len(pairs)))
    return Fit(
        probability,
        weights,
        together,
        same,
        model.one[1],
        float(model.mix[1]),
        float(model.mix[2]),
        model.changes.same,
        model.kin,
        model.chance,
        model.matches,
        model.relatives,
        model.doubles,
        count,
        one_to_one,
        added,
    )


def _decided(odds: Floats, known: Known | None) -> Floats:
    """The odds, but those of decided pairs are as people said."""
    if known is not None:
        odds[known[0]], odds[known[1]] = np.exp(60.0), np.exp(-60.0)
    return odds


def _matches(pairs: Candidates, probability: Floats) -> float:
    """Expected matches, with a uniform prior on their share: a list of one stays unsure."""
    least = min(pairs.sizes)
    return float((probability.sum() + missed(pairs, probability) + 1) / (least + 2) * least)


def _start(item: Field, which: str) -> Floats:
    values: Floats = np.array([getattr(level, which) for level in item.levels], dtype=float)
    return values / float(values.sum())


#: Shares of careful, careless and spoiled rows and how many times the usual errors they hold,
#: before learning.
_MIX, _ERRORS = np.array([0.83, 0.14, 0.03]), (0.5, 3.0, 6.0)
#: The fields whose levels in a spoiled row are not learned, and how often they are mere noise.
_SPOILED, _NOISE = ("surname", "given", "patronymic"), 0.4


def _begin(pairs: Candidates, fields: list[Field]) -> _Model:
    """The documented error model, before anything is learned."""
    careful, careless, spoiled = (
        {item.name: _with_errors(item, times) for item in fields} for times in _ERRORS
    )
    for name in spoiled:
        spoiled[name] = (1 - _NOISE) * spoiled[name] + _NOISE * pairs.chance[name]
    kin = {item.name: _kin_start(item, pairs) for item in fields}
    namesakes = {item.name: _namesake_start(item, pairs, kin) for item in fields}
    changes = _Changes(_CHANGED["same"], _CHANGED["kin"], _changed_levels(pairs.chance, _FORMER))
    for shares in (careful, careless, spoiled):
        _add_women(shares, changes.same, changes.levels)
    _add_women(kin, changes.kin, changes.levels)
    least = min(pairs.sizes)
    return _Model(
        (careful, careless, spoiled),
        _MIX,
        kin,
        namesakes,
        pairs.chance,
        changes,
        0.3 * least,
        0.02 * least,
        0.005 * least,
    )


#: What is said of women's surnames stands under this name beside the field's.
_HERS = "surname of women"
#: Changed surnames before learning: shares among women's pairs, and how many show the former one.
_CHANGED, _FORMER = {"same": 0.1, "kin": 0.2}, 0.3
_FORMER_LEVEL = next(n for n, level in enumerate(SURNAME.levels) if "former" in level.label)


def _add_women(shares: Shares, changed: float, levels: Floats) -> None:
    """Beside the levels of a surname those of women's, of which some are changed."""
    if "surname" in shares:
        shares[_HERS] = (1 - changed) * shares["surname"] + changed * levels


def _changed_levels(chance: Shares, former: float) -> Floats:
    """A changed surname agrees by chance, or with a former one that is written beside it."""
    levels = (1 - former) * chance.get("surname", np.zeros(len(SURNAME.levels)))
    levels[_FORMER_LEVEL] += former
    return levels


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


def _namesake_start(item: Field, pairs: Candidates, kin: Shares) -> Floats:
    """Namesakes have names as one person has, places as relatives have, all else by chance."""
    if item.name in ("surname", "given"):
        return _start(item, "same")
    if item.name == "place_unit_death":
        return kin[item.name]
    by_chance = pairs.chance[item.name]
    return 0.25 * kin[item.name] + 0.75 * by_chance if item.name == "patronymic" else by_chance


def _learn(
    pairs: Candidates,
    fields: list[Field],
    begin: _Model,
    before: _Model,
    probability: Floats,
    found: _Expected,
) -> _Model:
    """Sizes of classes and shares of their levels, each with its prior."""
    other = 1 - probability
    kin, doubles = other * found.kin, other * found.namesakes
    one = probability * found.classes
    mix = (one.sum(axis=1) + PRIOR_PAIRS * _MIX) / (probability.sum() + PRIOR_PAIRS)
    changes, moved = _learn_changes(pairs, before, [*one, kin])
    classes = tuple(
        {
            item.name: shares[item.name].copy()
            if number == 2 and item.name in _SPOILED
            else _counted(
                item,
                pairs,
                one[number],
                shares[item.name],
                PRIOR_PAIRS * _MIX[number],
                moved=moved[number],
            )
            for item in fields
        }
        for number, shares in enumerate(begin.one)
    )
    for item in fields:
        _equalise(item, [shares[item.name] for shares in classes], mix)
    for shares in classes:
        _add_women(shares, changes.same, changes.levels)
    relatives = {
        item.name: begin.kin[item.name]
        if item.name == "given"
        else _counted(
            item, pairs, kin, begin.kin[item.name], PRIOR_PAIRS, ties=False, moved=moved[-1]
        )
        for item in fields
    }
    _add_women(relatives, changes.kin, changes.levels)
    matches = _matches(pairs, probability)
    model = _Model(
        classes,
        mix,
        relatives,
        {
            item.name: _counted(
                item, pairs, doubles, begin.namesakes[item.name], PRIOR_PAIRS, ties=False
            )
            for item in fields
        },
        begin.chance,
        changes,
        matches,
        float(np.clip(kin.sum(), 1.0, matches * 5 + 1)),
        float(np.clip(doubles.sum(), 1.0, matches * 5 + 1)),
    )
    same = model.same()
    return replace(
        model,
        chance={item.name: _unrelated(item, pairs, same[item.name], matches) for item in fields},
    )


def _learn_changes(
    pairs: Candidates, model: _Model, weights: list[Floats]
) -> tuple[_Changes, Floats]:
    """How often women's surnames are changed, from the weights of the pairs in each class of one
    person and among relatives; and for each of these the changed surnames by level."""
    count = len(SURNAME.levels)
    moved = np.zeros((len(weights), count))
    if "surname" not in pairs.levels:
        return model.changes, moved
    hers = np.flatnonzero(pairs.women & (pairs.levels["surname"] >= 0))
    levels, chances = pairs.levels["surname"][hers], model.changes.levels
    every = np.array([np.bincount(levels, weight[hers], minlength=count) for weight in weights])
    changed = [model.changes.same] * len(model.one) + [model.changes.kin]
    for number, shares in enumerate((*model.one, model.kin)):
        moved[number] = every[number] * changed[number] * chances / shares[_HERS]
    same, kin = moved[:-1].sum(), moved[-1].sum()
    prior = {which: PRIOR_PAIRS * share for which, share in _CHANGED.items()}
    former = (moved[:-1, _FORMER_LEVEL].sum() + prior["same"] * _FORMER) / (same + prior["same"])
    changes = _Changes(
        float((same + prior["same"]) / (every[:-1].sum() + PRIOR_PAIRS)),
        float((kin + prior["kin"]) / (every[-1].sum() + PRIOR_PAIRS)),
        _changed_levels(model.chance, float(former)),
    )
    return changes, moved


def missed(pairs: Candidates, probability: Floats) -> float:
    """True pairs that were not compared, because they share no blocking key.

    Half as many as share one key only: a rule of thumb (on four generators the ratio was 0.48,
    0.49, 0.65 and 0.84), and no more than a quarter of the rows left. With none, every
    probability would come out too low.
    """
    found, counted = probability.sum(), pairs.shared_keys >= 0
    lone = probability[pairs.shared_keys == 1].sum()
    missed = 0.5 * found * lone / max(probability[counted].sum(), 1.0)
    return float(min(missed, 0.25 * max(min(pairs.sizes) - found, 0.0)))


def _unrelated(item: Field, pairs: Candidates, same: Floats, matches: float) -> Floats:
    """Shares among unrelated pairs: those of any two rows, less the true pairs among them.

    One pair in 30,000 of two lists of 20,000 is true, but half of those that agree in the date
    of birth may be.
    """
    true = matches / (pairs.sizes[0] * pairs.sizes[1])
    usual = _start(item, "chance")
    least = smoothed(np.zeros(len(usual)), pairs.sampled[item.name], usual)
    values: Floats = np.maximum(pairs.chance[item.name] - true * same, least)
    return values / float(values.sum())


def _equalise(item: Field, classes: list[Floats], mix: Floats) -> None:
    """What is only said with less (an initial, a year) is no error, and as frequent in each."""
    short = np.array([level.abridged for level in item.levels])
    both = sum(share * values[short] for share, values in zip(mix, classes, strict=True))
    for values in classes:
        values[~short] *= (1 - both.sum()) / values[~short].sum()
        values[short] = both


def _counted(
    item: Field,
    pairs: Candidates,
    weight: Floats,
    prior: Floats,
    prior_pairs: float,
    ties: bool = True,
    moved: Floats | None = None,
) -> Floats:
    """Shares of levels, with the error model as a prior; a tied level follows the one before.

    ``moved`` are surnames that were changed: their levels tell nothing of errors.
    """
    levels = pairs.levels[item.name]
    present = levels >= 0
    counts = np.bincount(levels[present], weight[present], minlength=len(item.levels))
    if moved is not None and item is SURNAME:
        counts = np.maximum(counts - moved, 0.0)
    learned = counts + prior_pairs * prior
    if ties:
        for number, level in enumerate(item.levels):
            if level.tied:
                learned[number] = level.tied * learned[number - 1]
    result: Floats = learned / learned.sum()
    return result


def _log_same(pairs: Candidates, fields: list[Field], model: _Model) -> tuple[Floats, Floats]:
    """log(one person / unrelated), and the chances of the classes of one person, (class, pair)."""
    each = np.stack(
        [
            np.log(share) + _total(pairs, fields, shares, model.chance)
            for share, shares in zip(model.mix, model.one, strict=True)
        ]
    )
    together: Floats = np.logaddexp.reduce(each, axis=0)
    return together, np.exp(each - together)


def _total(pairs: Candidates, fields: list[Field], shares: Shares, chance: Shares) -> Floats:
    """log(class / unrelated), summed over the fields."""
    every = (_weights(pairs, item, shares, chance) for item in fields)
    result: Floats = sum(every, np.zeros(len(pairs)))
    return result


def _weights(pairs: Candidates, item: Field, shares: Shares, chance: Shares) -> Floats:
    """log(share in the class / chance); a rare name that agrees exactly counts for more."""
    levels, by_chance = pairs.levels[item.name], chance[item.name]
    weight = _by_level(item, shares[item.name], by_chance)[levels]
    if item is SURNAME and _HERS in shares:
        weight[pairs.women] = _by_level(item, shares[_HERS], by_chance)[levels[pairs.women]]
    for number, level in enumerate(item.levels):
        if level.frequency:
            exact = levels == number
            rarity = np.log(np.maximum(pairs.rarity[item.name][exact], 1e-7))
            weight[exact] += np.log(by_chance[number]) - rarity
    return weight


def _by_level(item: Field, shares: Floats, chance: Floats) -> Floats:
    """The weight of each level, and 0 as the last: number -1, a missing value, takes it."""
    table = np.log(np.maximum(shares, 1e-9)) - np.log(chance)
    return np.append(np.where([level.counted for level in item.levels], table, 0.0), 0.0)


def _expect(pairs: Candidates, fields: list[Field], model: _Model, one_to_one: bool) -> _Expected:
    """What the model says of each pair."""
    n_left, n_right = pairs.sizes
    log_same, classes = _log_same(pairs, fields, model)
    log_kin = _total(pairs, fields, model.kin, model.chance)
    log_doubles = _total(pairs, fields, model.namesakes, model.chance)
    kin = np.exp(np.clip(log_kin + np.log(model.relatives / (n_left * n_right)), -60, 60))
    doubles = np.exp(np.clip(log_doubles + np.log(model.doubles / (n_left * n_right)), -60, 60))
    # With rivals counted one by one, a person's chance to have no partner is in the odds, too.
    matches = model.matches
    free = (n_left - matches) * (n_right - matches) if one_to_one else n_left * n_right - matches
    log_odds = log_same + np.log(matches / max(free, 1.0)) - np.log1p(kin + doubles)
    others = 1 + kin + doubles
    return _Expected(np.exp(np.clip(log_odds, -60, 60)), classes, kin / others, doubles / others)


def _probability(pairs: Candidates, odds: Floats, one_to_one: bool) -> Floats:
    if not one_to_one:
        return odds / (1 + odds)
    return one_to_one_marginals(pairs.left, pairs.right, odds, pairs.sizes)
