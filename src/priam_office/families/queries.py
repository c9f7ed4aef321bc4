"""What pages of the family office read: plain values, a fixed number of queries a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_noop

from priam_office.cases.models import Case, Section, Version
from priam_office.families import finding
from priam_office.families.models import (
    AntemortemSection,
    DiaryEntry,
    FamilyRow,
    MissingPerson,
    ReferenceSample,
    RelativeRow,
    ReporterRow,
    SearchToken,
    SectionRevision,
)
from priam_office.record.state import known

__all__ = [
    "PAGE",
    "WAITING",
    "FamilyPage",
    "Listed",
    "display_name",
    "families",
    "family",
    "find",
    "identified",
    "missing_people",
    "missing_person",
    "names_of_missing",
    "postmortem",
    "reporters",
    "revisions",
    "sections",
    "similar",
]

PAGE = 50
_COUNTED = 5000  # rows of a token that are counted to find the rarest; more is "many"
_PART = 400  # rows of a token that are looked at together
_MOST_NAMED = 2000  # persons of a name through which families are looked for
Row = TypeVar("Row")


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """One part of a list; ``after`` is the place where the next begins, None at its end."""

    rows: list[Row]
    after: int | None


def display_name(facts: Mapping[str, Any]) -> str:
    """Surname, given name, patronymic of the first name, as written."""
    return written(facts["names"][0])


def written(name: Mapping[str, Any]) -> str:
    """One name as it is written."""
    parts = (name.get(part, "") for part in ("surname", "given", "patronymic"))
    return " ".join(part for part in parts if part)


# -- lists -----------------------------------------------------------------------------------


def missing_people(
    text: str = "",
    chosen: Mapping[str, str] | None = None,
    status: str = "",
    before: int | None = None,
    size: int = PAGE,
    family: str = "",
) -> Listed[MissingPerson]:
    """Missing persons, newest first, from below the place ``before``.

    ``text`` are words of names (any alphabet, from three letters) or a number; ``chosen`` holds
    ``sex``, ``born``, ``region``, ``unit``; ``family`` is ``none`` or ``some``, or empty.
    ``status`` is what the list shows: ``identified`` comes before ``open`` and ``closed``.
    """
    tokens = [*finding.searched(text), *finding.filters(chosen or {})]
    rows = MissingPerson.objects.all()
    if status in ("open", "closed"):
        rows = rows.filter(status=status)
    if family:
        rows = rows.filter(family__isnull=family == "none")
    if status:
        return _collected(rows, _of_status(rows, status, tokens, before), size)
    if tokens:
        parts = _with_tokens(finding.MISSING, tokens, before)
        return _collected(rows, parts, size)
    if before is not None:
        rows = rows.filter(place__lt=before)
    found = list(rows.order_by("-place")[: size + 1])
    return Listed(found[:size], found[size - 1].place if len(found) > size else None)


def _of_status(
    rows: models.QuerySet[Any, Any], status: str, tokens: Sequence[int], before: int | None
) -> Iterator[Sequence[int]]:
    """Places of rows of this status, in parts: who is identified is known from decisions alone."""
    keys = list(identified(known().state.named))
    decided: set[int] = set()
    for at in range(0, len(keys), _MOST_NAMED):
        some = MissingPerson.objects.filter(pk__in=keys[at : at + _MOST_NAMED])
        decided.update(some.values_list("place", flat=True))
    if tokens:
        parts = _with_tokens(finding.MISSING, tokens, before)
    elif status == "identified":
        places = sorted((p for p in decided if before is None or p < before), reverse=True)
        parts = (places[at : at + _PART] for at in range(0, len(places), _PART))
    else:
        parts = _walked(rows, before)
    for part in parts:
        yield [place for place in part if (place in decided) == (status == "identified")]


def _walked(rows: models.QuerySet[Any, Any], before: int | None) -> Iterator[Sequence[int]]:
    """The places of rows, the newest first, in parts."""
    lead = rows.order_by("-place").values_list("place", flat=True)
    while True:
        part = list(lead[:_PART] if before is None else lead.filter(place__lt=before)[:_PART])
        yield part
        if len(part) < _PART:
            return
        before = part[-1]


def _collected(
    rows: models.QuerySet[Any, Any], parts: Iterable[Sequence[int]], size: int
) -> Listed[Any]:
    """The first rows at these places, in their order."""
    places: list[int] = []
    for part in parts:
        here = rows.filter(place__in=part).order_by("-place").values_list("place", flat=True)
        places += here[: size + 1 - len(places)]
        if len(places) > size:
            break
    found = list(rows.filter(place__in=places[:size]).order_by("-place"))
    return Listed(found, places[size - 1] if len(places) > size else None)


def _with_tokens(of: int, tokens: Sequence[int], before: int | None) -> Iterator[Sequence[int]]:
    """Places of rows that have all tokens, the newest first, in parts.

    The rarest token leads and is walked down from ``before``; the others are looked up for each
    part of it. A page of a frequent token so costs one part, and a rare token has few parts.
    """
    counts = {token: _count(of, token) for token in dict.fromkeys(tokens)}
    rarest = min(counts, key=lambda token: counts[token])
    held = SearchToken.objects.filter(active=True, of=of)
    lead = held.filter(token=rarest).order_by("-place").values_list("place", flat=True)
    while True:
        part = list(lead[:_PART] if before is None else lead.filter(place__lt=before)[:_PART])
        places = set(part)
        for token in counts.keys() - {rarest}:
            if places:
                others = held.filter(token=token, place__in=places)
                places = set(others.values_list("place", flat=True))
        if places:
            yield sorted(places, reverse=True)
        if len(part) < _PART:
            return
        before = part[-1]


def _count(of: int, token: int) -> int:
    rows = SearchToken.objects.filter(active=True, of=of, token=token)
    return rows[:_COUNTED].count()


def similar(facts: Mapping[str, Any], size: int = 6) -> list[MissingPerson]:
    """Records that may be of the same person, most alike first: a hint for a person to judge.

    Alike is who shares tokens: words of the name in any alphabet, a number, a year of birth.
    """
    words = [word for word in finding.words_of(facts) if word]
    if not words:
        return []
    tokens = [token for word in words for token in finding.searched(word)]
    found = (
        SearchToken.objects.filter(active=True, of=finding.MISSING, token__in=tokens)
        .values("place")
        .annotate(shared=models.Count("token"))
        .filter(shared__gte=min(2, len(tokens)))
        .order_by("-shared", "-place")[:size]
    )
    shared = {row["place"]: row["shared"] for row in found}
    rows = MissingPerson.objects.filter(place__in=shared)
    return sorted(rows, key=lambda row: (-shared[row.place], -row.place))


def families(
    text: str = "",
    before: int | None = None,
    size: int = PAGE,
    notify: str | None = None,
    contact: str = "",
) -> Listed[Any]:
    """Families, newest first; ``text`` finds them by words of the names of their missing persons
    and relatives (of the newest 2,000 of each, where a word is that frequent); ``notify`` by
    what they want to be told, empty for those whom nobody asked; ``contact`` by a relative who is
    ``authorised`` or ``barred``, or by ``none`` who is authorised."""
    rows = FamilyRow.objects.order_by("-place").prefetch_related("missing_persons", "relatives")
    tokens = finding.searched(text)
    if tokens:
        rows = rows.filter(pk__in=_families_of(tokens))
    if notify is not None:
        rows = rows.filter(notify=notify)
    if contact:
        standing = "authorised" if contact == "none" else contact
        of_family = RelativeRow.objects.filter(family=models.OuterRef("pk"), standing=standing)
        held = models.Exists(of_family)
        rows = rows.filter(~held if contact == "none" else held)
    if before is not None:
        rows = rows.filter(place__lt=before)
    found = list(rows[: size + 1])
    return Listed(found[:size], found[size - 1].place if len(found) > size else None)


def _families_of(tokens: Sequence[int]) -> set[str]:
    """Families of the persons who have all tokens."""
    found: set[str] = set()
    kinds = ((finding.MISSING, MissingPerson), (finding.RELATIVE, RelativeRow))
    for of, model in kinds:
        seen = 0
        for part in _with_tokens(of, tokens, None):
            rows = model._default_manager.filter(place__in=part).exclude(family=None)
            found |= set(rows.values_list("family_id", flat=True))
            seen += len(part)
            if seen >= _MOST_NAMED:
                break
    return found


def identified(keys: Iterable[str]) -> set[str]:
    """Those of these missing persons whom a decision in force names."""
    state = known().state
    return {
        key
        for key in keys
        for decision in state.named.get(key, ())
        if state.decisions[decision].status == "signed"
        and state.decisions[decision].conclusion == "identified"
    }


# -- one record ------------------------------------------------------------------------------


def missing_person(missing: str) -> MissingPerson:
    """The missing person, or 404."""
    found = MissingPerson.objects.select_related("family").filter(pk=missing).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class FamilyPage:
    """Everything of one family."""

    row: FamilyRow
    missing: list[MissingPerson]
    relatives: list[RelativeRow]
    samples: list[ReferenceSample]
    by_person: dict[str, RelativeRow] = field(default_factory=dict)

    def name(self, person: str) -> str:
        """The name of a relative, as written; "" for a stranger."""
        row = self.by_person.get(person)
        return written(row.told["name"]) if row else ""

    @property
    def barred(self) -> list[RelativeRow]:
        """Those who must not be contacted."""
        return [row for row in self.relatives if row.standing == "barred"]


def family(key: str) -> FamilyPage:
    """The family, or 404."""
    row = FamilyRow.objects.filter(pk=key).first()
    if row is None:
        raise Http404
    relatives = list(row.relatives.order_by("place").prefetch_related("consent_rows"))
    return FamilyPage(
        row,
        list(row.missing_persons.order_by("place")),
        relatives,
        list(row.samples.order_by("taken_at", "sample")),
        {one.person: one for one in relatives},
    )


def diary(key: str, before: int | None = None, size: int = PAGE) -> Listed[DiaryEntry]:
    """The diary of a family, newest first."""
    rows = DiaryEntry.objects.filter(family_id=key).order_by("-place")
    if before is not None:
        rows = rows.filter(place__lt=before)
    found = list(rows[: size + 1])
    return Listed(found[:size], found[size - 1].place if len(found) > size else None)


def reporters(person: MissingPerson) -> dict[str, dict[str, str]]:
    """Who may say something of a missing person: id -> name and what they are.

    ``of`` says of which codes ``kind`` is: ``relation`` or ``reporter``; ``barred`` is why the
    person must not be contacted, if so.
    """
    found = {}
    if person.family_id:
        for row in RelativeRow.objects.filter(family_id=person.family_id).order_by("place"):
            name = written(row.told["name"])
            barred = row.standing_reason if row.standing == "barred" else ""
            found[row.person] = {
                "name": name,
                "kind": row.told["relation"],
                "of": "relation",
                "barred": barred,
            }
    for other in ReporterRow.objects.filter(missing=person).order_by("reporter"):
        found[other.reporter] = {
            "name": other.name,
            "kind": other.kind,
            "of": "reporter",
            "barred": "",
        }
    return found


def sections(missing: str, section: str = "") -> list[AntemortemSection]:
    """What all reporters say, in one section or in all."""
    rows = AntemortemSection.objects.filter(missing_id=missing)
    if section:
        rows = rows.filter(section=section)
    return list(rows.order_by("section", "key"))


def revisions(missing: str, section: str, reporter: str) -> list[SectionRevision]:
    """Saved states of a section of one reporter, newest first."""
    rows = SectionRevision.objects.filter(missing_id=missing, section=section, reporter=reporter)
    return list(rows.order_by("-revision")[:PAGE])


def postmortem(case: str) -> dict[str, dict[str, Any]]:
    """The post-mortem fields of a case by section, or 404."""
    if not Case.objects.filter(pk=case).exists():
        raise Http404
    by_event = {row.event_id: row.section for row in Section.objects.filter(case=case)}
    versions = Version.objects.filter(pk__in=list(by_event))
    return {by_event[version.event_id]: version.fields for version in versions}


def names_of_missing(keys: Iterable[str]) -> dict[str, str]:
    """Names of missing persons by id."""
    rows = MissingPerson.objects.filter(pk__in=list(keys))
    return {row.missing: display_name(row.facts) for row in rows}


def find(tag: str) -> str | None:
    """The address of the page of a reference sample's family; None for another tag."""
    row = ReferenceSample.objects.filter(pk=tag).first()
    return None if row is None else reverse("family", args=[row.family_id]) + "#samples"


#: What waits in the family office: (label, page, count) for the page of the day.
WAITING = (
    (
        gettext_noop("Families to be asked what they want to be told"),
        "families",
        lambda user: FamilyRow.objects.filter(notify="").count(),
    ),
    (
        gettext_noop("Missing persons without a family"),
        "missing-people",
        lambda user: MissingPerson.objects.filter(family=None, status="open").count(),
    ),
)
