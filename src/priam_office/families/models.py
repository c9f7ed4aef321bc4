"""Tables made from events: what lists and pages of the family office read.

Names, words, addresses and pedigrees are sealed. What can be filtered by (words of names, numbers,
sex, year of birth, region, unit) stands in :class:`SearchToken` as keyed hashes: a stolen database
shows only which rows share a token. Only the projection writes here.
"""

from __future__ import annotations

import functools

from django.db import models

from priam_office.vault.fields import SealedJSON, SealedText

__all__ = [
    "AntemortemSection",
    "Consent",
    "DiaryEntry",
    "FamilyRow",
    "MissingPerson",
    "PendingImport",
    "ReferenceSample",
    "RelativeRow",
    "ReporterRow",
    "SearchToken",
    "SectionRevision",
]

Sealed = functools.partial(SealedText, compartment="identity", blank=True)
SealedData = functools.partial(SealedJSON, compartment="identity", default=dict)
Id = functools.partial(models.CharField, max_length=64)
Moment = functools.partial(models.CharField, max_length=40)


class FamilyRow(models.Model):
    """A family. ``place`` is its event's place in the log: the order of lists.

    ``pedigree`` is a list of members (:class:`priam.events.Member` as plain data).
    """

    family = Id(primary_key=True)
    place = models.BigIntegerField(unique=True)
    since = Moment()
    note = Sealed()
    notify = models.CharField(max_length=8, blank=True)
    language = models.CharField(max_length=20, blank=True)
    words = Sealed()
    wish_of = Id(blank=True)
    wish_at = Moment(blank=True)
    findings_told = models.IntegerField(default=0)
    pedigree = SealedData(default=list)
    pedigree_revision = models.IntegerField(default=0)

    PERSONAL = frozenset({"note", "words", "wish_of", "pedigree", "language"})
    IMPERSONAL = frozenset(
        {
            "family",
            "place",
            "since",
            "notify",
            "wish_at",
            "findings_told",
            "pedigree_revision",
        }
    )


class MissingPerson(models.Model):
    """A person who is looked for; ``facts`` are :class:`priam.events.MissingFacts` as data."""

    missing = Id(primary_key=True)
    place = models.BigIntegerField(unique=True)
    since = Moment()
    family = models.ForeignKey(FamilyRow, models.PROTECT, null=True, related_name="missing_persons")
    status = models.CharField(max_length=12, default="open")
    revision = models.IntegerField(default=1)
    facts = SealedData()
    source = Sealed()
    closed = SealedData()  # why, words, other, when

    PERSONAL = frozenset({"facts", "source", "closed", "family"})
    IMPERSONAL = frozenset({"missing", "place", "since", "status", "revision"})

    class Meta:
        indexes = [models.Index(fields=["status", "-place"], name="missing_by_status")]


class RelativeRow(models.Model):
    """A person of a family. ``told`` holds name, relation, of whom, address, language.

    ``consents`` maps a purpose to the consent in force.
    """

    person = Id(primary_key=True)
    place = models.BigIntegerField(unique=True)
    family = models.ForeignKey(FamilyRow, models.PROTECT, related_name="relatives")
    told = SealedData()
    standing = models.CharField(max_length=12, blank=True)
    standing_reason = Sealed()
    standing_at = Moment(blank=True)
    consents = models.JSONField(default=dict)

    PERSONAL = frozenset({"family", "told", "standing", "standing_reason", "consents"})
    IMPERSONAL = frozenset({"person", "place", "standing_at"})

    class Meta:
        # whom a family lets be told: asked of every family in a list
        indexes = [models.Index(fields=["standing", "family"], name="relative_by_standing")]


class SearchToken(models.Model):
    """That a row can be found under a token. ``of`` is ``1`` for a missing person, ``2`` for a
    relative; ``place`` is the row's. ``token`` is the first 60 bits of the keyed hash."""

    key = models.BigIntegerField(primary_key=True)
    token = models.BigIntegerField()
    of = models.SmallIntegerField()
    place = models.BigIntegerField()
    active = models.BooleanField(default=True)

    PERSONAL = frozenset({"token"})
    IMPERSONAL = frozenset({"key", "of", "place", "active"})

    class Meta:
        indexes = [
            models.Index(
                fields=["token", "of", "-place"],
                name="rows_by_token",
                condition=models.Q(active=True),
            )
        ]


