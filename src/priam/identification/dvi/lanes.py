"""Many markers in one pass where nothing mutates.

Without mutation a marker is its founders' frequencies and nothing else, so that different markers
can share one elimination: alleles that nobody shows are merged into one, short markers are
padded with alleles of frequency zero, and every (marker, genotypes) is a lane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from priam.kinship.likelihood import _Run, lane_blocks
from priam.kinship.locus import Locus
from priam.kinship.network import Table
from priam.kinship.pedigree import Pedigree
from priam.kinship.shape import Shape, Term

__all__ = ["unmutated_log_likelihoods"]

Floats = npt.NDArray[np.float64]
Rows = Mapping[str, tuple[str, str]]  # person -> both alleles at one marker


class _Lanes(_Run):
    """The run of one shape whose founders have frequencies of their own in every lane."""

    frequencies: Floats  # (alleles, lanes)

    def founder_tables(self) -> list[Table]:
        tables = []
        for term in self.skeleton.terms:
            if term.kind == "prior":
                tables.append(Table(term.axes, self.frequencies, True))
            elif term.kind == "typed founder":
                tables.append(self._typed_founder(term, self.frequencies))
        return tables

    def _typed_founder(self, term: Term, p: Floats) -> Table:
        pair = self.typed[term.person, term.locus]
        lane = np.arange(self.lanes)
        ordered = p[pair[0], lane] * p[pair[1], lane]
        if not term.axes:
            return Table((), ordered * (2.0 - (pair[0] == pair[1])), True)
        return Table(term.axes, ordered * self._phases(term.person, term.locus), True)


def unmutated_log_likelihoods(
    pedigree: Pedigree, loci: Sequence[Locus], lanes: Sequence[tuple[int, Rows]]
) -> list[float]:
    """Log likelihood of each lane: (locus number, complete genotypes of the typed)."""
    groups: dict[frozenset[str], list[int]] = {}
    for k, (_, row) in enumerate(lanes):
        groups.setdefault(frozenset(row), []).append(k)
    found = np.zeros(len(lanes))
    for typed, members in groups.items():
        shape = Shape(pedigree, typed)
        found[members] = _group(shape, loci, [lanes[k] for k in members])
    return [float(value) for value in found]


def _group(shape: Shape, loci: Sequence[Locus], lanes: Sequence[tuple[int, Rows]]) -> Floats:
    names = sorted(shape.typed)
    pairs = np.zeros((len(names), 2, len(lanes)), dtype=np.intp)
    columns = []
    for k, (number, row) in enumerate(lanes):
        locus = loci[number]
        places = np.array([[locus.position(a, n) for a in row[n]] for n in names], dtype=np.intp)
        kept = np.unique(places)
        pairs[:, :, k] = np.searchsorted(kept, places.reshape(len(names), 2))
        shown = locus.frequencies[kept]
        columns.append(np.append(shown, max(locus.frequencies.sum() - shown.sum(), 0.0)))
    height = max(len(column) for column in columns)
    frequencies = np.stack([np.pad(c, (0, height - len(c))) for c in columns], axis=1)
    alleles = tuple(str(a) for a in range(height))
    dummy = Locus("lanes", alleles, np.full(height, 1.0 / height))
    blocks = []
    for part in lane_blocks(shape, (height,), len(lanes)):
        typed = {(n, 0): pairs[k, :, part] for k, n in enumerate(names)}
        run = _Lanes(shape, [dummy], typed, {}, part.stop - part.start, ())
        run.frequencies = frequencies[:, part]
        values, scale = run.solve(run.founder_tables(), {})
        with np.errstate(divide="ignore"):
            blocks.append(np.log(values) + scale)
    return np.concatenate(blocks)
