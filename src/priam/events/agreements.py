"""Parties, agreements and how each side reads them."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import Agreement, Amendment, Party, Reading, State
from priam.events.values import Obligation

__all__ = [
    "STANDING",
    "AgreementCountersigned",
    "AgreementProposed",
    "AgreementRecorded",
    "AmendmentCountersigned",
    "AmendmentProposed",
    "PartyDeclared",
    "ReadingHeld",
    "ReadingStated",
    "is_speaker",
]

ROLES = ("party", "mediator", "observer")
STANDING = frozenset({"press", "neutral", "reported"})  # never the names of parties
_KIND_OF_SPEAKER = re.compile(r"[a-z][a-z_ -]*", re.ASCII)


def is_speaker(state: State, party: str) -> bool:
    """Whether statements may be attributed to this party.

    Declared parties speak, and so do kinds of speakers in small letters: press, neutral.
    """
    return party in state.parties or bool(_KIND_OF_SPEAKER.fullmatch(party))


def _check_obligations(state: State, obligations: tuple[Obligation, ...]) -> None:
    if not obligations:
        raise RuleError("a reading needs at least one obligation")
    for duty in obligations:
        state.party(duty.giver)
        state.party(duty.receiver)
        if duty.giver == duty.receiver:
            raise RuleError(f"{duty.giver!r} cannot owe itself")
        if duty.count is not None and duty.count < 0:
            raise RuleError(f"an obligation of {duty.count} is negative; leave an open one empty")


@dataclass(frozen=True, slots=True)
class PartyDeclared(Event):
    """Somebody takes part: a party to the exchange, a mediator or an observer."""

    type: ClassVar[str] = "party.declared"

    party: str
    name: str
    role: str = "party"

    def check(self, state: State, recorded: Recorded) -> None:
        if self.role not in ROLES:
            raise RuleError(f"role {self.role!r} is none of {', '.join(ROLES)}")
        if self.party in STANDING:
            raise RuleError(f"{self.party!r} is the name of a kind of speaker, not of a party")
        if self.party in state.parties:
            raise RuleError(f"party {self.party!r} is already declared")

    def effect(self, state: State, recorded: Recorded) -> State:
        party = Party(self.party, self.name, self.role, recorded.event_id)
        return state.put("parties", self.party, party)


@dataclass(frozen=True, slots=True)
class AgreementRecorded(Event):
    """An agreement known from public statements; nobody has signed it here."""

    type: ClassVar[str] = "agreement.recorded"

    agreement: str
    concluded_on: str | None = None
    place: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_new(state, self.agreement)

    def effect(self, state: State, recorded: Recorded) -> State:
        agreement = Agreement(
            self.agreement, self.concluded_on, self.place, (), frozenset(), recorded.event_id
        )
        return state.put("agreements", self.agreement, agreement)


@dataclass(frozen=True, slots=True)
class AgreementProposed(Event):
    """One party proposes and thereby signs; the others named countersign.

    ``known_as``: the agreement known from public statements that is meant, where it is recorded
    under a name of its own; what was signed and what was said in public then stand side by side.
    """

    type: ClassVar[str] = "agreement.proposed"

    agreement: str
    by: str
    parties: tuple[str, ...]
    date: str | None = None
    place: str | None = None
    known_as: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_new(state, self.agreement)
        if self.known_as == self.agreement:
            raise RuleError(f"agreement {self.agreement!r} is known as itself already")
        for party in self.parties:
            state.party(party)
        if self.by not in self.parties or len(set(self.parties)) < 2:
            raise RuleError("an agreement is between its proposer and at least one other party")

    def effect(self, state: State, recorded: Recorded) -> State:
        agreement = Agreement(
            self.agreement,
            self.date,
            self.place,
            self.parties,
            frozenset({self.by}),
            recorded.event_id,
            known_as=self.known_as,
        )
        return state.put("agreements", self.agreement, agreement)


@dataclass(frozen=True, slots=True)
class AgreementCountersigned(Event):
    """A further party signs a proposed agreement."""

    type: ClassVar[str] = "agreement.countersigned"

    agreement: str
    by: str

    def check(self, state: State, recorded: Recorded) -> None:
        agreement = state.agreement(self.agreement)
        if self.by not in agreement.parties:
            raise RuleError(f"{self.by!r} is not a party to agreement {self.agreement!r}")
        if self.by in agreement.signed_by:
            raise RuleError(f"{self.by!r} has already signed agreement {self.agreement!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        agreement = state.agreement(self.agreement)
        signed = agreement.signed_by | {self.by}
        return _put(state, dataclasses.replace(agreement, signed_by=signed))


@dataclass(frozen=True, slots=True)
class ReadingStated(Event):
    """The terms of an agreement as ``held_by`` read them; several readings may stand."""

    type: ClassVar[str] = "agreement.reading_stated"

    agreement: str
    reading: str
    obligations: tuple[Obligation, ...]
    held_by: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        if self.reading in state.agreement(self.agreement).readings:
            raise RuleError(f"reading {self.reading!r} is already stated; amend it or hold it")
        _check_obligations(state, self.obligations)
        _check_holders(state, self.held_by)

    def effect(self, state: State, recorded: Recorded) -> State:
        reading = Reading(
            self.reading, self.obligations, frozenset(self.held_by), recorded.event_id
        )
        return _put_reading(state, self.agreement, reading)


@dataclass(frozen=True, slots=True)
class ReadingHeld(Event):
    """One more party reads the agreement this way."""

    type: ClassVar[str] = "agreement.reading_held"

    agreement: str
    reading: str
    by: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_holders(state, (self.by,))
        if self.by in _reading(state, self.agreement, self.reading).held_by:
            raise RuleError(f"{self.by!r} already holds reading {self.reading!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        reading = _reading(state, self.agreement, self.reading)
        held = dataclasses.replace(reading, held_by=reading.held_by | {self.by})
        return _put_reading(state, self.agreement, held)


@dataclass(frozen=True, slots=True)
class AmendmentProposed(Event):
    """A party proposes other obligations for one reading; in force when all have signed."""

    type: ClassVar[str] = "agreement.amendment_proposed"

    agreement: str
    amendment: str
    by: str
    reading: str
    obligations: tuple[Obligation, ...]
    text: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        agreement = state.agreement(self.agreement)
        _reading(state, self.agreement, self.reading)
        _check_obligations(state, self.obligations)
        if not agreement.in_force or self.by not in agreement.parties:
            raise RuleError("only a party to an agreement signed by all may propose an amendment")
        if self.amendment in agreement.amendments:
            raise RuleError(f"amendment {self.amendment!r} is already proposed")

    def effect(self, state: State, recorded: Recorded) -> State:
        agreement = state.agreement(self.agreement)
        amendment = Amendment(
            self.by, self.reading, self.obligations, frozenset({self.by}), recorded.event_id
        )
        amendments = agreement.amendments.set(self.amendment, amendment)
        return _put(state, dataclasses.replace(agreement, amendments=amendments))


@dataclass(frozen=True, slots=True)
class AmendmentCountersigned(Event):
    """A further party signs an amendment; the last signature puts it in force."""

    type: ClassVar[str] = "agreement.amendment_countersigned"

    agreement: str
    amendment: str
    by: str

    def check(self, state: State, recorded: Recorded) -> None:
        agreement = state.agreement(self.agreement)
        amendment = agreement.amendments.get(self.amendment)
        if amendment is None:
            raise RuleError(f"there is no amendment {self.amendment!r} to sign")
        if self.by not in agreement.parties or self.by in amendment.signed_by:
            raise RuleError(f"{self.by!r} is no party to the agreement or has already signed")

    def effect(self, state: State, recorded: Recorded) -> State:
        agreement = state.agreement(self.agreement)
        amendment = agreement.amendments[self.amendment]
        signed = dataclasses.replace(amendment, signed_by=amendment.signed_by | {self.by})
        amendments = agreement.amendments.set(self.amendment, signed)
        after = _put(state, dataclasses.replace(agreement, amendments=amendments))
        if not set(agreement.parties) <= signed.signed_by:
            return after
        reading = _reading(after, self.agreement, signed.reading)
        amended = dataclasses.replace(reading, obligations=signed.obligations)
        return _put_reading(after, self.agreement, amended)


def _check_new(state: State, agreement: str) -> None:
    if agreement in state.agreements:
        raise RuleError(f"agreement {agreement!r} is already recorded")


def _check_holders(state: State, holders: tuple[str, ...]) -> None:
    for holder in holders:
        if not is_speaker(state, holder):
            raise RuleError(f"there is no party {holder!r} to hold a reading: declare it first")


def _reading(state: State, agreement: str, reading: str) -> Reading:
    found = state.agreement(agreement).readings.get(reading)
    if found is None:
        raise RuleError(f"agreement {agreement!r} has no reading {reading!r}")
    return found


def _put(state: State, agreement: Agreement) -> State:
    return state.put("agreements", agreement.agreement, agreement)


def _put_reading(state: State, agreement: str, reading: Reading) -> State:
    held = state.agreement(agreement)
    readings = held.readings.set(reading.reading, reading)
    return _put(state, dataclasses.replace(held, readings=readings))
