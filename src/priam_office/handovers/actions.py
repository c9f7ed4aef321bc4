"""What a party does, one verb a function, one transaction each; all through the one write path.

``me`` is this installation's party (:func:`priam_office.handovers.parties.own`), on a page with the
person who acts for it (:class:`priam_office.handovers.acting.Acting`): nobody can act here for
somebody else. Rules are those of :mod:`priam.events`; a verb that may not follow what is
recorded raises :class:`priam.errors.UserError` and writes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from priam.errors import UserError
from priam.events import (
    AgreementCountersigned,
    AgreementProposed,
    AmendmentCountersigned,
    AmendmentProposed,
    BagFoundOtherSide,
    BagRefused,
    BagsHandedOver,
    BagsReceived,
    Corrected,
    CountStated,
    Event,
    HandoverClosed,
    HandoverOpened,
    ManifestIssued,
    ManifestSigned,
    OfferAccepted,
    OfferCharacterised,
    OfferMade,
    OfferPostponed,
    OfferRefused,
    OfferWithdrawn,
    ReadingHeld,
    ReadingStated,
    ReservationMade,
    TransportArrived,
    TransportDeparted,
)
from priam.events.values import Item, Obligation, Reservation
from priam.labels.tags import issue, parse
from priam.tlog.manifests import may_sign, parse_reception, sign_document
from priam.tlog.notes import Note, Signer
from priam_office.handovers import documents
from priam_office.handovers.evidence import ManifestSignatures, ReceptionSigned
from priam_office.handovers.parties import Own
from priam_office.record.state import known
from priam_office.record.write import Entry, record_all

__all__ = [
    "amend",
    "answer",
    "arrive",
    "characterise",
    "close",
    "correct",
    "count",
    "countersign",
    "depart",
    "found_other_side",
    "hand_over",
    "hold_reading",
    "issue_manifest",
    "new_tags",
    "offer",
    "open_handover",
    "propose",
    "refuse_bag",
    "sign",
    "sign_amendment",
    "state_reading",
    "withdraw",
]


def _record(me: Own, *events: Event) -> None:
    record_all(me.entries(events), by=me.actor)


def propose(
    me: Own,
    agreement: str,
    others: Sequence[str],
    *,
    date: str | None = None,
    place: str = "",
    known_as: str | None = None,
) -> None:
    """Propose an agreement to ``others`` and thereby sign it."""
    parties = (me.party, *others)
    _record(me, AgreementProposed(agreement, me.party, parties, date, place or None, known_as))


def countersign(me: Own, agreement: str) -> None:
    """Sign an agreement that another party proposed."""
    _record(me, AgreementCountersigned(agreement, me.party))


def state_reading(me: Own, agreement: str, reading: str, obligations: Sequence[Obligation]) -> None:
    """Say how this party reads the agreement."""
    _record(me, ReadingStated(agreement, reading, tuple(obligations), (me.party,)))


def hold_reading(me: Own, agreement: str, reading: str) -> None:
    """Read the agreement as another party does: both sign one reading."""
    _record(me, ReadingHeld(agreement, reading, me.party))


def amend(
    me: Own,
    agreement: str,
    amendment: str,
    reading: str,
    obligations: Sequence[Obligation],
    text: str = "",
) -> None:
    """Propose other obligations for a reading; in force when all parties have signed."""
    duties = tuple(obligations)
    _record(me, AmendmentProposed(agreement, amendment, me.party, reading, duties, text or None))


def sign_amendment(me: Own, agreement: str, amendment: str) -> None:
    """Sign an amendment that another party proposed."""
    _record(me, AmendmentCountersigned(agreement, amendment, me.party))


def new_tags(number: int, choose: Callable[[Sequence[str]], str] = secrets.choice) -> list[str]:
    """New opaque tags, none of which is in use here."""
    return issue(number, choose, known().state.bags)


def issue_manifest(
    me: Own, agreement: str, batch: str, receiver: str, items: Sequence[Item]
) -> str:
    """List the bags of a batch for ``receiver``; returns the manifest's name, its hash."""
    state = known().state
    read = [Item(parse(item.tag), item.seal, item.numbers, item.category) for item in items]
    last = state.last_manifest((agreement, me.party, receiver))
    number = last.sequence + 1 if last else 1
    name = documents.document(
        agreement=agreement,
        batch=batch,
        sequence=number,
        previous=last.manifest if last else None,
        giver=me.party,
        receiver=receiver,
        items=read,
    ).digest
    before = last.digest if last else None
    listed = tuple(read)
    _record(me, ManifestIssued(name, batch, number, me.party, receiver, listed, agreement, before))
    return name


def offer(
    me: Own,
    name: str,
    receiver: str,
    agreement: str,
    *,
    number: int,
    place: str,
    date: str,
    date_agreed: bool | None = None,
) -> None:
    """Offer a number of bags at a place and time."""
    made = OfferMade(name, me.party, receiver, agreement, place, date, date_agreed, count=number)
    _record(me, made)


def answer(me: Own, offer: str, answer: str, reason: str = "") -> None:
    """``accept``, ``postpone`` or ``refuse`` an offer; the last two need a reason."""
    if answer != "accept" and not reason.strip():
        raise UserError(f"to {answer} an offer needs a reason")
    events: dict[str, Event] = {
        "accept": OfferAccepted(offer, me.party, reason or None),
        "postpone": OfferPostponed(offer, me.party, reason),
        "refuse": OfferRefused(offer, me.party, reason),
    }
    if answer not in events:
        raise UserError(f"{answer!r} is no answer; expected {', '.join(events)}")
    _record(me, events[answer])


