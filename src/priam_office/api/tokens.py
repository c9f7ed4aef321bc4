"""Make, check and revoke tokens.

A token is ``priam_`` and 43 random characters, so its plain SHA-256 cannot be guessed back.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from priam_office.api.models import Token
from priam_office.people.models import User

__all__ = ["LIFETIME", "account_of", "make", "revoke"]

LIFETIME = timedelta(days=90)
_PREFIX = "priam_"


def make(user: User, label: str) -> str:
    """A new token for ``user``; this is the only time it is seen."""
    token = _PREFIX + secrets.token_urlsafe(32)
    ends = timezone.now() + LIFETIME
    Token.objects.create(user=user, label=label, hash=_hash(token), ends=ends)
    return token


def revoke(user: User, token_id: int) -> bool:
    """End a token of this account at once; False if it has no such token."""
    now = timezone.now()
    rows = Token.objects.filter(pk=token_id, user=user, revoked=None)
    return bool(rows.update(revoked=now))


def account_of(token: str) -> User | None:
    """The account a token acts for; None if it does not hold (any more)."""
    if not token.startswith(_PREFIX) or len(token) > 100:
        return None
    held = Token.objects.select_related("user").filter(
        hash=_hash(token), revoked=None, ends__gt=timezone.now(), user__is_active=True
    )
    row = held.first()
    return row.user if row else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
