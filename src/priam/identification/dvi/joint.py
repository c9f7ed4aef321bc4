"""Joint answer of a case: best assignments, exact marginals, without listing all.

Flat prior: every assignment that the sexes allow has the same prior probability. Impossible ones
have posterior zero; they are listed last, and only to fill up the number asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import exp, inf
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.identification.dvi.cases import DviCase
from priam.identification.dvi.likelihoods import (
    FamilyLikelihood,
    Placement,
    victim_log_likelihoods,
)
from priam.identification.joint import (
    Claim,
    JointModel,
    TooWideError,
    best_assignments,
    claim_probabilities,
    log_total,
    solve,
)
from priam.identification.joint.components import components

__all__ = ["NOBODY", "JointAnswer", "family_claims", "solve_case"]

NOBODY = "*"
MOST_PLACEMENTS = 2_000_000


@dataclass(frozen=True)
class JointAnswer:
    """``listed``: assignment, log likelihood (may be -inf), posterior. ``marginal``: by victim.

    ``method`` is "exact" or "sampled"; ``skipped`` names families whose own profiles are
    impossible together, which take no part.
    """

    listed: tuple[tuple[dict[str, str], float, float | None], ...]
    marginal: dict[str, dict[str, float]]
    method: str
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Weights:
    model: JointModel
    empty: float  # log likelihood of the assignment of nobody
    skipped: tuple[str, ...]


def solve_case(case: DviCase, top: int = 300) -> JointAnswer:
    """Best ``top`` assignments and the marginal probability of each victim."""
    weights = _weigh(case)
    try:
        listed, total = _listed(case, weights, top), log_total(weights.model)
    except TooWideError:
        return _sampled(case, weights)
    shown = [(a, weight + weights.empty, exp(weight - total)) for a, weight in listed[:top]]
    if len(shown) < top:
        shown += [(a, -inf, 0.0) for a in _impossible(case, listed, top - len(shown))]
    return JointAnswer(tuple(shown), _marginal(case, weights.model), "exact", weights.skipped)


def _weigh(case: DviCase) -> _Weights:
    """All claims of all families, against nobody."""
    alone = victim_log_likelihoods(case)
    for victim, value in zip(case.victims, alone):
        if value == -inf:
            raise UserError(
                f"the profile of victim {victim.id!r} is impossible with the frequencies"
            )
    number = {(family, person): c for c, (_, family, person) in enumerate(case.columns)}
    claims: list[Claim] = []
    empty = sum(alone)
    skipped = []
    for k, family in enumerate(case.families):
        engine = FamilyLikelihood(family, case.loci, case.victims)
        base = engine.totals([()])[0]
        if base == -inf:
            skipped.append(family.id)
            continue
        empty += base
        for placement, value in family_claims(case, k, engine):
            persons = tuple((number[k, person], v) for person, v in placement)
            weight = value - base - sum(alone[v] for _, v in placement)
            claims.append(Claim(k, persons, weight))
    return _Weights(JointModel(tuple(claims), len(case.victims)), empty, tuple(skipped))


def family_claims(
    case: DviCase, family: int, engine: FamilyLikelihood
) -> Iterator[tuple[Placement, float]]:
    """Every possible placement of victims in one family with its log likelihood.

    Placements grow by one person at a time. A further profile cannot make possible what is
    impossible, so that only those are looked at whose every part was found possible.
    """
    columns = {person: c for c, (_, k, person) in enumerate(case.columns) if k == family}
    people = [m for m in case.families[family].missing if m in columns]
    front: list[tuple[Placement, int]] = [((), 0)]
    possible: set[Placement] = {()}
    made = 0
    while front:
        grown = [
            ((*placement, (people[p], v)), p + 1)
            for placement, start in front
            for p in range(start, len(people))
            for v, victim in enumerate(case.victims)
            if case.fits(victim, columns[people[p]])
            and all(v != used for _, used in placement)
            and _parts_possible((*placement, (people[p], v)), possible)
        ]
        made += len(grown)
        if made > MOST_PLACEMENTS:
            raise UserError(
                f"family {case.families[family].id!r} allows more than {MOST_PLACEMENTS} "
                "placements; split the case, or leave out victims that are excluded"
            )
        values = engine.totals([placement for placement, _ in grown])
        front = [entry for entry, value in zip(grown, values) if value > -inf]
        possible = {placement for placement, _ in front}
        yield from ((p, value) for (p, _), value in zip(grown, values) if value > -inf)


def _parts_possible(placement: Placement, possible: set[Placement]) -> bool:
    return all(placement[:k] + placement[k + 1 :] in possible for k in range(len(placement)))


def _assignment(case: DviCase, model: JointModel, claims: tuple[int, ...]) -> dict[str, str]:
    found = {victim.id: NOBODY for victim in case.victims}
    for index in claims:
        for column, v in model.claims[index].persons:
            found[case.victims[v].id] = case.columns[column][0]
    return found


def _listed(case: DviCase, weights: _Weights, top: int) -> list[tuple[dict[str, str], float]]:
    """Best assignments; ties in the order of victims and missing persons, nobody last."""
    names = sorted(name for name, _, _ in case.columns)
    rank = {name: k for k, name in enumerate([*names, NOBODY])}
    found = [
        (_assignment(case, weights.model, claims), weight)
        for weight, claims in best_assignments(weights.model, max(top, 1))
    ]
    found.sort(key=lambda item: (-round(item[1], 8), [rank[name] for name in item[0].values()]))
    return found


def _impossible(case: DviCase, listed: list[Any], count: int) -> Iterator[dict[str, str]]:
    """Assignments of likelihood zero that the sexes allow, in the order of the victims."""
    possible = {tuple(assignment.values()) for assignment, _ in listed}
    for names in islice(_grid(case, 0, ()), len(possible) + count):
        if names in possible:
            continue
        if count <= 0:
            return
        count -= 1
        yield dict(zip((victim.id for victim in case.victims), names))


def _grid(case: DviCase, place: int, used: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if place == len(case.victims):
        yield used
        return
    for name, column in sorted((name, c) for c, (name, _, _) in enumerate(case.columns)):
        if name not in used and case.fits(case.victims[place], column):
            yield from _grid(case, place + 1, (*used, name))
    yield from _grid(case, place + 1, (*used, NOBODY))


def _marginal(case: DviCase, model: JointModel) -> dict[str, dict[str, float]]:
    """Exact marginals. P(nobody) is a ratio of sums, so that small values keep their digits."""
    share = model.marginals(_probabilities(model))
    names = [name for name, _, _ in case.columns]
    answer = {}
    free = _nobody(model)
    for n, victim in enumerate(case.victims):
        row = {name: share.get(n, {}).get(c, 0.0) for c, name in enumerate(names)}
        answer[victim.id] = {**row, NOBODY: free.get(n, 1.0)}
    return answer


def _probabilities(model: JointModel) -> npt.NDArray[np.float64]:
    found = np.zeros(len(model.claims))
    for indices, part in components(model):
        found[list(indices)] = claim_probabilities(part)
    return found


def _nobody(model: JointModel) -> dict[int, float]:
    """P(nobody claims the victim): the sum without its claims over the whole sum."""
    found = {}
    for _, part in components(model):
        total = log_total(part)
        for v, own in part.by_individual.items():
            others = part.keep(c for c in range(len(part.claims)) if c not in set(own))
            found[v] = exp(log_total(others) - total) if others.claims else exp(-total)
    return found


def _sampled(case: DviCase, weights: _Weights) -> JointAnswer:
    """A case too wide for exact sums: sampled marginals and the best assignment."""
    result = solve(weights.model, tolerance=1e-12)
    weight = sum(result.model.claims[c].log_weight for c in result.best)
    best = (_assignment(case, result.model, result.best), weight + weights.empty, None)
    share = result.model.marginals(result.probability)
    marginal = {}
    for n, victim in enumerate(case.victims):
        row = {name: share.get(n, {}).get(c, 0.0) for c, (name, _, _) in enumerate(case.columns)}
        marginal[victim.id] = {**row, NOBODY: max(0.0, 1.0 - sum(row.values()))}
    return JointAnswer((best,), marginal, "sampled", weights.skipped)
