"""What cannot be true of one pair: the remains of a case, and a missing person.

Facts come as plain values; whatever is not known says nothing. A contradiction does not decide:
it is shown, and the board settles it with words.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Contradiction", "Facts", "contradictions"]

#: log10 LR at or below which DNA excludes: a thousand times likelier if unrelated.
EXCLUDED = -3.0
#: More markers than this that need a mutation exclude as well (the rule of the proposals).
MISMATCHES = 2
#: Years by which a stated age may miss the interval of the examination.
AGE_SLACK = 5.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What both sides say. Dates are as exact as known (``1987``, ``1987-03``, ``1987-03-05``).

    ``dna_sex`` is amelogenin's, ``examined_sex`` the examiner's. ``last_seen`` is the earliest
    day the person may have been seen for the last time; ``received`` the day the remains were in
    custody. ``born`` gives the earliest and the latest year; ages are in years.
    """

    dna_sex: str = ""
    examined_sex: str = ""
    missing_sex: str = ""
    last_seen: str = ""
    received: str = ""
    born: tuple[int, int] | None = None
    age: tuple[float, float] | None = None
    log10_lr: float | None = None
    mismatches: int = 0
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Its kind (as conflicts of the board are called) and one sentence without a name."""

    kind: str
    words: str


def contradictions(facts: Facts) -> tuple[Contradiction, ...]:
    """Everything that does not fit, the gravest kind first."""
    found = (_dna(facts), _sex(facts), _alive(facts), _age(facts))
    return tuple(one for one in found if one is not None)


def _dna(facts: Facts) -> Contradiction | None:
    kind = "excluded by DNA"
    if facts.mismatches > MISMATCHES:
        return Contradiction(kind, f"{facts.mismatches} markers fit only with a mutation")
    if facts.log10_lr is not None and facts.log10_lr <= EXCLUDED:
        return Contradiction(kind, f"log10 LR {facts.log10_lr:.2f} speaks against the relation")
    if facts.excluded:
        return Contradiction(kind, "the last search excludes this person")
    return None


def _sex(facts: Facts) -> Contradiction | None:
    if facts.missing_sex not in ("male", "female"):
        return None
    for sex, source in ((facts.dna_sex, "amelogenin"), (facts.examined_sex, "the examination")):
        if sex in ("male", "female") and sex != facts.missing_sex:
            words = f"{source} says {sex}, the missing person is {facts.missing_sex}"
            return Contradiction("sex differs", words)
    return None


def _alive(facts: Facts) -> Contradiction | None:
    if not facts.last_seen or not facts.received:
        return None
    shorter = min(len(facts.last_seen), len(facts.received), 10)
    if facts.last_seen[:shorter] <= facts.received[:shorter]:
        return None
    words = f"the person was seen on {facts.last_seen}, the remains are here since {facts.received}"
    return Contradiction("seen alive later", words)


def _age(facts: Facts) -> Contradiction | None:
    if facts.born is None or facts.age is None or not facts.received[:4].isdigit():
        return None
    year = int(facts.last_seen[:4] or facts.received[:4])
    youngest, oldest = year - facts.born[1] - 1, year - facts.born[0]
    low, high = facts.age
    if low - AGE_SLACK <= oldest and youngest <= high + AGE_SLACK:
        return None
    words = f"the examination says {low:g} to {high:g} years, the person was {youngest} to {oldest}"
    return Contradiction("age differs", words)
