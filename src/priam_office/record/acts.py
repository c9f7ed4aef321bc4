"""Where the store meets :mod:`priam.events`: bytes to events and back, rules and state.

The store itself knows no type of event but one, the destruction of a salt. A payload carries the
version of its event type, so that what was committed to says how it is to be read.
"""

from __future__ import annotations

import json
from typing import Any

from priam.events.base import Event, Recorded, decode
from priam.events.state import State, apply, check
from priam.tlog.leaves import canonical_json
from priam_office.record import destruction  # noqa: F401  registers its event
from priam_office.record.models import Event as Row

__all__ = ["Event", "Recorded", "State", "apply", "body", "check", "encode", "from_row"]


def encode(event: Event) -> str:
    """The payload as the RFC 8785 text that is stored and committed to."""
    return canonical_json({"version": event.version, "body": event.to_payload()}).decode()


def body(row: Row) -> dict[str, Any]:
    """The fields of the event as they were written."""
    fields: dict[str, Any] = json.loads(row.payload)["body"]
    return fields


def from_row(row: Row) -> Recorded:
    """The recorded event of a row."""
    payload = json.loads(row.payload)
    return Recorded(
        event_id=row.event_id,
        sequence=row.sequence,
        actor=row.actor,
        claimed_time=row.claimed_time,
        received_time=row.received_time,
        event=decode(row.type, payload["version"], payload["body"]),
    )
