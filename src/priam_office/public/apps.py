"""The public pages: they read, and cannot reach a write (held by import-linter)."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["PublicConfig"]


class PublicConfig(AppConfig):
    name = "priam_office.public"
    label = "public"
