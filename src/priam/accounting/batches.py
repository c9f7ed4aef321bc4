"""Batches and the sums over them, as each side counts.

A batch is what claims with ``batch`` in their subject speak of. The sum of several batches
*as party P counts them* takes P's number where P gave one, and whatever was claimed where it
did not; where one side gave several numbers the sum is a range.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from priam.accounting.claims_file import Claim
from priam.accounting.dates import Days, days_of
from priam.accounting.standing import allowed

__all__ = ["Batch", "BatchSum", "batches_of", "spanned_by", "sum_as_counted", "undivided", "within"]


@dataclass(frozen=True)
class Batch:
    """All standing counts of one measure for one batch."""

    name: str
    measure: str
    agreement: str | None
    claims: tuple[Claim, ...]
    giver: str | None = None

    @property
    def days(self) -> Days | None:
        """The days its name stands for, if the name is a date."""
        return days_of(self.name)

    def of_party(self, party: str) -> tuple[Claim, ...]:
        """What one side says of it."""
        return tuple(claim for claim in self.claims if claim.party == party)

    def told_by(self, day: str) -> str | None:
        """The batch's name if it is a date and somebody spoke of the batch by that day."""
        limit = days_of(day)
        told = (days_of(claim.claimed_on) for claim in self.claims)
        spoken = limit and any(said[1] <= limit[1] for said in told if said)
        return self.name if self.days and spoken else None

    def range(self, party: str | None = None) -> tuple[float, float]:
        """Lowest and highest count, by one side where it gave any, else by all."""
        own = self.of_party(party) if party else ()
        bounds = [allowed(claim) for claim in own or self.claims]
        return min(low for low, _ in bounds), max(high for _, high in bounds)


@dataclass(frozen=True)
class BatchSum:
    """A sum over batches, its basis (a party, or ``None`` for all claimants) and its claims."""

    basis: str | None
    low: float
    high: float
    batches: tuple[Batch, ...]

    @property
    def exact(self) -> bool:
        """Whether every claim under the sum states a number, none a bound."""
        return all(low == high for low, high in map(allowed, self.claims))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that the sum stands on."""
        chosen = (batch.of_party(self.basis or "") or batch.claims for batch in self.batches)
        return tuple(claim for claims in chosen for claim in claims)


def batches_of(claims: Iterable[Claim]) -> tuple[Batch, ...]:
    """Group standing counts by measure and batch, in the order of their dates.

    A batch named with and without its agreement is one batch.
    """
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.subject.batch is not None and isinstance(claim.value, int):
            groups[claim.measure, claim.subject.batch].append(claim)
    found = []
    for (measure, name), members in groups.items():
        for agreement, part in _by(members, lambda claim: claim.subject.agreement).items():
            for giver, own in _by(part, lambda claim: claim.subject.giver).items():
                found.append(Batch(name, measure, agreement, tuple(own), giver))
    return tuple(sorted(found, key=_by_date))


def spanned_by(batch: Batch, every: Iterable[Batch]) -> tuple[Batch, ...]:
    """Batches of shorter dates inside this one's: "2025-06-11" inside "2025-06".

    Then the longer one is a total over them, and a sum must not count both. So is a batch without
    a giver over those of the same name from several givers.
    """
    days = batch.days
    if batch.giver is None:
        parts = tuple(
            other
            for other in every
            if (other.measure, other.agreement, other.name)
            == (batch.measure, batch.agreement, batch.name)
            and other.giver is not None
        )
        if parts:
            return parts
    if days is None or days[0] == days[1]:
        return ()
    return tuple(
        other
        for other in every
        if (other.measure, other.agreement) == (batch.measure, batch.agreement)
        and batch.giver in (None, other.giver)
        and other.days is not None
        and other.days != days
        and days[0] <= other.days[0]
        and other.days[1] <= days[1]
    )


def undivided(every: Sequence[Batch]) -> tuple[Batch, ...]:
    """The batches that can be summed: those that span no other."""
    return tuple(batch for batch in every if not spanned_by(batch, every))


def _by(claims: list[Claim], part: Callable[[Claim], str | None]) -> dict[str | None, list[Claim]]:
    """Split by a part of the subject; claims that do not name it join the only one there is."""
    groups: dict[str | None, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[part(claim)].append(claim)
    if None in groups and len(groups) == 2:
        loose = groups.pop(None)
        (only,) = groups
        groups[only] = sorted(groups[only] + loose, key=claims.index)
    return groups


def _by_date(batch: Batch) -> tuple[str, str, dt.date, dt.date, str]:
    first, last = batch.days or (dt.date.max, dt.date.max)
    return batch.measure, batch.agreement or "", first, last, batch.name


def within(
    batches: Sequence[Batch], since: str | None, through: str | None
) -> tuple[tuple[Batch, ...], bool]:
    """Batches inside a window, and whether the window cuts through none of them.

    A month's batch with a window that ends in the middle of the month is cut: nobody can say how
    much of it lies inside.
    """
    window = _window(since, through)
    inside, clean = [], True
    for batch in batches:
        days = batch.days
        if days is None:
            clean = clean and window == (dt.date.min, dt.date.max)
            inside.append(batch)
        elif window[0] <= days[0] and days[1] <= window[1]:
            inside.append(batch)
        elif days[0] <= window[1] and window[0] <= days[1]:
            clean = False
    return tuple(inside), clean


def _window(since: str | None, through: str | None) -> Days:
    first, last = days_of(since or ""), days_of(through or "")
    return (first[0] if first else dt.date.min), (last[1] if last else dt.date.max)


def sum_as_counted(batches: Sequence[Batch], party: str | None) -> BatchSum:
    """Sum of batches as one side counts them (``None``: over all claimants)."""
    ranges = [batch.range(party) for batch in batches]
    return BatchSum(
        party, sum(low for low, _ in ranges), sum(high for _, high in ranges), tuple(batches)
    )
