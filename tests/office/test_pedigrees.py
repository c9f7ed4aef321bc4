"""Laws of the pedigree editor, and of the shapes by which advice is kept."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam import events as ev
from priam.errors import UserError
from priam.kinship.drawing import draw
from priam.kinship.pedigree import Pedigree

verbs = st.sampled_from(
    ["parents", "brother", "sister", "partner", "son", "daughter", "remove", "set"]
)
steps = st.lists(st.tuples(verbs, st.integers(0, 30), st.integers(0, 30)), max_size=10)


def edited(script: Any) -> tuple[ev.Member, ...]:
    """A drawing after these presses; what is refused changes nothing."""
    from priam_office.families import pedigrees

    members = pedigrees.of_missing([("m1", "male"), ("m2", "male")])
    for verb, at, other in script:
        one, two = members[at % len(members)].id, members[other % len(members)].id
        try:
            members = _press(pedigrees, members, verb, one, two)
        except UserError as error:
            assert str(error).endswith(".")
    return members


def _press(pedigrees: Any, members: Any, verb: str, one: str, two: str) -> Any:
    if verb == "set":
        after = pedigrees.changed(members, one, father=two)
        return members if pedigrees.problem(after, lambda m: m.id) else after
    edits = {
        "parents": lambda: pedigrees.with_parents(members, one),
        "brother": lambda: pedigrees.with_sibling(members, one, "male"),
        "sister": lambda: pedigrees.with_sibling(members, one, "female"),
        "partner": lambda: pedigrees.with_partner(members, one),
        "son": lambda: pedigrees.with_child(members, one, "male"),
        "daughter": lambda: pedigrees.with_child(members, one, "female"),
        "remove": lambda: pedigrees.removed(members, one),
    }
    return edits[verb]()


@settings(max_examples=40)
@given(steps)
def test_whatever_is_pressed_the_drawing_can_be_drawn_and_computed_with(script: Any) -> None:
    from priam_office.families import pedigrees

    members = edited(script)
    assert pedigrees.problem(members, lambda m: m.id) == ""
    pedigree = pedigrees.pedigree_of(members)
    assert {m.id for m in members} <= set(pedigree.ids)
    assert {m.missing for m in members if m.missing} == {"m1", "m2"}
    assert len({m.id for m in members}) == len(members)
    if len(members) <= 8:  # the layout of a large one takes its time
        assert "<svg" in draw(pedigree, partners=pedigrees.couples(members), words="x")


@settings(max_examples=40)
@given(steps, st.integers(0, 2**16))
def test_a_shape_does_not_depend_on_names_or_order(script: Any, seed: int) -> None:
    from priam_office.families import pedigrees
    from priam_office.families.asking import shape_key

    members = edited(script)
    pedigree = pedigrees.pedigree_of(members, ["1"])
    typed = [one for one in pedigree.ids if one in ("2", "3")]
    asked = [one for one in pedigree.ids if one not in ("1", "2", "3")]
    rng = random.Random(seed)
    names = {one: f"x{n}" for n, one in enumerate(rng.sample(pedigree.ids, len(pedigree)))}
    renamed = pedigree.relabel(names)
    shuffled = Pedigree(tuple(rng.sample(renamed.persons, len(renamed))))
    order, key = shape_key(pedigree, "1", typed, asked)
    again, other = shape_key(
        shuffled, names["1"], [names[one] for one in typed], [names[one] for one in asked]
    )
    assert key == other
    alike = [n for n, one in enumerate(order) if names[one] != again[n]]
    assert all(pedigree[order[n]].sex == shuffled[again[n]].sex for n in alike)


def test_relatives_find_their_place_in_the_drawing() -> None:
    from priam_office.families import pedigrees

    members = pedigrees.of_missing([("m1", "male")])
    for person, relation in (
        ("mother", "mother"),
        ("wife", "spouse"),
        ("son", "son"),
        ("sister", "sister"),
        ("uncle", "uncle"),
        ("second", "mother"),
    ):
        name = ev.PersonName("Тест")
        told = ev.RelativeAdded(person, "f", name, relation, "m1")
        members = pedigrees.with_relative(members, told)
    by_person = {m.person: m for m in members if m.person}
    missing = next(m for m in members if m.missing)
    assert set(by_person) == {"mother", "wife", "son", "sister"}  # the rest is for a person to say
    assert missing.mother == by_person["mother"].id == by_person["sister"].mother
    assert by_person["son"].father == missing.id and by_person["son"].mother == by_person["wife"].id


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([ev.Member("1", "male", father="1")], "own ancestor"),
        ([ev.Member("1", "female"), ev.Member("2", father="1")], "two mothers"),
        ([ev.Member("1", "male"), ev.Member("2", mother="1")], "two fathers"),
        ([ev.Member("1"), ev.Member("2", mother="1")], "unknown"),
    ],
)
def test_a_mistake_is_one_sentence(members: list[ev.Member], says: str) -> None:
    from priam_office.families import pedigrees

    text = pedigrees.problem(members, lambda m: f"№ {m.id}")
    assert says in text and text.endswith(".") and "\n" not in text
    with pytest.raises(UserError, match=says):
        pedigrees.pedigree_of(members)


def test_an_unnamed_member_is_told_by_what_they_are_to_the_missing() -> None:
    from priam_office.families import pedigrees
    from priam_office.families.words import CODES

    members = (
        ev.Member("gf", "male"),
        ev.Member("gm", "female"),
        ev.Member("f", "male", "gf", "gm"),
        ev.Member("m", "female"),
        ev.Member("x", "male", "f", "m"),
        ev.Member("s", "female", "f", "m"),
        ev.Member("h", "male", "f", "other"),
        ev.Member("other", "female"),
        ev.Member("w", "female"),
        ev.Member("c", "female", "x", "w"),
        ev.Member("p", "unknown", "f", "m"),
        ev.Member("a", "female", "gf", "gm"),
    )
    said = {m.id: pedigrees.relation(members, m.id, "x") for m in members}
    assert said == {
        "gf": "grandfather",
        "gm": "grandmother",
        "f": "father",
        "m": "mother",
        "x": "",
        "s": "sister",
        "h": "half-brother",
        "other": "",
        "w": "spouse",
        "c": "daughter",
        "p": "",
        "a": "",
    }
    assert set(said.values()) - {""} <= set(CODES["relation"])
