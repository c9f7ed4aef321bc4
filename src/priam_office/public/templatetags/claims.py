"""Tags for templates that need the names of the parties, from ``view`` in the context."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from priam_office.public import words
from priam_office.public.discrepancies import subject_words

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


@register.simple_tag(takes_context=True)
def agreement_name(context: dict[str, Any], agreement: str) -> str:
    """Place and date of an agreement, or its id."""
    for one in context["view"].account.file.agreements:
        if one.id == agreement:
            place = words.unit(one.place) if one.place else ""
            return ", ".join(part for part in (place, words.when(one.concluded_on)) if part)
    return agreement


@register.simple_tag
def subject(text: str) -> str:
    """What a stored claim is about."""
    return subject_words(json.loads(text))
