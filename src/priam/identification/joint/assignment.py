"""The single most probable set of claims: weighted set packing, solved by HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from priam.identification.joint.model import JointModel

__all__ = ["best_assignment"]


def best_assignment(model: JointModel) -> tuple[int, ...]:
    """Claims of the heaviest assignment, optimal to HiGHS' tolerance of zero gap.

    Maximise the sum of log weights; each family and each individual in at most one claim. A
    claim of negative log weight is never part of the optimum and is left out beforehand.
    """
    useful = [c for c, claim in enumerate(model.claims) if claim.log_weight > 0]
    if len(useful) < 2:
        return tuple(useful)
    found = milp(
        -model.log_weights[useful],
        integrality=np.ones(len(useful)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(_incidence(model, useful), ub=1.0),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise RuntimeError(f"HiGHS found no assignment: {found.message}")
    return tuple(claim for claim, taken in zip(useful, found.x > 0.5, strict=True) if taken)


def _incidence(model: JointModel, useful: list[int]) -> csr_array:
    """One row a family or an individual, one column a claim."""
    rows: dict[tuple[str, int], int] = {}
    pairs = []
    for column, index in enumerate(useful):
        claim = model.claims[index]
        names = [("family", claim.family), *(("individual", v) for v in claim.individuals)]
        pairs += [(rows.setdefault(name, len(rows)), column) for name in names]
    row, column_ = np.array(pairs).T
    return csr_array((np.ones(len(pairs)), (row, column_)), shape=(len(rows), len(useful)))
