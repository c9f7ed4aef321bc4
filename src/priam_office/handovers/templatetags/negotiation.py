"""Filters of the pages of negotiations."""

from __future__ import annotations

from typing import Any

from django import template

from priam_office import dates
from priam_office.handovers import words

register = template.Library()
register.filter("moment", dates.moment)
register.filter("said", words.said)


@register.filter
def get(table: dict[str, Any], key: str) -> Any:
    """What stands under the key; empty where nothing does."""
    return table.get(key, "")


@register.simple_tag(takes_context=True)
def party(context: dict[str, Any], code: str) -> str:
    """The name of a party, from ``names`` in the context."""
    return words.party(code, context["names"])
