"""Stored results: ``priam totals estimate LISTS --public --out DATA/totals/NAME.json``.

Only results made with ``--public`` are shown; another file in the folder is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from priam.totals.pictures import forest_plot, recoloured

__all__ = ["Shown", "results"]

_SCHEMA = "priam.totals/1"
_LABELS = {
    "chapman": gettext_noop("Two lists (Chapman)"),
    "independence": gettext_noop("Independent lists"),
    "log-linear": gettext_noop("Log-linear (best BIC)"),
    "log-linear-aic": gettext_noop("Log-linear (best AIC)"),
    "log-linear-average": gettext_noop("Log-linear (average)"),
    "chao-lower-bound": gettext_noop("Chao lower bound"),
    "sample-coverage": gettext_noop("Sample coverage"),
    "decomposable": gettext_noop("Decomposable graphs"),
    "latent-class": gettext_noop("Latent classes"),
}


@dataclass(frozen=True)
class Shown:
    """One result as the page shows it."""

    name: str
    refused: bool
    lists: tuple[str, ...]
    observed: int | None
    rows: tuple[Mapping[str, Any], ...]
    picture: str
    sha256: str
    version: str


def results(folder: Path) -> list[Shown]:
    """All public results in ``folder``, by name; none if there is no such folder."""
    return [shown for path in sorted(folder.glob("*.json")) if (shown := _read(path))]


def _read(path: Path) -> Shown | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != _SCHEMA or "public" not in data:
            return None
        return _shown(path.stem, data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


# The page is light or dark as its reader has it (record.css).
_OF_THE_PAGE = {
    "ink": "var(--ink)",
    "soft": "var(--muted)",
    "rule": "var(--rule)",
    "estimate": "var(--link)",
    "seen": "var(--series-1)",
    "band": "var(--mark)",
    "ground": "var(--paper)",
}


def _shown(name: str, data: Mapping[str, Any]) -> Shown:
    rows = [{**row, "label": _label(row)} for row in data["methods"]]
    words = {
        "refused": _("refused"),
        "seen": _("{} on the lists"),
        "forest": _("Totals by method, with their intervals"),
    }
    return Shown(
        name,
        data["verdict"]["status"] == "refused",
        tuple(data["lists"]),
        data["n_observed"],
        tuple(rows),
        recoloured(forest_plot({**data, "methods": rows}, words), _OF_THE_PAGE),
        data["input"]["sha256"],
        data["made_by"]["priam"],
    )


def _label(row: Mapping[str, Any]) -> str:
    known = _LABELS.get(row["method"])
    return _(known) if known else str(row["label"])
