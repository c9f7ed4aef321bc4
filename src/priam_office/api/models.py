"""Tokens with which a program acts for an account; only their hashes are kept."""

from __future__ import annotations

from django.db import models

from priam_office.people.models import User

__all__ = ["Token"]


class Token(models.Model):
    """One token of an account. It may do what the account may, for as long as the account may.

    ``right`` names its row in the table of rights, which is made from events: the token holds
    while that row lasts, and ``ends`` at the latest.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    right = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=60)
    hash = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now_add=True)
    ends = models.DateTimeField()

    PERSONAL = frozenset({"user", "label"})
    IMPERSONAL = frozenset({"id", "right", "hash", "made", "ends"})

    class Meta:
        ordering = ["-made", "-id"]
