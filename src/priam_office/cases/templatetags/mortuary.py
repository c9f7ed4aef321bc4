"""Filters of the mortuary's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext

from priam.casework.sections import TOOTH, YESNO, RecordField
from priam.casework.skeleton import BONES, COMPLETENESS, SIDES
from priam_office.cases import words
from priam_office.people.refusals import in_words

__all__ = ["register"]

register = template.Library()
register.filter("moment", words.moment)
register.filter("waited", words.waited)
register.filter("detail", words.detail)
register.filter("refusal", in_words)

_TABLES = {
    "finding": words.FINDING,
    "stage": words.STAGE,
    "status": words.STATUS,
    "sample": words.SAMPLE,
    "place": words.PLACE,
    "state": words.OF_CASE,
    "thing": words.THING,
    "act": words.ACT,
    "import": words.IMPORT,
    "side": SIDES,
    "completeness": COMPLETENESS,
}


@register.filter
def word(code: str, table: str) -> str:
    """The word for a code in a table of :mod:`priam_office.cases.words`."""
    return gettext(_TABLES[table].get(code, code))


@register.filter
def bone(code: str) -> str:
    """The name of a bone."""
    return gettext(BONES[code].label) if code in BONES else code


@register.filter
def said(text: str) -> str:
    """A text of :mod:`priam.casework` in the language of the page."""
    return gettext(text) if text else ""


@register.filter
def get(table: Any, key: Any) -> Any:
    """An entry of a dictionary; nothing where there is none."""
    return table.get(key) if hasattr(table, "get") else None


@register.filter
def shown(value: Any, field: RecordField) -> str:
    """A value of a record in words."""
    if value in (None, "", [], {}):
        return ""
    unit = f" {gettext(field.unit)}" if field.unit else ""
    if field.kind == "interval":
        low, high = value.get("from"), value.get("to")
        if low is not None and high is not None:
            return f"{low}–{high}{unit}" if low != high else f"{low}{unit}"
        return f"≥ {low}{unit}" if low is not None else f"≤ {high}{unit}"
    if field.kind == "teeth":
        return "; ".join(f"{t}: {gettext(TOOTH[s])}" for t, s in sorted(value.items()))
    if field.kind == "yesno":
        return gettext(YESNO[value])
    if field.kind == "choices":
        return ", ".join(gettext(each) for each in value)
    return gettext(value) if field.kind == "choice" else f"{value}{unit}"


@register.filter
def stage_chip(stage: str) -> str:
    """The class of the chip of a stage."""
    return {"ended": "ok", "results": "told"}.get(stage, "wait")


@register.filter
def status_chip(status: str) -> str:
    """The class of the chip of a sample's status."""
    return {"taken": "wait", "sent": "told", "received": "ok"}.get(status, "")
