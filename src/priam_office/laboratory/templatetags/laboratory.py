"""How the laboratory writes numbers, words of the record and flags."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam_office.dates import moment
from priam_office.laboratory.reasons import in_words

register = template.Library()
register.filter("moment", moment)
register.filter("in_words", in_words)

PROPOSED = {
    "identified": gettext_noop("identified"),
    "probable": gettext_noop("probable"),
    "undecidable": gettext_noop("undecidable between several"),
    "inconclusive": gettext_noop("inconclusive"),
    "no family fits": gettext_noop("no family fits"),
    "likely of the other side": gettext_noop("likely of the other side"),
}
_WORDS = {
    # standings of an incoming profile
    "new": gettext_noop("first profile"),
    "same": gettext_noop("retest, agrees"),
    "differs": gettext_noop("retest, differs"),
    "repeated": gettext_noop("already recorded"),
    "unknown sample": gettext_noop("unknown sample"),
    # kinds
    "remains": gettext_noop("remains"),
    "reference": gettext_noop("relative"),
    "staff": gettext_noop("staff"),
    # sex
    "male": gettext_noop("male"),
    "female": gettext_noop("female"),
    "unknown": gettext_noop("not known"),
    # standing of a profile, status of a search
    "stands": gettext_noop("takes part"),
    "set aside": gettext_noop("set aside"),
    "requested": gettext_noop("waiting"),
    "finished": gettext_noop("finished"),
    "stopped": gettext_noop("stopped"),
    # quality
    "good": gettext_noop("good"),
    "degraded": gettext_noop("degraded"),
    "poor": gettext_noop("poor"),
    # flags
    "three alleles": gettext_noop("three or more alleles"),
    "off ladder": gettext_noop("off ladder"),
    "partial": gettext_noop("one allele of two"),
    "conflict": gettext_noop("runs differ"),
    "sex unclear": gettext_noop("sex unclear"),
    "outside": gettext_noop("outside the ladder"),
    "unknown marker": gettext_noop("unknown marker"),
    "quality": gettext_noop("quality"),
    # notes of a marker
    "no frequencies": gettext_noop("no frequencies in this table"),
    "one side only": gettext_noop("seen on one side only"),
    # stages of a search
    "": gettext_noop("waits for a worker"),
    "inputs": gettext_noop("writing what is compared"),
    "read": gettext_noop("reading"),
    "re-associate": gettext_noop("putting parts together"),
    "search": gettext_noop("comparing with families"),
    "joint": gettext_noop("weighing all together"),
    "record": gettext_noop("recording what was found"),
    # counts of a search
    "cases": gettext_noop("cases"),
    "individuals": gettext_noop("individuals, at least"),
    "missing persons": gettext_noop("missing persons compared"),
    "families": gettext_noop("families"),
    "candidates": gettext_noop("candidates"),
    "rejected": gettext_noop("records refused"),
    **PROPOSED,
    # who has no evidence to show
    "no profile": gettext_noop("The case has no profile that counts."),
    "no family": gettext_noop("The missing person has no family here now."),
    "no relatives": gettext_noop(
        "No relative in the drawing has a profile and consents to identification now."
    ),
    "called off": gettext_noop("called off"),
}
PROPOSED_CHIPS = {
    "identified": "ok", "probable": "told", "undecidable": "wait", "inconclusive": "wait",
    "likely of the other side": "told",
}  # fmt: skip
_CHIPS = {
    "new": "told", "same": "ok", "differs": "wait", "repeated": "", "unknown sample": "stop",
    "finished": "ok", "requested": "wait", "stopped": "stop", "stands": "ok", "set aside": "",
    "good": "ok", "degraded": "wait", "poor": "stop", **PROPOSED_CHIPS,
}  # fmt: skip


@register.filter
def word(code: str) -> str:
    """A code of the record in the reader's language; unknown codes as they are."""
    return _(_WORDS[code]) if code in _WORDS else code


@register.filter
def chip(code: str) -> str:
    """The look of a status."""
    return _CHIPS.get(code, "")


@register.filter
def log10(thousandths: Any) -> str:
    """Thousandths of log10 as a number with two places."""
    if thousandths is None or thousandths == "":
        return "–"
    return formats.number_format(int(thousandths) / 1000, decimal_pos=2, force_grouping=True)


@register.filter
def signed(value: float | None) -> str:
    """A log10 LR of one marker, with its sign."""
    if value is None:
        return ""
    if value == float("-inf"):
        return "−∞"
    text = formats.number_format(abs(value), decimal_pos=2)
    return f"{'−' if value < -0.005 else '+'}{text}"


@register.filter
def flag(text: str) -> dict[str, str]:
    """A stored flag, taken apart: marker, kind, words."""
    marker, kind, words = (*text.split("|", 2), "", "")[:3]
    return {"marker": marker, "kind": kind, "words": words}


@register.filter
def bar(value: float | None) -> int:
    """Size of a marker's bar, 0 to 100: three log10 units fill it."""
    return 0 if value is None or value == float("-inf") else min(100, round(abs(value) * 33))


@register.filter
def bar_start(value: float) -> int:
    """Where the bar of a marker that speaks against begins: it ends at the middle, 102."""
    return 102 - bar(value)


@register.filter
def join_alleles(alleles: tuple[str | None, ...]) -> str:
    """Alleles with a dot for one that was not observed."""
    return "/".join(allele or "·" for allele in alleles)
