"""The first page after signing in, and where a scanned tag leads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from priam_office.people.permissions import ROLES, requires
from priam_office.people.scanning import scan

__all__ = ["day", "scan_tag"]


@require_safe
@requires("people.day")
def day(request: HttpRequest) -> HttpResponse:
    """What waits for this account."""
    roles = [ROLES[role] for role in ROLES if role in request.user.roles]
    return render(request, "people/day.html", {"roles": roles})


@require_safe
@requires("people.scan")
def scan_tag(request: HttpRequest) -> HttpResponse:
    """Go to the page of the tag, or say why not."""
    if "tag" not in request.GET:
        return render(request, "people/scan.html")
    scanned = scan(request.user, request.GET["tag"])
    if scanned.address is not None:
        return redirect(scanned.address)
    return render(request, "people/scan.html", {"scanned": scanned, "asked": True})
