"""Calls for everybody: the account, the claims, the log."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from priam_office.agreements.models import Claim
from priam_office.api.schemas import ClaimOut, EventOut, Figure, LogOut, Page, Problem, UnitOut
from priam_office.public import casework, queries
from priam_office.record import queries as record
from priam_office.record.acts import body
from priam_office.record.models import Event

__all__ = ["router"]

router = Router(tags=["public"])
MOST = 500  # rows of one answer
After = Annotated[int, Query(ge=0, le=2**53 - 1, description="`next` of the part before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


@router.get("/claims", response=Page[ClaimOut], auth=None, summary="Claims with their claimants")
def claims(
    request: HttpRequest, after: After = 0, limit: Limit = 100, agreement: str = ""
) -> Page[ClaimOut]:
    """Every claim in the order of the record."""
    found = Claim.objects.select_related("source").filter(place__gte=after).order_by("place")
    if agreement:
        found = found.filter(agreement=agreement)
    rows = list(found[: limit + 1])
    return Page(items=[_claim(row) for row in rows[:limit]], next=_next(rows, limit, "place"))


def _claim(row: Claim) -> ClaimOut:
    return ClaimOut(
        claim=row.claim,
        claimed_on=row.claimed_on or None,
        claimant=row.claimant,
        party=row.party or None,
        measure=row.measure,
        qualifier=row.qualifier,
        value=row.value or None if row.count is None else row.count,
        unit=row.unit or None,
        subject=json.loads(row.subject),
        publisher=row.source.publisher,
        url=row.source.url or None,
        status={"stands": "standing"}.get(row.status, row.status),
        event=row.event_id,
    )


@router.get("/figures", response=list[Figure], auth=None, summary="Figures by claimant")
def figures(request: HttpRequest) -> list[dict[str, object]]:
    """Every measure of every subject, with all values that were given for it side by side."""
    return [figure.to_json() for figure in queries.view().account.figures]


@router.get("/account", auth=None, response=dict, summary="The whole account")
def account(request: HttpRequest) -> dict[str, object]:
    """In the shape of `priam account --format json` (docs/reference/claims-file.md)."""
    return queries.view().account.to_json()


@router.get("/units", response=list[UnitOut], auth=None, summary="Casework by unit")
def units(request: HttpRequest) -> list[UnitOut]:
    """Figures of casework, each with its unit; `count` is null where it would point at persons."""
    return [
        UnitOut(key=f.key, unit=f.unit, count=f.count, types=list(f.types))
        for f in casework.figures()
    ]


@router.get("/log", response=LogOut, auth=None, summary="Size and keys of the log")
def log(request: HttpRequest) -> LogOut:
    """What the log holds and how much of it is signed."""
    last = record.latest()
    installation = settings.INSTALLATION
    return LogOut(
        origin=installation.origin(),
        events=record.head()[0],
        signed_events=last.size if last else None,
        keys=installation.vkeys(),
    )


@router.get("/events", response=Page[EventOut], auth=None, summary="Events in their order")
def events(request: HttpRequest, after: After = 0, limit: Limit = 100) -> Page[EventOut]:
    """All events of the log; the body only of those that are meant for everybody."""
    rows = queries.events(after, limit + 1)
    return Page(items=[_event(row) for row in rows[:limit]], next=_next(rows, limit, "sequence"))


@router.get(
    "/events/{event_id}",
    response={200: EventOut, 404: Problem},
    auth=None,
    summary="One event",
)
def event(request: HttpRequest, event_id: UUID) -> EventOut:
    """An event by its id. Its proof is at `/events/ID.proof`."""
    row = record.event(str(event_id))
    if row is None:
        raise HttpError(404, "there is no such event")
    return _event(row)


def _event(row: Event) -> EventOut:
    return EventOut(
        event=row.event_id,
        sequence=row.sequence,
        type=row.type,
        claimed_time=row.claimed_time,
        received_time=row.received_time,
        commitment=row.commitment,
        body=body(row) if row.type in queries.PUBLIC_TYPES else None,
    )


def _next(rows: list[object], limit: int, name: str) -> str | None:
    return str(getattr(rows[limit], name)) if len(rows) > limit else None
