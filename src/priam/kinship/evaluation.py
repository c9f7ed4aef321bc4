"""Numbers for a shape: one elimination for many lanes, families or markers of one locus, at once.

:mod:`priam.kinship.shape` says which tables a pedigree has, :mod:`priam.kinship.network` sums them
out; here they are filled with frequencies, mutation and what was seen. Theta is a sum over the
ways in which the founders' untyped alleles can be copies of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kernels.factors import diagonal
from priam.kinship.locus import Locus
from priam.kinship.network import Network, Switch, Table
from priam.kinship.shape import (
    Shape,
    Skeleton,
    Term,
    draws_together,
    order_of,
    renamed,
    skeleton_of,
)

__all__ = ["evaluate", "evaluate_linked", "lane_blocks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

MAX_PARTITIONS = 25_000
"""Ways to group the untyped founder alleles that a theta above 0 may need."""
NEAR_CACHE = 2**21
"""Entries of the largest table of a slice of lanes."""
TOGETHER = 512
"""Lanes that are taken together even where their tables pass ``NEAR_CACHE``."""
RESCALE_ABOVE = 20
"""Tables from which on each step is rescaled, so that nothing underflows."""


def lane_blocks(shape: Shape, alleles: tuple[int, ...], lanes: int) -> Iterator[slice]:
    """Slices of the lanes such that the tables of a slice stay near the cache.

    Some hundreds of lanes are taken together even if they do not, as long as memory allows:
    tables that all families share are made once a slice.
    """
    _, peak = order_of(shape, alleles)
    near = NEAR_CACHE // max(peak, 1)
    together = min(TOGETHER, 8 * NEAR_CACHE // max(peak, 1))
    step = max(1, min(lanes, 4096, max(near, together)))
    for start in range(0, lanes, step):
        yield slice(start, min(start + step, lanes))


def evaluate(
    shape: Shape,
    loci: Sequence[Locus],
    typed: Mapping[str, Ints],
    evidence: Mapping[str, Floats],
    *,
    lanes: int,
    theta: float = 0.0,
    shares: Floats | None = None,
    matrices: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats | float]:
    """Run one shape over ``lanes`` families at one locus.

    Args:
        typed: for each typed person positions of his two alleles, (2, lanes); (1, lanes) for a
            male at an X marker.
        evidence: for each person with evidence P(seen | genotype), (alleles, alleles, lanes),
            symmetric; (alleles, lanes) for a male at an X marker.
        shares: frequencies that differ between lanes, (alleles, lanes), in place of the locus's.
        matrices: the same for the mutation of fathers and mothers, (alleles, alleles, lanes).

    Returns:
        Values of shape (alleles, alleles of each asked person..., lanes), or (lanes,) if nobody
        is asked, and the logarithm of a factor still to be applied (a number or (lanes,)).
    """
    observed = {(name, 0): value for name, value in typed.items()}
    weights = {(name, 0): value for name, value in evidence.items()}
    run = _Run(shape, loci, observed, weights, lanes, ())
    if shares is not None:
        run.shares = [shares]
    if matrices is not None:
        run.matrices = [matrices]
    if theta == 0.0:
        return run.solve(run.founder_tables(), {})
    return run.with_theta(theta)


def evaluate_linked(
    shape: Shape,
    loci: Sequence[Locus],
    typed: Mapping[tuple[str, int], Ints],
    evidence: Mapping[tuple[str, int], Floats],
    rates: Sequence[float],
) -> tuple[Floats, Floats | float]:
    """Run one shape for one family at linked loci, without theta.

    ``typed`` and ``evidence`` as in :func:`evaluate` with one lane, by person and number of the
    locus; ``rates``: recombination between each locus and the next. Result as there.
    """
    run = _Run(shape, loci, typed, evidence, 1, rates)
    return run.solve(run.founder_tables(), {})


class _Run:
    """Numbers for a skeleton, and its elimination."""

    def __init__(
        self,
        shape: Shape,
        loci: Sequence[Locus],
        typed: Mapping[tuple[str, int], Ints],
        evidence: Mapping[tuple[str, int], Floats],
        lanes: int,
        rates: Sequence[float],
    ) -> None:
        self.skeleton: Skeleton = skeleton_of(shape)
        self.loci, self.lanes, self.rates = loci, lanes, rates
        # (alleles,) each, or (alleles, lanes) where they differ between lanes
        self.shares: list[Floats] = [locus.frequencies for locus in loci]
        self.people = shape.pedigree.persons
        self.typed = {(shape.pedigree.index[n], k): v for (n, k), v in typed.items()}
        self.evidence = {(shape.pedigree.index[n], k): v for (n, k), v in evidence.items()}
        self.sizes = self.skeleton.sizes([len(locus) for locus in loci])
        self.order, _ = order_of(shape, tuple(len(locus) for locus in loci))
        self.together = draws_together(shape, tuple(len(locus) for locus in loci))
        self.slots = self._slots()
        self.matrices = [_matrices(locus) for locus in loci]

    def _slots(self) -> dict[tuple[int, int, int], Ints]:
        """Positions of observed alleles: side 0 and 1 as given, 2 and 3 for both phases."""
        slots: dict[tuple[int, int, int], Ints] = {}
        for (number, locus), pair in self.typed.items():
            for side, row in enumerate(pair):
                slots[number, locus, side] = row
            if len(pair) == 2:
                slots[number, locus, 2] = pair
                slots[number, locus, 3] = pair[::-1]
        return slots

    def solve(
        self, founders: list[Table], merged: Mapping[int, int]
    ) -> tuple[Floats, Floats | float]:
        """Sum all variables out but those of the answer."""
        rescale = len(self.skeleton.terms) > RESCALE_ABOVE
        network = Network(self.sizes, founders, [], self.slots, rescale=rescale, lanes=self.lanes)
        for term in self.skeleton.terms:
            self._add(network, term, dict(merged))
        present = {v for v in self.order if v not in merged}
        for v in self.order:
            if v in present:
                network.eliminate(v)
        return network.result(self.skeleton.kept, self.lanes), network.log_scale

    # -- tables ----------------------------------------------------------------------------

    def _add(self, network: Network, term: Term, merged: dict[int, int]) -> None:
        if term.kind in ("switch", "pass"):
            self._add_inheritance(network, term, merged)
            return
        made = self._table(term)
        if made is None:
            return
        data, lanes = made
        axes, data = diagonal(tuple(merged.get(axis, axis) for axis in term.axes), data)
        network.tables.append(Table(axes, data, lanes))

    def _add_inheritance(self, network: Network, term: Term, merged: dict[int, int]) -> None:
        assert term.child is not None
        matrix = self.matrices[term.locus][0 if term.father else 1]
        to = renamed(term.child, merged)
        # over (child's allele, parent's allele); read at the child's, then the parent's first
        turned = np.ascontiguousarray(np.swapaxes(matrix, 0, 1))
        below = network.read(Table((-1, -2), turned, matrix.ndim == 3), to)
        assert below.data is not None
        data = np.moveaxis(below.data, below.axes.index(-2), 0)
        axes = tuple(axis for axis in below.axes if axis != -2)
        parents = [renamed(allele, merged) for allele in term.alleles]
        if term.kind == "pass":
            whole = Table((-1, *axes), data, below.lanes, below.pending)
            network.tables.append(network.read(whole, parents[0]))
            return
        x, y = parents
        network.switches.append(
            Switch(
                term.axes[0],
                x,
                y,
                axes,
                data,
                below.lanes,
                len(self.loci[term.locus]),
                below.pending,
            )
        )

    def _table(self, term: Term) -> tuple[Floats, bool] | None:
        """Numbers of a term; founders' are made elsewhere (they depend on theta)."""
        if term.kind == "half":
            return np.array([0.5, 0.5]), False
        if term.kind == "recombination":
            rate = self.rates[term.locus]
            return np.array([[1.0 - rate, rate], [rate, 1.0 - rate]]), False
        if term.kind == "phase":
            return self._phases(term.person, term.locus), True
        if term.kind == "evidence":
            return self.evidence[term.person, term.locus], True
        if term.kind == "equal":
            return np.eye(len(self.loci[term.locus])), False
        return None

    def _phases(self, person: int, locus: int) -> Floats:
        """Both phases of a heterozygote, one of a homozygote: shape (2, lanes)."""
        one, other = self.typed[person, locus]
        return np.stack([np.ones(self.lanes), (one != other).astype(np.float64)])

    def founder_tables(self) -> list[Table]:
        """Founders' draws, independent of one another (theta = 0)."""
        tables = []
        for term in self.skeleton.terms:
            p = self.shares[term.locus]
            if term.kind == "prior":
                tables.append(Table(term.axes, p, p.ndim == 2))
            elif term.kind == "inbred founder":
                pair = _pair_table(p, self._inbreeding(term))
                tables.append(Table(term.axes, pair, p.ndim == 2))
            elif term.kind == "typed founder":
                tables.append(self._typed_founder(term, p))
        return tables

    def _inbreeding(self, term: Term) -> float:
        return self.people[term.person].inbreeding

    def _typed_founder(self, term: Term, p: Floats) -> Table:
        pair = self.typed[term.person, term.locus]
        if len(pair) == 1:
            return Table((), _at_alleles(p, pair[0]), True)
        f = self._inbreeding(term)
        same = (pair[0] == pair[1]).astype(np.float64)
        one, other = _at_alleles(p, pair[0]), _at_alleles(p, pair[1])
        ordered = f * same * one + (1.0 - f) * one * other
        if not term.axes:
            return Table((), ordered * (2.0 - same), True)
        return Table(term.axes, ordered * self._phases(term.person, term.locus), True)

    # -- theta -----------------------------------------------------------------------------

    def with_theta(self, theta: float) -> tuple[Floats, Floats]:
        """Mean over the ways in which founders' alleles may be copies of one another.

        Draws by the sampling formula are draws from an urn (Blackwell and MacQueen, Ann Stat
        1973; 1:353-355, doi 10.1214/aos/1176342372): each is a copy of an earlier one or new.
        So the untyped founder alleles fall into groups of copies, whose first member comes
        from the frequencies, changed by the alleles of the typed founders. Summing over the
        groupings is exact for every mutation model and number of alleles. Where few alleles are
        drawn, one table over all of them does the same in one pass.
        """
        if self.rates or len(self.loci) > 1:
            raise UserError("linked markers with theta above 0 are not computed")
        if self.together:
            return _log_mean(self._drawn_together(theta))
        self._check_groupings()
        values: list[tuple[Floats, Floats | float]] = []
        for weight, draws, counts, drawn in self._founder_cases(theta):
            p = self.shares[0]
            base = p[:, None] if p.ndim == 1 else p
            prior = (theta * counts + (1.0 - theta) * base) / (theta * drawn + 1.0 - theta)
            for share, blocks in _groupings(draws, drawn, theta):
                merged = {v: block[0] for block in blocks for v in block[1:]}
                founders = [Table((block[0],), prior, True) for block in blocks]
                founders.append(Table((), weight * share, True))
                values.append(self.solve(founders, merged))
        return _log_mean(values)

    def _drawn_together(self, theta: float) -> Iterator[tuple[Floats, Floats | float]]:
        """The same by the probability of every set of untyped founder alleles."""
        pool = tuple(self.skeleton.pool)
        for weight, _, counts, drawn in self._founder_cases(theta):
            p = self.shares[0]
            base = theta * counts + (1.0 - theta) * (p[:, None] if p.ndim == 1 else p)
            table, copies = np.ones(self.lanes), np.zeros(len(p))
            for place in range(len(pool)):
                share = base + theta * copies[..., None]
                table = table[..., None, :] * share / (1.0 + (drawn + place - 1) * theta)
                copies = copies[..., None, :] + np.eye(len(p))
            yield self.solve([Table(pool, table, True), Table((), weight, True)], {})

    def _check_groupings(self) -> None:
        count = _bell(len(self.skeleton.pool))
        if count > MAX_PARTITIONS:
            raise UserError(
                f"theta above 0 with {len(self.skeleton.pool)} untyped founder alleles needs "
                f"{count:.3g} groupings of them (limit {MAX_PARTITIONS}); type a founder, leave "
                "out distant relatives, or set theta to 0"
            )

    def _founder_cases(
        self, theta: float
    ) -> Iterator[tuple[Floats, list[tuple[int, ...]], Floats, int]]:
        """For every choice of which inbred founders hold two copies of one draw: its weight
        with the typed founders' alleles, the draws left, counts of typed alleles, their number.
        """
        typed = self.skeleton.typed_founders
        inbred = [n for n, size in typed if size == 2 and self.people[n].inbreeding > 0.0]
        inbred += [n for n, _ in self.skeleton.inbred]
        for bits in product((False, True), repeat=len(inbred)):
            copies = dict(zip(inbred, bits))
            weight = np.ones(self.lanes)
            for number, bit in copies.items():
                f = self.people[number].inbreeding
                weight = weight * (f if bit else 1.0 - f)
            if weight.max() == 0.0:
                continue
            seen, counts, drawn = self._typed_draws(theta, copies)
            pairs: dict[int, tuple[int, ...]] = {
                v: pair for n, pair in self.skeleton.inbred if copies[n] for v in pair
            }
            draws = list(dict.fromkeys(pairs.get(v, (v,)) for v in self.skeleton.pool))
            yield weight * seen, draws, counts, drawn

    def _typed_draws(self, theta: float, copies: Mapping[int, bool]) -> tuple[Floats, Floats, int]:
        """Probability of the typed founders' alleles, drawn one after the other."""
        p = self.shares[0]
        counts = np.zeros((len(p), self.lanes))
        probability, drawn, lane = np.ones(self.lanes), 0, np.arange(self.lanes)
        for number, size in self.skeleton.typed_founders:
            pair = self.typed[number, 0]
            single = copies.get(number, False)
            if size == 2:
                different = pair[0] != pair[1]
                probability = probability * np.where(different, 0.0 if single else 2.0, 1.0)
            for row in pair[:1] if single else pair:
                top = theta * counts[row, lane] + (1.0 - theta) * _at_alleles(p, row)
                probability = probability * top / (1.0 + (drawn - 1) * theta)
                counts[row, lane] += 1.0
                drawn += 1
        return probability, counts, drawn


