"""Calls that read sealed data. Each read is recorded, as on a page, before it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.db import models
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
    return _page(request, MissingPerson, _missing, after, limit, ("identity", "missing"))


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
    return _page(request, Profile, _profile, after, limit, ("genetic", "profiles"))


@router.get(
    "/decisions",
    response={200: Page[DecisionOut], **REFUSALS},
    auth=May("board.view"),
    summary="Decisions of the board",
)
def decisions(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[DecisionOut]:
    """In the order in which they were proposed."""
    return _page(request, Decision, _decision, after, limit, ("identity", "decisions"))


@router.get(
    "/releases",
    response={200: Page[ReleaseOut], **REFUSALS},
    auth=May("release.view"),
    summary="Releases",
)
def releases(request: HttpRequest, after: After = 0, limit: Limit = 50) -> Page[ReleaseOut]:
    """In the order in which they were arranged. Nothing sealed is read."""
    return _page(request, ReleaseRow, _release, after, limit)


def _missing(row: MissingPerson) -> MissingOut:
    return MissingOut(
        missing=row.missing,
        family=row.family_id,
        status=row.status,
        since=row.since,
        facts=row.facts,
    )


def _profile(row: Profile) -> ProfileOut:
    return ProfileOut(
        profile=row.profile,
        sample=row.sample,
        kind=row.kind,
        run=row.run_id,
        standing=row.standing,
        genotypes=row.genotypes,
    )


def _decision(row: Decision) -> DecisionOut:
    return DecisionOut(
        decision=row.decision,
        cases=row.cases.split(),
        conclusion=row.conclusion,
        missing=row.missing or None,
        status=row.status,
        signed_for=row.capacities.split(),
        proposed_at=row.proposed_at,
    )


def _release(row: ReleaseRow) -> ReleaseOut:
    return ReleaseOut(
        release=row.release,
        cases=row.case_list,
        to=row.to,
        status=row.status,
        planned_at=row.planned_at,
        ended_at=row.ended_at or None,
    )


def _page(
    request: HttpRequest,
    model: type[models.Model],
    shown: Callable[[Any], Any],
    after: int,
    limit: int,
    sealed: tuple[str, str] | None = None,
) -> Page[Any]:
    """``limit`` rows from place ``after`` on, and the place that follows them.

    ``sealed`` is the compartment that the rows open and what is read of it.
    """
    found = list(model._default_manager.filter(place__gte=after).order_by("place")[: limit + 1])
    rows, rest = found[:limit], found[limit:]
    if sealed is not None:
        compartment, what = sealed
        note_read(request.auth, compartment, what, f"api-{what}", len(rows))
    return Page(items=[shown(row) for row in rows], next=str(rest[0].place) if rest else None)
