"""Tables made from events of reviews. Only the projection writes them."""

from __future__ import annotations

from django.db import models

from priam_office.vault.fields import SealedJSON, SealedText

__all__ = ["Pair", "Review"]


class Review(models.Model):
    """A review of pairs of two lists."""

    review = models.CharField(max_length=60, primary_key=True)
    title = SealedText(compartment="identity")
    lists = SealedJSON(compartment="identity")  # [{"name": file, "sha256": hex}, ...]
    one_to_one = models.BooleanField()
    opened_by = models.CharField(max_length=200)
    opened_at = models.CharField(max_length=32)

    PERSONAL = frozenset({"title", "lists"})
    IMPERSONAL = frozenset({"review", "one_to_one", "opened_by", "opened_at"})

    class Meta:
        ordering = ["-opened_at"]


class Pair(models.Model):
    """A pair and what stands for it. ``answer`` is empty while it is open."""

    key = models.CharField(max_length=80, primary_key=True)  # review/number
    review = models.ForeignKey(Review, models.PROTECT, related_name="pairs")
    number = models.PositiveIntegerField()
    row_a = models.PositiveIntegerField()
    row_b = models.PositiveIntegerField()
    shown = SealedJSON(compartment="identity")  # ids, cells, weights, per_million
    answer = models.CharField(max_length=20, blank=True)
    note = SealedText(compartment="identity", blank=True)
    decision = models.CharField(max_length=36, blank=True)  # the event that gave the answer
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.CharField(max_length=32, blank=True)
    decided_place = models.BigIntegerField(null=True)  # in the log

    PERSONAL = frozenset({"shown", "note"})
    IMPERSONAL = frozenset(
        {
            "key",
            "review",
            "number",
            "row_a",
            "row_b",
            "answer",
            "decision",
            "decided_by",
            "decided_at",
            "decided_place",
        }
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="pair_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(answer="", decision="", decided_place=None)
                | (~models.Q(answer="") & ~models.Q(decision="") & ~models.Q(decided_place=None)),
                name="pair_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["review", "answer", "number"])]
