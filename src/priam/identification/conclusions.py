"""Proposals in plain words. A person decides; these are proposals with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from priam.identification.relatives import Ask
from priam.identification.settings import Population
from priam.identification.sides import Sides

__all__ = ["Alternative", "FamilyNotes", "Proposal", "WhomToAsk", "propose"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A person an individual may be, with all that speaks for and against."""

    person: str
    family: str
    posterior: float
    log10_lr: float
    markers: int
    mismatches: int
    other_log10: float | None = None
    combined_posterior: float | None = None
    without_one_log10: float | None = None  # log10 LR without the relative that matters most


@dataclass(frozen=True, slots=True)
class FamilyNotes:
    """What is known of a family's samples."""

    typed: int
    fit_log10: float | None  # log10 LR(related as said / unrelated) of the typed relatives


WhomToAsk = Callable[["Alternative", "Sequence[Alternative]"], tuple[Ask, ...]]
"""Relatives worth asking, for the best alternative and those it cannot be told from."""


@dataclass(frozen=True)
class Proposal:
    """What is proposed for one individual, and why."""

    individual: str
    kind: str
    person: str
    family: str
    posterior: float
    log10_lr: float | None
    required_log10: float
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    ask: tuple[Ask, ...]
    between: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    excluded: tuple[str, ...]


def propose(
    individual: str,
    alternatives: Sequence[Alternative],
    families: Mapping[str, FamilyNotes],
    settings: Population,
    required_log10: float,
    sides: Sides,
    whom: WhomToAsk,
) -> Proposal:
    """Weigh the alternatives of one individual; ``sides`` counts where no family fits."""
    ranked = sorted(alternatives, key=lambda a: (-a.posterior, -a.log10_lr, a.person))
    shown = tuple(a for a in ranked if a.posterior >= 1e-6)[:10]
    excluded = tuple(a.person for a in ranked if a.mismatches > 2)
    best = ranked[0] if ranked else None
    if best is None or best.posterior < 0.01:
        return _nobody(individual, shown, excluded, sides, settings, required_log10)
    rivals = _rivals(best, ranked, settings)
    judged = _judge(best, rivals, families[best.family], settings, required_log10)
    ask = whom(best, rivals) if judged.kind != "identified" else ()
    return Proposal(
        individual,
        judged.kind,
        best.person,
        best.family,
        best.posterior,
        best.log10_lr,
        required_log10,
        tuple(judged.reasons + _same_family(best, ranked, judged.kind)),
        tuple(judged.needs + _asked(ask, rivals, judged.kind)),
        ask,
        tuple(a.person for a in rivals),
        shown,
        excluded,
    )


def _nobody(
    individual: str,
    shown: tuple[Alternative, ...],
    excluded: tuple[str, ...],
    sides: Sides,
    settings: Population,
    required_log10: float,
) -> Proposal:
    foreign = sides.used >= settings.likely_other
    text = f"No family that gave samples fits. {_side_words(sides)}"
    kind = "likely of the other side" if foreign else "no family fits"
    needs = ("samples of families not yet reached", "comparison by the other side")
    return Proposal(
        individual, kind, "", "", 0.0, None, required_log10, (text,), needs, (), (), shown, excluded
    )


def _side_words(sides: Sides) -> str:
    """What the probability of the other side rests on; shares alone never settle it."""
    words = (
        "By the stated shares alone the probability of the other side is "
        f"{sides.shares:.2f}; shares say nothing of this individual."
    )
    if not sides.note:
        return words
    told = f"The examiner noted the {sides.note} side; with that it is {sides.with_note:.2f}"
    return f"{words} {told}{'.' if sides.combined else ', shown beside and not used.'}"


@dataclass(frozen=True)
class _Judged:
    kind: str
    reasons: list[str]
    needs: list[str]


