"""Expected LR of a family's shape, against exact sums."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from priam.genetics.mutation import MutationModel
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.power import expected_ratios
from priam.kinship.sampling import drop_genotypes

FAMILY = Pedigree(
    (
        Person("F", sex=Sex.MALE), Person("M", sex=Sex.FEMALE),
        Person("A", "F", "M", Sex.MALE), Person("B", "F", "M", Sex.MALE),
        Person("S", "F", "M", Sex.FEMALE), Person("W", sex=Sex.FEMALE),
        Person("C", "A", "W", Sex.MALE),
    )
)  # fmt: skip
LOCUS = Locus.of(
    "L", ("1", "2", "3"), [0.2, 0.3, 0.5], MutationModel.same("proportional", rate=0.02)
)
GENOTYPES = list(itertools.combinations_with_replacement(LOCUS.alleles, 2))


def _probability(seen):
    return float(np.exp(log_likelihoods(FAMILY, LOCUS, [seen])[0]))


def _exact(typed, required):
    """Mean log10 LR and the chance to reach ``required``, over everything that may be seen."""
    mean = reach = 0.0
    for own in GENOTYPES:
        for known in itertools.product(GENOTYPES, repeat=len(typed)):
            seen = dict(zip(typed, known))
            joint = _probability({**seen, "A": own})
            ratio = joint / _probability(seen) / _probability({"A": own})
            mean += joint * np.log10(ratio)
            reach += joint * (ratio >= required)
    return mean, reach


def test_means_and_chances_equal_exact_sums():
    found = expected_ratios(
        FAMILY, "A", ["M"], ["F", "S"], [LOCUS], required=1.5, draws=20_000,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert found[0].person == ""
    for one in found:
        mean, reach = _exact(["M", one.person] if one.person else ["M"], 1.5)
        assert one.mean_log10 == pytest.approx(mean, abs=5 * one.standard_error)
        assert one.reach == pytest.approx(reach, abs=0.02)
    assert [one.person for one in found[1:]] == ["F", "S"]  # the other parent helps more


def test_only_a_child_tells_brothers_apart():
    found = expected_ratios(
        FAMILY, "A", ["M"], ["F", "S", "C"], [LOCUS] * 8, required=1e3, draws=300,
        rng=np.random.default_rng(2), rival="B",
    )  # fmt: skip
    gain = {one.person: one.mean_log10 for one in found}
    assert gain["F"] == pytest.approx(0.0, abs=1e-9)
    assert gain["S"] == pytest.approx(0.0, abs=1e-9)
    assert found[1].person == "C" and gain["C"] > 0.2


def test_dropped_genotypes_have_the_distribution_of_the_pedigree():
    drawn = drop_genotypes(FAMILY, LOCUS, 40_000, np.random.default_rng(3))
    for pair in itertools.product(GENOTYPES, repeat=2):
        seen = dict(zip(("A", "C"), pair))
        equal = np.ones(40_000, dtype=bool)
        for name, labels in seen.items():
            wanted = sorted(LOCUS.alleles.index(a) for a in labels)
            shown = np.sort(drawn[name], axis=0)
            equal &= (shown[0] == wanted[0]) & (shown[1] == wanted[1])
        assert equal.mean() == pytest.approx(_probability(seen), abs=0.006)