class ReporterRow(models.Model):
    """Somebody who tells of a missing person and is no relative."""

    reporter = Id(primary_key=True)
    missing = models.ForeignKey(MissingPerson, models.PROTECT, related_name="reporters")
    kind = models.CharField(max_length=20)
    name = Sealed()
    contact = Sealed()

    PERSONAL = frozenset({"missing", "kind", "name", "contact"})
    IMPERSONAL = frozenset({"reporter"})


class AntemortemSection(models.Model):
    """What one reporter says in one section now."""

    key = models.CharField(max_length=140, primary_key=True)
    missing = models.ForeignKey(MissingPerson, models.PROTECT, related_name="sections")
    section = models.CharField(max_length=3)
    reporter = Id()
    fields = SealedData()
    revision = models.IntegerField()
    saved_at = Moment()
    actor = models.CharField(max_length=64)

    PERSONAL = frozenset({"missing", "reporter", "fields", "actor"})
    IMPERSONAL = frozenset({"key", "section", "revision", "saved_at"})


class SectionRevision(models.Model):
    """A saved state of a section; its content is the payload of the event."""

    event_id = models.CharField(max_length=36, primary_key=True)
    missing = models.ForeignKey(MissingPerson, models.PROTECT, related_name="revisions")
    section = models.CharField(max_length=3)
    reporter = Id()
    revision = models.IntegerField()
    saved_at = Moment()
    actor = models.CharField(max_length=64)

    PERSONAL = frozenset({"missing", "reporter", "actor"})
    IMPERSONAL = frozenset({"event_id", "section", "revision", "saved_at"})

    class Meta:
        indexes = [models.Index(fields=["missing", "section"], name="revisions_of_section")]


class Consent(models.Model):
    """A consent, given once; empty ``withdrawn_at`` while it holds."""

    event_id = models.CharField(max_length=36, primary_key=True)
    person = models.ForeignKey(RelativeRow, models.PROTECT, related_name="consent_rows")
    purpose = models.CharField(max_length=20)
    given_at = Moment()
    form = Sealed()
    withdrawn_at = Moment(blank=True)
    withdrawn_form = Sealed()

    PERSONAL = frozenset({"person", "form", "withdrawn_form"})
    IMPERSONAL = frozenset({"event_id", "purpose", "given_at", "withdrawn_at"})


class ReferenceSample(models.Model):
    """A reference sample under its label."""

    sample = Id(primary_key=True)
    person = models.ForeignKey(RelativeRow, models.PROTECT, related_name="samples")
    family = models.ForeignKey(FamilyRow, models.PROTECT, related_name="samples")
    kind = Sealed()
    taken_at = Moment()
    destroyed_at = Moment(blank=True)
    destroyed_why = Sealed()

    PERSONAL = frozenset({"person", "family", "kind", "destroyed_why"})
    IMPERSONAL = frozenset({"sample", "taken_at", "destroyed_at"})


class DiaryEntry(models.Model):
    """A line of a family's diary: contacts, standing, consents, samples, wishes, as said."""

    event_id = models.CharField(max_length=36, primary_key=True)
    place = models.BigIntegerField()
    family = models.ForeignKey(FamilyRow, models.PROTECT, related_name="diary")
    person = Id(blank=True)
    type = models.CharField(max_length=40)
    said = SealedData()
    at = Moment()
    actor = models.CharField(max_length=64)

    PERSONAL = frozenset({"family", "person", "said", "actor"})
    IMPERSONAL = frozenset({"event_id", "place", "type", "at"})

    class Meta:
        indexes = [models.Index(fields=["family", "-place"], name="diary_of_family")]


class PendingImport(models.Model):
    """A list that somebody looks at before taking it in, sealed; gone with the answer or a day
    later. Not made from events: nothing of it has happened yet."""

    key = Id(primary_key=True)
    account = models.CharField(max_length=64)
    made = models.DateTimeField(auto_now_add=True)
    name = Sealed()
    issuer = Sealed()
    data = Sealed()

    PERSONAL = frozenset({"name", "issuer", "data", "account"})
    IMPERSONAL = frozenset({"key", "made"})
