"""Where a scanned tag leads before the board, without what its pages load."""

from __future__ import annotations

from django.urls import reverse

from priam_office.cases.models import Case

__all__ = ["find"]


def find(tag: str) -> str | None:
    """Address of the board's page of a case."""
    if not Case.objects.filter(pk=tag).exists():
        return None
    return reverse("board-case", args=[tag])
