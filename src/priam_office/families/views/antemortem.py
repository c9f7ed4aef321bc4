"""The ante-mortem record: what each reporter says, section by section, saved as it is typed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from priam.casework.sections import (
    SECTIONS,
    TEETH,
    TOOTH,
    YESNO,
    FieldError,
    RecordField,
    canonical_fields,
    cleaned,
)
from priam.errors import UserError
from priam.labels.tags import TagError, parse
from priam_office.families import actions, facing, queries
from priam_office.families.views.missing import place_of
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = ["edit", "face", "facing_case", "revision", "section"]


@require_safe
@requires("families.view")
def section(request: HttpRequest, missing: str, section: str) -> HttpResponse:
    """One section as all reporters tell it, facing each other and the post-mortem record."""
    _known(section)
    person = queries.missing_person(missing)
    note_read(request.user, "identity", f"missing/{missing}", "missing-section")
    people = queries.reporters(person)
    said = queries.sections(missing, section)
    columns = [row for row in said if row.fields]
    context = {
        "person": person,
        "section": SECTIONS[section],
        "sections": _ASKED.values(),
        "reporters": people,
        "columns": columns,
        "rows": facing.reporters_beside(section, columns),
        "silent": {
            key: who for key, who in people.items() if key not in {c.reporter for c in said}
        },
    }
    return render(request, "families/antemortem.html", context)


#: Sections in which somebody who knew the person is asked anything.
_ASKED = {number: section for number, section in SECTIONS.items() if section.asked("am")}


def _known(section: str) -> None:
    if section not in _ASKED:
        raise Http404


@require_http_methods(["GET", "POST"])
@requires("families.work")
def edit(request: HttpRequest, missing: str, section: str, reporter: str) -> HttpResponse:
    """Write down what one reporter says. Every pause in typing saves a revision."""
    _known(section)
    person = queries.missing_person(missing)
    people = queries.reporters(person)
    if reporter not in people:
        raise Http404
    if request.method == "POST":
        return _save(request, missing, section, reporter)
    note_read(request.user, "identity", f"missing/{missing}", "missing-section-edit")
    said = {row.reporter: row for row in queries.sections(missing, section)}
    own = said.get(reporter)
    numbers = list(_ASKED)
    at = numbers.index(section)
    context = {
        "person": person,
        "section": SECTIONS[section],
        "sections": _ASKED.values(),
        "reporter": reporter,
        "who": people[reporter],
        "revision": own.revision if own else 0,
        "saved_at": own.saved_at if own else "",
        "fields": [
            _field(field, own.fields if own else {}, _others(said, reporter, field, people))
            for field in SECTIONS[section].asked("am")
        ],
        "teeth": TEETH,
        "tooth_states": [(code, _(text)) for code, text in TOOTH.items()],
        "before": numbers[at - 1] if at else "",
        "after": numbers[at + 1] if at + 1 < len(numbers) else "",
        "revisions": queries.revisions(missing, section, reporter),
    }
    return render(request, "families/antemortem_edit.html", context)


def _field(field: RecordField, values: dict[str, Any], others: list[Any]) -> dict[str, Any]:
    value = values.get(field.key, "")
    pairs = tuple(YESNO.items()) if field.kind == "yesno" else field.choices
    return {
        "key": field.key,
        "label": _(field.label_for("am")),
        "kind": field.kind,
        "unit": _(field.unit) if field.unit else "",
        "help": _(field.help) if field.help else "",
        "choices": [(code, _(text)) for code, text in pairs],
        "value": value,
        "ends": value if isinstance(value, dict) else {},
        "others": others,
    }


def _others(
    said: dict[str, Any], reporter: str, field: RecordField, people: dict[str, dict[str, str]]
) -> list[tuple[str, str]]:
    """What the other reporters say in the same field: (who, value in words)."""
    return [
        (people.get(key, {}).get("name", "—"), facing.in_words(field, row.fields[field.key]))
        for key, row in said.items()
        if key != reporter and field.key in row.fields
    ]


def _save(request: HttpRequest, missing: str, section: str, reporter: str) -> HttpResponse:
    """Save; the answer is a small line that replaces the last one, also when it is refused."""
    seen = place_of(request.POST.get("revision")) or 0
    context: dict[str, Any] = {"revision": seen}
    try:
        fields = canonical_fields(cleaned(section, "am", _values(section, request.POST)))
        if fields != _last(missing, section, reporter):
            context["revision"] = actions.save_section(
                missing, section, reporter, fields, seen, by=request.user
            )
        context["saved"] = True
    except FieldError as error:
        context["refused"] = _expected(section, error.key)
    except UserError as error:
        context["refused"] = sentence(error)
    if request.headers.get("HX-Request") != "true" and "saved" in context:
        return redirect("missing-section", missing, section)
    return render(request, "families/_saved.html", context)


def _expected(section: str, key: str) -> str:
    """What a field takes, for whoever wrote something else into it."""
    field = next((f for f in SECTIONS[section].asked("am") if f.key == key), None)
    if field is None:
        return _("there is no such field")
    expected = {
        "number": _("expected a whole number"),
        "interval": _("expected whole numbers, the first not above the second"),
        "date": _("expected a date such as 2025, 2025-06 or 2025-06-16"),
    }
    text = expected.get(field.kind, _("the text is too long, or no choice of this field"))
    return f"{_(field.label_for('am'))}: {text}"


def _last(missing: str, section: str, reporter: str) -> str:
    """What is saved already, so that nothing changed saves nothing."""
    row = next((r for r in queries.sections(missing, section) if r.reporter == reporter), None)
    return canonical_fields(row.fields) if row else canonical_fields({})


def _values(section: str, asked: QueryDict) -> dict[str, Any]:
    """Values of the fields as the form sends them: ends of an interval and teeth come apart."""
    values: dict[str, Any] = {}
    for field in SECTIONS[section].asked("am"):
        if field.kind == "interval":
            ends = {end: asked.get(f"{field.key}.{end}", "").strip() for end in ("from", "to")}
            values[field.key] = {end: text for end, text in ends.items() if text}
        elif field.kind == "teeth":
            teeth = (tooth for row in TEETH for tooth in row)
            states = {tooth: asked.get(f"{field.key}.{tooth}", "") for tooth in teeth}
            values[field.key] = {tooth: state for tooth, state in states.items() if state}
        elif field.kind == "choices":
            values[field.key] = asked.getlist(field.key)
        else:
            values[field.key] = asked.get(field.key, "")
    return values


@require_safe
@requires("families.view")
def revision(request: HttpRequest, missing: str, event_id: str) -> HttpResponse:
    """One saved state of a section, as it was then."""
    from priam_office.families.models import SectionRevision
    from priam_office.record.acts import body
    from priam_office.record.queries import event

    person = queries.missing_person(missing)
    row = SectionRevision.objects.filter(pk=event_id, missing=person).first()
    if row is None:
        raise Http404
    note_read(request.user, "identity", f"missing/{missing}", "missing-revision")
    fields = json.loads(body(event(event_id))["fields"])
    known = {field.key: field for field in SECTIONS[row.section].asked("am")}
    values = [
        (_(known[key].label_for("am")), facing.in_words(known[key], value))
        for key, value in fields.items()
        if key in known
    ]
    who = queries.reporters(person).get(row.reporter, {"name": "—", "kind": ""})
    context = {"person": person, "row": row, "who": who, "values": values}
    return render(request, "families/revision.html", context)


@require_safe
@requires("board.view")
def face(request: HttpRequest, missing: str) -> HttpResponse:
    """From a scanned label to the two records side by side."""
    queries.missing_person(missing)
    try:
        tag = parse(request.GET.get("case", ""))
    except TagError:
        messages.error(request, _("This is no valid label; scan it again."))
        return redirect("missing", missing)
    return redirect("missing-facing", missing, tag)


@require_safe
@requires("board.view")
def facing_case(request: HttpRequest, missing: str, case: str) -> HttpResponse:
    """The ante-mortem record facing the post-mortem record of one case, field by field.

    The page names nobody: those of the board who see no names read it too.
    """
    person = queries.missing_person(missing)
    found = queries.postmortem(case)
    note_read(request.user, "identity", f"missing/{missing}", "missing-facing")
    people = queries.reporters(person)
    told: dict[str, list[Any]] = {}
    for row in queries.sections(missing):
        told.setdefault(row.section, []).append(row)
    context = {
        "person": person,
        "case": case,
        "sections": [
            (section, rows)
            for section in SECTIONS.values()
            if (rows := facing.both(section.number, told.get(section.number, ()), found, people))
        ],
    }
    return render(request, "families/facing.html", context)
