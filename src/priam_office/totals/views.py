"""The page of estimates."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from priam_office.public import queries
from priam_office.totals import stored

__all__ = ["estimates"]

#: Measures of the account that speak of scale.
_SCALE = ("military_deaths", "missing", "deaths", "dead")


@require_safe
def estimates(request: HttpRequest) -> HttpResponse:
    """Stored estimates, and below them, apart, what parties claim about scale."""
    claims = [
        claim
        for claim in queries.claims(None)
        if any(claim.measure.startswith(word) for word in _SCALE)
    ]
    found = stored.results(settings.INSTALLATION.folder / "totals")
    context = {"view": queries.view(), "results": found, "claims": claims}
    return render(request, "totals/estimates.html", context)
