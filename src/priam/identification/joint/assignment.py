"""The single most probable set of claims: weighted set packing, solved by HiGHS."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from priam.identification.joint.model import JointModel

__all__ = ["best_assignment"]


def best_assignment(model: JointModel) -> tuple[int, ...]:
    """Claims of the heaviest assignment, optimal to HiGHS' tolerance of zero gap.

    Maximise the sum of log weights; each family and each individual in at most one claim. A
    claim of negative log weight is never part of the optimum and is left out beforehand.
    """
    useful = [c for c, claim in enumerate(model.claims) if claim.log_weight > 0]
    if not useful:
        return ()
    solver = _solver(model, useful)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ended with {solver.getModelStatus()}")
    value = np.asarray(solver.getSolution().col_value)
    return tuple(claim for claim, taken in zip(useful, value > 0.5, strict=True) if taken)


def _new_solver() -> Any:
    make: Any = highspy.Highs
    solver = make()
    solver.silent()
    return solver


def _solver(model: JointModel, useful: list[int]) -> Any:
    """One binary column a claim, one row a family or an individual with two claims or more."""
    rows: dict[tuple[str, int], list[int]] = {}
    for column, index in enumerate(useful):
        claim = model.claims[index]
        rows.setdefault(("family", claim.family), []).append(column)
        for individual in claim.individuals:
            rows.setdefault(("individual", individual), []).append(column)
    solver: Any = _new_solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.setOptionValue("threads", 1)
    count = len(useful)
    solver.addVars(count, np.zeros(count), np.ones(count))
    columns = np.arange(count, dtype=np.int32)
    solver.changeColsIntegrality(
        count, columns, np.full(count, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
    )
    solver.changeColsCost(count, columns, model.log_weights[useful])
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for members in rows.values():
        if len(members) > 1:
            ones = np.ones(len(members))
            solver.addRow(-np.inf, 1.0, len(members), np.array(members, dtype=np.int32), ones)
    return solver
