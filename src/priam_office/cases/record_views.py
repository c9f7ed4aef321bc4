"""The post-mortem record, section by section, and photographs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from priam.casework.sections import SECTIONS, TEETH, TOOTH, YESNO
from priam.errors import UserError
from priam_office.cases import actions, photographs, queries
from priam_office.cases.forms import posted_fields
from priam_office.cases.models import Case, Photograph, Section, Version
from priam_office.people.permissions import requires
from priam_office.people.refusals import sentence

__all__ = ["FORM", "original", "photograph", "record", "section"]

#: What the fields of a section are drawn with.
FORM: dict[str, Any] = {"teeth": TEETH, "tooth_states": TOOTH, "yesno": YESNO}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def section(request: HttpRequest, tag: str, number: str) -> HttpResponse:
    """One section: it saves as one types, and with a button where there is no script."""
    row = Case.objects.filter(pk=tag).first()
    if row is None or number not in SECTIONS:
        raise Http404
    if request.method == "POST":
        return _save(request, tag, number)
    found = queries.section_page(tag, number)
    names = queries.names_of(v.saved_by for v in (*found["versions"], *found["beside"]))
    numbers = list(SECTIONS)
    at = numbers.index(number)
    beside = [
        (version, _differences(number, found["fields"], version.fields))
        for version in found["beside"]
    ]
    found |= {
        "case": row,
        "section": SECTIONS[number],
        "asked": SECTIONS[number].asked("pm"),
        "sections": list(SECTIONS.values()),
        "done": row.sections.split(),
        "before": numbers[at - 1] if at else "",
        "after": numbers[at + 1] if at + 1 < len(numbers) else "",
        "base": found["row"].event_id if found["row"] else "",
        "revision": found["row"].revision if found["row"] else 0,
        "names": names,
        "beside": beside,
        **FORM,
    }
    return render(request, "cases/section.html", found)


def _differences(number: str, now: dict[str, Any], other: dict[str, Any]) -> list[Any]:
    """(field, what it says now, what the other version says) where they differ."""
    return [
        (field, now.get(field.key), other.get(field.key))
        for field in SECTIONS[number].asked("pm")
        if now.get(field.key) != other.get(field.key)
    ]


def _save(request: HttpRequest, tag: str, number: str) -> HttpResponse:
    changes = posted_fields(number, request.POST)
    settles = request.POST.getlist("settles")
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        saved = actions.save_section(
            tag, number, changes, request.POST.get("base", ""), by=request.user, settles=settles
        )
    except UserError as error:
        if wants_json:
            return JsonResponse({"outcome": "held", "words": sentence(error)}, status=409)
        messages.error(request, sentence(error))
        return redirect("case-section", tag, number)
    if wants_json:
        details = {"revision": saved.revision, "base": saved.base, "clashing": saved.clashing}
        return JsonResponse({"outcome": saved.outcome, "details": details})
    if saved.outcome == "beside":
        messages.warning(request, _("Somebody else filled in the same field; both are kept."))
        return redirect("case-section", tag, number)
    messages.success(request, _("Saved."))
    following = request.POST.get("then", "")
    return redirect("case-section", tag, following if following in SECTIONS else number)


@require_safe
@requires("cases.view")
def record(request: HttpRequest, tag: str) -> HttpResponse:
    """The whole post-mortem record on one page, for reading and for paper."""
    row = Case.objects.filter(pk=tag).first()
    if row is None:
        raise Http404
    rows = {s.section: s for s in Section.objects.filter(case=tag)}
    versions = Version.objects.in_bulk([s.event_id for s in rows.values()])
    parts = [
        (part, rows[number], versions[rows[number].event_id].fields)
        for number, part in SECTIONS.items()
        if number in rows
    ]
    names = queries.names_of(s.saved_by for s in rows.values())
    found = {"case": row, "parts": parts, "names": names}
    return render(request, "cases/record.html", found)


def _photograph(request: HttpRequest, name: Any, read: Any, content_type: str) -> HttpResponse:
    row = Photograph.objects.filter(pk=str(name)).first()
    if row is None:
        raise Http404
    try:
        data = read(row)
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect(reverse("case", args=[row.case]))
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{row.photograph}"'
    return response


@require_safe
@requires("cases.view")
def photograph(request: HttpRequest, name: Any) -> HttpResponse:
    """The copy without metadata."""
    return _photograph(request, name, photographs.copy_of, "image/jpeg")


@require_safe
@requires("cases.examine")
def original(request: HttpRequest, name: Any) -> HttpResponse:
    """The original as it came, to be saved: a browser is not asked to open it."""
    response = _photograph(request, name, photographs.original_of, "application/octet-stream")
    if response.status_code == 200:
        response["Content-Disposition"] = f'attachment; filename="{name}.original"'
    return response
