"""Tokens with which a program acts for an account; only their hashes are kept."""

from __future__ import annotations

from django.db import models

from priam_office.people.models import User

__all__ = ["Token"]


class Token(models.Model):
    """One token of an account. It may do what the account may, for as long as the account may."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=60)
    hash = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now_add=True)
    ends = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    PERSONAL = frozenset({"user", "label"})
    IMPERSONAL = frozenset({"id", "hash", "made", "ends", "revoked"})

    class Meta:
        ordering = ["-made", "-id"]
