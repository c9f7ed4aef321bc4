"""The report that a board reads: one HTML file that needs nothing else, and the same as PDF."""

from __future__ import annotations

from importlib.resources import files
from math import log10
from pathlib import Path
from typing import Any

from jinja2 import Environment

from priam.identification.claims import required_lr
from priam.identification.conclusions import Proposal
from priam.identification.evidence import LINES
from priam.identification.outputs import counts
from priam.identification.run import Outcome
from priam.identification.settings import settings_toml

__all__ = ["write_report"]

EXPLAINED = {
    "identified": "posterior and LR reach the level for the declared population, nothing speaks "
    "against it; the board decides",
    "probable": "a strong match that lacks something named beside it",
    "undecidable": "DNA cannot tell two or more named persons apart",
    "inconclusive": "some evidence, too little",
    "no family fits": "compared with every family; none fits",
    "likely of the other side": "no family fits, and the stated shares with the examiner's note "
    "make the other party likely; never certain, the other party compares",
}
PDF_ROWS = 60


def write_report(outcome: Outcome, out: Path, *, pdf: bool = True) -> None:
    """Write report.html and, where asked, report.pdf."""
    content = _content(outcome)
    env = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    folder = files("priam.identification") / "templates"
    html = env.from_string((folder / "report.html").read_text("utf-8")).render(content)
    made = out / "report.html.part"
    made.write_text(html, encoding="utf-8")
    made.replace(out / "report.html")
    if pdf:
        _pdf((folder / "report.typ").read_text("utf-8"), content, out / "report.pdf")


def _pdf(template: str, content: dict[str, Any], path: Path) -> None:
    import json

    import typst

    shown = {k: v for k, v in content.items() if k != "proposals"}
    shown["sections"] = [
        {**section, "rows": section["rows"][:PDF_ROWS], "left": len(section["rows"]) - PDF_ROWS}
        for section in content["sections"]
    ]
    data = json.dumps(shown, ensure_ascii=False)
    made = path.with_name(path.name + ".part")
    made.write_bytes(typst.compile(template.encode(), sys_inputs={"data": data}))
    made.replace(path)


def _content(outcome: Outcome) -> dict[str, Any]:
    prior, joint = outcome.prior, outcome.joint
    required = required_lr(outcome.settings.population.identified, prior.missing)
    tally = counts(outcome)
    return {
        "figures": [
            ("cases read", len(outcome.records.cases)),
            ("cases set aside", len(outcome.gate.aside)),
            ("individuals at least", outcome.minimum_individuals),
            ("families", len(outcome.records.families)),
            ("missing persons searched", prior.searched),
            ("records rejected", len(outcome.records.rejected)),
        ],
        "conclusions": [
            {"kind": kind, "count": n, "text": EXPLAINED[kind],
             "share": 100.0 * n / max(len(outcome.proposals), 1)}
            for kind, n in tally.items()
        ],
        "aside": _aside(outcome),
        "rejected": [
            {"file": r.file, "where": r.where, "reason": r.reason}
            for r in outcome.records.rejected
        ],
        "prior": {
            "missing": f"{prior.missing:,}",
            "searched": f"{prior.searched:,}",
            "other": f"{100 * prior.other_side:g} %",
            "nobody": f"{100 * prior.nobody:.1f} %",
            "required": f"{float(f'{required:.2g}'):,.0f}",
            "required_log10": f"{log10(required):.2f}",
            "level": f"{100 * outcome.settings.population.identified:g} %",
        },
        "method": {
            "parts": len(joint.parts),
            "sampled": sum(p.method == "sampled" for p in joint.parts),
            "largest": max((p.claims for p in joint.parts), default=0),
            "bound": f"{joint.pruning_error:.1e}",
            "combined": outcome.settings.evidence.combine,
        },
        "table": outcome.table.describe(),
        "unused": ", ".join(outcome.records.unused),
        "sections": [_section(kind, outcome) for kind in tally if tally[kind]],
        "lines": [{"name": e.name, "model": e.model, "source": e.source} for e in LINES],
        "run": sorted(outcome.run.items()),
        "settings": settings_toml(outcome.settings),
    }  # fmt: skip


def _aside(outcome: Outcome) -> list[dict[str, Any]]:
    tally: dict[str, int] = {}
    for reason in outcome.gate.aside.values():
        kind = reason.split(":")[0]
        tally[kind] = tally.get(kind, 0) + 1
    return [{"kind": kind, "count": n} for kind, n in sorted(tally.items())]


def _section(kind: str, outcome: Outcome) -> dict[str, Any]:
    cases = {c.individual: c for c in outcome.clusters}
    rows = [
        _row(p, " ".join(cases[p.individual].cases), ", ".join(cases[p.individual].batches))
        for p in outcome.proposals
        if p.kind == kind
    ]
    text = EXPLAINED[kind]
    return {
        "kind": kind,
        "text": text,
        "title": kind[0].upper() + kind[1:],
        "sentence": text[0].upper() + text[1:],
        "rows": rows,
    }


def _row(p: Proposal, cases: str, batches: str) -> dict[str, Any]:
    best = p.alternatives[0] if p.alternatives else None
    other = best.other_log10 if best else None
    both = best.combined_posterior if best else None
    return {
        "individual": p.individual,
        "cases": cases,
        "batches": batches,
        "person": p.person if p.kind != "undecidable" else _names(p),
        "posterior": _percent(p.posterior) if p.person else "",
        "lr": f"{p.log10_lr:.2f}" if p.log10_lr is not None else "",
        "required": f"{p.required_log10:.2f}",
        "markers": best.markers if best else "",
        "mismatches": best.mismatches if best else "",
        "other": f"{other:+.2f}" if other is not None else "",
        "both": _percent(both) if both is not None else "",
        "why": " ".join(_reasons(p)),
        "needs": [need[0].upper() + need[1:] for need in p.needs],
    }


def _reasons(p: Proposal) -> tuple[str, ...]:
    """Without the first where the columns of the table say it."""
    if not p.person:
        return p.reasons
    return p.reasons[1:] or ("Nothing speaks against it.",)


def _names(p: Proposal) -> str:
    return " or ".join(p.between)


def _percent(value: float) -> str:
    return "> 99.999 %" if value > 0.99999 else f"{100 * value:.3f} %"
