"""Words, dates and names on the pages of the family office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from priam_office import dates
from priam_office.dates import when
from priam_office.families import queries, words

register = template.Library()
register.filter("moment", dates.moment)


@register.filter
def word(code: str, kind: str) -> str:
    """The word for a code."""
    return words.word(kind, code) if code else ""


@register.filter
def name(facts: Mapping[str, Any]) -> str:
    """The name of a missing person, as written."""
    return queries.display_name(facts)


@register.filter
def written(name: Mapping[str, Any]) -> str:
    """One name as it is written."""
    return queries.written(name)


@register.filter
def span(value: Mapping[str, str] | None) -> str:
    """A date, or from one to another, in the form of the present language."""
    since, through = (value or {}).get("since", ""), (value or {}).get("through", "")
    if since == through:
        return when(since)
    return f"{when(since)} – {when(through)}"


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """A value by a key that is only known on the page."""
    return mapping.get(key, "")
