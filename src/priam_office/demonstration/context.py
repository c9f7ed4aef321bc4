"""Says on every page that everybody in this installation is made up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from priam_office.demonstration.playing import is_demonstration

__all__ = ["demonstration"]


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``demonstration`` is true in a marked installation."""
    return {"demonstration": is_demonstration(settings.INSTALLATION)}
