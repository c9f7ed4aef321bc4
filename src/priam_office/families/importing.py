"""Missing persons from a list as people send it: read, looked at, then taken in wholly or not.

Encoding, separator, header names in three languages and dates are recognised by
:mod:`priam.names.reading`; one more column, the region, is looked for here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from priam import events as ev
from priam.errors import InputError
from priam.formats.delimited import Delimited, parse_delimited
from priam.names.dates import PartialDate
from priam.names.letters import guess_language
from priam.names.parts import learn_habits, split_name
from priam.names.reading import NameList, Person, offer_mapping, parse_list
from priam.names.sexes import sex_said

__all__ = ["MOST_ROWS", "Listed", "read"]

MOST_ROWS = 100_000
_REGION_HEADERS = {"region", "oblast", "область", "регіон", "регион"}


@dataclass(frozen=True)
class Listed:
    """What a list holds: facts with the line they stand on, how its columns were taken, and what
    could not be read in single cells."""

    people: tuple[tuple[int, ev.MissingFacts], ...]
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    notices: tuple[str, ...]
    encoding: str
    separator: str


def read(data: bytes, file: str = "", issuer: str = "") -> Listed:
    """The missing persons of a list; raises :class:`priam.errors.InputError` with the line.

    ``issuer`` says who gave the numbers in the list; without it a number's issuer is the list.
    """
    table = parse_delimited(data, file=file)
    if not {"name", "surname"} & set(offer_mapping(table.header)):
        found = ", ".join(table.header)[:200]
        raise InputError(
            f"no column holds a name; found {found}; call one surname, or name for a whole name",
            file=file,
            where="line 1",
        )
    names = parse_list(data, file=file)
    region = _column(table, _REGION_HEADERS)
    people = tuple(_people(names, table, region, issuer or file or "list"))
    own = {"region": region} if region else {}
    return Listed(
        people=people,
        mapping={**names.mapping, **own},
        unused=tuple(name for name in names.unused if name not in own.values()),
        notices=names.notices,
        encoding=names.encoding,
        separator=names.separator,
    )


def _people(
    names: NameList, table: Delimited, region: str, issuer: str
) -> Iterator[tuple[int, ev.MissingFacts]]:
    habits = learn_habits([names])
    regions = _values(table, region)
    by_line = dict(zip(table.lines, range(len(table.lines)), strict=True))
    for person in names.persons:
        row = by_line[person.line]
        parts = split_name(person, habits)
        written = ev.PersonName(
            *(part.strip()[:300] for part in (parts.surname, parts.given, parts.patronymic)),
            _language(person),
        )
        yield (
            person.line,
            ev.MissingFacts(
                names=(written,),
                sex=sex_said(person.texts.get("sex", "")) or "unknown",
                born=_span(person.birth),
                last_seen=_span(person.death),
                place=person.texts.get("death_place", ""),
                region=regions[row] or person.texts.get("place", ""),
                unit=person.texts.get("unit", ""),
                numbers=_numbers(person, issuer),
            ),
        )


def _column(table: Delimited, known: set[str]) -> str:
    return next((name for name in table.header if name.casefold().strip() in known), "")


def _values(table: Delimited, column: str) -> tuple[str, ...]:
    return table.column(column) if column else ("",) * len(table.rows)


def _numbers(person: Person, issuer: str) -> tuple[ev.Number, ...]:
    tag = person.texts.get("tag", "")
    return (ev.Number(issuer[:300], tag),) if tag else ()


def _span(date: PartialDate) -> ev.Span:
    """The date as exact as it is known; a day without its month, or no year, is no date."""
    if not date.year:
        return ev.Span()
    text = f"{date.year:04d}"
    if date.month:
        text += f"-{date.month:02d}" + (f"-{date.day:02d}" if date.day else "")
    return ev.Span(text, text)


def _language(person: Person) -> str:
    """The language of the spelling, as far as letters tell it; Ukrainian where they do not."""
    text = " ".join(person.texts.get(f, "") for f in ("name", "surname", "given", "patronymic"))
    found = guess_language(text)
    return "en" if found == "latin" else found or "uk"
