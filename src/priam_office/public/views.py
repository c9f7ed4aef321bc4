"""Pages for everybody. Each reads one view of the account and renders one template."""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.views.decorators.http import require_safe

from priam_office.people.unavailable import answer as unavailable
from priam_office.people.unavailable import cause_of
from priam_office.public import discrepancies, exchange, queries, signed
from priam_office.record import queries as record

__all__ = ["claim", "claims", "event", "events", "exchange_page", "failed", "front"]
__all__ += ["how_to_read", "log", "not_found", "other", "overview"]

_EVENTS_ON_A_PAGE = 100
_NAMED_AT_ONCE = 500  # ids in one address


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Go to the overview in the language that the reader's browser asks for."""
    with override(get_language_from_request(request)):
        return HttpResponseRedirect(reverse("overview"))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All exchanges, the key figures, all discrepancies."""
    view = queries.view()
    return render(
        request,
        "public/overview.html",
        {
            "view": view,
            "account": view.account,
            "others": _outside(view),
            "charts": exchange.charts(view.account, None),
            "found": discrepancies.findings(view.account, view.account.discrepancies),
            "checkpoint": record.latest(),
        },
    )


@require_safe
def exchange_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """One agreement: readings, batches, discrepancies, claims side by side, timeline."""
    view = queries.view()
    found = [a for a in view.account.file.agreements if a.id == agreement]
    if not found:
        raise Http404
    return render(
        request,
        "public/exchange.html",
        _exchange(view, agreement)
        | {
            "agreement": found[0],
            "readings": exchange.readings(view.account, found[0]),
            "timeline": exchange.timeline(view.account, found[0]),
            "signed": signed.beside(view, agreement),
            "offers": signed.offers(view, agreement),
        },
    )


@require_safe
def other(request: HttpRequest) -> HttpResponse:
    """Repatriations and figures that the claims put under no agreement."""
    view = queries.view()
    return render(
        request,
        "public/other.html",
        _exchange(view, None) | {"timeline": exchange.timeline(view.account, None)},
    )


def _exchange(view: queries.View, agreement: str | None) -> dict[str, Any]:
    account = view.account
    found = discrepancies.findings(account, account.discrepancies)
    agreeing = discrepancies.findings(account, account.agreements_found)
    return {
        "view": view,
        "charts": exchange.charts(account, agreement),
        "found": [one for one in found if one.agreement == agreement],
        "agreeing": [one for one in agreeing if one.agreement == agreement],
        "table": exchange.table(account, agreement),
        "statements": exchange.statements(account, agreement),
    }


def _outside(view: queries.View) -> int:
    """Number of claims under no agreement."""
    return sum(claim.subject.agreement is None for claim in view.account.file.claims)


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """All claims, or those that stand under one number (``?id=...&id=...``)."""
    ids = request.GET.getlist("id")[:_NAMED_AT_ONCE]
    context = {"view": queries.view(), "claims": queries.claims(ids or None), "chosen": bool(ids)}
    return render(request, "public/claims.html", context)


@require_safe
def claim(request: HttpRequest, claim: str) -> HttpResponse:
    """One claim: who, where, when, what became of it, its event, what it is part of."""
    found = queries.claims([claim])
    if not found:
        raise Http404
    view = queries.view()
    said = discrepancies.findings(view.account, view.account.discrepancies)
    subject = json.loads(found[0].subject)
    context = {
        "view": view,
        "claim": found[0],
        "about": discrepancies.subject_words(subject),
        "found": [one for one in said if claim in {c.id for c in one.claims} | {*one.stands_on}],
    }
    return render(request, "public/claim.html", context)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The log, a hundred events at a time."""
    text = request.GET.get("from", "0")
    first = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    size, _ = record.head()
    context = {
        "events": queries.events(first, _EVENTS_ON_A_PAGE),
        "size": size,
        "before": max(0, first - _EVENTS_ON_A_PAGE) if first else None,
        "after": first + _EVENTS_ON_A_PAGE if first + _EVENTS_ON_A_PAGE < size else None,
    }
    return render(request, "public/events.html", context)


@require_safe
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event, its leaf, and the proof that it stands in the log."""
    found = queries.public_event(str(event_id))
    if found is None:
        raise Http404
    body = json.dumps(found.body, ensure_ascii=False, indent=2) if found.open else ""
    return render(request, "public/event.html", {"event": found, "body": body})


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Size, root and key of the log, and how to check it."""
    size, _ = record.head()
    keys = settings.INSTALLATION.vkeys()
    context = {"size": size, "checkpoint": record.latest(), "keys": keys}
    return render(request, "public/log.html", context)


@require_safe
def how_to_read(request: HttpRequest) -> HttpResponse:
    """Units, words and limits."""
    return render(request, "public/how_to_read.html", {"kinds": _kinds()})


def _kinds() -> list[str]:
    return [discrepancies.title(kind) for kind in discrepancies.TITLES]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that does not repeat the address it was asked for."""
    return render(request, "public/not_found.html", _elsewhere(), status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours is broken; says nothing about what. What is not ours is named.

    Django calls this while it handles the error. The page has no menu: whoever is asked for it may
    be what failed.
    """
    cause = cause_of(sys.exc_info()[1])
    if cause is not None:
        return unavailable(request, cause)
    with override(get_language_from_request(request, check_path=True)):
        text = render_to_string("public/failed.html", _elsewhere())
    return HttpResponse(text, status=500)


def _elsewhere() -> dict[str, Any]:
    """The languages lead to the overview, for there is no such page in any of them."""
    languages = []
    for code, name in settings.LANGUAGES:
        with override(code):
            languages.append({"code": code, "name": name, "url": reverse("overview")})
    return {"site_languages": languages}
