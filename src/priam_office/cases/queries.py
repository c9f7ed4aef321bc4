"""Reads of the mortuary, each with a bounded number of queries."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from priam.casework.sections import SECTIONS
from priam.errors import UserError
from priam.events import Recorded
from priam_office.cases.models import (
    Bag,
    Case,
    Delivery,
    Element,
    Label,
    Packet,
    Photograph,
    Place,
    Sample,
    Section,
    Tablet,
    Touch,
    Version,
)
from priam_office.cases.projection import STAGES
from priam_office.handovers import parties
from priam_office.people.models import User
from priam_office.record.acts import from_row
from priam_office.record.models import Event

__all__ = [
    "PAGE",
    "WAITING",
    "Listed",
    "Waiting",
    "board",
    "case_page",
    "cases",
    "course",
    "course_names",
    "custodians",
    "find",
    "held",
    "in_place",
    "names_of",
    "own_party",
    "packets_of",
    "place_paths",
    "places_of",
    "places_with_counts",
    "samples",
    "section_page",
    "standing_elements",
    "tablet_names",
    "tablets",
    "waiting_bags",
]

PAGE = 50
_PLACE_IN_LIST = re.compile(r"[0-9A-Za-z:.-]{1,40} [0-9A-Za-z._/-]{1,100}")
_ADDRESSES = {
    "bag": "bag",
    "case": "case",
    "element": "case-element",
    "sample": "sample",
    "packet": "case-packet",
    "place": "place",
}


def find(tag: str) -> str | None:
    """Address of the page of what carries the tag."""
    label = Label.objects.filter(pk=tag).first()
    return None if label is None else address(label.kind, tag)


def address(kind: str, tag: str) -> str:
    """Address of the page of a thing."""
    return reverse(_ADDRESSES[kind], args=[tag])


def own_party() -> str | None:
    """Whose bags this mortuary opens; None where it takes them from anybody.

    They are those of the party that the installation speaks for. An observer or a mediator holds
    no bags: a mortuary in its installation works for the party of whose bags it opened most.
    """
    path = settings.INSTALLATION.folder / "party-card"
    card = _card_at(path, path.stat().st_mtime_ns) if path.exists() else None
    if card is None or card.role == "party":
        return card and card.party
    opened = Bag.objects.exclude(finding="").values("custodian").annotate(n=Count("tag"))
    most = opened.order_by("-n", "custodian").first()
    return most and str(most["custodian"])


@functools.lru_cache(maxsize=4)
def _card_at(path: Path, changed: int) -> parties.Card | None:
    try:
        return parties.own(settings.INSTALLATION).card
    except UserError:
        return None


# -- lists: in pages that follow on from a key -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list and where the next one begins (empty: there is none)."""

    rows: Sequence[Any]
    after: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _page(rows: QuerySet[Any], by: str, key: str, after: str, size: int = PAGE) -> Listed:
    """The rows in the order of ``by`` and ``key``, from behind ``after`` ("by key")."""
    if _PLACE_IN_LIST.fullmatch(after):
        value, last = after.split(" ")
        rows = rows.filter(Q(**{f"{by}__gt": value}) | Q(**{by: value, f"{key}__gt": last}))
        # the first condition alone would do for the answer; this one lets the index be used
        rows = rows.filter(**{f"{by}__gte": value})
    found = list(rows.order_by(by, key)[: size + 1])
    more = len(found) > size
    end = found[size - 1] if more else None
    return Listed(found[:size], f"{getattr(end, by)} {getattr(end, key)}" if more else "")


def waiting_bags(after: str = "", size: int = PAGE, custodian: str = "") -> Listed:
    """Bags that are not opened, in the custody of ``custodian``, or else of the party that this
    mortuary works for, if there is one."""
    rows = Bag.objects.filter(finding="", custodian=custodian) if custodian else _unopened()
    return _page(rows, "since", "tag", after, size)


def custodians() -> list[tuple[str, int]]:
    """In whose custody bags wait that are not opened, and how many, where this mortuary works for
    a party; those of that party are left out."""
    own = own_party()
    if own is None:
        return []
    rows = Bag.objects.filter(finding="").exclude(custodian=own).values("custodian")
    counted = rows.annotate(n=Count("tag")).order_by("custodian")
    return [(row["custodian"], row["n"]) for row in counted]


