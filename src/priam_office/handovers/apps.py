"""The app; its events are known once Django is set up."""

from __future__ import annotations

from django.apps import AppConfig


class HandoversConfig(AppConfig):
    """Handovers between installations."""

    name = "priam_office.handovers"
    label = "handovers"

    def ready(self) -> None:
        from priam_office.handovers import papers  # noqa: F401  registers its events
