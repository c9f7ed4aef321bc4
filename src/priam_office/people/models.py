"""Accounts. What an account did stands in the record under its opaque actor, not its name."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

__all__ = ["RoleHeld", "User"]


def new_key() -> str:
    """Twelve random characters that name an account in the record."""
    return secrets.token_hex(6)


class UserManager(BaseUserManager["User"]):
    """Makes accounts; Django's own commands expect these names."""

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

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    PERSONAL = frozenset({"username", "name", "email", "password"})
    IMPERSONAL = frozenset({"id", "key", "language", "is_active", "last_login"})

    @property
    def actor(self) -> str:
        """Who acts, in the record."""
        return f"person/{self.key}"

    @property
    def roles(self) -> frozenset[str]:
        """Roles held now; an account that is disabled holds none."""
        if not self.is_active:
            return frozenset()
        if not hasattr(self, "_roles"):
            held = self.roles_held.filter(until=None).values_list("role", flat=True)
            self._roles = frozenset(held)
        return self._roles

    @property
    def initials(self) -> str:
        """One or two letters that stand for the person beside their name."""
        words = [word for word in str(self).split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def __str__(self) -> str:
        return self.name or self.username


class RoleHeld(models.Model):
    """That an account holds a role, from when, and until when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles_held")
    role = models.CharField(max_length=20)
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)

    PERSONAL = frozenset({"user"})
    IMPERSONAL = frozenset({"id", "role", "since", "until"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(until=None), name="role_held_once"
            )
        ]
