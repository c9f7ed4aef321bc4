"""Which claims stand, and what number each one allows.

A corrected or withdrawn claim stays listed and counts no more. A qualifier makes a number a
bound: "up to 100" and 60 do not contradict each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

from priam.accounting.claims_file import Claim

__all__ = ["Allowed", "Status", "allowed", "compatible", "statuses"]

Status = Literal["standing", "corrected", "withdrawn"]

# Lowest and highest number that a statement allows.
Allowed = tuple[float, float]

_UPPER = re.compile(
    r"\b(up to|at most|no more than|not more than|less than|fewer than|under|below)\b"
)
_LOWER = re.compile(r"\b(at least|more than|over|above|not less than|no less than|no fewer than)\b")
_ABOUT = re.compile(r"\b(about|around|approximately|approx|some|nearly|almost|roughly|circa)\b")


def statuses(claims: Iterable[Claim]) -> dict[str, Status]:
    """Status of each claim by its id."""
    claims = tuple(claims)
    result: dict[str, Status] = {claim.id: "standing" for claim in claims}
    for claim in claims:
        if claim.corrects is not None:
            result[claim.corrects] = "corrected"
        if claim.withdrawn_on is not None:
            result[claim.id] = "withdrawn"
    return result


def allowed(claim: Claim) -> Allowed:
    """The numbers that a claim with a whole-number value allows, by its qualifier.

    "about" allows what rounds to the value: half a unit of its last digit that is not zero
    (about 1,200: 1,150 to 1,250).
    """
    assert isinstance(claim.value, int)
    value, words = float(claim.value), claim.qualifier.casefold()
    # The negated forms first: "no more than" holds the words "more than".
    if _UPPER.search(words):
        return 0.0, value
    if _LOWER.search(words):
        return value, math.inf
    if _ABOUT.search(words):
        half = _last_digit_unit(claim.value) / 2
        return max(0.0, value - half), value + half
    return value, value


def compatible(claims: Iterable[Claim]) -> bool:
    """Whether one number could satisfy all these claims."""
    ranges = [allowed(claim) for claim in claims]
    return not ranges or max(low for low, _ in ranges) <= min(high for _, high in ranges)


def _last_digit_unit(value: int) -> int:
    unit = 1
    while value and value % (unit * 10) == 0:
        unit *= 10
    return unit
