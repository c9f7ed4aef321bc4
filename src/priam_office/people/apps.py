"""Accounts, roles and permissions."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["PeopleConfig"]


class PeopleConfig(AppConfig):
    name = "priam_office.people"
    label = "people"

    def ready(self) -> None:
        from priam_office.people import exceptions, reading, signin, waiting  # noqa: F401  register event and signals

        waiting.register("Exceptional access", "exceptions", "people.agree", exceptions.to_agree)
