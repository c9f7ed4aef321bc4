"""An event type for tests of the store, which does not care what an event means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A line of text; the empty line is against the rules."""

    type: ClassVar[str] = "noted_in_tests"
    text: str

    def check(self, state: State, recorded: Recorded) -> None:
        if not self.text:
            raise RuleError("an empty line is not noted")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state
