"""Reads of the laboratory, each with a bounded number of queries."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from priam import events as ev
from priam.genetics.frequencies import FrequencyTable, load_packaged
from priam.genetics.markers import MARKERS
from priam.genetics.profiles import Profile as Observed
from priam.identification.incoming import as_case, quality_of, quality_reason
from priam.identification.marker_ratios import MarkerRatio, marker_ratios
from priam.identification.records import FamilyRecord
from priam.identification.settings import Profiles, Settings
from priam_office.cases.models import Case, Sample
from priam_office.families.exports import family_record
from priam_office.families.models import FamilyRow, MissingPerson, ReferenceSample, RelativeRow
from priam_office.laboratory import inputs, subjects
from priam_office.laboratory.drawing import draw_family
from priam_office.laboratory.models import (
    Candidate,
    Consensus,
    Profile,
    Run,
    Search,
    StaffProfile,
)
from priam_office.laboratory.work import DEFAULT_TABLE, settings_of, waiting
from priam_office.record.state import known

__all__ = [
    "PAGE",
    "CandidatePage",
    "Part",
    "Subject",
    "candidate_page",
    "candidates",
    "differing",
    "last_search",
    "overview",
    "profiles",
    "subject_page",
]

PAGE = 50


def overview() -> dict[str, Any]:
    """The first page: what came in, what is searched, what needs a look."""
    return {
        "profiles": Profile.objects.count(),
        "flagged": Profile.objects.filter(flagged=True).count(),
        "differing": Consensus.objects.filter(differing__gt=0).count(),
        "staff": StaffProfile.objects.count(),
        "runs": list(Run.objects.order_by("-place")[:8]),
        "searches": list(Search.objects.order_by("-place")[:8]),
        "waiting": waiting(),
        "last": last_search(),
    }


def last_search() -> Search | None:
    """The last search that was brought to its end."""
    return Search.objects.filter(status="finished").order_by("-place").first()


# -- lists --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of a list, and the mark of the next one (empty at the end)."""

    rows: Sequence[Any]
    after: str = ""


def profiles(filters: Mapping[str, str], after: str = "") -> Part:
    """Profiles, the newest first; by ``kind``, ``look`` (flagged, aside), ``sample``, ``run``."""
    rows: QuerySet[Profile] = Profile.objects.order_by("-place").defer("genotypes", "sex", "reason")
    if filters.get("kind") in ("remains", "reference"):
        rows = rows.filter(kind=filters["kind"])
    if filters.get("look") == "flagged":
        rows = rows.filter(flagged=True)
    if filters.get("look") == "aside":
        rows = rows.filter(standing="set aside")
    if filters.get("sample"):
        rows = rows.filter(sample=filters["sample"])
    if filters.get("run"):
        rows = rows.filter(run_id=filters["run"])
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(place__lt=int(after))
    found = _with_consent(rows[: PAGE + 1])
    return Part(found[:PAGE], str(found[PAGE - 1].place) if len(found) > PAGE else "")


def _with_consent(rows: Iterable[Any]) -> list[Any]:
    """The profiles, each with ``withheld``: its person does not consent to identification now."""
    state, found = known().state, list(rows)
    for row in found:
        row.withheld = row.kind == "reference" and not ev.uses(state, row.sample, "identification")
    return found


def differing(after: str = "") -> Part:
    """Subjects whose runs differ somewhere, the newest first, with a tag that leads to each."""
    rows = Consensus.objects.filter(differing__gt=0).order_by("-place")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(place__lt=int(after))
    found = list(rows.only("of", "differing", "place", "at", "profiles")[: PAGE + 1])
    shown = found[:PAGE]
    persons = [row.of.partition("/")[2] for row in shown if row.of.startswith("person/")]
    of_person = dict(
        ReferenceSample.objects.filter(person_id__in=persons).values_list("person_id", "sample")
    )
    for row in shown:
        kind, _mark, name = row.of.partition("/")
        row.tag = name if kind == "case" else of_person.get(name, "")
        row.kind, row.runs = kind, len(row.profiles.split())
    return Part(shown, str(found[PAGE - 1].place) if len(found) > PAGE else "")


