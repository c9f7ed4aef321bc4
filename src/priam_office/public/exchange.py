"""One exchange as its page shows it: readings, batches, claims side by side, a timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from priam.accounting.account import Account, Figure
from priam.accounting.claims_file import Agreement, Claim, ClaimsFile
from priam.accounting.obligations import ObligationStatus
from priam_office.public import words
from priam_office.public.discrepancies import subject_words

__all__ = ["Bar", "Batch", "Cell", "Chart", "Day", "ReadingShown", "Row", "Table"]
__all__ += ["charts", "readings", "statements", "table", "timeline"]


@dataclass(frozen=True)
class ReadingShown:
    """The terms as some hold them, what they amount to by now, and their words."""

    reading: str
    holders: tuple[str, ...]
    obligations: tuple[ObligationStatus, ...]
    quotes: tuple[Claim, ...]


def readings(account: Account, agreement: Agreement) -> list[ReadingShown]:
    """Each reading of an agreement."""
    names = account.file.parties
    result = []
    for reading in agreement.readings:
        duties = [
            status
            for status in account.obligations
            if (status.agreement, status.reading) == (agreement.id, reading.id)
        ]
        quotes = [
            claim
            for claim in account.file.claims
            if claim.measure == "terms"
            and (claim.subject.agreement, claim.subject.reading) == (agreement.id, reading.id)
        ]
        holders = tuple(words.party(code, names) for code in reading.held_by)
        result.append(ReadingShown(reading.id, holders, tuple(duties), tuple(quotes)))
    return result


@dataclass(frozen=True)
class Bar:
    """One claim as a bar: ``width`` in percent of the longest, ``series`` a colour."""

    who: str
    series: int
    width: str
    claim: Claim
    standing: bool


@dataclass(frozen=True)
class Batch:
    """All counts of one batch; ``differs`` where no one number satisfies them."""

    name: str
    bars: tuple[Bar, ...]
    differs: bool


@dataclass(frozen=True)
class Chart:
    """Batches of one measure, by claimant."""

    measure: str
    title: str
    batches: tuple[Batch, ...]
    legend: tuple[tuple[int, str], ...]


def charts(account: Account, agreement: str | None) -> list[Chart]:
    """A chart for each measure that has batches under the agreement (or under none)."""
    figures: dict[str, list[Figure]] = defaultdict(list)
    for figure in account.figures:
        if figure.subject.batch is not None and figure.subject.agreement == agreement:
            figures[figure.measure].append(figure)
    return [_chart(account.file, measure, found) for measure, found in figures.items()]


def _chart(file: ClaimsFile, measure: str, figures: Sequence[Figure]) -> Chart:
    counts = [c.value for f in figures for c in f.claims if isinstance(c.value, int)]
    longest = max([1, *counts])
    batches = [_batch(file, figure, longest) for figure in figures]
    used = {(bar.series, bar.who) for batch in batches for bar in batch.bars}
    return Chart(measure, words.measure(measure, file.parties), tuple(batches), tuple(sorted(used)))


def _batch(file: ClaimsFile, figure: Figure, longest: int) -> Batch:
    bars = []
    for claim, status in zip(figure.claims, figure.statuses, strict=True):
        count = claim.value if isinstance(claim.value, int) else 0
        bars.append(
            Bar(
                who=words.party(claim.party, file.parties),
                series=series(claim.party, file.parties),
                width=f"{100 * count / longest:.2f}%",
                claim=claim,
                standing=status == "standing",
            )
        )
    return Batch(figure.subject.batch or "", tuple(bars), not figure.agree)


def series(party: str, names: Mapping[str, str]) -> int:
    """Colour of a claimant: the parties in the order of the data, then all others."""
    order = list(names)
    return order.index(party) if party in order[:2] else 2


@dataclass(frozen=True)
class Cell:
    """What one side says about one subject."""

    who: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Row:
    """One subject, a cell for each column; ``differs`` where the claims exclude each other."""

    about: str
    measure: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True)
class Table:
    """Claims side by side."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def table(account: Account, agreement: str | None) -> Table:
    """Figures with their claims, one column for each side that speaks."""
    figures = [f for f in account.figures if f.subject.agreement == agreement]
    first: dict[str, int] = {}
    for place, figure in enumerate(figures):
        first.setdefault(figure.measure, place)
    figures.sort(key=lambda figure: first[figure.measure])
    names = account.file.parties
    speaking = {claim.party for figure in figures for claim in figure.claims}
    sides = [code for code in names if code in speaking]
    sides += sorted(speaking - set(names))
    rows = [
        Row(
            about=subject_words(figure.subject.to_json()),
            measure=words.measure(figure.measure, names),
            cells=tuple(_cell(figure, side, names) for side in sides),
            differs=not figure.agree,
        )
        for figure in figures
    ]
    return Table(tuple(words.party(side, names) for side in sides), tuple(rows))


def _cell(figure: Figure, side: str, names: Mapping[str, str]) -> Cell:
    own = tuple(claim for claim in figure.claims if claim.party == side)
    return Cell(words.party(side, names), own)


def statements(account: Account, agreement: str | None) -> list[Claim]:
    """What was said in words, but for the terms, which stand with their readings."""
    found = [
        claim
        for figure in account.statements
        if figure.subject.agreement == agreement
        for claim in figure.claims
        if not (claim.measure == "terms" and claim.subject.reading)
    ]
    return sorted(found, key=lambda claim: claim.claimed_on)


@dataclass(frozen=True)
class Day:
    """Everything said about one day: what was agreed, offered, handed over."""

    date: str
    claims: tuple[Claim, ...]
    concluded: bool


def timeline(account: Account, agreement: Agreement | None) -> list[Day]:
    """Batches and offers on their own day, other statements on the day they were made."""
    wanted = agreement.id if agreement else None
    days: dict[str, list[Claim]] = defaultdict(list)
    for claim in account.file.claims:
        if claim.subject.agreement == wanted:
            days[_day(claim)].append(claim)
    concluded = agreement.concluded_on if agreement else ""
    if concluded:
        days.setdefault(concluded, [])
    return [Day(day, tuple(days[day]), day == concluded) for day in sorted(days)]


def _day(claim: Claim) -> str:
    return claim.subject.batch or claim.subject.offer or claim.claimed_on
