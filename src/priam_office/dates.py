"""Dates and times in the form of the present language, for all pages."""

from __future__ import annotations

import datetime
import re

from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, pgettext

__all__ = ["moment", "when"]

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def when(text: object) -> str:
    """A date, or a month, in the form of the present language; anything else as it is."""
    value = str(text or "")
    try:
        if found := _DAY.fullmatch(value):
            date = datetime.date(*map(int, found.groups()))
            return format_date(date, pgettext("date format", "j F Y"))
        if found := _MONTH.fullmatch(value):
            date = datetime.date(int(found[1]), int(found[2]), 1)
            text = format_date(date, pgettext("month format", "F Y"))
            return text if (get_language() or "en").startswith("en") else text.lower()
    except ValueError:
        return value
    return value


def moment(text: str) -> str:
    """A time of the record: day and minute, in UTC as it was written down."""
    found = parse_datetime(text) if text else None
    return f"{when(text[:10])}, {found:%H:%M}" if found else text
