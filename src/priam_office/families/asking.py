"""Whom to ask next for a reference sample, in plain words and without a genotype.

What a sample would bring depends on the shape of the family alone: who is whose child, who gave a
sample already. It is computed once for a shape and kept (:func:`priam.kinship.power.expected_gains`
with the packaged frequency table), whatever the names in it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from priam.events import Member
from priam.genetics.frequencies import load_packaged
from priam.genetics.kits import kit
from priam.genetics.markers import marker_of
from priam.kinship.locus import Locus, loci_of_table
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.power import Suggestion, expected_gains
from priam_office.families import drawing, pedigrees
from priam_office.families.queries import FamilyPage, display_name

__all__ = ["ENOUGH", "Advice", "Candidate", "advice", "shape_key"]

#: log10 of the LR that a conclusion needs with 70,000 missing persons at 99.95 % (the design).
ENOUGH = 8.15
_TABLE, _KIT = "nist1036-cauc", "GlobalFiler"
_DRAWS, _SEED = 32, 20250602
_LITTLE = 0.3  # log10: what is below is not worth a visit


@dataclass(frozen=True)
class Candidate:
    """A relative who has given no sample, and what one would bring."""

    drawn: drawing.Drawn
    words: str
    level: str  # "ok", "wait", "stop": how far the family gets with it
    step: int  # of 8, for the bar
    note: str


@dataclass(frozen=True)
class Advice:
    """For one missing person: how far the samples reach, and whom to ask, best first."""

    name: str
    words: str
    level: str
    step: int
    candidates: list[Candidate]


def advice(page: FamilyPage) -> list[Advice]:
    """For every missing person of the family who is looked for and drawn."""
    members = pedigrees.members_of(page.row.pedigree)
    if not members or pedigrees.problem(members, lambda member: member.id):
        return []
    rows = {row.member.id: row for row in drawing.drawn(page)}
    found = []
    for person in page.missing:
        member = next((m for m in members if m.missing == person.missing), None)
        if member is not None and person.status == "open":
            found.append(_advice(members, member, rows, display_name(person.facts)))
    return found


def _advice(
    members: tuple[Member, ...], member: Member, rows: dict[str, drawing.Drawn], name: str
) -> Advice:
    pedigree = pedigrees.pedigree_of(members, [member.id])
    kin = [rows[one] for one in pedigree.ids if one in rows]
    typed = [row.member.id for row in kin if row.sampled]
    asked = [
        row.member.id
        for row in kin
        if not (row.sampled or row.member.missing or row.member.deceased)
    ]
    now, found = _gains(pedigree, member.id, typed, asked)
    candidates = [_candidate(rows[one.person], one) for one in found if one.gain >= _LITTLE]
    # nobody is sent first to somebody who is barred, or who has just said no
    candidates.sort(key=lambda one: (one.drawn.barred, one.drawn.withdrawn))
    return Advice(name, _so_far(now), _level(now), _step(now), candidates)


def _candidate(row: drawing.Drawn, one: Suggestion) -> Candidate:
    return Candidate(row, _with(one), _level(one.mean_log10), _step(one.mean_log10), _note(row))


def _so_far(now: float) -> str:
    if now >= ENOUGH:
        return _("The samples of this family are expected to be enough to recognise them.")
    if now >= ENOUGH - 3:
        return _("The samples of this family come close, but are not expected to be enough.")
    if now > _LITTLE:
        return _("The samples of this family tell little yet.")
    return _("There is no sample yet that may be used and could recognise them.")


def _with(one: Suggestion) -> str:
    if one.mean_log10 >= ENOUGH:
        return _("With this sample it is expected to be enough.")
    if one.gain >= 3:
        return _("Would help very much, though not enough alone.")
    if one.gain >= 1:
        return _("Would help.")
    return _("Would help a little.")


def _note(row: drawing.Drawn) -> str:
    if row.barred:
        return _("Must not be contacted.")
    if row.withdrawn:
        return _("Gave a sample and withdrew the consent: it is used again only if they say so.")
    if row.unnamed:
        return _("Not known by name yet: ask the family who this is.")
    return ""


def _level(log10: float) -> str:
    return "ok" if log10 >= ENOUGH else "wait" if log10 > _LITTLE else "stop"


def _step(log10: float) -> int:
    return max(0, min(8, round(8 * log10 / ENOUGH)))


# -- shapes ----------------------------------------------------------------------------------


def _gains(
    pedigree: Pedigree, missing: str, typed: list[str], asked: list[str]
) -> tuple[float, list[Suggestion]]:
    """As :func:`expected_gains`, computed once for all families of one shape."""
    order, key = shape_key(pedigree, missing, typed, asked)
    now, found = _of_shape(key)
    named = [
        Suggestion(order[int(one.person)], one.mean_log10, one.gain, one.standard_error)
        for one in found
    ]
    return now, named


Key = tuple[tuple[int, int, int], ...]
Shape = tuple[Key, int, tuple[int, ...], tuple[int, ...]]


def shape_key(
    pedigree: Pedigree, missing: str, typed: list[str], asked: list[str]
) -> tuple[list[str], Shape]:
    """The family without its names: members in an order that depends on their places alone.

    Members are told apart by their own marks, then by those of parents and children, until
    nothing changes; of those that stay alike one is singled out, which is the same whichever it
    is, and so on until all differ.
    """
    start = {
        person.id: (int(person.sex), person.id == missing, person.id in typed, person.id in asked)
        for person in pedigree.persons
    }
    marks = _refined(pedigree, _numbered(start))
    while len(set(marks.values())) < len(marks):
        alike = min(mark for mark in marks.values() if list(marks.values()).count(mark) > 1)
        single = next(one for one in pedigree.ids if marks[one] == alike)
        split = {one: (mark, one == single) for one, mark in marks.items()}
        marks = _refined(pedigree, _numbered(split))
    order = sorted(pedigree.ids, key=lambda one: marks[one])
    place = {one: n for n, one in enumerate(order)}
    rows = tuple(
        (int(pedigree[one].sex), _at(place, pedigree[one].father), _at(place, pedigree[one].mother))
        for one in order
    )
    sets = (tuple(sorted(place[one] for one in some)) for some in (typed, asked))
    return order, (rows, place[missing], *sets)


def _refined(pedigree: Pedigree, marks: dict[str, int]) -> dict[str, int]:
    """Marks in which whoever has unlike parents or children is unlike."""
    while True:
        around = {
            person.id: (
                marks[person.id],
                marks.get(person.father or "", -1),
                marks.get(person.mother or "", -1),
                tuple(sorted(marks[child] for child in pedigree.children[person.id])),
            )
            for person in pedigree.persons
        }
        after = _numbered(around)
        if len(set(after.values())) == len(set(marks.values())):
            return after
        marks = after


def _numbered(values: Mapping[str, Any]) -> dict[str, int]:
    """The place of each value among the different ones."""
    places = {value: n for n, value in enumerate(sorted(set(values.values())))}
    return {one: places[value] for one, value in values.items()}


def _at(place: dict[str, int], one: str | None) -> int:
    return -1 if one is None else place[one]


@functools.lru_cache(maxsize=4096)
def _of_shape(key: Shape) -> tuple[float, tuple[Suggestion, ...]]:
    rows, missing, typed, asked = key
    persons = [
        Person(
            str(n),
            None if father < 0 else str(father),
            None if mother < 0 else str(mother),
            Sex(sex),
        )
        for n, (sex, father, mother) in enumerate(rows)
    ]
    now, found = expected_gains(
        Pedigree(tuple(persons)),
        str(missing),
        [str(n) for n in typed],
        [str(n) for n in asked],
        _loci(),
        draws=_DRAWS,
        rng=np.random.default_rng(_SEED),
    )
    return now, tuple(found)


@functools.cache
def _loci() -> tuple[Locus, ...]:
    """Autosomal markers of a usual kit that the packaged table has."""
    table = load_packaged(_TABLE)
    names = set(kit(_KIT).markers)
    chosen = [name for name in table if name in names and marker_of(name).system == "autosomal"]
    return tuple(loci_of_table(table, markers=chosen))
