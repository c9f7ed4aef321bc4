"""Each obligation in each reading, beside what the claims say was delivered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from priam.accounting.batches import Batch, batches_of, sum_as_counted, undivided
from priam.accounting.claims_file import TRANSFERRED, Agreement, Claim, Reading
from priam.accounting.dates import days_of
from priam.accounting.standing import allowed
from priam.events.values import Obligation

__all__ = ["ObligationStatus", "obligation_statuses"]

Bound = int | None


@dataclass(frozen=True)
class ObligationStatus:
    """One obligation of one reading and its state.

    ``low`` and ``high`` range over claimants; both are ``None`` when nobody gave a figure
    (which is not zero). ``claims`` are the ids that the range stands on.
    """

    agreement: str
    reading: str
    held_by: tuple[str, ...]
    obligation: Obligation
    low: Bound
    high: Bound
    claims: tuple[str, ...]

    @property
    def fulfilled(self) -> bool | None:
        """True or false where all claimants' figures say the same; ``None`` where open."""
        agreed = self.obligation.count
        if agreed is None or self.low is None:
            return None
        if self.low >= agreed:
            return True
        return None if self.high is None or self.high >= agreed else False

    def to_json(self) -> dict[str, Any]:
        """The shape of the account."""
        agreed = self.obligation.count
        return {
            "agreement": self.agreement,
            "reading": self.reading,
            "held_by": list(self.held_by),
            "from": self.obligation.giver,
            "to": self.obligation.receiver,
            "unit": self.obligation.unit,
            "agreed": agreed,
            "deadline": self.obligation.deadline,
            "condition": self.obligation.condition,
            "delivered": {"low": self.low, "high": self.high, "claims": list(self.claims)},
            "share": {"low": _share(self.low, agreed), "high": _share(self.high, agreed)},
            "outstanding": {
                "low": _outstanding(self.high, agreed),
                "high": _outstanding(self.low, agreed),
            },
            "fulfilled": self.fulfilled,
            "open": agreed is None,
        }


def obligation_statuses(
    agreements: Iterable[Agreement], claims: Sequence[Claim]
) -> tuple[ObligationStatus, ...]:
    """All obligations of all readings, over standing claims."""
    return tuple(
        _status(agreement, reading, obligation, claims)
        for agreement in agreements
        for reading in agreement.readings
        for obligation in reading.obligations
    )


def _status(
    agreement: Agreement, reading: Reading, obligation: Obligation, claims: Sequence[Claim]
) -> ObligationStatus:
    measure = TRANSFERRED + obligation.receiver
    givers: set[str | None] = {obligation.giver}
    if len({o.giver for o in reading.obligations if o.receiver == obligation.receiver}) == 1:
        givers.add(None)  # with two givers, a count that names none cannot be shared out
    claims = [claim for claim in claims if claim.subject.giver in givers]
    batches = undivided(batches_of(claims))
    own = [b for b in batches if (b.measure, b.agreement) == (measure, agreement.id)]
    totals = [claim for claim in claims if _is_whole_total(claim, measure, agreement.id, own)]
    lows, highs, used = [], [], []
    if own:
        every = sum_as_counted(own, None)
        lows.append(every.low)
        highs.append(every.high)
        used += [claim.id for batch in own for claim in batch.claims]
    for claim in totals:
        low, high = allowed(claim)
        lows.append(low)
        highs.append(high)
        used.append(claim.id)
    return ObligationStatus(
        agreement=agreement.id,
        reading=reading.id,
        held_by=reading.held_by,
        obligation=obligation,
        low=math.ceil(min(lows)) if lows else None,
        high=_finite(max(highs)) if highs else None,
        claims=tuple(used),
    )


def _is_whole_total(claim: Claim, measure: str, agreement: str, batches: Sequence[Batch]) -> bool:
    """A total of the whole agreement: none that stops before the last recorded batch."""
    subject = claim.subject
    if not subject.total or claim.measure != measure or subject.agreement != agreement:
        return False
    if not isinstance(claim.value, int):
        return False
    days = [batch.days for batch in batches if batch.days]
    since, through = days_of(subject.since or ""), days_of(subject.through or "")
    if days and through and through[1] < max(last for _, last in days):
        return False
    return not (days and since and since[0] > min(first for first, _ in days))


def _finite(number: float) -> Bound:
    return None if number == math.inf else int(number)


def _share(delivered: Bound, agreed: int | None) -> float | None:
    return None if delivered is None or not agreed else delivered / agreed


def _outstanding(delivered: Bound, agreed: int | None) -> int | None:
    """What is still owed; nothing where more was delivered than agreed."""
    return None if delivered is None or agreed is None else max(0, agreed - delivered)
