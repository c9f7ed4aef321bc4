"""What the pairwise numbers say by themselves: mismatches, exclusions, undisputed matches."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from priam.identification.dvi.cases import DviCase
from priam.identification.dvi.likelihoods import FamilyLikelihood, pairwise_lr

__all__ = ["excluded", "mismatch_count", "undisputed"]


def mismatch_count(case: DviCase) -> dict[str, dict[str, int | None]]:
    """Markers at which victim and family are impossible together without mutation."""
    loci = [replace(locus, male=None, female=None) for locus in case.loci]
    answer: dict[str, dict[str, int | None]] = {v.id: {} for v in case.victims}
    engines = [FamilyLikelihood(f, loci, case.victims) for f in case.families]
    for column, (name, family, person) in enumerate(case.columns):
        able = [n for n, victim in enumerate(case.victims) if case.fits(victim, column)]
        rows = engines[family].per_marker([((person, n),) for n in able])
        counts = {n: sum(value == -inf for value in row) for n, row in zip(able, rows)}
        for n, victim in enumerate(case.victims):
            answer[victim.id][name] = counts.get(n)
    return answer


def excluded(
    counts: dict[str, dict[str, int | None]], most: int = 2
) -> tuple[list[str], list[str]]:
    """Victims and missing persons whose every pair has more than ``most`` mismatches."""
    victims = [v for v, row in counts.items() if _all_above(list(row.values()), most)]
    names = next(iter(counts.values()), {})
    missing = [m for m in names if _all_above([row[m] for row in counts.values()], most)]
    return victims, missing


def _all_above(values: list[int | None], most: int) -> bool:
    return all(value is None or value > most for value in values)


def undisputed(
    case: DviCase, threshold: float = 1e4, *, strict: bool = False
) -> list[dict[str, object]]:
    """Matches with LR at least ``threshold`` and ``threshold`` times every rival's.

    ``strict`` asks instead that every rival's LR is at most 1. After each step the victims found
    are placed in their families as relatives, and the rest is looked at again.
    """
    found: list[dict[str, object]] = []
    step = 1
    while True:
        fresh = _step(case, threshold, strict)
        if not fresh:
            return found
        for victim, name, family, lr in fresh:
            row = {"family": family, "missing": name, "victim": victim, "LR": lr, "step": step}
            found.append(row)
        case = _placed(case, {name: victim for victim, name, _, _ in fresh})
        step += 1


def _step(case: DviCase, threshold: float, strict: bool) -> list[tuple[str, str, str, float]]:
    matrix = pairwise_lr(case)
    fresh = []
    for victim, row in matrix.items():
        for name, family, _ in case.columns:
            lr = row[name]
            if lr is None or lr < threshold:
                continue
            rivals = [row[m] for m in row if m != name]
            rivals += [matrix[v][name] for v in matrix if v != victim]
            most = 1.0 if strict else lr / threshold
            if all(r is None or r <= most for r in rivals):
                fresh.append((victim, name, case.families[family].id, lr))
    return fresh


def _placed(case: DviCase, matches: dict[str, str]) -> DviCase:
    """The case with matched victims typed in their families."""
    by_name = {victim.id: victim for victim in case.victims}
    families = list(case.families)
    for name, k, person in case.columns:
        if name in matches:
            family = families[k]
            typed = {**family.genotypes, person: by_name[matches[name]].genotypes}
            left = tuple(m for m in family.missing if m != person)
            families[k] = replace(family, genotypes=typed, missing=left)
    return replace(
        case,
        families=tuple(families),
        victims=tuple(v for v in case.victims if v.id not in matches.values()),
        columns=tuple(column for column in case.columns if column[0] not in matches),
    )
