"""Offers: what was offered, what each side did, and what each side called it.

There is no field "refused". A side that declined, postponed or never came is shown by its own
acts and by everybody's own words, each an event with its author.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from priam.events.agreements import is_speaker
from priam.events.base import Event, Recorded, RuleError
from priam.events.state import Entry, Offer, Response, State

__all__ = [
    "OfferAccepted",
    "OfferCharacterised",
    "OfferMade",
    "OfferPostponed",
    "OfferRefused",
    "OfferWithdrawn",
]


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """One party offers bags, or a number of them, at a place and time.

    ``date_agreed`` is None where nothing is known about it. ``tags`` may be empty where only a
    number is offered; ``count`` may be None where nobody stated one.
    """

    type: ClassVar[str] = "offer.made"

    offer: str
    giver: str
    receiver: str
    agreement: str | None = None
    place: str | None = None
    date: str | None = None
    date_agreed: bool | None = None
    present: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    count: int | None = None
    unit: str = "handover unit"

    def check(self, state: State, recorded: Recorded) -> None:
        if self.offer in state.offers:
            raise RuleError(f"offer {self.offer!r} is already made")
        state.party(self.giver)
        state.party(self.receiver)
        if self.giver == self.receiver:
            raise RuleError(f"{self.giver!r} cannot offer to itself")
        if self.agreement is not None:
            state.agreement(self.agreement)
        if self.count is not None and self.count < 0:
            raise RuleError(f"an offer of {self.count} is negative")
        self._check_tags(state)

    def _check_tags(self, state: State) -> None:
        if len(set(self.tags)) != len(self.tags):
            raise RuleError("a tag stands twice in the offer")
        for tag in self.tags:
            bag = state.bag(tag)
            if bag.custodian != self.giver:
                raise RuleError(f"bag {tag!r} is in the custody of {bag.custodian!r}, its holder")
            if bag.offer is not None:
                raise RuleError(f"bag {tag!r} is part of the open offer {bag.offer!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        offer = Offer(
            self.offer,
            self.agreement,
            self.giver,
            self.receiver,
            self.tags,
            self.count,
            recorded.event_id,
            self.place,
            self.date,
        )
        return _mark(state, self.tags, self.offer, recorded).put("offers", self.offer, offer)


@dataclass(frozen=True, slots=True)
class OfferCharacterised(Event):
    """What somebody says of an offer, in their own words; never merged with another's."""

    type: ClassVar[str] = "offer.characterised"

    offer: str
    by: str
    text: str
    source: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        state.offer(self.offer)
        if not is_speaker(state, self.by):
            raise RuleError(f"there is no party {self.by!r} to speak: declare it first")

    def effect(self, state: State, recorded: Recorded) -> State:
        offer = state.offer(self.offer)
        words = offer.characterisations | {recorded.event_id}
        after = state.put("entries", recorded.event_id, Entry(self, self))
        return after.put("offers", self.offer, dataclasses.replace(offer, characterisations=words))


@dataclass(frozen=True, slots=True)
class OfferAccepted(Event):
    """The receiver accepts."""

    type: ClassVar[str] = "offer.accepted"

    offer: str
    by: str
    reason: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_response(state, self.offer, self.by, "accept", receiver_only=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _respond(
            state, self.offer, Response("accepted", self.by, self.reason, _id(recorded))
        )


@dataclass(frozen=True, slots=True)
class OfferPostponed(Event):
    """A side puts the offer off, with its reason; the offer stays open."""

    type: ClassVar[str] = "offer.postponed"

    offer: str
    by: str
    reason: str
    until: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_response(state, self.offer, self.by, "postpone")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _respond(
            state, self.offer, Response("postponed", self.by, self.reason, _id(recorded))
        )


@dataclass(frozen=True, slots=True)
class OfferRefused(Event):
    """The receiver says, itself, that it refuses, and why; the bags stay with the giver."""

    type: ClassVar[str] = "offer.refused"

    offer: str
    by: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_response(state, self.offer, self.by, "refuse", receiver_only=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        offer = state.offer(self.offer)
        response = Response("refused", self.by, self.reason, recorded.event_id)
        return _respond(_release(state, offer, recorded), self.offer, response)


@dataclass(frozen=True, slots=True)
class OfferWithdrawn(Event):
    """The giver takes the offer back, with its reason."""

    type: ClassVar[str] = "offer.withdrawn"

    offer: str
    by: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_response(state, self.offer, self.by, "withdraw", giver_only=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        offer = state.offer(self.offer)
        response = Response("withdrawn", self.by, self.reason, recorded.event_id)
        return _respond(_release(state, offer, recorded), self.offer, response)


def _id(recorded: Recorded) -> str:
    return recorded.event_id


def _check_response(
    state: State,
    offer_id: str,
    by: str,
    verb: str,
    *,
    receiver_only: bool = False,
    giver_only: bool = False,
) -> None:
    offer = state.offer(offer_id)
    if by not in (offer.giver, offer.receiver):
        raise RuleError(f"{by!r} is neither giver nor receiver of offer {offer_id!r}")
    if receiver_only and by != offer.receiver:
        raise RuleError(f"only the receiver {offer.receiver!r} can {verb} offer {offer_id!r}")
    if giver_only and by != offer.giver:
        raise RuleError(f"only the giver {offer.giver!r} can {verb} offer {offer_id!r}")
    ended = next((r for r in offer.responses if r.kind != "postponed"), None)
    if ended is not None:
        raise RuleError(f"offer {offer_id!r} is already {ended.kind} by {ended.by!r}; offer anew")


def _respond(state: State, offer_id: str, response: Response) -> State:
    offer = state.offer(offer_id)
    responses = (*offer.responses, response)
    return state.put("offers", offer_id, dataclasses.replace(offer, responses=responses))


def _mark(state: State, tags: tuple[str, ...], offer: str, recorded: Recorded) -> State:
    """Bags with this offer on them, and the event in their history."""
    bags = (state.bag(tag) for tag in tags)
    return state.with_bags(
        dataclasses.replace(bag, offer=offer, history=(*bag.history, recorded.event_id))
        for bag in bags
    )


def _release(state: State, offer: Offer, recorded: Recorded) -> State:
    """The bags of an offer that ended; one that was meanwhile offered anew stays in that offer."""
    bags = (state.bag(tag) for tag in offer.tags)
    return state.with_bags(
        dataclasses.replace(
            bag,
            offer=None if bag.offer == offer.offer else bag.offer,
            history=(*bag.history, recorded.event_id),
        )
        for bag in bags
    )
