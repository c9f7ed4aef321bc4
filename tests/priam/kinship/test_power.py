"""Sampling, power, and whom to ask: against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from priam.errors import UserError
from priam.genetics.mutation import MutationModel
from priam.kinship import pedigree as shapes
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Sex
from priam.kinship.power import (
    expected_gains,
    inclusion_power,
    missing_person_exclusion,
    whom_to_ask,
)
from priam.kinship.sampling import sample_genotypes, sample_profiles
from priam.kinship.shape import MEMORY_LIMIT
from priam.kinship.tables import genotype_index

P = np.array([0.2, 0.3, 0.5])
SNP = Locus("L", ("1", "2", "3"), P)


def test_samples_follow_the_pedigree_given_what_is_known():
    """Child given father 1/2, mutation included: shares within 4 standard errors."""
    locus = SNP.with_mutation(MutationModel.same("equal", rate=0.1))
    trio, count = shapes.trio(sex=Sex.FEMALE), 20_000
    rng = np.random.default_rng(1)
    known = {"father": ("1", "2")}
    drawn = sample_genotypes(trio, locus, ["child", "mother"], count, rng, known=known)
    rows = [{**known, "child": (a, b)} for a, b in [("1", "1"), ("1", "3"), ("3", "3")]]
    expected = np.exp(log_likelihoods(trio, locus, rows) - log_likelihoods(trio, locus, [known]))
    code = genotype_index(*drawn["child"])
    for number, share in zip([0, 3, 5], expected):
        seen = np.mean(code == number)
        assert abs(seen - share) < 4 * np.sqrt(share * (1 - share) / count)
    assert drawn["mother"].shape == (2, count)


def test_males_have_one_x_allele_and_known_genotypes_stay():
    locus = Locus("X", ("1", "2", "3"), P, chromosome="X")
    rng = np.random.default_rng(2)
    (drawn,) = sample_profiles(
        shapes.trio(sex=Sex.MALE),
        [locus],
        ["father", "child", "mother"],
        5,
        rng,
        known={"mother": {"X": ("2", "2")}},
    )
    assert drawn["father"].shape == (1, 5)
    assert drawn["child"].tolist() == [[1] * 5]
    assert drawn["mother"].tolist() == [[1] * 5, [1] * 5]


def test_impossible_known_genotypes_are_said():
    known = {"father": ("1", "1"), "child": ("2", "2")}
    with pytest.raises(UserError, match="impossible on this pedigree"):
        sample_genotypes(shapes.trio(), SNP, ["mother"], 3, np.random.default_rng(1), known=known)


def test_exclusion_of_a_stranger_by_one_parent():
    """Parent 1/1 excludes whoever lacks allele 1."""
    found = missing_person_exclusion(
        shapes.parent_and_child(), "child", {"parent": {"L": ("1", "1")}}, [SNP]
    )
    assert found.per_marker[0] == pytest.approx((1 - P[0]) ** 2)
    assert sum(found.distribution) == pytest.approx(1.0)


def test_inclusion_means_are_exact():
    """Parent 1/1: the child's other allele is a draw; LR is 1/p1 for 1/1, 1/(2 p1) else."""
    found = inclusion_power(
        shapes.parent_and_child(),
        "child",
        {"parent": {"L": ("1", "1")}},
        [SNP],
        draws=4000,
        rng=np.random.default_rng(1),
    )
    p = P[0]
    assert found.mean_lr[0] == pytest.approx(p / p + (1 - p) / (2 * p))
    mean = p * np.log10(1 / p) + (1 - p) * np.log10(1 / (2 * p))
    assert found.mean_log10 == pytest.approx(mean)
    assert abs(found.log10_lr.mean() - mean) < 4 * found.standard_error
    assert found.power(1.0) == 1.0


def test_a_parent_is_asked_before_a_grandparent():
    family = shapes.grandparents(sex=Sex.MALE)
    loci = [Locus(f"L{k}", ("1", "2", "3"), P) for k in range(3)]
    order = whom_to_ask(
        family,
        "grandchild",
        {},
        loci,
        ["grandmother", "parent", "grandfather"],
        draws=50,
        rng=np.random.default_rng(4),
    )
    assert order[0].person == "parent"
    assert order[0].gain > order[1].gain > 0.0
    with pytest.raises(UserError, match="typed already"):
        whom_to_ask(
            family, "grandchild", {}, loci, ["grandchild"], draws=5, rng=np.random.default_rng(1)
        )


def test_gains_without_genotypes_are_the_mean_of_those_with():
    family = shapes.grandparents(sex=Sex.MALE)
    loci = [Locus(f"L{k}", ("1", "2", "3"), P) for k in range(3)]
    asked = ["parent", "grandmother", "grandfather"]
    now, found = expected_gains(
        family, "grandchild", [], asked, loci, draws=400, rng=np.random.default_rng(4)
    )
    assert now == pytest.approx(0.0, abs=1e-12)
    other = whom_to_ask(
        family, "grandchild", {}, loci, asked, draws=400, rng=np.random.default_rng(5)
    )
    by_person = {one.person: one for one in other}
    assert found[0].person == other[0].person == "parent"
    for one in found:
        error = np.hypot(one.standard_error, by_person[one.person].standard_error)
        assert abs(one.mean_log10 - by_person[one.person].mean_log10) < 4 * error
    # with the parent typed a grandparent tells nothing more
    now, (last,) = expected_gains(
        family, "grandchild", ["parent"], ["grandmother"], loci, draws=50,
        rng=np.random.default_rng(6),
    )  # fmt: skip
    assert now > 0.0 and last.gain == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(UserError, match="cannot give a sample"):
        expected_gains(
            family, "grandchild", ["grandchild"], [], loci, draws=2, rng=np.random.default_rng(1)
        )


def test_too_entangled_is_said_before_memory_is_taken():
    men = [(f"m{k}", None, None, 1) for k in range(8)]
    women = [(f"f{k}", None, None, 2) for k in range(8)]
    kids = [(f"k{i}{j}", f"m{i}", f"f{j}", 1) for i in range(8) for j in range(8)]
    pedigree = shapes.Pedigree.of(*men, *women, *kids)
    locus = Locus.of(
        "L", [str(k) for k in range(10, 20)], [0.1] * 10, MutationModel.same("onestep", rate=0.01)
    )
    seen = {name: ("12", "15") for name, *_ in kids}
    with pytest.raises(UserError, match="too entangled") as told:
        log_likelihoods(pedigree, locus, [seen])
    assert f"limit {MEMORY_LIMIT / 2**30:.3g} GiB" in str(told.value)


def test_two_hundred_persons_and_a_thousand_markers_do_not_underflow():
    rows, couples, number = [("0m", None, None, 1), ("0f", None, None, 2)], [("0m", "0f")], 0
    while len(rows) < 200:
        father, mother = couples.pop(0)
        for _ in range(3):
            number += 1
            rows += [(f"{number}m", father, mother, 1), (f"{number}f", None, None, 2)]
            couples.append((f"{number}m", f"{number}f"))
    pedigree = shapes.Pedigree.of(*rows[:200])
    rare = Locus("L", ("1", "2"), np.array([1e-6, 1 - 1e-6]))
    seen = {row[0]: ("1", "1") for row in rows[:200]}
    value = log_likelihoods(pedigree, rare, [seen])[0]
    founders = sum(row[1] is None for row in rows[:200])
    assert value == pytest.approx(2 * founders * np.log(1e-6), rel=1e-12)
    assert 1000 * value < -1e5  # far below the smallest float
