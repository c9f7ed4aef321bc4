"""The learned model on levels drawn from known shares, where the truth is known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from priam.names.comparisons import FIELDS, Field
from priam.names.estimation import Fit, fit
from priam.names.linkage import Candidates

USED = [item for item in FIELDS if item.name != "tag"]
TRUE, LONE = 400, 200


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


def drawn(careless: float, rng: np.random.Generator) -> tuple[Candidates, np.ndarray]:
    """Every pair of two lists; the true ones, a part of them with many errors, come first."""
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
        other = rng.choice(count, len(left) - TRUE, p=usual)
        levels[item.name] = np.concatenate([one, other]).astype(np.int8)
        chance[item.name] = usual
        exact = next((n for n, level in enumerate(item.levels) if level.frequency), None)
        if exact is not None:
            rarity[item.name] = np.full(len(left), usual[exact])
    pairs = Candidates(left, right, levels, rarity, chance, (size, size))
    return pairs, np.arange(len(left)) < TRUE


@pytest.fixture(scope="module")
def fitted() -> tuple[Fit, np.ndarray]:
    pairs, truth = drawn(0.2, np.random.default_rng(3))
    return fit(pairs), truth


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
    assert model.matches == pytest.approx(TRUE, rel=0.03)
    assert model.careless_share == pytest.approx(0.2, abs=0.06)


def test_errors_together_speak_less_against_than_each_alone(
    fitted: tuple[Fit, np.ndarray],
) -> None:
    """Several errors in one row count for less than their sum; a clean row gains little."""
    model, truth = fitted
    total = sum(model.weights.values())[truth]
    together = model.together[truth]
    assert together[total < np.quantile(total, 0.05)].mean() > 0.3
    assert abs(together[total > np.quantile(total, 0.5)].mean()) < 0.6


def test_a_tied_level_keeps_its_ratio_and_an_abridged_one_tells_nothing_of_care(
    fitted: tuple[Fit, np.ndarray],
) -> None:
    model, _ = fitted
    for item in USED:
        for number, level in enumerate(item.levels):
            share = model.same[item.name]
            if level.tied:
                assert share[number] == pytest.approx(level.tied * share[number - 1], rel=0.05)
            if level.abridged:
                assert share[number] == pytest.approx(model.careless[item.name][number])
