"""The lowest app: it knows keys and boxes, and nothing of what is in them."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

__all__ = ["VaultConfig"]


class VaultConfig(AppConfig):
    name = "priam_office.vault"
    label = "vault"

    def ready(self) -> None:
        post_migrate.connect(_first_data_keys, sender=self)


def _first_data_keys(**kwargs: Any) -> None:
    from priam_office.vault import datakeys

    datakeys.make_missing()
