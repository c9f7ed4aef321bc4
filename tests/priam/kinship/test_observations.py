"""What is refused of a genotype and how, and the drop model by hand."""

from __future__ import annotations

import numpy as np
import pytest

from priam.errors import UserError
from priam.genetics.mutation import MutationModel
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Seen, observe
from priam.kinship.pedigree import Person, Sex

P = np.array([0.2, 0.3, 0.5])
LOCUS = Locus("TH01", ("6", "7", "9.3"), P)
X = Locus("DXS10103", ("6", "7", "9.3"), P, chromosome="X")
SON = Person("son", sex=Sex.MALE)


@pytest.mark.parametrize(
    ("value", "locus", "said"),
    [
        (("6", "11"), LOCUS, "person 'son', marker TH01: allele '11' is not in the frequency"),
        (("6", "7", "9.3"), LOCUS, r"person 'son', marker TH01: 3 alleles \(6, 7, 9.3\)"),
        (("6",), LOCUS, r"person 'son', marker TH01: one allele \(6\)"),
        (("6", "7"), X, r"person 'son', marker DXS10103: two X alleles \(6, 7\)"),
    ],
)
def test_bad_genotypes_name_person_marker_and_value(value, locus, said):
    with pytest.raises(UserError, match=said):
        observe(value, locus, SON)


def test_kinds_of_observations():
    assert observe(("7", "6"), LOCUS, SON).alleles == (1, 0)
    assert observe(("7", "7"), X, SON).alleles == (1,)
    assert observe((None, None), LOCUS, SON).kind == "nothing"
    assert observe(None, LOCUS, SON).kind == "nothing"
    half = observe(("7", None), LOCUS, SON).weights(3)
    assert half.tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def test_drop_model_by_hand():
    d, c = 0.2, 0.05
    model = DropModel(d, dropin=c)
    table = observe(Seen(("6",), model), LOCUS, SON).weights(3)
    assert table[0, 0] == pytest.approx((1 - d**2) * (1 - c))
    assert table[0, 1] == table[1, 0] == pytest.approx((1 - d) * d * (1 - c))
    assert table[1, 2] == pytest.approx(d * d * c * P[0])
    assert table[1, 1] == pytest.approx(d**2 * c * P[0])
    both = observe(Seen(("6", "7"), model), LOCUS, SON).weights(3)
    assert both[0, 1] == pytest.approx((1 - d) ** 2 * (1 - c))
    assert both[0, 0] == pytest.approx((1 - d**2) * c * P[1])
    own = DropModel(d, homozygote=0.01)
    assert observe(Seen((), own), LOCUS, SON).weights(3)[1, 1] == pytest.approx(0.01)


def test_without_drop_in_all_that_can_be_seen_sums_to_one():
    model = DropModel(0.3, homozygote=0.05)
    sets = [(), ("6",), ("7",), ("9.3",), ("6", "7"), ("6", "9.3"), ("7", "9.3")]
    total = sum(observe(Seen(s, model), LOCUS, SON).weights(3) for s in sets)
    np.testing.assert_allclose(total, 1.0, rtol=1e-14)


def test_two_samples_of_one_person_multiply():
    one, two = Seen(("6",), DropModel(0.1)), Seen(("6", "7"), DropModel(0.2))
    both = observe([one, two], LOCUS, SON).weights(3)
    parts = observe(one, LOCUS, SON).weights(3) * observe(two, LOCUS, SON).weights(3)
    np.testing.assert_array_equal(both, parts)


@pytest.mark.parametrize("value", [-0.1, 1.0, 2.0])
def test_drop_probabilities_are_checked(value):
    with pytest.raises(UserError, match="dropout probability"):
        DropModel(value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("L", ("1", "2"), np.array([0.5])), "2 alleles and 1 frequencies"),
        (("L", ("1", "1"), np.array([0.5, 0.5])), "'1' stands twice"),
        (("L", ("1", "2"), np.array([0.5, 0.4])), "sum to 0.9"),
        (("L", ("1", "2"), np.array([1.5, -0.5])), "negative"),
        (("L", ("1", "2"), P[:2] * 2, np.eye(3)), "has shape"),
        (("L", ("1", "2"), P[:2] * 2, np.ones((2, 2))), "do not sum to 1"),
    ],
)
def test_bad_loci_are_refused(arguments, said):
    with pytest.raises(UserError, match=said):
        Locus(*arguments)


def test_a_mutation_model_is_not_put_over_a_silent_allele():
    """It would let the silent allele mutate, and be seen from then on."""
    locus = Locus.of("L", ("1", "2"), P[:2] * 2, silent=0.02)
    with pytest.raises(UserError, match="before a silent allele"):
        locus.with_mutation(MutationModel.same("equal", rate=0.01))