def _unopened() -> QuerySet[Bag]:
    rows = Bag.objects.filter(finding="")
    own = own_party()
    return rows if own is None else rows.filter(custodian=own)


def cases(*, stage: str = "", kind: str = "", tag: str = "", after: str = "") -> Listed:
    """Cases, those that have waited longest first."""
    rows = Case.objects.all()
    if stage in STAGES:
        rows = rows.filter(stage=stage)
    if kind:
        rows = rows.filter(kind=kind)
    if tag:
        rows = rows.filter(case__startswith=re.sub(r"[^0-9A-Z-]", "", tag.upper()))
    return _page(rows, "since", "case", after)


def samples(*, status: str = "", after: str = "") -> Listed:
    """Samples, those that have waited longest first."""
    rows = Sample.objects.defer("note")
    if status:
        rows = rows.filter(status=status)
    return _page(rows, "since", "sample", after)


def held(after: str = "") -> Listed:
    """What tablets brought and the rules refused, until somebody has settled it."""
    return _page(
        Delivery.objects.filter(outcome="held", settled_at=""), "received_at", "entry", after
    )


# -- the board of the day --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of something wait, and since when the oldest does."""

    what: str
    count: int
    oldest: str


def board() -> dict[str, Any]:
    """What waits, how much of it and how long: counted by the indexes."""
    bags = _unopened().aggregate(count=Count("tag"), oldest=Min("since"))
    stages = {
        row["stage"]: row
        for row in Case.objects.values("stage").annotate(count=Count("case"), oldest=Min("since"))
    }
    statuses = {
        row["status"]: row
        for row in Sample.objects.values("status").annotate(
            count=Count("sample"), oldest=Min("since")
        )
    }
    return {
        "bags": Waiting("bags", bags["count"], bags["oldest"] or ""),
        "stages": [_waiting(stage, stages) for stage in STAGES],
        "samples": [_waiting(status, statuses) for status in ("taken", "sent", "received")],
        "conflicts": list(Case.objects.filter(conflicts__gt=0).order_by("since")[:20]),
        "held": Delivery.objects.filter(outcome="held", settled_at="").count(),
        "longest": list(
            Case.objects.filter(stage__in=["examine", "sample", "send"]).order_by("since")[:12]
        ),
    }


def _waiting(what: str, counted: dict[str, dict[str, Any]]) -> Waiting:
    row = counted.get(what)
    return Waiting(what, row["count"], row["oldest"]) if row else Waiting(what, 0, "")


# -- pages of one thing ----------------------------------------------------------------------


def case_page(case: Case) -> dict[str, Any]:
    """Everything about one case."""
    elements = list(Element.objects.filter(case=case.case).order_by("withdrawn", "at"))
    taken = list(Sample.objects.filter(case=case.case).order_by("taken_at"))
    packets = list(Packet.objects.filter(case=case.case).order_by("at"))
    things = [case.case, *(s.sample for s in taken), *(p.packet for p in packets)]
    sections = {s.section: s for s in Section.objects.filter(case=case.case)}
    return {
        "bag": Bag.objects.filter(pk=case.bag).first(),
        "siblings": list(Case.objects.filter(bag=case.bag).exclude(pk=case.case)[:30]),
        "links": list(Case.objects.filter(pk__in=case.links.split())),
        "elements": elements,
        "samples": taken,
        "packets": packets,
        "photographs": list(Photograph.objects.filter(case=case.case).order_by("at")),
        "sections": [(section, sections.get(number)) for number, section in SECTIONS.items()],
        "places": places_of([*things, *(e.element for e in elements)]),
        "course": course(case.case),
        "bag_course": course(case.bag),
    }


def packets_of(bag: str) -> list[Packet]:
    """Packets of effects of a bag without remains."""
    return list(Packet.objects.filter(bag=bag).order_by("at"))


def standing_elements(case: str) -> list[str]:
    """Labels of the elements that lie in a case."""
    rows = Element.objects.filter(case=case, withdrawn=False)
    return list(rows.values_list("element", flat=True))


def places_of(things: Iterable[str]) -> dict[str, str]:
    """Thing -> the place it lies in, as people call it with the places around it."""
    labels = Label.objects.filter(pk__in=list(things)).exclude(place="")
    where = {label.tag: label.place for label in labels}
    if not where:
        return {}
    names = place_paths()
    return {thing: names.get(place, place) for thing, place in where.items()}


