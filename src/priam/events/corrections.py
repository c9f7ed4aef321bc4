"""A mistake is corrected by a further event, never by an edit."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError, decode
from priam.events.handovers import CountStated, ReservationMade
from priam.events.offers import OfferCharacterised
from priam.events.state import Entry, State
from priam.events.values import Reservation

__all__ = ["Corrected"]


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """Replaces what an earlier count, reservation or characterisation says, or strikes it out.

    ``corrects`` is the id of that event, or of the last correction of it. Exactly the fields
    given are replaced; with none, and ``strike`` true, the statement no longer holds. Both stay
    on record, and only the party that spoke may correct.
    """

    type: ClassVar[str] = "record.corrected"

    corrects: str
    by: str
    reason: str
    count: int | None = None
    text: str | None = None
    reservation: Reservation | None = None
    strike: bool = False

    def check(self, state: State, recorded: Recorded) -> None:
        entry = self._entry(state)
        if getattr(entry.event, "by", None) != self.by:
            raise RuleError(f"only the party that stated {self.corrects} may correct it")
        last = entry.corrections[-1] if entry.corrections else None
        if last is not None and self.corrects != last:
            raise RuleError(f"{self.corrects} is already corrected; correct {last} instead")
        self._check_replacement(state, entry)

    def _entry(self, state: State) -> Entry:
        entry = state.entries.get(state.corrections.get(self.corrects, self.corrects))
        if entry is None:
            raise RuleError(f"there is nothing to correct: {self.corrects} is no such statement")
        return entry

    def _check_replacement(self, state: State, entry: Entry) -> None:
        given = [x for x in ("count", "text", "reservation") if getattr(self, x) is not None]
        fits = {CountStated: "count", OfferCharacterised: "text", ReservationMade: "reservation"}
        if self.strike != (not given) or len(given) > 1:
            raise RuleError("a correction gives one new value, or strikes the old one out")
        if given and given[0] != fits[type(entry.event)]:
            raise RuleError(f"{given[0]!r} is not what {self.corrects} states")
        value = self._value(entry)
        if isinstance(value, CountStated):
            if value.count < 0:
                raise RuleError(f"a count of {value.count} is negative")
            value.check_excess(state)
        elif value is not None:
            value.check(state, Recorded(*_NOWHERE, value))

    def _value(self, entry: Entry) -> Event | None:
        """What holds after the correction."""
        if self.strike:
            return None
        payload = entry.event.to_payload()
        for name in ("count", "text", "reservation"):
            if getattr(self, name) is not None:
                payload[name] = self.to_payload()[name]
        return decode(entry.event.type, entry.event.version, payload)

    def effect(self, state: State, recorded: Recorded) -> State:
        root = state.corrections.get(self.corrects, self.corrects)
        entry = state.entries[root]
        corrected = dataclasses.replace(
            entry, value=self._value(entry), corrections=(*entry.corrections, recorded.event_id)
        )
        return state.having(
            entries=state.entries.set(root, corrected),
            corrections=state.corrections.set(recorded.event_id, root),
        )


_NOWHERE = (
    "00000000-0000-7000-8000-000000000000",
    0,
    "",
    "2000-01-01T00:00:00Z",
    "2000-01-01T00:00:00Z",
)