def candidates(search: Search, filters: Mapping[str, str], after: str = "") -> Part:
    """Candidates of a search, the strongest first; filters ``case``, ``least``, ``first``."""
    rows = Candidate.objects.filter(search=search).order_by("-log10_lr", "key")
    if filters.get("case"):
        rows = rows.filter(case=filters["case"])
    least = _number(filters.get("least", ""))
    if least is not None:
        rows = rows.filter(log10_lr__gte=round(least * 1000))
    if filters.get("first"):
        rows = rows.filter(rank=1)
    value, _mark, key = after.partition(":")
    if key and value.lstrip("-").isdecimal() and len(value) < 12:
        place = int(value)
        rows = rows.filter(Q(log10_lr__lt=place) | Q(log10_lr=place, key__gt=key))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Part(found[:PAGE], f"{last.log10_lr}:{last.key}" if last else "")


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) < 1e6 else None


# -- one subject --------------------------------------------------------------------------------


@dataclass
class Subject:
    """A case or person by a tag: its profiles as columns, its markers as rows.

    ``rows``: (marker, what each run shows, what they show together, whether they differ).
    """

    tag: str
    of: str
    samples: list[str]
    profiles: list[Profile]
    rows: list[tuple[str, list[str], str, bool]] = field(default_factory=list)
    sexes: list[str] = field(default_factory=list)
    together: subjects.Shown | None = None
    quality: str = ""
    quality_class: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    search: Search | None = None

    @property
    def case(self) -> str:
        kind, _mark, name = self.of.partition("/")
        return name if kind == "case" else ""

    @property
    def withheld(self) -> bool:
        """Whether no search uses the profiles, because their person does not consent now."""
        return any(row.withheld for row in self.profiles)


def subject_page(tag: str) -> Subject:
    """Everything of the subject that a sample or a case belongs to."""
    of, samples = _samples_of(tag)
    own_rows = Profile.objects.filter(sample__in=samples).select_related("run").order_by("place")
    found = _with_consent(own_rows)
    page = Subject(tag, of, samples, found)
    standing = [row for row in found if row.standing == "stands"]
    page.together = subjects.shown(standing, dict.fromkeys(samples, of)).get(of)
    page.rows = _grid(found, page.together.profile if page.together else None)
    page.sexes = [row.sex for row in found]
    if page.together is not None:
        staff = subjects.staff_genotypes() if page.case else {}
        quality = quality_reason(page.together.profile, staff, Profiles())
        page.quality = quality if page.case else ""
        page.quality_class = quality_of(page.together.profile)
    if page.case:
        page.search = last_search()
        own = Candidate.objects.filter(case=page.case, search=page.search)
        page.candidates = list(own.order_by("rank")[:10]) if page.search else []
    return page


def _samples_of(tag: str) -> tuple[str, list[str]]:
    """The subject of a tag, and all its samples."""
    one = Sample.objects.filter(sample=tag).values_list("case", flat=True).first()
    case = one or Case.objects.filter(case=tag).values_list("case", flat=True).first()
    if case is not None:
        names = Sample.objects.filter(case=case).order_by("sample")
        return f"case/{case}", list(names.values_list("sample", flat=True))
    reference = ReferenceSample.objects.filter(sample=tag).first()
    if reference is None:
        raise Http404
    names = ReferenceSample.objects.filter(person_id=reference.person_id).order_by("sample")
    return f"person/{reference.person_id}", list(names.values_list("sample", flat=True))


def marker_order(marker: str) -> tuple[int, str]:
    """Markers in the order of the catalogue, unknown ones last."""
    return _places().get(marker, len(MARKERS)), marker.casefold()


@functools.cache
def _places() -> dict[str, int]:
    return {name: place for place, name in enumerate(MARKERS)}


def alleles_text(alleles: Sequence[str | None]) -> str:
    """Alleles as a page shows them; a dot stands for one that was not observed."""
    return "/".join(allele or "·" for allele in alleles)


def _grid(
    found: Sequence[Profile], together: Observed | None
) -> list[tuple[str, list[str], str, bool]]:
    markers = sorted({m for row in found for m in row.genotypes}, key=marker_order)
    grid = []
    for marker in markers:
        cells = [alleles_text(row.genotypes.get(marker, ())) for row in found]
        standing = {c for c, row in zip(cells, found) if row.standing == "stands" and c}
        agreed = alleles_text(together.genotypes.get(marker, ())) if together else ""
        grid.append((marker, cells, agreed, len(standing) > 1))
    return grid


# -- one candidate ------------------------------------------------------------------------------


