"""Clerical review of pairs of names."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_noop as _

__all__ = ["ReviewsConfig"]


class ReviewsConfig(AppConfig):
    name = "priam_office.reviews"
    label = "reviews"

    def ready(self) -> None:
        from priam_office.people.menu import MENU, MenuEntry

        entry = MenuEntry(_("Lists"), "reviews", "reviews.decide", "review")
        if entry not in MENU:
            MENU.append(entry)