def withdraw(me: Own, offer: str, reason: str) -> None:
    """Take an offer of this party back."""
    _record(me, OfferWithdrawn(offer, me.party, reason))


def characterise(me: Own, offer: str, text: str) -> None:
    """Say in this party's own words what became of an offer."""
    _record(me, OfferCharacterised(offer, me.party, text))


def open_handover(
    me: Own,
    name: str,
    agreement: str,
    manifests: Sequence[str],
    *,
    place: str,
    date: str,
    offer: str | None = None,
    present: Sequence[str] = (),
) -> None:
    """Begin the meeting at the point, with these manifests."""
    there, listed = tuple(present), tuple(manifests)
    _record(me, HandoverOpened(name, place, date, listed, there, agreement, offer))


def hand_over(me: Own, manifest: str, tags: Sequence[str] | None = None) -> None:
    """Let bags go; all that are listed and not refused, where no tags are given."""
    held = known().state.manifest(manifest)
    if held.giver != me.party:
        raise UserError(f"only the giver {held.giver!r} can hand over manifest {manifest[:16]}")
    rest = sorted(t for t in held.items if t not in held.handed_over and t not in held.refused)
    _record(me, BagsHandedOver(manifest, tuple(rest if tags is None else tags)))


def depart(
    me: Own,
    transport: str,
    manifests: Sequence[str],
    *,
    vehicle: str,
    place: str,
    tags: Sequence[str] = (),
    seals: Sequence[str] = (),
    destination: str | None = None,
    when: str | None = None,
) -> None:
    """A vehicle leaves with bags, at ``when`` (UTC; now where nothing is said)."""
    carried = tuple(parse(tag) for tag in tags)
    left = TransportDeparted(
        transport, me.party, vehicle, place, tuple(manifests), carried, tuple(seals), destination
    )
    record_all([Entry(left, claimed_time=when)], by=me.actor)


def arrive(
    me: Own,
    transport: str,
    *,
    place: str,
    seals: Sequence[str] = (),
    when: str | None = None,
) -> None:
    """The vehicle arrives; ``seals`` are those found on it."""
    there = TransportArrived(transport, me.party, place, tuple(seals))
    record_all([Entry(there, claimed_time=when)], by=me.actor)


def refuse_bag(me: Own, manifest: str, tag: str, reason: str) -> None:
    """Do not take a bag; it stays in the giver's custody."""
    listed = known().state.manifest(manifest).items
    _record(me, BagRefused(manifest, parse(tag, listed), me.party, reason))


def found_other_side(me: Own, tag: str, text: str) -> None:
    """Say that a bag holds remains of the other side; it goes back on a manifest to them."""
    _record(me, BagFoundOtherSide(parse(tag, known().state.bags), me.party, text))


def correct(me: Own, manifest: str, count: int, reason: str) -> None:
    """Correct the count that this party stated; both stay on record."""
    state = known().state
    event = state.manifest(manifest).counts.get(me.party)
    if event is None:
        raise UserError(f"{me.party!r} has not counted manifest {manifest[:16]}; count it first")
    last = (*state.entries[event].corrections, event)
    _record(me, Corrected(last[-2] if len(last) > 1 else event, me.party, reason, count=count))


def count(
    me: Own, manifest: str, tags: Sequence[str], reservations: Sequence[Reservation] = ()
) -> None:
    """Tick bags off one by one, state the number, and note a reservation for each odd one."""
    noted = [ReservationMade(manifest, me.party, one) for one in reservations]
    seen = tuple(sorted(parse(tag) for tag in tags))
    ticked = BagsReceived(manifest, me.party, seen)
    _record(me, *noted, ticked, CountStated(manifest, me.party, len(seen)))


def sign(me: Own, signers: Sequence[Signer], manifest: str) -> Note:
    """Sign the bytes of a manifest, and what was counted, where this party counted.

    With the keys of a device at the point only the count is signed. Again, after a count was
    corrected, only the new count is.
    """
    state = known().state
    held = state.manifest(manifest)
    note = sign_document(Note(documents.of_state(state, manifest).text, ()), signers)
    office = all(may_sign(signer.name, "manifest") for signer in signers)
    events: list[Event] = []
    reserved = False
    if me.party in held.counts:
        counted = documents.reception(state, manifest, me.party)
        reserved = any(not noted.refused for noted in counted.reservations)
        paper = str(sign_document(counted, signers))
        signed = {parse_reception(text)[0] for text in documents.kept_receptions(manifest)}
        may = all(may_sign(signer.name, "reception") for signer in signers)
        if may and counted not in signed:
            events.append(ReceptionSigned(manifest, counted.digest, me.party, paper))
    if office and me.party in (held.giver, held.receiver) and me.party not in held.signatures:
        lines = tuple(map(str, note.signatures))
        events.append(ManifestSignatures(manifest, me.party, lines))
        events.append(ManifestSigned(manifest, me.party, held.digest, reserved))
    if not events:
        raise UserError(
            f"{me.party!r} has nothing to sign under manifest {manifest[:16]} with this key: "
            "it is signed already, or, for observers and devices, not counted yet"
        )
    _record(me, *events)
    return note


def close(me: Own, handover: str) -> None:
    """End the meeting; bags not handed over are free to be listed again."""
    _record(me, HandoverClosed(handover))
