"""Filters for templates: numbers, dates and names in the language of the page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import template

from priam_office.public import words

__all__ = ["register"]

register = template.Library()
register.filter("figure", words.number)
register.filter("share", words.percent)
register.filter("when", words.when)
register.filter("qualifier", words.qualifier)
register.filter("unit", words.unit)
register.filter("event_type", words.event_type)


@register.filter
def web_address(url: str) -> str:
    """The address if a browser may follow it: http or https with a host; otherwise nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


@register.filter
def unlocalized(value: int) -> str:
    """A number for an address: digits only."""
    return str(value)


@register.filter
def between(low: object, high: object) -> str:
    """A range of numbers, or the one number where both ends read the same."""
    return _range(words.number(low), words.number(high))


@register.filter
def share_between(low: float | None, high: float | None) -> str:
    """A range of shares."""
    return _range(words.percent(low), words.percent(high))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}\u2013{high}"
