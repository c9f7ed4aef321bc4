"""The learned model on levels drawn from known shares, where the truth is known exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from priam.names.comparisons import FIELDS, SURNAME, Field
from priam.names.estimation import PRIOR_PAIRS, Fit, fit, missed
from priam.names.linkage import Candidates

USED = [item for item in FIELDS if item.name != "tag"]
TRUE, LONE = 250, 250


def shares(item: Field, errors: float) -> np.ndarray:
    """Shares with a given share of errors, spread as the documented error model spreads them."""
    values = np.array([level.same for level in item.levels])
    best = int(values.argmax())
    values[best] = 0.0
    values *= errors / values.sum()
    values[best] = 1 - errors
    for number, level in enumerate(item.levels):
        if level.tied:
            values[number] = level.tied * values[number - 1]
    return values / values.sum()


def drawn(
    careless: float, rng: np.random.Generator, women: float = 0.0, changed: float = 0.0
) -> tuple[Candidates, np.ndarray]:
    """Every pair of two lists; the true ones, a part of them with many errors, come first.

    Some persons are women, and some of these stand under another surname in the second list.
    """
    bad = rng.random(TRUE) < careless
    size = TRUE + LONE
    left, right = np.divmod(np.arange(size * size), size)
    apart = ~((left == right) & (left < TRUE))
    left = np.concatenate([np.arange(TRUE), left[apart]])
    right = np.concatenate([np.arange(TRUE), right[apart]])
    levels, chance, rarity = {}, {}, {}
    for item in USED:
        usual = np.array([level.chance for level in item.levels]) ** 0.6
        usual /= usual.sum()
        count = len(item.levels)
        one = rng.choice(count, TRUE, p=shares(item, 0.1))
        one[bad] = rng.choice(count, int(bad.sum()), p=shares(item, 0.6))
        if item is SURNAME and women:
            her = rng.random((2, size)) < women
            her[1, :TRUE] = her[0, :TRUE]
            moved = her[0, :TRUE] & (rng.random(TRUE) < changed)
            one[moved] = rng.choice(count, int(moved.sum()), p=usual)
        other = rng.choice(count, len(left) - TRUE, p=usual)
        levels[item.name] = np.concatenate([one, other]).astype(np.int8)
        # the chance is that of any two rows, the true pairs among them
        chance[item.name] = np.bincount(levels[item.name], minlength=count) / len(left)
        exact = next((n for n, level in enumerate(item.levels) if level.frequency), None)
        if exact is not None:
            rarity[item.name] = np.full(len(left), usual[exact])
    sampled = dict.fromkeys(levels, float(len(left)))
    uncounted = np.full(len(left), -1, dtype=np.int16)
    both = her[0, left] & her[1, right] if women else np.zeros(len(left), dtype=bool)
    pairs = Candidates(left, right, levels, rarity, chance, (size, size), sampled, uncounted, both)
    return pairs, np.arange(len(left)) < TRUE


@pytest.fixture(scope="module")
def lists() -> tuple[Candidates, np.ndarray]:
    return drawn(0.2, np.random.default_rng(3))


@pytest.fixture(scope="module")
def fitted(lists: tuple[Candidates, np.ndarray]) -> tuple[Fit, np.ndarray]:
    return fit(lists[0]), lists[1]


def test_each_tenth_is_as_true_as_it_says(fitted: tuple[Fit, np.ndarray]) -> None:
    model, truth = fitted
    tenth = np.minimum((model.probability * 10).astype(int), 9)
    for number in range(10):
        here = tenth == number
        if here.sum() >= 20:
            mean = model.probability[here].mean()
            chance = np.sqrt(mean * (1 - mean) / here.sum())
            assert abs(mean - truth[here].mean()) < 0.03 + 2.5 * chance


def test_the_number_of_matches_and_of_careless_rows_is_found(
    fitted: tuple[Fit, np.ndarray],
) -> None:
    model, _ = fitted
    assert model.matches == pytest.approx(TRUE, rel=0.05)
    assert model.careless_share + model.spoiled_share == pytest.approx(0.2, abs=0.06)


def test_all_pairs_were_compared_so_that_it_says_nothing(
    lists: tuple[Candidates, np.ndarray], fitted: tuple[Fit, np.ndarray]
) -> None:
    assert abs(fitted[0].shift) < 0.25
    many = fit(lists[0], one_to_one=False, rounds=2)
    assert many.shift == 0


def test_what_people_decided_stands_after_the_shift(
    lists: tuple[Candidates, np.ndarray],
    fitted: tuple[Fit, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("priam.names.estimation.shift", lambda *_: 1.0)
    pairs, _ = lists
    unsure = np.argsort(np.abs(fitted[0].probability - 0.5))[:2]
    model = fit(pairs, known=(unsure[:1], unsure[1:]), rounds=2)
    assert model.shift == 1.0
    assert model.probability[unsure] == pytest.approx([1, 0], abs=1e-12)


def test_errors_together_speak_less_against_than_each_alone(
    fitted: tuple[Fit, np.ndarray],
) -> None:
    """Several errors in one row count for less than their sum; a clean row gains little."""
    model, truth = fitted
    total = sum(model.weights.values())[truth]
    together = model.together[truth]
    assert together[total < np.quantile(total, 0.05)].mean() > 0.3
    assert abs(together[total >= np.quantile(total, 0.5)].mean()) < 0.6


def test_a_tied_level_keeps_its_ratio_and_an_abridged_one_tells_nothing_of_care(
    fitted: tuple[Fit, np.ndarray],
) -> None:
    model, _ = fitted
    for item in USED:
        for number, level in enumerate(item.levels):
            share = model.careless[item.name]
            if level.tied:
                assert share[number] == pytest.approx(level.tied * share[number - 1])
            if level.abridged:
                assert share[number] == pytest.approx(model.same[item.name][number])


def test_true_pairs_among_the_sampled_ones_do_not_raise_the_chance(
    lists: tuple[Candidates, np.ndarray], fitted: tuple[Fit, np.ndarray]
) -> None:
    """Of the pairs that agree in a date of birth, half may be true; the chance is of the others."""
    pairs, truth = lists
    model, _ = fitted
    for item in USED:
        unrelated = np.bincount(pairs.levels[item.name][~truth], minlength=len(item.levels))
        share = unrelated / unrelated.sum()
        assert model.chance[item.name] == pytest.approx(share, rel=0.08, abs=2e-5)


@pytest.fixture(scope="module")
def women() -> tuple[Candidates, np.ndarray, Fit]:
    pairs, truth = drawn(0.2, np.random.default_rng(3), women=0.4, changed=0.3)
    return pairs, truth, fit(pairs)


def test_changed_surnames_of_women_are_found_and_tell_nothing_of_men(
    women: tuple[Candidates, np.ndarray, Fit], fitted: tuple[Fit, np.ndarray]
) -> None:
    """Were all true pairs known, the share would be that of the counts and its prior."""
    pairs, truth, model = women
    her = pairs.women & truth
    counted = (0.3 * her.sum() + PRIOR_PAIRS * 0.1) / (her.sum() + PRIOR_PAIRS)
    assert model.changed_share == pytest.approx(counted, abs=0.04)
    here = (model.probability > 0.02) & (model.probability < 0.98) & pairs.women
    chance = np.sqrt((model.probability * (1 - model.probability))[here].sum())
    assert abs(model.probability[here].sum() - truth[here].sum()) < 2.5 * chance
    assert SURNAME.levels[-1].label == "different"
    his, hers = (model.same[name][-1] for name in ("surname", "surname of women"))
    assert his == pytest.approx(fitted[0].same["surname"][-1], abs=0.02)
    assert hers > his + 0.5 * counted
    assert fitted[0].changed_share == pytest.approx(0.1)  # no women, no news


def test_a_surname_that_differs_speaks_less_against_a_woman(
    women: tuple[Candidates, np.ndarray, Fit],
) -> None:
    pairs, _, model = women
    different = pairs.levels["surname"] == len(SURNAME.levels) - 1
    weight = model.weights["surname"]
    hers, his = (weight[different & of].mean() for of in (pairs.women, ~pairs.women))
    assert his < hers - 1 < 0


def test_pairs_that_share_one_key_tell_of_pairs_that_share_none(
    lists: tuple[Candidates, np.ndarray],
) -> None:
    pairs, truth = lists
    keys = np.where(truth, 9, 2).astype(np.int16)
    keys[: TRUE // 10] = 1
    found = truth.astype(float)
    assert missed(replace(pairs, shared_keys=keys), found) == pytest.approx(TRUE / 20)
    assert missed(pairs, found) == 0  # nothing was counted
    keys[:TRUE] = 1
    assert missed(replace(pairs, shared_keys=keys), found) == pytest.approx(LONE / 4)
