"""Verbs on accounts: each is recorded, and what it takes away is gone before it is.

The record names accounts by their opaque key. Names and passwords are kept in the table of
accounts alone.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from priam.errors import UserError
from priam.events import (
    AccountDisabled,
    AccountEnabled,
    AccountOpened,
    RoleGiven,
    RoleTaken,
    SecondFactorReset,
    SigningKeyRevoked,
    TokenEnded,
)
from priam.events.accounts_rows import Account
from priam_office.people.models import User
from priam_office.people.permissions import ROLES
from priam_office.record.state import known
from priam_office.record.write import Entry, record, record_all

__all__ = [
    "change_roles",
    "disable",
    "enable",
    "end_sessions",
    "first_password",
    "open_account",
    "reset_sign_in",
    "single_line",
]

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def open_account(
    username: str,
    name: str = "",
    *,
    roles: Iterable[str] = (),
    by: str,
    password: str | None = None,
) -> User:
    """A new account with these roles. ``password`` is one that somebody else knows, so it has to
    be changed at the first sign-in; without it the account cannot sign in yet.

    Either all is done or nothing: a name without its events holds no role and is removed.
    """
    username, name = single_line(username).casefold(), single_line(name)
    if not username:
        raise UserError("an account needs a name to sign in with")
    wanted = _known_roles(roles)
    if User.objects.filter(username=username).exists():
        raise UserError(f"there is an account {username!r} already")
    first = password is not None
    user = User.objects.create_user(username, password, name=name, first_password=first)
    events = [AccountOpened(user.key), *(RoleGiven(user.key, role) for role in wanted)]
    try:
        record_all([Entry(event) for event in events], by=by)
    except BaseException:
        user.delete()
        raise
    return user


def change_roles(user: User, roles: Iterable[str], *, by: str) -> None:
    """Let the account hold exactly these roles; its sessions end if that changes anything."""
    wanted, held = set(_known_roles(roles)), set(known().state.accounts[user.key].roles)
    events = [RoleTaken(user.key, role) for role in sorted(held - wanted)]
    given = [RoleGiven(user.key, role) for role in sorted(wanted - held)]
    if not events and not given:
        return
    record_all([Entry(event) for event in [*events, *given]], by=by)
    end_sessions(user)


def disable(user: User, *, by: str) -> None:
    """End the account's sessions and its tokens and let it sign in no more; its signing key is
    revoked. None of them holds again when the account is enabled.

    The account is shut first and the event written then: a crash in between leaves it shut.
    """
    account = known().state.accounts[user.key]
    entries = [Entry(AccountDisabled(user.key)), *_taken_away(account, "left")]
    User.objects.filter(pk=user.pk).update(is_active=False)
    try:
        record_all(entries, by=by)
    except UserError:  # the last administrator stays
        User.objects.filter(pk=user.pk).update(is_active=user.is_active)
        raise
    end_sessions(user)


def enable(user: User, *, by: str) -> None:
    """Let the account sign in again."""
    record(AccountEnabled(user.key), by=by)
    User.objects.filter(pk=user.pk).update(is_active=True)


def reset_sign_in(user: User, *, by: str, asked_by: User | None = None) -> str:
    """Take away password, second factors and tokens and revoke the signing key; the new first
    password.

    On a page two administrators do it: ``asked_by`` is the other one.
    """
    account = known().state.accounts[user.key]
    reset = Entry(SecondFactorReset(user.key, asked_by.key if asked_by else None))
    record_all([reset, *_taken_away(account, "lost")], by=by)
    password = first_password()
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        user.set_password(password)
        user.first_password = True
        user.save(update_fields=["password", "first_password"])
    end_sessions(user)
    return password


def _taken_away(account: Account, reason: str) -> list[Entry]:
    """The ends of what an account signs with and of what acts for it."""
    keys = [] if account.key is None else [SigningKeyRevoked(account.key, reason)]
    tokens = [TokenEnded(account.account, token) for token in account.held_tokens]
    return [Entry(event) for event in (*keys, *tokens)]


def end_sessions(user: User) -> None:
    """No session of the account goes on, wherever it is open."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    user.refresh_from_db()
    user.__dict__.pop("_rights_now", None)


def first_password() -> str:
    """A password to be told once and changed at the first sign-in: five groups, 118 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))
    return "-".join(groups)


def single_line(text: str) -> str:
    """A name as it is kept: composed, in one line, without marks that turn the writing around."""
    composed = unicodedata.normalize("NFC", text)
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return " ".join(plain.split())


def _known_roles(roles: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(roles))
    for role in wanted:
        if role not in ROLES:
            raise UserError(f"{role!r} is no role; known are {', '.join(ROLES)}")
    return wanted
