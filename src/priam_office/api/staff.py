"""Calls for programs of those who work here; each asks for one permission of the one table."""

from __future__ import annotations

import heapq
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from priam_office.api.access import May
from priam_office.api.schemas import Page, Problem
from priam_office.record import state

__all__ = ["router"]

router = Router(tags=["staff"])
Tag = Annotated[str, Query(max_length=40, description="`next` of the part before")]
Limit = Annotated[int, Query(ge=1, le=500)]
REFUSALS = {401: Problem, 403: Problem}


class CaseOut(Schema):
    """A remains case: numbers, links and status. No words, no names, no genotypes."""

    case: str
    bag: str
    kind: str
    parent: str | None
    parts: list[str]
    links: list[str]
    status: str
    events: list[str]


class SampleOut(Schema):
    """A sample, by its label."""

    sample: str
    case: str
    element: str | None
    kind: str
    status: str


class ManifestOut(Schema):
    """A manifest: what was listed, handed over, refused and counted."""

    manifest: str
    agreement: str | None
    batch: str
    sequence: int
    giver: str
    receiver: str
    items: int
    handed_over: int
    refused: int
    signed_by: list[str]
    bilateral: bool


@router.get(
    "/cases",
    response={200: Page[CaseOut], **REFUSALS},
    auth=May("cases.view"),
    summary="Cases by number",
)
def cases(request: HttpRequest, after: Tag = "", limit: Limit = 100) -> Page[CaseOut]:
    """All cases in the order of their numbers."""
    rows, following = _part(state.known().state.cases, after, limit)
    return Page(items=[_case(row) for row in rows], next=following)


@router.get(
    "/cases/{case}",
    response={200: CaseOut, 404: Problem, **REFUSALS},
    auth=May("cases.view"),
    summary="One case",
)
def case(request: HttpRequest, case: str) -> CaseOut:
    """A case by its number."""
    row = state.known().state.cases.get(case)
    if row is None:
        raise HttpError(404, "there is no such case")
    return _case(row)


@router.get(
    "/samples",
    response={200: Page[SampleOut], **REFUSALS},
    auth=May("cases.view"),
    summary="Samples by label",
)
def samples(request: HttpRequest, after: Tag = "", limit: Limit = 100) -> Page[SampleOut]:
    """All samples in the order of their labels."""
    rows, following = _part(state.known().state.samples, after, limit)
    fields = ("sample", "case", "element", "kind", "status")
    items = [SampleOut(**{name: getattr(row, name) for name in fields}) for row in rows]
    return Page(items=items, next=following)


@router.get(
    "/manifests",
    response={200: Page[ManifestOut], **REFUSALS},
    auth=May("handovers.view"),
    summary="Manifests of handovers",
)
def manifests(request: HttpRequest, after: Tag = "", limit: Limit = 100) -> Page[ManifestOut]:
    """All manifests, by name."""
    rows, following = _part(state.known().state.manifests, after, limit)
    return Page(items=[_manifest(row) for row in rows], next=following)


def _part(table: Any, after: str, limit: int) -> tuple[list[Any], str | None]:
    """``limit`` rows from key ``after`` on, and the key that follows them."""
    keys = heapq.nsmallest(limit + 1, (key for key in table if key >= after))
    following = keys[limit] if len(keys) > limit else None
    return [table[key] for key in keys[:limit]], following


def _case(row: Any) -> CaseOut:
    return CaseOut(
        case=row.case,
        bag=row.bag,
        kind=row.kind,
        parent=row.parent,
        parts=list(row.parts),
        links=list(row.links),
        status=row.status,
        events=list(row.events),
    )


def _manifest(row: Any) -> ManifestOut:
    return ManifestOut(
        manifest=row.manifest,
        agreement=row.agreement,
        batch=row.batch,
        sequence=row.sequence,
        giver=row.giver,
        receiver=row.receiver,
        items=len(row.items),
        handed_over=len(row.handed_over),
        refused=len(row.refused),
        signed_by=sorted(row.signatures),
        bilateral=row.bilateral,
    )
