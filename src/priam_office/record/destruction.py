"""The one deletion there is: the salt of an event, after an event that says so.

Without its salt a commitment no longer ties the leaf to what the event said; the log still
verifies. The database lets a salt go only when such an event names it (see ``guards``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State

__all__ = ["SaltDestroyed"]


@dataclass(frozen=True, slots=True)
class SaltDestroyed(Event):
    """The salt of the event with id ``event`` was destroyed, and why."""

    type: ClassVar[str] = "record.salt_destroyed"
    event: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.event not in state.event_ids:
            raise RuleError(f"there is no event {self.event!r}: its salt cannot be destroyed")
        if not self.reason.strip():
            raise RuleError("the destruction of a salt needs a reason")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state
