"""Claims: who said what, about what, where; and what became of it. None is called true."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from priam.events.agreements import is_speaker
from priam.events.base import LARGEST, Event, Recorded, RuleError
from priam.events.state import ClaimEntry, Source, State
from priam.events.values import Scalar, Subject

__all__ = ["ClaimCorrected", "ClaimMade", "ClaimWithdrawn", "SourceRecorded"]


@dataclass(frozen=True, slots=True)
class SourceRecorded(Event):
    """Where something was published."""

    type: ClassVar[str] = "source.recorded"

    source: str
    publisher: str
    date: str | None = None
    url: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.source in state.sources:
            raise RuleError(f"source {self.source!r} is already recorded")

    def effect(self, state: State, recorded: Recorded) -> State:
        source = Source(self.source, self.publisher, self.date, self.url, recorded.event_id)
        return state.put("sources", self.source, source)


@dataclass(frozen=True, slots=True)
class ClaimMade(Event):
    """Somebody said something: ``value`` is a whole number for a count, else words.

    What nobody stated is no claim; there is no value for "no figure".
    """

    type: ClassVar[str] = "claim.made"

    claim: str
    claimed_on: str
    claimant: str
    party: str
    measure: str
    value: Scalar
    qualifier: str
    subject: Subject
    source: str
    unit: str | None = None
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.claim in state.claims:
            raise RuleError(f"claim {self.claim!r} is already recorded; a claim is kept once")
        if not is_speaker(state, self.party):
            raise RuleError(f"there is no party {self.party!r} to claim: declare it first")
        if self.source not in state.sources:
            raise RuleError(f"there is no source {self.source!r}: record it first")
        if isinstance(self.value, int) and not 0 <= self.value <= LARGEST:
            raise RuleError(f"a figure of {self.value} is negative or beyond what JSON keeps")
        self._check_subject(state)

    def _check_subject(self, state: State) -> None:
        about = self.subject
        if about.reading is not None and about.agreement is None:
            raise RuleError(f"the reading {about.reading!r} names no agreement")
        if about.agreement is None:
            return
        agreement = state.agreement(about.agreement)
        if about.reading is not None and about.reading not in agreement.readings:
            raise RuleError(f"agreement {about.agreement!r} has no reading {about.reading!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("claims", self.claim, ClaimEntry(self, recorded.event_id))


@dataclass(frozen=True, slots=True)
class ClaimCorrected(Event):
    """The side that made a claim replaced it by a later one; the first stays on record."""

    type: ClassVar[str] = "claim.corrected"

    claim: str
    replaced_by: str
    on: str
    reason: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        old, new = _standing(state, self.claim), _standing(state, self.replaced_by)
        if self.claim == self.replaced_by:
            raise RuleError(f"claim {self.claim!r} cannot correct itself")
        if old.event.party != new.event.party:
            raise RuleError(
                f"claim {self.replaced_by!r} is by {new.event.party!r}; only the side that made"
                f" {self.claim!r}, {old.event.party!r}, corrects it"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        return _end(state, self.claim, "corrected", self.replaced_by, self.on, self.reason)


@dataclass(frozen=True, slots=True)
class ClaimWithdrawn(Event):
    """The side that made a claim took it back; it stays on record and counts for nothing."""

    type: ClassVar[str] = "claim.withdrawn"

    claim: str
    on: str
    reason: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if state.claim(self.claim).status == "withdrawn":
            raise RuleError(f"claim {self.claim!r} is already withdrawn")

    def effect(self, state: State, recorded: Recorded) -> State:
        replaced_by = state.claim(self.claim).by
        return _end(state, self.claim, "withdrawn", replaced_by, self.on, self.reason)


def _standing(state: State, claim: str) -> ClaimEntry:
    entry = state.claim(claim)
    if entry.status != "stands":
        raise RuleError(f"claim {claim!r} is already {entry.status}; it no longer stands")
    return entry


def _end(
    state: State, claim: str, status: str, by: str | None, on: str, reason: str | None
) -> State:
    entry = dataclasses.replace(state.claim(claim), status=status, by=by, on=on, reason=reason)
    return state.put("claims", claim, entry)
