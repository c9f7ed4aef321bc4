"""The mortuary's app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["CasesConfig"]


class CasesConfig(AppConfig):
    name = "priam_office.cases"
    label = "cases"

    def ready(self) -> None:
        from priam_office.cases import queries
        from priam_office.people import scanning, waiting

        scanning.register("cases.view", queries.find)
        for label, page, counted in queries.WAITING:
            waiting.register(label, page, "cases.work", counted)
