"""The laboratory: above cases and families, because a profile is of a sample of one of them."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["LaboratoryConfig"]


class LaboratoryConfig(AppConfig):
    name = "priam_office.laboratory"
    label = "laboratory"

    def ready(self) -> None:
        from priam_office.cases import analyses
        from priam_office.laboratory.answers import analyses_of, find
        from priam_office.people import scanning

        scanning.register("laboratory.view", find)
        analyses.answer_with(analyses_of)
