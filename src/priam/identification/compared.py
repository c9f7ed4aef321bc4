"""What is compared: the individuals that re-association found, and the missing persons.

Made once a run; every step after re-association reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from priam.identification.brothers import Question, Ratios
from priam.identification.claims import LN10, Candidate
from priam.identification.evidence import Finding, weigh
from priam.identification.observations import ObservationAxis
from priam.identification.reassociation import Cluster
from priam.identification.records import ExchangeRecords, FamilyRecord
from priam.identification.search import Hits, SearchTask, Target, targets_of
from priam.identification.settings import Settings
from priam.identification.tables import mutation_choice

__all__ = ["Compared", "Findings", "findings_of", "gathered", "in_order"]

Floats = npt.NDArray[np.float64]
Findings = dict[tuple[int, int], tuple[Finding, ...]]  # by (individual, person)


@dataclass(frozen=True, eq=False)
class Compared:
    """Individuals and missing persons, both numbered by their place.

    Attributes:
        ratios: how likelihood ratios are computed.
        columns: int32 (individuals, markers), what each individual shows as columns of the axis
            of ``ratios``; -1 where nothing was seen.
    """

    settings: Settings
    records: ExchangeRecords
    clusters: Sequence[Cluster]
    targets: Sequence[Target]
    ratios: Ratios
    columns: npt.NDArray[np.int32]

    @classmethod
    def of(
        cls,
        settings: Settings,
        records: ExchangeRecords,
        clusters: Sequence[Cluster],
        axis: ObservationAxis,
    ) -> Compared:
        """All clusters against all missing persons of the records."""
        ratios = Ratios(axis, mutation_choice(settings.likelihood), settings.likelihood.theta)
        columns = axis.columns_of([cluster.profile for cluster in clusters])
        return cls(settings, records, clusters, targets_of(records.families), ratios, columns)

    @cached_property
    def task(self) -> SearchTask:
        """The search of these individuals."""
        axis, keep = self.ratios.axis, self.settings.search.keep_log10
        rows = axis.rows_of(self.columns)
        return SearchTask(axis, rows, self.ratios.mutation, keep, self.ratios.theta)

    def family(self, candidate: Candidate) -> FamilyRecord:
        """The family of a candidate."""
        return self.records.families[candidate.family]

    def question(self, candidate: Candidate) -> Question:
        """Whether this individual is this person, as :class:`Ratios` are asked."""
        person = self.targets[candidate.person].person
        return self.family(candidate), ((person, candidate.individual),)

    def sexes_differ(self, individual: int, sex: str) -> bool:
        """Whether both sexes are known and not the same."""
        own = self.clusters[individual].sex
        return bool(own and sex and own != sex)


def gathered(
    hits: Sequence[Hits], compared: Compared
) -> tuple[list[Candidate], Floats, dict[str, float]]:
    """Candidates in order; the residual of each individual, (individuals,); each family's log10
    LR(typed relatives related as said / unrelated), by the family's id.
    """
    candidates: list[Candidate] = []
    residual = np.zeros(len(compared.clusters))
    fits: dict[str, float] = {}
    first = 0
    for block in hits:
        residual += block.residual
        for k, value in enumerate(block.fit):
            family = compared.targets[first + k].family
            fits[compared.records.families[family].id] = float(value) / LN10
        candidates += _of_block(block, first, compared)
        first += len(block.fit)
    return in_order(candidates), residual, fits


def _of_block(block: Hits, first: int, compared: Compared) -> list[Candidate]:
    """Pairs of a block whose first missing person is number ``first``, unless the sexes differ."""
    found = []
    for k in range(len(block.target)):
        person, individual = first + int(block.target[k]), int(block.individual[k])
        target = compared.targets[person]
        if not compared.sexes_differ(individual, target.sex):
            seen = float(block.log_lr[k]), int(block.markers[k]), int(block.mismatches[k])
            found.append(Candidate(individual, person, target.family, *seen))
    return found


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """By individual, the likeliest first."""
    return sorted(candidates, key=lambda c: (c.individual, -c.log_lr, c.person))


def findings_of(candidates: Sequence[Candidate], compared: Compared) -> Findings:
    """Findings beside DNA for every candidate; the first examined case of a cluster speaks."""
    records, found = compared.records, {}
    for c in candidates:
        person = records.persons.get(compared.targets[c.person].person)
        cases = compared.clusters[c.individual].cases
        examined = [e for n in cases if (e := records.examinations.get(n))]
        if person and examined:
            year = compared.settings.evidence.year
            found[c.individual, c.person] = weigh(examined[0], person, year)
    return found
