"""Tables of the board, made from events; words and reasons are sealed as identity.

Who a missing person is stands nowhere here: only the opaque id.
"""

from __future__ import annotations

import functools
from typing import Any

from django.db import models

from priam_office.vault.fields import SealedJSON, SealedText

__all__ = ["CaseConflict", "CaseDecision", "Conflict", "Decision", "Signature", "Standing"]

Id = functools.partial(models.CharField, max_length=100)
Moment = functools.partial(models.CharField, max_length=40)
Actor = functools.partial(models.CharField, max_length=64)
Sealed = functools.partial(SealedText, compartment="identity", blank=True)


def _sealed_data() -> Any:
    return SealedJSON(compartment="identity", default=dict)


class Standing(models.Model):
    """Where a case stands: what the last search proposed, its decisions, open conflicts.

    ``cases`` are all of the individual by the proposal; ``first`` marks one of them, so that a
    list shows an individual once. ``waits`` is ``conflict``, ``signature``, ``decision`` or empty.
    Posterior in millionths, log10 LRs in thousandths; ``content`` holds reasons and alternatives.
    """

    case = Id(primary_key=True)
    cases = models.TextField(blank=True)
    first = models.BooleanField(default=True)
    search = models.CharField(max_length=36, blank=True)
    conclusion = models.CharField(max_length=30, blank=True)
    missing = Id(blank=True)
    posterior = models.IntegerField(default=0)
    required = models.IntegerField(default=0)
    reached = models.IntegerField(null=True)
    content = _sealed_data()
    proposed_at = Moment(blank=True)
    decision = models.CharField(max_length=36, blank=True)  # signed, and not reopened
    proposal = models.CharField(max_length=36, blank=True)  # a decision that waits for signatures
    conflicts = models.IntegerField(default=0)
    waits = models.CharField(max_length=10, blank=True)

    PERSONAL = frozenset(
        {"conclusion", "missing", "posterior", "required", "reached", "content", "cases"}
    )
    IMPERSONAL = frozenset(
        {
            "case",
            "first",
            "search",
            "proposed_at",
            "decision",
            "proposal",
            "conflicts",
            "waits",
        }
    )

    class Meta:
        indexes = [
            models.Index(fields=["waits", "-posterior", "case"], name="standing_waits"),
            models.Index(fields=["missing"], name="standing_missing"),
        ]


class Conflict(models.Model):
    """Two records that cannot both be right, until somebody settles it."""

    conflict = models.CharField(max_length=36, primary_key=True)
    cases = models.TextField()  # labels, a space between
    kind = models.CharField(max_length=30)
    missing = Id(blank=True)
    words = Sealed()
    decisions = models.TextField(blank=True)
    raised_at = Moment()
    raised_by = Actor()
    settled_at = Moment(blank=True)
    settled_by = Actor(blank=True)
    settled_words = Sealed()
    place = models.BigIntegerField(unique=True)

    PERSONAL = frozenset({"missing", "words", "raised_by", "settled_by", "settled_words"})
    IMPERSONAL = frozenset(
        {"conflict", "cases", "kind", "decisions", "raised_at", "settled_at", "place"}
    )

    class Meta:
        indexes = [models.Index(fields=["settled_at", "-place"], name="conflicts_open")]


class CaseConflict(models.Model):
    """That a conflict is about a case."""

    key = models.CharField(max_length=140, primary_key=True)  # "case/conflict"
    case = Id(db_index=True)
    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="of_cases")

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"key", "case", "conflict"})


class Decision(models.Model):
    """An answer for one individual; ``status`` as in :class:`priam.events.board_rows.Decision`."""

    decision = models.CharField(max_length=36, primary_key=True)
    cases = models.TextField()
    conclusion = models.CharField(max_length=20)
    missing = Id(blank=True, db_index=True)
    extends = models.CharField(max_length=36, blank=True)
    search = models.CharField(max_length=36, blank=True)
    words = Sealed()
    status = models.CharField(max_length=10, default="proposed")
    capacities = models.CharField(max_length=20, blank=True)  # of those who signed
    event_id = models.CharField(max_length=36)
    proposed_at = Moment()
    proposed_by = Actor()
    ended_at = Moment(blank=True)
    ended_by = Actor(blank=True)
    ended_words = Sealed()
    consequences = models.TextField(blank=True)
    place = models.BigIntegerField(unique=True)

    PERSONAL = frozenset(
        {
            "conclusion",
            "missing",
            "words",
            "proposed_by",
            "ended_by",
            "ended_words",
            "consequences",
        }
    )
    IMPERSONAL = frozenset(
        {
            "decision",
            "cases",
            "extends",
            "search",
            "status",
            "capacities",
            "event_id",
            "proposed_at",
            "ended_at",
            "place",
        }
    )

    class Meta:
        indexes = [models.Index(fields=["status", "-place"], name="decisions_by_status")]


class CaseDecision(models.Model):
    """That a decision is about a case."""

    key = models.CharField(max_length=140, primary_key=True)  # "case/decision"
    case = Id(db_index=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="of_cases")

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"key", "case", "decision"})


class Signature(models.Model):
    """One person's signature lines over a decision, in one capacity."""

    event_id = models.CharField(max_length=36, primary_key=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="signatures")
    capacity = models.CharField(max_length=10)
    by = Actor()
    lines = models.TextField()
    at = Moment()
    place = models.BigIntegerField(unique=True)

    PERSONAL = frozenset({"by"})
    IMPERSONAL = frozenset({"event_id", "decision", "capacity", "lines", "at", "place"})
