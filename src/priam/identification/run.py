"""``priam identify`` from beginning to end: the order of the steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from priam.errors import InputError
from priam.genetics.frequencies import FrequencyTable
from priam.identification.blocks import blocks_of, run_blocks
from priam.identification.claims import Candidate, Prior, claims_of
from priam.identification.compared import Compared, Findings, findings_of, gathered, in_order
from priam.identification.conclusions import Proposal
from priam.identification.further import further_candidates
from priam.identification.inputs import read_inputs, run_record
from priam.identification.joint import JointResult, solve
from priam.identification.observations import (
    ObservationAxis,
    alleles_seen,
    observation_axis,
    seen_of,
)
from priam.identification.proposals import proposals_of
from priam.identification.quality import Gate, quality_gate
from priam.identification.reassociation import (
    Cluster,
    cluster_cases,
    compare_profiles,
    pair_tables,
)
from priam.identification.records import ExchangeRecords
from priam.identification.search import Target
from priam.identification.settings import Settings, settings_toml

__all__ = ["Outcome", "identify"]

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
Persons = tuple[int, tuple[tuple[int, int], ...]]  # family, (person, individual) pairs


@dataclass
class Outcome:
    """Everything a report needs."""

    settings: Settings
    run: dict[str, str]
    records: ExchangeRecords
    table: FrequencyTable
    gate: Gate
    clusters: list[Cluster]
    targets: Sequence[Target]
    candidates: list[Candidate]
    prior: Prior
    joint: JointResult
    proposals: list[Proposal]
    fits: dict[str, float]
    odds: Floats  # log prior odds of each individual being one named person
    findings: Findings = field(default_factory=dict)

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
    """Run every step; blocks of the search already in ``out`` are not computed again.

    ``cluster`` is the address of a Dask scheduler. ``progress(step, done, of)`` is told how far
    it is. Raises :class:`InputError` for what cannot be read, unless ``keep_going``.
    """
    progress("read", 0, 1)
    records, table = read_inputs(folder, settings, keep_going=keep_going)
    progress("read", 1, 1)
    gate = quality_gate(records.cases, records.staff, settings.profiles)
    axis = _axis(records, gate, table, settings)
    progress("re-associate", 0, 1)
    clusters = _reassociate(gate, axis, settings)
    progress("re-associate", 1, 1)
    run = run_record(folder, table, settings)
    compared = Compared.of(settings, records, clusters, axis)
    blocks = blocks_of(records.families, compared.targets, settings.search.block)
    work = out / ".work" / _key(run, settings)
    hits = run_blocks(compared.task, blocks, work, lambda a, b: progress("search", a, b), cluster)
    candidates, residual, fits = gathered(hits, compared)
    progress("joint", 0, 1)
    step = _JointStep(compared, _prior(compared))
    combine = settings.evidence.combine

    def joint_of(candidates: list[Candidate], findings: Findings) -> JointResult:
        return step.solve(candidates, residual, findings if combine else {}, progress)

    findings = findings_of(candidates, compared)
    joint = joint_of(candidates, findings)
    if further := further_candidates(candidates, joint, compared):
        candidates = in_order([*candidates, *further])
        for c in further:
            residual[c.individual] = max(residual[c.individual] - np.exp(c.log_lr), 0.0)
        findings = findings_of(candidates, compared)
        joint = joint_of(candidates, findings)
    beside = None
    if findings and not combine:
        beside = step.solve(candidates, residual, findings)
    proposals = proposals_of(compared, candidates, findings, fits, step.prior, joint, beside)
    return Outcome(
        settings, run, records, table, gate, clusters, compared.targets, candidates, step.prior,
        joint, proposals, fits, step.prior.log_odds(residual), findings,
    )  # fmt: skip


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


def _key(run: Mapping[str, str], settings: Settings) -> str:
    """Names the folder of a search: other inputs, settings or versions make another."""
    text = json.dumps(run, sort_keys=True) + settings_toml(settings)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _prior(compared: Compared) -> Prior:
    targets, settings = compared.targets, compared.settings
    people = {t.person for t in targets} | set(compared.records.persons)
    missing = settings.population.missing or len(people)
    return Prior(max(missing, len(targets)), len(targets), settings.population.other_side)


@dataclass
class _JointStep:
    """The sum over all assignments; it may be asked again with more candidates or evidence."""

    compared: Compared
    prior: Prior
    known: dict[tuple[Persons, ...], Floats] = field(default_factory=dict)

    def solve(
        self,
        candidates: list[Candidate],
        residual: Floats,
        findings: Findings,
        progress: Progress = _quiet,
    ) -> JointResult:
        """Posteriors of the candidates, with the evidence of ``findings`` in their weights."""
        extra = {pair: sum(log(f.lr) for f in lines) for pair, lines in findings.items()}
        odds = self.prior.log_odds(residual)
        model = claims_of(candidates, odds, self._together, extra or None)
        chosen = self.compared.settings.joint
        rng = np.random.default_rng(chosen.seed)
        return solve(
            model, tolerance=chosen.tolerance, limit=chosen.states, rng=rng,
            progress=lambda done, of: progress("joint", done, of),
        )  # fmt: skip

    def _together(self, questions: list[Persons]) -> Floats:
        """Log LR of several persons of one family; asked again, it gives what it found before."""
        if (key := tuple(questions)) not in self.known:
            families, targets = self.compared.records.families, self.compared.targets
            asked = [
                (families[family], tuple((targets[p].person, v) for p, v in persons))
                for family, persons in questions
            ]
            ratios, columns = self.compared.ratios, self.compared.columns
            self.known[key] = ratios.combination_log_lr(asked, columns)
        return self.known[key]
