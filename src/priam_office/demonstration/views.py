"""The guided day, and signing in as somebody of the demonstration.

None of this answers in an installation that is no demonstration: there the addresses do not
exist (404).
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from priam_office.demonstration.guide import PLACES, Step
from priam_office.demonstration.playing import ACCOUNTS, PASSPHRASE, accounts, is_demonstration
from priam_office.people.models import User
from priam_office.people.permissions import ROLES, SECOND_FACTOR, permits, work_policy

__all__ = ["become", "guide"]

View = Callable[..., HttpResponse]


def only_in_a_demonstration(view: View) -> View:
    """Let the address exist only where everybody is made up."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not is_demonstration(settings.INSTALLATION):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@only_in_a_demonstration
@never_cache
@work_policy
def guide(request: HttpRequest) -> HttpResponse:
    """A day in the mortuary, the laboratory, the family office, on the board."""
    names = {key: name for key, (name, _) in ACCOUNTS.items()}
    context = {"places": PLACES, "names": names, "roles": ROLES, "passphrase": PASSPHRASE}
    context["open"] = {
        step.page for place in PLACES for step in place.steps if _opens(request, step)
    }
    return render(request, "demonstration/guide.html", context)


def _opens(request: HttpRequest, step: Step) -> bool:
    """Whether the page of this step opens for whoever looks at the guide now."""
    permission = getattr(resolve(reverse(step.page)).func, "permission", None)
    return permission is None or permits(request.user, permission)


@require_POST
@only_in_a_demonstration
@never_cache
@work_policy
def become(request: HttpRequest, account: str) -> HttpResponse:
    """Sign in as somebody of the demonstration, second factor and all."""
    if account not in ACCOUNTS:
        raise Http404
    user: User = accounts()[account]
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="password")
    request.session[SECOND_FACTOR] = True
    return redirect("day")
