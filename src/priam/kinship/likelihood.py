"""The probability of observed genotypes on a pedigree.

``log_likelihood`` is the friendly entrance: a pedigree, loci, genotypes by person. Underneath,
:mod:`priam.kinship.evaluation` runs one shape over many lanes at once.

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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.evaluation import evaluate, evaluate_linked, lane_blocks
from priam.kinship.locus import Locus
from priam.kinship.observations import Genotype, Observation, observe
from priam.kinship.pedigree import Pedigree
from priam.kinship.shape import Shape

__all__ = [
    "Likelihood",
    "log_likelihood",
    "log_likelihood_linked",
    "log_likelihoods",
    "log_likelihoods_indexed",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


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
    values, scale = evaluate_linked(shape, small, observed, evidence, rates)
    return float((_log(values) + scale)[0])


def _haploid(pedigree: Pedigree, name: str, locus: Locus) -> bool:
    return locus.chromosome == "X" and pedigree[name].sex == 1
