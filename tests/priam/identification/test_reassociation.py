"""Likelihood ratios of two cases against sums over every pair of genotypes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from priam.identification.observations import MarkerAxis
from priam.identification.reassociation import _joint_tables, _sibling_prior, consensus

DROPOUT = np.array([0.01, 0.1, 0.3])


@pytest.fixture
def axis():
    return MarkerAxis("M", ("1", "2", "3"), np.array([0.2, 0.3, 0.5]), 0, 3)


def _sibling_pairs(axis):
    """P(g, h) of full siblings by listing both parents' alleles and four meioses."""
    p, k = axis.frequencies, len(axis.frequencies)
    table = np.zeros((axis.genotypes, axis.genotypes))
    for a, b, c, d in product(range(k), repeat=4):
        for i, j, m, n in product(range(2), repeat=4):
            one = axis.genotype((a, b)[i], (c, d)[j])
            two = axis.genotype((a, b)[m], (c, d)[n])
            table[one, two] += p[a] * p[b] * p[c] * p[d] / 16
    return table


def test_sibling_probabilities_equal_the_enumeration(axis):
    assert np.allclose(_sibling_prior(axis), _sibling_pairs(axis), atol=1e-15)


def test_pair_ratios_equal_sums_over_genotypes(axis):
    emission = axis.emission(DROPOUT, 0.002)
    used = np.flatnonzero(emission.sum(axis=1) > 0).astype(np.int32)  # (a, a) is a single peak
    same, siblings = _joint_tables(axis, used, emission)
    prior, brothers = axis.prior, _sibling_pairs(axis)
    for (x, i), (y, j) in product(enumerate(used), enumerate(used)):
        alone = (emission[i] @ prior) * (emission[j] @ prior)
        one = sum(prior[g] * emission[i, g] * emission[j, g] for g in range(axis.genotypes))
        two = emission[i] @ brothers @ emission[j]
        assert same[x, y] == pytest.approx(np.log(one / alone))
        assert siblings[x, y] == pytest.approx(np.log(two / alone))


def test_equal_heterozygotes_without_error_give_one_over_the_genotype(axis):
    same, _ = _joint_tables(axis, np.array([1], dtype=np.int32), axis.emission(DROPOUT, 0.0))
    p, q = axis.frequencies[:2]
    assert same[0, 0] == pytest.approx(-np.log(2 * p * q))


def test_consensus_joins_what_two_degraded_profiles_saw_apart():
    one = {"A": (("10",), "poor"), "B": (("7", "9"), "poor")}
    two = {"A": (("12",), "poor"), "B": (("9",), "degraded"), "C": (("5",), "poor")}
    found = consensus([one, two])
    assert found["A"][0] == ("10", "12")
    assert set(found["B"][0]) == {"7", "9"}
    assert found["C"] == (("5",), "poor")


def test_consensus_leaves_out_a_marker_with_three_alleles():
    one, two = {"A": (("10", "11"), "good")}, {"A": (("10", "12"), "good")}
    assert consensus([one, two]) == {}
