"""The joint step against enumeration of every assignment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from priam.identification.joint import (
    Claim,
    JointModel,
    TooWideError,
    best_assignment,
    best_assignments,
    claim_probabilities,
    log_total,
    prune,
    sample,
    solve,
)
from priam.identification.joint.pruning import bounds
from tests.priam.identification.matchings import all_assignments, probabilities, random_model


@pytest.mark.parametrize("block", range(10))
def test_exact_sums_equal_enumeration_on_thousands_of_random_cases(block):
    rng = np.random.default_rng(block)
    for _ in range(60):
        model = random_model(rng)
        listed = all_assignments(model)
        assert log_total(model) == pytest.approx(math.log(sum(w for w, _ in listed)), rel=1e-12)
        assert claim_probabilities(model) == pytest.approx(probabilities(model), rel=1e-9)


def test_bounds_hold_and_pruning_error_is_kept():
    rng = np.random.default_rng(42)
    for _ in range(400):
        model = random_model(rng)
        truth = probabilities(model)
        assert np.all(bounds(model) >= truth * (1 - 1e-9) - 1e-15)
        pruned = prune(model, 0.05)
        assert pruned.error <= 0.05
        kept = {
            (c.family, c.persons): p
            for c, p in zip(pruned.model.claims, probabilities(pruned.model))
        }
        for claim, exact in zip(model.claims, truth):
            found = kept.get((claim.family, claim.persons), 0.0)
            assert abs(found - exact) <= pruned.error + 1e-12


def test_pruning_separates_clear_matches_from_weak_links():
    clear = {(v, v): 20.0 for v in range(200)}
    weak = {(v, (v + 1) % 200): -3.0 for v in range(200)}
    pruned = prune(JointModel.from_matrix({**clear, **weak}, 200), 1e-5)
    assert pruned.dropped == 200
    assert pruned.error < 1e-5


def test_best_assignments_come_in_exact_order():
    rng = np.random.default_rng(7)
    for _ in range(300):
        model = random_model(rng)
        expected = sorted((math.log(w) for w, _ in all_assignments(model)), reverse=True)[:8]
        found = best_assignments(model, 8)
        assert [w for w, _ in found[: len(expected)]] == pytest.approx(expected, abs=1e-9)


def test_highs_finds_the_best_assignment():
    rng = np.random.default_rng(8)
    for _ in range(150):
        model = random_model(rng)
        best = best_assignment(model)
        weight = math.exp(sum(model.claims[c].log_weight for c in best))
        assert weight == pytest.approx(max(w for w, _ in all_assignments(model)), rel=1e-6)


def test_sampling_agrees_with_the_exact_sum_within_its_own_error():
    rng = np.random.default_rng(3)
    weights = {(v, i): float(rng.normal(0, 2)) for v in range(8) for i in range(8)}
    model = JointModel.from_matrix(weights, 8)
    drawn = sample(model, rng)
    exact = claim_probabilities(model)
    assert drawn.rhat < 1.02
    assert np.all(np.abs(drawn.probability - exact) < 6 * drawn.error + 1e-3)


def test_a_wide_part_is_sampled_and_says_so():
    rng = np.random.default_rng(4)
    weights = {(v, i): float(rng.normal(0, 1)) for v in range(10) for i in range(10)}
    model = JointModel.from_matrix(weights, 10)
    with pytest.raises(TooWideError):
        log_total(model, limit=50)
    result = solve(model, limit=50, rng=rng)
    assert [part.method for part in result.parts] == ["sampled"]
    assert 0 < result.parts[0].error < 0.05
    assert result.probability == pytest.approx(claim_probabilities(model), abs=0.03)


def test_parts_solved_apart_equal_the_whole():
    rng = np.random.default_rng(5)
    for _ in range(100):
        model = random_model(rng)
        result = solve(model, tolerance=0.0)
        assert result.probability == pytest.approx(claim_probabilities(model), rel=1e-10)


def test_a_star_of_two_hundred_candidates_is_exact():
    weights = {(v, 0): 0.0 for v in range(200)}
    found = claim_probabilities(JointModel.from_matrix(weights, 200))
    assert found == pytest.approx(np.full(200, 1 / 201))


def test_two_brothers_are_told_apart_only_as_a_pair():
    claims = [
        Claim(0, ((0, 0),), 10.0),
        Claim(0, ((1, 0),), 10.0),
        Claim(0, ((0, 0), (1, 1)), 25.0),
        Claim(0, ((0, 1), (1, 0)), 25.0),
    ]
    rows = JointModel(tuple(claims), 2)
    marginal = rows.marginals(claim_probabilities(rows))
    assert marginal[0][0] == pytest.approx(marginal[0][1], rel=1e-12)
    assert marginal[0][0] == pytest.approx(0.5, abs=1e-6)


def test_a_claim_that_uses_an_individual_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        Claim(0, ((0, 3), (1, 3)), 0.0)
