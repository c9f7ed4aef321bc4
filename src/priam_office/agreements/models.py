"""Tables made from events: sources and claims, for lists and exports.

Only the projection writes them; ``priam rebuild --check`` holds them against the events.
"""

from __future__ import annotations

from django.db import models

__all__ = ["Claim", "Source"]


class Source(models.Model):
    """Where something was published."""

    source = models.CharField(max_length=200, primary_key=True)
    publisher = models.TextField()
    date = models.CharField(max_length=32)
    url = models.TextField(blank=True)
    event_id = models.CharField(max_length=36)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"source", "publisher", "date", "url", "event_id"})


class Claim(models.Model):
    """What somebody said. ``value`` is text as it was said; ``count`` the whole number, if it
    is one. ``ended_by`` is the event that corrected or withdrew it."""

    claim = models.CharField(max_length=200, primary_key=True)
    place = models.BigIntegerField(db_index=True)  # in the log: the order of the lists
    claimed_on = models.CharField(max_length=32)
    claimant = models.TextField()
    party = models.CharField(max_length=100, db_index=True)
    measure = models.CharField(max_length=200, db_index=True)
    value = models.TextField(blank=True)
    count = models.BigIntegerField(null=True)
    qualifier = models.CharField(max_length=200)
    unit = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    agreement = models.CharField(max_length=200, blank=True, db_index=True)
    subject = models.TextField()  # JSON, as the claims file writes it
    source = models.ForeignKey(Source, models.PROTECT, related_name="claims")
    event_id = models.CharField(max_length=36)
    status = models.CharField(max_length=16, default="stands")
    replaced_by = models.CharField(max_length=200, blank=True)
    ended_by = models.CharField(max_length=36, blank=True)
    reason = models.TextField(blank=True)

    # A claimant speaks in public, in an office or by name; notes and values are free text.
    PERSONAL = frozenset({"claimant", "value", "note", "reason"})
    IMPERSONAL = frozenset(
        {
            "claim",
            "place",
            "claimed_on",
            "party",
            "measure",
            "count",
            "qualifier",
            "unit",
            "agreement",
            "subject",
            "source",
            "event_id",
            "status",
            "replaced_by",
            "ended_by",
        }
    )

    class Meta:
        ordering = ["place"]