def _matrices(locus: Locus) -> tuple[Floats, Floats]:
    same = np.eye(len(locus))
    return (
        same if locus.male is None else locus.male,
        same if locus.female is None else locus.female,
    )


def _at_alleles(p: Floats, places: Ints) -> Floats:
    """Frequencies of one allele a lane."""
    found: Floats = p[places] if p.ndim == 1 else p[places, np.arange(p.shape[1])]
    return found


def _pair_table(p: Floats, inbreeding: float) -> Floats:
    """P(paternal, maternal allele) of a founder; lanes last where ``p`` has them."""
    table: Floats = (1.0 - inbreeding) * p[:, None] * p[None, :]
    every = np.arange(len(p))
    table[every, every] += inbreeding * p
    return table


def _bell(n: int) -> int:
    """Number of ways to group ``n`` things."""
    row = [1]
    for _ in range(n):
        new = [row[-1]]
        for value in row:
            new.append(new[-1] + value)
        row = new
    return row[0]


def _groupings(
    draws: Sequence[tuple[int, ...]], drawn: int, theta: float
) -> Iterator[tuple[float, list[list[int]]]]:
    """All groupings of the draws into copies, with their probabilities, after ``drawn`` others."""

    def extend(place: int, blocks: list[list[int]], members: list[int], share: float) -> Any:
        if place == len(draws):
            yield share, [list(block) for block in blocks]
            return
        bottom = 1.0 + (drawn + place - 1) * theta
        for k in range(len(blocks)):
            blocks[k].extend(draws[place])
            members[k] += 1
            yield from extend(place + 1, blocks, members, share * (members[k] - 1) * theta / bottom)
            members[k] -= 1
            del blocks[k][-len(draws[place]) :]
        fresh = share * (drawn * theta + 1.0 - theta) / bottom
        yield from extend(place + 1, [*blocks, list(draws[place])], [*members, 1], fresh)

    yield from extend(0, [], [], 1.0)


def _log_mean(values: Iterable[tuple[Floats, Floats | float]]) -> tuple[Floats, Floats]:
    """Sum of scaled tables, on the scale of the largest."""
    listed = list(values)
    lanes = listed[0][0].shape[-1]
    scales = np.stack(
        [np.broadcast_to(np.asarray(s, dtype=np.float64), (lanes,)) for _, s in listed]
    )
    top = scales.max(axis=0)
    total = np.zeros_like(listed[0][0])
    for (value, _), scale in zip(listed, scales):
        total = total + value * np.exp(scale - top)
    return total, top