def tablets() -> list[Any]:
    """Tablets with how many entries each brought and how many of its numbers never came."""
    counted = {
        row["device"]: row
        for row in Delivery.objects.values("device").annotate(
            count=Count("entry"), last=Max("number"), at=Max("received_at")
        )
    }
    rows = list(Tablet.objects.order_by("revoked_at", "-registered_at")[:200])
    for row in rows:
        found = counted.get(row.device, {"count": 0, "last": 0, "at": ""})
        row.brought, row.missing = found["count"], found["last"] - found["count"]
        row.seen_at = found["at"]
    return rows


def tablet_names(deliveries: Iterable[Delivery]) -> dict[str, str]:
    """Device -> the name of the tablet."""
    devices = {row.device for row in deliveries}
    return dict(Tablet.objects.filter(pk__in=devices).values_list("device", "name"))


def place_paths() -> dict[str, str]:
    """Place -> its name with the places around it; there are few places."""
    rows = {place.place: place for place in Place.objects.all()}

    def path(tag: str, depth: int = 0) -> str:
        row = rows.get(tag)
        if row is None or depth > 6:
            return ""
        above = path(row.within, depth + 1) if row.within else ""
        return f"{above} · {row.name}" if above else row.name

    return {tag: path(tag) for tag in rows}


def places_with_counts(paths: dict[str, str]) -> list[dict[str, Any]]:
    """Every place with how much lies in it, in the order of their names."""
    counted: dict[str, dict[str, int]] = {}
    rows = Label.objects.exclude(place="").values("place", "kind").annotate(count=Count("tag"))
    for row in rows:
        counted.setdefault(row["place"], {})[row["kind"]] = row["count"]
    found = [
        {"place": p, "path": paths.get(p.place, p.name), "counts": counted.get(p.place, {})}
        for p in Place.objects.all()
    ]
    return sorted(found, key=lambda row: str(row["path"]))


def in_place(place: str, after: str = "") -> Listed:
    """What lies in a place."""
    return _page(Label.objects.filter(place=place), "kind", "tag", after)


def course(thing: str) -> list[Recorded]:
    """The events of a thing, newest first; those whose compartment is locked are left out."""
    sequences = Touch.objects.filter(thing=thing).values("sequence")
    rows = Event.objects.filter(sequence__in=sequences).order_by("-sequence")[:200]
    found = []
    for row in rows:
        try:
            found.append(from_row(row))
        except UserError:
            continue
    return found


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actor -> the name of the account; keys of installations stay as they are."""
    keys = {actor.removeprefix("person/") for actor in actors if actor.startswith("person/")}
    return {user.actor: str(user) for user in User.objects.filter(key__in=keys)}


def course_names(actors: Iterable[str]) -> dict[str, str]:
    """What a course of events names by ids: accounts, and places as people call them."""
    return {**place_paths(), **names_of(actors)}


def section_page(case: str, number: str) -> dict[str, Any]:
    """A section as it stands, its history, and the versions beside it."""
    row = Section.objects.filter(pk=f"{case}/{number}").first()
    versions = list(Version.objects.filter(key=f"{case}/{number}").order_by("saved_at"))
    now = next((v for v in versions if row and v.event_id == row.event_id), None)
    beside = [v for v in versions if row and v.event_id in row.beside.split()]
    return {
        "row": row,
        "fields": now.fields if now else {},
        "beside": beside,
        "versions": [v for v in versions if v.revision is not None][::-1],
    }


#: What waits in the mortuary: (label, page, count) for the page of the day.
WAITING = (
    (gettext_noop("Bags to open"), "bags", lambda user: _unopened().count()),
    (
        gettext_noop("Cases to examine or to sample"),
        "cases",
        lambda user: Case.objects.filter(stage__in=["examine", "sample"]).count(),
    ),
    (
        gettext_noop("Samples to send"),
        "samples-send",
        lambda user: Sample.objects.filter(status="taken").count(),
    ),
    (
        gettext_noop("Entries of tablets to settle"),
        "held",
        lambda user: Delivery.objects.filter(outcome="held", settled_at="").count(),
    ),
)
