"""Counts of an identified simulation: no person, no genotype, nothing below a threshold."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from priam.errors import InputError
from priam.events import CHECKS, PARTS, SimulatedFigure, SimulationIdentified, Stamp
from priam.identification.settings import read_settings, settings_toml

__all__ = ["SUPPRESSED_BELOW", "simulation_event", "suppressed"]

SUPPRESSED_BELOW = 5  # as offices of statistics do for small groups; real figures will need it

Counts = dict[tuple[str, str], int]


def simulation_event(
    folder: Path, out: Path, name: str, giver: str, receiver: str, sized_after: str | None = None
) -> SimulationIdentified:
    """The event for a simulated exchange in ``folder`` that was identified into ``out``.

    Raises :class:`InputError` where ``folder`` holds no simulation, or where ``out`` was made
    from other files.
    """
    truth = _json(folder / "truth.json", "plan", "seed", "cases")
    clusters = _json(out / "clusters.json", "individuals", "set_aside", "cases")
    joint = _json(out / "joint.json", "counts", "individuals")
    found = _counts(truth, clusters, joint)
    shown = suppressed(found, SUPPRESSED_BELOW)
    checks = _against_truth(truth, clusters, joint)
    return SimulationIdentified(
        simulation=name,
        giver=giver,
        receiver=receiver,
        seed=truth["seed"],
        suppressed_below=SUPPRESSED_BELOW,
        figures=tuple(
            SimulatedFigure(unit, kind, count)
            for (unit, kind), count in (shown | dict(checks)).items()
        ),
        made_with=_stamps(folder, out),
        sized_after=sized_after,
    )


def suppressed(counts: Counts, below: int) -> dict[tuple[str, str], int | None]:
    """The counts without those from 1 to below ``below``, and without what would tell them.

    Where the parts of a whole hide less than two figures, or figures that sum to less than
    ``below``, the next smallest part is left out too: a difference must not give one away.
    """
    shown: dict[tuple[str, str], int | None] = {
        key: None if 0 < count < below else count for key, count in counts.items()
    }
    for (unit, whole), parts in PARTS.items():
        keys = sorted(((unit, part) for part in parts), key=lambda key: counts[key])
        hidden = [key for key in keys if shown[key] is None]
        for key in keys:
            if not hidden or (len(hidden) > 1 and sum(counts[k] for k in hidden) >= below):
                break
            if shown[key]:
                shown[key] = None
                hidden.append(key)
        if shown.get((unit, whole), 0) is None and not hidden:
            shown[keys[-1]] = None  # the parts would tell what the whole does not
    return shown


def _counts(
    truth: Mapping[str, Any], clusters: Mapping[str, Any], joint: Mapping[str, Any]
) -> Counts:
    aside = Counter(entry["reason"].partition(":")[0] for entry in clusters["set_aside"])
    counts: Counts = {
        ("bag", "handed over"): truth["plan"]["remains"],
        ("case", "registered"): clusters["cases"],
        ("case", "searched"): clusters["cases"] - aside.total(),
        ("case", "set aside"): aside.total(),
    }
    for reason in PARTS["case", "set aside"]:
        counts["case", reason] = aside[reason]
    counts["individual", "found"] = len(clusters["individuals"])
    for kind in PARTS["individual", "found"]:
        counts["individual", kind] = joint["counts"].get(kind, 0)
    return counts


def _against_truth(
    truth: Mapping[str, Any], clusters: Mapping[str, Any], joint: Mapping[str, Any]
) -> Counts:
    """Proposals beside the truth, which only a simulation knows."""
    cases = {entry["individual"]: entry["cases"] for entry in clusters["individuals"]}
    kinds: Counter[str] = Counter()
    for proposal in joint["individuals"]:
        true = [truth["cases"][case] for case in cases[proposal["individual"]]]
        other = all(entry["kind"] == "other side" for entry in true)
        kinds["of the other side in truth"] += other
        if proposal["conclusion"] == "identified":
            right = all(proposal["person"] in entry["persons"] for entry in true)
            kinds["identified rightly" if right else "identified wrongly"] += 1
            kinds["of the other side and identified"] += other
    return {("individual", name): kinds[name] for name in CHECKS}


def _stamps(folder: Path, out: Path) -> tuple[Stamp, ...]:
    """Versions and hashes of the run, after its inputs were compared with ``folder``."""
    path = out / "settings.toml"
    if not path.is_file():
        raise InputError("is missing; run `priam identify` to its end first", file=path)
    run = tomllib.loads(path.read_text(encoding="utf-8")).get("run", {})
    for name in ("remains.csv", "families.json"):
        content = (folder / name).read_bytes() if (folder / name).is_file() else b""
        if run.get(f"sha256 {name}") != hashlib.sha256(content).hexdigest():
            raise InputError(
                f"{name} is not the file that {out} was made from; identify it again", file=folder
            )
    settings = settings_toml(read_settings(path))
    run["sha256 settings"] = hashlib.sha256(settings.encode()).hexdigest()
    return tuple(Stamp(name, run[name]) for name in sorted(run))


def _json(path: Path, *keys: str) -> dict[str, Any]:
    if not path.is_file():
        what = "only a simulated exchange is recorded this way" if path.name == "truth.json" else (
            "run `priam identify` to its end first"
        )  # fmt: skip
        raise InputError(f"is missing; {what}", file=path)
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", file=path) from None
    for key in keys:
        if not isinstance(record, dict) or key not in record:
            raise InputError(f"has no {key!r}; it was not written by this version", file=path)
    return record
