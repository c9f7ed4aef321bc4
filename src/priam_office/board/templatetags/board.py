"""Words of the board in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam_office.dates import moment
from priam_office.families.templatetags.families import span
from priam_office.laboratory.reasons import in_words
from priam_office.laboratory.templatetags.laboratory import PROPOSED, PROPOSED_CHIPS

register = template.Library()
register.filter("in_words", in_words)
register.filter("moment", moment)
register.filter("span", span)

_WORDS = {
    # conclusions of searches and decisions
    **PROPOSED,
    "set aside": gettext_noop("set aside before the search"),
    "other side": gettext_noop("of the other side"),
    "not identified": gettext_noop("not identified"),
    # statuses of a decision
    "proposed": gettext_noop("waits for signatures"),
    "signed": gettext_noop("signed by two"),
    "withdrawn": gettext_noop("withdrawn"),
    "reopened": gettext_noop("reopened"),
    "science": gettext_noop("science"),
    "law": gettext_noop("law"),
    # kinds of conflicts
    "same person twice": gettext_noop("one missing person for two individuals"),
    "two answers": gettext_noop("one individual with two answers"),
    "linked case left out": gettext_noop("a linked case is left out"),
    "newer search disagrees": gettext_noop("a newer search disagrees"),
    "sex differs": gettext_noop("sex differs"),
    "seen alive later": gettext_noop("seen alive after the remains were here"),
    "excluded by DNA": gettext_noop("excluded by DNA"),
    "age differs": gettext_noop("age differs"),
    "person no longer sought": gettext_noop("the person is no longer sought"),
    "by hand": gettext_noop("raised by hand"),
    # lines of evidence beside DNA
    "sex": gettext_noop("sex"),
    "age": gettext_noop("age"),
    "stature": gettext_noop("stature"),
    "dental": gettext_noop("teeth"),
    # reasons against release
    "open conflict": gettext_noop("a conflict is open"),
    "link not decided": gettext_noop("a linked case is not part of the decision"),
    "no decision": gettext_noop("there is no decision signed by two"),
    "own side": gettext_noop("the decision does not say that it is of the other side"),
    # what reopening touches
    "case": gettext_noop("Case without an answer again"),
    "decision": gettext_noop("Decision that rests on it and falls with it"),
    "family": gettext_noop("Family that may hold the wrong person"),
    "conflict": gettext_noop("Conflict that is still open"),
}
_CHIPS = {
    **PROPOSED_CHIPS, "other side": "told", "proposed": "wait", "signed": "ok", "reopened": "stop",
}  # fmt: skip


@register.filter
def said(code: str) -> str:
    """A code of the record in the reader's language; words of people as they are."""
    return _(_WORDS[code]) if code in _WORDS else code


@register.filter
def mark(code: str) -> str:
    """The look of a conclusion or status."""
    return _CHIPS.get(code, "")


@register.filter
def percent(millionths: Any) -> str:
    """Millionths as per cent, never rounded up to certainty."""
    if millionths in (None, ""):
        return "–"
    value = int(millionths)
    if value >= 999_999:
        return _("over %s %%") % formats.number_format("99.9999")
    places = 4 if value > 990_000 else 2
    return f"{formats.number_format(value / 10_000, decimal_pos=places)} %"


@register.filter
def of_person(ratio: Any, person: str) -> str:
    """Alleles of one relative at a marker."""
    return "/".join(ratio.relatives.get(person, ())) or "–"
