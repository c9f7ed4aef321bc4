"""Several lists at once: groups of rows that may be one person.

Each two lists are matched; then links are taken from the likeliest down and join two groups unless
the joined group would hold two rows of one list. A group is a proposal, as a link is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from priam.names.linkage import Options
from priam.names.matching import Match, match_lists
from priam.names.reading import NameList

__all__ = ["Group", "cluster_lists"]

Row = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Rows (list, row) that are proposed to be one person; ``weakest`` link that holds it."""

    rows: tuple[Row, ...]
    weakest: float


def cluster_lists(
    lists: Sequence[NameList], *, threshold: float = 0.5, options: Options | None = None
) -> list[Group]:
    """All rows of all lists in groups; a row without a link is a group of its own."""
    links: list[tuple[float, Row, Row]] = []
    for first, second in combinations(range(len(lists)), 2):
        match = match_lists(lists[first], lists[second], threshold=threshold, options=options)
        links += _links(match, first, second)
    groups: dict[Row, list[Row]] = {
        (number, row): [(number, row)]
        for number, names in enumerate(lists)
        for row in range(len(names.persons))
    }
    weakest = dict.fromkeys(groups, 1.0)
    for probability, left, right in sorted(links, key=lambda link: -link[0]):
        _join(groups, weakest, left, right, probability)
    seen: dict[int, Group] = {}
    for row, group in groups.items():
        seen.setdefault(id(group), Group(tuple(sorted(group)), weakest[row]))
    return sorted(seen.values(), key=lambda group: group.rows)


def _links(match: Match, first: int, second: int) -> list[tuple[float, Row, Row]]:
    pairs, probability = match.pairs, match.fit.probability
    return [
        (
            float(probability[index]),
            (first, int(pairs.left[index])),
            (second, int(pairs.right[index])),
        )
        for index in match.proposed
    ]


def _join(
    groups: dict[Row, list[Row]],
    weakest: dict[Row, float],
    left: Row,
    right: Row,
    probability: float,
) -> None:
    one, other = groups[left], groups[right]
    if one is other or {number for number, _ in one} & {number for number, _ in other}:
        return
    low = min(weakest[left], weakest[right], probability)
    one.extend(other)
    for row in one:
        groups[row] = one
        weakest[row] = low
