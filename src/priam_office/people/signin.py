"""Signing in: what Priam asks of django-allauth, and what it adds.

allauth keeps passwords, second factors, passkeys and the counting of guesses. Here are its two
adapters (words, sealing of secrets, no e-mail, no signing up), the rule that a one-time code
opens once, the marks a session gets, and :func:`recently_signed_in` for views that sign.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed, password_changed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django import forms
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from priam_office.people.models import SignedIn, User
from priam_office.people.permissions import SECOND_FACTOR
from priam_office.people.sessions import kept
from priam_office.vault.sealing import open_text, seal

__all__ = [
    "AccountAdapter",
    "OneTimeForm",
    "OneTimeReauthenticateForm",
    "SecondFactorAdapter",
    "recently_signed_in",
]

FRESH = 5 * 60  # seconds for which a sign-in opens the form of a signature
FORM = 15 * 60  # seconds for which it lets the filled form be sent
_CODE_LIVES = 120  # seconds in which a one-time code could be shown twice
_PLACE = "mfa_authenticator.data"

View = Callable[..., HttpResponse]

_WRONG = _("The name or the password is not right.")
_TOO_MANY = _("Too many tries. Wait some minutes.")
_WRONG_CODE = _("This code is not right.")
# What allauth tells after an act, in our words; it tells nothing else.
_TOLD = {
    "account/messages/password_changed.txt": _("The password is changed."),
    "mfa/messages/totp_activated.txt": _("The app with codes is set up."),
    "mfa/messages/totp_deactivated.txt": _("The app with codes is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No signing up, no e-mail; words that do not tell whether an account exists."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _WRONG,
        "account_inactive": _WRONG,
        "invalid_login": _WRONG,
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("The password is not right."),
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
        "incorrect_code": _WRONG_CODE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        return None

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        message: str | None = None,
        **kwargs: Any,
    ) -> None:
        text = message or _TOLD.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not again within minutes of the last time, the sign-in itself included."""
        return not signed_in_within(self.request, FRESH)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second factor where there is one: a password alone may have been overlooked."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return list(reversed(factors)) or methods

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("day")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("my-account")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are sealed in the database, in a compartment of their own."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _WRONG_CODE}

    def encrypt(self, text: str) -> str:
        return seal("access", text, _PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text, _PLACE)

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """What a passkey keeps of the account; some keys show it before they are unlocked."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.username}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        from allauth.mfa.models import Authenticator
        from django.utils.translation import gettext

        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}


class _Once:
    """A one-time code opens once, also while its neighbours in time are still taken."""

    user: User

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digest = hashlib.sha256(f"{self.user.pk}:{code.strip()}".encode()).hexdigest()
        if not cache.add(f"code:{digest}", 1, _CODE_LIVES):
            raise forms.ValidationError(_WRONG_CODE)
        return code


class OneTimeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """The code of an app, or a recovery code, at sign-in."""


class OneTimeReauthenticateForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """The same, when signing in again."""


@receiver(authentication_step_completed)
def _mark_step(request: HttpRequest, method: str, **kwargs: Any) -> None:
    if method == "mfa":
        request.session[SECOND_FACTOR] = True


@receiver(authenticator_added)
def _mark_added(request: HttpRequest, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type != "recovery_codes":
        request.session[SECOND_FACTOR] = True


@receiver(authenticator_removed)
def _mark_removed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    from allauth.mfa.utils import is_mfa_enabled

    if not is_mfa_enabled(user):
        request.session.pop(SECOND_FACTOR, None)


@receiver(user_logged_in)
def _note_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    if not request.session.session_key:
        request.session.save()
    SignedIn.objects.update_or_create(
        session=kept(request.session.session_key or ""),
        defaults={
            "user": user,
            "address": request.META.get("REMOTE_ADDR", "")[:45],
            "browser": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


@receiver(password_changed)
def _mark_password(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _note_session(request, user)  # the session goes on under a new key
    User.objects.filter(pk=user.pk).update(first_password=False)


def signed_in_within(request: HttpRequest, seconds: int) -> bool:
    """Whether this person showed password, code or passkey in this session so recently."""
    times = [entry["at"] for entry in get_authentication_records(request, request.user)]
    return bool(times) and time.time() - times[-1] < seconds


def recently_signed_in(view: View) -> View:
    """Let only those sign who proved within minutes that they are the person of the session.

    The page with the form asks for it, so that nothing filled in is lost; a form that was sent
    too late is not taken, and nothing of it is kept.
    """

    @functools.wraps(view)
    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowed = FRESH if request.method in ("GET", "HEAD") else FORM
        if not signed_in_within(request, allowed):
            methods = AccountAdapter(request).get_reauthentication_methods(request.user)
            where = methods[0]["url"] if methods else reverse("sign-in")
            return redirect(f"{where}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return fresh
