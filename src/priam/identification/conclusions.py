"""Proposals in plain words. A person decides; these are proposals with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from priam.identification.settings import Population
from priam.identification.sides import Sides

__all__ = ["KINDS", "Alternative", "FamilyNotes", "Proposal", "propose"]

KINDS = (
    "identified",
    "probable",
    "undecidable",
    "inconclusive",
    "no family fits",
    "likely of the other side",
)


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
    ask: tuple[str, ...]  # relatives whose sample would help most, best first


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
    alternatives: tuple[Alternative, ...]
    excluded: tuple[str, ...]


def propose(
    individual: str,
    alternatives: Sequence[Alternative],
    families: Mapping[str, FamilyNotes],
    settings: Population,
    required_log10: float,
    sides: Sides,
) -> Proposal:
    """Weigh the alternatives of one individual; ``sides`` counts where no family fits."""
    ranked = sorted(alternatives, key=lambda a: (-a.posterior, -a.log10_lr, a.person))
    shown = tuple(a for a in ranked if a.posterior >= 1e-6)[:10]
    excluded = tuple(a.person for a in ranked if a.mismatches > 2)
    best = ranked[0] if ranked else None
    if best is None or best.posterior < 0.01:
        return _nobody(individual, shown, excluded, sides, settings, required_log10)
    notes = families[best.family]
    kind, reasons, needs = _judge(best, ranked, notes, settings, required_log10)
    return Proposal(
        individual,
        kind,
        best.person,
        best.family,
        best.posterior,
        best.log10_lr,
        required_log10,
        tuple(reasons),
        tuple(needs),
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
        individual, kind, "", "", 0.0, None, required_log10, (text,), needs, shown, excluded
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


def _judge(
    best: Alternative,
    ranked: Sequence[Alternative],
    notes: FamilyNotes,
    settings: Population,
    required_log10: float,
) -> tuple[str, list[str], list[str]]:
    reasons = [
        f"Posterior {_percent(best.posterior)} for {best.person}; log10 LR {best.log10_lr:.2f} "
        f"over {best.markers} markers, {required_log10:.2f} required for the declared population."
    ]
    asked = [f"a sample of {who}" for who in notes.ask[:2]]
    rivals = _rivals(best, ranked, settings.identified)
    if rivals:
        names = " or ".join(a.person for a in rivals)
        together = _percent(sum(a.posterior for a in rivals))
        reasons.append(f"DNA cannot tell apart {names}; together {together}.")
        return "undecidable", reasons, ["evidence other than DNA of these relatives", *asked]
    if best.posterior < settings.probable:
        reasons.append("The evidence does not reach the level of a probable match.")
        return "inconclusive", reasons, asked or ["a further relative of the family"]
    doubts = _doubts(best, notes, settings)
    if best.posterior >= settings.identified and best.log10_lr >= required_log10 and not doubts:
        return "identified", reasons, ["decision of the board"]
    if best.log10_lr < required_log10:
        doubts.append("The LR is below what the declared population requires.")
    return "probable", reasons + doubts, asked + _mend(notes)


def _rivals(
    best: Alternative, ranked: Sequence[Alternative], level: float
) -> tuple[Alternative, ...]:
    """The smallest group that holds ``level`` together, if it has two to four members."""
    if best.posterior >= level:
        return ()
    group: list[Alternative] = []
    for alternative in ranked[:4]:
        group.append(alternative)
        if sum(a.posterior for a in group) >= level and len(group) > 1:
            weak = group[-1].posterior < 0.01
            return () if weak else tuple(group)
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
