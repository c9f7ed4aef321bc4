"""Parts of one person: every pair of cases by likelihood ratio, then clusters.

A link needs LR(same person / unrelated) and LR(same person / full siblings) above their
thresholds, so that brothers are not merged. Clusters grow from the strongest link down; two
clusters merge only where no pair between them speaks against it. With theta the persons of a pair
are drawn from one population with substructure, as in the search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from priam.identification.observations import MarkerAxis, ObservationAxis, Seen
from priam.identification.records import QUALITIES, Case
from priam.identification.settings import Reassociation
from priam.kernels.reassociation import compare_all

__all__ = ["Cluster", "Link", "PairTables", "cluster_cases", "compare_profiles", "pair_tables"]

Floats = npt.NDArray[np.float64]
LN10 = log(10.0)
AGAINST = -2.0  # log10 LR below which a pair between two clusters forbids the merger


@dataclass(frozen=True, slots=True)
class Link:
    """Two cases, log10 LR(same / unrelated), log10 LR(same / siblings), markers shared."""

    one: int
    two: int
    same_log10: float
    sibling_log10: float
    markers: int


@dataclass(frozen=True)
class PairTables:
    """Log LR of two observations of a marker, flat: marker l is a square of side ``states[l]``."""

    same: npt.NDArray[np.float32]
    siblings: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    states: npt.NDArray[np.int64]
    observed: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Cluster:
    """Cases taken for one individual, with the consensus of their observations."""

    individual: str
    cases: tuple[str, ...]
    batches: tuple[str, ...]
    profile: Seen
    sex: str
    weakest_log10: float | None
    notes: tuple[str, ...]


def _joint_tables(
    axis: MarkerAxis, used: npt.NDArray[np.int32], emission: Floats, theta: float
) -> tuple[Floats, Floats]:
    """Log LR same and log LR siblings (both against unrelated) of the columns in ``used``."""
    seen = emission[used]
    same = (seen * axis.alone(theta)) @ seen.T
    one_shared = seen @ _one_shared(axis, theta) @ seen.T
    unrelated = seen @ _unrelated(axis, theta) @ seen.T
    # Full siblings have both alleles from the same copies with 1/4, one with 1/2, none with 1/4.
    siblings = 0.25 * same + 0.5 * one_shared + 0.25 * unrelated
    with np.errstate(divide="ignore"):  # without drop-in two observations may be impossible
        return np.log(same / unrelated), np.log(siblings / unrelated)


def _next(p: Floats, equal: npt.NDArray[np.int64], drawn: int, theta: float) -> Floats:
    """P(the next allele) after ``drawn`` alleles, ``equal`` of which are the same.

    The sampling formula of Balding and Nichols (Forensic Sci Int 1994; 64:125-140, doi
    10.1016/0379-0738(94)90222-4), as in :mod:`priam.kinship.likelihood`.
    """
    found: Floats = (equal * theta + (1.0 - theta) * p) / (1.0 + (drawn - 1) * theta)
    return found


def _unrelated(axis: MarkerAxis, theta: float) -> Floats:
    """P(g, h) of two unrelated persons, (genotypes, genotypes): four draws, one after the other."""
    p, (c, d) = axis.frequencies, axis.pairs.T
    a, b = c[:, None], d[:, None]
    third = _next(p[c], (c == a) * 1 + (c == b), 2, theta)
    fourth = _next(p[d], (d == a) * 1 + (d == b) + (d == c), 3, theta)
    orders = np.where(c == d, 1.0, 2.0)
    return axis.alone(theta)[:, None] * third * fourth * orders


def _one_shared(axis: MarkerAxis, theta: float) -> Floats:
    """P(g, h) where one allele of g and one of h are copies of one draw: three draws."""
    p, (c, d) = axis.frequencies, axis.pairs.T
    a, b = c[:, None], d[:, None]

    def copied(allele: npt.NDArray[np.int64]) -> Floats:
        """P(g, the copied allele is this one); either allele of g is the copied one with 1/2."""
        share: Floats = axis.alone(theta)[:, None] * 0.5 * ((allele == a) * 1 + (allele == b))
        return share

    def drawn(allele: npt.NDArray[np.int64]) -> Floats:
        return _next(p[allele], (allele == a) * 1 + (allele == b), 2, theta)

    return copied(c) * drawn(d) + np.where(c == d, 0.0, copied(d) * drawn(c))


def pair_tables(
    axis: ObservationAxis, columns: npt.NDArray[np.int32], drop_in: float, theta: float
) -> PairTables:
    """Tables over the observations that occur, and the profiles in their numbering.

    ``columns`` (profiles, markers): columns of ``axis``, -1 where not observed. ``drop_in``:
    probability of a foreign or mistyped allele at a marker. ``theta``: F_ST of the population
    that all remains are from; with it an allele that one case shows is likelier in any other.
    """
    observed = np.full_like(columns, -1)
    same, siblings, states = [], [], []
    for k, marker in enumerate(axis.markers):
        used = np.unique(columns[:, k])
        used = used[used >= 0]
        states.append(len(used))
        if len(used):
            one, two = _joint_tables(marker, used, marker.emission(axis.dropout, drop_in), theta)
            same.append(one.ravel().astype(np.float32))
            siblings.append(two.ravel().astype(np.float32))
            here = columns[:, k] >= 0
            observed[here, k] = np.searchsorted(used, columns[here, k])
    sizes = np.array(states, dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes**2)[:-1]]).astype(np.int64)
    empty = np.zeros(0, dtype=np.float32)
    return PairTables(
        np.concatenate([*same, empty]), np.concatenate([*siblings, empty]), offsets, sizes, observed
    )


def compare_profiles(tables: PairTables, threshold_log10: float) -> list[Link]:
    """All pairs at or above the threshold; nothing above it is left out."""
    capacity = 64
    while True:
        partner, same, brothers, shared, count = compare_all(
            tables.same,
            tables.siblings,
            tables.offsets,
            tables.states,
            tables.observed,
            threshold_log10 * LN10,
            capacity,
        )
        most = int(count.max(initial=0))
        if most <= capacity:
            break
        capacity = most
    return [
        Link(
            int(i),
            int(partner[i, k]),
            float(same[i, k]) / LN10,
            float(same[i, k] - brothers[i, k]) / LN10,
            int(shared[i, k]),
        )
        for i in np.flatnonzero(count)
        for k in range(int(count[i]))
    ]


def cluster_cases(
    cases: Sequence[Case],
    profiles: Sequence[Seen],
    links: list[Link],
    tables: PairTables,
    settings: Reassociation,
) -> list[Cluster]:
    """Individuals in the order of their first case."""
    good = [
        link
        for link in links
        if link.same_log10 >= settings.link_log10 and link.sibling_log10 >= settings.sibling_log10
    ]
    good.sort(key=lambda link: (-link.same_log10, link.one, link.two))
    group = {n: [n] for n in range(len(cases))}
    weakest: dict[int, float] = {}
    refused: dict[int, list[str]] = {}
    for link in good:
        one, two = group[link.one], group[link.two]
        if one is two:
            continue
        if _contradicted(one, two, tables) or _sexes(cases, one, two):
            text = (
                f"{cases[link.one].case} and {cases[link.two].case} look alike but are not merged"
            )
            for n in (link.one, link.two):
                refused.setdefault(n, []).append(text)
            continue
        merged = sorted(one + two)
        value = min(link.same_log10, *(weakest.get(n, link.same_log10) for n in merged))
        for n in merged:
            group[n] = merged
            weakest[n] = value
    return [
        _cluster(cases, profiles, members, weakest.get(n), refused)
        for n, members in group.items()
        if members[0] == n
    ]


def pair_log10(tables: PairTables, one: int, two: int) -> float:
    """Log10 LR(same person / unrelated) of one pair, marker by marker."""
    total = 0.0
    for k, (a, b) in enumerate(zip(tables.observed[one], tables.observed[two])):
        if a >= 0 and b >= 0:
            total += float(tables.same[tables.offsets[k] + a * tables.states[k] + b])
    return total / LN10


def _contradicted(one: list[int], two: list[int], tables: PairTables) -> bool:
    return any(pair_log10(tables, a, b) < AGAINST for a in one for b in two)


def _sexes(cases: Sequence[Case], one: list[int], two: list[int]) -> bool:
    return len({cases[n].sex for n in (*one, *two)} - {""}) > 1


def _cluster(
    cases: Sequence[Case],
    profiles: Sequence[Seen],
    members: list[int],
    weakest: float | None,
    refused: dict[int, list[str]],
) -> Cluster:
    sexes = {cases[n].sex for n in members} - {""}
    return Cluster(
        individual=f"I-{cases[members[0]].case}",
        cases=tuple(cases[n].case for n in members),
        batches=tuple(sorted({cases[n].batch for n in members})),
        profile=consensus([profiles[n] for n in members]),
        sex=sexes.pop() if len(sexes) == 1 else "",
        weakest_log10=weakest,
        notes=tuple(sorted({text for n in members for text in refused.get(n, [])})),
    )


def consensus(profiles: Sequence[Seen]) -> Seen:
    """What several profiles of one person show together.

    Two alleles at a marker come from any profile that shows both, the better quality first, or
    from two profiles that show one each. Where profiles show three or more alleles together the
    marker is left out.
    """
    if len(profiles) == 1:
        return profiles[0]
    found: Seen = {}
    for marker in sorted({m for p in profiles for m in p}):
        shown = sorted(
            (p[marker] for p in profiles if marker in p),
            key=lambda entry: (QUALITIES.index(entry[1]), -len(set(entry[0]))),
        )
        alleles = tuple(sorted({a for labels, _ in shown for a in labels}))
        if len(alleles) <= 2:
            found[marker] = (alleles, shown[0][1])
    return found
