"""The menu of those who are signed in: an entry for each page that a role may open."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from priam_office.people.exceptions import AREAS
from priam_office.people.permissions import ROLES, permits

__all__ = ["MENU", "May", "MenuEntry", "menu"]


class MenuEntry(NamedTuple):
    """``url_name`` opens with ``permission``; ``starts`` are the first letters of the names of
    pages that belong under it."""

    label: str
    url_name: str
    permission: str
    starts: str


MENU = [
    MenuEntry(_("My day"), "day", "people.day", "day"),
    MenuEntry(_("Mortuary"), "mortuary", "cases.view", "mortuary"),
    MenuEntry(_("Bags"), "bags", "cases.view", "bag"),
    MenuEntry(_("Cases"), "cases", "cases.view", "case"),
    MenuEntry(_("Samples"), "samples", "cases.view", "sample"),
    MenuEntry(_("Places"), "places", "cases.view", "place"),
    MenuEntry(_("Offline"), "offline", "cases.work", "offline"),
    MenuEntry(_("Families"), "families", "families.view", "famil"),
    MenuEntry(_("Missing persons"), "missing-people", "families.view", "missing"),
    MenuEntry(_("Laboratory"), "laboratory", "laboratory.view", "laboratory"),
    MenuEntry(_("Board"), "board", "board.view", "board"),
    MenuEntry(_("Releases"), "releases", "release.view", "release"),
    MenuEntry(_("Negotiation"), "negotiation", "handovers.view", "negotiation"),
    MenuEntry(_("Accounts"), "accounts", "people.manage", "account"),
    MenuEntry(_("Reads"), "reads", "record.audit", "reads"),
    MenuEntry(_("Permissions"), "permissions", "record.audit", "permissions"),
    MenuEntry(_("Exceptional access"), "exceptions", "people.agree", "exceptions"),
]


class May:
    """What the account may, as templates ask: ``{% if may.cases.work %}``.

    With exceptional access one may look (``cases.view``) and do nothing (not ``cases.work``), so
    a form or a button that does something asks for the permission of what it leads to.
    """

    def __init__(self, user: Any, app: str = "") -> None:
        self._user, self._app = user, app

    def __getitem__(self, name: str) -> May | bool:
        return permits(self._user, f"{self._app}.{name}") if self._app else May(self._user, name)


def menu(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the entries this account may open, its roles, its exceptional access."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    return {
        "work_exceptions": [
            {"area": AREAS.get(name, name), "until": right.until}
            for name, right in user.exceptions.items()
        ],
        "may": May(user),
        "work_roles": [name for role, name in ROLES.items() if role in user.roles],
        "work_menu": [
            {"label": e.label, "url": reverse(e.url_name), "current": here.startswith(e.starts)}
            for e in MENU
            if permits(user, e.permission)
        ],
    }
