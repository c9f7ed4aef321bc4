"""What pages of releases read: plain values, a fixed number of queries a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam.casework.skeleton import BONES, COMPLETENESS, SIDES
from priam.events.board_rows import Against, Decision
from priam.events.individuals import WAYS
from priam.events.releases_rows import Release
from priam.events.state import State
from priam_office.cases.models import Element, Packet
from priam_office.families.models import FamilyRow, MissingPerson, RelativeRow
from priam_office.families.queries import display_name, written
from priam_office.people.models import User
from priam_office.record.state import known
from priam_office.releases import papers
from priam_office.releases.models import Grave, Paper, ReleaseRow

__all__ = [
    "PAGE",
    "WAITING",
    "Individual",
    "ReleasePage",
    "facts_of",
    "graves",
    "individual",
    "ready",
    "receivers",
    "release_page",
    "releases",
]

PAGE = 50


@dataclass(frozen=True)
class Individual:
    """Cases of one individual that are here, and what stands against each way out."""

    cases: tuple[str, ...]
    decision: Decision | None
    against: dict[str, tuple[Against, ...]]
    family: str = ""

    @property
    def ways(self) -> list[str]:
        """Where it may go."""
        return [way for way, reasons in self.against.items() if not reasons]


def individual(case: str) -> Individual:
    """The individual of a case; 404 where there is no such case."""
    state = known().state
    if case not in state.cases:
        raise Http404
    return _individual(state, case)


def _individual(state: State, case: str) -> Individual:
    decision = state.decision_in_force(case)
    here = tuple(
        one
        for one in state.individual(case)
        if state.cases[one].status == "open" and one not in state.leaving
    )
    against = {way: _against(state, here, way) for way in WAYS}
    missing = state.missing.get(decision.missing or "") if decision else None
    family = missing.family or "" if missing else ""
    return Individual(here, decision, against, family)


def _against(state: State, cases: tuple[str, ...], way: str) -> tuple[Against, ...]:
    found = dict.fromkeys(one for case in cases for one in state.may_release(case, way))
    return tuple(found)


def ready(size: int = PAGE) -> list[Individual]:
    """Individuals that are decided and still here, the latest decision first."""
    return list(islice(_ready(known().state), size))


def _ready(state: State) -> Iterator[Individual]:
    seen: set[str] = set()
    signed = (d for d in state.decisions.values() if d.status == "signed")
    for decision in sorted(signed, key=lambda d: d.decision, reverse=True):
        waiting = [
            case
            for case in decision.cases
            if case not in seen and state.cases[case].status == "open" and case not in state.leaving
        ]
        if waiting:
            found = _individual(state, waiting[0])
            seen.update(found.cases)
            yield found


def releases(status: str, before: int | None = None) -> tuple[list[ReleaseRow], int | None]:
    """Releases with this status, newest first, from below the place ``before``."""
    rows = ReleaseRow.objects.filter(status=status).order_by("-place")
    if before is not None:
        rows = rows.filter(place__lt=before)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].place if len(found) > PAGE else None


def names_of(families: Iterable[str]) -> dict[str, str]:
    """Family -> the names of those it looks for. For eyes that may see names."""
    rows = MissingPerson.objects.filter(family_id__in=set(filter(None, families)))
    names: dict[str, list[str]] = {}
    for row in rows.order_by("place"):
        names.setdefault(row.family_id or "", []).append(display_name(row.facts))
    return {family: ", ".join(each) for family, each in names.items()}


def receivers(family: str) -> list[tuple[str, str]]:
    """(person, name) of those who may receive for a family."""
    rows = RelativeRow.objects.filter(family_id=family, standing="authorised").order_by("place")
    return [(row.person, written(row.told["name"])) for row in rows]


@dataclass(frozen=True)
class ReleasePage:
    """A release with its papers, and why it cannot go on now."""

    row: ReleaseRow
    now: Release
    papers: list[Paper]
    against: tuple[Against, ...]
    names: str = ""
    receiver: str = ""
    wish: FamilyRow | None = None
    grave: Grave | None = None
    people: dict[str, str] | None = None


def release_page(release: str, *, with_names: bool) -> ReleasePage:
    """One release; names only if asked for."""
    row = ReleaseRow.objects.filter(pk=release).first()
    state = known().state
    if row is None or release not in state.releases:
        raise Http404
    now = state.releases[release]
    against = _against(state, now.cases, now.to) if now.status == "planned" else ()
    more: dict[str, Any] = {}
    if with_names and row.family:
        more["names"] = names_of([row.family]).get(row.family, "")
        more["receiver"] = _relative(row.person)
        more["wish"] = FamilyRow.objects.filter(pk=row.family).first()
    if row.grave:
        more["grave"] = Grave.objects.filter(pk=row.grave).first()
    people = _accounts({row.planned_by, row.ended_by})
    return ReleasePage(row, now, list(row.papers.all()), against, people=people, **more)


def _relative(person: str) -> str:
    row = RelativeRow.objects.filter(pk=person).first()
    return written(row.told["name"]) if row else ""


def _accounts(actors: Iterable[str]) -> dict[str, str]:
    keys = {actor.removeprefix("person/") for actor in actors if actor.startswith("person/")}
    return {user.actor: str(user) for user in User.objects.filter(key__in=keys)}


def graves(text: str = "") -> list[Grave]:
    """Graves by cemetery; those whose number or cemetery begins with ``text``."""
    rows = Grave.objects.all()
    if text:
        rows = rows.filter(grave__istartswith=text) | rows.filter(cemetery__istartswith=text)
    return list(rows[:500])


def facts_of(page: ReleasePage, office: str) -> papers.Facts:
    """What a paper of this release may say, in the language that is active."""
    row, state = page.row, known()
    decision = state.state.decisions.get(page.now.decision or "")
    missing = MissingPerson.objects.filter(pk=decision.missing).first() if decision else None
    grave = page.grave
    return papers.Facts(
        office=office,
        release=row.release,
        cases=page.now.cases,
        name=display_name(missing.facts) if missing else "",
        born=_span((missing.facts.get("born") or {}) if missing else {}),
        receiver=page.receiver,
        place=row.handed_at,
        decision=page.now.decision or "",
        decided_on=_day(state.state, decision),
        elements=_elements(page.now.cases),
        packets=_packets(page.now.cases),
        complete=row.complete,
        grave=row.grave,
        cemetery=grave.cemetery if grave else "",
        plot=grave.plot if grave else "",
        where=grave.where if grave else "",
        log=settings.INSTALLATION.origin(),
        events=state.size,
    )


def _span(span: dict[str, str]) -> str:
    first, last = span.get("first", ""), span.get("last", "")
    if first == last or not last:
        return papers.day(first)
    return f"{papers.day(first)} – {papers.day(last)}" if first else papers.day(last)


def _day(state: State, decision: Decision | None) -> str:
    from priam_office.record.models import Event

    if decision is None or not decision.signatures:
        return ""
    last = decision.signatures[-1].event_id
    row = Event.objects.filter(event_id=last).values_list("claimed_time", flat=True).first()
    return papers.day((row or "")[:10])


def _elements(cases: tuple[str, ...]) -> tuple[papers.Element, ...]:
    rows = Element.objects.filter(case__in=cases, withdrawn=False).order_by("case", "at")
    return tuple(
        papers.Element(
            row.case,
            _(BONES[row.bone].label) if row.bone in BONES else row.bone,
            _(SIDES.get(row.side, row.side)),
            _(COMPLETENESS.get(row.completeness, row.completeness)),
        )
        for row in rows
    )


def _packets(cases: tuple[str, ...]) -> tuple[papers.Packet, ...]:
    rows = Packet.objects.filter(case__in=cases).order_by("packet")
    return tuple(papers.Packet(row.packet, row.seal, tuple(map(_item, row.items))) for row in rows)


def _item(item: dict[str, Any]) -> str:
    marks = f" ({item['marks']})" if item.get("marks") else ""
    return f"{item['count']} × {item['what']}{marks}"


#: What waits to leave: (label, page, count) for the page of the day.
WAITING = (
    (gettext_noop("Individuals that may leave"), "releases", lambda user: len(ready())),
    (
        gettext_noop("Releases that are arranged"),
        "releases",
        lambda user: ReleaseRow.objects.filter(status="planned").count(),
    ),
)
