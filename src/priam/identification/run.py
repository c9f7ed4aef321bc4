"""``priam identify`` from beginning to end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from math import log, log10
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import priam
from priam.errors import InputError
from priam.genetics.frequencies import FrequencyTable, load_packaged, parse_table
from priam.identification.blocks import blocks_of, run_blocks
from priam.identification.brothers import Ratios
from priam.identification.claims import Candidate, Prior, claims_of, required_lr
from priam.identification.conclusions import (
    Alternative,
    FamilyNotes,
    Proposal,
    WhomToAsk,
    propose,
)
from priam.identification.evidence import Finding, weigh
from priam.identification.further import further_candidates
from priam.identification.joint import JointResult, solve
from priam.identification.observations import (
    ObservationAxis,
    alleles_seen,
    observation_axis,
    seen_of,
)
from priam.identification.quality import Gate, quality_gate
from priam.identification.reassociation import (
    Cluster,
    cluster_cases,
    compare_profiles,
    pair_tables,
)
from priam.identification.records import (
    ExchangeRecords,
    FamilyRecord,
    Problems,
    autosomal_only,
    check_markers,
    read_exchange,
)
from priam.identification.relatives import Ask, Asking
from priam.identification.search import SearchTask, Target, targets_of
from priam.identification.settings import Settings, settings_toml
from priam.identification.sides import Sides, side_noted, sides
from priam.identification.tables import mutation_choice

__all__ = ["Outcome", "frequency_table", "identify", "run_record"]

LN10 = log(10.0)
INPUTS = ("remains.csv", "families.json", "persons.csv", "examinations.csv")
Progress = Callable[[str, int, int], None]


@dataclass
class Outcome:
    """Everything a report needs."""

    settings: Settings
    run: dict[str, str]
    records: ExchangeRecords
    table: FrequencyTable
    gate: Gate
    clusters: list[Cluster]
    targets: list[Target]
    candidates: list[Candidate]
    prior: Prior
    joint: JointResult
    proposals: list[Proposal]
    fits: dict[str, float]
    odds: npt.NDArray[np.float64]  # log prior odds of each individual being one named person
    findings: dict[tuple[int, int], tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def minimum_individuals(self) -> int:
        """Fewest persons that explain all cases: clusters, and what the set-aside cases add.

        A mixture may consist of persons counted already, so that it adds nobody by itself.
        """
        return len(self.clusters)


def _quiet(stage: str, done: int, total: int) -> None:
    return None


def identify(
    folder: Path,
    out: Path,
    settings: Settings,
    *,
    keep_going: bool = False,
    cluster: str | None = None,
    progress: Progress = _quiet,
) -> Outcome:
    """Run every stage; blocks of the search already in ``out`` are not computed again."""
    progress("read", 0, 1)
    records = read_exchange(folder, keep_going=keep_going)
    table = frequency_table(settings.likelihood.frequencies or records.frequencies, folder)
    problems = Problems(keep_going)
    autosomal_only(records)
    records.cases = check_markers(records.cases, table, folder / "remains.csv", problems)
    _check_family_markers(records, table, folder / "families.json", problems)
    records.rejected += problems.found
    progress("read", 1, 1)
    gate = quality_gate(records.cases, records.staff, settings.profiles)
    axis = _axis(records, gate, table, settings)
    progress("re-associate", 0, 1)
    clusters = _reassociate(gate, axis, settings)
    progress("re-associate", 1, 1)
    run = run_record(folder, table, settings)
    columns = axis.columns_of([c.profile for c in clusters])
    ratios = Ratios(axis, mutation_choice(settings.likelihood), settings.likelihood.theta)
    task = SearchTask(
        axis, axis.rows_of(columns), ratios.mutation, settings.search.keep_log10, ratios.theta
    )
    targets = targets_of(records.families)
    blocks = blocks_of(records.families, targets, settings.search.block)
    work = out / ".work" / _key(run, settings)
    hits = run_blocks(task, blocks, work, lambda a, b: progress("search", a, b), cluster)
    candidates, residual, fits = _gather(hits, targets, clusters, records, settings)
    prior = _prior(records, targets, settings)
    progress("joint", 0, 1)
    findings = _other_evidence(candidates, clusters, targets, records, settings)
    together = _together(columns, ratios, records, targets)
    joint = _joint(
        candidates, prior, residual, findings, together, settings,
        settings.evidence.combine, lambda a, b: progress("joint", a, b),
    )  # fmt: skip
    posterior = joint.model.marginals(joint.probability)
    further = further_candidates(
        candidates, posterior, records.families, targets, clusters, task, ratios, columns
    )
    if further:
        candidates = sorted([*candidates, *further], key=_order)
        for c in further:
            residual[c.individual] = max(residual[c.individual] - np.exp(c.log_lr), 0.0)
        findings = _other_evidence(candidates, clusters, targets, records, settings)
        joint = _joint(
            candidates, prior, residual, findings, together, settings,
            settings.evidence.combine, lambda a, b: progress("joint", a, b),
        )  # fmt: skip
    other = None
    if findings and not settings.evidence.combine:
        other = _joint(
            candidates, prior, residual, findings, together, settings, True, _nothing
        )  # fmt: skip
    proposals = _proposals(
        candidates, joint, other, prior, clusters, targets, records, fits, findings, settings,
        lambda asked: ratios.without_one_relative(asked, columns), _asking(ratios, prior, settings),
    )  # fmt: skip
    return Outcome(
        settings, run, records, table, gate, clusters, targets, candidates, prior, joint, proposals,
        fits, prior.log_odds(residual), findings,
    )  # fmt: skip


def _nothing(done: int, total: int) -> None:
    return None


# -- reading ------------------------------------------------------------------------------


def frequency_table(name: str, folder: Path) -> FrequencyTable:
    """The table of this name: a file in ``folder``, a path, or a packaged table."""
    if not name:
        raise InputError(
            'names no allele frequencies; add "frequencies" or set likelihood.frequencies',
            file=folder / "families.json",
        )
    for path in (folder / name, Path(name)):
        if path.is_file():
            return parse_table(path.read_text(encoding="utf-8"))
    return load_packaged(name)


def _check_family_markers(
    records: ExchangeRecords, table: FrequencyTable, path: Path, problems: Problems
) -> None:
    kept = []
    every = {m for family in records.families for g in family.genotypes.values() for m in g}
    strange = {m for m in every if m not in table}
    for k, family in enumerate(records.families):
        unknown = [m for g in family.genotypes.values() for m in g if m in strange]
        if unknown:
            problems.add(
                f"marker {unknown[0]!r} of family {family.id!r} is not in the frequency table "
                f"{table.name!r}", file=path, where=f"$.families[{k}]", record=family.id,
            )  # fmt: skip
        else:
            kept.append(family)
    records.families = kept


def _axis(
    records: ExchangeRecords, gate: Gate, table: FrequencyTable, settings: Settings
) -> ObservationAxis:
    seen = alleles_seen(gate.passed, records.families)
    if not seen:
        raise InputError("no case passes the quality gate and no relative is typed")
    return observation_axis(table, seen, settings.profiles, settings.likelihood.minimum_count)


def _reassociate(gate: Gate, axis: ObservationAxis, settings: Settings) -> list[Cluster]:
    profiles = [seen_of(case) for case in gate.passed]
    tables = pair_tables(
        axis, axis.columns_of(profiles), settings.profiles.drop_in, settings.likelihood.theta
    )
    links = compare_profiles(tables, settings.reassociation.link_log10)
    return cluster_cases(gate.passed, profiles, links, tables, settings.reassociation)


def run_record(folder: Path, table: FrequencyTable, settings: Settings) -> dict[str, str]:
    """Versions and hashes; no name, no date, so that equal runs have equal records."""
    run = {f"version {name}": version(name) for name in ("numpy", "numba", "scipy")}
    run["version priam"] = priam.__version__
    run["frequencies"] = table.name
    run["sha256 frequencies"] = table.sha256
    for name in INPUTS:
        if (folder / name).is_file():
            run[f"sha256 {name}"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return run


def _key(run: Mapping[str, str], settings: Settings) -> str:
    text = json.dumps(run, sort_keys=True) + settings_toml(settings)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# -- from hits to claims --------------------------------------------------------------------


def _gather(
    hits: list[Any],
    targets: list[Target],
    clusters: list[Cluster],
    records: ExchangeRecords,
    settings: Settings,
) -> tuple[list[Candidate], npt.NDArray[np.float64], dict[str, float]]:
    """Candidates in order, the residual of each individual, and each family's log10 fit."""
    candidates: list[Candidate] = []
    residual = np.zeros(len(clusters))
    fits: dict[str, float] = {}
    first = 0
    for block in hits:
        residual += block.residual
        for k, value in enumerate(block.fit):
            fits[records.families[targets[first + k].family].id] = float(value) / LN10
        for k in range(len(block.target)):
            person = first + int(block.target[k])
            v = int(block.individual[k])
            target = targets[person]
            if target.sex and clusters[v].sex and target.sex != clusters[v].sex:
                continue
            candidates.append(
                Candidate(v, person, target.family, float(block.log_lr[k]),
                          int(block.markers[k]), int(block.mismatches[k]))
            )  # fmt: skip
        first += len(block.fit)
    return sorted(candidates, key=_order), residual, fits


