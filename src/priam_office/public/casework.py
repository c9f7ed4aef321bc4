"""What everybody may see of casework: figures by unit, and a family its own stage."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from priam.accounting.progress import stage
from priam.accounting.units import THRESHOLD, Published, published, unit_figures
from priam_office.record.state import known
from priam_office.releases import codes

__all__ = ["FIGURES", "figures", "status", "units"]

FIGURES = {
    "bags_received": _("Bags in the record, listed or registered"),
    "bags_opened": _("Bags opened"),
    "cases": _("Cases that came out of bags"),
    "elements": _("Bones and parts of bodies recorded"),
    "samples": _("Samples taken"),
    "profiles": _("DNA profiles recorded"),
    "individuals_decided": _("Individuals about whom the board decided"),
    "persons_identified": _("Persons identified"),
    "individuals_other_side": _("Individuals of the other side"),
    "persons_returned": _("Persons returned to their families"),
    "individuals_returned_other_side": _("Individuals returned to the other side"),
    "cases_in_graves": _("Cases in temporary graves"),
}
UNITS = {
    "bag": _("bags"),
    "case": _("cases"),
    "element": _("elements"),
    "sample": _("samples"),
    "profile": _("profiles"),
    "individual": _("individuals"),
    "person": _("persons"),
}
STAGES = {
    "registered": _("The person you are looking for is registered. Nothing was compared yet."),
    "sampled": _("Samples of your family were taken. They are not compared yet."),
    "compared": _("The samples of your family are compared with all remains. The search goes on."),
    "told": _("A person of the family office has spoken with you. Ask there what comes next."),
    "returned": _("Remains were handed over to your family."),
}
_GUESSES = 100  # wrong codes of one address in _SPAN
_SPAN = 15 * 60  # seconds


def figures() -> tuple[Published, ...]:
    """The figures of casework as they may be published."""
    return published(unit_figures(known().state))


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Figures by unit. Units are never mixed."""
    rows = [
        {"label": FIGURES[f.key], "unit": UNITS[f.unit], "count": f.count, "types": f.types}
        for f in figures()
    ]
    return render(request, "public/units.html", {"rows": rows, "threshold": THRESHOLD - 1})


# A question with no effect: it needs no token against forgery, and so no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The stage of a family's case, by the code that the family holds; nothing else."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        context = _answer(request)
    return render(request, "public/status.html", context)


def _answer(request: HttpRequest) -> dict[str, Any]:
    key = f"status-guesses-{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(key, 0) >= _GUESSES:
        return {"problem": _("Too many codes were tried from here. Wait a quarter of an hour.")}
    code = codes.read(request.POST.get("code", ""))
    if code is None:
        return {"problem": _("This is not a code. It has twelve characters; look for a slip.")}
    state = known().state
    family = state.family_codes.get(codes.token(code))
    if family is None:
        cache.add(key, 0, _SPAN)
        cache.incr(key)
        return {"problem": _("No family has this code now. Ask the family office for a new one.")}
    return {"stage": STAGES[stage(state, family)]}
