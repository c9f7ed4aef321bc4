"""Calls that read sealed data. Each read is recorded, as on a page, before it is answered."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from priam_office.api.access import May
from priam_office.api.schemas import Page, Problem
from priam_office.board.models import Decision
from priam_office.families.models import MissingPerson
from priam_office.laboratory.models import Profile
from priam_office.people.reading import note_read
from priam_office.releases.models import ReleaseRow

__all__ = ["router"]

router = Router(tags=["sealed"])
After = Annotated[int, Query(ge=0, le=2**53 - 1, description="`next` of the part before")]
Limit = Annotated[int, Query(ge=1, le=200)]
REFUSALS = {401: Problem, 403: Problem}


class MissingOut(Schema):
    """A missing person as the family office has it."""

    missing: str
    family: str | None
    status: str
    since: str
    facts: dict[str, Any]


class ProfileOut(Schema):
    """A profile as it was read: marker to alleles; null is an allele that was not seen."""

    profile: str
    sample: str
    kind: str
    run: str
    standing: str
    genotypes: dict[str, list[str | None]]


class DecisionOut(Schema):
    """A decision of the board: whose cases, as whom, and how far it is signed. No words."""

    decision: str
    cases: list[str]
    conclusion: str
    missing: str | None
    status: str
    signed_for: list[str]
    proposed_at: str


class ReleaseOut(Schema):
    """A release: what left, whereto, how far. No names."""

    release: str
    cases: list[str]
    to: str
    status: str
    planned_at: str
    ended_at: str | None


@router.get(
    "/missing",
    response={200: Page[MissingOut], **REFUSALS},
    auth=May("families.view"),
    summary="Missing persons",
)
def missing(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[MissingOut]:
    """In the order in which they were registered. The read is recorded with its rows."""
    rows, following = _part(MissingPerson.objects.all(), after, limit)
    note_read(request.auth, "identity", "missing", "api-missing", len(rows))
    return Page(items=[_missing(row) for row in rows], next=following)


@router.get(
    "/missing/{missing_id}",
    response={200: MissingOut, 404: Problem, **REFUSALS},
    auth=May("families.view"),
    summary="One missing person",
)
def one_missing(request: HttpRequest, missing_id: str) -> MissingOut:
    """A missing person by id. The read is recorded."""
    row = MissingPerson.objects.filter(pk=missing_id.replace("\x00", "")).first()
    if row is None:
        raise HttpError(404, "there is no such missing person")
    note_read(request.auth, "identity", f"missing/{row.missing}", "api-missing")
    return _missing(row)


@router.get(
    "/profiles",
    response={200: Page[ProfileOut], **REFUSALS},
    auth=May("laboratory.view"),
    summary="Profiles",
)
def profiles(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[ProfileOut]:
    """In the order in which they were recorded; retests stand beside each other."""
    rows, following = _part(Profile.objects.all(), after, limit)
    note_read(request.auth, "genetic", "profiles", "api-profiles", len(rows))
    fields = ("profile", "sample", "kind", "standing", "genotypes")
    items = [ProfileOut(run=row.run_id, **{f: getattr(row, f) for f in fields}) for row in rows]
    return Page(items=items, next=following)


@router.get(
    "/decisions",
    response={200: Page[DecisionOut], **REFUSALS},
    auth=May("board.view"),
    summary="Decisions of the board",
)
def decisions(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[DecisionOut]:
    """In the order in which they were proposed."""
    rows, following = _part(Decision.objects.all(), after, limit)
    note_read(request.auth, "identity", "decisions", "api-decisions", len(rows))
    items = [
        DecisionOut(
            decision=row.decision,
            cases=row.cases.split(),
            conclusion=row.conclusion,
            missing=row.missing or None,
            status=row.status,
            signed_for=row.capacities.split(),
            proposed_at=row.proposed_at,
        )
        for row in rows
    ]
    return Page(items=items, next=following)


@router.get(
    "/releases",
    response={200: Page[ReleaseOut], **REFUSALS},
    auth=May("release.view"),
    summary="Releases",
)
def releases(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[ReleaseOut]:
    """In the order in which they were arranged."""
    rows, following = _part(ReleaseRow.objects.all(), after, limit)
    items = [
        ReleaseOut(
            release=row.release,
            cases=row.case_list,
            to=row.to,
            status=row.status,
            planned_at=row.planned_at,
            ended_at=row.ended_at or None,
        )
        for row in rows
    ]
    return Page(items=items, next=following)


def _missing(row: MissingPerson) -> MissingOut:
    return MissingOut(
        missing=row.missing,
        family=row.family_id,
        status=row.status,
        since=row.since,
        facts=row.facts,
    )


def _part(rows: Any, after: int, limit: int) -> tuple[list[Any], str | None]:
    """``limit`` rows from place ``after`` on, and the place that follows them."""
    found = list(rows.filter(place__gte=after).order_by("place")[: limit + 1])
    following = str(found[limit].place) if len(found) > limit else None
    return found[:limit], following
