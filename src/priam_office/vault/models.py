"""Data keys, each wrapped by the key of its compartment, which is never in the database."""

from __future__ import annotations

from django.db import models

__all__ = ["DataKey"]


class DataKey(models.Model):
    """A 256-bit key, wrapped with AES-256-GCM. ``key_id`` is random, so ids never collide."""

    key_id = models.CharField(max_length=16, primary_key=True)
    compartment = models.CharField(max_length=16, db_index=True)
    wrapped = models.CharField(max_length=200)
    made = models.DateTimeField(auto_now_add=True)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"key_id", "compartment", "wrapped", "made"})
