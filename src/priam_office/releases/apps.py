"""The app of releases."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ReleasesConfig"]


class ReleasesConfig(AppConfig):
    name = "priam_office.releases"
    label = "releases"

    def ready(self) -> None:
        from priam_office.people import waiting
        from priam_office.releases import queries

        for label, page, counted in queries.WAITING:
            waiting.register(label, page, "release.view", counted)
