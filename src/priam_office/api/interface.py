"""The interface: version 1. What is answered only grows; what changes gets a new version."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from priam.errors import UserError
from priam_office.api import public, sealed, staff
from priam_office.people.unavailable import cause_of

__all__ = ["api"]

api = NinjaAPI(
    title="Priam",
    version="1",
    description=(
        "The account of an exchange, its log, and the casework behind it. A claim is kept with "
        "who made it; none is called true. Every call outside *public* needs the token of an "
        "account whose role may make it."
    ),
    docs_url=None,  # its page would load scripts from elsewhere
    urls_namespace="api-1",
)
api.add_router("", public.router)
api.add_router("", staff.router)
api.add_router("", sealed.router)


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Where and why, without repeating what was sent."""
    problems = [f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors]
    return api.create_response(request, {"detail": "; ".join(problems)}, status=422)


@api.exception_handler(UserError)
def _refused(request: HttpRequest, error: UserError) -> HttpResponse:
    """A rule that does not allow it, in one sentence."""
    if cause_of(error) is not None:
        raise error  # the middleware says why the office cannot work
    return api.create_response(request, {"detail": str(error)}, status=409)


def operations() -> list[tuple[str, str, Any]]:
    """(method, path, operation) of every call, for the tests that walk them."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                found += [(m, f"/api/v1{prefix}{path}", operation) for m in operation.methods]
    return found
