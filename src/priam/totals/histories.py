"""Who is on which lists: counts of capture histories, and nothing else.

A *history* is one 0/1 pattern over the lists: ``0110`` means on the second and third list only.
Names, dates and places have been left behind; only counts come this far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from priam.errors import UserError

__all__ = ["MAX_LISTS", "Histories"]

Counts = NDArray[np.int64]

#: A full table has 2^t - 1 cells; beyond this many lists it no longer fits the methods.
MAX_LISTS = 16


@dataclass(frozen=True, eq=False)
class Histories:
    """Counts of persons by the lists that name them.

    ``patterns`` has shape (cells, lists), 0 or 1, rows distinct, in ascending binary order and
    never all zero; ``counts`` has shape (cells,) and is positive. Absent cells are zero.
    """

    lists: tuple[str, ...]
    patterns: NDArray[np.uint8]
    counts: Counts

    @classmethod
    def from_cells(cls, lists: Sequence[str], cells: Mapping[str, int]) -> Histories:
        """Build from ``{"0110": 12, ...}``; zero counts are dropped."""
        names = _checked_names(lists)
        rows = sorted((key, int(count)) for key, count in cells.items() if count)
        for key, count in rows:
            _check_cell(key, count, len(names))
        patterns = np.array([[int(bit) for bit in key] for key, _ in rows], dtype=np.uint8)
        counts = np.array([count for _, count in rows], dtype=np.int64)
        return cls(names, patterns.reshape(len(rows), len(names)), counts)

    @property
    def t(self) -> int:
        """Number of lists."""
        return len(self.lists)

    @property
    def n(self) -> int:
        """Number of distinct persons seen on any list."""
        return int(self.counts.sum())

    @property
    def cells(self) -> dict[str, int]:
        """``{"0110": 12, ...}`` without the empty cells."""
        keys = ("".join(map(str, row)) for row in self.patterns)
        return dict(zip(keys, map(int, self.counts)))

    @property
    def sizes(self) -> Counts:
        """Persons on each list, shape (t,)."""
        return self.counts @ self.patterns.astype(np.int64)

    @property
    def overlaps(self) -> Counts:
        """Persons on each pair of lists, shape (t, t); the diagonal holds the list sizes."""
        x = self.patterns.astype(np.int64)
        return (x * self.counts[:, None]).T @ x

    @property
    def multiplicity(self) -> Counts:
        """Persons on exactly k lists, k = 1..t, shape (t,)."""
        k = self.patterns.sum(axis=1, dtype=np.int64)
        return np.bincount(k, weights=self.counts, minlength=self.t + 1)[1:].astype(np.int64)

    def full(self) -> tuple[NDArray[np.uint8], Counts]:
        """All 2^t - 1 observable cells in binary order, (cells, t), and their counts, (cells,),
        zeros included."""
        grid = np.array(list(product((0, 1), repeat=self.t)), dtype=np.uint8)[1:]
        y = np.zeros(len(grid), dtype=np.int64)
        weights = 1 << np.arange(self.t - 1, -1, -1, dtype=np.int64)
        y[self.patterns.astype(np.int64) @ weights - 1] = self.counts
        return grid, y

    def without(self, index: int) -> Histories:
        """The same persons with one list struck out; those it alone named are no longer seen."""
        keep = [i for i in range(self.t) if i != index]
        cells: dict[str, int] = {}
        for key, count in self.cells.items():
            shorter = "".join(key[i] for i in keep)
            if "1" in shorter:
                cells[shorter] = cells.get(shorter, 0) + count
        return Histories.from_cells([self.lists[i] for i in keep], cells)

    def only(self, indices: Sequence[int]) -> Histories:
        """The table of the lists named by ``indices``, in that order."""
        cells: dict[str, int] = {}
        for key, count in self.cells.items():
            shorter = "".join(key[i] for i in indices)
            if "1" in shorter:
                cells[shorter] = cells.get(shorter, 0) + count
        return Histories.from_cells([self.lists[i] for i in indices], cells)


def _checked_names(lists: Sequence[str]) -> tuple[str, ...]:
    names = tuple(str(name) for name in lists)
    if len(names) < 2:
        raise UserError(
            f"{len(names)} list was given; an estimate needs at least two lists of the same "
            "persons, and three before their dependence can be looked at"
        )
    if len(names) > MAX_LISTS:
        raise UserError(f"{len(names)} lists were given; at most {MAX_LISTS} can be compared")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UserError(f"two lists are called {doubled[0]!r}; give every list its own name")
    return names


def _check_cell(key: str, count: int, t: int) -> None:
    if len(key) != t or set(key) - {"0", "1"}:
        raise UserError(f"cell {key!r} is not a pattern of {t} digits 0 or 1, one for each list")
    if "1" not in key:
        raise UserError(
            f"cell {key!r} counts persons on no list; nobody can have counted them: remove it"
        )
    if count < 0:
        raise UserError(f"cell {key!r} holds {count}; a count cannot be negative")
