"""The board: above the laboratory, because it weighs what everybody else found."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["BoardConfig"]


class BoardConfig(AppConfig):
    name = "priam_office.board"
    label = "board"

    def ready(self) -> None:
        from priam_office.board.scanned import find
        from priam_office.people import scanning

        scanning.register("board.view", find)
