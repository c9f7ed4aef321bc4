"""Tables made from events: releases, their papers, graves. Only the projection writes here."""

from __future__ import annotations

import functools

from django.db import models

from priam_office.vault.fields import SealedText

__all__ = ["Grave", "Paper", "ReleaseRow"]

Identity = functools.partial(SealedText, compartment="identity", blank=True)
Custody = functools.partial(SealedText, compartment="custody", blank=True)
Id = functools.partial(models.CharField, max_length=100)
Moment = functools.partial(models.CharField, max_length=32)


class ReleaseRow(models.Model):
    """A release. ``cases`` are labels with a space between; ``ended`` is when it was done or
    cancelled."""

    release = Id(primary_key=True)
    place = models.BigIntegerField(unique=True)  # of its event in the log: the order of lists
    to = models.CharField(max_length=16)
    status = models.CharField(max_length=10, default="planned")
    cases = models.TextField()
    family = Id(blank=True, db_index=True)
    person = Id(blank=True)
    words = Identity()
    complete = models.BooleanField(default=False)
    planned_at = Moment()
    planned_by = models.CharField(max_length=300)
    ended_at = Moment(blank=True)
    ended_by = models.CharField(max_length=300, blank=True)
    ended_words = Identity()  # reason of a cancellation, or note of the handover
    handed_at = Identity()  # place
    identity_seen = Identity()
    bag = Id(blank=True)
    grave = Id(blank=True)
    manifest = models.CharField(max_length=200, blank=True)

    PERSONAL = frozenset(
        {"family", "person", "words", "planned_by", "ended_by", "ended_words", "handed_at"}
        | {"identity_seen"}
    )
    IMPERSONAL = frozenset(
        {"release", "place", "to", "status", "cases", "complete", "planned_at", "ended_at"}
        | {"bag", "grave", "manifest"}
    )

    class Meta:
        indexes = [models.Index(fields=["status", "-place"], name="releases_by_status")]

    @property
    def case_list(self) -> list[str]:
        """The labels of its cases."""
        return self.cases.split()


class Paper(models.Model):
    """A paper that was issued; its file lies sealed in the data folder under its digest."""

    key = models.CharField(max_length=180, primary_key=True)  # "release digest"
    release = models.ForeignKey(ReleaseRow, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=32)
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64)
    issued_at = Moment()
    issued_by = models.CharField(max_length=300)

    PERSONAL = frozenset({"issued_by", "release"})
    IMPERSONAL = frozenset({"key", "kind", "language", "digest", "issued_at"})

    class Meta:
        ordering = ["issued_at"]


class Grave(models.Model):
    """A numbered grave. ``cases`` are those that lie in it now, labels with a space between."""

    grave = Id(primary_key=True)
    cemetery = models.CharField(max_length=200, db_index=True)
    plot = models.CharField(max_length=100)
    where = Custody()
    note = Custody()
    cases = models.TextField(blank=True)
    since = Moment()
    recorded_by = models.CharField(max_length=300)
    opened_at = Moment(blank=True)
    opened_reason = Custody()

    PERSONAL = frozenset({"where", "note", "recorded_by", "opened_reason"})
    IMPERSONAL = frozenset({"grave", "cemetery", "plot", "cases", "since", "opened_at"})

    class Meta:
        ordering = ["cemetery", "plot", "grave"]

    @property
    def case_list(self) -> list[str]:
        """The labels of the cases in it."""
        return self.cases.split()
