"""Events that an old backup lost: what others gave back, and what is gone but for its hash.

The log of an installation that lost events may only go on where it can be made again leaf by
leaf, up to a checkpoint that it signed itself. Where the content of an event is nowhere any more
its leaf hash stands in its place (:class:`Lost`), under an event that says so (:class:`PutBack`):
else a hash in place of an event is a finding of the audit.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State
from priam.tlog.tables import LOST

__all__ = ["LOST", "Lost", "PutBack", "id_of"]


@dataclass(frozen=True, slots=True)
class Lost(Event):
    """Nothing is known of the event at this place but the ``hash`` (hex) of its leaf."""

    type: ClassVar[str] = LOST
    hash: str

    def check(self, state: State, recorded: Recorded) -> None:
        if recorded.event_id != id_of(self.hash):
            raise RuleError("a lost event is put back, never recorded")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class PutBack(Event):
    """Events that this installation had lost were put back; ``lost`` are the places of those that
    are known by their hash only."""

    type: ClassVar[str] = "record.put_back"
    size: int
    lost: tuple[int, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        if self.size > state.size:
            raise RuleError(f"{self.size} events are more than there are")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


def id_of(digest: str) -> str:
    """A UUIDv7 that stands for the unknown id of a lost event."""
    raw = bytearray(hashlib.sha256(b"priam lost event\n" + digest.encode()).digest()[:16])
    raw[:6] = bytes(6)
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))
