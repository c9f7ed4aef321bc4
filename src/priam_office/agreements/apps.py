"""Agreements and what is claimed about them, as tables made from events."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["AgreementsConfig"]


class AgreementsConfig(AppConfig):
    name = "priam_office.agreements"
    label = "agreements"
