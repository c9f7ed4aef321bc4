"""Missing persons from a list: upload, look at what it says, take it in wholly or not at all."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from priam import events as ev
from priam.errors import InputError, UserError
from priam_office.families import actions, finding, importing
from priam_office.families.forms import ImportForm
from priam_office.families.models import PendingImport, SearchToken
from priam_office.families.uploads import InMemory, too_large
from priam_office.people.permissions import requires
from priam_office.people.reading import note_read
from priam_office.people.refusals import sentence

__all__ = ["preview", "upload"]

_SHOWN, _NOTICES = 50, 20
_KEPT = timedelta(days=1)


@csrf_exempt  # the token is read only after the upload handler is set, just below
@require_http_methods(["GET", "POST"])
@requires("families.work")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a list."""
    if request.method == "POST" and too_large(request):
        text = _("The file is larger than 40 MB; split it into several lists.")
        return render(
            request, "families/import.html", {"form": ImportForm(), "refused": text}, status=413
        )
    request.upload_handlers = [InMemory(request)]
    answer: HttpResponse = _upload(request)
    return answer


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        name = _plain_name(form.cleaned_data["file"].name)
        try:
            importing.read(data, name, form.cleaned_data["issuer"])
        except InputError as error:
            refused = sentence(error)
        else:
            return redirect("missing-preview", _keep(request, data, name, form))
    status = 422 if refused or form.errors else 200
    context = {"form": form, "refused": refused}
    return render(request, "families/import.html", context, status=status)


def _plain_name(name: str | None) -> str:
    """The last part of a file name, without anything that is no letter or figure."""
    last = (name or "list").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isalnum() or c in "._- ")[:80] or "list"


def _keep(request: HttpRequest, data: bytes, name: str, form: ImportForm) -> str:
    key = ev.new_event_id()
    PendingImport.objects.filter(made__lt=timezone.now() - _KEPT).delete()
    PendingImport.objects.create(
        key=key,
        account=request.user.actor,
        name=name,
        issuer=form.cleaned_data["issuer"],
        data=base64.b64encode(data).decode(),
    )
    return key


@require_http_methods(["GET", "POST"])
@requires("families.work")
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """What the list says and what will change; then all of it is taken in, or nothing."""
    row = PendingImport.objects.filter(pk=key, account=request.user.actor).first()
    if row is None:
        raise Http404
    listed = importing.read(base64.b64decode(row.data), row.name, row.issuer)
    if request.method == "POST":
        return _answered(request, row, listed)
    note_read(request.user, "identity", "missing/list", "missing-preview", len(listed.people))
    known = _known(listed)
    context = {
        "row": row,
        "listed": listed,
        "count": len(listed.people),
        "shown": [(line, facts.to_json(), line in known) for line, facts in listed.people[:_SHOWN]],
        "known": [(line, facts.to_json()) for line, facts in listed.people if line in known][
            :_SHOWN
        ],
        "known_count": len(known),
        "notices": listed.notices[:_NOTICES],
        "more_notices": max(0, len(listed.notices) - _NOTICES),
    }
    return render(request, "families/import_preview.html", context)


def _answered(request: HttpRequest, row: PendingImport, listed: importing.Listed) -> HttpResponse:
    if request.POST.get("answer") != "import":
        row.delete()
        messages.info(request, _("The list was not taken in."))
        return redirect("missing-people")
    skip = _known(listed) if request.POST.get("skip") == "yes" else set()
    people = [(facts, row.issuer) for line, facts in listed.people if line not in skip]
    try:
        count = actions.import_missing(people, by=request.user) if people else 0
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("missing-preview", row.key)
    row.delete()
    text = ngettext("%d missing person registered.", "%d missing persons registered.", count)
    messages.success(request, text % count)
    return redirect("missing-people")


def _known(listed: importing.Listed) -> set[int]:
    """Lines whose whole name and year of birth, or whose number, stand in one record already."""
    wanted: dict[int, list[frozenset[int]]] = {}
    for line, facts in listed.people:
        wanted[line] = finding.likely(facts.to_json())
    tokens = {token for sets in wanted.values() for one in sets for token in one}
    places = _places(tokens)
    return {line for line, sets in wanted.items() if any(_together(places, one) for one in sets)}


def _places(tokens: set[int]) -> dict[int, set[int]]:
    """Where each token stands; in parts, because a database takes so many parameters."""
    found: dict[int, set[int]] = {}
    ordered = sorted(tokens)
    for at in range(0, len(ordered), 900):
        rows = SearchToken.objects.filter(
            active=True, of=finding.MISSING, token__in=ordered[at : at + 900]
        )
        for token, place in rows.values_list("token", "place"):
            found.setdefault(token, set()).add(place)
    return found


def _together(places: dict[int, set[int]], tokens: frozenset[int]) -> Any:
    sets = sorted((places.get(token, set()) for token in tokens), key=len)
    return bool(sets) and bool(set.intersection(*sets))
