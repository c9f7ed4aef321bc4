"""Rows of rights for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

from django.db import models

from priam.events import (
    AGREEING_ROLES,
    AccessAgreed,
    AccessAsked,
    AccessEnded,
    Recorded,
    RoleGiven,
    RoleTaken,
    TokenEnded,
    TokenMade,
)
from priam_office.people.models import Right
from priam_office.record.projection import Before, as_it_was

__all__ = ["MODELS", "rows"]

MODELS = (Right,)


def rows(recorded: Recorded, before: Before) -> list[models.Model]:
    """The rows that this event adds or replaces."""
    match recorded.event:
        case RoleGiven(account=account, role=role):
            name = f"{account}/{role}"
            since = recorded.received_time
            return [Right(right=name, account=account, role=role, since=since)]
        case RoleTaken(account=account, role=role):
            return [_ended(as_it_was(before, Right, f"{account}/{role}"), recorded)]
        case TokenMade(account=account, token=token):
            since = recorded.received_time
            return [Right(right=f"token/{account}/{token}", account=account, since=since)]
        case TokenEnded(account=account, token=token):
            return [_ended(as_it_was(before, Right, f"token/{account}/{token}"), recorded)]
        case AccessAsked() as event:
            return [_asked(event, recorded)]
        case AccessAgreed(access=access):
            return [_agreed(as_it_was(before, Right, f"access/{access}"), recorded)]
        case AccessEnded(access=access):
            return [_ended(as_it_was(before, Right, f"access/{access}"), recorded)]
    return []


def _asked(event: AccessAsked, recorded: Recorded) -> Right:
    return Right(
        right=f"access/{event.access}",
        account=event.account,
        permission=event.permission,
        since=recorded.received_time,
        until=recorded.received_time,
        planned_end=event.until,
    )


def _agreed(right: Right, recorded: Recorded) -> Right:
    right.agreed += 1
    if right.agreed == len(AGREEING_ROLES):
        right.since, right.until = recorded.received_time, right.planned_end
    return right


def _ended(right: Right, recorded: Recorded) -> Right:
    right.until = recorded.received_time
    return right
