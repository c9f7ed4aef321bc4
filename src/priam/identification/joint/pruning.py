"""Leave out claims that cannot matter, with a proven bound on the error.

Let P be the exact probability over sets of claims, ``w_c`` the weight of claim c, and call c
*free to be made* when its family claims nobody and its individuals are claimed by nobody. Adding
c to such a set multiplies its weight by ``w_c`` and is one-to-one, so::

    P(c) = w_c P(c is free to be made) <= w_c min(y_f, x_v for v in c)            (1)
    P(c is free to be made) (1 + w_c) <= 1                                        (2)

with ``x_v >= P(nobody claims v)`` and ``y_f >= P(family f claims nobody)``. If nobody claims v,
then for any claim c of v: c is free to be made (2), or its family makes another claim, or another
of its individuals is claimed elsewhere. So with p >= P::

    x_v <= min over c of v:  1/(1+w_c) + sum of p over other claims of f(c) without v
                                       + sum of p over claims of other individuals of c elsewhere
    y_f <= min over c of f:  1/(1+w_c) + sum of p over claims of c's individuals by others

Starting from p = w/(1+w), x = y = 1, every round of (1) and these two gives bounds that hold
again, and they only fall. Dropping a set D of claims changes the probability of any event by at
most P(some claim of D) <= sum over D of p: conditioning on an event of probability at least
1 - e moves no probability by more than e.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from priam.identification.joint.model import JointModel

__all__ = ["Pruned", "bounds", "prune"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pruned:
    """The smaller model, and by how much any probability may be off because of it."""

    model: JointModel
    error: float
    dropped: int


def bounds(model: JointModel, rounds: int = 60) -> Floats:
    """Upper bounds of every claim's probability, shape (claims,)."""
    if not model.claims:
        return np.zeros(0)
    owner, incident = _incidence(model)
    weight = np.exp(np.minimum(model.log_weights, 700.0))
    alone = np.exp(-np.logaddexp(0.0, model.log_weights))
    p: Floats = weight * alone
    for _ in range(rounds):
        fresh = np.minimum(p, weight * _free(p, alone, owner, incident, model.individuals))
        if np.all(fresh > 0.99 * p):
            return fresh
        p = fresh
    return p


def _incidence(
    model: JointModel,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Family index of each claim, and pairs (claim, individual) as a 2 x n array."""
    families = {family: k for k, family in enumerate(model.by_family)}
    owner = np.array([families[claim.family] for claim in model.claims], dtype=np.intp)
    pairs = [(c, v) for c, claim in enumerate(model.claims) for v in claim.individuals]
    return owner, np.array(pairs, dtype=np.intp).T


def _free(
    p: Floats,
    alone: Floats,
    owner: npt.NDArray[np.intp],
    incident: npt.NDArray[np.intp],
    individuals: int,
) -> Floats:
    """``min(y_f, x_v for v in c)`` of every claim, from the present bounds ``p``."""
    claim, person = incident
    family_sum = np.bincount(owner, p)
    person_sum = np.bincount(person, p[claim], minlength=individuals)
    # sum of p over this family's own claims of the same individual, for each incidence
    key = owner[claim] * individuals + person
    _, code = np.unique(key, return_inverse=True)
    own = np.bincount(code, p[claim])[code]
    elsewhere = np.maximum(person_sum[person] - own, 0.0)
    elsewhere_of_claim = np.bincount(claim, elsewhere, minlength=len(p))
    y_claim = alone + elsewhere_of_claim
    y = np.ones(len(family_sum))
    np.minimum.at(y, owner, y_claim)
    others = np.maximum(family_sum[owner[claim]] - own, 0.0)
    x_incident = alone[claim] + others + (elsewhere_of_claim[claim] - elsewhere)
    x = np.ones(individuals)
    np.minimum.at(x, person, x_incident)
    free = y[owner].copy()
    np.minimum.at(free, claim, x[person])
    return np.minimum(free, 1.0)


def prune(model: JointModel, tolerance: float) -> Pruned:
    """Drop the most negligible claims as long as their bounds sum to at most ``tolerance``."""
    p = bounds(model)
    order = np.argsort(p, kind="stable")
    fit = int(np.searchsorted(np.cumsum(p[order]), tolerance, side="right"))
    kept = np.sort(order[fit:])
    error = float(p[order[:fit]].sum())
    return Pruned(model.keep(kept.tolist()), error, fit)
