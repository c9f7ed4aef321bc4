"""Pedigrees: what is refused and how, and coefficients with known values."""

from __future__ import annotations

import pytest

from priam.errors import UserError
from priam.kinship import pedigree as shapes
from priam.kinship.pedigree import Pedigree, Person, Sex


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "at least one person"),
        ([("a",), ("a",)], "'a' stands twice"),
        ([("", None, None, 1)], "empty identifier"),
        ([("m", None, None, 2), ("c", "f", "m", 1)], "father 'f' of person 'c' is not in"),
        ([("f", None, None, 1), ("c", "f", None, 1)], "'c' has only a father"),
        ([("f", None, None, 2), ("m", None, None, 2), ("c", "f", "m")], "'f' of person 'c' is fem"),
        ([("f", None, None, 1), ("m", None, None, 0), ("c", "f", "m")], "a mother is female"),
        (
            [("m", None, None, 2), ("a", "b", "m", 1), ("b", "a", "m", 1)],
            "is his or her own ancestor",
        ),
        ([("a", None, None, "boy")], "sex 'boy' is not known"),
    ],
)
def test_bad_pedigrees_are_refused(rows, said):
    with pytest.raises(UserError, match=said):
        Pedigree.of(*rows)


@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_founder_inbreeding_is_a_probability(value):
    with pytest.raises(UserError, match="not in"):
        Pedigree((Person("a", inbreeding=value),))


def test_founder_inbreeding_is_for_founders():
    with pytest.raises(UserError, match="has parents"):
        shapes.trio().with_inbreeding({"child": 0.1})


def test_unknown_person_is_named():
    with pytest.raises(UserError, match="'uncle' is not in the pedigree"):
        shapes.trio()["uncle"]


@pytest.mark.parametrize(
    ("pedigree", "pair", "expected"),
    [
        (shapes.trio(), ("father", "child"), 1 / 4),
        (shapes.siblings("a", "b"), ("a", "b"), 1 / 4),
        (shapes.half_siblings("a", "b"), ("a", "b"), 1 / 8),
        (shapes.half_siblings("a", "b", shared=Sex.FEMALE), ("a", "b"), 1 / 8),
        (shapes.grandparents(), ("grandfather", "grandchild"), 1 / 8),
        (shapes.avuncular(), ("uncle", "nephew"), 1 / 8),
        (shapes.cousins("a", "b"), ("a", "b"), 1 / 16),
        (shapes.double_cousins("a", "b"), ("a", "b"), 1 / 8),
        (shapes.great_nephew(), ("uncle", "great-nephew"), 1 / 16),
        (shapes.singletons("a", "b"), ("a", "b"), 0.0),
    ],
)
def test_kinship_of_the_usual_shapes(pedigree, pair, expected):
    assert pedigree.kinship(*pair) == expected
    assert pedigree.kinship(*pair[::-1]) == expected


def test_cousin_marriage_has_a_loop_and_an_inbred_child():
    base = shapes.cousins("a", "b", sex=Sex.FEMALE)
    rest = tuple(person for person in base.persons if person.id != "a")
    husband = Person("a", "father 1", "mother 1", Sex.MALE)
    married = Pedigree((*rest, husband, Person("child", "a", "b")))
    assert married.loops == 1
    assert married.inbreeding("child") == 1 / 16
    assert shapes.cousins().loops == 0


def test_components_and_order():
    pedigree = Pedigree.of(
        ("C", "F", "M", 1), ("F", None, None, 1), ("U", None, None, 0), ("M", None, None, 2)
    )
    assert pedigree.components == (("C", "F", "M"), ("U",))
    assert pedigree.order.index("C") > max(pedigree.order.index(p) for p in "FM")
    assert pedigree.subset(["U"]).ids == ("U",)


def test_relabel_keeps_the_shape():
    other = shapes.trio().relabel({"father": "X", "child": "Y"})
    assert other["Y"].father == "X"
    assert other.kinship("X", "Y") == 1 / 4


def test_one_known_parent_is_completed_on_request():
    rows = [{"id": "f", "sex": "male"}, {"id": "c", "father": "f"}]
    with pytest.raises(UserError, match="only a father"):
        Pedigree.from_records(rows)
    made = Pedigree.from_records(rows, complete_parents=True)
    assert made["c"].mother == "parent of c"


def test_sex_against_amelogenin_names_the_person():
    pedigree = shapes.trio(sex=Sex.FEMALE)
    with pytest.raises(UserError, match="'child' is female in the pedigree but amelogenin"):
        pedigree.check_sex("child", male=True)
    pedigree.check_sex("child", male=False)
