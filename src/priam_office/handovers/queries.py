"""Reads of negotiations: agreements, offers, manifests, what other installations have seen.

All but times and signers comes from the state, so a page asks the database a few times, however
many offers there are. No person is in any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext_noop as noop

from priam.accounting.handovers import ManifestFigure, manifest_figures
from priam.errors import UserError
from priam.events.handovers import ReservationMade
from priam.events.offers import OfferCharacterised
from priam.events.state import Agreement, Amendment, Manifest, Offer, State
from priam.events.values import Obligation
from priam_office.handovers import parties, witnesses
from priam_office.handovers.evidence import CheckpointSeen
from priam_office.handovers.exporting import EXCHANGED
from priam_office.handovers.parties import Own
from priam_office.handovers.trusted import trusted
from priam_office.record import queries as log
from priam_office.record.acts import body
from priam_office.record.models import Event as Row
from priam_office.record.state import known

__all__ = [
    "PAGE",
    "TABS",
    "WAITING",
    "AgreementRow",
    "Duty",
    "OfferRow",
    "Other",
    "Part",
    "agreements",
    "manifests",
    "meetings",
    "names",
    "offers",
    "one_agreement",
    "one_manifest",
    "one_offer",
    "others",
    "own",
    "part",
    "refused",
    "times",
    "waits",
]

PAGE = 50
Kept = TypeVar("Kept")  # a row of the state


def own() -> Own | None:
    """The party of this installation; None where it speaks for nobody."""
    try:
        return parties.own(settings.INSTALLATION)
    except UserError:
        return None


def names() -> dict[str, str]:
    """Code of each party -> its name."""
    return {party.party: party.name for party in known().state.parties.values()}


def times(events: Iterable[str]) -> dict[str, str]:
    """When each of these events was received here; one query."""
    rows = Row.objects.filter(event_id__in=list(events))
    return dict(rows.values_list("event_id", "received_time"))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list; ``after``: at which place the next one begins, None for none."""

    rows: Sequence[Any]
    after: int | None


def part(rows: Sequence[Any], start: int) -> Part:
    """The part of a list from place ``start`` on."""
    end = start + PAGE
    return Part(rows[start:end], end if end < len(rows) else None)


# -- offers ----------------------------------------------------------------------------------

