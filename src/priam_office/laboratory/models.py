"""Tables of the laboratory: genotypes are sealed, ids and counts are open.

All but :class:`Upload` and :class:`Work` are made from events and written by the projection
alone. Numbers of likelihood ratios are thousandths of log10.
"""

from __future__ import annotations

import functools
from typing import Any

from django.db import models

from priam_office.vault.fields import SealedJSON, SealedText

__all__ = [
    "Candidate",
    "Consensus",
    "Profile",
    "Run",
    "Search",
    "StaffProfile",
    "Upload",
    "Work",
]

Id = functools.partial(models.CharField, max_length=100)
Moment = functools.partial(models.CharField, max_length=40)
Sealed = functools.partial(SealedText, compartment="genetic", blank=True)


def _sealed(default: Any) -> Any:
    return SealedJSON(compartment="genetic", default=default)


class Run(models.Model):
    """A file of a laboratory, named by the beginning of its SHA-256."""

    run = models.CharField(max_length=16, primary_key=True)
    format = models.CharField(max_length=30)
    sha256 = models.CharField(max_length=64)
    profiles = models.IntegerField()
    place = models.BigIntegerField(unique=True)
    at = Moment()
    by = models.CharField(max_length=64)

    PERSONAL = frozenset({"by"})
    IMPERSONAL = frozenset({"run", "format", "sha256", "profiles", "place", "at"})


class Profile(models.Model):
    """What a run showed of a sample. ``kind`` is ``remains`` or ``reference``; ``flags`` are
    sentences. ``quality`` says why a search would set it aside."""

    profile = models.CharField(max_length=36, primary_key=True)
    sample = Id(db_index=True)
    kind = models.CharField(max_length=10)
    run = models.ForeignKey(Run, models.PROTECT, related_name="recorded")
    kit = models.CharField(max_length=60, blank=True)
    genotypes = _sealed(dict)
    sex = Sealed()
    flags = _sealed(list)
    markers = models.IntegerField()
    flagged = models.BooleanField(default=False)
    standing = models.CharField(max_length=10, default="stands")
    reason = Sealed()
    place = models.BigIntegerField(unique=True)
    at = Moment()

    PERSONAL = frozenset({"genotypes", "sex", "flags", "reason", "sample"})
    IMPERSONAL = frozenset(
        {"profile", "kind", "run", "kit", "markers", "flagged", "standing", "place", "at"}
    )

    class Meta:
        indexes = [
            models.Index(fields=["kind", "-place"], name="profiles_by_kind"),
            models.Index(
                fields=["-place"], name="profiles_flagged", condition=models.Q(flagged=True)
            ),
            models.Index(
                fields=["-place"],
                name="profiles_aside",
                condition=models.Q(standing="set aside"),
            ),
        ]


class Consensus(models.Model):
    """What several profiles of a case (``case/TAG``) or a person (``person/ID``) show together;
    ``differing`` counts the markers where they differ."""

    of = models.CharField(max_length=110, primary_key=True)
    profiles = models.TextField()  # ids, a space between
    genotypes = _sealed(dict)
    sex = Sealed()
    flags = _sealed(list)
    differing = models.IntegerField()
    rule = models.TextField()
    place = models.BigIntegerField()
    at = Moment()

    PERSONAL = frozenset({"of", "profiles", "genotypes", "sex", "flags"})
    IMPERSONAL = frozenset({"differing", "rule", "place", "at"})

    class Meta:
        indexes = [
            models.Index(
                fields=["-place"], name="consensus_differing", condition=models.Q(differing__gt=0)
            )
        ]


class StaffProfile(models.Model):
    """The profile of somebody who handles samples, under an opaque id."""

    member = Id(primary_key=True)
    genotypes = _sealed(dict)
    sex = Sealed()
    markers = models.IntegerField()
    at = Moment()

    PERSONAL = frozenset({"member", "genotypes", "sex"})
    IMPERSONAL = frozenset({"markers", "at"})


class Search(models.Model):
    """A comparison of all remains with all families: asked for, at work, ended."""

    search = models.CharField(max_length=36, primary_key=True)
    status = models.CharField(max_length=10, default="requested")
    settings = models.TextField()
    requested_at = Moment()
    requested_by = models.CharField(max_length=64)
    ended_at = Moment(blank=True)
    results = models.CharField(max_length=64, blank=True)
    made_with = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    place = models.BigIntegerField(unique=True)

    PERSONAL = frozenset({"requested_by"})
    IMPERSONAL = frozenset(
        {
            "search",
            "status",
            "settings",
            "requested_at",
            "ended_at",
            "results",
            "made_with",
            "counts",
            "reason",
            "place",
        }
    )

    class Meta:
        indexes = [models.Index(fields=["status", "-place"], name="searches_by_status")]


class Candidate(models.Model):
    """A missing person whom a case may be, as one search found it; ``rank`` counts from 1."""

    key = models.CharField(max_length=240, primary_key=True)  # "search/case/missing"
    search = models.ForeignKey(Search, models.PROTECT, related_name="candidates")
    case = Id()
    missing = Id()
    family = Id()
    log10_lr = models.IntegerField()
    markers = models.IntegerField()
    mismatches = models.IntegerField()
    rank = models.IntegerField()

    PERSONAL = frozenset({"missing", "family", "log10_lr", "markers", "mismatches", "rank", "key"})
    IMPERSONAL = frozenset({"search", "case"})

    class Meta:
        indexes = [
            models.Index(fields=["search", "-log10_lr", "key"], name="candidates_by_lr"),
            models.Index(fields=["case", "search"], name="candidates_of_case"),
            models.Index(fields=["missing", "search"], name="candidates_of_missing"),
        ]


class Upload(models.Model):
    """A file that somebody looks at before it is imported; sealed, and gone afterwards."""

    upload = models.CharField(max_length=36, primary_key=True)
    by = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)  # samples, or staff
    format = models.CharField(max_length=30)
    sha256 = models.CharField(max_length=64)
    text = Sealed()
    at = models.DateTimeField(auto_now_add=True)

    PERSONAL = frozenset({"by", "text"})
    IMPERSONAL = frozenset({"upload", "kind", "format", "sha256", "at"})


class Work(models.Model):
    """How far a search is, and which worker has it. Not made from events: it is gone when the
    search ends, and a worker that dies leaves nothing but a ``beat`` that grows old."""

    search = models.CharField(max_length=36, primary_key=True)
    worker = models.CharField(max_length=80, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    beat = models.DateTimeField(null=True)
    called_off = models.BooleanField(default=False)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"search", "worker", "stage", "done", "total", "beat", "called_off"})
