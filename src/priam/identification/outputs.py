"""Write what a run found: candidates.parquet, clusters.json, joint.json, settings, rejected."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from math import log10
from pathlib import Path
from typing import Any

import polars as pl

from priam.casework.proposed import PROPOSED
from priam.formats.delimited import safe_cell
from priam.identification.conclusions import Alternative, Proposal
from priam.identification.relatives import Ask
from priam.identification.run import Outcome
from priam.identification.settings import settings_toml

__all__ = ["counts", "write_outputs"]


def write_outputs(outcome: Outcome, out: Path) -> None:
    """All files; each is written under another name first, so that none is ever half there."""
    out.mkdir(parents=True, exist_ok=True)
    _put(out / "candidates.parquet", lambda path: _candidates(outcome).write_parquet(path))
    _text(out / "clusters.json", _json(_clusters(outcome)))
    _text(out / "joint.json", _json(_joint(outcome)))
    _text(out / "settings.toml", settings_toml(outcome.settings, outcome.run))
    rejected = out / "rejected.csv"
    if outcome.records.rejected:
        _text(rejected, _rejected(outcome))
    else:
        rejected.unlink(missing_ok=True)


def _put(path: Path, write: Callable[[Path], Any]) -> None:
    made = path.with_name(path.name + ".part")
    write(made)
    made.replace(path)


def _text(path: Path, text: str) -> None:
    _put(path, lambda made: made.write_text(text, encoding="utf-8"))


def _json(record: Any) -> str:
    return json.dumps(record, allow_nan=False, indent=1, ensure_ascii=False) + "\n"


def _candidates(outcome: Outcome) -> pl.DataFrame:
    """One row a case and missing person: the cases of a cluster share its numbers."""
    rows = [
        (case, outcome.records.families[c.family].id, outcome.targets[c.person].person,
         c.log10_lr, c.markers, c.mismatches)
        for c in outcome.candidates
        for case in outcome.clusters[c.individual].cases
    ]  # fmt: skip
    schema = {"case": pl.String, "family": pl.String, "missing": pl.String,
              "log10_lr": pl.Float64, "markers": pl.Int32, "mismatches": pl.Int32}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort(["case", "log10_lr", "missing"], descending=[False, True, False])


def _clusters(outcome: Outcome) -> dict[str, Any]:
    return {
        "minimum_number_of_individuals": outcome.minimum_individuals,
        "cases": len(outcome.records.cases),
        "individuals": [
            {
                "individual": c.individual,
                "cases": list(c.cases),
                "batches": list(c.batches),
                "markers": len(c.profile),
                "sex": c.sex,
                "weakest_link_log10": c.weakest_log10,
                "notes": list(c.notes),
            }
            for c in outcome.clusters
        ],
        "set_aside": [
            {"case": case, "reason": reason, "persons_at_least": outcome.gate.persons[case]}
            for case, reason in sorted(outcome.gate.aside.items())
        ],
    }


def counts(outcome: Outcome) -> dict[str, int]:
    """How many proposals of each kind."""
    return {kind: sum(p.kind == kind for p in outcome.proposals) for kind in PROPOSED}


def _joint(outcome: Outcome) -> dict[str, Any]:
    joint, prior = outcome.joint, outcome.prior
    sampled = [p for p in joint.parts if p.method == "sampled"]
    return {
        "prior": {
            "missing": prior.missing,
            "searched": prior.searched,
            "other_side": prior.other_side,
            "each": prior.each,
            "nobody": prior.nobody,
        },
        "method": {
            "parts": len(joint.parts),
            "exact": len(joint.parts) - len(sampled),
            "sampled": len(sampled),
            "largest_standard_error": max((p.error for p in sampled), default=0.0),
            "worst_rhat": max((p.rhat for p in sampled), default=1.0),
            "claims": len(joint.model.claims),
            "claims_pruned": joint.dropped,
            "pruning_error_bound": joint.pruning_error,
            "other_evidence_combined": outcome.settings.evidence.combine,
        },
        "required_log10_lr": log10(_required(outcome)),
        "counts": counts(outcome),
        "best_assignment": _best(outcome),
        "individuals": [_proposal(p) for p in outcome.proposals],
    }


def _required(outcome: Outcome) -> float:
    from priam.identification.claims import required_lr

    return required_lr(outcome.settings.population.identified, outcome.prior.missing)


def _best(outcome: Outcome) -> dict[str, str]:
    pairs = [p for c in outcome.joint.best for p in outcome.joint.model.claims[c].persons]
    found = {outcome.clusters[v].individual: outcome.targets[m].person for m, v in pairs}
    return dict(sorted(found.items()))


def _proposal(p: Proposal) -> dict[str, Any]:
    return {
        "individual": p.individual,
        "conclusion": p.kind,
        "person": p.person or None,
        "family": p.family or None,
        "posterior": p.posterior,
        "log10_lr": p.log10_lr,
        "required_log10_lr": p.required_log10,
        "undecidable_between": list(p.between),
        "reasons": list(p.reasons),
        "needs": list(p.needs),
        "ask": [_asked(a) for a in p.ask],
        "alternatives": [_alternative(a) for a in p.alternatives],
        "excluded": list(p.excluded),
    }


def _asked(a: Ask) -> dict[str, Any]:
    return {
        "person": a.person,
        "listed": a.exists,
        "reach_required": a.reach,
        "expected_log10_lr": a.mean_log10,
        "reach_required_now": a.reach_now,
        "expected_log10_lr_now": a.mean_log10_now,
    }


def _alternative(a: Alternative) -> dict[str, Any]:
    return {
        "person": a.person,
        "family": a.family,
        "posterior": a.posterior,
        "log10_lr": a.log10_lr,
        "markers": a.markers,
        "mismatches": a.mismatches,
        "other_evidence_log10_lr": a.other_log10,
        "posterior_with_other_evidence": a.combined_posterior,
    }


def _rejected(outcome: Outcome) -> str:
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["file", "where", "record", "reason"])
    for r in outcome.records.rejected:
        out.writerow([safe_cell(cell) for cell in (r.file, r.where, r.record, r.reason)])
    return stream.getvalue()
