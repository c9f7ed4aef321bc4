"""The gate before the search: which profiles stand for one unknown person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priam.identification.records import Case
from priam.identification.settings import Profiles

__all__ = ["Gate", "quality_gate"]


@dataclass(frozen=True)
class Gate:
    """Cases that go on, and those set aside with the reason and how many persons they hold."""

    passed: tuple[Case, ...]
    aside: dict[str, str]
    persons: dict[str, int]


def quality_gate(
    cases: list[Case],
    staff: Mapping[str, Mapping[str, tuple[str, str]]],
    settings: Profiles,
) -> Gate:
    """Set aside mixtures, staff contamination and profiles with too few markers."""
    passed: list[Case] = []
    aside: dict[str, str] = {}
    persons: dict[str, int] = {}
    for case in cases:
        reason = _reason(case, staff, settings)
        if reason:
            aside[case.case] = reason
            persons[case.case] = contributors(case)
        else:
            passed.append(case)
    return Gate(tuple(passed), aside, persons)


def contributors(case: Case) -> int:
    """Fewest persons that explain the alleles seen: half the most alleles of a marker."""
    most = max((len(set(a)) for a in case.alleles.values()), default=0)
    return (most + 1) // 2


def _reason(
    case: Case, staff: Mapping[str, Mapping[str, tuple[str, str]]], settings: Profiles
) -> str:
    crowded = sum(len(set(a)) > 2 for a in case.alleles.values())
    if crowded >= settings.mixture_markers:
        return f"mixture: three or more alleles at {crowded} markers"
    member = _staff_match(case, staff, settings)
    if member:
        return f"contamination: the profile is that of {member}"
    usable = sum(len(set(a)) <= 2 for a in case.alleles.values())
    if usable < settings.least_markers:
        return f"too few markers: {usable}, at least {settings.least_markers} are needed"
    return ""


def _staff_match(
    case: Case, staff: Mapping[str, Mapping[str, tuple[str, str]]], settings: Profiles
) -> str:
    for member, genotypes in staff.items():
        shared = [m for m in case.alleles if m in genotypes]
        equal = sum(set(case.alleles[m]) <= set(genotypes[m]) for m in shared)
        if len(shared) >= 5 and equal >= settings.staff_share * len(shared):
            return member
    return ""
