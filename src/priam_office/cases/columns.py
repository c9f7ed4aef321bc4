"""Columns of a table of bags, cases and samples."""

from __future__ import annotations

__all__ = ["COLUMNS"]

#: Column -> what stands in it.
COLUMNS: dict[str, str] = {
    "bag": "tag of the bag (in every row)",
    "party": "who holds the bag, where it is not registered yet",
    "seal": "number of the bag's seal",
    "finding": "what opening it found; without it, from the number of cases",
    "opened_on": "day, 2025-06-16",
    "case": "tag of the case",
    "sample": "tag of the sample",
    "sample_kind": "kind of sample; bone if empty",
    "taken_on": "day, 2025-06-16",
    "place": "tag of the storage place of the case",
    "note": "words about the bag",
}
