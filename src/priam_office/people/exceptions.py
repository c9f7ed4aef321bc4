"""Exceptional access: a look at what one's role does not show, for a reason and for a time.

It is asked for, agreed to by one legal officer and one auditor, and recorded before anything is
shown (``access.*`` in :mod:`priam.events.accounts`). It only shows: of forms, only a search can
be sent with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop as _

from priam.events import AGREEING_ROLES, AccessAgreed, AccessAsked, AccessEnded
from priam.events.accounts_rows import Access
from priam_office.people.models import User
from priam_office.people.permissions import PERMISSIONS, ROLES
from priam_office.record.acts import body
from priam_office.record.models import Event
from priam_office.record.state import known
from priam_office.record.write import record

__all__ = ["AREAS", "Request", "agree", "areas_for", "ask", "end", "requests", "to_agree"]

#: What can be asked for, in words.
AREAS: dict[str, str] = {
    "cases.view": _("Bags, cases and samples"),
    "families.view": _("Missing persons and families"),
    "laboratory.view": _("Genetic profiles"),
    "board.view": _("Evidence before the board"),
    "release.view": _("Releases"),
    "handovers.view": _("Agreements and handovers"),
}
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Request:
    """One exceptional access as a page shows it; ``status``: waits, holds, over."""

    access: str
    account: User | None
    area: str
    reason: str
    asked: str
    until: str
    agreed: tuple[str, ...]
    status: str
    can_agree_as: str = ""
    can_end: bool = False
    own: bool = False

    @property
    def answers(self) -> list[tuple[str, bool]]:
        """Each role that has to agree, and whether somebody in it did."""
        return [(ROLES[role], role in self.agreed) for role in AGREEING_ROLES]


def areas_for(user: User) -> dict[str, str]:
    """What this account may ask for: all that its roles do not show already."""
    return {name: words for name, words in AREAS.items() if not PERMISSIONS[name] & user.roles}


def ask(user: User, permission: str, reason: str, hours: int) -> str:
    """Ask to be shown what ``permission`` shows, for so many hours; returns the id."""
    access = secrets.token_hex(8)
    until = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    record(AccessAsked(access, user.key, permission, reason, until), by=user.actor)
    return access


def agree(user: User, access: str) -> None:
    """Agree in the first role of :data:`AGREEING_ROLES` that is still missing and held."""
    found = known().state.accesses.get(access)
    role = _open_role(user, found) if found else ""
    record(AccessAgreed(access, role or AGREEING_ROLES[0]), by=user.actor)


def end(user: User, access: str) -> None:
    """End an access before its time, or refuse it."""
    record(AccessEnded(access), by=user.actor)


def requests(user: User) -> list[Request]:
    """The latest requests: all of them for those who agree, else one's own. Two queries."""
    agreeing = bool(user.roles & set(AGREEING_ROLES))
    rows = Event.objects.filter(type=AccessAsked.type).order_by("-sequence")
    if not agreeing:
        rows = rows.filter(actor=user.actor)
    kept = [(row.received_time, body(row)) for row in rows[:_SHOWN]]
    people = User.objects.in_bulk({fields["account"] for _, fields in kept}, field_name="key")
    state, now = known().state, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        _request(user, state.accesses[fields["access"]], fields, asked, people, now)
        for asked, fields in kept
    ]


def to_agree(user: User) -> int:
    """How many requests wait for this person; no query beside that of the state."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = known().state.accesses.values()
    return sum(1 for row in rows if row.ended is None and row.until > now and _open_role(user, row))


def _request(
    user: User,
    access: Access,
    fields: dict[str, str],
    asked: str,
    people: dict[str, User],
    now: str,
) -> Request:
    over = access.ended is not None or access.until <= now
    status = "over" if over else "holds" if access.in_force else "waits"
    return Request(
        access.access,
        people.get(access.account),
        AREAS.get(access.permission, access.permission),
        fields["reason"],
        asked,
        access.until,
        tuple(sorted(access.agreed)),
        status,
        _open_role(user, access) if status == "waits" else "",
        not over and (user.key == access.account or bool(user.roles & set(AGREEING_ROLES))),
        user.key == access.account,
    )


def _open_role(user: User, access: Access) -> str:
    """The role in which this person may still agree; empty if in none."""
    if user.key == access.account or user.key in access.agreed.values():
        return ""
    return next((r for r in AGREEING_ROLES if r in user.roles and r not in access.agreed), "")
