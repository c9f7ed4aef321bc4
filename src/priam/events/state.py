"""The state that events fold into.

Every table is a persistent map (a hash array mapped trie, package ``immutables``): setting one
key costs O(log n) and shares the rest, so a state is a value, an old one stays valid, and
folding n events is O(n log n) without a separate mutable builder. Nothing in a state depends on
the order of independent events: tables are keyed by identifier, never by position.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from immutables import Map

from priam.events import individuals
from priam.events.accounts_rows import Access, Account, SigningKey
from priam.events.base import Event, Recorded, RuleError
from priam.events.board_rows import Against, Conflict, Decision, Proposal
from priam.events.cases_rows import (
    Case,
    Device,
    Element,
    Opening,
    Packet,
    Photograph,
    Place,
    PostMortem,
    Sample,
)
from priam.events.families_rows import Family, Missing, Reference, Relative
from priam.events.laboratory_rows import Profile, Search
from priam.events.releases_rows import Grave, Release
from priam.events.reviews_rows import Review
from priam.events.values import Item, Obligation

__all__ = [
    "Agreement",
    "Amendment",
    "Bag",
    "ClaimEntry",
    "Entry",
    "Handover",
    "Manifest",
    "Offer",
    "Party",
    "Reading",
    "Response",
    "Series",
    "Simulation",
    "Source",
    "State",
    "Transport",
    "apply",
    "check",
    "fold",
    "record",
]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who acts: ``role`` is ``party``, ``mediator`` or ``observer``."""

    party: str
    name: str
    role: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The terms of an agreement as those in ``held_by`` read them."""

    reading: str
    obligations: tuple[Obligation, ...]
    held_by: frozenset[str]
    event_id: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A proposed change of one reading; in force when all parties have signed."""

    by: str
    reading: str
    obligations: tuple[Obligation, ...]
    signed_by: frozenset[str]
    event_id: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """``signed_by`` is empty for an agreement known only from public statements."""

    agreement: str
    concluded_on: str | None
    place: str | None
    parties: tuple[str, ...]
    signed_by: frozenset[str]
    event_id: str
    readings: Map[str, Reading] = field(default_factory=Map)
    amendments: Map[str, Amendment] = field(default_factory=Map)
    known_as: str | None = None  # its name in public statements

    @property
    def in_force(self) -> bool:
        """Whether all its parties have signed."""
        return bool(self.parties) and set(self.parties) <= self.signed_by