def _judge(
    best: Alternative,
    rivals: Sequence[Alternative],
    notes: FamilyNotes,
    settings: Population,
    required_log10: float,
) -> _Judged:
    reasons = [
        f"Posterior {_percent(best.posterior)} for {best.person}; log10 LR {best.log10_lr:.2f} "
        f"over {best.markers} markers, {required_log10:.2f} required for the declared population."
    ]
    if rivals:
        names = " or ".join(a.person for a in rivals)
        together = _percent(sum(a.posterior for a in rivals))
        reasons.append(f"DNA cannot tell apart {names}; together {together}.")
        return _Judged("undecidable", reasons, ["evidence other than DNA of these persons"])
    if best.posterior < settings.probable:
        reasons.append("The evidence does not reach the level of a probable match.")
        return _Judged("inconclusive", reasons, [])
    doubts = _doubts(best, notes, settings)
    if best.posterior >= settings.identified and best.log10_lr >= required_log10 and not doubts:
        return _Judged("identified", reasons, ["decision of the board"])
    if best.log10_lr < required_log10:
        doubts.append("The LR is below what the declared population requires.")
    return _Judged("probable", reasons + doubts, _mend(notes))


def _asked(ask: Sequence[Ask], rivals: Sequence[Alternative], kind: str) -> list[str]:
    """Whose sample would help; where nobody's would, that is said."""
    if ask or kind == "identified":
        return [one.words for one in ask[:2]]
    if rivals:
        return ["no relative's sample would tell these persons apart"]
    return [
        "no further relative's sample would help; more markers or another sample of the remains"
    ]


def _same_family(best: Alternative, ranked: Sequence[Alternative], kind: str) -> list[str]:
    """Other missing persons of the family, who are named even where they are less likely."""
    others = [
        f"{a.person} ({_percent(a.posterior)})"
        for a in ranked
        if a.family == best.family and a.person != best.person and a.posterior >= 1e-4
    ]
    if not others or kind == "undecidable":
        return []
    return [f"Also missing from this family: {', '.join(others)}."]


def _rivals(
    best: Alternative, ranked: Sequence[Alternative], settings: Population
) -> tuple[Alternative, ...]:
    """Two to four persons who hold the level together, and none of them alone.

    Missing persons of one family need only be probable together: which family it is may be
    clear enough to say that the question is which of them.
    """
    if best.posterior >= settings.identified:
        return ()
    family = [a for a in ranked if a.family == best.family]
    return _group(ranked, settings.identified, 0.01) or (
        _group(family, settings.probable, 1.0 - settings.probable)
        if best.posterior < settings.probable
        else ()
    )


def _group(ranked: Sequence[Alternative], level: float, least: float) -> tuple[Alternative, ...]:
    """The smallest group that holds ``level`` together, none of it below ``least``."""
    group: list[Alternative] = []
    for alternative in ranked[:4]:
        group.append(alternative)
        if sum(a.posterior for a in group) >= level and len(group) > 1:
            return () if group[-1].posterior < least else tuple(group)
    return ()


def _doubts(best: Alternative, notes: FamilyNotes, settings: Population) -> list[str]:
    found = []
    if notes.fit_log10 is not None and notes.fit_log10 < settings.family_fit:
        found.append(
            f"The relatives' own profiles do not fit the stated family (log10 LR "
            f"{notes.fit_log10:.1f}): a swapped sample or another father is possible."
        )
    if best.mismatches > 2:
        found.append(f"{best.mismatches} markers need a mutation; more than two is not accepted.")
    backed = best.other_log10 is not None and 10**best.other_log10 >= settings.corroboration
    alone = best.without_one_log10
    carried = notes.typed < 2 or (alone is not None and alone < settings.second_relative)
    if carried and not backed:
        found.append(
            "One relative alone carries the match; if that sample was exchanged, nothing here "
            "would show it. A second relative, a second sample, or other evidence is needed."
        )
    if best.other_log10 is not None and best.other_log10 < -1.0:
        found.append(f"Other evidence speaks against it (log10 LR {best.other_log10:.1f}).")
    return found


def _mend(notes: FamilyNotes) -> list[str]:
    return ["a second sample of the same relative, taken anew"] if notes.typed < 2 else []


def _percent(value: float) -> str:
    return f"{100 * value:.4f} %" if value < 0.99995 else "over 99.995 %"
