"""A claims file as events, and events as the claims file that :mod:`priam.accounting` reads.

Loading one file twice writes nothing twice: the id of an event is made from its content.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Iterator, Mapping

from priam import events
from priam.accounting import claims_file as files
from priam.tlog.leaves import canonical_json

__all__ = ["content_id", "events_of", "file_of"]


def events_of(file: files.ClaimsFile) -> Iterator[events.Event]:
    """The events that a claims file amounts to, each after those it speaks of."""
    for code, name in file.parties.items():
        yield events.PartyDeclared(code, name)
    for role, names in (("mediator", file.mediators), ("observer", file.observers)):
        for name in names:
            yield events.PartyDeclared(name, name, role)
    for source in file.sources.values():
        yield events.SourceRecorded(source.id, source.publisher, source.date or "", source.url)
    for agreement in file.agreements:
        yield events.AgreementRecorded(agreement.id, agreement.concluded_on, agreement.place)
        for reading in agreement.readings:
            yield _reading(agreement.id, reading)
    for claim in file.claims:
        yield _claim(claim)
    for claim in file.claims:
        if claim.corrects is not None:
            yield events.ClaimCorrected(claim.corrects, claim.id, claim.claimed_on)
    for claim in file.claims:
        if claim.withdrawn_on is not None:
            yield events.ClaimWithdrawn(claim.id, claim.withdrawn_on)


def _reading(agreement: str, reading: files.Reading) -> events.ReadingStated:
    obligations = tuple(
        events.Obligation(o.giver, o.receiver, o.count, o.unit, o.deadline, o.condition)
        for o in reading.obligations
    )
    return events.ReadingStated(agreement, reading.id, obligations, reading.held_by)


def _claim(claim: files.Claim) -> events.ClaimMade:
    return events.ClaimMade(
        claim=claim.id,
        claimed_on=claim.claimed_on,
        claimant=claim.claimant,
        party=claim.party,
        measure=claim.measure,
        value=claim.value,
        qualifier=claim.qualifier,
        subject=events.Subject(**vars(claim.subject)),
        source=claim.source,
        note=claim.note,
    )


def content_id(event: events.Event) -> str:
    """A UUIDv7 made from the content of an event: the same event has the same id.

    Its time is the day the event speaks of, where it does, so that ids sort roughly by date.
    """
    content = canonical_json([event.type, event.version, event.to_payload()])
    digest = hashlib.sha256(b"priam event\n" + content).digest()
    milliseconds = _day_of(event).to_bytes(6, "big")
    raw = bytearray(milliseconds + digest[:10])
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))


def _day_of(event: events.Event) -> int:
    text = str(getattr(event, "claimed_on", "") or "")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return 0
    start = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    return max(0, int(start.timestamp() * 1000))


def file_of(state: events.State) -> files.ClaimsFile:
    """The claims file that the state amounts to, in the order of the record."""
    order = state.event_ids
    roles: dict[str, list[str]] = {"party": [], "mediator": [], "observer": []}
    for party in sorted(state.parties.values(), key=lambda p: order[p.event_id]):
        roles[party.role].append(party.party)
    agreements = sorted(state.agreements.values(), key=lambda a: order[a.event_id])
    sources = sorted(state.sources.values(), key=lambda s: order[s.event_id])
    claims = sorted(state.claims.values(), key=lambda c: order[c.event_id])
    corrected = {entry.by: name for name, entry in state.claims.items() if entry.by}
    return files.ClaimsFile(
        parties={code: state.parties[code].name for code in roles["party"]},
        agreements=tuple(_agreement(agreement, order) for agreement in agreements),
        sources={
            s.source: files.Source(s.source, s.publisher, s.date or None, s.url) for s in sources
        },
        claims=tuple(_stated(entry, corrected) for entry in claims),
        mediators=tuple(state.parties[code].name for code in roles["mediator"]),
        observers=tuple(state.parties[code].name for code in roles["observer"]),
    )


def _agreement(agreement: events.state.Agreement, order: Mapping[str, int]) -> files.Agreement:
    readings = sorted(agreement.readings.values(), key=lambda r: order[r.event_id])
    return files.Agreement(
        agreement.agreement,
        agreement.concluded_on or "",
        agreement.place,
        tuple(
            files.Reading(
                reading.reading,
                tuple(
                    files.Obligation(o.giver, o.receiver, o.count, o.unit, o.deadline, o.condition)
                    for o in reading.obligations
                ),
                tuple(sorted(reading.held_by)),
            )
            for reading in readings
        ),
    )


def _stated(entry: events.state.ClaimEntry, corrected: dict[str, str]) -> files.Claim:
    claim = entry.event
    subject = {name: getattr(claim.subject, name) for name in files.Subject.__dataclass_fields__}
    return files.Claim(
        id=claim.claim,
        claimed_on=claim.claimed_on,
        claimant=claim.claimant,
        party=claim.party,
        measure=claim.measure,
        value=claim.value,
        qualifier=claim.qualifier,
        subject=files.Subject(**subject),
        source=claim.source,
        note=claim.note,
        corrects=corrected.get(claim.claim),
        withdrawn_on=entry.on if entry.status == "withdrawn" else None,
    )
