"""Reads of the board, each with a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext as _

from priam import events as ev
from priam.casework.sections import SECTIONS
from priam.errors import UserError
from priam.events.board_rows import Against
from priam.identification.contradictions import Contradiction, contradictions
from priam.identification.evidence import LINES, weigh
from priam.identification.settings import Settings
from priam_office.board import actions
from priam_office.board.facts import facts_of
from priam_office.board.models import (
    CaseConflict,
    CaseDecision,
    Conflict,
    Decision,
    Signature,
    Standing,
)
from priam_office.cases.models import Bag, Case, Element, Sample, Touch
from priam_office.families.facing import compare, in_words
from priam_office.families.models import MissingPerson
from priam_office.laboratory import examined
from priam_office.laboratory.models import Search
from priam_office.laboratory.queries import PairEvidence, Part, pair_evidence
from priam_office.laboratory.work import settings_of
from priam_office.people import refusals
from priam_office.people.models import User
from priam_office.people.permissions import permits
from priam_office.people.signing import verify
from priam_office.record.models import Event
from priam_office.record.queries import latest
from priam_office.record.state import known

__all__ = [
    "CasePage",
    "DecisionPage",
    "case_page",
    "decision_page",
    "proposable",
    "waiting",
    "waits",
]

PAGE = 50


# -- what waits ---------------------------------------------------------------------------------


def waits() -> dict[str, int]:
    """How many cases wait for what."""
    counted = Standing.objects.exclude(waits="").values("waits").annotate(n=Count("case"))
    return {row["waits"]: row["n"] for row in counted.order_by("waits")}


def waiting(user: Any, what: str, after: str = "", conclusion: str = "") -> Part:
    """Cases that wait for ``what``, the surest first; with the person's name for who may see it.

    ``conclusion`` is what was proposed, or empty for all.
    """
    rows = Standing.objects.filter(waits=what).order_by("-posterior", "case").defer("content")
    if conclusion:
        rows = rows.filter(conclusion=conclusion)
    value, _mark, case = after.partition(":")
    if case and value.isdecimal() and len(value) < 9:
        rows = rows.filter(Q(posterior__lt=int(value)) | Q(posterior=int(value), case__gt=case))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    names = names_of_missing(user, (row.missing for row in shown))
    for row in shown:
        row.name, row.others = names.get(row.missing, ""), len(row.cases.split()) - 1
    last = shown[-1] if len(found) > PAGE else None
    return Part(shown, f"{last.posterior}:{last.case}" if last else "")


def proposed(what: str) -> list[str]:
    """The conclusions that were proposed for cases that wait for ``what``."""
    rows = Standing.objects.filter(waits=what).exclude(conclusion="")
    return list(rows.order_by("conclusion").values_list("conclusion", flat=True).distinct())


def to_sign(user: Any) -> list[Decision]:
    """Decisions that wait for a signature this person may give."""
    mine = actions.capacities_of(user)
    signed = Signature.objects.filter(by=user.actor).values("decision")
    rows = Decision.objects.filter(status="proposed").exclude(decision__in=signed)
    found = rows.order_by("place")[:200]
    return [row for row in found if set(mine) - set(row.capacities.split())][:50]


def open_conflicts() -> list[Conflict]:
    """Conflicts that nobody settled yet, the oldest last."""
    return list(Conflict.objects.filter(settled_at="").order_by("-place")[:50])


def names_of_missing(user: Any, missing: Iterable[str]) -> dict[str, str]:
    """Missing person -> name as written, for who may see names; others get nothing."""
    wanted = {one for one in missing if one}
    if not wanted or not permits(user, "board.see_names"):
        return {}
    rows = MissingPerson.objects.filter(missing__in=wanted).only("missing", "facts")
    return {row.missing: _written(row.facts) for row in rows}


def _looked_for(user: Any, families: Iterable[str]) -> dict[str, str]:
    """Family -> whom it looks for, for who may see names."""
    wanted = list(families)
    if not wanted or not permits(user, "board.see_names"):
        return {}
    found: dict[str, str] = {}
    for row in MissingPerson.objects.filter(family__in=wanted).order_by("place"):
        before = found.get(row.family_id or "", "")
        found[row.family_id or ""] = ", ".join(filter(None, (before, _written(row.facts))))
    return found


def _written(facts: Mapping[str, Any]) -> str:
    first = (facts.get("names") or [{}])[0]
    parts = (first.get(part, "") for part in ("surname", "given", "patronymic"))
    return " ".join(part for part in parts if part)


# -- one case -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class FacingField:
    """One question: what the examiner found, what reporters say, and whether it fits."""

    label: str
    found: str
    told: tuple[str, ...]
    standing: str


@dataclass
class CasePage:
    """Everything of one case that this person may see; what they may not is None or empty, and
    the page says so."""

    case: Case
    standing: Standing | None
    bag: Bag | None
    individual: tuple[str, ...]
    sees: dict[str, bool]
    missing: str = ""
    name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    family: str = ""
    facing: list[tuple[str, list[FacingField]]] = field(default_factory=list)
    reporters: int = 0
    lines: list[Any] = field(default_factory=list)
    other_log10: int | None = None
    alternatives: list[dict[str, Any]] = field(default_factory=list)
    chosen: dict[str, Any] | None = None
    dna: PairEvidence | None = None
    search: Search | None = None
    conflicts: list[Conflict] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    course: list[dict[str, Any]] = field(default_factory=list)
    elements: int = 0
    samples: list[Sample] = field(default_factory=list)
    against: tuple[Against, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    in_force: bool = False
    total: float = 0.0

    @property
    def open_conflicts(self) -> list[Conflict]:
        return [one for one in self.conflicts if not one.settled_at]

    @property
    def together(self) -> int | None:
        """DNA and other evidence multiplied, in thousandths of log10."""
        if self.chosen is None or self.other_log10 is None:
            return None
        return int(self.chosen["log10_lr"]) + self.other_log10

    @property
    def gap(self) -> int | None:
        """Thousandths of log10 LR by which what is required exceeds what is reached."""
        if self.standing is None or self.standing.reached is None:
            return None
        return self.standing.required - self.standing.reached


def case_page(user: Any, tag: str, missing: str = "") -> CasePage:
    """The page of a case for this person, beside ``missing`` or the person proposed."""
    case = Case.objects.filter(pk=tag).first()
    if case is None:
        raise Http404
    state = known().state
    standing = Standing.objects.filter(pk=tag).first()
    sees = {name: permits(user, f"board.see_{name}") for name in ("names", "records", "genotypes")}
    page = CasePage(case, standing, Bag.objects.filter(pk=case.bag).first(),
                    state.individual(tag), sees)  # fmt: skip
    page.elements = Element.objects.filter(case=tag, withdrawn=False).count()
    page.samples = list(Sample.objects.filter(case=tag).order_by("sample").defer("note"))
    page.conflicts = _conflicts(page.individual)
    page.decisions = _decisions(page.individual)
    page.against = state.may_release(tag)
    page.in_force = state.decision_in_force(tag) is not None
    page.course = _course(tag, case.bag)
    page.missing = _chosen_person(page, missing)
    _alternatives(user, page)
    if page.missing:
        _person(page)
    if standing is not None and standing.search:
        page.search = Search.objects.filter(pk=standing.search).first()
    if sees["genotypes"] and page.missing:
        settings = settings_of(page.search) if page.search else Settings()
        page.dna = pair_evidence(tag, page.missing, settings)
        known_ = [r.log10_lr for r in page.dna.markers if r.log10_lr is not None]
        page.total = sum(known_)
    return page


def proposable(user: Any, page: CasePage) -> dict[str, Any]:
    """What a proposal may choose from: cases, people, and decisions that it may extend.

    Without the right to see names a person is chosen by the end of the opaque id.
    """
    standing = page.standing.cases.split() if page.standing else []
    cases = sorted({page.case.case, *standing, *page.case.links.split()})
    people = [*(one["missing"] for one in page.alternatives), page.missing]
    people = [one for one in dict.fromkeys(people) if one]
    names = names_of_missing(user, people)
    state = known().state
    extendable = {}
    for one in people:
        living = (state.decisions[name] for name in state.named.get(one, ()))
        signed = [d for d in living if d.status == "signed" and page.case.case not in d.cases]
        if signed:
            extendable[one] = signed[0].decision
    shown = [(one, f"{names.get(one, '')} …{one[-8:]}".strip()) for one in people]
    return {"cases": cases, "people": shown, "extendable": extendable}


def _chosen_person(page: CasePage, asked: str) -> str:
    """The person asked for, the one decided, or the one proposed."""
    living = [d.missing for d in page.decisions if d.status in ("proposed", "signed") and d.missing]
    proposed = page.standing.missing if page.standing else ""
    alternatives = page.standing.content.get("alternatives", []) if page.standing else []
    allowed = {*living, proposed, *(a["missing"] for a in alternatives)}
    first = alternatives[0]["missing"] if alternatives else ""
    return asked if asked in allowed else (living[0] if living else proposed or first)


def _alternatives(user: Any, page: CasePage) -> None:
    content = page.standing.content if page.standing else {}
    rows = [dict(one) for one in content.get("alternatives", [])]
    people = [*(one["missing"] for one in rows), page.missing, *content.get("excluded", [])]
    names = names_of_missing(user, people)
    for one in rows:
        one["name"] = names.get(one["missing"], "")
        one["chosen"] = one["missing"] == page.missing
    page.alternatives, page.name = rows, names.get(page.missing, "")
    page.chosen = next((one for one in rows if one["chosen"]), None)


def _person(page: CasePage) -> None:
    """Facts of the person, records field by field, and evidence beside DNA."""
    person = MissingPerson.objects.filter(pk=page.missing).first()
    if person is None:
        return
    page.facts, page.family = person.facts, person.family_id or ""
    page.contradictions = contradictions(facts_of(page.case.case, page.missing))
    told = examined.ante_mortem([page.missing]).get(page.missing, [])
    found = examined.post_mortem([page.case.case]).get(page.case.case, {})
    rows = examined.examination_row(found), examined.person_row(person.facts, told)
    year = int(str((person.facts.get("last_seen") or {}).get("since") or "2025")[:4])
    findings = {one.line: one for one in weigh(*rows, year)}
    models = {line.name: line.model for line in LINES}
    page.lines = [
        {"line": name, "log10": _log10(one.lr), "model": models[name]}
        for name, one in findings.items()
    ]
    page.other_log10 = sum(line["log10"] for line in page.lines) if page.lines else None
    if page.sees["records"]:
        page.facing, page.reporters = _facing(found, told)


def _log10(value: float) -> int:
    from math import log10

    return round(log10(value) * 1000)


def _facing(
    found: Mapping[str, Mapping[str, Any]], told: Sequence[Any]
) -> tuple[list[tuple[str, list[FacingField]]], int]:
    sections = []
    reporters = sorted({row.reporter for row in told})
    said = {(row.section, row.reporter): row.fields for row in told}
    for number, section in SECTIONS.items():
        rows = []
        for one in section.fields:
            value = found.get(number, {}).get(one.key) if one.asked("pm") else None
            values = [said.get((number, r), {}).get(one.key) for r in reporters]
            if all(v in (None, "", [], {}) for v in (value, *values)):
                continue
            words = tuple(w for w in (in_words(one, v) for v in values) if w)
            standing = compare(one, [value, *values]) if value else ""
            rows.append(FacingField(_(one.label), in_words(one, value), words, standing))
        if rows:
            sections.append((_(section.label), rows))
    return sections, len(reporters)


def _conflicts(cases: Sequence[str]) -> list[Conflict]:
    ids = CaseConflict.objects.filter(case__in=cases).values("conflict")
    return list(Conflict.objects.filter(conflict__in=ids).order_by("settled_at", "-place"))


def _decisions(cases: Sequence[str]) -> list[Decision]:
    ids = CaseDecision.objects.filter(case__in=cases).values("decision")
    rows = Decision.objects.filter(decision__in=ids).order_by("-place")
    return list(rows.prefetch_related("signatures"))


def _course(case: str, bag: str) -> list[dict[str, Any]]:
    """Every event of the bag and the case, the newest first, with whether it can be proven."""
    sequences = Touch.objects.filter(thing__in=(case, bag)).values("sequence")
    rows = Event.objects.filter(sequence__in=sequences).order_by("-sequence")
    found = list(rows.only("sequence", "event_id", "type", "claimed_time", "actor")[:100])
    signed = latest()
    names = accounts({row.actor for row in found})
    return [
        {
            "type": row.type,
            "at": row.claimed_time,
            "by": names.get(row.actor, ""),
            "event_id": row.event_id,
            "proof": signed is not None and row.sequence < signed.size,
        }
        for row in found
    ]


def accounts(actors: Iterable[str]) -> dict[str, str]:
    """Actor -> the name of the account."""
    keys = {actor.removeprefix("person/") for actor in actors if actor.startswith("person/")}
    return {user.actor: str(user) for user in User.objects.filter(key__in=keys)}


# -- one decision -------------------------------------------------------------------------------


@dataclass
class DecisionPage:
    """A decision, who signed, what it touches if it is reopened."""

    decision: Decision
    name: str
    signatures: list[dict[str, Any]]
    capacities: list[str]
    statement: str
    consequences: list[tuple[str, str]]
    looked_for: dict[str, str]  # family -> names of its missing persons, for who may see them
    conflicts: list[Conflict]
    by: str
    signed_myself: bool
    in_force: bool
    extended: Decision | None = None

    @property
    def cases(self) -> list[str]:
        return list(self.decision.cases.split())

    @property
    def open_conflicts(self) -> list[Conflict]:
        return [one for one in self.conflicts if not one.settled_at]


def decision_page(user: Any, decision: str) -> DecisionPage:
    """The page of a decision for this person."""
    row = Decision.objects.filter(pk=decision).first()
    if row is None:
        raise Http404
    state = known().state
    signatures = list(Signature.objects.filter(decision=row).order_by("place"))
    names = accounts({row.proposed_by, *(one.by for one in signatures)})
    statement = actions.statement(row)
    given = [
        {
            "capacity": one.capacity,
            "by": names.get(one.by, one.by),
            "at": one.at,
            "problem": _problem(statement, one),
        }
        for one in signatures
    ]
    taken = {one.capacity for one in signatures}
    mine = [name for name in actions.capacities_of(user) if name not in taken]
    listed = ev.consequences(state, decision) if row.status == "signed" else ()
    touched = [one.partition("/") for one in listed or row.consequences.split()]
    return DecisionPage(
        row,
        names_of_missing(user, [row.missing]).get(row.missing, ""),
        given,
        mine if row.status == "proposed" else [],
        statement.decode(),
        [(kind, name) for kind, _mark, name in touched],
        _looked_for(user, [name for kind, _mark, name in touched if kind == "family"]),
        _conflicts(row.cases.split()),
        names.get(row.proposed_by, ""),
        any(one.by == user.actor for one in signatures),
        _in_force(state, row),
        Decision.objects.filter(pk=row.extends).first() if row.extends else None,
    )


def _in_force(state: ev.State, row: Decision) -> bool:
    force = state.decision_in_force(row.cases.split()[0])
    return force is not None and force.decision == row.decision


def _problem(statement: bytes, one: Signature) -> str:
    """Why a signature does not verify; empty where it does."""
    try:
        key = verify(statement, one.lines, sequence=one.place)
    except UserError as error:
        return refusals.in_words(error)
    return "" if f"person/{key.account}" == one.by else _("It was made with another person's key.")
