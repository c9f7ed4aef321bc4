"""Rows of releases for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

from typing import Any

from django.db import models

from priam import events as ev
from priam_office.record.projection import Before, Makers, as_it_was
from priam_office.releases.models import Grave, Paper, ReleaseRow

__all__ = ["MODELS", "rows"]

MODELS = (ReleaseRow, Paper, Grave)
makes = Makers()
rows = makes.rows


def _release(before: Before, name: str, **changed: Any) -> ReleaseRow:
    row = as_it_was(before, ReleaseRow, name)
    for field, value in changed.items():
        setattr(row, field, value)
    return row


def _ended(before: Before, one: ev.Recorded, name: str, status: str, **more: Any) -> ReleaseRow:
    ended = {"status": status, "ended_at": one.claimed_time, "ended_by": one.actor}
    return _release(before, name, **ended, **more)


@makes(ev.ReleasePlanned)
def _planned(event: ev.ReleasePlanned, one: ev.Recorded, before: Before) -> list[models.Model]:
    row = ReleaseRow(
        release=event.release,
        place=one.sequence,
        to=event.to,
        cases=" ".join(event.cases),
        family=event.family or "",
        person=event.person or "",
        words=event.words,
        complete=event.complete,
        planned_at=one.claimed_time,
        planned_by=one.actor,
    )
    return [row]


@makes(ev.ReleaseCancelled)
def _cancelled(event: ev.ReleaseCancelled, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [_ended(before, one, event.release, "cancelled", ended_words=event.reason)]


@makes(ev.ReleaseDocumentIssued)
def _issued(
    event: ev.ReleaseDocumentIssued, one: ev.Recorded, before: Before
) -> list[models.Model]:
    key = f"{event.release} {event.digest}"
    if before(Paper, key) is not None:
        return []
    row = Paper(
        key=key,
        release_id=event.release,
        kind=event.kind,
        language=event.language,
        digest=event.digest,
        issued_at=one.claimed_time,
        issued_by=one.actor,
    )
    return [row]


@makes(ev.ReleaseHandedOver)
def _handed(event: ev.ReleaseHandedOver, one: ev.Recorded, before: Before) -> list[models.Model]:
    more = {
        "handed_at": event.place,
        "identity_seen": event.identity_seen,
        "ended_words": event.note,
    }
    return [_ended(before, one, event.release, "done", **more)]


@makes(ev.ReleasePacked)
def _packed(event: ev.ReleasePacked, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [_release(before, event.release, bag=event.bag)]


@makes(ev.RemainsReturned)
def _returned(event: ev.RemainsReturned, one: ev.Recorded, before: Before) -> list[models.Model]:
    return [_ended(before, one, event.release, "done", manifest=event.manifest)]


@makes(ev.GraveRecorded)
def _laid(event: ev.GraveRecorded, one: ev.Recorded, before: Before) -> list[models.Model]:
    release = _ended(before, one, event.release, "done", grave=event.grave, ended_words=event.note)
    grave = Grave(
        grave=event.grave,
        cemetery=event.cemetery,
        plot=event.plot,
        where=event.place,
        note=event.note,
        cases=release.cases,
        since=one.claimed_time,
        recorded_by=one.actor,
    )
    return [release, grave]


@makes(ev.GraveOpened)
def _taken_out(event: ev.GraveOpened, one: ev.Recorded, before: Before) -> list[models.Model]:
    row = as_it_was(before, Grave, event.grave)
    row.cases = " ".join(case for case in row.case_list if case != event.case)
    row.opened_at, row.opened_reason = one.claimed_time, event.reason
    return [row]
