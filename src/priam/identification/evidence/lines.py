"""Sex, age, stature, dental status, marks, effects, place: their models.

A model gives P(what was found | these remains are this person) over P(what was found | another
person of the missing). Where either side is silent the line says nothing (LR 1, not shown). The
rates are stated defaults, deliberately cautious; every LR is bounded to [1/1000, 1000] so that
no single line can decide. The lines are multiplied only on demand, and only as far as they are
independent: age and stature are, marks and effects of one body may not be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log10, pi, sqrt

__all__ = ["LINES", "Finding", "Line", "weigh"]

Row = Mapping[str, str]
BOUND = 1000.0


@dataclass(frozen=True)
class Line:
    """One line of evidence: its name, model in words, source, and the likelihood ratio."""

    name: str
    model: str
    source: str
    lr: Callable[[Row, Row, int], float | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one line says of one pair."""

    line: str
    lr: float
    text: str


def _normal(x: float, sd: float) -> float:
    return exp(-0.5 * (x / sd) ** 2) / (sd * sqrt(2 * pi))


def _sex(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("sex", ""), person.get("sex", "")
    if not found or not known:
        return None
    share = 0.98 if found == "male" else 0.02
    right = 0.97
    return (right if found == known else 1 - right) / (right * share + (1 - right) * (1 - share))


def _age(remains: Row, person: Row, year: int) -> float | None:
    low, high, birth = (remains.get("age_low"), remains.get("age_high"), person.get("birth_year"))
    if not (low and high and birth):
        return None
    middle, half = (float(low) + float(high)) / 2, max((float(high) - float(low)) / 2, 1.0)
    # the examiner's interval is taken as two standard errors, at least four years
    error = sqrt(max(half / 2, 4.0) ** 2 + 0.5)
    age = year - float(birth)
    return _normal(middle - age, error) / _normal(middle - 38.0, sqrt(error**2 + 10.0**2))


def _stature(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("stature_cm"), person.get("stature_cm")
    if not (found and known):
        return None
    error = sqrt(4.0**2 + 2.0**2)  # estimate from long bones, and what families remember
    return _normal(float(found) - float(known), error) / _normal(
        float(found) - 177.0, sqrt(error**2 + 7.0**2)
    )


def _dental(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("dental", ""), person.get("dental", "")
    if not found or len(found) != len(known):
        return None
    lr = 1.0
    lost, new, wrong = 0.15, 0.06, 0.02  # share treated; treated after the record; record error
    for a, b in zip(found, known):
        if "?" in (a, b):
            continue
        treated = (1 - wrong) if b == "x" else new
        general = lost * (1 - wrong) + (1 - lost) * new
        lr *= treated / general if a == "x" else (1 - treated) / (1 - general)
    return lr


def _same_text(share: float, kept: float) -> Callable[[str, str], float]:
    """LR of a feature noted on both sides: equal text, or different."""

    def lr(found: str, known: str) -> float:
        return (kept + (1 - kept) * share) / share if found == known else (1 - kept)

    return lr


def _mark(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("mark", ""), person.get("mark", "")
    return None if not (found and known) else _same_text(0.1, 0.9)(found, known)


def _effect(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("effect", ""), person.get("effect", "")
    return None if not (found and known) else _same_text(0.2, 0.7)(found, known)


def _place(remains: Row, person: Row, year: int) -> float | None:
    found, known = remains.get("found_place", ""), person.get("last_seen_place", "")
    return None if not (found and known) else _same_text(1 / 6, 0.6)(found, known)


LINES: tuple[Line, ...] = (
    Line("sex", "recorded sex right in 97 % of examinations; 2 % women among the missing",
         "morphological sexing of complete pelves is reported at 95 to 98 %", _sex),
    Line("age", "normal error of half the stated interval (at least 4 years), missing 38 +- 10",
         "the interval is read as two standard errors", _age),
    Line("stature", "normal error 4 cm of the estimate and 2 cm of memory; missing 177 +- 7 cm",
         "regression of long bones has a standard error of 3 to 5 cm", _stature),
    Line("dental", "each tooth: treated 15 %, treated after the record 6 %, record wrong 2 %",
         "stated assumption, to be replaced by the clinic's own rates", _dental),
    Line("mark", "10 % share a kind of mark; noted alike in 90 %", "stated assumption", _mark),
    Line("effect", "20 % carry such an object; it stays with its owner in 70 %",
         "stated assumption: effects move between bodies", _effect),
    Line("place", "found where last seen in 60 %, otherwise anywhere; six places",
         "stated assumption", _place),
)  # fmt: skip


def weigh(remains: Row, person: Row, year: int) -> tuple[Finding, ...]:
    """What each line says of a pair; lines without data on both sides are left out."""
    found = []
    for line in LINES:
        value = line.lr(remains, person, year)
        if value is not None:
            bounded = min(max(value, 1 / BOUND), BOUND)
            found.append(Finding(line.name, bounded, f"{line.name} log10 LR {log10(bounded):+.2f}"))
    return tuple(found)
