"""Bags, manifests, handovers and receptions: who holds what, counted by whom.

The rules keep one invariant above all: a bag is in exactly one custody, and moves only when it
is handed over from a manifest at an open handover. A refused bag does not move.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import ClassVar

import rfc8785
from immutables import Map

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import Bag, Entry, Handover, Manifest, Series, State
from priam.events.values import Item, Number, Reservation

__all__ = [
    "BagFoundOtherSide",
    "BagRefused",
    "BagRegistered",
    "BagsHandedOver",
    "BagsReceived",
    "CountStated",
    "HandoverClosed",
    "HandoverOpened",
    "ManifestIssued",
    "ManifestSigned",
    "ReservationMade",
    "manifest_digest",
]

RESERVATIONS = ("missing", "seal broken", "damaged", "not on manifest", "count differs", "other")


@dataclass(frozen=True, slots=True)
class BagRegistered(Event):
    """A party takes a bag into its list: an opaque tag, a seal, numbers with their issuers."""

    type: ClassVar[str] = "bag.registered"

    tag: str
    by: str
    seal: str | None = None
    numbers: tuple[Number, ...] = ()
    category: str = "unspecified"

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)
        if self.tag in state.bags:
            raise RuleError(f"bag {self.tag!r} is already registered; a tag is used once")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.with_bags([Bag(self.tag, self.by, self.seal, (recorded.event_id,))])


@dataclass(frozen=True, slots=True)
class BagFoundOtherSide(Event):
    """The holder says that a bag holds remains of the other side; it returns by the same road."""

    type: ClassVar[str] = "bag.found_other_side"

    tag: str
    by: str
    text: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_custody(state, self.tag, self.by)

    def effect(self, state: State, recorded: Recorded) -> State:
        bag = state.bag(self.tag).touched(recorded)
        return state.with_bags([dataclasses.replace(bag, found_other_side=True)])


@dataclass(frozen=True, slots=True)
class ManifestIssued(Event):
    """The giver lists the bags of a batch; chained to its manifest before in this direction.

    ``previous`` is the SHA-256 (hex) of the manifest before, None for the first; ``sequence``
    counts from 1 within agreement, giver and receiver.
    """

    type: ClassVar[str] = "manifest.issued"

    manifest: str
    batch: str
    sequence: int
    giver: str
    receiver: str
    items: tuple[Item, ...]
    agreement: str | None = None
    previous: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.manifest in state.manifests:
            raise RuleError(f"manifest {self.manifest!r} is already issued")
        state.party(self.giver)
        state.party(self.receiver)
        if self.giver == self.receiver:
            raise RuleError(f"{self.giver!r} cannot hand over to itself")
        if self.agreement is not None:
            state.agreement(self.agreement)
        self._check_chain(state)
        self._check_items(state)

    def _check_chain(self, state: State) -> None:
        last = state.last_manifest(self.series)
        number = last.sequence + 1 if last else 1
        if self.sequence != number:
            raise RuleError(f"the next manifest of this series is {number}, not {self.sequence}")
        if self.previous != (last.digest if last else None):
            raise RuleError(f"manifest {self.manifest!r} does not follow the manifest before it")

    def _check_items(self, state: State) -> None:
        if len({item.tag for item in self.items}) != len(self.items):
            raise RuleError(f"a tag stands twice on manifest {self.manifest!r}")
        for item in self.items:
            bag = state.bags.get(item.tag)
            if bag is None:
                continue
            _check_custody(state, item.tag, self.giver)
            if bag.manifest is not None:
                raise RuleError(f"bag {item.tag!r} is already on manifest {bag.manifest!r}")

    @property
    def series(self) -> Series:
        """What its number counts in."""
        return self.agreement, self.giver, self.receiver

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = Manifest(
            manifest=self.manifest,
            agreement=self.agreement,
            batch=self.batch,
            sequence=self.sequence,
            giver=self.giver,
            receiver=self.receiver,
            items=Map({item.tag: item for item in self.items}),
            digest=manifest_digest(self),
            event_id=recorded.event_id,
            before=state.series.get(self.series),
        )
        after = state.with_bags(self._listed(state, item, recorded) for item in self.items)
        series = state.series.set(self.series, self.manifest)
        return after.having(manifests=state.manifests.set(self.manifest, manifest), series=series)

    def _listed(self, state: State, item: Item, recorded: Recorded) -> Bag:
        bag = state.bags.get(item.tag) or Bag(item.tag, self.giver, item.seal, ())
        return dataclasses.replace(
            bag.touched(recorded), manifest=self.manifest, seal=item.seal or bag.seal
        )


def manifest_digest(manifest: ManifestIssued) -> str:
    """SHA-256, in hex, of the manifest's RFC 8785 JSON; what the next manifest names."""
    return hashlib.sha256(rfc8785.dumps(manifest.to_payload())).hexdigest()


