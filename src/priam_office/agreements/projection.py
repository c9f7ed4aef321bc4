"""Rows of sources and claims for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import json

from django.db import models

from priam.events import ClaimCorrected, ClaimMade, ClaimWithdrawn, Recorded, SourceRecorded
from priam_office.agreements.models import Claim, Source
from priam_office.record.projection import Before, as_it_was

__all__ = ["MODELS", "rows"]

MODELS = (Source, Claim)


def rows(recorded: Recorded, before: Before) -> list[models.Model]:
    """The rows that this event adds or replaces."""
    match recorded.event:
        case SourceRecorded() as event:
            return [_source(event, recorded)]
        case ClaimMade() as event:
            return [_claim(event, recorded)]
        case ClaimCorrected() as event:
            return [_ended(event, recorded, before, "corrected", event.replaced_by)]
        case ClaimWithdrawn() as event:
            return [_ended(event, recorded, before, "withdrawn", "")]
    return []


def _source(event: SourceRecorded, recorded: Recorded) -> Source:
    return Source(
        source=event.source,
        publisher=event.publisher,
        date=event.date or "",
        url=event.url or "",
        event_id=recorded.event_id,
    )


def _claim(event: ClaimMade, recorded: Recorded) -> Claim:
    return Claim(
        claim=event.claim,
        place=recorded.sequence,
        claimed_on=event.claimed_on,
        claimant=event.claimant,
        party=event.party,
        measure=event.measure,
        value="" if event.value is None else str(event.value),
        count=event.value if type(event.value) is int else None,
        qualifier=event.qualifier,
        unit=event.unit or "",
        note=event.note or "",
        agreement=event.subject.agreement or "",
        subject=json.dumps(event.subject.to_json(), ensure_ascii=False, sort_keys=True),
        source_id=event.source,
        event_id=recorded.event_id,
    )


def _ended(
    event: ClaimCorrected | ClaimWithdrawn,
    recorded: Recorded,
    before: Before,
    status: str,
    replaced_by: str,
) -> Claim:
    claim = as_it_was(before, Claim, event.claim)
    claim.status = status
    claim.replaced_by = replaced_by
    claim.ended_by = recorded.event_id
    claim.reason = event.reason or ""
    return claim
