"""The page of estimates; it reads stored results and writes nothing."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["TotalsConfig"]


class TotalsConfig(AppConfig):
    name = "priam_office.totals"
    label = "totals"
