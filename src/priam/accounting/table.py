"""The account as tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from priam.accounting.account import Account, Figure
from priam.accounting.claims_file import Agreement, Claim
from priam.accounting.measures import measure_in_words
from priam.accounting.obligations import ObligationStatus

__all__ = [
    "agreement_words",
    "batch_words",
    "count_words",
    "fulfilment_words",
    "measure_words",
    "print_account",
    "share_words",
    "subject_words",
    "value_words",
]


def print_account(account: Account, console: Console) -> None:
    """Print obligations, batches, other figures and findings."""
    for agreement in account.file.agreements:
        console.print(_obligations(account, agreement))
    for measure in _batch_measures(account):
        console.print(_batches(account, measure))
    if any(figure.subject.batch is None for figure in account.figures):
        console.print(_others(account))
    _findings(console, "Discrepancies found by arithmetic", (f.text for f in account.discrepancies))
    _findings(
        console,
        "Totals that equal the sum of their batches",
        (f.text for f in account.agreements_found),
    )
    console.print(
        "Each figure is what somebody stated. None is called true. "
        "A figure nobody gave is shown as -, never as 0.",
        style="dim",
    )


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", header_style="bold")


def _obligations(account: Account, agreement: Agreement) -> Table:
    table = _table(f"{agreement_words(agreement)}: agreed, and delivered as claimed")
    table.add_column("reading", overflow="fold")
    table.add_column("from -> to", no_wrap=True)
    for column in ("agreed", "delivered", "share", "still owed"):
        table.add_column(column, justify="right")
    for status in account.obligations:
        if status.agreement != agreement.id:
            continue
        duty = status.obligation
        table.add_row(
            f"{status.reading}\n({', '.join(status.held_by)})",
            f"{duty.giver} -> {duty.receiver}",
            duty.unit if duty.count is None else f"{duty.count:,}",
            _span(status.low, status.high),
            share_words(status),
            _outstanding(status),
        )
    return table


def agreement_words(agreement: Agreement) -> str:
    """An agreement by its id, place and date."""
    return ", ".join(
        part for part in (agreement.id, agreement.place, agreement.concluded_on) if part
    )


def batch_words(account: Account, figure: Figure) -> str:
    """A batch by its name, with the agreement where there are several."""
    name = figure.subject.batch or ""
    several = len(account.file.agreements) > 1 and figure.subject.agreement
    return f"{name} ({figure.subject.agreement})" if several else name


def _outstanding(status: ObligationStatus) -> str:
    entry = status.to_json()["outstanding"]
    return _span(entry["low"], entry["high"])


def share_words(status: ObligationStatus) -> str:
    """Share delivered in percent, one decimal, as a range where claimants differ."""
    entry = status.to_json()["share"]
    if entry["low"] is None:
        return "-"
    low, high = (f"{100 * share:.1f}" if share is not None else "?" for share in entry.values())
    return f"{low} %" if low == high else f"{low} - {high} %"


def fulfilment_words(status: ObligationStatus) -> str:
    """One word on an obligation's state."""
    if status.obligation.count is None:
        return "open number"
    return {True: "reached", False: "not reached", None: "disputed"}[status.fulfilled]


def _span(low: int | None, high: int | None) -> str:
    if low is None:
        return "-"
    if high is None:
        return f"{low:,} or more"
    return f"{low:,}" if low == high else f"{low:,} - {high:,}"


def _batch_measures(account: Account) -> list[str]:
    return list(dict.fromkeys(f.measure for f in account.figures if f.subject.batch is not None))


def _batches(account: Account, measure: str) -> Table:
    figures = [f for f in account.figures if f.measure == measure and f.subject.batch is not None]
    parties = list(dict.fromkeys(claim.party for figure in figures for claim in figure.standing))
    table = _table(f"{measure_words(account, measure)}, by batch (handover units)")
    table.add_column("batch", overflow="fold")
    for party in parties:
        table.add_column(f"stated by {party}", justify="right")
    table.add_column("", no_wrap=True)
    for figure in sorted(figures, key=lambda f: f.subject.batch or ""):
        counts = [count_words(figure, party) for party in parties]
        mark = Text("") if figure.agree else Text("differ", style="bold")
        table.add_row(batch_words(account, figure), *counts, mark)
    return table


def count_words(figure: Figure, party: str) -> str:
    """What one side states for a figure; ``-`` where it gave none."""
    shown = (value_words(claim) for claim in figure.standing if claim.party == party)
    return " / ".join(shown) or "-"


def value_words(claim: Claim) -> str:
    """A value with its qualifier: "up to 100,000"; a plainly stated one alone."""
    value = f"{claim.value:,}" if isinstance(claim.value, int) else claim.value
    return value if claim.qualifier == "stated" else f"{claim.qualifier} {value}"


def _others(account: Account) -> Table:
    table = _table("Other figures, each with its claimant")
    for column in ("measure", "subject", "claimant"):
        table.add_column(column, overflow="fold")
    table.add_column("value", justify="right")
    for figure in account.figures:
        if figure.subject.batch is None:
            for claim in figure.standing:
                table.add_row(
                    measure_words(account, figure.measure),
                    subject_words(figure),
                    f"{claim.claimant} ({claim.party})",
                    value_words(claim),
                )
    return table


def measure_words(account: Account, measure: str) -> str:
    """A measure in words, with the names of this account's parties."""
    return measure_in_words(measure, account.file.parties)


def subject_words(figure: Figure) -> str:
    """The parts of a subject, shortly."""
    parts = []
    for name, value in figure.subject.to_json().items():
        parts.append(
            name if value is True else f"{name} {value}" if name != "agreement" else str(value)
        )
    return ", ".join(parts)


def _findings(console: Console, title: str, texts: Iterable[str]) -> None:
    console.print(Text(title, style="bold"))
    rows = Table.grid(padding=(0, 1))
    rows.add_column(justify="right")
    rows.add_column(overflow="fold")
    for number, text in enumerate(texts, 1):
        rows.add_row(f"{number}.", Text(text))
    console.print(rows if rows.row_count else "  none")
    console.print()
