"""What a role may do: one table, the only source.

A permission is ``app.verb``; each page, call, export, search, file and job names exactly one
with :func:`requires`. ``tests/office/test_permissions.py`` walks every role past every address.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_noop as _

__all__ = [
    "PERMISSIONS",
    "ROLES",
    "SECOND_FACTOR",
    "allows",
    "permits",
    "requires",
    "work_policy",
]

#: Mark of a session whose person showed a second factor; nothing but the own account opens without.
SECOND_FACTOR = "second_factor"

#: Role -> its name, as shown.
ROLES: dict[str, str] = {
    "mortuary": _("Mortuary"),
    "examiner": _("Forensic examiner"),
    "laboratory": _("DNA laboratory"),
    "liaison": _("Family liaison"),
    "negotiator": _("Exchange office"),
    "legal": _("Legal officer of the board"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}

#: Permission -> roles. Administrators keep accounts and see no data.
PERMISSIONS: dict[str, frozenset[str]] = {
    name: frozenset(roles.split())
    for name, roles in {
        "people.own_account": " ".join(ROLES),
        "people.day": " ".join(ROLES),
        "people.manage": "administrator",
        # exceptional access: everybody may ask, two roles agree (priam.events.accounts)
        "people.exceptions": " ".join(ROLES.keys() - {"administrator"}),
        "people.agree": "legal auditor",
        # a signing key of one's own: those who decide, and those who hand over
        "people.sign": "examiner laboratory legal negotiator",
        # a tag leads to its page, if the role may open that page
        "people.scan": " ".join(ROLES.keys() - {"administrator"}),
        # custody: bags, cases, elements, samples, storage; no names, no genotypes
        "cases.view": "mortuary examiner",
        "cases.work": "mortuary examiner",
        "cases.examine": "examiner",
        # identity: missing persons, families, consents
        "families.view": "liaison",
        "families.work": "liaison",
        # genetic: profiles, kits, candidates
        "laboratory.view": "laboratory",
        "laboratory.work": "laboratory",
        # the board sees all evidence of one case
        "board.view": "examiner laboratory liaison legal",
        "board.raise_conflict": "examiner laboratory liaison legal",
        "board.decide": "examiner laboratory legal",
        # what of a case each of them sees: geneticists no names, liaison no genotypes
        "board.see_names": "liaison legal",
        "board.see_records": "examiner liaison legal",
        "board.see_genotypes": "laboratory",
        "board.sign_science": "examiner laboratory",
        "board.sign_law": "legal",
        "release.view": "liaison legal mortuary",
        "release.plan": "liaison mortuary",
        "release.work": "liaison",
        "release.hand_over": "mortuary",
        # papers with a name on them only for those who may see names
        "release.papers": "liaison mortuary",
        # negotiation: agreements, offers, manifests; no persons
        "handovers.view": "negotiator auditor",
        "handovers.work": "negotiator",
        # review of pairs of names from lists
        "reviews.decide": "liaison",
        # the record: events, log, reads; payloads of sealed compartments stay sealed
        "record.audit": "auditor",
    }.items()
}

# Scripts and styles come from this machine; pages for staff may fetch from it and show photographs.
_WORK_POLICY = {
    "script-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}

_METHODS = ("GET", "HEAD", "POST")

View = Callable[..., HttpResponse]


def permits(user: Any, permission: str) -> bool:
    """Whether the account may; a permission that is not in the table is a bug, and raises."""
    roles = PERMISSIONS[permission]
    if not getattr(user, "is_authenticated", False):
        return False
    return bool(roles & user.roles) or permission in user.exceptions


def requires(permission: str, *, sends: str = "", asks: bool = False) -> Callable[[View], View]:
    """Let a view answer only those who may; others sign in, or are refused (403).

    ``sends`` is what its forms ask for, where a page is shown to more people than may act on it.
    With ``asks`` its form changes nothing: a search is sent as a form, so that no address holds a
    name, and who looks by exceptional access may search too.

    The view also gets the policy of pages for staff, and is never kept by a cache.
    """
    sends = sends or permission
    if not {permission, sends} <= PERMISSIONS.keys():
        raise KeyError(permission, sends)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            _without_nul(request)
            if not request.user.is_authenticated:
                # the path alone: what was asked for may name somebody
                return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.path})}")
            step = _unfinished(request, permission)
            if step:
                return redirect(step)
            if not allows(request.user, guarded, request.method):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        answered = work_policy(guarded)
        for one in (guarded, answered):
            one.permission = permission  # type: ignore[attr-defined]
            one.sends = sends  # type: ignore[attr-defined]
            one.asks = asks  # type: ignore[attr-defined]
        return answered

    return decorate


def work_policy(view: View) -> View:
    """Give a view the policy of pages for staff: scripts of this server, and of no other."""
    policed: View = csp_replace(_WORK_POLICY)(view)
    return policed


def _without_nul(request: HttpRequest) -> None:
    """Replace NUL, at which PostgreSQL would fail, by U+0001, which finds nothing either.

    In the path, which names a thing, it names none (404).
    """
    if "\x00" in request.path:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or "\x00" in query:
        request.GET = QueryDict(query.replace("%00", "%01").replace("\x00", "%01"))


def allows(user: Any, view: Any, method: str | None) -> bool:
    """Whether the account may ask this of a view that :func:`requires` guards.

    What is open only as an exception shows and does nothing.
    """
    if view.asks or method in ("GET", "HEAD"):
        return permits(user, view.permission)
    return bool(PERMISSIONS[view.sends] & user.roles)


def _unfinished(request: HttpRequest, permission: str) -> str:
    """Name of the page where the sign-in must be completed first; empty if it is complete."""
    if permission == "people.own_account":
        return ""
    if request.user.first_password:
        return "account_change_password"
    if not request.session.get(SECOND_FACTOR):
        return "second-factor"
    return ""
