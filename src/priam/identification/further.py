"""Further missing persons of a family, once one of them is found.

A second brother may say too little by himself: his own LR with the family's samples stays below
the threshold, and rises once the first brother's profile stands beside those samples. So every
family with several missing persons is searched again with whoever is found in it as a relative.
What this finds are candidates; what they weigh together is computed as for all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from priam.identification.claims import Candidate
from priam.identification.compared import Compared
from priam.identification.joint import JointResult
from priam.identification.reassociation import Cluster
from priam.identification.records import FamilyRecord
from priam.identification.search import Target, search_block

__all__ = ["further_candidates"]

FOUND = 0.5  # posterior from which a person counts as found here


def further_candidates(
    candidates: Sequence[Candidate], joint: JointResult, compared: Compared
) -> list[Candidate]:
    """Pairs that reach the threshold only beside a brother who is found, with their own LR.

    ``joint``: the posteriors that say who is found.
    """
    posterior = joint.model.marginals(joint.probability)
    extended: list[FamilyRecord] = []
    wanted: list[Target] = []
    first: list[int] = []
    person_of: list[int] = []
    number = {(t.family, t.person): k for k, t in enumerate(compared.targets)}
    for c in candidates:
        family = compared.family(c)
        if posterior.get(c.individual, {}).get(c.person, 0.0) < FOUND or len(family.missing) < 2:
            continue
        name = compared.targets[c.person].person
        for other in family.missing:
            if other != name:
                wanted.append(Target(len(extended), other, family.sex.get(other, "")))
                first.append(c.individual)
                person_of.append(number[c.family, other])
        extended.append(_with_found(family, name, compared.clusters[c.individual]))
    if not wanted:
        return []
    hits = search_block(compared.task, extended, wanted)
    known = {(c.individual, c.person) for c in candidates}
    found: dict[tuple[int, int], Candidate] = {}
    for k in range(len(hits.target)):
        t, v = int(hits.target[k]), int(hits.individual[k])
        pair = (v, person_of[t])
        if v == first[t] or pair in known or compared.sexes_differ(v, wanted[t].sex):
            continue
        family_number = compared.targets[person_of[t]].family
        markers, mismatches = int(hits.markers[k]), int(hits.mismatches[k])
        found[pair] = Candidate(*pair, family_number, 0.0, markers, mismatches)
    return _with_own_lr(list(found.values()), compared)


def _with_found(family: FamilyRecord, name: str, cluster: Cluster) -> FamilyRecord:
    """The family with a found person as a relative, at the markers where two alleles were seen."""
    shown = {m: (a[0], a[1]) for m, (a, _) in cluster.profile.items() if len(a) == 2}
    left = tuple(m for m in family.missing if m != name)
    return replace(family, missing=left, genotypes={**family.genotypes, name: shown})


def _with_own_lr(found: Sequence[Candidate], compared: Compared) -> list[Candidate]:
    if not found:
        return []
    questions = [compared.question(c) for c in found]
    values = compared.ratios.combination_log_lr(questions, compared.columns)
    pairs = zip(found, values.tolist())
    return [replace(c, log_lr=value) for c, value in pairs if value > -np.inf]
