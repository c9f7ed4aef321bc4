"""Tables made from the events of the mortuary, and what tablets delivered.

Labels, kinds and places are open; what people wrote (notes, records, lists of effects) is
sealed in the compartment ``custody``. Times are the text of the events, in UTC. All tables but
:class:`Delivery` are written by the projection alone.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from priam_office.vault.fields import SealedJSON, SealedText

__all__ = [
    "Bag",
    "Case",
    "Delivery",
    "Element",
    "Label",
    "Leaving",
    "Listing",
    "Packet",
    "Photograph",
    "Place",
    "Sample",
    "Section",
    "Tablet",
    "Touch",
    "Version",
]

_TAG = {"max_length": 100}
_TIME = {"max_length": 32}
_ACTOR = {"max_length": 300}


def _sealed_text() -> Any:
    return SealedText(compartment="custody", blank=True)


def _sealed_json() -> Any:
    return SealedJSON(compartment="custody")


class Label(models.Model):
    """What a tag is on, and where that lies; ``kind`` is ``bag``, ``case``, ``element``,
    ``sample``, ``packet`` or ``place``."""

    tag = models.CharField(primary_key=True, **_TAG)
    kind = models.CharField(max_length=12)
    place = models.CharField(blank=True, **_TAG)
    placed_at = models.CharField(blank=True, **_TIME)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"tag", "kind", "place", "placed_at"})

    class Meta:
        indexes = [models.Index(fields=["place", "kind", "tag"], name="cases_label_place")]


class Touch(models.Model):
    """That an event concerns a thing: the history of each, in order."""

    key = models.CharField(max_length=130, primary_key=True)  # "sequence thing"
    thing = models.CharField(**_TAG)
    sequence = models.BigIntegerField()

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"key", "thing", "sequence"})

    class Meta:
        indexes = [models.Index(fields=["thing", "sequence"], name="cases_touch_thing")]


class Bag(models.Model):
    """A bag: who holds it, and what it was found to hold (``finding`` is empty until then)."""

    tag = models.CharField(primary_key=True, **_TAG)
    custodian = models.CharField(max_length=100)
    seal = models.CharField(max_length=200, blank=True)
    since = models.CharField(**_TIME)  # in this custody
    finding = models.CharField(max_length=16, blank=True)
    opened_at = models.CharField(blank=True, **_TIME)
    opened_by = models.CharField(blank=True, **_ACTOR)
    note = _sealed_text()

    PERSONAL = frozenset({"opened_by", "note"})
    IMPERSONAL = frozenset({"tag", "custodian", "seal", "since", "finding", "opened_at"})

    class Meta:
        indexes = [models.Index(fields=["finding", "since", "tag"], name="cases_bag_waits")]


class Listing(models.Model):
    """From whom and to whom a manifest lists bags: custody changes by it."""

    manifest = models.CharField(max_length=200, primary_key=True)
    giver = models.CharField(max_length=100)
    receiver = models.CharField(max_length=100)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"manifest", "giver", "receiver"})


class Leaving(models.Model):
    """Which cases a release takes, which way, and in which bag to the other side."""

    release = models.CharField(max_length=200, primary_key=True)
    to = models.CharField(max_length=20)
    cases = models.TextField()  # labels, a space between
    bag = models.CharField(blank=True, **_TAG)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"release", "to", "cases", "bag"})


class Case(models.Model):
    """Remains under one number. ``stage`` says what waits next, ``since`` from when."""

    case = models.CharField(primary_key=True, **_TAG)
    bag = models.CharField(db_index=True, **_TAG)
    kind = models.CharField(max_length=16)
    parent = models.CharField(blank=True, db_index=True, **_TAG)
    links = models.TextField(blank=True)  # labels, a space between
    status = models.CharField(max_length=40, default="open")
    stage = models.CharField(max_length=12)
    since = models.CharField(**_TIME)
    made_at = models.CharField(**_TIME)
    made_by = models.CharField(**_ACTOR)
    last = models.BigIntegerField()  # sequence of the last event
    sections = models.CharField(max_length=40, blank=True)  # numbers of those saved
    complete = models.BooleanField(default=False)
    conflicts = models.IntegerField(default=0)
    elements = models.IntegerField(default=0)
    samples = models.IntegerField(default=0)
    unsent = models.IntegerField(default=0)
    photographs = models.IntegerField(default=0)
    packets = models.IntegerField(default=0)

    PERSONAL = frozenset({"made_by"})
    IMPERSONAL = frozenset(
        {
            "case",
            "bag",
            "kind",
            "parent",
            "links",
            "status",
            "stage",
            "since",
            "made_at",
            "last",
            "sections",
            "complete",
            "conflicts",
            "elements",
            "samples",
            "unsent",
            "photographs",
            "packets",
        }
    )

    class Meta:
        indexes = [
            models.Index(fields=["stage", "since", "case"], name="cases_case_stage"),
            models.Index(fields=["kind", "stage", "since", "case"], name="cases_case_kind"),
            models.Index(fields=["last"], name="cases_case_last"),
        ]


class Element(models.Model):
    """A bone or part of a body, and the case it lies in now."""

    element = models.CharField(primary_key=True, **_TAG)
    case = models.CharField(db_index=True, **_TAG)
    bone = models.CharField(max_length=20)
    side = models.CharField(max_length=10)
    completeness = models.CharField(max_length=12)
    note = _sealed_text()
    withdrawn = models.BooleanField(default=False)
    at = models.CharField(**_TIME)

    PERSONAL = frozenset({"note"})
    IMPERSONAL = frozenset({"element", "case", "bone", "side", "completeness", "withdrawn", "at"})


class Sample(models.Model):
    """A sample: ``status`` since ``since``; ``whereabouts`` is who has it if it left."""

    sample = models.CharField(primary_key=True, **_TAG)
    case = models.CharField(db_index=True, **_TAG)
    element = models.CharField(blank=True, **_TAG)
    kind = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    since = models.CharField(**_TIME)
    whereabouts = models.CharField(max_length=200, blank=True)
    taken_at = models.CharField(**_TIME)
    taken_by = models.CharField(**_ACTOR)
    note = _sealed_text()

    PERSONAL = frozenset({"taken_by", "note"})
    IMPERSONAL = frozenset(
        {"sample", "case", "element", "kind", "status", "since", "whereabouts", "taken_at"}
    )

    class Meta:
        indexes = [
            models.Index(fields=["status", "since", "sample"], name="cases_sample_status"),
            models.Index(fields=["since", "sample"], name="cases_sample_since"),
        ]


class Section(models.Model):
    """A section of a record as it stands: its revision and the event that wrote it."""

    key = models.CharField(max_length=110, primary_key=True)  # "case/section"
    case = models.CharField(db_index=True, **_TAG)
    section = models.CharField(max_length=3)
    revision = models.IntegerField()
    event_id = models.CharField(max_length=36)
    saved_at = models.CharField(**_TIME)
    saved_by = models.CharField(**_ACTOR)
    beside = models.TextField(blank=True)  # event ids of versions not settled, a space between

    PERSONAL = frozenset({"saved_by"})
    IMPERSONAL = frozenset({"key", "case", "section", "revision", "event_id", "saved_at", "beside"})


class Version(models.Model):
    """What a section said at one revision, or beside it (``revision`` is then empty)."""

    event_id = models.CharField(max_length=36, primary_key=True)
    key = models.CharField(max_length=110, db_index=True)
    revision = models.IntegerField(null=True)
    base = models.IntegerField()
    fields = _sealed_json()
    saved_at = models.CharField(**_TIME)
    saved_by = models.CharField(**_ACTOR)

    PERSONAL = frozenset({"fields", "saved_by"})
    IMPERSONAL = frozenset({"event_id", "key", "revision", "base", "saved_at"})


class Photograph(models.Model):
    """A photograph, whose files lie sealed in the data folder; hashes are SHA-256 in hex."""

    photograph = models.CharField(max_length=36, primary_key=True)
    case = models.CharField(db_index=True, **_TAG)
    original = models.CharField(max_length=64)
    copy = models.CharField(max_length=64)
    note = _sealed_text()
    at = models.CharField(**_TIME)
    by = models.CharField(**_ACTOR)

    PERSONAL = frozenset({"note", "by"})
    IMPERSONAL = frozenset({"photograph", "case", "original", "copy", "at"})


class Packet(models.Model):
    """Effects in a sealed packet with their list."""

    packet = models.CharField(primary_key=True, **_TAG)
    case = models.CharField(blank=True, db_index=True, **_TAG)
    bag = models.CharField(blank=True, db_index=True, **_TAG)
    seal = models.CharField(max_length=200)
    items = _sealed_json()
    at = models.CharField(**_TIME)
    by = models.CharField(**_ACTOR)

    PERSONAL = frozenset({"items", "by"})
    IMPERSONAL = frozenset({"packet", "case", "bag", "seal", "at"})


class Place(models.Model):
    """A storage place as people call it."""

    place = models.CharField(primary_key=True, **_TAG)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    within = models.CharField(blank=True, **_TAG)
    closed = models.BooleanField(default=False)

    PERSONAL = frozenset()
    IMPERSONAL = frozenset({"place", "name", "kind", "within", "closed"})


class Tablet(models.Model):
    """A tablet's key for one account."""

    device = models.CharField(max_length=64, primary_key=True)
    actor = models.CharField(db_index=True, **_ACTOR)
    algorithm = models.CharField(max_length=12)
    key = models.TextField()
    name = models.CharField(max_length=100)
    registered_at = models.CharField(**_TIME)
    revoked_at = models.CharField(blank=True, **_TIME)

    PERSONAL = frozenset({"actor", "name"})
    IMPERSONAL = frozenset({"device", "algorithm", "key", "registered_at", "revoked_at"})


class Delivery(models.Model):
    """An entry as a tablet signed it, and what became of it: the tablet's half of the evidence.

    ``outcome``: ``written``, ``beside`` (kept beside another version) or ``held`` (the rules
    refused it; a person settles it). Not made from events: it holds what never became one.
    """

    entry = models.CharField(max_length=36, primary_key=True)
    device = models.CharField(max_length=64)
    number = models.BigIntegerField()  # counted by the device from 1
    signed = _sealed_text()  # the text that was signed
    signature = models.CharField(max_length=120)
    outcome = models.CharField(max_length=8)
    words = models.TextField(blank=True)
    received_at = models.CharField(**_TIME)
    settled_at = models.CharField(blank=True, **_TIME)
    settled_by = models.CharField(blank=True, **_ACTOR)
    settled_words = _sealed_text()

    PERSONAL = frozenset({"signed", "words", "settled_by", "settled_words"})
    IMPERSONAL = frozenset(
        {"entry", "device", "number", "signature", "outcome", "received_at", "settled_at"}
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "number"], name="cases_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="cases_delivery_held",
                condition=models.Q(outcome="held", settled_at=""),
            )
        ]
