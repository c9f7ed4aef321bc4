"""The app of releases."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ReleasesConfig"]


class ReleasesConfig(AppConfig):
    name = "priam_office.releases"
    label = "releases"
