"""Rows of the family office for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models

from priam import events as ev
from priam_office.families import finding
from priam_office.families.models import (
    AntemortemSection,
    Consent,
    DiaryEntry,
    FamilyRow,
    MissingPerson,
    ReferenceSample,
    RelativeRow,
    ReporterRow,
    SearchToken,
    SectionRevision,
)
from priam_office.record.projection import Before, Makers, as_it_was

__all__ = ["MODELS", "rows"]

MODELS = (
    FamilyRow,
    MissingPerson,
    RelativeRow,
    SearchToken,
    ReporterRow,
    AntemortemSection,
    SectionRevision,
    Consent,
    ReferenceSample,
    DiaryEntry,
)
Row = TypeVar("Row", bound=models.Model)
makes = Makers()
rows = makes.rows


def _changed(before: Before, model: type[Row], key: str, **values: Any) -> Row:
    row = as_it_was(before, model, key)
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _tokens(of: int, place: int, new: set[int], old: Iterable[int] = ()) -> Iterable[models.Model]:
    """Rows of tokens that are new, and of those that no longer hold."""
    gone = set(old) - new
    for active, tokens in ((True, new - set(old)), (False, gone)):
        for token in tokens:
            key = finding.row_key(of, place, token)
            yield SearchToken(key=key, token=token, of=of, place=place, active=active)


def _entry(event: Any, recorded: ev.Recorded, family: str, person: str = "") -> DiaryEntry:
    return DiaryEntry(
        event_id=recorded.event_id,
        place=recorded.sequence,
        family_id=family,
        person=person,
        type=event.type,
        said=event.to_payload(),
        at=recorded.claimed_time,
        actor=recorded.actor,
    )


# -- missing persons -------------------------------------------------------------------------


@makes(ev.MissingRegistered)
def _registered(event: ev.MissingRegistered, one: ev.Recorded, before: Before) -> Any:
    facts = event.facts.to_json()
    person = MissingPerson(
        missing=event.missing,
        place=one.sequence,
        since=one.claimed_time,
        facts=facts,
        source=event.source,
    )
    return [person, *_tokens(finding.MISSING, one.sequence, finding.of_facts(facts))]


@makes(ev.MissingAmended)
def _amended(event: ev.MissingAmended, one: ev.Recorded, before: Before) -> Any:
    row = as_it_was(before, MissingPerson, event.missing)
    old, new = row.facts, event.facts.to_json()
    row.facts, row.revision = new, event.revision
    new_tokens, old_tokens = finding.of_facts(new), finding.of_facts(old)
    return [row, *_tokens(finding.MISSING, row.place, new_tokens, old_tokens)]


@makes(ev.MissingClosed)
def _closed(event: ev.MissingClosed, one: ev.Recorded, before: Before) -> Any:
    closed = {
        "why": event.why,
        "words": event.words,
        "other": event.other or "",
        "at": one.claimed_time,
    }
    return [_changed(before, MissingPerson, event.missing, status="closed", closed=closed)]


@makes(ev.MissingReopened)
def _reopened(event: ev.MissingReopened, one: ev.Recorded, before: Before) -> Any:
    return [_changed(before, MissingPerson, event.missing, status="open", closed={})]


@makes(ev.ReporterAdded)
def _reporter(event: ev.ReporterAdded, one: ev.Recorded, before: Before) -> Any:
    return [
        ReporterRow(
            reporter=event.reporter,
            missing_id=event.missing,
            kind=event.kind,
            name=event.name,
            contact=event.contact,
        )
    ]


@makes(ev.AntemortemSectionSaved)
def _section(event: ev.AntemortemSectionSaved, one: ev.Recorded, before: Before) -> Any:
    common = {
        "missing_id": event.missing,
        "section": event.section,
        "reporter": event.reporter,
        "revision": event.revision,
        "saved_at": one.claimed_time,
        "actor": one.actor,
    }
    key = f"{event.missing}|{event.section}|{event.reporter}"
    return [
        AntemortemSection(key=key, fields=json.loads(event.fields), **common),
        SectionRevision(event_id=one.event_id, **common),
    ]


# -- families --------------------------------------------------------------------------------


@makes(ev.FamilyRegistered)
def _family(event: ev.FamilyRegistered, one: ev.Recorded, before: Before) -> Any:
    family = FamilyRow(
        family=event.family, place=one.sequence, since=one.claimed_time, note=event.note
    )
    return [family, _entry(event, one, event.family)]


@makes(ev.MissingLinked)
def _linked(event: ev.MissingLinked, one: ev.Recorded, before: Before) -> Any:
    row = _changed(before, MissingPerson, event.missing, family_id=event.family)
    return [row, _entry(event, one, event.family)]


@makes(ev.MissingUnlinked)
def _unlinked(event: ev.MissingUnlinked, one: ev.Recorded, before: Before) -> Any:
    row = _changed(before, MissingPerson, event.missing, family_id=None)
    return [row, _entry(event, one, event.family)]


def _told(event: ev.RelativeAdded | ev.RelativeAmended) -> dict[str, Any]:
    told = event.to_payload()
    return {name: told[name] for name in told if name not in ("person", "family")}


@makes(ev.RelativeAdded)
def _relative(event: ev.RelativeAdded, one: ev.Recorded, before: Before) -> Any:
    told = _told(event)
    row = RelativeRow(person=event.person, place=one.sequence, family_id=event.family, told=told)
    tokens = _tokens(finding.RELATIVE, one.sequence, finding.of_name(told["name"]))
    return [row, *tokens, _entry(event, one, event.family, event.person)]


@makes(ev.RelativeAmended)
def _relative_amended(event: ev.RelativeAmended, one: ev.Recorded, before: Before) -> Any:
    row = as_it_was(before, RelativeRow, event.person)
    old, row.told = row.told, _told(event)
    names = finding.of_name(row.told["name"]), finding.of_name(old["name"])
    tokens = _tokens(finding.RELATIVE, row.place, *names)
    return [row, *tokens, _entry(event, one, row.family_id, event.person)]


@makes(ev.PedigreeSaved)
def _pedigree(event: ev.PedigreeSaved, one: ev.Recorded, before: Before) -> Any:
    members = event.to_payload()["members"]
    changes = {"pedigree": members, "pedigree_revision": event.revision}
    return [_changed(before, FamilyRow, event.family, **changes)]


@makes(ev.WishRecorded)
def _wish(event: ev.WishRecorded, one: ev.Recorded, before: Before) -> Any:
    row = _changed(
        before,
        FamilyRow,
        event.family,
        notify=event.notify,
        language=event.language,
        words=event.words,
        wish_of=event.person or "",
        wish_at=one.claimed_time,
    )
    return [row, _entry(event, one, event.family, event.person or "")]


def _standing(event: Any, one: ev.Recorded, before: Before, standing: str) -> Any:
    changes = {
        "standing": standing,
        "standing_reason": event.reason,
        "standing_at": one.claimed_time,
    }
    row = _changed(before, RelativeRow, event.person, **changes)
    return [row, _entry(event, one, event.family, event.person)]


@makes(ev.ContactAuthorised)
def _authorised(event: ev.ContactAuthorised, one: ev.Recorded, before: Before) -> Any:
    return _standing(event, one, before, "authorised")


@makes(ev.ContactBarred)
def _barred(event: ev.ContactBarred, one: ev.Recorded, before: Before) -> Any:
    return _standing(event, one, before, "barred")


@makes(ev.FamilyContacted)
def _contacted(event: ev.FamilyContacted, one: ev.Recorded, before: Before) -> Any:
    entry = _entry(event, one, event.family, event.person)
    if event.about != "finding":
        return [entry]
    row = as_it_was(before, FamilyRow, event.family)
    row.findings_told += 1
    return [entry, row]


# -- consents and samples --------------------------------------------------------------------


@makes(ev.ConsentGiven)
def _given(event: ev.ConsentGiven, one: ev.Recorded, before: Before) -> Any:
    row = as_it_was(before, RelativeRow, event.person)
    row.consents = {**row.consents, event.purpose: one.event_id}
    consent = Consent(
        event_id=one.event_id,
        person_id=event.person,
        purpose=event.purpose,
        given_at=one.claimed_time,
        form=event.form,
    )
    return [row, consent, _entry(event, one, row.family_id, event.person)]


@makes(ev.ConsentWithdrawn)
def _withdrawn(event: ev.ConsentWithdrawn, one: ev.Recorded, before: Before) -> Any:
    row = as_it_was(before, RelativeRow, event.person)
    held = row.consents[event.purpose]
    row.consents = {name: key for name, key in row.consents.items() if name != event.purpose}
    changes = {"withdrawn_at": one.claimed_time, "withdrawn_form": event.form}
    consent = _changed(before, Consent, held, **changes)
    return [row, consent, _entry(event, one, row.family_id, event.person)]


@makes(ev.ReferenceSampled)
def _sampled(event: ev.ReferenceSampled, one: ev.Recorded, before: Before) -> Any:
    family = as_it_was(before, RelativeRow, event.person).family_id
    sample = ReferenceSample(
        sample=event.sample,
        person_id=event.person,
        family_id=family,
        kind=event.kind,
        taken_at=one.claimed_time,
    )
    return [sample, _entry(event, one, family, event.person)]


@makes(ev.ReferenceDestroyed)
def _destroyed(event: ev.ReferenceDestroyed, one: ev.Recorded, before: Before) -> Any:
    changes = {"destroyed_at": one.claimed_time, "destroyed_why": event.reason}
    row = _changed(before, ReferenceSample, event.sample, **changes)
    return [row, _entry(event, one, row.family_id, row.person_id)]
