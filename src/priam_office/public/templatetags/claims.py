"""Tags for templates that need the names of the parties, from ``view`` in the context."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from priam_office.public import words

__all__ = ["register"]

register = template.Library()
register.filter("known", words.unit)


@register.simple_tag(takes_context=True)
def party(context: dict[str, Any], code: str) -> str:
    """Name of a party or kind of speaker."""
    return words.party(code, context["view"].names)


@register.simple_tag(takes_context=True)
def measure(context: dict[str, Any], code: str) -> str:
    """Name of a measure."""
    return words.measure(code, context["view"].names)


@register.simple_tag
def claims_under(ids: Iterable[str]) -> str:
    """Address of the page that lists these claims."""
    return f"{reverse('claims')}?{urlencode([('id', one) for one in ids])}"
