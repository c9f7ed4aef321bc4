"""Likelihood ratios of two cases against the enumeration of :mod:`priam.kinship`."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from priam.identification.observations import MarkerAxis, ObservationAxis
from priam.identification.reassociation import (
    _joint_tables,
    _one_shared,
    _unrelated,
    consensus,
    pair_log10,
    pair_tables,
)
from priam.kinship.enumeration import likelihood_by_enumeration
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Observation, Seen, observe
from priam.kinship.pedigree import Pedigree, Person, Sex

DROPOUT = np.array([0.01, 0.1, 0.3])
THETAS = (0.0, 0.03)
ALONE = Pedigree((Person("x"),))
STRANGERS = Pedigree((Person("x"), Person("y")))
BROTHERS = Pedigree(
    (
        Person("father", sex=Sex.MALE),
        Person("mother", sex=Sex.FEMALE),
        Person("x", "father", "mother"),
        Person("y", "father", "mother"),
    )
)


@pytest.fixture
def axis():
    return MarkerAxis("M", ("1", "2", "3"), np.array([0.2, 0.3, 0.5]), 0, 3)


def _by_enumeration(axis, one, other, theta):
    """Log LR(same / unrelated) and log LR(full siblings / unrelated) of two observations."""
    locus = Locus.of(axis.name, axis.alleles, axis.frequencies)
    one, other = (observe(seen, locus, Person("x")) for seen in (one, other))

    def chance(pedigree, **seen):
        return likelihood_by_enumeration(pedigree, [locus], [seen], theta=theta)

    unrelated = chance(STRANGERS, x=one, y=other)
    same = chance(ALONE, x=one.times(other, len(locus)))
    with np.errstate(divide="ignore"):
        return np.log(np.array([same, chance(BROTHERS, x=one, y=other)]) / unrelated)


@pytest.mark.parametrize("theta", THETAS)
def test_pair_ratios_with_drop_out_equal_the_enumeration(axis, theta):
    # Two peaks, one peak of a good and one of a poor profile; the columns of each.
    seen = [(("1", "2"), 0), (("1", "3"), 0), (("1",), 0), (("1",), 2), (("3",), 2)]
    used = np.array([axis.column(*one) for one in seen], dtype=np.int32)
    found = _joint_tables(axis, used, axis.emission(DROPOUT, 0.0), theta)
    models = [Seen(alleles, DropModel(DROPOUT[quality])) for alleles, quality in seen]
    for i, j in combinations_with_replacement(range(len(seen)), 2):
        expected = _by_enumeration(axis, models[i], models[j], theta)
        assert [table[i, j] for table in found] == pytest.approx(expected, rel=1e-10)
        assert [table[j, i] for table in found] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("theta", THETAS)
def test_pair_ratios_with_drop_in_equal_the_enumeration(axis, theta):
    emission = axis.emission(DROPOUT, 0.02)
    used = np.array([axis.column(("1", "2"), 0), axis.column(("3",), 1)], dtype=np.int32)
    found = _joint_tables(axis, used, emission, theta)
    seen = []
    for column in used:
        table = np.zeros((3, 3))
        for (a, b), chance in zip(axis.pairs, emission[column]):
            table[a, b] = table[b, a] = chance
        seen.append(Observation("evidence", (), table, frozenset(range(3))))
    for i, j in ((0, 0), (0, 1), (1, 1)):
        expected = _by_enumeration(axis, seen[i], seen[j], theta)
        assert [table[i, j] for table in found] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("theta", (0.0, 0.01, 0.3))
def test_joint_genotypes_are_symmetric_and_each_person_is_anybody(axis, theta):
    for joint in (_unrelated(axis, theta), _one_shared(axis, theta)):
        assert np.allclose(joint, joint.T, atol=1e-15)
        assert np.allclose(joint.sum(axis=1), axis.alone(theta), atol=1e-15)


def test_equal_heterozygotes_without_error_give_one_over_the_match_probability(axis):
    # Balding and Nichols 1994, the match probability of a heterozygote.
    p, q = axis.frequencies[:2]
    for theta in (0.0, 0.02):
        emission = axis.emission(DROPOUT, 0.0)
        same, _ = _joint_tables(axis, np.array([1], dtype=np.int32), emission, theta)
        top = 2 * (theta + (1 - theta) * p) * (theta + (1 - theta) * q)
        assert same[0, 0] == pytest.approx(-np.log(top / ((1 + theta) * (1 + 2 * theta))))


def test_theta_makes_shared_alleles_weigh_less(axis):
    axes = ObservationAxis((axis,), DROPOUT)
    columns = axes.columns_of([{"M": (("1", "2"), "good")}, {"M": (("1", "2"), "degraded")}])
    without, with_theta = (pair_log10(pair_tables(axes, columns, 0.002, t), 0, 1) for t in THETAS)
    assert 0.0 < with_theta < without


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