@dataclass(frozen=True, slots=True)
class ManifestSigned(Event):
    """A party signs the bytes of a manifest, with reservations or without."""

    type: ClassVar[str] = "manifest.signed"

    manifest: str
    by: str
    digest: str
    with_reservations: bool = False

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = state.manifest(self.manifest)
        state.party(self.by)
        if self.digest != manifest.digest:
            raise RuleError(f"the signed bytes are not those of manifest {self.manifest!r}")
        if self.by in manifest.signatures:
            raise RuleError(f"{self.by!r} has already signed manifest {self.manifest!r}")
        if self.with_reservations and not manifest.reservations:
            raise RuleError("a signature with reservations needs the reservations first")

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        signatures = manifest.signatures.set(self.by, self.with_reservations)
        return _put(state, dataclasses.replace(manifest, signatures=signatures))


@dataclass(frozen=True, slots=True)
class HandoverOpened(Event):
    """The meeting at the point begins, with these manifests."""

    type: ClassVar[str] = "handover.opened"

    handover: str
    place: str
    date: str
    manifests: tuple[str, ...]
    present: tuple[str, ...] = ()
    agreement: str | None = None
    offer: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.handover in state.handovers:
            raise RuleError(f"handover {self.handover!r} is already open or closed")
        if self.agreement is not None:
            state.agreement(self.agreement)
        if self.offer is not None:
            offer = state.offer(self.offer)
            if offer.standing(offer.receiver) != "accepted":
                raise RuleError(f"offer {self.offer!r} is not accepted by {offer.receiver!r}")
        if len(set(self.manifests)) != len(self.manifests):
            raise RuleError("a manifest stands twice in the handover")
        for name in self.manifests:
            held = state.manifest(name).handover
            if held is not None:
                raise RuleError(f"manifest {name!r} already belongs to handover {held!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        handover = Handover(
            self.handover,
            self.agreement,
            self.place,
            self.date,
            self.present,
            self.manifests,
            recorded.event_id,
            offer=self.offer,
        )
        for name in self.manifests:
            manifest = state.manifest(name)
            state = _put(state, dataclasses.replace(manifest, handover=self.handover))
        return state.put("handovers", self.handover, handover)


@dataclass(frozen=True, slots=True)
class BagsHandedOver(Event):
    """The giver lets these bags go; from now they are in the receiver's custody."""

    type: ClassVar[str] = "handover.handed_over"

    manifest: str
    tags: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = _at_open_handover(state, self.manifest)
        _check_once(self.tags)
        for tag in self.tags:
            _check_on_manifest(manifest, tag)
            if tag in manifest.handed_over:
                raise RuleError(f"bag {tag!r} is already handed over; it cannot be given twice")
            if tag in manifest.refused:
                raise RuleError(f"bag {tag!r} was refused here; offer it again on a new manifest")
            _check_custody(state, tag, manifest.giver)

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        bags = (state.bag(tag).touched(recorded) for tag in self.tags)
        after = state.with_bags(
            dataclasses.replace(bag, custodian=manifest.receiver, manifest=None, offer=None)
            for bag in bags
        )
        gone = manifest.handed_over.update(dict.fromkeys(self.tags, recorded.event_id))
        return _put(after, dataclasses.replace(manifest, handed_over=gone))


@dataclass(frozen=True, slots=True)
class BagRefused(Event):
    """The receiver does not take a bag, and says why; it stays in the giver's custody."""

    type: ClassVar[str] = "handover.bag_refused"

    manifest: str
    tag: str
    by: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = _at_open_handover(state, self.manifest)
        _check_on_manifest(manifest, self.tag)
        if self.by != manifest.receiver:
            raise RuleError(f"only the receiver {manifest.receiver!r} can refuse a bag")
        if self.tag in manifest.handed_over or self.tag in manifest.refused:
            raise RuleError(f"bag {self.tag!r} is already handed over or refused")

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        bag = state.bag(self.tag).touched(recorded)
        after = state.with_bags([dataclasses.replace(bag, manifest=None, offer=None)])
        return _put(
            after,
            dataclasses.replace(
                manifest,
                refused=manifest.refused.set(self.tag, recorded.event_id),
                refusals=manifest.refusals.set(self.tag, self.reason),
            ),
        )


