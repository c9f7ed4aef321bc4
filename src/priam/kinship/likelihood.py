"""The probability of observed genotypes on a pedigree.

``log_likelihood`` is the friendly entrance: a pedigree, loci, genotypes by person. Underneath,
:func:`evaluate` runs one shape over many lanes (families or markers of one locus) at once.

Conventions (those of the R package pedprobr 1.1):

* founders' alleles are independent draws from the frequencies, or with ``theta`` > 0 draws by
  the sampling formula (Balding and Nichols, Forensic Sci Int 1994; 64:125-140,
  doi 10.1016/0379-0738(94)90222-4): the chance that the next allele is a, with n_a of n drawn
  being a, is (n_a theta + (1 - theta) p_a) / (1 + (n - 1) theta);
* a child gets one of the two alleles of each parent, each with 1/2, which then mutates;
* a genotype with one allele unknown, ("9", None), is the event "carries 9 and any other";
* an inbred founder has two copies of one draw with probability f.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kernels.factors import diagonal
from priam.kinship.locus import Locus
from priam.kinship.network import Network, Switch, Table
from priam.kinship.observations import Genotype, Observation, observe
from priam.kinship.pedigree import Pedigree
from priam.kinship.shape import (
    Shape,
    Skeleton,
    Term,
    draws_together,
    order_of,
    renamed,
    skeleton_of,
)

__all__ = [
    "Likelihood",
    "evaluate",
    "log_likelihood",
    "log_likelihood_linked",
    "log_likelihoods",
    "log_likelihoods_indexed",
]

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


@dataclass(frozen=True)
class Likelihood:
    """Natural logarithms of the likelihood; impossible is ``-inf``.

    Attributes:
        per_marker: one a locus, in the order given.
        total: their sum.
    """

    markers: tuple[str, ...]
    per_marker: tuple[float, ...]

    @property
    def total(self) -> float:
        return float(sum(self.per_marker))


def log_likelihood(
    pedigree: Pedigree,
    loci: Sequence[Locus],
    genotypes: Mapping[str, Mapping[str, Genotype | Observation | Sequence[Any]]],
    *,
    theta: float = 0.0,
    lump: bool = True,
) -> Likelihood:
    """Log likelihood of ``genotypes[person][marker]`` on ``pedigree``, marker by marker.

    Markers are taken as unlinked (see :func:`log_likelihood_linked`). ``lump`` merges alleles
    that nobody shows as far as the mutation model allows it exactly. Raises
    :class:`UserError` for bad genotypes (person, marker and value are named), a theta outside
    [0, 1), or a pedigree too entangled to compute.
    """
    by_locus = [_at(genotypes, locus.name, pedigree) for locus in loci]
    values = [
        float(log_likelihoods(pedigree, locus, [seen], theta=theta, lump=lump)[0])
        for locus, seen in zip(loci, by_locus)
    ]
    return Likelihood(tuple(locus.name for locus in loci), tuple(values))


def _at(
    genotypes: Mapping[str, Mapping[str, Any]], marker: str, pedigree: Pedigree
) -> dict[str, Any]:
    for person in genotypes:
        pedigree[person]
    return {person: given[marker] for person, given in genotypes.items() if marker in given}


def log_likelihoods(
    pedigree: Pedigree,
    locus: Locus,
    families: Sequence[Mapping[str, Any]],
    *,
    theta: float = 0.0,
    lump: bool = True,
) -> Floats:
    """Log likelihoods of many families of one pedigree at one locus.

    ``families[i][person]`` is what was seen. Families in which the same persons are typed run
    as one batch. Shape of the result: (families,).
    """
    _check_theta(theta)
    seen = [
        {name: observe(value, locus, pedigree[name]) for name, value in family.items()}
        for family in families
    ]
    groups: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for number, family in enumerate(seen):
        typed = frozenset(name for name, found in family.items() if found.kind == "typed")
        soft = frozenset(name for name, found in family.items() if found.kind == "evidence")
        groups.setdefault((typed, soft), []).append(number)
    result = np.empty(len(families))
    for (typed, soft), numbers in groups.items():
        shape = Shape(pedigree, typed, soft, chromosome=locus.chromosome, theta=theta > 0.0)
        rows = [seen[number] for number in numbers]
        result[numbers] = _lumped_batches(shape, locus, rows, theta, lump)
    return result


def _lumped_batches(
    shape: Shape, locus: Locus, rows: Sequence[Mapping[str, Observation]], theta: float, lump: bool
) -> Floats:
    """Few families: each on its own smaller locus. Many: all on the full one."""
    if not lump or len(rows) > 4:
        return _likelihoods(shape, locus, rows, theta)
    values = []
    for row in rows:
        kept = {place for found in row.values() for place in found.places()}
        smaller, where = locus.lumped(kept)
        moved = {name: found.lumped(where, len(smaller)) for name, found in row.items()}
        values.append(_likelihoods(shape, smaller, [moved], theta)[0])
    return np.array(values)


def _likelihoods(
    shape: Shape, locus: Locus, rows: Sequence[Mapping[str, Observation]], theta: float
) -> Floats:
    typed = {
        name: np.array([row[name].alleles for row in rows], dtype=np.intp).T for name in shape.typed
    }
    soft = {
        name: np.stack([row[name].weights(len(locus)) for row in rows], axis=-1)
        for name in shape.evidence
    }
    return _in_blocks(shape, locus, typed, soft, len(rows), theta)


def log_likelihoods_indexed(
    pedigree: Pedigree, locus: Locus, typed: Mapping[str, Ints], *, theta: float = 0.0
) -> Floats:
    """Log likelihoods of many complete families from arrays.

    ``typed[person]`` holds positions of his alleles, (2, families), or (1, families) for a male
    at an X marker. All alleles of the locus are kept apart.
    """
    _check_theta(theta)
    shape = Shape(pedigree, frozenset(typed), chromosome=locus.chromosome, theta=theta > 0.0)
    count = next(iter(typed.values())).shape[-1]
    return _in_blocks(shape, locus, typed, {}, count, theta)


def _in_blocks(
    shape: Shape,
    locus: Locus,
    typed: Mapping[str, Ints],
    soft: Mapping[str, Floats],
    count: int,
    theta: float,
) -> Floats:
    shares: Floats | None = None
    if typed and not soft and locus.male is None and locus.female is None:
        locus, typed, shares = _shown_only(locus, typed)
    blocks = []
    for part in lane_blocks(shape, (len(locus),), count):
        values, scale = evaluate(
            shape,
            [locus],
            {name: value[:, part] for name, value in typed.items()},
            {name: value[..., part] for name, value in soft.items()},
            lanes=part.stop - part.start,
            theta=theta,
            shares=None if shares is None else shares[:, part],
        )
        blocks.append(_log(values) + scale)
    return np.concatenate(blocks)


def _shown_only(
    locus: Locus, typed: Mapping[str, Ints]
) -> tuple[Locus, dict[str, Ints], Floats | None]:
    """Without mutation: each lane keeps the alleles that its family shows, and one for the rest.

    Exact. Returns a smaller locus, positions in it, and frequencies of each lane,
    (alleles, lanes); or what was given where that saves nothing.
    """
    stacked = np.concatenate(list(typed.values()))
    order = np.argsort(stacked, axis=0, kind="stable")
    ranked = np.take_along_axis(stacked, order, axis=0)
    steps = np.diff(ranked, axis=0, prepend=ranked[:1]) > 0
    rank = np.cumsum(steps, axis=0)
    size = int(rank[-1].max()) + 2
    if size >= len(locus):
        return locus, dict(typed), None
    places = np.empty_like(stacked)
    np.put_along_axis(places, order, rank, axis=0)
    shares = np.zeros((size, stacked.shape[1]))
    np.put_along_axis(shares, places, locus.frequencies[stacked], axis=0)
    shares[-1] = np.maximum(1.0 - shares.sum(axis=0), 0.0)
    names = (*(f"shown {k}" for k in range(size - 1)), "rest")
    small = Locus(locus.name, names, np.full(size, 1.0 / size), chromosome=locus.chromosome)
    edges = np.cumsum([len(value) for value in typed.values()])[:-1]
    return small, dict(zip(typed, np.split(places, edges))), shares


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


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        result: Floats = np.log(values)
    return result


def _check_theta(theta: float) -> None:
    if not 0.0 <= theta < 1.0:
        raise UserError(f"theta {theta!r} is not in [0, 1); 0.01 to 0.03 is usual")


def log_likelihood_linked(
    pedigree: Pedigree,
    loci: Sequence[Locus],
    genotypes: Mapping[str, Mapping[str, Any]],
    rho: float | Sequence[float],
) -> Likelihood:
    """Log likelihood at linked markers with recombination rates ``rho`` between neighbours.

    Founder haplotypes are in linkage equilibrium; recombination is the same in both sexes. The
    value per marker is log P(first), log P(second | those before), ...: their sum is the joint.
    """
    rates = [float(rho)] * (len(loci) - 1) if isinstance(rho, (int, float)) else list(rho)
    _check_linked(loci, rates)
    joint = [0.0]
    for count in range(1, len(loci) + 1):
        joint.append(_linked(pedigree, loci[:count], genotypes, rates[: count - 1]))
    steps = [b - a if a > -np.inf else (0.0 if b == a else -np.inf) for a, b in pairwise(joint)]
    return Likelihood(tuple(locus.name for locus in loci), tuple(steps))


def _check_linked(loci: Sequence[Locus], rates: Sequence[float]) -> None:
    if len(rates) != len(loci) - 1:
        raise UserError(f"{len(loci)} linked markers need {len(loci) - 1} recombination rates")
    for rate in rates:
        if not 0.0 <= rate <= 0.5:
            raise UserError(f"recombination rate {rate!r} is not in [0, 0.5]")
    if len({locus.chromosome for locus in loci}) > 1:
        raise UserError("linked markers lie on one chromosome; one is autosomal and one is X")


def _linked(
    pedigree: Pedigree,
    loci: Sequence[Locus],
    genotypes: Mapping[str, Mapping[str, Any]],
    rates: Sequence[float],
) -> float:
    """Everyone seen at some of the loci is given as evidence where he is not typed at all."""
    rows: list[dict[str, Observation]] = []
    for locus in loci:
        given = _at(genotypes, locus.name, pedigree)
        rows.append({n: observe(value, locus, pedigree[n]) for n, value in given.items()})
    rows = [{n: found for n, found in row.items() if found.kind != "nothing"} for row in rows]
    everyone = {name for row in rows for name in row}
    typed = frozenset(n for n in everyone if all(n in r and r[n].kind == "typed" for r in rows))
    soft = frozenset(everyone - typed)
    shape = Shape(pedigree, typed, soft, chromosome=loci[0].chromosome, loci=len(loci))
    small, observed, evidence = [], {}, {}
    for number, (locus, row) in enumerate(zip(loci, rows)):
        kept = {place for found in row.values() for place in found.places()}
        lumped, where = locus.lumped(kept)
        small.append(lumped)
        for name in everyone:
            found = row.get(name, Observation.nothing(haploid=_haploid(pedigree, name, locus)))
            moved = found.lumped(where, len(lumped))
            if name in typed:
                observed[name, number] = np.array([moved.alleles], dtype=np.intp).T
            else:
                evidence[name, number] = moved.weights(len(lumped))[..., None]
    values, scale = _evaluate(shape, small, observed, evidence, 1, 0.0, rates)
    return float((_log(values) + scale)[0])


def _haploid(pedigree: Pedigree, name: str, locus: Locus) -> bool:
    return locus.chromosome == "X" and pedigree[name].sex == 1


# -- one shape, many lanes ---------------------------------------------------------------


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
    return _evaluate(shape, loci, observed, weights, lanes, theta, (), shares, matrices)


def _evaluate(
    shape: Shape,
    loci: Sequence[Locus],
    typed: Mapping[tuple[str, int], Ints],
    evidence: Mapping[tuple[str, int], Floats],
    lanes: int,
    theta: float,
    rates: Sequence[float],
    shares: Floats | None = None,
    matrices: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats | float]:
    run = _Run(shape, loci, typed, evidence, lanes, rates)
    if shares is not None:
        run.shares = [shares]
    if matrices is not None:
        run.matrices = [matrices]
    if theta == 0.0:
        return run.solve(run.founder_tables(), {})
    return run.with_theta(theta)


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
