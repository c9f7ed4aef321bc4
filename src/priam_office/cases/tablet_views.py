"""Tablets: the page that works without the network, its worker, and where entries come in."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from priam import events as ev
from priam.casework.sections import SECTIONS
from priam.casework.skeleton import BONES, COMPLETENESS, REGIONS, SIDES
from priam.errors import UserError
from priam.events.cases import CASE_CLOSINGS, FINDINGS, SAMPLE_KINDS
from priam_office.cases import actions, queries, words
from priam_office.cases.models import Bag, Case, Delivery, Tablet
from priam_office.cases.pieces import PIECE
from priam_office.cases.record_views import FORM
from priam_office.cases.sync import (
    MOST_ENTRIES,
    Result,
    SignedEntry,
    deliver,
    held_photograph,
    register_device,
    retry,
    settle,
    take_piece,
)
from priam_office.cases.uploads import LARGEST_UPLOAD
from priam_office.cases.views import parties, try_to
from priam_office.people.permissions import requires
from priam_office.people.refusals import sentence

__all__ = [
    "held",
    "held_file",
    "manifest",
    "offline",
    "piece",
    "service_worker",
    "sync",
    "tablets",
]

_HERE = Path(__file__).parent
_STOCK = 60  # fresh tags that a tablet takes along
_POCKET = 4000  # open cases and unopened bags that it knows by their tags
_FILES = (
    "priam/record.css",
    "priam/work.css",
    "priam/work.js",
    "priam/icon.svg",
    "django_htmx/htmx-2.min.js",
    "cases/cases.css",
    "cases/outbox.js",
    "cases/register.js",
    "cases/section.js",
    "cases/fields.js",
    "cases/offline.js",
    "cases/icon-192.png",
    "cases/icon-512.png",
)


@require_safe
@requires("cases.work")
def offline(request: HttpRequest) -> HttpResponse:
    """A page without data: tablets keep it and work with it where there is no network."""
    found = {
        "sections": [(section, section.asked("pm")) for section in SECTIONS.values()],
        "findings": FINDINGS,
        "closings": CASE_CLOSINGS,
        "kinds": SAMPLE_KINDS,
        "regions": [
            (label, [bone for bone in BONES.values() if bone.region == region])
            for region, label in REGIONS.items()
        ],
        "sides": SIDES,
        "completeness": COMPLETENESS,
        "fields": {},
        "largest": LARGEST_UPLOAD,
        "piece": PIECE,
        "user": AnonymousUser(),  # whoever holds the tablet tomorrow is not named on it
        **FORM,
    }
    return render(request, "cases/offline.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def sync(request: HttpRequest) -> HttpResponse:
    """GET: who is signed in, a token to send with, labels to take along. POST: entries."""
    if request.method == "POST":
        return _taken(request)
    answer: dict[str, Any] = {
        "account": request.user.actor,
        "name": str(request.user),
        "csrf": get_token(request),
        "devices": list(
            Tablet.objects.filter(actor=request.user.actor, revoked_at="").values_list(
                "device", flat=True
            )
        ),
    }
    if request.GET.get("pocket"):
        answer["tags"] = actions.new_tags(_STOCK)
        answer["pocket"] = _pocket()
        answer["parties"] = parties()
    return JsonResponse(answer)


def _pocket() -> dict[str, str]:
    """Tag -> what it is: so that a tablet can say at once that a scanned tag is none of them."""
    cases = Case.objects.exclude(stage="ended").order_by("-last").values_list("case", flat=True)
    bags = Bag.objects.filter(finding="").order_by("since").values_list("tag", flat=True)
    pocket = dict.fromkeys(bags[:_POCKET], "bag")
    return pocket | dict.fromkeys(cases[:_POCKET], "case")


def _taken(request: HttpRequest) -> HttpResponse:
    try:
        asked = json.loads(request.body)
        if "register" in asked:
            return _registered(request, asked["register"])
        entries = [SignedEntry(str(e["text"]), str(e["signature"])) for e in asked["entries"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return _wrong(_("this is no list of entries"))
    if len(entries) > MOST_ENTRIES:
        return _wrong(_("at most %(count)s entries come at once") % {"count": MOST_ENTRIES})
    return JsonResponse({"results": [_plain(result) for result in deliver(entries)]})


def _plain(result: Result) -> dict[str, Any]:
    return {
        "entry": result.entry,
        "outcome": result.outcome,
        "words": sentence(result.words) if result.words else "",
        "details": result.details,
    }


@require_POST
@requires("cases.work")
def piece(request: HttpRequest) -> HttpResponse:
    """A piece of a photograph, with the signed entry that announces it."""
    entry = SignedEntry(request.POST.get("text", ""), request.POST.get("signature", ""))
    file, at = request.FILES.get("piece"), request.POST.get("at", "")
    if file is None or file.size > PIECE or not re.fullmatch("[0-9]{1,4}", at):
        return _wrong(_("this is no piece of a photograph"))
    return JsonResponse({"results": [_plain(take_piece(entry, int(at), file.read()))]})


def _wrong(words: str) -> HttpResponse:
    return JsonResponse({"error": words}, status=400)


def _registered(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    device = str(asked["device"])[:64]
    there = Tablet.objects.filter(pk=device).first()
    if there is not None and there.actor == request.user.actor and there.key == asked["key"]:
        return JsonResponse({"registered": device})  # the answer was lost on the way
    try:
        register_device(
            device,
            str(asked["algorithm"])[:20],
            str(asked["key"])[:400],
            str(asked["name"])[:80],
            by=request.user,
        )
    except UserError as error:
        return JsonResponse({"error": sentence(error)}, status=409)
    return JsonResponse({"registered": device})


# -- the worker and the manifest ---------------------------------------------------------------


@functools.cache
def _version() -> str:
    """A hash over everything that a tablet keeps: it changes when one byte of it does."""
    digest = hashlib.sha256()
    office = _HERE.parent
    for folder, pattern in (
        (_HERE, "static/**/*"),
        (_HERE, "templates/cases/*.html"),
        (_HERE, "locale/**/*.mo"),
        (office / "people", "static/**/*"),
        (office / "people", "templates/people/work.html"),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    digest.update(repr(SECTIONS).encode())
    return digest.hexdigest()[:16]


@require_safe
@requires("cases.work")
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker of this language's pages; its scope is the folder it is served from."""
    found = {
        "version": f"{get_language()}-{_version()}",
        "shell": reverse("offline"),
        "files": [static(name) for name in _FILES],
    }
    text = f"const KEPT = {json.dumps(found)};\n" + _worker_source()
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@functools.cache
def _worker_source() -> str:
    return (_HERE / "worker.js").read_text(encoding="utf-8")


