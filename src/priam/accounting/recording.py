"""Between a claims file and events: loaded as the one, read back from the state of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from priam.accounting.claims_file import Agreement, Claim, ClaimsFile, Reading, Source
from priam.events.agreements import AgreementRecorded, PartyDeclared, ReadingStated
from priam.events.base import Event
from priam.events.claims import ClaimCorrected, ClaimMade, ClaimWithdrawn, SourceRecorded
from priam.events.state import Agreement as AgreementState
from priam.events.state import State

__all__ = ["claims_file_of", "events_of"]

Row = TypeVar("Row")


def events_of(file: ClaimsFile) -> list[Event]:
    """The events that record a claims file, in an order in which each may follow the last."""
    return [*_people(file), *_agreements(file), *_statements(file)]


def _people(file: ClaimsFile) -> Iterator[Event]:
    for party, name in file.parties.items():
        yield PartyDeclared(party, name)
    roles = [(name, "mediator") for name in file.mediators]
    roles += [(name, "observer") for name in file.observers]
    seen = set(file.parties)
    for name, role in roles:  # who is named in two roles is declared in the first
        if name not in seen:
            seen.add(name)
            yield PartyDeclared(name, name, role)
    for source in file.sources.values():
        yield SourceRecorded(source.id, source.publisher, source.date, source.url)


def _agreements(file: ClaimsFile) -> Iterator[Event]:
    for agreement in file.agreements:
        yield AgreementRecorded(agreement.id, agreement.concluded_on, agreement.place)
        for reading in agreement.readings:
            yield ReadingStated(agreement.id, reading.id, reading.obligations, reading.held_by)


def _statements(file: ClaimsFile) -> Iterator[Event]:
    for claim in file.claims:
        yield ClaimMade(
            claim=claim.id,
            claimed_on=claim.claimed_on,
            claimant=claim.claimant,
            party=claim.party,
            measure=claim.measure,
            value=claim.value,
            qualifier=claim.qualifier,
            subject=claim.subject,
            source=claim.source,
            note=claim.note,
        )
        if claim.corrects is not None:
            yield ClaimCorrected(claim.corrects, claim.id, claim.claimed_on)
    # After all corrections: a claim that was corrected and then withdrawn must stand till then.
    for claim in file.claims:
        if claim.withdrawn_on is not None:
            yield ClaimWithdrawn(claim.id, claim.withdrawn_on)


def claims_file_of(state: State) -> ClaimsFile:
    """The statements in a state, in the order in which they were recorded.

    An agreement that was signed here and is known from public statements too is told as those
    tell it; its manifests stand beside (:mod:`priam.accounting.handovers`).
    """
    claims = _ordered(state, state.claims)
    replaced = {entry.by: name for name, entry in claims.items() if entry.by is not None}
    parties = _ordered(state, state.parties)
    return ClaimsFile(
        parties={name: party.name for name, party in parties.items() if party.role == "party"},
        mediators=tuple(p.name for p in parties.values() if p.role == "mediator"),
        observers=tuple(p.name for p in parties.values() if p.role == "observer"),
        agreements=tuple(
            _agreement(state, agreement)
            for agreement in _ordered(state, state.agreements).values()
            if agreement.known_as not in state.agreements
        ),
        sources={
            name: Source(name, source.publisher, source.date, source.url)
            for name, source in _ordered(state, state.sources).items()
        },
        claims=tuple(
            _claim(
                entry.event, replaced.get(name), entry.on if entry.status == "withdrawn" else None
            )
            for name, entry in claims.items()
        ),
    )


def _agreement(state: State, agreement: AgreementState) -> Agreement:
    return Agreement(
        id=agreement.agreement,
        concluded_on=agreement.concluded_on or "",
        place=agreement.place,
        readings=tuple(
            Reading(reading.reading, reading.obligations, tuple(sorted(reading.held_by)))
            for reading in _ordered(state, agreement.readings).values()
        ),
    )


def _claim(event: ClaimMade, corrects: str | None, withdrawn_on: str | None) -> Claim:
    value = event.value
    return Claim(
        id=event.claim,
        claimed_on=event.claimed_on,
        claimant=event.claimant,
        party=event.party,
        measure=event.measure,
        value=value if isinstance(value, int) else str(value),
        qualifier=event.qualifier,
        subject=event.subject,
        source=event.source,
        note=event.note,
        corrects=corrects,
        withdrawn_on=withdrawn_on,
    )


def _ordered(state: State, rows: Mapping[str, Row]) -> dict[str, Row]:
    """Rows in the order of the events that made them (the state's maps have none)."""
    order = state.event_ids
    return dict(sorted(rows.items(), key=lambda pair: order[pair[1].event_id]))  # type: ignore[attr-defined]