@dataclass(frozen=True, slots=True)
class Response:
    """What one party did with an offer: accepted, postponed, refused, withdrawn; and why."""

    kind: str
    by: str
    reason: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer, each side's own words about it and each side's acts; no verdict."""

    offer: str
    agreement: str | None
    giver: str
    receiver: str
    tags: tuple[str, ...]
    count: int | None
    event_id: str
    place: str | None = None
    date: str | None = None
    responses: tuple[Response, ...] = ()
    characterisations: frozenset[str] = frozenset()  # event ids, in ``entries``

    def standing(self, party: str) -> str | None:
        """The last thing this party did with the offer; None if it did nothing."""
        return next((r.kind for r in reversed(self.responses) if r.by == party), None)


Series = tuple[str | None, str, str]  # agreement, giver, receiver: manifests are numbered within it


@dataclass(frozen=True, slots=True)
class Manifest:
    """A list of bags, chained to the manifest before it in the same :data:`Series`."""

    manifest: str
    agreement: str | None
    batch: str
    sequence: int
    giver: str
    receiver: str
    items: Map[str, Item]
    digest: str
    event_id: str
    before: str | None = None  # the manifest before it in the series
    signatures: Map[str, bool] = field(default_factory=Map)  # party -> with reservations
    handover: str | None = None
    # Maps from tag to event id, not sets: adding one bag to a thousand copies nothing.
    handed_over: Map[str, str] = field(default_factory=Map)
    refused: Map[str, str] = field(default_factory=Map)
    refusals: Map[str, str] = field(default_factory=Map)  # refused tag -> the receiver's reason
    received: Map[str, Map[str, str]] = field(default_factory=Map)  # counting party -> tags
    counts: Map[str, str] = field(default_factory=Map)  # counting party -> event id in entries
    reservations: frozenset[str] = frozenset()  # event ids in entries

    @property
    def series(self) -> Series:
        """What its number counts in."""
        return self.agreement, self.giver, self.receiver

    @property
    def bilateral(self) -> bool:
        """Whether giver and receiver both signed; one signature is unilateral."""
        return self.giver in self.signatures and self.receiver in self.signatures


@dataclass(frozen=True, slots=True)
class Handover:
    """A meeting at a point; ``closed`` once nothing more is handed over there."""

    handover: str
    agreement: str | None
    place: str
    date: str
    present: tuple[str, ...]
    manifests: tuple[str, ...]
    event_id: str
    closed: bool = False
    offer: str | None = None


@dataclass(frozen=True, slots=True)
class Bag:
    """One bag: in whose custody it is, and every event that touched it, in order."""

    tag: str
    custodian: str
    seal: str | None
    history: tuple[str, ...]
    manifest: str | None = None  # the manifest it is listed on now
    offer: str | None = None  # the open offer it is part of
    found_other_side: bool = False

    def touched(self, recorded: Recorded) -> Bag:
        """The bag with this event at the end of its history."""
        return dataclasses.replace(self, history=(*self.history, recorded.event_id))


@dataclass(frozen=True, slots=True)
class Transport:
    """A vehicle with bags: its seals at departure, and what was found on arrival, if it arrived."""

    transport: str
    by: str
    vehicle: str
    place: str
    manifests: tuple[str, ...]
    tags: tuple[str, ...]
    seals: tuple[str, ...]
    event_id: str
    arrived: str | None = None  # the event of the arrival
    arrived_at: str | None = None
    seals_found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was published."""

    source: str
    publisher: str
    date: str | None
    url: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """A claim as made, and what became of it: ``stands``, ``corrected`` or ``withdrawn``."""

    event: Any  # ClaimMade; typed loosely to keep the arrow from event classes to state
    event_id: str
    status: str = "stands"
    by: str | None = None  # the claim that replaced it
    on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that a later :class:`Corrected` may replace: a count, a reservation, words.

    ``value`` is the event that holds now; None when it was struck out.
    """

    event: Event
    value: Event | None
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """The latest run of a simulated exchange: counts of synthetic persons, never a claim."""

    event: Any  # SimulationIdentified; loosely typed as ClaimEntry is
    event_id: str


@dataclass(frozen=True)  # no slots: having() copies one dictionary instead of fifty names
class State:
    """All tables after the events so far. Immutable; compare with ``==``."""

    size: int = 0
    event_ids: Map[str, int] = field(default_factory=Map)
    parties: Map[str, Party] = field(default_factory=Map)
    agreements: Map[str, Agreement] = field(default_factory=Map)
    offers: Map[str, Offer] = field(default_factory=Map)
    manifests: Map[str, Manifest] = field(default_factory=Map)
    series: Map[Series, str] = field(default_factory=Map)  # the last manifest of each
    handovers: Map[str, Handover] = field(default_factory=Map)
    bags: Map[str, Bag] = field(default_factory=Map)
    transports: Map[str, Transport] = field(default_factory=Map)
    sources: Map[str, Source] = field(default_factory=Map)
    claims: Map[str, ClaimEntry] = field(default_factory=Map)
    entries: Map[str, Entry] = field(default_factory=Map)
    corrections: Map[str, str] = field(default_factory=Map)  # correction -> the entry it is about
    simulations: Map[str, Simulation] = field(default_factory=Map)
    # who may do what (rows in accounts_rows.py)
    accounts: Map[str, Account] = field(default_factory=Map)
    signing_keys: Map[str, SigningKey] = field(default_factory=Map)
    accesses: Map[str, Access] = field(default_factory=Map)
    missing: Map[str, Missing] = field(default_factory=Map)
    families: Map[str, Family] = field(default_factory=Map)
    relatives: Map[str, Relative] = field(default_factory=Map)
    references: Map[str, Reference] = field(default_factory=Map)  # by the label of the sample
    # casework of the mortuary (rows in cases_rows.py)
    openings: Map[str, Opening] = field(default_factory=Map)  # by bag
    cases: Map[str, Case] = field(default_factory=Map)
    elements: Map[str, Element] = field(default_factory=Map)
    samples: Map[str, Sample] = field(default_factory=Map)
    postmortem: Map[str, PostMortem] = field(default_factory=Map)  # by "case/section"
    photographs: Map[str, Photograph] = field(default_factory=Map)
    packets: Map[str, Packet] = field(default_factory=Map)
    places: Map[str, Place] = field(default_factory=Map)
    storage: Map[str, str] = field(default_factory=Map)  # thing -> place
    things: Map[str, str] = field(default_factory=Map)  # label -> what it is on; bags apart
    devices: Map[str, Device] = field(default_factory=Map)
    reviews: Map[str, Review] = field(default_factory=Map)
    # the laboratory and the board (rows in laboratory_rows.py, board_rows.py)
    runs: Map[str, str] = field(default_factory=Map)  # run -> event id
    profiles: Map[str, Profile] = field(default_factory=Map)
    searches: Map[str, Search] = field(default_factory=Map)
    proposals: Map[str, Proposal] = field(default_factory=Map)  # by case: the last one
    conflicts: Map[str, Conflict] = field(default_factory=Map)
    open_conflicts: Map[str, tuple[str, ...]] = field(default_factory=Map)  # by case
    decisions: Map[str, Decision] = field(default_factory=Map)
    decided: Map[str, tuple[str, ...]] = field(default_factory=Map)  # case -> all its decisions
    named: Map[str, tuple[str, ...]] = field(default_factory=Map)  # missing person -> the same
    # what leaves (rows in releases_rows.py)
    releases: Map[str, Release] = field(default_factory=Map)
    leaving: Map[str, str] = field(default_factory=Map)  # case -> the release that is planned
    received: Map[str, tuple[str, ...]] = field(default_factory=Map)  # family -> releases done
    packed: Map[str, str] = field(default_factory=Map)  # bag -> release
    graves: Map[str, Grave] = field(default_factory=Map)
    family_codes: Map[str, str] = field(default_factory=Map)  # keyed hash of a code -> family
    code_of_family: Map[str, str] = field(default_factory=Map)

    def put(self, table: str, key: str, value: object) -> State:
        """This state with one row set."""
        return self.having(**{table: getattr(self, table).set(key, value)})

    def having(self, **tables: Any) -> State:
        """This state with whole tables exchanged."""
        # dataclasses.replace takes thirty times as long, and every event comes through here
        after = object.__new__(State)
        after.__dict__.update(self.__dict__, **tables)
        return after

    def with_bags(self, bags: Iterable[Bag]) -> State:
        """This state with these bags set, in one pass."""
        return self.having(bags=self.bags.update({bag.tag: bag for bag in bags}))

    def party(self, party: str) -> Party:
        """The declared party, or a :class:`RuleError`."""
        return self._one(self.parties, party, "party", "declare it first")

    def agreement(self, agreement: str) -> Agreement:
        """The agreement, or a :class:`RuleError`."""
        return self._one(self.agreements, agreement, "agreement", "record it first")

    def offer(self, offer: str) -> Offer:
        """The offer, or a :class:`RuleError`."""
        return self._one(self.offers, offer, "offer", "it was not offered")

    def manifest(self, manifest: str) -> Manifest:
        """The manifest, or a :class:`RuleError`."""
        return self._one(self.manifests, manifest, "manifest", "issue it first")

    def last_manifest(self, series: Series) -> Manifest | None:
        """The manifest with the highest number of a series; the next one has one more."""
        name = self.series.get(series)
        return None if name is None else self.manifests[name]

    def handover(self, handover: str) -> Handover:
        """The handover, or a :class:`RuleError`."""
        return self._one(self.handovers, handover, "handover", "open it first")

    def bag(self, tag: str) -> Bag:
        """The bag, or a :class:`RuleError`."""
        return self._one(self.bags, tag, "bag", "register it or list it on a manifest first")

    def transport(self, transport: str) -> Transport:
        """The transport, or a :class:`RuleError`."""
        return self._one(self.transports, transport, "transport", "record its departure first")

    def case(self, case: str) -> Case:
        """The case, or a :class:`RuleError`."""
        return self._one(self.cases, case, "case", "open its bag first")

    def sample(self, sample: str) -> Sample:
        """The sample, or a :class:`RuleError`."""
        return self._one(self.samples, sample, "sample", "take it first")

    def claim(self, claim: str) -> ClaimEntry:
        """The claim, or a :class:`RuleError`."""
        return self._one(self.claims, claim, "claim", "record it first")

    def missing_person(self, missing: str) -> Missing:
        """The missing person, or a :class:`RuleError`."""
        return self._one(self.missing, missing, "missing person", "register the person first")

    def family(self, family: str) -> Family:
        """The family, or a :class:`RuleError`."""
        return self._one(self.families, family, "family", "register it first")

    def relative(self, person: str) -> Relative:
        """The relative, or a :class:`RuleError`."""
        return self._one(self.relatives, person, "relative", "add the person to a family first")

    def reference(self, sample: str) -> Reference:
        """The reference sample, or a :class:`RuleError`."""
        return self._one(self.references, sample, "reference sample", "take the sample first")

    def conflict(self, conflict: str) -> Conflict:
        """The conflict, or a :class:`RuleError`."""
        return self._one(self.conflicts, conflict, "conflict", "raise it first")

    def decision(self, decision: str) -> Decision:
        """The decision, or a :class:`RuleError`."""
        return self._one(self.decisions, decision, "decision", "propose it first")

    def release(self, release: str) -> Release:
        """The release, or a :class:`RuleError`."""
        return self._one(self.releases, release, "release", "plan it first")

    def decisions_of(self, case: str) -> tuple[Decision, ...]:
        """All decisions on a case, the first one first."""
        return tuple(self.decisions[name] for name in self.decided.get(case, ()))

    def individual(self, case: str) -> tuple[str, ...]:
        """The cases of one individual by the signed decision on ``case``; itself if none."""
        decision = individuals.signed(self, case)
        if decision is None:
            return (case,)
        return tuple(sorted(individuals.cases_together(self, decision)))

    def decision_in_force(self, case: str) -> Decision | None:
        """The decision on ``case`` that two people signed, if nothing is open against it."""
        decision = individuals.signed(self, case)
        opened = any(self.open_conflicts.get(one) for one in self.individual(case))
        return None if opened else decision

    def may_release(self, case: str, to: str = "family") -> tuple[Against, ...]:
        """Reasons against releasing ``case`` to the ``family``, a ``temporary grave`` or the
        ``other side``; empty where it may go. Each reason is a sentence as ``str``."""
        return tuple(individuals.against_release(self, case, to))

    def review(self, review: str) -> Review:
        """The review of pairs, or a :class:`RuleError`."""
        return self._one(self.reviews, review, "review", "open it first")

    @staticmethod
    def _one(table: Map[str, Value], key: str, what: str, way_out: str) -> Value:
        found = table.get(key)
        if found is None:
            raise RuleError(f"there is no {what} {key!r}: {way_out}")
        return found


def check(state: State, recorded: Recorded) -> None:
    """Raise :class:`RuleError` with one clear sentence if the event may not follow this state."""
    if recorded.event_id in state.event_ids:
        raise RuleError(f"event {recorded.event_id} is already recorded; it is not counted twice")
    if recorded.sequence != state.size:
        raise RuleError(f"the next event has sequence {state.size}, not {recorded.sequence}")
    recorded.event.check(state, recorded)


def apply(state: State, recorded: Recorded, *, checked: bool = False) -> State:
    """The state after the event; raises as :func:`check` unless it was ``checked`` just before."""
    if not checked:
        check(state, recorded)
    after = recorded.event.effect(state, recorded)
    return after.having(
        size=state.size + 1,
        event_ids=state.event_ids.set(recorded.event_id, recorded.sequence),
    )


def fold(recordeds: Iterable[Recorded], state: State | None = None) -> State:
    """The state after all these events in order, from ``state`` or from nothing."""
    state = State() if state is None else state
    for recorded in recordeds:
        state = apply(state, recorded)
    return state


def record(
    state: State, event: Event, *, event_id: str, actor: str, claimed_time: str, received_time: str
) -> Recorded:
    """The event as it would be written next in this state; not yet checked."""
    return Recorded(event_id, state.size, actor, claimed_time, received_time, event)
