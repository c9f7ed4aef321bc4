"""What is kept for good: rows of these tables are added, never changed.

Triggers hold that in the database itself (:mod:`priam_office.record.guards`). Times and
payloads are kept as the text that was hashed, so that no conversion can change a byte. Hashes
are hexadecimal. The tables have no foreign keys between them on purpose: events, leaves and
checkpoints are three witnesses of one history, and each must still speak when another was cut.

Each model says of every field whether it can hold personal data (``PERSONAL``, ``IMPERSONAL``).
"""

from __future__ import annotations

from django.db import models

__all__ = ["Checkpoint", "Event", "Leaf", "Node", "Salt"]


class Event(models.Model):
    """One act. ``sequence`` is its place in the log, counted from 0."""

    sequence = models.BigIntegerField(primary_key=True)
    event_id = models.CharField(max_length=36, unique=True)
    type = models.CharField(max_length=64, db_index=True)
    version = models.SmallIntegerField()
    actor = models.CharField(max_length=300)
    claimed_time = models.CharField(max_length=32)
    received_time = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64)
    payload = models.TextField()  # RFC 8785 JSON: the bytes under the commitment

    PERSONAL = frozenset({"actor", "payload"})
    IMPERSONAL = frozenset(
        {
            "sequence",
            "event_id",
            "type",
            "version",
            "claimed_time",
            "received_time",
            "commitment",
        }
    )

    class Meta:
        ordering = ["sequence"]


class Leaf(models.Model):
    """The hash under which an event stands in the log."""

    sequence = models.BigIntegerField(primary_key=True)
    event_id = models.CharField(max_length=36)
    hash = models.CharField(max_length=64)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"sequence", "event_id", "hash"})

    class Meta:
        ordering = ["sequence"]


class Salt(models.Model):
    """The 32 random bytes that tie a commitment to a payload.

    The only row that may go away: after an event that records its destruction.
    """

    sequence = models.BigIntegerField(primary_key=True)
    value = models.CharField(max_length=64)

    PERSONAL = frozenset({"value"})
    IMPERSONAL = frozenset({"sequence"})


class Node(models.Model):
    """Hash of a complete inner node of the tree; a proof of any event reads a few of them.

    ``place`` is "level/index"; level 1 lies above the leaves.
    """

    place = models.CharField(max_length=40, primary_key=True)
    hash = models.CharField(max_length=64)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"place", "hash"})


class Checkpoint(models.Model):
    """A signed statement of size and root (C2SP tlog-checkpoint), as its bytes are.

    ``edge`` is the right edge of the tree at that size, hashes separated by spaces: it lets a
    check go on behind a damaged part.
    """

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    edge = models.TextField(blank=True)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"size", "note", "edge"})

    class Meta:
        ordering = ["size"]
