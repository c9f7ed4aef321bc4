"""Where the store meets :mod:`priam.events`: bytes to events and back, rules and state.

The store itself knows but few types of events: a salt was destroyed, events were lost. A payload
carries the version of its event type, so that what was committed to says how it is to be read.
"""

from __future__ import annotations

import json
from typing import Any

from priam.events.base import EVENTS, Event, Recorded, decode
from priam.events.state import State, apply, check
from priam.tlog.leaves import canonical_json
from priam_office.record import destruction, lost  # noqa: F401  they register their events
from priam_office.record.models import Event as Row
from priam_office.vault.compartments import SEALED
from priam_office.vault.sealing import open_text, seal

__all__ = [
    "Event",
    "Recorded",
    "State",
    "apply",
    "body",
    "check",
    "compartment_of",
    "encode",
    "from_row",
    "opened",
    "stored",
]


def encode(event: Event) -> str:
    """The payload as the RFC 8785 text that is committed to."""
    return canonical_json({"version": event.version, "body": event.to_payload()}).decode()


def compartment_of(type: str) -> str:
    """The compartment of an event type."""
    return EVENTS[type].compartment if type in EVENTS else Event.compartment


def stored(one: Recorded, payload: str) -> str:
    """The payload as it is kept: sealed where its compartment is (:mod:`priam_office.vault`).

    The commitment is over the text itself, so a sealed payload proves as much as an open one.
    """
    compartment = one.event.compartment
    if compartment not in SEALED:
        return payload
    return seal(compartment, payload, _place(one.event.type, one.event_id))


def opened(type: str, event_id: str, payload: str) -> str:
    """The payload that was committed to, from what is kept."""
    return open_text(payload, _place(type, event_id))


def _place(type: str, event_id: str) -> str:
    return f"record_event.payload|{type}|{event_id}"


def body(row: Row) -> dict[str, Any]:
    """The fields of the event as they were written."""
    fields: dict[str, Any] = json.loads(opened(row.type, row.event_id, row.payload))["body"]
    return fields


def from_row(row: Row) -> Recorded:
    """The recorded event of a row."""
    payload = json.loads(opened(row.type, row.event_id, row.payload))
    return Recorded(
        event_id=row.event_id,
        sequence=row.sequence,
        actor=row.actor,
        claimed_time=row.claimed_time,
        received_time=row.received_time,
        event=decode(row.type, payload["version"], payload["body"]),
    )
