"""One case beside one missing person, marker by marker: what a search adds up.

The sum over markers is the search's log LR: the same axis, the same tables, the same drop-out and
mutation. Alleles that neither side shows change frequencies of rare alleles a little, so that
``seen`` gives those of the whole search where the sums must agree to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from priam.genetics.frequencies import FrequencyTable
from priam.genetics.markers import MARKERS
from priam.identification.observations import ObservationAxis, observation_axis, seen_of
from priam.identification.records import Case, FamilyRecord
from priam.identification.search import SearchTask, Target, observation_table
from priam.identification.settings import Settings
from priam.identification.tables import MutationChoice, family_arrays, mutation_choice

__all__ = ["MarkerRatio", "marker_ratios"]

LN10 = log(10.0)


@dataclass(frozen=True, slots=True)
class MarkerRatio:
    """One marker: alleles of the remains, of each typed relative, and what they weigh.

    ``log10_lr`` is None where one side was not observed or the marker is not used (``note`` says
    why). ``mutation``: impossible without one. ``one_peak``: one allele was seen, so that a second
    may have dropped out.
    """

    marker: str
    remains: tuple[str, ...]
    relatives: Mapping[str, tuple[str, str]]
    log10_lr: float | None
    mutation: bool = False
    one_peak: bool = False
    note: str = ""


def marker_ratios(
    case: Case,
    family: FamilyRecord,
    missing: str,
    table: FrequencyTable,
    settings: Settings,
    seen: Mapping[str, Iterable[str]] | None = None,
) -> list[MarkerRatio]:
    """Every marker that the case or a typed relative of the missing person shows, by name."""
    usable = {m: a for m, a in seen_of(case).items() if m in table}
    typed = _typed(family)
    alleles = _alleles(usable, family, table, seen or {})
    exact, strict = _both(usable, family, missing, alleles, table, settings)
    return [
        _ratio(marker, case, typed.get(marker, {}), usable, exact, strict, table)
        for marker in sorted({*case.alleles, *typed}, key=_order)
    ]


def _order(marker: str) -> tuple[bool, str]:
    return marker not in MARKERS, marker.casefold()


def _typed(family: FamilyRecord) -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for person, genotypes in family.genotypes.items():
        for marker, pair in genotypes.items():
            found.setdefault(marker, {})[person] = pair
    return found


def _alleles(
    usable: Mapping[str, tuple[tuple[str, ...], str]],
    family: FamilyRecord,
    table: FrequencyTable,
    seen: Mapping[str, Iterable[str]],
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {m: set(a) for m, a in seen.items() if m in table}
    for marker, (labels, _) in usable.items():
        found.setdefault(marker, set()).update(labels)
    for genotypes in family.genotypes.values():
        for marker, pair in genotypes.items():
            if marker in table:
                found.setdefault(marker, set()).update(pair)
    return found


def _both(
    usable: Mapping[str, tuple[tuple[str, ...], str]],
    family: FamilyRecord,
    missing: str,
    alleles: Mapping[str, set[str]],
    table: FrequencyTable,
    settings: Settings,
) -> tuple[dict[str, float], dict[str, float]]:
    """Log LR of each marker that the case shows: with the mutation model, and without any."""
    if not alleles:
        return {}, {}
    minimum = settings.likelihood.minimum_count
    axis = observation_axis(table, alleles, settings.profiles, minimum)
    model = mutation_choice(settings.likelihood)
    asked = (usable, family, missing, axis)
    exact = _sums(*asked, model, settings.likelihood.theta)
    return exact, _sums(*asked, MutationChoice(), 0.0)


def _sums(
    usable: Mapping[str, tuple[tuple[str, ...], str]],
    family: FamilyRecord,
    missing: str,
    axis: ObservationAxis,
    mutation: MutationChoice,
    theta: float,
) -> dict[str, float]:
    rows = axis.rows_of(axis.columns_of([dict(usable)]))
    task = SearchTask(axis, rows, mutation, -np.inf)
    target = Target(0, missing, family.sex.get(missing, ""))
    found, _ = observation_table(task, family_arrays([family], axis), [target], mutation, theta)
    return {
        marker.name: float(found[0, rows[0, k]])
        for k, marker in enumerate(axis.markers)
        if marker.name in usable
    }


def _ratio(
    marker: str,
    case: Case,
    relatives: Mapping[str, tuple[str, str]],
    usable: Mapping[str, tuple[tuple[str, ...], str]],
    exact: Mapping[str, float],
    strict: Mapping[str, float],
    table: FrequencyTable,
) -> MarkerRatio:
    remains = case.alleles.get(marker, ())
    note = ""
    if marker not in table:
        note = "no frequencies"
    elif len(set(remains)) > 2:
        note = "three alleles"
    elif not remains or not relatives:
        note = "one side only"
    if note:
        return MarkerRatio(marker, remains, relatives, None, note=note)
    return MarkerRatio(
        marker,
        remains,
        relatives,
        exact[marker] / LN10,
        not np.isfinite(strict[marker]),
        len(usable[marker][0]) == 1,
    )
