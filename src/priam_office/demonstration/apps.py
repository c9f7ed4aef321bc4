"""The app of the demonstration; its pages exist only in an installation that is one."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DemonstrationConfig"]


class DemonstrationConfig(AppConfig):
    name = "priam_office.demonstration"
    label = "demonstration"
