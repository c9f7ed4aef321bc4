"""Further missing persons of a family, once one of them is found.

A second brother may say too little by himself: his own LR with the family's samples stays below
the threshold, and rises once the first brother's profile stands beside those samples. So every
family with several missing persons is searched again with whoever is found in it as a relative.
What this finds are candidates; what they weigh together is computed as for all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from priam.identification.brothers import Question, Ratios
from priam.identification.claims import Candidate
from priam.identification.reassociation import Cluster
from priam.identification.records import FamilyRecord
from priam.identification.search import SearchTask, Target, search_block

__all__ = ["further_candidates"]

FOUND = 0.5  # posterior from which a person counts as found here


def further_candidates(
    candidates: Sequence[Candidate],
    posterior: Mapping[int, Mapping[int, float]],
    families: Sequence[FamilyRecord],
    targets: Sequence[Target],
    clusters: Sequence[Cluster],
    task: SearchTask,
    ratios: Ratios,
    columns: npt.NDArray[np.int32],
) -> list[Candidate]:
    """Pairs that reach the threshold only beside a brother who is found, with their own LR."""
    extended: list[FamilyRecord] = []
    wanted: list[Target] = []
    first: list[int] = []
    person_of: list[int] = []
    number = {(t.family, t.person): k for k, t in enumerate(targets)}
    for c in candidates:
        family = families[c.family]
        if posterior.get(c.individual, {}).get(c.person, 0.0) < FOUND or len(family.missing) < 2:
            continue
        name = targets[c.person].person
        for other in family.missing:
            if other != name:
                wanted.append(Target(len(extended), other, family.sex.get(other, "")))
                first.append(c.individual)
                person_of.append(number[c.family, other])
        extended.append(_with_found(family, name, clusters[c.individual]))
    if not wanted:
        return []
    hits = search_block(task, extended, wanted)
    known = {(c.individual, c.person) for c in candidates}
    found: dict[tuple[int, int], Candidate] = {}
    for k in range(len(hits.target)):
        t, v = int(hits.target[k]), int(hits.individual[k])
        sexes = {wanted[t].sex, clusters[v].sex} - {""}
        pair = (v, person_of[t])
        if v == first[t] or pair in known or len(sexes) > 1:
            continue
        family_number = targets[person_of[t]].family
        markers, mismatches = int(hits.markers[k]), int(hits.mismatches[k])
        found[pair] = Candidate(*pair, family_number, 0.0, markers, mismatches)
    return _with_own_lr(list(found.values()), families, targets, ratios, columns)


def _with_found(family: FamilyRecord, name: str, cluster: Cluster) -> FamilyRecord:
    """The family with a found person as a relative, at the markers where two alleles were seen."""
    shown = {m: (a[0], a[1]) for m, (a, _) in cluster.profile.items() if len(a) == 2}
    left = tuple(m for m in family.missing if m != name)
    return replace(family, missing=left, genotypes={**family.genotypes, name: shown})


def _with_own_lr(
    found: Sequence[Candidate],
    families: Sequence[FamilyRecord],
    targets: Sequence[Target],
    ratios: Ratios,
    columns: npt.NDArray[np.int32],
) -> list[Candidate]:
    questions: list[Question] = [
        (families[c.family], ((targets[c.person].person, c.individual),)) for c in found
    ]
    if not questions:
        return []
    values = ratios.combination_log_lr(questions, columns)
    pairs = zip(found, values.tolist())
    return [replace(c, log_lr=value) for c, value in pairs if value > -np.inf]