def _order(c: Candidate) -> tuple[int, float, int]:
    return c.individual, -c.log_lr, c.person


def _prior(records: ExchangeRecords, targets: list[Target], settings: Settings) -> Prior:
    people = {t.person for t in targets} | set(records.persons)
    missing = settings.population.missing or len(people)
    return Prior(max(missing, len(targets)), len(targets), settings.population.other_side)


def _other_evidence(
    candidates: list[Candidate],
    clusters: list[Cluster],
    targets: list[Target],
    records: ExchangeRecords,
    settings: Settings,
) -> dict[tuple[int, int], tuple[Finding, ...]]:
    """Findings beside DNA for every candidate; the first examined case of a cluster speaks."""
    found = {}
    for c in candidates:
        person = records.persons.get(targets[c.person].person)
        examined = [e for n in clusters[c.individual].cases if (e := records.examinations.get(n))]
        if person and examined:
            found[c.individual, c.person] = weigh(examined[0], person, settings.evidence.year)
    return found


Persons = tuple[int, tuple[tuple[int, int], ...]]  # family, (person, individual) pairs


def _together(
    columns: npt.NDArray[np.int32],
    ratios: Ratios,
    records: ExchangeRecords,
    targets: list[Target],
) -> Callable[[list[Persons]], npt.NDArray[np.float64]]:
    """Log LR of several persons of one family; asked again, it gives what it found before."""
    known: dict[tuple[Persons, ...], npt.NDArray[np.float64]] = {}

    def answer(questions: list[Persons]) -> npt.NDArray[np.float64]:
        if (key := tuple(questions)) not in known:
            asked = [
                (records.families[family], tuple((targets[p].person, v) for p, v in persons))
                for family, persons in questions
            ]
            known[key] = ratios.combination_log_lr(asked, columns)
        return known[key]

    return answer