@require_safe
@requires("cases.work")
def manifest(request: HttpRequest) -> HttpResponse:
    """What a tablet installs the pages as."""
    found = {
        "name": _("Priam: mortuary"),
        "short_name": "Priam",
        "lang": get_language(),
        "start_url": reverse("offline"),
        "scope": reverse("day"),
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#2b615d",
        "icons": [
            {"src": static(f"cases/icon-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png"}
            for n in (192, 512)
        ],
    }
    return JsonResponse(found, content_type="application/manifest+json")


# -- what people see of it -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def tablets(request: HttpRequest) -> HttpResponse:
    """Tablets, their accounts, what they brought and what is missing; revoking one."""
    if request.method == "POST":
        device, reason = request.POST.get("device", ""), request.POST.get("reason", "")[:500]
        event = ev.DeviceRevoked(device, reason)
        try_to(request, lambda: actions.write(event, by=request.user), _("The tablet is revoked."))
        return redirect("tablets")
    rows = queries.tablets()
    names = queries.names_of(row.actor for row in rows)
    return render(request, "cases/tablets.html", {"rows": rows, "names": names})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.work")
def held(request: HttpRequest) -> HttpResponse:
    """Entries that the rules refused: to be tried again, or settled in words."""
    if request.method == "POST":
        row = Delivery.objects.filter(pk=request.POST.get("entry", ""), outcome="held").first()
        if row is None:
            raise Http404
        if request.POST.get("act") == "retry":
            result = retry(row)
            if result.outcome in ("written", "beside"):
                messages.success(request, _("The entry is recorded."))
            else:
                messages.error(request, sentence(result.words))
        else:
            given = request.POST.get("words", "")[:2000]
            try_to(request, lambda: settle(row, given, by=request.user), _("Noted."))
        return redirect("held")
    listed = queries.held(request.GET.get("after", ""))
    entries = [(row, json.loads(row.signed)) for row in listed]
    found = {
        "listed": listed,
        "rows": [(row, e, words.parts(e["body"]), sentence(row.words)) for row, e in entries],
        "tablets": queries.tablet_names(listed),
    }
    return render(request, "cases/held.html", found)


@require_safe
@requires("cases.examine")
def held_file(request: HttpRequest, entry: Any) -> HttpResponse:
    """The photograph of a held entry as it came, to be saved: somebody must be able to see it."""
    row = Delivery.objects.filter(pk=str(entry), outcome="held").first()
    if row is None:
        raise Http404
    try:
        data = held_photograph(row)
    except UserError as error:
        messages.error(request, sentence(error))
        return redirect("held")
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{row.entry}.original"'
    return response
