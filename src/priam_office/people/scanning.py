"""A scanned or typed tag leads to the page of what it is stuck on.

An app says once how its tags are found, in its ``AppConfig.ready``::

    scanning.register("cases.view", queries.find)

``find(tag)`` gives the address of the page, or None; it is asked only on behalf of those who
hold the permission. What is typed may come from a forged label, so nothing of it is used but a
tag in its one valid form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from priam.labels.tags import TagError, near, parse
from priam_office.people.permissions import PERMISSIONS, permits

__all__ = ["FINDERS", "Finder", "Scanned", "register", "scan"]

LONGEST = 40  # characters that a tag may have with every hyphen and space somebody might type
_MOST_SUGGESTIONS = 3

Finder = Callable[[str], str | None]

#: How tags are found: (permission of the page, finder), in the order they are asked.
FINDERS: list[tuple[str, Finder]] = []


def register(permission: str, finder: Finder) -> None:
    """Let tags be found by ``finder`` for those who hold ``permission``."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    if (permission, finder) not in FINDERS:
        FINDERS.append((permission, finder))


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of a code: an ``address``, or a ``problem`` in words.

    ``suggestions``: (tag, address) of what was likely meant. ``tag`` is empty for a code that is
    no tag at all; such a code is never shown.
    """

    tag: str = ""
    address: str | None = None
    problem: str = ""
    suggestions: list[tuple[str, str]] = field(default_factory=list)


def scan(user: Any, code: str) -> Scanned:
    """Where the code leads for this account."""
    refusal = _refusal(code)
    if refusal:
        return Scanned(problem=refusal)
    finders = [finder for permission, finder in FINDERS if permits(user, permission)]
    try:
        tag = parse(code)
    except TagError:
        return _mistyped(code, finders)
    address = _found(tag, finders)
    if address is None:
        return Scanned(tag, problem=_("Nothing that you may open carries the tag %s.") % tag)
    return Scanned(tag, address)


def _refusal(code: str) -> str:
    """Why a code cannot be a tag, whoever made it; empty if it may be one."""
    plain = code.strip()
    if not plain:
        return _("Scan a label, or type its tag.")
    if len(plain) > LONGEST:
        return _("This code is too long for a tag; it was not followed.")
    if any(unicodedata.category(character)[0] == "C" for character in plain):
        return _("This code holds characters that no tag has; it was not followed.")
    if "://" in plain or plain.casefold().startswith(("http", "www.")):
        return _("This code is a web address and not a tag; it was not followed.")
    return ""


def _mistyped(code: str, finders: list[Finder]) -> Scanned:
    meant: list[tuple[str, str]] = []
    for tag in near(code):
        address = _found(tag, finders)
        if address is not None:
            meant.append((tag, address))
        if len(meant) == _MOST_SUGGESTIONS:
            break
    if meant:
        return Scanned(problem=_("The tag has a mistake."), suggestions=meant)
    return Scanned(problem=_("This is no valid tag; scan it again or compare it with the label."))


def _found(tag: str, finders: list[Finder]) -> str | None:
    return next((address for finder in finders if (address := finder(tag)) is not None), None)
