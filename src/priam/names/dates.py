"""Partial dates as lists write them.

A date has a year, a month and a day, each may be missing: ``12.05.1985``, ``1985-05-12``,
``12/05/85``, ``12-May-85``, ``12 травня 1985 р.``, ``12 мая 1985 г.``, ``May 12, 1985``,
``05.1985``, ``1985``, ``00.00.1985``, ``??.05.1985``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from priam.errors import InputError

__all__ = ["UNKNOWN", "PartialDate", "day_comes_second", "parse_date"]


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date of which parts may be unknown (0)."""

    year: int = 0
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        if not (self.year or self.month or self.day):
            return ""
        text = f"{self.year:04d}" if self.year else "----"
        if self.month or self.day:
            text += f"-{self.month:02d}" if self.month else "---"
        return text + (f"-{self.day:02d}" if self.day else "")


UNKNOWN = PartialDate()

_MONTHS = (
    "січ янв сту jan", "лют фев feb", "бер мар сак mar", "кві апр кра apr",
    "тра май мая may мая", "чер июн чэр jun", "лип июл ліп jul", "сер авг жні aug",
    "вер сен sep", "жов окт кас oct", "лис ноя ліс nov", "гру дек сне dec",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_NOTHING = {"", "-", "?", "—", "н/д", "нет", "немає", "невідомо", "неизвестно", "unknown", "n/a"}
_NOTHING |= {"null", "none", "nan", "na", "невядома", "б/д", "nat"}
_ISO = re.compile(r"(\d{4})[-./](\d{1,2}|\?+|x+)[-./](\d{1,2}|\?+|x+)(?:[t ].*)?$")
_THREE = re.compile(r"(\d{1,2}|[?x_*]+)[-./ ]+(\d{1,2}|[?x_*]+)[-./ ]+(\d{4}|\d{2})$")
_WORDS = re.compile(r"(?:(\d{1,2}|\?+)[\s.-]+)?([^\W\d]{3,})[\s.,-]+(?:(\d{1,2}),?\s+)?(\d{4})$")
# as spreadsheets write: 5-Mar-85, Mar-85
_SHEET = re.compile(r"(?:(\d{1,2})[\s.-]+|(?=\S+-))([^\W\d]{3,})[\s.-]+(\d{2})$")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-./](\d{4})$|(\d{4})-(\d{1,2})$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_TAIL = re.compile(r"\s*(?:року|рік|года|год|р\.?\s?н\.?|г\.?\s?р\.?|р\.|г\.|р|г|year)$")


def parse_date(
    text: str,
    *,
    month_first: bool = False,
    any_day: bool = False,
    file: str = "",
    where: str = "",
) -> PartialDate:
    """A date from text; an unreadable one is an error that names file and place.

    ``month_first`` reads 05/12/1985 as 12 May; see :func:`day_comes_second`. ``any_day`` lets
    31 February pass: a wrong date still says much of the right one.
    """
    try:
        return _checked_day(_parse(text, month_first), any_day)
    except ValueError as error:
        raise InputError(
            f"{text!r} is not a date ({error}); write it as 1985-05-12, 12.05.1985, "
            "12 May 1985, 05.1985 or 1985",
            file=file or None,
            where=where,
        ) from None


@lru_cache(maxsize=1 << 17)
def _parse(text: str, month_first: bool) -> PartialDate:
    plain = _TAIL.sub("", " ".join(text.lower().replace("\u00a0", " ").split()))
    if plain in _NOTHING:
        return UNKNOWN
    if re.fullmatch(r"\d{4}", plain):
        return _checked(int(plain), 0, 0)
    if found := _ISO.match(plain) or _COMPACT.match(plain):
        return _checked(int(found[1]), _part(found[2]), _part(found[3]))
    if found := _THREE.match(plain):
        return _ordered(_part(found[1]), _part(found[2]), _year(found[3]), month_first)
    if found := _WORDS.match(plain):
        return _checked(int(found[4]), _month(found[2]), _part(found[1] or found[3] or "0"))
    if found := _SHEET.match(plain):
        return _checked(_year(found[3]), _month(found[2]), _part(found[1] or "0"))
    if found := _MONTH_YEAR.match(plain):
        return _checked(int(found[2] or found[3]), int(found[1] or found[4]), 0)
    raise ValueError("none of the known notations")


def _part(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _year(text: str) -> int:
    """Two digits mean the last hundred years: 85 is 1985, 05 is 2005."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= 26 else 1900)


def _month(word: str) -> int:
    for length in (4, 3):
        if word[:length] in _MONTH:
            return _MONTH[word[:length]]
    raise ValueError(f"{word!r} is not the name of a month")


def _ordered(first: int, second: int, year: int, month_first: bool) -> PartialDate:
    day, month = (second, first) if month_first else (first, second)
    if month > 12 >= day:
        day, month = month, day
    return _checked(year, month, day)


def _checked(year: int, month: int, day: int) -> PartialDate:
    if year and not 1850 <= year <= 2100:
        raise ValueError(f"the year {year} is outside 1850 to 2100")
    if month > 12:
        raise ValueError(f"there is no month {month}")
    if day > 31:
        raise ValueError(f"there is no day {day}")
    return PartialDate(year, month, day)


def _checked_day(date: PartialDate, any_day: bool) -> PartialDate:
    # a February of no year may have 29 days
    if (
        date.month
        and not any_day
        and date.day > calendar.monthrange(date.year or 2000, date.month)[1]
    ):
        raise ValueError(f"month {date.month} has no day {date.day}")
    return date


def day_comes_second(values: Iterable[str]) -> bool:
    """Whether a column writes the month first, as 05/31/1985: more second numbers than first
    ones are above 12."""
    balance = 0
    for value in values:
        if found := _THREE.match(" ".join(value.split())):
            balance += (_part(found[2]) > 12) - (_part(found[1]) > 12)
    return balance > 0
