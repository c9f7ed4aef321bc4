"""The app of the interface for programs."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ApiConfig"]


class ApiConfig(AppConfig):
    name = "priam_office.api"
    label = "api"
