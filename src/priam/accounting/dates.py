"""Partial dates of public statements: a day, a month or a year, no more than was said."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re

__all__ = ["Days", "days_of"]

Days = tuple[dt.date, dt.date]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@functools.lru_cache(maxsize=65536)
def days_of(text: str) -> Days | None:
    """First and last day that ``text`` may mean; ``None`` if it is no date.

    >>> days_of("2025-02")
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last_month = month or 12
    return first, dt.date(year, last_month, calendar.monthrange(year, last_month)[1])