@dataclass
class CandidatePage:
    """A case beside a missing person: markers, sums, the family drawn.

    ``relatives`` are (opaque id, sample tag, letter of the drawing) of those whose profiles count.
    ``total`` is the sum over the markers now; the search's own number is the candidate's.
    """

    candidate: Candidate
    settings: Settings
    markers: list[tuple[MarkerRatio, list[str]]] = field(default_factory=list)
    relatives: list[tuple[str, str, str]] = field(default_factory=list)
    total: float = 0.0
    drawing: str = ""
    others: list[Candidate] = field(default_factory=list)
    problem: str = ""

    @property
    def table(self) -> str:
        """Name of the frequency table."""
        return self.settings.likelihood.frequencies or DEFAULT_TABLE

    @property
    def differs(self) -> bool:
        """Whether the profiles changed since the search, or a cluster was searched."""
        return abs(self.total - self.candidate.log10_lr / 1000) > 0.05

    @property
    def mutations(self) -> int:
        return sum(m.mutation for m, _ in self.markers)

    @property
    def one_peaks(self) -> int:
        return sum(m.one_peak for m, _ in self.markers)


def candidate_page(search: str, case: str, missing: str) -> CandidatePage:
    """The evidence of one pair, marker by marker, with what is known now."""
    key = f"{search}/{case}/{missing}"
    candidate = Candidate.objects.select_related("search").filter(pk=key).first()
    if candidate is None:
        raise Http404
    settings = settings_of(candidate.search)
    page = CandidatePage(candidate, settings)
    others = Candidate.objects.filter(search=search, case=case).exclude(pk=key)
    page.others = list(others.order_by("rank")[:10])
    evidence = pair_evidence(case, missing, settings)
    page.problem = evidence.problem
    page.relatives, page.drawing = evidence.relatives, evidence.drawing
    order = [person for person, _, _ in page.relatives]
    for ratio in evidence.markers:
        cells = [alleles_text(ratio.relatives.get(person, ())) for person in order]
        page.markers.append((ratio, cells))
    page.total = sum(r.log10_lr for r in evidence.markers if r.log10_lr is not None)
    return page


@dataclass
class PairEvidence:
    """What :func:`pair_evidence` finds; ``problem`` says why there is nothing."""

    markers: list[MarkerRatio] = field(default_factory=list)
    relatives: list[tuple[str, str, str]] = field(default_factory=list)
    drawing: str = ""
    problem: str = ""


def pair_evidence(case: str, missing: str, settings: Settings) -> PairEvidence:
    """Marker by marker what a case and the family of a missing person weigh today.

    Consents count: a relative who withdrew stands in the drawing and shows no profile.
    """
    name = settings.likelihood.frequencies or DEFAULT_TABLE
    table = frequencies(name)
    shown = inputs.subjects_of_cases([case]).get(case)
    person = MissingPerson.objects.filter(pk=missing).select_related("family").first()
    if shown is None or person is None or person.family is None:
        return PairEvidence(problem="no profile" if shown is None else "no family")
    family, samples = typed_family(person.family, table)
    letters, drawing = draw_family(person.family.pedigree, set(samples), {missing})
    if family is None or missing not in family.missing:
        return PairEvidence(drawing=drawing, problem="no relatives")
    own = as_case(shown.profile, case)
    markers = marker_ratios(own, family, missing, table, settings)
    markers.sort(key=lambda m: marker_order(m.marker))
    relatives = [(p, samples.get(p, ""), letters.get(p, "")) for p in family.genotypes]
    relatives.sort(key=lambda r: r[2])
    return PairEvidence(markers, relatives, drawing)


def typed_family(
    family: FamilyRow, table: FrequencyTable
) -> tuple[FamilyRecord | None, dict[str, str]]:
    """The family as a search reads it now, and person -> one sample of each who consents."""
    consenting = {
        row.person
        for row in RelativeRow.objects.filter(family=family).only("person", "consents")
        if "identification" in row.consents
    }
    pairs = ReferenceSample.objects.filter(family=family, person_id__in=consenting)
    of = {sample: f"person/{person}" for sample, person in pairs.values_list("sample", "person_id")}
    rows = Profile.objects.filter(sample__in=of, kind="reference", standing="stands")
    shown = subjects.shown(rows, of)
    typed = {k.partition("/")[2]: inputs.pairs_of(v.profile, table) for k, v in shown.items()}
    samples = {of[row.sample].partition("/")[2]: row.sample for row in rows}
    sought = MissingPerson.objects.filter(family=family, status="open")
    missing = set(sought.values_list("missing", flat=True))
    return family_record(family.family, family.pedigree, typed, missing), samples


@functools.lru_cache(maxsize=4)
def frequencies(name: str) -> FrequencyTable:
    """A packaged table, parsed once."""
    return load_packaged(name)
