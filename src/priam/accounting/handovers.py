"""Figures of signed manifests, beside the public claims about the same batches.

A manifest is what parties signed; a count is what one party counted at the point; a claim is
what somebody said in public. The three are shown beside each other and never merged. Each figure
lists the events it stands on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from priam.accounting.claims_file import TRANSFERRED, Claim
from priam.accounting.recording import claims_file_of
from priam.accounting.standing import allowed, statuses
from priam.events.handovers import CountStated, ReservationMade
from priam.events.offers import OfferCharacterised
from priam.events.state import Manifest, Offer, State

__all__ = [
    "DEMONSTRATION",
    "BatchBeside",
    "Counted",
    "ManifestFigure",
    "OfferSeen",
    "batches_beside_claims",
    "is_played",
    "manifest_figures",
    "offers_seen",
]

DEMONSTRATION = "demonstration"  # how the category of a played bag begins, under the signatures
Signed = Literal["nobody", "unilateral", "bilateral"]


@dataclass(frozen=True)
class Counted:
    """What one party counted for a manifest: a stated number, or the bags it ticked off.

    ``stated`` and ``ticked`` are None where the party did neither, which is not zero.
    """

    party: str
    stated: int | None
    ticked: int | None
    reservations: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def value(self) -> int | None:
        """The stated number, else the bags ticked off."""
        return self.ticked if self.stated is None else self.stated


@dataclass(frozen=True)
class ManifestFigure:
    """One manifest: bags listed, let go and refused, who signed, and who counted what."""

    manifest: str
    agreement: str | None
    batch: str
    giver: str
    receiver: str
    listed: int
    handed_over: int
    refused: int
    signatures: dict[str, bool]
    signed: Signed
    counts: tuple[Counted, ...]
    event: str

    @property
    def agree(self) -> bool:
        """Whether all who counted counted the same, and as many as were handed over."""
        values = {count.value for count in self.counts if count.value is not None}
        return len(values | {self.handed_over}) == 1

    def to_json(self) -> dict[str, Any]:
        """JSON-safe values; ``signatures`` maps a party to whether it made reservations."""
        counts = [{**vars(count), "value": count.value} for count in self.counts]
        return {**vars(self), "counts": counts, "agree": self.agree, "unit": "handover unit"}


def manifest_figures(state: State) -> tuple[ManifestFigure, ...]:
    """All manifests in the order in which they were issued."""
    order = sorted(state.manifests.values(), key=lambda m: state.event_ids[m.event_id])
    return tuple(_figure(state, manifest) for manifest in order)


def _figure(state: State, manifest: Manifest) -> ManifestFigure:
    parties = {manifest.giver, manifest.receiver, *manifest.counts, *manifest.received}
    parties |= {noted.by for _, noted in _reservations(state, manifest)}
    return ManifestFigure(
        manifest=manifest.manifest,
        agreement=manifest.agreement,
        batch=manifest.batch,
        giver=manifest.giver,
        receiver=manifest.receiver,
        listed=len(manifest.items),
        handed_over=len(manifest.handed_over),
        refused=len(manifest.refused),
        signatures=dict(sorted(manifest.signatures.items())),
        signed=_signed(manifest),
        counts=tuple(_counted(state, manifest, party) for party in sorted(parties)),
        event=manifest.event_id,
    )


def _signed(manifest: Manifest) -> Signed:
    if manifest.bilateral:
        return "bilateral"
    return "unilateral" if manifest.signatures else "nobody"


def _counted(state: State, manifest: Manifest, party: str) -> Counted:
    noted = [(event, it) for event, it in _reservations(state, manifest) if it.by == party]
    count = manifest.counts.get(party)
    held = state.entries[count].value if count else None
    ticked = manifest.received.get(party)
    return Counted(
        party=party,
        stated=held.count if isinstance(held, CountStated) else None,
        ticked=None if ticked is None else len(ticked),
        reservations=tuple(_words(it) for _, it in noted),
        events=tuple(event for event in (count, *(event for event, _ in noted)) if event),
    )


def _reservations(state: State, manifest: Manifest) -> list[tuple[str, ReservationMade]]:
    """The reservations that hold now, in the order in which they were made."""
    events = sorted(manifest.reservations, key=lambda event: state.event_ids[event])
    entries = ((event, state.entries[event].value) for event in events)
    return [(event, held) for event, held in entries if isinstance(held, ReservationMade)]


def _words(noted: ReservationMade) -> str:
    about = f" ({noted.reservation.tag})" if noted.reservation.tag else ""
    return f"{noted.reservation.kind}{about}: {noted.reservation.text}"


@dataclass(frozen=True)
class BatchBeside:
    """One batch in one direction: what its manifests hold, and what was said of it in public.

    ``listed``, ``handed_over`` and ``counted`` are sums over the batch's manifests; a party that
    did not count all of them is left out of ``counted``. ``differing`` are the claims that no sum
    satisfies. No side of the comparison is called right. ``known_as`` is the name of the
    agreement in public statements. ``demonstration``: the signed bytes themselves say that the
    bags were played.
    """

    agreement: str | None
    known_as: str | None
    batch: str
    giver: str
    receiver: str
    manifests: tuple[str, ...]
    listed: int
    handed_over: int
    refused: int
    counted: dict[str, int]
    reservations: dict[str, tuple[str, ...]]
    signed: Signed
    claims: tuple[str, ...]
    differing: tuple[str, ...]
    demonstration: bool

    def to_json(self) -> dict[str, Any]:
        """JSON-safe values."""
        return {**vars(self), "unit": "handover unit", "agree": not self.differing}


def batches_beside_claims(state: State) -> tuple[BatchBeside, ...]:
    """Every batch that has a manifest, beside the standing public claims about it."""
    groups: dict[tuple[str | None, str, str, str], list[ManifestFigure]] = defaultdict(list)
    for figure in manifest_figures(state):
        groups[figure.agreement, figure.batch, figure.giver, figure.receiver].append(figure)
    every = claims_file_of(state).claims
    status = statuses(every)
    standing = [claim for claim in every if status[claim.id] == "standing"]
    return tuple(_beside(state, figures, standing) for figures in groups.values())


def _beside(state: State, figures: list[ManifestFigure], claims: Iterable[Claim]) -> BatchBeside:
    one = figures[0]
    known_as = None if one.agreement is None else state.agreement(one.agreement).known_as
    handed_over = sum(figure.handed_over for figure in figures)
    counted = _sums(figures)
    said = [
        claim
        for claim in claims
        if isinstance(claim.value, int)
        and claim.measure == TRANSFERRED + one.receiver
        and claim.subject.batch == one.batch
        and claim.subject.agreement in (None, one.agreement, known_as)
    ]
    known = {handed_over, *counted.values()}
    return BatchBeside(
        agreement=one.agreement,
        known_as=known_as,
        batch=one.batch,
        giver=one.giver,
        receiver=one.receiver,
        manifests=tuple(figure.manifest for figure in figures),
        listed=sum(figure.listed for figure in figures),
        handed_over=handed_over,
        refused=sum(figure.refused for figure in figures),
        counted=counted,
        reservations=_noted(figures),
        signed=_least([figure.signed for figure in figures]),
        claims=tuple(claim.id for claim in said),
        differing=tuple(claim.id for claim in said if not _allows(claim, known)),
        demonstration=any(is_played(state.manifest(figure.manifest)) for figure in figures),
    )


def _noted(figures: list[ManifestFigure]) -> dict[str, tuple[str, ...]]:
    """The reservations of each party that made any."""
    noted: dict[str, tuple[str, ...]] = {}
    for figure in figures:
        for count in figure.counts:
            if count.reservations:
                noted[count.party] = (*noted.get(count.party, ()), *count.reservations)
    return noted


def _least(signed: list[Signed]) -> Signed:
    """What holds for all manifests of a batch."""
    order: tuple[Signed, ...] = ("nobody", "unilateral", "bilateral")
    return min(signed, key=order.index)


def is_played(manifest: Manifest) -> bool:
    """Whether the manifest says of its own bags that they are a demonstration."""
    return any(item.category.startswith(DEMONSTRATION) for item in manifest.items.values())


def _allows(claim: Claim, numbers: Iterable[int]) -> bool:
    low, high = allowed(claim)
    return any(low <= number <= high for number in numbers)


def _sums(figures: list[ManifestFigure]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    times: dict[str, int] = defaultdict(int)
    for figure in figures:
        for count in figure.counts:
            if count.value is not None:
                sums[count.party] += count.value
                times[count.party] += 1
    return {party: sums[party] for party in sorted(sums) if times[party] == len(figures)}


@dataclass(frozen=True)
class OfferSeen:
    """An offer as the record has it: each side's acts with reasons, and everybody's own words.

    ``acts``: party, what it did, its reason. ``words``: who said what of it; never merged.
    """

    offer: str
    agreement: str | None
    known_as: str | None
    giver: str
    receiver: str
    place: str | None
    date: str | None
    count: int | None
    acts: tuple[tuple[str, str, str | None], ...]
    words: tuple[tuple[str, str], ...]
    event: str

    def to_json(self) -> dict[str, Any]:
        """JSON-safe values; ``count`` is in handover units."""
        return {**vars(self), "unit": "handover unit"}


def offers_seen(state: State) -> tuple[OfferSeen, ...]:
    """All offers in the order in which they were made."""
    order = sorted(state.offers.values(), key=lambda offer: state.event_ids[offer.event_id])
    return tuple(_seen(state, offer) for offer in order)


def _seen(state: State, offer: Offer) -> OfferSeen:
    words = sorted(offer.characterisations, key=lambda event: state.event_ids[event])
    held = [state.entries[event].value for event in words]
    agreement = offer.agreement
    return OfferSeen(
        offer=offer.offer,
        agreement=agreement,
        known_as=None if agreement is None else state.agreement(agreement).known_as,
        giver=offer.giver,
        receiver=offer.receiver,
        place=offer.place,
        date=offer.date,
        count=offer.count,
        acts=tuple((one.by, one.kind, one.reason) for one in offer.responses),
        words=tuple((it.by, it.text) for it in held if isinstance(it, OfferCharacterised)),
        event=offer.event_id,
    )
