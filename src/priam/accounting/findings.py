"""Agreements and discrepancies, found by arithmetic alone.

Every finding names its claims, the values side by side, what was expected, the difference and,
where it can be seen, the batch in which the difference sits. None says who is right.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from priam.accounting.batches import (
    Batch,
    BatchSum,
    batches_of,
    spanned_by,
    sum_as_counted,
    undivided,
    within,
)
from priam.accounting.claims_file import TRANSFERRED, Claim
from priam.accounting.dates import days_of
from priam.accounting.measures import measure_in_words
from priam.accounting.standing import allowed, compatible
from priam.events.values import Subject

__all__ = ["KINDS", "Finding", "find"]

# kind -> English sentence; `priam_office` translates them by the kind.
KINDS = {
    "batch_counts_differ": "{measure}, batch {batch}: {sides}. The counts differ by {difference}.",
    "totals_differ_between_sides": (
        "{measure}, {subject}: {sides}. The totals differ by {difference}.{sits}"
    ),
    "totals_differ_within_side": (
        "{measure}, {subject}: {party} gives two totals: {sides}. "
        "They differ by {difference}.{sits}"
    ),
    "report_differs_from_others": (
        "{measure}, {subject}: one report gives {value} ({sides}), "
        "against {expected} from {others}."
    ),
    "figures_differ": "{measure}, {subject}: {sides}. They differ by {difference}.",
    "total_differs_from_batches": (
        "{measure}, {subject}: {sides}; the batches, as {basis} them, sum to {expected}. "
        "The difference is {difference}.{sits}"
    ),
    "total_equals_batches": (
        "{measure}, {subject}: {sides}; the batches, as {basis} them, sum to the same number."
    ),
    "dates_differ": "{measure}, {subject}: {sides}. The dates are {difference} days apart.",
    "date_without_handover": (
        "{measure}: {sides}; no handover is recorded on that day. "
        "The nearest that the claims record is {expected}, by {others}."
    ),
}


@dataclass(frozen=True)
class Finding:
    """One agreement or discrepancy. ``values`` are parallel to ``claims``.

    ``expected`` and ``difference`` are numbers, or for dates an ISO date and days; ``stands_on``
    lists further claims that the expected value rests on; ``sits_in`` the batches that make the
    difference.
    """

    kind: str
    measure: str
    subject: dict[str, str | int]
    claims: tuple[str, ...]
    values: tuple[int | str, ...]
    expected: int | str | None
    difference: int | None
    parameters: dict[str, str]
    stands_on: tuple[str, ...] = ()
    sits_in: tuple[dict[str, Any], ...] = ()
    basis: str | None = None
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", KINDS[self.kind].format(**self.parameters))

    def to_json(self) -> dict[str, Any]:
        """The finding in the shape of the account."""
        return {
            "kind": self.kind,
            "measure": self.measure,
            "subject": self.subject,
            "claims": list(self.claims),
            "values": list(self.values),
            "expected": self.expected,
            "difference": self.difference,
            "text": self.text,
            "stands_on": list(self.stands_on),
            "sits_in": list(self.sits_in),
            "basis": self.basis,
        }


def find(
    claims: Sequence[Claim], parties: Mapping[str, str]
) -> tuple[list[Finding], list[Finding]]:
    """Discrepancies, and totals that equal their batches, over standing claims."""
    search = _Search(tuple(claims), parties)
    findings = [
        *search.figures(),
        *search.totals_against_batches(),
        *search.dates(),
    ]
    agreeing = [finding for finding in findings if finding.kind == "total_equals_batches"]
    return [finding for finding in findings if finding not in agreeing], agreeing


class _Search:
    """Claims and their batches, looked at from several sides."""

    def __init__(self, claims: tuple[Claim, ...], parties: Mapping[str, str]) -> None:
        self.parties = parties
        self.claims = claims
        every = batches_of(claims)
        self.batches = undivided(every)
        self.spanning = {
            batch: spanned_by(batch, self.batches) for batch in every if batch not in self.batches
        }
        self.totals = [c for c in claims if c.subject.total and isinstance(c.value, int)]

    # -- one figure, several claimants

    def figures(self) -> Iterator[Finding]:
        groups: dict[tuple[str, Subject], list[Claim]] = defaultdict(list)
        for claim in self.claims:
            if isinstance(claim.value, int) and claim.subject.batch is None:
                groups[claim.measure, claim.subject].append(claim)
        for batch in (*self.batches, *self.spanning):
            groups[batch.measure, batch.claims[0].subject] = list(batch.claims)
        for (_, subject), group in groups.items():
            if not compatible(group):
                yield from self.differing(group, subject)

    def differing(self, group: list[Claim], subject: Subject) -> Iterator[Finding]:
        if subject.batch is not None:
            under = f" under {subject.agreement}" if subject.agreement else ""
            yield self.finding("batch_counts_differ", group, batch=f"{subject.batch}{under}")
        elif not subject.total:
            yield self.finding("figures_differ", group)
        else:
            yield from self.differing_totals(group)

    def differing_totals(self, group: list[Claim]) -> Iterator[Finding]:
        sides: dict[str, list[Claim]] = defaultdict(list)
        for claim in group:
            sides[claim.party].append(claim)
        for party, own in sides.items():
            if party in self.parties and not compatible(own):
                yield self.finding(
                    "totals_differ_within_side", own, party=self.parties[party], sits=True
                )
        official = [claim for claim in group if claim.party in self.parties]
        if not compatible(official) and len({claim.party for claim in official}) > 1:
            yield self.finding("totals_differ_between_sides", official, sits=True)
        for claim in group:
            if claim.party not in self.parties:
                others = official or [c for c in group if c is not claim]
                if not any(compatible([claim, other]) for other in others):
                    yield self.report(claim, others)

    def report(self, claim: Claim, others: list[Claim]) -> Finding:
        expected = _nearest(claim, [_value(other) for other in others])
        return self.finding(
            "report_differs_from_others",
            [claim],
            expected=expected,
            difference=_value(claim) - expected,
            stands_on=others,
            others=_join(f"{other.claimant} ({other.value:,})" for other in others),
        )

    # -- totals against the batches under them

    def totals_against_batches(self) -> Iterator[Finding]:
        for claim in self.totals:
            yield from self.against_batches(claim, self.under(claim))
        for batch, inner in self.spanning.items():
            for claim in batch.claims:
                yield from self.against_batches(claim, inner)

    def against_batches(self, claim: Claim, batches: tuple[Batch, ...]) -> Iterator[Finding]:
        if not batches:
            return
        sums = self.sums(claim, batches)
        seen: set[tuple[str, int]] = set()
        for found in sums:
            verdict = self.verdict(claim, found)
            if verdict is not None and verdict not in seen:
                seen.add(verdict)
                yield self.against(*verdict, claim, found, batches)

    def under(self, claim: Claim) -> tuple[Batch, ...]:
        """The batches that a total speaks of; none where the two cannot be compared."""
        subject = claim.subject
        batches = [
            batch
            for batch in self.batches
            if batch.measure == claim.measure
            and subject.agreement in (None, batch.agreement)
            and subject.giver in (None, batch.giver)
        ]
        if subject.year is not None:
            year = str(subject.year)
            inside, clean = within(batches, subject.since or year, subject.through or year)
        else:
            told = subject.through or _known_by(claim.claimed_on, batches)
            inside, clean = within(batches, subject.since, told)
        covered = not _begins_before(inside, subject.since)
        too_many = inside and sum_as_counted(inside, None).low > allowed(claim)[1]
        return inside if clean and inside and (covered or too_many) else ()

    def sums(self, claim: Claim, batches: tuple[Batch, ...]) -> list[BatchSum]:
        """The sums a total is held against: its own side's, or each side's for a report."""
        counting = [p for p in self.parties if any(batch.of_party(p) for batch in batches)]
        if claim.party in counting:
            return [sum_as_counted(batches, claim.party)]
        if claim.party in self.parties or not counting:
            return [sum_as_counted(batches, None)]
        return [sum_as_counted(batches, party) for party in counting]

    def verdict(self, claim: Claim, found: BatchSum) -> tuple[str, int] | None:
        """Kind of finding and expected number; none where a bound merely leaves room."""
        low, high = allowed(claim)
        if high < found.low or found.high < low:
            return "total_differs_from_batches", _nearest(claim, [found.low, found.high])
        if found.exact and found.low <= _value(claim) <= found.high:
            return "total_equals_batches", _value(claim)
        return None

    def against(
        self, kind: str, expected: int, claim: Claim, found: BatchSum, batches: tuple[Batch, ...]
    ) -> Finding:
        difference = _value(claim) - expected
        sits = self.where(batches, difference) if difference else ()
        basis = f"{self.parties[found.basis]} counts" if found.basis else "the claims count"
        return self.finding(
            kind,
            [claim],
            expected=expected,
            difference=difference,
            stands_on=list(found.claims),
            basis=basis,
            basis_party=found.basis,
            sits_in=sits,
        )

    def where(self, batches: Sequence[Batch], difference: int) -> tuple[dict[str, Any], ...]:
        """Batches in which two sides' counts differ, if those differences make up the whole.

        Differences have a sign: two more here and one less there make one.
        """
        for one, other in itertools.permutations(self.parties, 2):
            gaps = _gaps(batches, one, other)
            if gaps and sum(gaps.values()) == difference:
                return tuple(_located(batch, abs(gap)) for batch, gap in gaps.items())
        return ()

    # -- dates

    def dates(self) -> Iterator[Finding]:
        groups: dict[tuple[str, Subject], list[Claim]] = defaultdict(list)
        for claim in self.claims:
            if claim.measure.endswith("_on") and days_of(str(claim.value)):
                groups[claim.measure, claim.subject].append(claim)
        for group in groups.values():
            days = [found for claim in group if (found := days_of(str(claim.value)))]
            apart = (max(first for first, _ in days) - min(last for _, last in days)).days
            if apart > 0:
                yield self.finding("dates_differ", group, difference=apart)
        for claim in self.claims:
            if claim.measure.endswith("_on") and isinstance(claim.value, str):
                finding = self.date(claim, claim.value)
                if finding is not None:
                    yield finding

    def date(self, claim: Claim, value: str) -> Finding | None:
        days = days_of(value)
        batches = [
            batch
            for batch in self.batches
            if batch.measure.startswith(TRANSFERRED)
            and batch.days is not None
            and batch.range()[1] > 0
            and claim.subject.agreement in (None, batch.agreement)
        ]
        if days is None or not batches:
            return None
        if any(b.days[0] <= days[1] and days[0] <= b.days[1] for b in batches if b.days):
            return None
        gap, nearest = min((self.gap(days[0], batch), batch.name) for batch in batches)
        there = [b for b in batches if b.name == nearest]
        return self.finding(
            "date_without_handover",
            [claim],
            expected=nearest,
            difference=self.signed(days[0], there[0]) if gap else 0,
            stands_on=[c for batch in there for c in batch.claims],
            others=_join(
                sorted({self.parties.get(c.party, c.party) for b in there for c in b.claims})
            ),
        )

    def gap(self, day: Any, batch: Batch) -> int:
        return abs(self.signed(day, batch))

    def signed(self, day: Any, batch: Batch) -> int:
        assert batch.days is not None
        first, last = batch.days
        return int((day - first).days if day < first else (day - last).days)

    # -- building one

    def finding(
        self,
        kind: str,
        claims: list[Claim],
        *,
        expected: int | str | None = None,
        difference: int | None = None,
        stands_on: list[Claim] | None = None,
        sits: bool = False,
        sits_in: tuple[dict[str, Any], ...] = (),
        basis_party: str | None = None,
        **words: str,
    ) -> Finding:
        first = claims[0]
        if difference is None:
            numbers = [_value(claim) for claim in claims]
            difference = max(numbers) - min(numbers)
        if sits:
            sits_in = self.where(self.under(first), difference)
        parameters = {
            "measure": measure_in_words(first.measure, self.parties),
            "subject": _subject_words(first.subject),
            "sides": _join(self.side(claim) for claim in claims),
            "value": f"{first.value:,}" if isinstance(first.value, int) else first.value,
            "expected": f"{expected:,}" if isinstance(expected, int) else str(expected),
            "difference": f"{abs(difference):,}",
            "sits": _sits_words(sits_in),
            **words,
        }
        return Finding(
            kind=kind,
            measure=first.measure,
            subject=first.subject.to_json(),
            claims=tuple(claim.id for claim in claims),
            values=tuple(claim.value for claim in claims),
            expected=expected,
            difference=difference,
            parameters=parameters,
            stands_on=tuple(claim.id for claim in stands_on or ()),
            sits_in=sits_in,
            basis=basis_party,
        )

    def side(self, claim: Claim) -> str:
        value = f"{claim.value:,}" if isinstance(claim.value, int) else claim.value
        words = "" if claim.qualifier == "stated" else f"{claim.qualifier} "
        return f"{claim.claimant} states {words}{value}"


def _known_by(claimed_on: str, batches: Iterable[Batch]) -> str:
    """How far a total reaches that names no end: to its day, and to batches spoken of by then.

    A total cannot hold what had not happened and nobody had told.
    """
    told = [day for batch in batches if (day := batch.told_by(claimed_on))]
    return max([claimed_on, *told], key=lambda day: (days_of(day) or _NEVER)[1])


_NEVER = (dt.date.min, dt.date.min)


def _gaps(batches: Sequence[Batch], one: str, other: str) -> dict[Batch, int]:
    """How many more one side counts than the other, for each batch where they differ."""
    gaps = {}
    for batch in batches:
        if batch.of_party(one) and batch.of_party(other):
            (low, high), (its_low, its_high) = batch.range(one), batch.range(other)
            if low == high and its_low == its_high and low != its_low:
                gaps[batch] = _whole(low - its_low)
    return gaps


def _located(batch: Batch, difference: int) -> dict[str, Any]:
    values = [{"claim": c.id, "party": c.party, "value": c.value} for c in batch.claims]
    return {"batch": batch.name, "values": values, "difference": difference}


def _begins_before(batches: Sequence[Batch], since: str | None) -> bool:
    """Whether a window opens well before the first recorded batch.

    Then batches may be missing from the record, and a larger total is no discrepancy. "Well"
    is more than the longest pause between recorded batches, and more than a month.
    """
    window = days_of(since or "")
    dated = sorted(batch.days for batch in batches if batch.days)
    if window is None or not dated:
        return False
    pauses = [(b[0] - a[1]).days for a, b in itertools.pairwise(dated)]
    return (dated[0][0] - window[0]).days > max([31, *pauses])


def _value(claim: Claim) -> int:
    assert isinstance(claim.value, int)
    return claim.value


def _whole(number: float) -> int:
    return int(number)


def _nearest(claim: Claim, numbers: Iterable[float]) -> int:
    finite = [number for number in numbers if number < math.inf]
    return _whole(min(finite, key=lambda number: (abs(number - _value(claim)), number)))


def _join(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _subject_words(subject: Subject) -> str:
    words = []
    if subject.total:
        words.append("in total")
    if subject.agreement:
        words.append(f"under {subject.agreement}")
    if subject.batch:
        words.append(f"batch {subject.batch}")
    if subject.since:
        words.append(f"since {subject.since}")
    if subject.through:
        words.append(f"through {subject.through}")
    if subject.year:
        words.append(f"in {subject.year}")
    return " ".join(words) or "no subject"


def _sits_words(sits_in: tuple[dict[str, Any], ...]) -> str:
    if not sits_in:
        return ""
    parts = []
    for entry in sits_in:
        counts = " / ".join(f"{value['value']:,}" for value in entry["values"])
        parts.append(f"{entry['batch']} ({counts})")
    where = "the batch of " if len(parts) == 1 else "the batches of "
    alone = " alone" if len(parts) == 1 else ""
    return f" The difference sits in {where}{', '.join(parts)}{alone}."
