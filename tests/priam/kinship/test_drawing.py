"""Drawings: what must be in the picture, and that the layout obeys its rules for any pedigree."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.errors import UserError
from priam.kinship.drawing import draw, in_words
from priam.kinship.layout import lay_out
from priam.kinship.pedigree import Pedigree, Sex, cousins, half_siblings, trio

SVG = "{http://www.w3.org/2000/svg}"


def test_symbols_by_sex_and_marks() -> None:
    text = draw(trio("F", "M", "C"), typed=["F"], missing=["C"], deceased=["M"], title="A family")
    root = ElementTree.fromstring(text)
    people = [node for node in root.iter() if "person" in node.get("class", "").split()]
    assert [node.tag.removeprefix(SVG) for node in people] == ["rect", "circle", "polygon"]
    assert [node.get("class") for node in people] == ["person typed", "person", "person missing"]
    titles = [node.text for node in root.iter(f"{SVG}title")]
    assert titles == [
        "A family",
        "F, male, with a profile",
        "M, female, deceased",
        "C, sex unknown, missing",
    ]


def test_the_picture_can_be_read_aloud() -> None:
    root = ElementTree.fromstring(draw(trio("F", "M", "C"), missing=["C"]))
    assert root.get("role") == "img"
    described = root.findtext(f"{SVG}desc")
    assert described == in_words(trio("F", "M", "C"), missing=["C"])
    assert "C: sex unknown, child of F and M, missing." in str(described)


def test_labels_may_be_left_out_or_replaced() -> None:
    assert ">F</text>" not in draw(trio("F", "M", "C"), labels=False)
    replaced = draw(trio("F", "M", "C"), labels={"F": "PRM-1"})
    assert ">PRM-1</text>" in replaced and ">M</text>" not in replaced


def test_markup_in_a_label_stays_text() -> None:
    text = draw(trio("<b>", 'M"&', "C"), title="<script>alert(1)</script>")
    assert "<script" not in text and "<b>" not in text
    ElementTree.fromstring(text)


def test_marks_on_strangers_are_refused() -> None:
    with pytest.raises(UserError, match="'X' is marked typed but is not in the pedigree"):
        draw(trio(), typed=["X"])


def _double_lines(text: str) -> int:
    rows = [float(found) for found in re.findall(r'<line x1="[^"]*" y1="([^"]*)"', text)]
    return sum(abs(abs(two - one) - 5.0) < 0.01 for one, two in pairwise(rows))


def test_related_spouses_have_a_double_line() -> None:
    married = cousins("A", "B").relabel({}).with_persons()
    sexes = {"A": Sex.MALE, "B": Sex.FEMALE}
    rows = [(p.id, p.father, p.mother, sexes.get(p.id, p.sex)) for p in married.persons]
    assert _double_lines(draw(Pedigree.of(*rows))) == 0
    assert _double_lines(draw(Pedigree.of(*rows, ("K", "A", "B", 1)))) == 1


def test_half_siblings_stand_under_their_own_parents() -> None:
    layout = lay_out(half_siblings("one", "other"))
    middle = layout.place("shared parent")
    assert (layout.place("one") < middle) != (layout.place("other") < middle)
    assert all(layout.adjacent(couple) for couple in layout.couples)


def test_spouses_stand_on_one_level_and_founders_come_down() -> None:
    pedigree = Pedigree.of(
        ("G", None, None, 1),
        ("H", None, None, 2),
        ("F", "G", "H", 1),
        ("M", None, None, 2),
        ("C", "F", "M", 1),
        ("X", None, None, 1),
        ("Y", None, None, 2),
        ("W", "X", "Y", 2),
        ("K", "C", "W", 1),
    )
    level = lay_out(pedigree).level
    assert level == {"G": 0, "H": 0, "F": 1, "M": 1, "C": 2, "X": 1, "Y": 1, "W": 2, "K": 3}


def test_a_father_and_his_daughter_can_be_drawn() -> None:
    pedigree = Pedigree.of(
        ("F", None, None, 1), ("M", None, None, 2), ("D", "F", "M", 2), ("K", "F", "D", 1)
    )
    assert lay_out(pedigree).level == {"F": 0, "M": 0, "D": 1, "K": 2}
    assert _double_lines(draw(pedigree)) == 1


@st.composite
def pedigrees(draw_: st.DrawFn) -> Pedigree:
    """Any pedigree: founders, then children of any two persons of different sex."""
    founders = draw_(st.integers(1, 6))
    rows: list[tuple] = [(f"p{n}", None, None, draw_(st.integers(1, 2))) for n in range(founders)]
    for number in range(founders, founders + draw_(st.integers(0, 9))):
        men = [row[0] for row in rows if row[3] == 1]
        women = [row[0] for row in rows if row[3] == 2]
        if not men or not women:
            break
        parents = draw_(st.sampled_from(men)), draw_(st.sampled_from(women))
        rows.append((f"p{number}", *parents, draw_(st.integers(1, 2))))
    return Pedigree.of(*rows)


@settings(max_examples=60)
@given(pedigrees())
def test_any_pedigree_is_laid_out_by_the_rules(pedigree: Pedigree) -> None:
    layout = lay_out(pedigree)
    shown = [node for row in layout.rows for node in row if not node.through]
    assert sorted(node.person for node in shown) == sorted(pedigree.ids)
    for person in pedigree.persons:
        for parent in filter(None, (person.father, person.mother)):
            assert layout.level[parent] < layout.level[person.id]
    for row in layout.rows:
        places = [layout.x[node] for node in row]
        gaps = [right - left for left, right in pairwise(places)]
        assert all(gap > 0.59 for gap in gaps)
    assert ElementTree.fromstring(draw(pedigree)).get("viewBox")


def test_a_large_pedigree_is_drawn() -> None:
    rows: list[tuple] = [("a0", None, None, 1), ("b0", None, None, 2)]
    for number in range(1, 60):
        rows.append((f"a{number}", f"a{(number - 1) // 3}", f"b{(number - 1) // 3}", 1))
        rows.append((f"b{number}", None, None, 2))
    assert draw(Pedigree.of(*rows)).count('class="person"') == 120
