"""Pages of exceptional access, of reads of sealed data, and of who may do what."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from priam.errors import UserError
from priam_office.people import exceptions
from priam_office.people.models import User
from priam_office.people.permissions import PERMISSIONS, ROLES, requires
from priam_office.people.reading import DataRead
from priam_office.people.refusals import sentence
from priam_office.people.signin import recently_signed_in
from priam_office.record.acts import body
from priam_office.record.models import Event

__all__ = ["exceptional_access", "permission_table", "reads"]

_PAGE = 100
#: Pages that show sealed data, in words; by the name that the event of a read holds.
PAGES = {
    "board": noop("Board: what waits"),
    "board-case": noop("Board: a case"),
    "board-conflict": noop("Board: a conflict"),
    "board-decision": noop("Board: a decision"),
    "board-propose": noop("Board: proposing a decision"),
    "board-reopen": noop("Board: reopening a decision"),
    "board-sign": noop("Board: signing a decision"),
    "families": noop("List of families"),
    "family": noop("A family"),
    "family-ask": noop("Whom to ask next"),
    "family-consent": noop("Consent of a relative"),
    "family-contact": noop("Contact with a relative"),
    "family-diary": noop("Diary of a family"),
    "family-pedigree": noop("Pedigree of a family"),
    "family-sample": noop("Sample of a relative"),
    "laboratory-candidate": noop("A candidate"),
    "laboratory-candidates": noop("List of candidates"),
    "laboratory-differing": noop("Retests that differ"),
    "laboratory-preview": noop("Preview of a run"),
    "laboratory-profiles": noop("List of profiles"),
    "laboratory-staff": noop("Staff profiles"),
    "laboratory-subject": noop("Profiles of a case or a relative"),
    "missing": noop("A missing person"),
    "missing-amend": noop("Amending a missing person"),
    "missing-facing": noop("Ante-mortem and post-mortem"),
    "missing-people": noop("List of missing persons"),
    "missing-preview": noop("Preview of a list"),
    "missing-revision": noop("A saved state of a record"),
    "missing-section": noop("Ante-mortem record"),
    "missing-section-edit": noop("Writing an ante-mortem record"),
    "missing-similar": noop("Perhaps the same person"),
    "relative": noop("A relative"),
    "release": noop("A release"),
    "release-family-code": noop("Code for the family"),
    "release-paper": noop("A paper of a release"),
    "release-plan": noop("Arranging a release"),
    "releases": noop("Releases"),
    "review": noop("A pair of two lists"),
    "review-export": noop("Export of a review"),
    "wish": noop("What the family wants"),
}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{4}([0-9a-f]{8})")
HOURS = (1, 2, 4, 8, 24)


@sensitive_post_parameters()
@requires("people.exceptions")
@recently_signed_in
def exceptional_access(request: HttpRequest) -> HttpResponse:
    """Ask for exceptional access, agree to it, end it."""
    problem = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request))
            return redirect("exceptions")
        except (UserError, ValueError) as error:
            problem = sentence(error)
    areas = exceptions.areas_for(request.user)
    context = {
        "requests": exceptions.requests(request.user),
        "areas": areas,
        "hours": HOURS,
        "problem": problem,
        "sent": request.POST,
    }
    return render(request, "people/exceptions.html", context)


def _act(request: HttpRequest) -> str:
    user, form = request.user, request.POST
    if "agree" in form:
        exceptions.agree(user, form["agree"])
        return _("You agreed.")
    if "end" in form:
        exceptions.end(user, form["end"])
        return _("The access is over.")
    hours = int(form.get("hours", "0")) if form.get("hours", "").isdecimal() else 0
    if form.get("permission") not in exceptions.areas_for(user) or hours not in HOURS:
        raise UserError(_("Choose what you need to see, and for how long."))
    if len(form.get("reason", "").strip()) < 10:
        raise UserError(_("Say in words why you need it."))
    exceptions.ask(user, form["permission"], form["reason"].strip()[:1000], hours)
    return _("Your request waits for a legal officer and an auditor.")


@require_safe
@requires("record.audit")
def reads(request: HttpRequest) -> HttpResponse:
    """Who saw sealed data, newest first; subjects are opaque and no content is shown."""
    rows = Event.objects.filter(type=DataRead.type).order_by("-sequence")
    who, subject, before = (request.GET.get(name, "") for name in ("who", "subject", "before"))
    if who:
        rows = rows.filter(actor=f"person/{who}")
    if subject:
        rows = rows.filter(payload__contains=f'"subject":"{subject}"')
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(sequence__lt=int(before))
    found = list(rows[: _PAGE + 1])
    context = {
        "reads": _shown(found[:_PAGE]),
        "older": found[_PAGE - 1].sequence if len(found) > _PAGE else None,
        "who": who,
        "subject": subject,
        "people": User.objects.order_by("username").values("key", "username"),
    }
    return render(request, "people/reads.html", context)


def _shown(rows: list[Event]) -> list[dict[str, Any]]:
    keys = {row.actor.removeprefix("person/") for row in rows}
    people = User.objects.in_bulk(keys, field_name="key")
    shown = []
    for row in rows:
        key = row.actor.removeprefix("person/")
        person = people.get(key)
        fields = body(row)
        page = PAGES.get(fields["page"], "")
        words = {
            "page_words": _(page) if page else fields["page"],
            "subject_short": _ID.sub(r"…\1", fields["subject"]),
        }
        shown.append(
            {"time": row.received_time, "key": key, "person": person, "event": row.event_id}
            | fields
            | words
        )
    return shown


@require_safe
@requires("record.audit")
def permission_table(request: HttpRequest) -> HttpResponse:
    """The one table of permissions, as it stands in the code."""
    rows = [
        {"name": name, "cells": [(ROLES[role], role in roles) for role in ROLES]}
        for name, roles in PERMISSIONS.items()
    ]
    return render(request, "people/permissions.html", {"rows": rows, "roles": ROLES.values()})
