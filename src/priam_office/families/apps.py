"""Missing persons, families, consents, pedigrees."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["FamiliesConfig"]


class FamiliesConfig(AppConfig):
    name = "priam_office.families"
    label = "families"

    def ready(self) -> None:
        from priam_office.families.queries import WAITING, find
        from priam_office.people import scanning, waiting

        scanning.register("families.view", find)
        for label, page, counted in WAITING:
            waiting.register(label, page, "families.view", counted)
