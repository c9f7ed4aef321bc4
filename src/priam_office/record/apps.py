"""The lowest app: it knows no other."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["RecordConfig"]


class RecordConfig(AppConfig):
    name = "priam_office.record"
    label = "record"

    def ready(self) -> None:
        from priam_office.record import checks  # noqa: F401  registers the system checks
