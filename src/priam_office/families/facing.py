"""Records field by field: reporters beside each other, and ante-mortem facing post-mortem.

Nothing is decided here which of two values is right; rows say whether values are the same, near
or apart, and all are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from priam.casework.sections import SECTIONS, TOOTH, YESNO, RecordField
from priam_office.families.words import word

__all__ = [
    "BothRow",
    "FacingRow",
    "both",
    "compare",
    "in_words",
    "record_beside",
    "reporters_beside",
]


@dataclass(frozen=True)
class FacingRow:
    """One field: its label, the values in the order of the columns ("" for nothing said), and
    ``standing``: ``same``, ``near``, ``apart`` or "" where fewer than two speak."""

    label: str
    values: list[str]
    standing: str


def in_words(field: RecordField, value: Any) -> str:
    """A value of a record as text in the present language."""
    if value in (None, "", [], {}):
        return ""
    if field.kind == "interval":
        ends = [str(value[end]) for end in ("from", "to") if end in value]
        text = ends[0] if len(set(ends)) == 1 else "–".join(ends)
        if "from" not in value:
            text = _("at most %s") % text
        elif "to" not in value:
            text = _("at least %s") % text
        return f"{text} {_(field.unit)}" if field.unit else text
    if field.kind == "teeth":
        return "; ".join(f"{tooth} {_(TOOTH[state])}" for tooth, state in sorted(value.items()))
    if field.kind in ("choice", "yesno"):
        known = YESNO if field.kind == "yesno" else dict(field.choices)
        return _(known.get(value, str(value)))
    if field.kind == "choices":
        return ", ".join(_(dict(field.choices).get(each, each)) for each in value)
    return f"{value} {_(field.unit)}" if field.unit else str(value)


def compare(field: RecordField, values: Sequence[Any]) -> str:
    """``same``, ``near`` or ``apart`` for what is said; "" where fewer than two speak.

    Intervals that overlap are near, and so are teeth of which no two are told differently. Free
    text that differs is only ever near: whether it contradicts is for a person to read.
    """
    said = [value for value in values if value not in (None, "", [], {})]
    if len(said) < 2:
        return ""
    if all(value == said[0] for value in said[1:]):
        return "same"
    if field.kind == "interval":
        low = max(value.get("from", 0) for value in said)
        high = min(value.get("to", 10**9) for value in said)
        return "near" if low <= high else "apart"
    if field.kind == "teeth":
        return "apart" if _teeth_differ(said) else "near"
    if field.kind in ("text", "long"):
        plain = {" ".join(str(value).casefold().split()) for value in said}
        return "same" if len(plain) == 1 else "near"
    return "near" if _unknown(said) else "apart"


def _teeth_differ(said: Sequence[Mapping[str, str]]) -> bool:
    teeth = {tooth for value in said for tooth in value}
    return any(len({value[t] for value in said if t in value}) > 1 for t in teeth)


def _unknown(said: Sequence[Any]) -> bool:
    """Whether the values differ only in that somebody does not know."""
    return len({str(v) for v in said} - {"unknown", "not known", "not determined"}) < 2


def reporters_beside(section: str, columns: Sequence[Any]) -> list[FacingRow]:
    """The fields in which a reporter says something, a column for each reporter."""
    return record_beside(section, [column.fields for column in columns], "am")


def record_beside(section: str, records: Sequence[Mapping[str, Any]], side: str) -> list[FacingRow]:
    """The fields of ``side`` with the values of each record."""
    rows = []
    for field in SECTIONS[section].asked(side):
        values = [record.get(field.key) for record in records]
        if any(value not in (None, "", [], {}) for value in values):
            rows.append(
                FacingRow(
                    _(field.label_for(side)),
                    [in_words(field, value) for value in values],
                    compare(field, values),
                )
            )
    return rows


@dataclass(frozen=True)
class BothRow:
    """One field of both records: what each reporter says (who, value), and what was found."""

    label: str
    told_label: str
    told: list[tuple[str, str]]
    found: str
    standing: str


def both(
    section: str,
    told: Sequence[Any],
    found: Mapping[str, Mapping[str, Any]],
    people: Mapping[str, Mapping[str, str]],
) -> list[BothRow]:
    """The fields of a section in which either side says something.

    ``told`` are the reporters' sections, ``found`` the post-mortem fields by section. Reporters
    are named by what they are to the missing person, not by name.
    """
    rows = []
    values = found.get(section, {})
    for field in SECTIONS[section].fields:
        here = values.get(field.key)
        there = [(row.reporter, row.fields.get(field.key)) for row in told]
        said = [
            (_as_what(people.get(who)), in_words(field, value))
            for who, value in there
            if in_words(field, value)
        ]
        shown = in_words(field, here)
        if said or shown:
            standing = _standing(field, here, [value for _who, value in there])
            rows.append(BothRow(_(field.label), _(field.label_for("am")), said, shown, standing))
    return rows


def _as_what(person: Mapping[str, str] | None) -> str:
    return word(person["of"], person["kind"]) if person else "—"


def _standing(field: RecordField, here: Any, there: Sequence[Any]) -> str:
    """All reporters the same as what was found: same; none near it: apart; else near."""
    beside = _teeth_beside if field.kind == "teeth" else compare
    each = {found for value in there if (found := beside(field, [value, here]))}
    if not each:
        return ""
    return each.pop() if len(each) == 1 else "near"


_TREATED = {"filled", "crown", "bridge", "root canal", "caries", "broken", "implant", "prosthesis"}
_UNTOUCHED = {"sound", "unerupted"}


def _teeth_beside(field: RecordField, values: Sequence[Any]) -> str:
    """Teeth as told and as found: a tooth may be treated or lost later, but never heals.

    ``apart`` where one tooth cannot have become what was found, ``same`` where none differs.
    """
    told, found = (value or {} for value in values)
    both = told.keys() & found.keys()
    if not both:
        return ""
    if any(_cannot_become(told[tooth], found[tooth]) for tooth in both):
        return "apart"
    return "same" if all(told[tooth] == found[tooth] for tooth in both) else "near"


def _cannot_become(told: str, found: str) -> bool:
    if told == "missing before":
        return found not in ("missing before", "implant", "bridge", "prosthesis")
    return told in _TREATED and found in _UNTOUCHED
