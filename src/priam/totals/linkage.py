"""Doubtful links: draw the links many times, estimate each time, and combine.

Each pair of records of two lists has a probability of being one person. A draw takes each link
with its probability, joins what the links connect, and so gives one table of counts. The spread
over draws goes into the interval (:mod:`priam.totals.combining`).

Links are drawn independently of each other; what a chain of links connects is one person. Where
one-to-one matching is known, give probabilities that already respect it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from priam.errors import InputError, UserError
from priam.formats.delimited import Delimited, read_delimited
from priam.totals.combining import Combined, Replicate, combine
from priam.totals.decomposable import MAX_LISTS as GRAPH_LISTS
from priam.totals.decomposable import average_graphs
from priam.totals.histories import Histories
from priam.totals.loglinear import fit_model
from priam.totals.selection import search

__all__ = ["MIN_DRAWS", "Links", "draw_tables", "estimate_over_links", "read_links"]

#: Fewer draws do not show the spread.
MIN_DRAWS = 20
_LEFT = ("left", "left_id", "unique_id_l", "record_a", "id_a", "a")
_RIGHT = ("right", "right_id", "unique_id_r", "record_b", "id_b", "b")
_PROBABILITY = ("probability", "match_probability", "p")


@dataclass(frozen=True, eq=False)
class Links:
    """Records 0 .. R-1 with the list each is on, and pairs (L, 2) with probabilities (L,)."""

    lists: tuple[str, ...]
    list_of: np.ndarray
    pairs: np.ndarray
    probability: np.ndarray


def read_links(files: Sequence[str | Path], links: str | Path) -> Links:
    """Lists (CSV with ``record_id``) and a CSV of links: left, right, probability."""
    place: dict[str, int] = {}
    list_of: list[int] = []
    for k, path in enumerate(files):
        table = read_delimited(path)
        c = _find(table, ("record_id", "unique_id", "id"), "a record_id")
        for r, row in enumerate(table.rows):
            if row[c] in place:
                raise InputError(
                    f"record {row[c]!r} occurs twice; give every record of all lists its own id",
                    file=table.file,
                    where=table.where(r, c),
                )
            place[row[c]] = len(list_of)
            list_of.append(k)
    pairs, probability = _pairs(read_delimited(links), place)
    names = tuple(Path(path).stem for path in files)
    return Links(names, np.array(list_of), pairs, probability)


def _find(table: Delimited, names: Sequence[str], what: str) -> int:
    lowered = [name.lower() for name in table.header]
    found = next((lowered.index(name) for name in names if name in lowered), None)
    if found is None:
        raise InputError(
            f"has no column for {what} (such as {names[0]}); its columns are "
            + ", ".join(table.header),
            file=table.file,
            where="line 1",
        )
    return found


def _pairs(table: Delimited, place: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    ends = [_find(table, _LEFT, "the left record"), _find(table, _RIGHT, "the right record")]
    p = _find(table, _PROBABILITY, "the probability")
    pairs, probability = [], []
    for r, row in enumerate(table.rows):
        for c in ends:
            if row[c] not in place:
                raise InputError(
                    f"record {row[c]!r} is on none of the lists",
                    file=table.file,
                    where=table.where(r, c),
                )
        pairs.append([place[row[c]] for c in ends])
        probability.append(_probability(table, r, p))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(probability)


def _probability(table: Delimited, r: int, c: int) -> float:
    try:
        value = float(table.rows[r][c].replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(
            f"holds {table.rows[r][c]!r}; a probability from 0 to 1 was expected",
            file=table.file,
            where=table.where(r, c),
        )
    return value


def draw_tables(links: Links, draws: int, rng: np.random.Generator) -> list[Histories]:
    """One table of counts for each draw of the links."""
    if draws < MIN_DRAWS:
        raise UserError(f"{draws} draws of the links were asked for; at least {MIN_DRAWS}")
    return [
        _table(links, rng.random(len(links.probability)) < links.probability) for _ in range(draws)
    ]


def _table(links: Links, kept: np.ndarray) -> Histories:
    left, right = links.pairs[kept].T
    size = len(links.list_of)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    persons, label = connected_components(graph, directed=False)
    member = np.zeros((persons, len(links.lists)), dtype=np.uint8)
    member[label, links.list_of] = 1
    cells = Counter("".join(map(str, row)) for row in member)
    return Histories.from_cells(links.lists, cells)


def estimate_over_links(
    tables: Sequence[Histories], rng: np.random.Generator, level: float = 0.95, size: int = 1000
) -> Combined:
    """Posterior draws for each table, combined.

    Averaged graphs for three to five lists; else log-normal draws of the BIC-best log-linear
    model (two lists: independence).
    """
    return combine([_replicate(table, rng, size) for table in tables], level)


def _replicate(table: Histories, rng: np.random.Generator, size: int) -> Replicate:
    if 3 <= table.t <= GRAPH_LISTS:
        return Replicate(table.n, average_graphs(table).draw(size, rng))
    fit = search(table).best_bic if table.t > 2 else fit_model(table, [(0,), (1,)])
    if fit.log_f0 is None or fit.log_f0_stderr is None:
        raise UserError(
            f"in one draw of the links the table holds no total under {fit.name}; the links are "
            "too few, or the lists do not overlap"
        )
    logs = rng.normal(fit.log_f0, fit.log_f0_stderr, size)
    return Replicate(table.n, table.n + rng.poisson(np.exp(np.minimum(logs, 40.0))))
