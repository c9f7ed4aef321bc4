"""Make, check and end tokens.

A token is ``priam_`` and 43 random characters, so its plain SHA-256 cannot be guessed back. That
it holds is a right made from events, so it ends in the same transaction as the event says.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from priam.events import TokenEnded, TokenMade
from priam_office.api.models import Token
from priam_office.people.models import Right, User
from priam_office.record.write import record

__all__ = ["LIFETIME", "account_of", "end", "held", "make"]

LIFETIME = timedelta(days=90)
_PREFIX = "priam_"


def make(user: User, label: str) -> str:
    """A new token for ``user``; this is the only time it is seen."""
    token, name = _PREFIX + secrets.token_urlsafe(32), secrets.token_hex(6)
    ends = timezone.now() + LIFETIME
    row = Token.objects.create(
        user=user, right=f"token/{user.key}/{name}", label=label, hash=_hash(token), ends=ends
    )
    try:
        record(TokenMade(user.key, name), by=user.actor)
    except BaseException:
        row.delete()  # without its event it holds nothing
        raise
    return token


def end(user: User, token_id: int) -> bool:
    """End a token of this account at once; False if it holds no such token."""
    row = held(user).filter(pk=token_id).first()
    if row is None:
        return False
    record(TokenEnded(user.key, row.right.rpartition("/")[2]), by=user.actor)
    return True


def held(user: User) -> QuerySet[Token]:
    """The tokens of this account that hold, the newest first."""
    return _holding().filter(user=user)


def account_of(token: str) -> User | None:
    """The account a token acts for; None if it does not hold (any more)."""
    if not token.startswith(_PREFIX) or len(token) > 100:
        return None
    row = _holding().select_related("user").filter(hash=_hash(token), user__is_active=True).first()
    return row.user if row else None


def _holding() -> QuerySet[Token]:
    rights = Right.objects.filter(right__startswith="token/", until="").values("right")
    return Token.objects.filter(right__in=rights, ends__gt=timezone.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
