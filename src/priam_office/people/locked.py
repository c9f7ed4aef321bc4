"""What a page says whose compartment is locked: its key is not at hand."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from priam_office.vault.compartments import CompartmentLocked

__all__ = ["LockedCompartments"]


class LockedCompartments:
    """Middleware: an answer of 503 in place of a failure; other pages go on as they were."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, CompartmentLocked):
            return None
        return render(request, "people/locked.html", status=503)