@dataclass(frozen=True, slots=True)
class ReservationMade(Event):
    """A party notes a reservation on one bag or on the batch."""

    type: ClassVar[str] = "reception.reservation_made"

    manifest: str
    by: str
    reservation: Reservation

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = state.manifest(self.manifest)
        state.party(self.by)
        noted = self.reservation
        if noted.kind not in RESERVATIONS:
            raise RuleError(f"reservation {noted.kind!r} is none of {', '.join(RESERVATIONS)}")
        if noted.tag is None:
            return
        listed = noted.tag in manifest.items
        if listed == (noted.kind == "not on manifest"):
            raise RuleError(
                f"bag {noted.tag!r} is {'' if listed else 'not '}on manifest {self.manifest!r};"
                f" the reservation {noted.kind!r} does not fit"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        noted = manifest.reservations | {recorded.event_id}
        after = state.put("entries", recorded.event_id, Entry(self, self))
        return _put(after, dataclasses.replace(manifest, reservations=noted))


@dataclass(frozen=True, slots=True)
class BagsReceived(Event):
    """A party ticks bags off, item by item, as giver, receiver or observer.

    A tag that is not on the manifest needs that party's reservation ``not on manifest`` first.
    Ticking off does not move a bag; :class:`BagsHandedOver` does.
    """

    type: ClassVar[str] = "reception.bags_received"

    manifest: str
    by: str
    tags: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = state.manifest(self.manifest)
        state.party(self.by)
        _check_once(self.tags)
        seen = manifest.received.get(self.by) or ()
        extra = _extra_tags(state, manifest, self.by)
        for tag in self.tags:
            if tag in seen:
                raise RuleError(f"{self.by!r} has already counted bag {tag!r}")
            if tag in manifest.items:
                if tag not in manifest.handed_over:
                    raise RuleError(f"bag {tag!r} is not handed over; it cannot be received")
            elif tag not in extra:
                raise RuleError(
                    f"bag {tag!r} is not on manifest {self.manifest!r}; make the reservation"
                    " 'not on manifest' first"
                )

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        seen: Map[str, str] = manifest.received.get(self.by, Map())
        seen = seen.update(dict.fromkeys(self.tags, recorded.event_id))
        after = state.with_bags(
            state.bags[tag].touched(recorded) for tag in self.tags if tag in state.bags
        )
        received = manifest.received.set(self.by, seen)
        return _put(after, dataclasses.replace(manifest, received=received))


@dataclass(frozen=True, slots=True)
class CountStated(Event):
    """What one party counted for a manifest. More than it lists needs a reservation first."""

    type: ClassVar[str] = "reception.count_stated"

    manifest: str
    by: str
    count: int
    unit: str = "handover unit"

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = state.manifest(self.manifest)
        state.party(self.by)
        if self.count < 0:
            raise RuleError(f"a count of {self.count} is negative")
        if self.by in manifest.counts:
            raise RuleError(f"{self.by!r} has already stated a count; correct that one")
        self.check_excess(state)

    def check_excess(self, state: State) -> None:
        """More than the manifest holds only with the counting party's reservation."""
        manifest = state.manifest(self.manifest)
        if self.count <= len(manifest.items):
            return
        if not any(
            noted.kind in ("not on manifest", "count differs")
            for noted in _reservations(state, manifest, self.by)
        ):
            raise RuleError(
                f"{self.count} counted, but manifest {self.manifest!r} holds"
                f" {len(manifest.items)}; make a reservation first"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        manifest = state.manifest(self.manifest)
        counts = manifest.counts.set(self.by, recorded.event_id)
        after = state.put("entries", recorded.event_id, Entry(self, self))
        return _put(after, dataclasses.replace(manifest, counts=counts))


@dataclass(frozen=True, slots=True)
class HandoverClosed(Event):
    """The meeting ends; bags that were listed but not handed over are free to be listed again."""

    type: ClassVar[str] = "handover.closed"

    handover: str

    def check(self, state: State, recorded: Recorded) -> None:
        if state.handover(self.handover).closed:
            raise RuleError(f"handover {self.handover!r} is already closed")

    def effect(self, state: State, recorded: Recorded) -> State:
        handover = state.handover(self.handover)
        kept = [
            state.bag(tag).touched(recorded)
            for name in handover.manifests
            for tag in state.manifest(name).items
            if state.bag(tag).manifest == name
        ]
        after = state.with_bags(dataclasses.replace(bag, manifest=None) for bag in kept)
        return after.put("handovers", self.handover, dataclasses.replace(handover, closed=True))


def _put(state: State, manifest: Manifest) -> State:
    return state.put("manifests", manifest.manifest, manifest)


def _check_custody(state: State, tag: str, party: str) -> None:
    holder = state.bag(tag).custodian
    if holder != party:
        raise RuleError(f"bag {tag!r} is in the custody of {holder!r}, not of {party!r}")


def _check_once(tags: tuple[str, ...]) -> None:
    if len(set(tags)) != len(tags):
        raise RuleError("a tag stands twice in one event; each bag is counted once")


def _check_on_manifest(manifest: Manifest, tag: str) -> None:
    if tag not in manifest.items:
        raise RuleError(f"bag {tag!r} is not on manifest {manifest.manifest!r}")


def _at_open_handover(state: State, name: str) -> Manifest:
    manifest = state.manifest(name)
    if manifest.handover is None:
        raise RuleError(f"manifest {name!r} is not at a handover; open the handover first")
    if state.handover(manifest.handover).closed:
        raise RuleError(f"handover {manifest.handover!r} is closed; open a new one")
    return manifest


def _reservations(state: State, manifest: Manifest, by: str) -> list[Reservation]:
    """The reservations of one party that hold now."""
    events = (state.entries[event_id].value for event_id in manifest.reservations)
    return [e.reservation for e in events if isinstance(e, ReservationMade) and e.by == by]


def _extra_tags(state: State, manifest: Manifest, by: str) -> set[str | None]:
    held = _reservations(state, manifest, by)
    return {noted.tag for noted in held if noted.kind == "not on manifest"}