def _joint(
    candidates: list[Candidate],
    prior: Prior,
    residual: npt.NDArray[np.float64],
    findings: Mapping[tuple[int, int], tuple[Finding, ...]],
    together: Callable[[list[Persons]], npt.NDArray[np.float64]],
    settings: Settings,
    combine: bool,
    progress: Callable[[int, int], None],
) -> JointResult:
    extra = {k: sum(log(f.lr) for f in v) for k, v in findings.items()} if combine else None
    model = claims_of(candidates, prior.log_odds(residual), together, extra)
    rng = np.random.default_rng(settings.joint.seed)
    return solve(
        model, tolerance=settings.joint.tolerance, limit=settings.joint.states, rng=rng,
        progress=progress,
    )  # fmt: skip


# -- conclusions ------------------------------------------------------------------------------


def _proposals(
    candidates: list[Candidate],
    joint: JointResult,
    other: JointResult | None,
    prior: Prior,
    clusters: list[Cluster],
    targets: list[Target],
    records: ExchangeRecords,
    fits: Mapping[str, float],
    findings: Mapping[tuple[int, int], tuple[Finding, ...]],
    settings: Settings,
    without_one: Callable[[list[Question]], npt.NDArray[np.float64]],
    asking: Asking,
) -> list[Proposal]:
    posterior = joint.model.marginals(joint.probability)
    combined = other.model.marginals(other.probability) if other else None
    needed = asking.required_log10
    alone = _without_one(candidates, posterior, targets, records, settings, without_one)
    notes: dict[str, FamilyNotes] = {}
    by_individual: dict[int, list[Alternative]] = {}
    for c in candidates:
        family = records.families[c.family]
        if family.id not in notes:
            notes[family.id] = _notes(family, fits)
        lines = findings.get((c.individual, c.person))
        both = combined.get(c.individual, {}).get(c.person, 0.0) if combined is not None else None
        alternative = Alternative(
            targets[c.person].person,
            family.id,
            posterior.get(c.individual, {}).get(c.person, 0.0),
            c.log_lr / LN10,
            c.markers,
            c.mismatches,
            sum(log10(f.lr) for f in lines) if lines else None,
            both,
            alone.get((c.individual, c.person)),
        )
        by_individual.setdefault(c.individual, []).append(alternative)
    whom = _whom_to_ask(asking, records, settings)
    return [
        propose(
            cluster.individual,
            by_individual.get(n, []),
            notes,
            settings.population,
            needed,
            _sides(cluster, prior, records, settings),
            whom,
        )
        for n, cluster in enumerate(clusters)
    ]