#: Tabs of the list of offers: which answers each holds.
TABS = {
    "open": ("waits", "postponed"),
    "accepted": ("accepted",),
    "ended": ("refused", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer and what became of it; ``mine``: this party is the "giver" or the "receiver"."""

    offer: Offer
    standing: str
    mine: str

    @property
    def open(self) -> bool:
        """Whether it can still be answered or withdrawn."""
        return self.standing in TABS["open"]


def offers(tab: str = "") -> list[OfferRow]:
    """Offers, the newest first."""
    state, me = known().state, own()
    rows = [_offer(one, me) for one in _newest(state, state.offers.values())]
    return [row for row in rows if not tab or row.standing in TABS[tab]]


def _offer(offer: Offer, me: Own | None) -> OfferRow:
    ended = next((one.kind for one in offer.responses if one.kind != "postponed"), "")
    sides = {offer.giver: "giver", offer.receiver: "receiver"}
    mine = sides.get(me.party, "") if me else ""
    return OfferRow(offer, ended or ("postponed" if offer.responses else "waits"), mine)


def _newest(state: State, rows: Iterable[Kept]) -> list[Kept]:
    place: Callable[[Any], int] = lambda row: state.event_ids[row.event_id]  # noqa: E731
    return sorted(rows, key=place, reverse=True)


def one_offer(event: str) -> dict[str, Any]:
    """An offer by the event that made it: answers, everybody's own words, the meeting."""
    state = known().state
    offer = _made_by(state.offers.values(), event)
    words = sorted(offer.characterisations, key=lambda one: state.event_ids[one])
    said = [
        (one, held)
        for one in words
        if isinstance(held := state.entries[one].value, OfferCharacterised)
    ]
    return {
        "row": _offer(offer, own()),
        "words": said,
        "agreement": state.agreements.get(offer.agreement or ""),
        "meetings": [one for one in state.handovers.values() if one.offer == offer.offer],
        "events": [offer.event_id, *(one.event_id for one in offer.responses), *words],
    }


def _made_by(rows: Iterable[Kept], event: str) -> Kept:
    found = next((row for row in rows if getattr(row, "event_id", "") == event), None)
    if found is None:
        raise Http404
    return found


# -- agreements --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation of a reading, and how many bags the giver has let go under the agreement."""

    duty: Obligation
    let_go: int


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement; ``to_sign``: this party is named in it and has not signed yet."""

    agreement: Agreement
    to_sign: bool
    amendments_to_sign: tuple[str, ...]

    @property
    def unsigned(self) -> list[str]:
        """Parties that have not signed."""
        return _unsigned(self.agreement, self.agreement.signed_by)


def agreements() -> list[AgreementRow]:
    """Agreements, the newest first."""
    state, me = known().state, own()
    return [_agreement(one, me) for one in _newest(state, state.agreements.values())]


def _agreement(agreement: Agreement, me: Own | None) -> AgreementRow:
    if me is None or me.party not in agreement.parties:
        return AgreementRow(agreement, False, ())
    waiting = tuple(
        name for name, one in agreement.amendments.items() if me.party not in one.signed_by
    )
    return AgreementRow(agreement, me.party not in agreement.signed_by, waiting)


def _unsigned(agreement: Agreement, signed_by: Container[str]) -> list[str]:
    return [party for party in agreement.parties if party not in signed_by]


def one_agreement(event: str) -> dict[str, Any]:
    """An agreement by its first event: readings beside each other, amendments, what came of it."""
    state, me = known().state, own()
    agreement = _made_by(state.agreements.values(), event)
    gone: dict[tuple[str, str], int] = {}
    batches = [one for one in manifest_figures(state) if one.agreement == agreement.agreement]
    for one in batches:
        way = one.giver, one.receiver
        gone[way] = gone.get(way, 0) + one.handed_over
    readings = sorted(agreement.readings.values(), key=lambda one: state.event_ids[one.event_id])
    changes = sorted(
        agreement.amendments.items(), key=lambda pair: state.event_ids[pair[1].event_id]
    )
    return {
        "row": _agreement(agreement, me),
        "party_to": me is not None and me.party in agreement.parties,
        "readings": [(one, _duties(one.obligations, gone)) for one in readings],
        "not_held": [one.reading for one in readings if me and me.party not in one.held_by],
        "amendments": [_change(name, one, agreement) for name, one in changes],
        "offers": [r for r in offers() if r.offer.agreement == agreement.agreement],
        "manifests": batches,
        "events": [
            agreement.event_id,
            *(one.event_id for one in readings),
            *(one.event_id for _, one in changes),
        ],
    }


def _duties(obligations: Iterable[Obligation], gone: dict[tuple[str, str], int]) -> list[Duty]:
    return [Duty(one, gone.get((one.giver, one.receiver), 0)) for one in obligations]


def _change(name: str, one: Amendment, agreement: Agreement) -> dict[str, Any]:
    unsigned = _unsigned(agreement, one.signed_by)
    return {"name": name, "change": one, "duties": _duties(one.obligations, {}), "open": unsigned}


# -- manifests and meetings --------------------------------------------------------------------


def manifests() -> list[ManifestFigure]:
    """Manifests with everybody's counts, the newest first."""
    return list(reversed(manifest_figures(known().state)))


def meetings() -> list[Any]:
    """Meetings at the point, the newest first."""
    state = known().state
    return _newest(state, state.handovers.values())


def one_manifest(event: str) -> dict[str, Any]:
    """A manifest by the event that issued it: counts by role, reservations, bags refused."""
    state = known().state
    held = _made_by(state.manifests.values(), event)
    (figure,) = (one for one in manifest_figures(state) if one.manifest == held.manifest)
    return {
        "held": held,
        "figure": figure,
        "counts": [(one, _role(held, one.party)) for one in _in_order(held, figure)],
        "reservations": _reservations(state, held),
        "refused": [(tag, why, _fate(state, tag)) for tag, why in sorted(held.refusals.items())],
        "meeting": state.handovers.get(held.handover or ""),
        "agreement": state.agreements.get(held.agreement or ""),
        "unsigned": [p for p in (held.giver, held.receiver) if p not in held.signatures],
    }


def _role(held: Manifest, party: str) -> str:
    return {held.giver: "giver", held.receiver: "receiver"}.get(party, "observer")


def _in_order(held: Manifest, figure: ManifestFigure) -> list[Any]:
    """Counts of giver, receiver, observers."""
    order = {held.giver: 0, held.receiver: 1}
    return sorted(figure.counts, key=lambda one: (order.get(one.party, 2), one.party))


def _reservations(state: State, held: Manifest) -> list[ReservationMade]:
    events = sorted(held.reservations, key=lambda event: state.event_ids[event])
    found = (state.entries[event].value for event in events)
    return [one for one in found if isinstance(one, ReservationMade)]


def _fate(state: State, tag: str) -> str:
    """Who holds a refused bag now, where it was not handed over since; else empty."""
    given = any(tag in one.handed_over for one in state.manifests.values())
    return "" if given else state.bags[tag].custodian


def refused() -> dict[str, Any]:
    """What stays refused: offers, and bags that were not handed over later."""
    state = known().state
    bags = [
        (tag, why, held, custodian)
        for held in _newest(state, state.manifests.values())
        for tag, why in sorted(held.refusals.items())
        if (custodian := _fate(state, tag))
    ]
    return {"offers": [row for row in offers("ended") if row.standing == "refused"], "bags": bags}


# -- other installations -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Other:
    """Another installation. ``seen``: size of its log as last seen here, at ``seen_at``;
    ``acknowledged``: how much of this log it has seen, as it said; ``behind``: acts of this party
    since then; ``waiting``: files of it that wait for another one; ``split``: it showed two
    histories."""

    party: str
    role: str
    log: str
    seen: int | None
    seen_at: str
    acknowledged: int
    behind: int
    waiting: int
    split: bool


def others() -> dict[str, Any]:
    """How the exchange with each other installation stands, and who has seen this log."""
    me = own()
    last, (size, _) = log.latest(), log.head()
    found: dict[str, Any] = {
        "size": size,
        "checkpoint": last,
        "since": size - (last.size if last else 0),
        "witnesses": witnesses.statuses(),
        "others": [],
    }
    if me is None:
        return found
    rows = list(Row.objects.filter(type=CheckpointSeen.type).order_by("sequence"))
    seen = [(row.received_time, CheckpointSeen.from_payload(body(row))) for row in rows]
    told: dict[str, int] = {}
    ours: dict[str, tuple[int, str]] = {}
    for at, one in seen:
        if one.log == me.actor:
            told[one.by] = max(told.get(one.by, 0), one.size)
        elif one.by == me.party:
            ours[one.log] = max(ours.get(one.log, (0, "")), (one.size, at))
    theirs = {party: keys for party, keys in trusted().items() if party != me.party}
    behind = _acts_since(me, {party: told.get(party, 0) for party in theirs})
    waiting, split = _files(me.folder / "waiting"), _files(me.folder / "split-views")
    state = known().state
    found["others"] = [
        Other(
            party,
            state.parties[party].role,
            keys.log,
            ours.get(keys.log, (None, ""))[0],
            ours.get(keys.log, (None, ""))[1],
            told.get(party, 0),
            behind.get(party, 0),
            sum(name.partition(".")[0] == party for name in waiting),
            any(name.startswith(party) for name in split),
        )
        for party, keys in sorted(theirs.items())
    ]
    return found


def _acts_since(me: Own, since: dict[str, int]) -> dict[str, int]:
    """How many acts of this party stand in its log from each of these places on; one query."""
    if not since:
        return {}
    rows = Row.objects.filter(
        type__in=list(EXCHANGED), actor=me.actor, sequence__gte=min(since.values())
    )
    at = list(since.items())
    counted = rows.aggregate(
        **{f"n{i}": Count("pk", filter=Q(sequence__gte=n)) for i, (_, n) in enumerate(at)}
    )
    return {party: counted[f"n{i}"] for i, (party, _) in enumerate(at)}


def _files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


# -- what waits --------------------------------------------------------------------------------


def waits() -> dict[str, Any]:
    """What waits for this party, and what this party waits for."""
    made = agreements()
    return {
        "to_answer": _open_offers("receiver"),
        "unanswered": _open_offers("giver"),
        "to_sign": [row for row in made if row.to_sign],
        "amendments": [row for row in made if row.amendments_to_sign],
        "meetings": [one for one in meetings() if not one.closed],
        "differing": [one for one in manifests() if one.counts and not one.agree],
    }


def _open_offers(mine: str) -> list[OfferRow]:
    return [row for row in offers("open") if row.mine == mine]


#: Label, page, number: what is shown on the first page of an exchange office.
WAITING: tuple[tuple[str, str, Callable[[Any], int]], ...] = (
    (noop("Offers to answer"), "negotiation-offers", lambda user: len(_open_offers("receiver"))),
    (
        noop("Agreements to sign"),
        "negotiation-agreements",
        lambda user: sum(row.to_sign + bool(row.amendments_to_sign) for row in agreements()),
    ),
)
