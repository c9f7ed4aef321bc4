"""The first page after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from priam_office.people.permissions import ROLES, requires

__all__ = ["day"]


@require_safe
@requires("people.day")
def day(request: HttpRequest) -> HttpResponse:
    """What waits for this account."""
    roles = [ROLES[role] for role in ROLES if role in request.user.roles]
    return render(request, "people/day.html", {"roles": roles})
