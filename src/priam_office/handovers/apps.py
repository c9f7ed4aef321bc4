"""The app; its events are known once Django is set up."""

from __future__ import annotations

from django.apps import AppConfig


class HandoversConfig(AppConfig):
    """Handovers between installations."""

    name = "priam_office.handovers"
    label = "handovers"

    def ready(self) -> None:
        from priam_office.handovers import evidence, queries  # noqa: F401  evidence: its events
        from priam_office.people import waiting

        for label, page, counted in queries.WAITING:
            waiting.register(label, page, "handovers.work", counted)
