"""What the lists cannot tell, in plain words, and what looks doubtful about these lists."""

from __future__ import annotations

from priam.totals.histories import Histories

__all__ = ["CANNOT_TELL", "doubts"]

#: Holds for every estimate from lists; printed with every one.
CANNOT_TELL = (
    "Closed population: the estimate is of the persons who could have been on these lists, in "
    "this place and time. Who was counted at the edge of it, moves it.",
    "Independence: if lists attract each other (one copies from another, or both reach the same "
    "people) the total comes out too low; if they avoid each other, too high. Some of this can "
    "be modelled from three lists on, but never all: the dependence of all lists at once cannot "
    "be seen.",
    "No chance at all: a person whom no list could ever have named (no family left, nobody "
    "asking, a place nobody reached) is in no estimate, however many lists there are.",
    "Copied lists: a list taken from another adds no information and makes the total look surer "
    "than it is.",
    "Withheld lists: a list that a party did not hand over, or shortened before it did, changes "
    "what the others seem to say.",
    "Links: two records of one person taken for two raise the total; two persons taken for one "
    "lower it.",
    "Nobody in particular: a total says how many were not listed, never who.",
)


def doubts(table: Histories) -> list[str]:
    """Warnings that the counts themselves suggest."""
    return [*_contained(table), *_thin(table), *_empty(table)]


def _contained(table: Histories) -> list[str]:
    overlap, sizes, found = table.overlaps, table.sizes, []
    for i in range(table.t):
        for j in range(table.t):
            inside = overlap[i, j] / sizes[i] if i != j and sizes[i] >= 10 else 0.0
            if inside >= 0.9 and sizes[i] <= sizes[j]:
                found.append(
                    f"{overlap[i, j]} of the {sizes[i]} persons on {table.lists[i]} are also on "
                    f"{table.lists[j]}: one list may have been taken from the other."
                )
    return found


def _thin(table: Histories) -> list[str]:
    once = int(table.multiplicity[0])
    if once < 0.9 * table.n:
        return []
    return [
        f"{once} of {table.n} persons ({once / table.n:.0%}) are on one list only: everything "
        "rests on a thin overlap."
    ]


def _empty(table: Histories) -> list[str]:
    overlap = table.overlaps
    empty = [
        f"{table.lists[i]} and {table.lists[j]}"
        for i in range(table.t)
        for j in range(i + 1, table.t)
        if overlap[i, j] == 0
    ]
    if not empty:
        return []
    shown = "; ".join(empty[:6]) + (f"; and {len(empty) - 6} more" if len(empty) > 6 else "")
    return [f"No person is on both of: {shown}. Either the lists exclude each other or links fail."]
