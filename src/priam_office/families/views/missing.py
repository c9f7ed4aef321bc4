"""Missing persons: the list, the record, registering, amending, closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam import events as ev
from priam.casework.sections import SECTIONS
from priam.errors import UserError
from priam_office.families import actions, queries
from priam_office.families.forms import CloseForm, MissingForm, ReporterForm, parse_span
from priam_office.families.words import choices
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = ["amend", "close", "new", "people", "place_of", "record", "reopen", "report", "similar"]

_FILTERS = ("sex", "born", "region", "unit")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("families.view", asks=True)
def people(request: HttpRequest) -> HttpResponse:
    """List and search. What is searched for is sent as a form, so that no address holds a name."""
    asked = request.POST if request.method == "POST" else request.GET
    text, status = asked.get("q", "").strip()[:200], asked.get("status", "")
    chosen = {key: asked.get(key, "").strip()[:100] for key in _FILTERS}
    family = asked.get("family", "")
    place = place_of(asked.get("before"))
    found = queries.missing_people(text, chosen, status, place, family=family)
    note_read(request.user, "identity", "missing", "missing-people", len(found.rows))
    return render(
        request,
        "families/missing_people.html",
        {
            "found": found,
            "identified": queries.identified(row.missing for row in found.rows),
            "text": text,
            "status": status,
            "chosen": chosen,
            "family": family,
            "families": [("", _("any")), ("none", _("none yet")), ("some", _("has one"))],
            "filtered": bool(text or status or family or any(chosen.values())),
            "sexes": choices("sex", _("any")),
            "statuses": [*choices("status", _("any")), ("identified", _("identified"))],
        },
    )


def place_of(text: str | None) -> int | None:
    """A place in the log, or a revision, as it stands in a request; None if it is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


@require_http_methods(["GET", "POST"])
@requires("families.work")
def new(request: HttpRequest) -> HttpResponse:
    """Register a missing person; records that may be of the same person are shown beside."""
    form = MissingForm(request.POST or None)
    event_id = _event_id(request.POST.get("event_id", ""))
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source"]
        try:
            missing = actions.register_missing(
                form.facts(), source, by=request.user, event_id=event_id
            )
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The missing person is registered."))
            return redirect("missing", missing)
    context = {"form": form, "event_id": event_id}
    return render(request, "families/missing_new.html", context, status=_status(form))


def _event_id(text: str) -> str:
    """The id that the form carried, so that a double press registers once; else a new one."""
    import uuid

    try:
        found = uuid.UUID(text)
    except ValueError:
        return ev.new_event_id()
    return str(found) if found.version == 7 else ev.new_event_id()


def _status(form: Any) -> int:
    return 422 if form.errors else 200


@require_POST
@requires("families.work")
def similar(request: HttpRequest) -> HttpResponse:
    """While somebody types: records that may be of the same person. A hint, never a merge."""
    name = {part: request.POST.get(part, "")[:100] for part in ("surname", "given", "patronymic")}
    facts = {
        "names": [name],
        "numbers": [
            {"issuer": "", "number": line.rpartition(":")[2].strip()}
            for line in request.POST.get("numbers", "")[:2000].splitlines()[:10]
        ],
    }
    rows = queries.similar(facts)
    own = request.POST.get("missing", "")
    rows = [row for row in rows if row.missing != own]
    if rows:
        note_read(request.user, "identity", "missing", "missing-similar", len(rows))
    year = _year(request.POST.get("born", ""))
    context = {"rows": rows, "year": year, "typed": any(name.values())}
    return render(request, "families/_similar.html", context)


def _year(text: str) -> str:
    try:
        return parse_span(text).since[:4]
    except ValidationError:  # half a date, while it is typed
        return ""


@require_safe
@requires("families.view")
def record(request: HttpRequest, missing: str) -> HttpResponse:
    """Everything of one missing person, and the ways on."""
    return _record(request, missing, {})


def _record(
    request: HttpRequest, missing: str, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    person = queries.missing_person(missing)
    note_read(request.user, "identity", f"missing/{missing}", "missing")
    said = queries.sections(missing)
    people = queries.reporters(person)
    other = person.closed.get("other")
    context = {
        "person": person,
        "identified": queries.identified([missing]),
        "sections": _overview(said),
        "reporters": people,
        "other": queries.names_of_missing([other]).get(other, "") if other else "",
        "close_form": CloseForm(),
        "reporter_form": ReporterForm(),
    }
    return render(request, "families/missing.html", {**context, **more}, status=status)


def _overview(said: list[Any]) -> list[dict[str, Any]]:
    """Each section, who said something in it, and in how many fields they differ."""
    found = []
    for number, section in SECTIONS.items():
        if not section.asked("am"):
            continue  # what only the remains can tell
        rows = [row for row in said if row.section == number and row.fields]
        keys = {key for row in rows for key in row.fields}
        differing = sum(
            len({str(row.fields[key]) for row in rows if key in row.fields}) > 1 for key in keys
        )
        found.append(
            {
                "number": number,
                "label": _(section.label),
                "reporters": [row.reporter for row in rows],
                "fields": len(keys),
                "differing": differing,
            }
        )
    return found


@require_http_methods(["GET", "POST"])
@requires("families.work")
def amend(request: HttpRequest, missing: str) -> HttpResponse:
    """Write the facts anew, against the revision that was read."""
    person = queries.missing_person(missing)
    note_read(request.user, "identity", f"missing/{missing}", "missing-amend")
    form = MissingForm(request.POST) if request.method == "POST" else MissingForm.of(person.facts)
    form.fields.pop("source")
    if request.method == "POST" and form.is_valid():
        revision = place_of(request.POST.get("revision")) or 0
        reason = request.POST.get("reason", "")[:300]
        try:
            actions.amend_missing(missing, form.facts(), revision, reason, by=request.user)
        except UserError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The record is amended; what stood there is kept."))
            return redirect("missing", missing)
    context = {"form": form, "person": person}
    return render(request, "families/missing_amend.html", context, status=_status(form))


def _done(request: HttpRequest, missing: str, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except UserError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, said)
    return redirect("missing", missing)


@require_POST
@requires("families.work")
def close(request: HttpRequest, missing: str) -> HttpResponse:
    """Nobody need be looked for under this record."""
    queries.missing_person(missing)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _record(request, missing, {"close_form": form}, 422)
    data = form.cleaned_data

    def act() -> None:
        actions.close_missing(missing, data["why"], data["words"], data["other"], by=request.user)

    return _done(request, missing, act, _("The record is closed; it can be opened again."))


@require_POST
@requires("families.work")
def reopen(request: HttpRequest, missing: str) -> HttpResponse:
    """Look for the person again."""
    queries.missing_person(missing)
    reason = request.POST.get("reason", "")[:8000]
    return _done(
        request,
        missing,
        lambda: actions.reopen_missing(missing, reason, by=request.user),
        _("The record is open again."),
    )


@require_POST
@requires("families.work")
def report(request: HttpRequest, missing: str) -> HttpResponse:
    """Add somebody who tells of the missing person."""
    queries.missing_person(missing)
    form = ReporterForm(request.POST)
    if not form.is_valid():
        return _record(request, missing, {"reporter_form": form}, 422)
    data = form.cleaned_data

    def act() -> None:
        actions.add_reporter(missing, data["kind"], data["name"], data["contact"], by=request.user)

    return _done(request, missing, act, _("Added; now write down what they say."))
