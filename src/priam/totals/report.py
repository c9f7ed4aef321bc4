"""The whole result as plain data, ready for JSON, a table or a page."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from priam import __version__
from priam.totals.histories import Histories
from priam.totals.latent_class import Sampling
from priam.totals.linkage import Links, draw_tables, estimate_over_links
from priam.totals.methods import METHODS, Estimate, estimate_all
from priam.totals.reading import Loaded
from priam.totals.sensitivity import LeftOut, leave_each_out
from priam.totals.strata import Stratified, estimate_strata
from priam.totals.twolist import all_pairs
from priam.totals.words import CANNOT_TELL, doubts

__all__ = ["SCHEMA", "build_report", "clean", "linkage_report", "verdict"]

SCHEMA = "priam.totals/1"


def build_report(
    loaded: Loaded,
    *,
    level: float = 0.95,
    sampling: Sampling | None = None,
    methods: tuple[str, ...] = METHODS,
    leave_out: bool = True,
) -> dict[str, Any]:
    """Estimate by every method; see ``docs/reference/totals-json`` for the keys."""
    sampling, table = sampling or Sampling(), loaded.table
    rows = estimate_all(table, level=level, sampling=sampling, methods=methods)
    left = leave_each_out(table, level, sampling.seed) if leave_out else ()
    rng = np.random.default_rng(sampling.seed)
    strata = estimate_strata(loaded.strata, rng, level) if loaded.strata else None
    report = {
        "schema": SCHEMA,
        "made_by": _versions(),
        "input": {
            "kind": loaded.kind,
            "files": list(loaded.files),
            "sha256": loaded.sha256,
            "encoding": loaded.encoding,
            "notes": list(loaded.notes),
        },
        "parameters": {"seed": sampling.seed, "methods": list(methods)},
        "level": level,
        **_counts(table),
        "verdict": verdict(rows, table.n),
        "methods": [_estimate(row) for row in rows],
        "pairs": [asdict(pair) for pair in all_pairs(table, level)],
        "leave_one_list_out": [_left_out(row) for row in left],
        "strata": strata and _strata(strata, loaded.by),
        "warnings": doubts(table),
        "cannot_tell": list(CANNOT_TELL),
    }
    cleaned: dict[str, Any] = clean(report)
    return cleaned


def _versions() -> dict[str, str]:
    return {
        "priam": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": version("scipy"),
        "numba": version("numba"),
    }


def _counts(table: Histories) -> dict[str, Any]:
    return {
        "lists": list(table.lists),
        "n_observed": table.n,
        "list_sizes": dict(zip(table.lists, map(int, table.sizes))),
        "on_k_lists": [int(value) for value in table.multiplicity],
        "cells": table.cells,
    }


def verdict(rows: list[Estimate], n: int) -> dict[str, Any]:
    """Whether the methods give figures at all, and how far apart they are; never one figure."""
    given = [row for row in rows if row.point is not None and row.role == "estimate"]
    central = [row for row in rows if row.method in ("chapman", "log-linear")]
    refused = [row.method for row in rows if row.refused]
    points = [row.point for row in given if row.point is not None]
    status = "refused" if all(row.refused for row in central) and central else "estimated"
    words = (
        "Refused: under the model that these counts prefer, they do not determine a total. "
        "Figures of other methods below lean on their assumptions and priors alone."
        if status == "refused"
        else f"{len(given)} methods put the total between {min(points):,.0f} and "
        f"{max(points):,.0f}; {n:,} persons are on the lists."
    )
    return {
        "status": status,
        "lowest_point": min(points) if points else None,
        "highest_point": max(points) if points else None,
        "refused_methods": refused,
        "words": words,
    }


def _estimate(row: Estimate) -> dict[str, Any]:
    return {
        "method": row.method,
        "label": row.label,
        "role": row.role,
        "point": row.point,
        "lower": row.lower,
        "upper": row.upper,
        "point_is": row.point_is,
        "interval_is": row.interval_is,
        "refused": row.refused,
        "warnings": list(row.warnings),
        "diagnostics": row.diagnostics,
        "density": row.density and {"totals": row.density[0], "heights": row.density[1]},
    }


def _left_out(row: LeftOut) -> dict[str, Any]:
    keys = ("method", "label", "role", "point", "lower", "upper", "refused")
    rows = [{key: getattr(item, key) for key in keys} for item in row.estimates]
    return {"left_out": row.left_out, "n_observed": row.observed, "methods": rows}


def _strata(found: Stratified, by: tuple[str, ...]) -> dict[str, Any]:
    data = asdict(found)
    for key in ("separate", "pooled"):
        data[key] = [_renamed(row) for row in data[key]]
        data[f"{key}_sum"] = data[f"{key}_sum"] and _renamed(data[f"{key}_sum"])
    return {"by": list(by), **data}


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {("n_observed" if key == "observed" else key): value for key, value in row.items()}


def clean(value: Any) -> Any:
    """Plain Python values; NaN and infinities become None, as JSON has no word for them."""
    if isinstance(value, dict):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, np.generic):
        return clean(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def linkage_report(links: Links, draws: int, level: float, seed: int) -> dict[str, Any]:
    """Estimate over ``draws`` draws of uncertain links."""
    rng = np.random.default_rng(seed)
    tables = draw_tables(links, draws, rng)
    found = estimate_over_links(tables, rng, level)
    seen = [table.n for table in tables]
    report = {
        "schema": SCHEMA,
        "made_by": _versions(),
        "parameters": {"seed": seed, "draws": draws},
        "level": level,
        "lists": list(links.lists),
        "n_observed_range": [min(seen), max(seen)],
        "linkage": asdict(found),
        "cannot_tell": list(CANNOT_TELL),
    }
    cleaned: dict[str, Any] = clean(report)
    return cleaned
