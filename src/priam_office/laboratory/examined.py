"""Post-mortem and ante-mortem records as the rows that models of evidence read.

Only what has one meaning on both sides goes over: sex, age, stature, teeth. Free text (tattoos,
effects, places) is shown side by side to people and weighs nothing here: two descriptions in
different words are not two different marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from priam.casework.sections import TEETH
from priam_office.cases.models import Section, Version
from priam_office.families.models import AntemortemSection
from priam_office.laboratory.subjects import in_batches

__all__ = ["ante_mortem", "examination_row", "person_row", "post_mortem", "years_of"]

Fields = Mapping[str, Mapping[str, Any]]  # section -> fields
_TREATED = {"filled", "crown", "bridge", "root canal", "implant", "prosthesis"}


def post_mortem(cases: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Case -> section -> fields, as the records stand."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for batch in in_batches(cases):
        sections = {s.event_id: s for s in Section.objects.filter(case__in=batch)}
        for ids in in_batches(sections):
            for version in Version.objects.filter(event_id__in=ids):
                section = sections[version.event_id]
                found.setdefault(section.case, {})[section.section] = version.fields
    return found


def ante_mortem(missing: Iterable[str]) -> dict[str, list[AntemortemSection]]:
    """Missing person -> what each reporter says, section by section."""
    found: dict[str, list[AntemortemSection]] = {}
    for batch in in_batches(missing):
        rows = AntemortemSection.objects.filter(missing_id__in=batch).order_by("key")
        for row in rows:
            found.setdefault(row.missing_id, []).append(row)
    return found


def examination_row(fields: Fields) -> dict[str, str]:
    """What the examiner says, as a row of ``examinations.csv`` without its case."""
    body = fields.get("400", {})
    age = body.get("age", {})
    low, high = age.get("from", age.get("to")), age.get("to", age.get("from"))
    return {
        "sex": _sex(body.get("sex", "")),
        "age_low": "" if low is None else str(low),
        "age_high": "" if high is None else str(high),
        "stature_cm": _middle(body.get("stature", {})),
        "dental": _teeth(fields.get("600", {}).get("teeth", {})),
    }


def person_row(facts: Mapping[str, Any], sections: Iterable[AntemortemSection]) -> dict[str, str]:
    """What is known of a missing person, as a row of ``persons.csv``; the first reporter who says
    something speaks."""
    years = years_of(facts)
    row = {
        "sex": _sex(facts.get("sex", "")),
        "birth_year": "" if years is None else str((years[0] + years[1]) // 2),
        "stature_cm": "",
        "dental": "",
    }
    for section in sections:
        if section.section == "400" and not row["stature_cm"]:
            row["stature_cm"] = _middle(section.fields.get("stature", {}))
        if section.section == "600" and not row["dental"]:
            row["dental"] = _teeth(section.fields.get("teeth", {}))
    return row


def years_of(facts: Mapping[str, Any]) -> tuple[int, int] | None:
    """Earliest and latest year of birth, if both are known."""
    born = facts.get("born") or {}
    years = [str(born.get(end) or "")[:4] for end in ("since", "through")]
    return (int(years[0]), int(years[1])) if all(y.isdigit() for y in years) else None


def _sex(value: str) -> str:
    return value if value in ("male", "female") else ""


def _middle(interval: Mapping[str, int]) -> str:
    ends = [interval[name] for name in ("from", "to") if name in interval]
    return str(round(sum(ends) / len(ends))) if ends else ""


def _teeth(teeth: Mapping[str, str]) -> str:
    """One character a tooth: treated ``x``, sound ``.``, not known ``?``; empty if all are."""
    marks = [
        "x" if teeth.get(number) in _TREATED else "." if teeth.get(number) == "sound" else "?"
        for row in TEETH
        for number in row
    ]
    return "".join(marks) if set(marks) != {"?"} else ""
