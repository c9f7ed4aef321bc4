"""The account as one HTML page that stands alone: no script, no request, prints well."""

from __future__ import annotations

from pathlib import Path

import jinja2

from priam.accounting.account import Account, Figure
from priam.accounting.table import (
    agreement_words,
    batch_words,
    count_words,
    fulfilment_words,
    measure_words,
    share_words,
    subject_words,
    value_words,
)

__all__ = ["account_page"]


def account_page(account: Account) -> str:
    """Return the page; every text from the claims is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:,}" if isinstance(value, int) else value
    template = environment.get_template("page.html")
    measures = list(dict.fromkeys(f.measure for f in account.figures if f.subject.batch))
    return template.render(
        account=account,
        file=account.file,
        claims={claim.id: claim for claim in account.file.claims},
        measures=measures,
        batches={m: _batch_rows(account, m) for m in measures},
        sides={m: _sides(account, m) for m in measures},
        bars=_bars,
        share_words=share_words,
        fulfilment_words=fulfilment_words,
        count_words=count_words,
        value_words=value_words,
        agreement_words=agreement_words,
        batch_words=lambda figure: batch_words(account, figure),
        measure_words=lambda name: measure_words(account, name),
        subject_words=subject_words,
    )


def _batch_rows(account: Account, measure: str) -> list[Figure]:
    rows = [f for f in account.figures if f.measure == measure and f.subject.batch is not None]
    return sorted(rows, key=lambda figure: figure.subject.batch or "")


def _sides(account: Account, measure: str) -> list[str]:
    figures = [f for f in account.figures if f.measure == measure and f.subject.batch is not None]
    return list(dict.fromkeys(claim.party for figure in figures for claim in figure.standing))


def _bars(figure: Figure, rows: list[Figure]) -> list[tuple[str, int, float]]:
    """Party, value and width in percent of the largest batch, for a bar in the table."""
    counts = [claim.value for row in rows for claim in row.standing if isinstance(claim.value, int)]
    largest = max(counts, default=0) or 1
    return [
        (claim.party, claim.value, 100 * claim.value / largest)
        for claim in figure.standing
        if isinstance(claim.value, int)
    ]