def _asking(ratios: Ratios, prior: Prior, settings: Settings) -> Asking:
    needed = log10(required_lr(settings.population.identified, prior.missing))
    return Asking(ratios.axis, ratios.mutation, needed, settings.asking.draws, settings.asking.seed)


def _whom_to_ask(asking: Asking, records: ExchangeRecords, settings: Settings) -> WhomToAsk:
    """Against unrelated persons; between persons of one family, one against the other."""
    families = {family.id: family for family in records.families}
    level = log10(required_lr(settings.population.identified, 2))

    def whom(best: Alternative, rivals: Sequence[Alternative]) -> tuple[Ask, ...]:
        near = [a.person for a in rivals if a.family == best.family and a.person != best.person]
        rival = near[0] if near else None
        return asking.whom(families[best.family], best.person, rival, level if rival else 0.0)

    return whom


def _sides(cluster: Cluster, prior: Prior, records: ExchangeRecords, settings: Settings) -> Sides:
    examined = [records.examinations[n] for n in cluster.cases if n in records.examinations]
    note = side_noted(examined)
    return sides(prior, settings.population, note, settings.evidence.combine)


Question = tuple[FamilyRecord, tuple[tuple[str, int], ...]]


def _without_one(
    candidates: list[Candidate],
    posterior: Mapping[int, Mapping[int, float]],
    targets: list[Target],
    records: ExchangeRecords,
    settings: Settings,
    without_one: Callable[[list[Question]], npt.NDArray[np.float64]],
) -> dict[tuple[int, int], float]:
    """Log10 LR without the most important relative, for matches that may be identified."""
    level = settings.population.identified
    asked = [
        c
        for c in candidates
        if posterior.get(c.individual, {}).get(c.person, 0.0) >= level
        and len(records.families[c.family].genotypes) > 1
    ]
    questions: list[Question] = [
        (records.families[c.family], ((targets[c.person].person, c.individual),)) for c in asked
    ]
    values = without_one(questions) if questions else np.zeros(0)
    return {(c.individual, c.person): float(v) / LN10 for c, v in zip(asked, values)}


def _notes(family: FamilyRecord, fits: Mapping[str, float]) -> FamilyNotes:
    typed = len(family.genotypes)
    fit = fits.get(family.id) if typed > 1 else None
    return FamilyNotes(typed, fit)
