"""From posteriors to proposals: what a run says of every individual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

from priam.identification.claims import LN10, Candidate, Prior, required_lr
from priam.identification.compared import Compared, Findings
from priam.identification.conclusions import (
    Alternative,
    FamilyNotes,
    Proposal,
    WhomToAsk,
    propose,
)
from priam.identification.joint import JointResult
from priam.identification.reassociation import Cluster
from priam.identification.records import FamilyRecord
from priam.identification.relatives import Ask, Asking
from priam.identification.sides import Sides, side_noted, sides

__all__ = ["proposals_of"]

Pairs = dict[tuple[int, int], float]  # by (individual, person)


def proposals_of(
    compared: Compared,
    candidates: Sequence[Candidate],
    findings: Findings,
    fits: Mapping[str, float],
    prior: Prior,
    joint: JointResult,
    combined: JointResult | None,
) -> list[Proposal]:
    """One proposal an individual, in their order.

    ``fits``: log10 LR(related as said / unrelated) of the typed relatives, by family. ``joint``
    is what the proposals rest on; ``combined``, with the other evidence in it, stands beside.
    """
    posterior = _posteriors(joint, candidates)
    beside = _posteriors(combined, candidates) if combined is not None else None
    alone = _without_one(compared, candidates, posterior)
    notes = {f.id: _notes(f, fits) for f in map(compared.family, candidates)}
    by_individual: dict[int, list[Alternative]] = {}
    for c in candidates:
        pair = c.individual, c.person
        lines = findings.get(pair)
        alternative = Alternative(
            compared.targets[c.person].person,
            compared.family(c).id,
            posterior[pair],
            c.log10_lr,
            c.markers,
            c.mismatches,
            sum(log10(f.lr) for f in lines) if lines else None,
            None if beside is None else beside[pair],
            alone.get(pair),
        )
        by_individual.setdefault(c.individual, []).append(alternative)
    needed = log10(required_lr(compared.settings.population.identified, prior.missing))
    whom = _whom_to_ask(compared, needed)
    return [
        propose(
            cluster.individual,
            by_individual.get(n, []),
            notes,
            compared.settings.population,
            needed,
            _sides(cluster, prior, compared),
            whom,
        )
        for n, cluster in enumerate(compared.clusters)
    ]


def _posteriors(joint: JointResult, candidates: Sequence[Candidate]) -> Pairs:
    """Posterior of each candidate; 0 where pruning left it out."""
    marginals = joint.model.marginals(joint.probability)
    return {
        (c.individual, c.person): marginals.get(c.individual, {}).get(c.person, 0.0)
        for c in candidates
    }


def _without_one(compared: Compared, candidates: Sequence[Candidate], posterior: Pairs) -> Pairs:
    """Log10 LR without the most important relative, for matches that may be identified."""
    level = compared.settings.population.identified
    asked = [
        c
        for c in candidates
        if posterior[c.individual, c.person] >= level and len(compared.family(c).genotypes) > 1
    ]
    if not asked:
        return {}
    questions = [compared.question(c) for c in asked]
    values = compared.ratios.without_one_relative(questions, compared.columns)
    return {(c.individual, c.person): float(v) / LN10 for c, v in zip(asked, values)}


def _notes(family: FamilyRecord, fits: Mapping[str, float]) -> FamilyNotes:
    typed = len(family.genotypes)
    fit = fits.get(family.id) if typed > 1 else None
    return FamilyNotes(typed, fit)


def _whom_to_ask(compared: Compared, needed: float) -> WhomToAsk:
    """Against unrelated persons; between persons of one family, one against the other."""
    settings, ratios = compared.settings, compared.ratios
    asking = Asking(
        ratios.axis, ratios.mutation, needed, settings.asking.draws, settings.asking.seed
    )
    families = {family.id: family for family in compared.records.families}
    level = log10(required_lr(settings.population.identified, 2))

    def whom(best: Alternative, rivals: Sequence[Alternative]) -> tuple[Ask, ...]:
        near = [a.person for a in rivals if a.family == best.family and a.person != best.person]
        rival = near[0] if near else None
        return asking.whom(families[best.family], best.person, rival, level if rival else 0.0)

    return whom


def _sides(cluster: Cluster, prior: Prior, compared: Compared) -> Sides:
    examinations = compared.records.examinations
    note = side_noted([examinations[n] for n in cluster.cases if n in examinations])
    settings = compared.settings
    return sides(prior, settings.population, note, settings.evidence.combine)
