"""A list of persons from a file: encoding, separator, header names and dates are recognised.

Which column was taken for which field is part of the result and is written out beside every
match, so that nobody has to guess. What cannot be read in a single cell is a notice with line and
column; what would make the whole list useless is an error.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from priam.errors import InputError
from priam.formats.delimited import Delimited, parse_delimited
from priam.names.dates import UNKNOWN, PartialDate, day_comes_second, parse_date
from priam.names.letters import clean

__all__ = ["FIELDS", "NameList", "Person", "offer_mapping", "parse_list", "read_list"]

#: The fields a list may have; ``name`` is a whole name in one column.
FIELDS = (
    "id", "name", "surname", "given", "patronymic", "birth_date", "place", "unit",
    "death_date", "death_place", "tag", "sex",
)  # fmt: skip
_DATES = ("birth_date", "death_date")


@dataclass(frozen=True)
class Person:
    """One row as read: texts as written (cleaned), dates with unknown parts."""

    id: str
    texts: Mapping[str, str]
    birth: PartialDate
    death: PartialDate
    line: int


@dataclass(frozen=True)
class NameList:
    """A list as read; ``sha256`` is of the file's bytes, ``notices`` are single bad cells."""

    file: str
    persons: tuple[Person, ...]
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    encoding: str
    separator: str
    sha256: str
    notices: tuple[str, ...] = field(default=())


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", "", clean(header).lower().replace("ё", "е")) or header.strip()


@cache
def _synonyms() -> tuple[dict[str, str], list[tuple[str, str]]]:
    text = resources.files("priam.names").joinpath("data/headers.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    exact = {_plain(word): name for name, words in raw["exact"].items() for word in words.split()}
    contains = [
        (_plain(word), name) for name, words in raw["contains"].items() for word in words.split()
    ]
    return exact, contains


def offer_mapping(
    header: tuple[str, ...], given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Field -> column, as recognised; ``given`` (field -> column) goes first.

    An exact header name wins over one that only contains a telling word; each column is used
    once and each field has one column.
    """
    mapping = dict(given or {})
    exact, contains = _synonyms()
    for column in header:
        name = exact.get(_plain(column))
        if name and name not in mapping and column not in mapping.values():
            mapping[name] = column
    for column in header:
        if column in mapping.values():
            continue
        for word, name in contains:
            if word in _plain(column) and name not in mapping:
                mapping[name] = column
                break
    return mapping


def read_list(
    path: str | Path, *, mapping: Mapping[str, str] | None = None, encoding: str | None = None
) -> NameList:
    """Read a list of persons; errors name the file, the line and the column."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from error
    return parse_list(data, file=str(path), mapping=mapping, encoding=encoding)


def parse_list(
    data: bytes,
    *,
    file: str = "",
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> NameList:
    """As :func:`read_list`, from bytes: a list that must not lie on a disk in the open."""
    table = parse_delimited(data, file=file, encoding=encoding)
    chosen = _checked_mapping(table, mapping)
    ids, columns = _ids(table, chosen), {f: table.column(c) for f, c in chosen.items()}
    notices: list[str] = []
    dates = {name: list(_dates(table, chosen, name, notices)) for name in _DATES}
    persons = []
    for row, identity in enumerate(ids):
        texts = {f: clean(values[row]) for f, values in columns.items() if f not in _DATES}
        persons.append(
            Person(
                identity,
                texts,
                dates["birth_date"][row],
                dates["death_date"][row],
                table.lines[row],
            )
        )
    if not persons:
        raise InputError("has a header but no rows; at least one person was expected", file=file)
    return NameList(
        file=file,
        persons=tuple(persons),
        mapping=chosen,
        unused=tuple(column for column in table.header if column not in chosen.values()),
        encoding=table.encoding,
        separator=table.separator,
        sha256=hashlib.sha256(data).hexdigest(),
        notices=tuple(notices),
    )


def _checked_mapping(table: Delimited, given: Mapping[str, str] | None) -> dict[str, str]:
    for name, column in (given or {}).items():
        if name not in FIELDS:
            raise InputError(
                f"{name!r} is no field; fields are {', '.join(FIELDS)}", file=table.file
            )
        if column not in table.header:
            raise InputError(
                f"there is no column {column!r}; columns are {', '.join(table.header)}",
                file=table.file,
                where="line 1",
            )
    mapping = offer_mapping(table.header, given)
    if not {"name", "surname"} & set(mapping):
        raise InputError(
            f"no column holds a name; columns are {', '.join(table.header)}; say which with "
            "--map surname=COLUMN or --map name=COLUMN",
            file=table.file,
            where="line 1",
        )
    if "id" not in mapping:
        mapping |= _unique_column(table, set(mapping.values()))
    return mapping


def _unique_column(table: Delimited, taken: set[str]) -> dict[str, str]:
    """A column of unknown name whose values are all there and all different serves as the id."""
    for column in table.header:
        values = table.column(column)
        if column not in taken and all(values) and len(set(values)) == len(values):
            return {"id": column}
    return {}


def _ids(table: Delimited, mapping: Mapping[str, str]) -> list[str]:
    if "id" not in mapping:
        return [str(line) for line in table.lines]
    seen: dict[str, int] = {}
    column = table.header.index(mapping["id"])
    for row, value in enumerate(table.column(mapping["id"])):
        if not value:
            raise InputError("the id is empty", file=table.file, where=table.where(row, column))
        if value in seen:
            raise InputError(
                f"the id {value!r} stands already on line {table.lines[seen[value]]}; every row "
                "needs its own: give one of the two another, or name another column with "
                "--map id=COLUMN",
                file=table.file,
                where=table.where(row, column),
            )
        seen[value] = row
    return list(seen)


_DIGIT_LOOKS = str.maketrans("OoОоlI|ЗзSБ", "0000111335" + "6")


def _dates(
    table: Delimited, mapping: Mapping[str, str], name: str, notices: list[str]
) -> Iterator[PartialDate]:
    if name not in mapping:
        yield from (UNKNOWN for _ in table.rows)
        return
    values, column = table.column(mapping[name]), table.header.index(mapping[name])
    month_first, bad = day_comes_second(values), 0
    for row, value in enumerate(values):
        where = table.where(row, column)
        try:
            yield parse_date(value, month_first=month_first, file=table.file, where=where)
        except InputError as error:
            bad += 1
            notices.append(str(error))
            yield _mended(value, month_first)
    if bad > 20 and bad > len(values) / 3:
        raise InputError(f"{bad} of {len(values)} cells are no dates; the first: {notices[-bad]}")


def _mended(value: str, month_first: bool) -> PartialDate:
    """What can be saved of a bad date: look-alike digits are read, a day that its month has not
    is kept, else the year alone."""
    try:
        return parse_date(value.translate(_DIGIT_LOOKS), month_first=month_first, any_day=True)
    except InputError:
        year = re.search(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)", value)
        return PartialDate(int(year[1])) if year else UNKNOWN
