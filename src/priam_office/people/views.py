"""The first page after signing in, where a scanned tag leads, and the own account."""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from priam.errors import UserError
from priam_office.people import signing
from priam_office.people.models import SignedIn
from priam_office.people.permissions import ROLES, requires
from priam_office.people.scanning import scan
from priam_office.people.sessions import kept
from priam_office.people.signin import recently_signed_in
from priam_office.people.waiting import waits_for

__all__ = [
    "day",
    "forbidden",
    "forged",
    "my_account",
    "scan_tag",
    "second_factor",
    "sessions",
    "signing_key",
]


@require_safe
@requires("people.day")
def day(request: HttpRequest) -> HttpResponse:
    """What waits for this account."""
    roles = [ROLES[role] for role in ROLES if role in request.user.roles]
    context = {"roles": roles, "waiting": waits_for(request.user)}
    return render(request, "people/day.html", context)


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


@require_safe
@requires("people.own_account")
def my_account(request: HttpRequest) -> HttpResponse:
    """Password, second factors, sessions and signing key of the account itself."""
    factors: dict[str, list[Authenticator]] = {}
    for factor in Authenticator.objects.filter(user=request.user).order_by("pk"):
        factors.setdefault(factor.type, []).append(factor)
    codes = factors.get("recovery_codes")
    context = {
        "app": factors.get("totp"),
        "passkeys": factors.get("webauthn", []),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "key": signing.key_of(request.user),
    }
    return render(request, "people/account.html", context)


@require_safe
@requires("people.own_account")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Choose a second factor; nothing else opens before there is one."""
    return render(request, "people/second_factor.html")


@sensitive_post_parameters()
@requires("people.sign")
@recently_signed_in
def signing_key(request: HttpRequest) -> HttpResponse:
    """Make a signing key, or replace the present one."""
    where = get_next_redirect_url(request) or ""
    context = {"key": signing.key_of(request.user), "next": where}
    if request.method == "POST":
        passphrase = request.POST.get("passphrase", "")
        try:
            if passphrase != request.POST.get("again"):
                raise UserError(_("The two passphrases are not the same."))
            signing.make_key(request.user, passphrase)
        except UserError as error:
            return render(request, "people/signing_key.html", {**context, "problem": error})
        return redirect(where or "my-account")
    return render(request, "people/signing_key.html", context)


@requires("people.own_account")
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this account is signed in; end one session, or all others."""
    here = kept(request.session.session_key or "")
    rows = SignedIn.objects.filter(user=request.user).order_by("since")
    if request.method == "POST":
        ended = rows.exclude(session=here)
        if "end" in request.POST:
            ended = ended.filter(session=request.POST["end"][:40])
        Session.objects.filter(session_key__in=list(ended.values_list("pk", flat=True))).delete()
        ended.delete()
        return redirect("sessions")
    living = Session.objects.filter(expire_date__gt=timezone.now())
    rows = rows.filter(session__in=living.values("session_key"))
    return render(request, "people/sessions.html", {"sessions": rows, "here": here})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of a refusal (403); it says nothing about what was asked for."""
    return render(request, "people/forbidden.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token does not fit: sent by another page, or too old."""
    return render(request, "people/forged.html", status=403)
