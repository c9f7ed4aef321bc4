"""What waits for somebody, as numbers on their first page.

An app says once what can wait, in its ``AppConfig.ready``::

    waiting.register(_("Bags to open"), "bags", "cases.work", queries.unopened)

``count(user)`` gives a number with one query; it is asked only for those who hold the permission.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.urls import reverse

from priam_office.people.permissions import PERMISSIONS, permits

__all__ = ["WAITING", "register", "waits_for"]

Count = Callable[[Any], int]


class Waiting(NamedTuple):
    """``label`` is marked for translation; ``url_name`` is the page where it is dealt with."""

    label: str
    url_name: str
    permission: str
    count: Count


WAITING: list[Waiting] = []


def register(label: str, url_name: str, permission: str, count: Count) -> None:
    """Let ``count`` be shown to those who hold ``permission``."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    entry = Waiting(label, url_name, permission, count)
    if entry not in WAITING:
        WAITING.append(entry)


def waits_for(user: Any) -> list[dict[str, Any]]:
    """Label, number and address of what waits; what does not wait is left out."""
    found = [(one, one.count(user)) for one in WAITING if permits(user, one.permission)]
    return [
        {"label": one.label, "count": count, "url": reverse(one.url_name)}
        for one, count in found
        if count
    ]
