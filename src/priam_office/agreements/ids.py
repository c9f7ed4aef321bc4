"""Ids of events that are loaded from a file: made from their content.

Loading one file twice writes nothing twice. What a claims file amounts to as events, and back,
is :mod:`priam.accounting.recording`.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid

from priam.events import Event
from priam.tlog.leaves import canonical_json

__all__ = ["content_id"]


def content_id(event: Event) -> str:
    """A UUIDv7 made from the content of an event: the same event has the same id.

    Its time is the day the event speaks of, where it does, so that ids sort roughly by date.
    """
    content = canonical_json([event.type, event.version, event.to_payload()])
    digest = hashlib.sha256(b"priam event\n" + content).digest()
    milliseconds = _day_of(event).to_bytes(6, "big")
    raw = bytearray(milliseconds + digest[:10])
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))


def _day_of(event: Event) -> int:
    text = str(getattr(event, "claimed_on", "") or "")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return 0
    start = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    return max(0, int(start.timestamp() * 1000))
