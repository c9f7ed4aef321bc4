"""Likelihoods at different loci in one elimination.

A locus is to one elimination only frequencies and mutation matrices. Where a mutation ends does
not depend on where it began (no mutation, the models equal and proportional), all alleles that a
family does not show can be merged into one, so that a lane, (locus, what was seen), needs a
handful of alleles, and lanes of different loci lie side by side with numbers of their own. What
does not lend itself to that is computed locus by locus. The numbers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.kinship.evaluation import evaluate, lane_blocks
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Chromosome, Locus
from priam.kinship.observations import Observation, observe
from priam.kinship.pedigree import Pedigree
from priam.kinship.shape import Shape

__all__ = ["LocusColumns", "MergedLanes", "log_likelihoods_by_lane"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Lane = tuple[int, Mapping[str, Any]]
"""Number of a locus, and what was seen of each person there."""
WIDTHS = (12, 24, 64)
"""Lanes that show fewer alleles than one of these run together, padded to the most among them."""


def log_likelihoods_by_lane(
    pedigree: Pedigree, loci: Sequence[Locus], lanes: Sequence[Lane], *, theta: float = 0.0
) -> Floats:
    """Natural-log likelihood of each lane, shape (lanes,); impossible is ``-inf``.

    ``lanes[k]`` is (number of a locus in ``loci``, what was seen by person there). Raises
    :class:`~priam.errors.UserError` for bad genotypes, as ``log_likelihoods`` does.
    """
    columns = LocusColumns(loci)
    apart: dict[int, list[int]] = {}
    groups: dict[tuple[Any, ...], list[int]] = {}
    rows: list[dict[str, Observation]] = []
    shown: list[list[int]] = []
    known: dict[Any, Observation] = {}
    for k, (number, given) in enumerate(lanes):
        row = {n: _observed(v, n, number, pedigree, loci, known) for n, v in given.items()}
        row = {name: seen for name, seen in row.items() if seen.kind != "nothing"}
        places = sorted({place for seen in row.values() for place in seen.places()})
        rows.append(row)
        shown.append(places)
        if columns.merges[number] and len(places) < WIDTHS[-1]:
            groups.setdefault(_group_key(row, loci[number], len(places)), []).append(k)
        else:
            apart.setdefault(number, []).append(k)
    found = np.zeros(len(lanes))
    for number, members in apart.items():
        families = [rows[k] for k in members]
        found[members] = log_likelihoods(pedigree, loci[number], families, theta=theta)
    for (typed, soft, chromosome, _), members in groups.items():
        shape = Shape(pedigree, typed, soft, chromosome=chromosome, theta=theta > 0.0)
        numbers = [lanes[k][0] for k in members]
        batch = MergedLanes(columns, numbers, [shown[k] for k in members])
        found[members] = batch.solve(shape, [rows[k] for k in members], theta)
    return found


def _observed(
    value: Any,
    name: str,
    number: int,
    pedigree: Pedigree,
    loci: Sequence[Locus],
    known: dict[Any, Observation],
) -> Observation:
    """What a value says; equal pairs of labels are read once."""
    if isinstance(value, Observation):
        return value
    person = pedigree[name]
    if not (isinstance(value, (tuple, list)) and all(isinstance(x, str) for x in value)):
        return observe(value, loci[number], person)
    key = (number, person.sex, tuple(value))
    if key not in known:
        known[key] = observe(value, loci[number], person)
    return known[key]


def _group_key(
    row: Mapping[str, Observation], locus: Locus, places: int
) -> tuple[frozenset[str], frozenset[str], Chromosome, int]:
    typed = frozenset(name for name, seen in row.items() if seen.kind == "typed")
    width = next(w for w in WIDTHS if w > places)
    return typed, frozenset(row) - typed, locus.chromosome, width


class LocusColumns:
    """Numbers of all loci end to end, and a last entry 0 for padding."""

    def __init__(self, loci: Sequence[Locus]) -> None:
        moves = [locus.mutated_to for locus in loci]
        self.merges = [move is not None for move in moves]
        sizes = [len(locus) for locus in loci]
        self.start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
        zero = np.zeros(1)
        self.frequencies = np.concatenate([*(locus.frequencies for locus in loci), zero])
        full = [np.zeros((2, n)) if m is None else m for m, n in zip(moves, sizes)]
        self.moves = np.concatenate([*full, np.zeros((2, 1))], axis=1)
        self.moved = np.array([m.sum(axis=1) for m in full]).reshape(len(loci), 2)
        stays = [np.stack([_diagonal(o.male, len(o)), _diagonal(o.female, len(o))]) for o in loci]
        self.stays = np.concatenate([*stays, np.ones((2, 1))], axis=1)
        self.mutates = any(o.male is not None or o.female is not None for o in loci)


def _diagonal(matrix: Floats | None, size: int) -> Floats:
    return np.ones(size) if matrix is None else np.diagonal(matrix)


class MergedLanes:
    """Lanes of one width: shown alleles first, then padding, and last all the others as one.

    ``halves``: as two of equal frequency, so that two different ones can be told from twice the
    same. That is exact where mutations end at each allele in proportion to its frequency.
    """

    def __init__(
        self,
        columns: LocusColumns,
        numbers: Sequence[int],
        shown: Sequence[Sequence[int]],
        *,
        halves: bool = False,
    ) -> None:
        self.columns, self.shown = columns, shown
        self.others = 2 if halves else 1
        self.named = max(len(places) for places in shown)
        self.width = self.named + self.others
        self.numbers = np.array(numbers, dtype=np.intp)
        self.where = np.full((self.named, len(shown)), len(columns.frequencies) - 1, dtype=np.intp)
        for k, (number, places) in enumerate(zip(numbers, shown)):
            self.where[: len(places), k] = columns.start[number] + np.array(places, dtype=np.intp)

    def solve(
        self, shape: Shape, rows: Sequence[Mapping[str, Observation]], theta: float
    ) -> Floats:
        """Log likelihood of each lane, (lanes,)."""
        typed = {name: self.ranks([row[name].alleles for row in rows]) for name in shape.typed}
        soft = {
            name: np.stack([self._weights(k, row[name]) for k, row in enumerate(rows)], axis=-1)
            for name in shape.evidence
        }
        values, scale = self.evaluate(shape, typed, soft, theta)
        with np.errstate(divide="ignore"):
            result: Floats = np.log(values) + scale
        return result

    def ranks(self, alleles: Sequence[Sequence[int]]) -> Ints:
        """Positions of one person's alleles among those of each lane, (2 or 1, lanes)."""
        rank = [{place: r for r, place in enumerate(places)} for places in self.shown]
        return np.array([[at[a] for a in pair] for pair, at in zip(alleles, rank)], np.intp).T

    def evaluate(
        self, shape: Shape, typed: Mapping[str, Ints], soft: Mapping[str, Floats], theta: float
    ) -> tuple[Floats, Floats]:
        """As ``evaluation.evaluate`` over all lanes: values, lanes last, and their log scale."""
        shares, matrices = self.shares(), self._matrices()
        names = tuple(f"allele {k}" for k in range(self.width))
        common = Locus(
            "lanes", names, np.full(self.width, 1.0 / self.width), chromosome=shape.chromosome
        )
        values, scales = [], []
        for part in lane_blocks(shape, (self.width,), len(self.shown)):
            lanes = part.stop - part.start
            made, scale = evaluate(
                shape,
                [common],
                {name: pair[:, part] for name, pair in typed.items()},
                {name: table[..., part] for name, table in soft.items()},
                lanes=lanes,
                theta=theta,
                shares=shares[:, part],
                matrices=matrices and (matrices[0][..., part], matrices[1][..., part]),
            )
            values.append(made)
            scales.append(np.broadcast_to(np.asarray(scale, dtype=np.float64), (lanes,)))
        return np.concatenate(values, axis=-1), np.concatenate(scales)

    def shares(self) -> Floats:
        """Frequencies, (width, lanes); the last is what the shown ones leave of 1."""
        p = self.columns.frequencies[self.where]
        rest = np.maximum(1.0 - p.sum(axis=0, keepdims=True), 0.0)
        return np.concatenate([p, *[rest / self.others] * self.others])

    def _matrices(self) -> tuple[Floats, Floats] | None:
        """Mutation of fathers and of mothers, each (width, width, lanes)."""
        if not self.columns.mutates:
            return None
        return self._matrix(0), self._matrix(1)

    def _matrix(self, side: int) -> Floats:
        to = self.columns.moves[side][self.where]
        rest = np.maximum(self.columns.moved[self.numbers, side] - to.sum(axis=0), 0.0)
        whole = np.concatenate([to, *[rest[None] / self.others] * self.others])
        result = np.broadcast_to(whole, (self.width, *whole.shape)).copy()
        every = np.arange(self.width)
        rows = every[: self.named]
        result[rows, rows] = self.columns.stays[side][self.where]
        stays = 1.0 - to.sum(axis=0) - rest * (1.0 - 1.0 / self.others)
        result[every[self.named :], every[self.named :]] = stays
        return result

    def _weights(self, lane: int, seen: Observation) -> Floats:
        """P(seen | genotype) over this lane's alleles; padding never occurs."""
        number, places = int(self.numbers[lane]), list(self.shown[lane])
        size = int(self.columns.start[number + 1] - self.columns.start[number])
        table = seen.weights(size)
        others = np.ones(size, dtype=bool)
        others[places] = False
        rest = int(np.argmax(others)) if others.any() else 0  # of frequency 0 if there is none
        index = np.array([*places, *([rest] * (self.width - len(places)))], dtype=np.intp)
        return table[index] if seen.haploid else table[np.ix_(index, index)]
