"""What may be shown to the public: no count small enough to point at a person.

Counts from 1 to ``threshold - 1`` are replaced by None. A single gap can be filled in by
subtraction from a total or the size of a list, so it is checked, by linear programmes over what
stays published, how closely each hidden count could be reckoned back; while any is pinned to
fewer than ``threshold - 1`` values, the smallest shown count is hidden as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog

from priam.totals.histories import Histories

__all__ = ["THRESHOLD", "hide_small_cells", "public_report", "rounded"]

THRESHOLD = 10


def hide_small_cells(table: Histories, threshold: int = THRESHOLD) -> dict[str, int | None]:
    """Cells with small counts, and as many more as protect them, set to None.

    The number of persons and the size of each list are taken to be published too.
    """
    cells = table.cells
    hidden = {key for key, count in cells.items() if count < threshold}
    while hidden and not _safe(cells, hidden, threshold):
        shown = [key for key in cells if key not in hidden]
        if not shown:
            break
        hidden.add(min(shown, key=lambda key: (cells[key], key)))
    return {key: None if key in hidden else count for key, count in cells.items()}


def _safe(cells: Mapping[str, int], hidden: set[str], threshold: int) -> bool:
    keys = sorted(hidden)
    rows = np.array([[1, *map(int, key)] for key in keys], dtype=float).T
    known = rows @ np.array([cells[key] for key in keys], dtype=float)
    for k, key in enumerate(keys):
        if cells[key] >= threshold:
            continue
        low, high = (_extreme(rows, known, k, sign) for sign in (1, -1))
        if high - low < threshold - 2 and high - low < known[0] - len(keys):
            return False
    return True


def _extreme(rows: np.ndarray, known: np.ndarray, k: int, sign: int) -> float:
    objective = np.zeros(rows.shape[1])
    objective[k] = sign
    result = linprog(objective, A_eq=rows, b_eq=known, bounds=(1, None), method="highs")
    return float(sign * result.fun)


def rounded(value: float | None) -> float | None:
    """Three significant figures: an exact estimate would give the counts away."""
    if value is None or value == 0 or not math.isfinite(value):
        return None if value is None or not math.isfinite(value) else 0.0
    return float(f"{value:.3g}")


def public_report(
    report: Mapping[str, Any], table: Histories, threshold: int = THRESHOLD
) -> dict[str, Any]:
    """A report with small counts hidden, estimates rounded, and what leans on counts left out."""
    sizes = table.sizes
    shown = {
        key: report[key]
        for key in (
            "schema",
            "made_by",
            "input",
            "parameters",
            "lists",
            "level",
            "verdict",
            "cannot_tell",
        )
    }
    return {
        **shown,
        "n_observed": table.n if table.n >= threshold else None,
        "list_sizes": {
            name: int(size) if size >= threshold else None for name, size in zip(table.lists, sizes)
        },
        "cells": hide_small_cells(table, threshold),
        "methods": [_public_method(row) for row in report["methods"]],
        "strata": _public_strata(report.get("strata"), threshold),
        "public": {
            "threshold": threshold,
            "words": f"Counts from 1 to {threshold - 1} are not shown, nor others from which "
            "they could be reckoned; estimates are rounded to three figures.",
        },
    }


_KEPT = ("method", "label", "role", "refused", "point_is", "interval_is")


def _public_method(row: Mapping[str, Any]) -> dict[str, Any]:
    ends = {key: rounded(row[key]) for key in ("point", "lower", "upper")}
    refused = None if row["refused"] is None else "No figure: the data do not determine one."
    return {**{key: row[key] for key in _KEPT}, **ends, "refused": refused}


def _public_strata(strata: Mapping[str, Any] | None, threshold: int) -> dict[str, Any] | None:
    if strata is None:
        return None
    small = {row["stratum"] for row in strata["separate"] if row["n_observed"] < threshold}
    rows = sorted(strata["separate"], key=lambda row: row["n_observed"])
    if len(small) == 1:  # the other strata and the whole would give it away
        small |= {row["stratum"] for row in rows[:2]}
    public = {key: strata[key] for key in ("by", "model", "pooling")}
    for kind in ("separate", "pooled"):
        public[kind] = [_public_stratum(row, row["stratum"] in small) for row in strata[kind]]
        whole = strata[f"{kind}_sum"]
        public[f"{kind}_sum"] = whole and _public_stratum(whole, False)
    return public


def _public_stratum(row: Mapping[str, Any], hidden: bool) -> dict[str, Any]:
    if hidden:
        return {"stratum": row["stratum"], "suppressed": True}
    ends = {key: rounded(row[key]) for key in ("point", "lower", "upper")}
    return {"stratum": row["stratum"], "n_observed": row["n_observed"], **ends}
