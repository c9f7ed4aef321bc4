"""Persons as comparable records: folded names, date parts, places, and blocking keys.

One row a person, columns as in :data:`COLUMNS`; an empty text is stored as None (unknown).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from priam.names.dates import PartialDate
from priam.names.folding import consonants, fold, neighbour_spelling, surname_base
from priam.names.given import given_key, initials, known_given
from priam.names.parts import Habits, NameParts, split_name
from priam.names.patronymics import patronymic_key
from priam.names.places import place_keys, tag_key, unit_keys
from priam.names.reading import NameList, Person
from priam.names.sexes import sex_of_names, sex_said

__all__ = ["COLUMNS", "records"]

#: Columns of a record and what they hold.
COLUMNS = {
    "uid": "number of the person in its list, from 0",
    "surname": "surname without its gender, folded",
    "surname_skeleton": "its consonants",
    "surname_parts": "its parts at a hyphen and former surnames, folded",
    "given": "key of the given name (its fold where no table knows it)",
    "given_fold": "fold of the given name as written",
    "given_skeleton": "its consonants",
    "given_known": "whether a table knows the given name",
    "given_initials": "letters that may stand for it",
    "patronymic": "key of the father's name",
    "patronymic_skeleton": "its consonants",
    "patronymic_initials": "letters that may stand for it",
    "sex": "female or male where the row shows it",
    "birth_year": "year, or None",
    "birth_month": "month, or None",
    "birth_day": "day, or None",
    "death_year": "year, or None",
    "death_month": "month, or None",
    "death_day": "day, or None",
    "place": "skeletons of the words of the place",
    "death_place": "skeletons of the words of the place of death",
    "unit": "numbers of the unit",
    "tag": "tag without blanks",
    "keys": "blocking keys; two records are compared if they share one",
}


def records(names: NameList, habits: Habits) -> pa.Table:
    """The comparable records of a list, in its order."""
    # In blocks, because rows as Python objects take ten times the memory of the table.
    blocks = [_block(names, start, habits) for start in range(0, len(names.persons), _BLOCK)]
    return pa.concat_tables(blocks)


_BLOCK = 10_000


def _block(names: NameList, start: int, habits: Habits) -> pa.Table:
    persons = enumerate(names.persons[start : start + _BLOCK], start)
    rows = [_record(index, person, habits) for index, person in persons]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


_TEXTS = pa.list_(pa.string())
_TYPES = {"uid": pa.int64(), "given_known": pa.bool_()}
_LISTS = ("surname_parts", "given_initials", "patronymic_initials", "place", "death_place", "unit")
_TYPES |= dict.fromkeys((*_LISTS, "keys"), _TEXTS)
_TYPES |= {name: pa.int32() for name in COLUMNS if name.endswith(("year", "month", "day"))}
_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def _record(index: int, person: Person, habits: Habits) -> dict[str, Any]:
    parts = split_name(person, habits)
    row: dict[str, Any] = {"uid": index, **_name_columns(parts)}
    row["sex"] = sex_said(person.texts.get("sex", "")) or row["sex"]
    for name, date in (("birth", person.birth), ("death", person.death)):
        row |= {f"{name}_{part}": getattr(date, part) or None for part in ("year", "month", "day")}
    for name, keys in (("place", place_keys), ("death_place", place_keys), ("unit", unit_keys)):
        row[name] = list(keys(person.texts.get(name, ""))) or None
    row["tag"] = tag_key(person.texts.get("tag", "")) or None
    row["keys"] = sorted(_keys(row, person.birth))
    return row


def _name_columns(parts: NameParts) -> dict[str, Any]:
    surname, given, patronymic, former = neighbour_spelling(
        [parts.surname, parts.given, parts.patronymic, parts.former]
    )
    pieces, before = (text.replace(" ", "-").split("-") for text in (surname, former))
    folded = "".join(map(surname_base, pieces))
    key, father = given_key(given), patronymic_key(patronymic)
    return {
        "surname": folded or None,
        "surname_skeleton": consonants(folded) or None,
        "surname_parts": [surname_base(piece) for piece in (*pieces, *before) if piece] or None,
        "given": key or None,
        "given_fold": fold(given) or None,
        "given_skeleton": consonants(key) or None,
        "given_known": known_given(given),
        "given_initials": list(initials(given, key)) or None,
        "patronymic": father or None,
        "patronymic_skeleton": consonants(father) or None,
        "patronymic_initials": list(initials(patronymic, father)) or None,
        "sex": sex_of_names(surname, given, patronymic) or None,
    }


def _keys(row: dict[str, Any], birth: PartialDate) -> set[str]:
    """Blocking keys. Each error that a list is known to make leaves at least one key alone."""
    surnames = {consonants(part)[:6] for part in row["surname_parts"] or () if len(part) > 2}
    if row["surname_skeleton"]:
        surnames.add(row["surname_skeleton"][:6])
    given, father = row["given_skeleton"] or "", row["patronymic_skeleton"] or ""
    year, tag = row["birth_year"], row["tag"]
    around = [f"u{key}" for key in row["unit"] or ()] + [f"p{key}" for key in row["place"] or ()]
    keys = _tag_keys(tag or "")
    for surname in surnames:
        keys |= _surname_keys(surname, given, father, year, around)
        keys |= _near_keys(surname, given, father, year, around)
    if given and father:
        keys |= {f"gf{given}|{father}|{surname[:1]}" for surname in surnames}
        keys |= {f"gf{given}|{father}|{spot}" for spot in around}
        keys |= {f"gfy{given}|{father}|{year}"} if year else set()
    if given and year:
        keys |= {f"gy{given}|{year}|{spot}" for spot in around}
        ends = {end for name in surnames for end in (name[:1], f".{name[-1:]}")}
        keys |= {f"gm{given}|{year}.{birth.month}|{end}" for end in ends if birth.month}
    return keys | _date_keys(birth, surnames, given, father, around)


def _tag_keys(tag: str) -> set[str]:
    """A tag, and a long one with any one sign left out: one wrong sign, or two exchanged."""
    shorter = {tag[:i] + tag[i + 1 :] for i in range(len(tag))} if len(tag) > 5 else set()
    return {f"t{word}" for word in {tag} | shorter if len(word) > 3}


def _surname_keys(
    surname: str, given: str, father: str, year: int | None, around: list[str]
) -> set[str]:
    """The surname with one more thing that is right."""
    # Sorted, so that names in each other's place meet as well.
    keys = {"sg" + "|".join(sorted((surname, given)))} if given else {f"s{surname}"}
    keys |= {f"sf{surname}|{father}"} if father else set()
    keys |= {f"sy{surname}|{year}"} if year else set()
    keys |= {f"si{surname}|{given[:1]}|{father[:1]}"} if given and father else set()
    return keys | {f"sa{surname}|{spot}|{given[:1]}" for spot in around}


def _date_keys(
    birth: PartialDate, surnames: set[str], given: str, father: str, around: list[str]
) -> set[str]:
    """The full date, day and month in either order, or without its year."""
    if not (birth.year and birth.month and birth.day):
        return set()
    low, high = sorted((birth.month, birth.day))
    date = f"{birth.year}.{low}.{high}"
    keys = {f"dg{date}|{given[:2]}"} if given else set()
    keys |= {f"da{date}|{spot}" for spot in around}
    keys |= {f"df{date}|{father[:2]}"} if father else set()
    for surname in surnames:
        keys |= {f"dg{date}|{surname[:2]}", f"ds{date}|{surname[-2:]}."}
        keys.add(f"dm{low}.{high}|{surname[:3]}")
    return keys


def _near_keys(
    surname: str, given: str, father: str, year: int | None, around: list[str]
) -> set[str]:
    """The surname with any one consonant left out, beside the given name: typing errors."""
    if not given or len(surname) < 3:
        return set()
    beside = [f"{step}" for step in (year // 5, (year + 2) // 5)] if year else []
    beside += around + ([f"f{father[:2]}"] if father else [])
    shorter = {surname[:i] + surname[i + 1 :] for i in range(len(surname))} | {surname}
    return {f"n{word}|{given}|{spot}" for word in shorter for spot in beside}
