"""Accounts. What an account did stands in the record under its opaque actor, not its name."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

__all__ = ["ResetAsked", "Right", "SealedKey", "SignedIn", "User"]


def new_key() -> str:
    """Twelve random characters that name an account in the record."""
    return secrets.token_hex(6)


class UserManager(BaseUserManager["User"]):
    """Makes accounts; Django's own commands expect these names."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").strip().casefold())

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who signs in. ``key`` is how the record names them; it is never reused."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)  # allauth expects one; nothing is ever sent
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    # counted up when roles change or the account is disabled: sessions begun before are over
    epoch = models.PositiveIntegerField(default=0)
    first_password = models.BooleanField(default=False)  # somebody else knows it; to be changed

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    PERSONAL = frozenset({"username", "name", "email", "password"})
    IMPERSONAL = frozenset({"id", "key", "language", "is_active", "epoch", "last_login"}) | {
        "first_password"
    }

    @property
    def actor(self) -> str:
        """Who acts, in the record."""
        return f"person/{self.key}"

    @property
    def roles(self) -> frozenset[str]:
        """Roles held now; an account that is disabled holds none."""
        return frozenset(right.role for right in self._rights() if right.role)

    @property
    def exceptions(self) -> dict[str, Right]:
        """Exceptional access in force now: permission -> the right; see ``people.access``."""
        return {right.permission: right for right in self._rights() if right.permission}

    def _rights(self) -> list[Right]:
        if not self.is_active:
            return []
        if not hasattr(self, "_rights_now"):
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            lasting = models.Q(until="") | models.Q(until__gt=now)
            self._rights_now = list(Right.objects.filter(lasting, account=self.key))
        return self._rights_now

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match; it changes with the password and with the epoch."""
        salt = "priam_office.people.models.User"
        value = f"{self.password}|{self.epoch}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        """One or two letters that stand for the person beside their name."""
        words = [word for word in str(self).split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def __str__(self) -> str:
        return self.name or self.username


class Right(models.Model):
    """A role that an account holds, a permission it holds as an exception, or that a program may
    act for it (``token/…``, without role and permission); made from events.

    ``until`` is empty for what lasts, else ISO 8601 in UTC. What was taken away ended then. An
    exception that was asked for has ended at once, until as many people ``agreed`` as must: then
    it lasts until its ``planned_end``.
    """

    right = models.CharField(max_length=60, primary_key=True)
    account = models.CharField(max_length=12, db_index=True)
    role = models.CharField(max_length=20, blank=True)
    permission = models.CharField(max_length=40, blank=True)
    since = models.CharField(max_length=30)
    until = models.CharField(max_length=30, blank=True)
    agreed = models.PositiveSmallIntegerField(default=0)
    planned_end = models.CharField(max_length=30, blank=True)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"right", "account", "role", "permission", "since", "until"}) | {
        "agreed",
        "planned_end",
    }


class SealedKey(models.Model):
    """The private half of a signing key, which only its person's passphrase opens."""

    key = models.CharField(max_length=120, primary_key=True)
    account = models.CharField(max_length=12, db_index=True)
    sealed = models.TextField()

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"key", "account", "sealed"})


class ResetAsked(models.Model):
    """That an administrator asks for a reset of somebody's sign-in; another one has to agree."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked = models.DateTimeField()

    PERSONAL = frozenset({"user", "asked_by"})
    IMPERSONAL = frozenset({"id", "asked"})


class SignedIn(models.Model):
    """Where somebody is signed in; ``session`` is the hash of a session's key."""

    session = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    PERSONAL = frozenset({"user", "address", "browser"})
    IMPERSONAL = frozenset({"session", "since"})
