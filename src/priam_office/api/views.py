"""The page on which an account makes and ends its tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from priam_office.api import tokens
from priam_office.people.permissions import requires

__all__ = ["own_tokens"]

_MOST = 20  # tokens of one account that hold at once


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.own_account")
def own_tokens(request: HttpRequest) -> HttpResponse:
    """List this account's tokens; make one (shown once) or end one."""
    shown = ""
    if request.method == "POST" and "end" in request.POST:
        number = request.POST["end"]
        if number.isascii() and number.isdecimal() and tokens.end(request.user, int(number[:18])):
            messages.success(request, _("The token no longer holds."))
        return redirect("tokens")
    if request.method == "POST":
        label = request.POST.get("label", "").strip()[:60]
        if not label:
            messages.error(request, _("Say what the token is for."))
        elif tokens.held(request.user).count() >= _MOST:
            messages.error(request, _("This account has many tokens; end one first."))
        else:
            shown = tokens.make(request.user, label)
    context = {"tokens": tokens.held(request.user), "shown": shown, "days": tokens.LIFETIME.days}
    return render(request, "api/tokens.html", context)
