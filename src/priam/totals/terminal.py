"""The result as a table for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["print_report"]


def print_report(report: Mapping[str, Any], console: Console | None = None) -> None:
    """Methods side by side, what is doubtful, and what lists cannot tell."""
    console = console or Console()
    if "linkage" in report:
        _print_linkage(report, console)
        return
    seen = report["n_observed"]
    console.print(f"[bold]{_number(seen)} persons on {len(report['lists'])} lists[/bold]")
    sizes = ", ".join(f"{escape(k)} {_number(v)}" for k, v in report["list_sizes"].items())
    console.print(sizes)
    console.print(report["verdict"]["words"] + "\n", markup=False)
    console.print(_methods(report))
    for row in report["methods"]:
        for words in filter(None, [row["refused"], *row.get("warnings", [])]):
            console.print(f"• {row['label']}: {words}", markup=False)
    for words in [*report["input"]["notes"], *report.get("warnings", [])]:
        console.print(f"• {words}", markup=False)
    if report.get("leave_one_list_out"):
        console.print("")
        console.print(_left_out(report))
    if report.get("strata"):
        console.print("")
        console.print(_strata(report["strata"]))
        _strata_words(report["strata"], console)
    console.print("\n[bold]What these lists cannot tell[/bold]")
    for words in report["cannot_tell"]:
        console.print(f"• {words}", markup=False)
    console.print(
        f"\nPriam {report['made_by']['priam']}, seed {report['parameters']['seed']}, "
        f"input sha256 {report['input']['sha256'][:16]}…",
        markup=False,
        style="dim",
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _interval(row: Mapping[str, Any]) -> str:
    if row["point"] is None:
        return "refused"
    return f"{_number(row['lower'])} to {_number(row['upper'])}"


def _methods(report: Mapping[str, Any]) -> Table:
    table = Table(title=None, box=None, pad_edge=False, header_style="bold")
    table.add_column("method")
    table.add_column("total", justify="right")
    table.add_column(f"{report['level']:.0%} interval", justify="right")
    table.add_column("how")
    for row in report["methods"]:
        point = _number(row["point"])
        if row["role"] == "lower bound" and row["point"] is not None:
            point = f"≥ {point}"
        table.add_row(escape(row["label"]), point, _interval(row), escape(row["point_is"]))
    return table


def _left_out(report: Mapping[str, Any]) -> Table:
    table = Table(title="Without one list", title_justify="left", box=None, pad_edge=False)
    table.add_column("without")
    table.add_column("seen", justify="right")
    labels: dict[str, None] = {}
    for entry in report["leave_one_list_out"]:
        labels |= {row["method"]: None for row in entry["methods"]}
    for label in labels:
        table.add_column(label, justify="right")
    for entry in report["leave_one_list_out"]:
        points = {row["method"]: row["point"] for row in entry["methods"]}
        cells = [_number(points.get(label)) for label in labels]
        table.add_row(escape(entry["left_out"]), _number(entry["n_observed"]), *cells)
    return table


def _strata(strata: Mapping[str, Any]) -> Table:
    title = f"By {', '.join(strata['by'])} (model {strata['model']})"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("stratum", "seen", "separate", "interval", "pooled", "interval"):
        table.add_column(name, justify="left" if name == "stratum" else "right")
    pooled = {row["stratum"]: row for row in strata["pooled"]}
    rows = [(row, pooled.get(row["stratum"])) for row in strata["separate"]]
    for own, shared in [*rows, (strata["separate_sum"], strata["pooled_sum"])]:
        if own.get("suppressed"):
            table.add_row(escape(own["stratum"]), "small", "", "", "", "")
            continue
        mark = " (borrowed)" if shared and shared.get("borrowed") else ""
        ends = (_number(shared["point"]), _interval(shared) + mark) if shared else ("–", "–")
        table.add_row(
            escape(own["stratum"]),
            _number(own["n_observed"]),
            _number(own["point"]),
            _interval(own),
            *ends,
        )
    return table


def _strata_words(strata: Mapping[str, Any], console: Console) -> None:
    if strata["separate_sum"].get("refused"):
        console.print(f"• Sum: {strata['separate_sum']['refused']}", markup=False)
    if strata["pooling"] is None:
        console.print("• Not pooled: fewer than three strata have a total of their own.")


def _print_linkage(report: Mapping[str, Any], console: Console) -> None:
    row = report["linkage"]
    console.print(
        f"[bold]{_number(row['point'])}[/bold] ({report['level']:.0%} interval "
        f"{_number(row['lower'])} to {_number(row['upper'])}), over {row['replicates']} draws of "
        f"the links; {row['between_share']:.0%} of the variance comes from the links."
    )
    for words in report["cannot_tell"]:
        console.print(f"• {words}", markup=False)
