"""Log likelihood ratios of a family for every genotype of its missing person, in one pass.

For a family with missing person m and references R, at each marker and genotype g of m,

    T[g] = log P(R, m = g) - log P(R) - log P(g | R, m unrelated),

natural logarithm, so that a remains profile s has log LR = sum over markers of T[s_l]: one
lookup a marker. With theta = 0 the last term is log P(g). With theta > 0 an unrelated person's
alleles are further draws from the urn that the founders of R were drawn from: P(g | R) is
P(R, u = g) / P(R) with u a founder of his own beside the same pedigree.

Genotypes of a diploid are numbered by :func:`genotype_index`: (i, j) with i <= j is
j (j + 1) / 2 + i, whatever the number of alleles. For a male at an X marker the number is that
of his allele.

>>> from priam.kinship.pedigree import parent_and_child
>>> locus = Locus("snp", ("1", "2"), np.array([0.1, 0.9]))
>>> family = {"parent": {"snp": ("1", "1")}}
>>> tables = build_tables(parent_and_child(), "child", [family], [locus])
>>> np.exp(tables.values[0][:, 0]).round(6).tolist()  # 1/1, 1/2, 2/2
[10.0, 5.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.evaluation import evaluate, lane_blocks
from priam.kinship.lanes import LocusColumns, MergedLanes
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Observation, observe
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.shape import Shape

__all__ = [
    "STRANGER",
    "Tables",
    "build_tables",
    "build_tables_indexed",
    "genotype_index",
    "genotype_pairs",
]

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
STRANGER = "\0stranger"
"""Identifier of the unrelated person in the denominator."""


def genotype_index(one: Any, other: Any) -> Any:
    """Number of an unordered genotype; positions or arrays of positions."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return high * (high + 1) // 2 + low


def genotype_pairs(alleles: int) -> tuple[Ints, Ints]:
    """Both alleles (i <= j) of every genotype number, each of shape (genotypes,)."""
    high, low = np.tril_indices(alleles)
    return low, high


@dataclass(frozen=True, eq=False)
class Tables:
    """Log LR tables of families of one pedigree.

    Attributes:
        loci: markers, in order.
        missing: the person asked for.
        families: number of families F.
        values: for each marker float64 (genotypes, F): T, natural log; ``-inf`` is impossible.
        log_prior: for each marker float64 (genotypes, 1), log P(g); with theta (genotypes, F),
            log P(g | R).
        log_references: float64 (markers, F), log P(R); ``-inf`` where the references themselves
            cannot be related as said: then T is ``-inf`` throughout.
        haploid: for each marker whether genotypes are single alleles (a male at X).
        theta: F_ST used.
    """

    loci: tuple[Locus, ...]
    missing: str
    families: int
    values: tuple[Floats, ...]
    log_prior: tuple[Floats, ...]
    log_references: Floats
    haploid: tuple[bool, ...]
    theta: float = 0.0

    def genotypes(self, marker: int) -> int:
        """Number of complete genotypes at a marker."""
        size = len(self.loci[marker])
        return size if self.haploid[marker] else size * (size + 1) // 2

    @property
    def nbytes(self) -> int:
        """Memory of the exact tables in bytes: 8 x sum of genotypes x families (+ the rest)."""
        return sum(v.nbytes for v in self.values) + sum(v.nbytes for v in self.log_prior)

    def index(self, marker: int, genotype: Sequence[str], person: str = "?") -> int:
        """Row of a genotype given by labels; :class:`UserError` for an unknown allele."""
        locus = self.loci[marker]
        places = [locus.position(label, person) for label in genotype]
        if self.haploid[marker]:
            return places[0]
        one, other = places if len(places) == 2 else (places[0], places[0])
        return int(genotype_index(one, other))

    def log_lr(self, profile: Mapping[str, Sequence[str] | None]) -> Floats:
        """Log LR of a profile (labels by marker; others count as not typed), shape (F,)."""
        total = np.zeros(self.families)
        for marker, locus in enumerate(self.loci):
            genotype = profile.get(locus.name)
            if genotype:
                total = total + self.values[marker][self.index(marker, genotype)]
        return total

    def blocks(self, width: int = 16) -> Floats32:
        """Tables for a search: float32 [family block, marker, genotype, family in block].

        The genotype axis is as long as the longest marker's; what a marker does not use, and
        families beyond the last, hold ``-inf``. Index ``[b, l, g, k]`` is family b * width + k.
        Rounding: at most 2**-24 relative in each T.
        """
        count = -(-self.families // width)
        rows = max((value.shape[0] for value in self.values), default=0)
        result = np.full((count, len(self.loci), rows, width), -np.inf, dtype=np.float32)
        for marker, value in enumerate(self.values):
            for block in range(count):
                part = value[:, block * width : (block + 1) * width]
                result[block, marker, : len(value), : part.shape[1]] = part
        return result

    def with_drop_model(self, model: DropModel) -> Tables:
        """The tables with further rows for degraded observations.

        Row ``genotypes(l) + genotype_index(i, j)`` is the log LR of having *seen* the alleles
        {i, j} (or {i} alone where i = j) under ``model``:
        log of sum_g P(seen | g) P(R, g) / P(R) over sum_g P(seen | g) P(g).
        """
        values = []
        for marker, locus in enumerate(self.loci):
            seen = _seen_matrix(locus, model, haploid=self.haploid[marker])
            rows = self.genotypes(marker)
            prior = np.exp(self.log_prior[marker])
            joint = np.exp(self.values[marker][:rows]) * prior
            with np.errstate(divide="ignore", invalid="ignore"):
                more = np.log(seen @ joint) - np.log(seen @ prior)
            values.append(np.concatenate([self.values[marker][:rows], more]))
        return replace(self, values=tuple(values))


def _seen_matrix(locus: Locus, model: DropModel, *, haploid: bool) -> Floats:
    """P(seen set | genotype), shape (genotypes, genotypes): row = what was seen."""
    if haploid:
        rows = [model.weights(frozenset([i]), locus, haploid=True) for i in range(len(locus))]
        return np.array(rows)
    low, high = genotype_pairs(len(locus))
    seen = [model.weights(frozenset([int(i), int(j)]), locus) for i, j in zip(low, high)]
    return np.array([table[low, high] for table in seen])


def build_tables(
    pedigree: Pedigree,
    missing: str,
    families: Sequence[Mapping[str, Mapping[str, Any]]],
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
) -> Tables:
    """Tables of many families that share a pedigree (persons of one role have one id).

    Args:
        families: for each family what was seen, ``families[i][person][marker]`` (labels, partial
            genotypes, :class:`~priam.kinship.observations.Seen`); anything missing is untyped.
        theta: F_ST of the sampling formula.

    Families in which other persons are typed at a marker are computed in groups. Raises
    :class:`UserError` for bad genotypes, or if ``missing`` himself is typed.
    """
    for family in families:
        if missing in family:
            raise UserError(f"person {missing!r} is missing and cannot have a reference profile")
    columns = [
        _column(pedigree, missing, locus, [_seen(f, locus, pedigree) for f in families], theta)
        for locus in loci
    ]
    return _assembled(pedigree, missing, loci, len(families), columns, theta)


def build_tables_indexed(
    pedigree: Pedigree,
    missing: str,
    typed: Mapping[str, Ints],
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
) -> Tables:
    """The same from arrays, for many families without a gap in their profiles.

    ``typed[person]`` has shape (markers, 2, F): positions of both alleles in ``loci[l].alleles``;
    for a male at an X marker only row 0 is read.
    """
    names = tuple(typed)
    count = next(iter(typed.values())).shape[-1] if typed else 1
    columns = []
    for marker, locus in enumerate(loci):
        shape = Shape(
            pedigree,
            frozenset(names),
            frozenset(),
            (missing,),
            locus.chromosome,
            theta=theta > 0.0,
        )
        pairs = {n: _rows(typed[n][marker], pedigree[n], locus) for n in names}
        columns.append(_batch(shape, missing, locus, pairs, {}, count, theta))
    return _assembled(pedigree, missing, loci, count, columns, theta)


def _rows(pair: Ints, person: Person, locus: Locus) -> Ints:
    return pair[:1] if locus.chromosome == "X" and person.sex == Sex.MALE else pair


_Column = tuple[Floats, Floats, Floats]
"""T (genotypes, F), log prior (genotypes, 1 or F), log P(R) (F,)."""


def _assembled(
    pedigree: Pedigree,
    missing: str,
    loci: Sequence[Locus],
    count: int,
    columns: Sequence[_Column],
    theta: float,
) -> Tables:
    male = pedigree[missing].sex == Sex.MALE
    return Tables(
        loci=tuple(loci),
        missing=missing,
        families=count,
        values=tuple(column[0] for column in columns),
        log_prior=tuple(column[1] for column in columns),
        log_references=np.array([column[2] for column in columns]).reshape(len(loci), count),
        haploid=tuple(male and locus.chromosome == "X" for locus in loci),
        theta=theta,
    )


def _seen(
    family: Mapping[str, Mapping[str, Any]], locus: Locus, pedigree: Pedigree
) -> dict[str, Observation]:
    found = {
        name: observe(markers.get(locus.name), locus, pedigree[name])
        for name, markers in family.items()
    }
    return {name: seen for name, seen in found.items() if seen.kind != "nothing"}


def _column(
    pedigree: Pedigree,
    missing: str,
    locus: Locus,
    families: Sequence[Mapping[str, Observation]],
    theta: float,
) -> _Column:
    groups: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for number, family in enumerate(families):
        typed = frozenset(name for name, found in family.items() if found.kind == "typed")
        groups.setdefault((typed, frozenset(family) - typed), []).append(number)
    parts = []
    for (typed, soft), numbers in groups.items():
        shape = Shape(pedigree, typed, soft, (missing,), locus.chromosome, theta=theta > 0.0)
        rows = [families[number] for number in numbers]
        pairs = {n: np.array([r[n].alleles for r in rows], dtype=np.intp).T for n in typed}
        weights = {n: np.stack([r[n].weights(len(locus)) for r in rows], axis=-1) for n in soft}
        parts.append((numbers, _batch(shape, missing, locus, pairs, weights, len(rows), theta)))
    return _gathered(parts, len(families), theta)


def _gathered(parts: Sequence[tuple[list[int], _Column]], count: int, theta: float) -> _Column:
    if len(parts) == 1:
        return parts[0][1]
    genotypes = len(parts[0][1][0]) if parts else 0
    values = np.empty((genotypes, count))
    prior = np.empty((genotypes, count if theta > 0.0 else 1))
    references = np.empty(count)
    for numbers, (value, own_prior, reference) in parts:
        values[:, numbers] = value
        prior[:, numbers if theta > 0.0 else [0]] = own_prior
        references[numbers] = reference
    return values, prior, references


def _batch(
    shape: Shape,
    missing: str,
    locus: Locus,
    typed: Mapping[str, Ints],
    weights: Mapping[str, Floats],
    count: int,
    theta: float,
) -> _Column:
    """One marker, families with the same persons typed."""
    blocks = [
        _block(
            shape,
            missing,
            locus,
            {name: value[:, part] for name, value in typed.items()},
            {name: value[..., part] for name, value in weights.items()},
            part.stop - part.start,
            theta,
        )
        for part in lane_blocks(shape, (len(locus),), count)
    ]
    prior = [block[1] for block in blocks]
    return (
        np.concatenate([block[0] for block in blocks], axis=1),
        np.concatenate(prior, axis=1) if theta > 0.0 else prior[0],
        np.concatenate([block[2] for block in blocks]),
    )


def _block(
    shape: Shape,
    missing: str,
    locus: Locus,
    typed: Mapping[str, Ints],
    weights: Mapping[str, Floats],
    lanes: int,
    theta: float,
) -> _Column:
    related, scale = _asked(shape, locus, typed, weights, lanes, theta)
    references = related.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if theta > 0.0:
            # P(R) is the same in both, but the scales differ.
            beside = _beside(shape, missing)
            unrelated, other_scale = _asked(beside, locus, typed, weights, lanes, theta)
            prior = np.log(unrelated) - np.log(unrelated.sum(axis=0))
            log_references = np.log(unrelated.sum(axis=0)) + other_scale
        else:
            male = shape.pedigree[missing].sex == Sex.MALE
            haploid = male and locus.chromosome == "X"
            prior = np.log(_founder_prior(locus, haploid=haploid))[:, None]
            log_references = np.log(references) + scale
        values = np.log(related)
        values -= prior
        values -= np.log(references)
    values[:, references <= 0.0] = -np.inf
    values[np.isnan(values)] = -np.inf
    return values, prior, np.asarray(log_references)


def _asked(
    shape: Shape,
    locus: Locus,
    typed: Mapping[str, Ints],
    weights: Mapping[str, Floats],
    lanes: int,
    theta: float,
) -> tuple[Floats, Floats | float]:
    """P(R, the person asked = g), (genotypes, lanes), up to a log scale."""
    if theta == 0.0 or weights or not typed or not locus.mutates_in_proportion:
        made, scale = evaluate(shape, [locus], typed, weights, lanes=lanes, theta=theta)
        return _folded(made), scale
    shown = [sorted(set(column)) for column in np.concatenate(list(typed.values())).T.tolist()]
    merged = MergedLanes(LocusColumns([locus]), [0] * lanes, shown, halves=True)
    ranks = {name: merged.ranks(pair.T.tolist()) for name, pair in typed.items()}
    classes, scales = merged.evaluate(shape, ranks, {}, theta)
    return _split_classes(classes, merged, locus), scales


def _split_classes(classes: Floats, merged: MergedLanes, locus: Locus) -> Floats:
    """From classes of alleles (those that R shows, and two halves of the others) to genotypes.

    Draws by the sampling formula stay such draws when alleles are merged. R tells the others
    apart in nothing but their frequencies: with one allele a of them and one that is shown, the
    probability is p_a times something that does not depend on a; with two different ones it is
    p_a p_b h; with the same twice it is p_a p_a h + p_a k, where k are two copies of one draw.
    The two halves tell h from k.
    """
    p, lane = locus.frequencies, np.arange(len(merged.shown))
    one = merged.named
    where = np.full((len(locus), len(lane)), one, dtype=np.intp)
    for k, places in enumerate(merged.shown):
        where[places, k] = np.arange(len(places))
    other = where == one
    share = np.where(other, p[:, None] / np.maximum(merged.shares()[one], 1e-300), 1.0)
    if classes.ndim == 2:
        haploid: Floats = classes[where, lane] * share
        return haploid
    low, high = genotype_pairs(len(locus))
    twice = other[low] & other[high]
    second = np.where(twice, one + 1, where[high])  # the other half for the second of the two
    both = 0.5 * (classes[where[low], second, lane] + classes[second, where[low], lane])
    result: Floats = both * share[low] * share[high] * np.where(low == high, 1.0, 2.0)[:, None]
    copies = (classes[one, one] - classes[one, one + 1]) * share[low]
    return result + np.where(twice & (low == high)[:, None], copies, 0.0)


def _beside(shape: Shape, missing: str) -> Shape:
    """The same references and an unrelated person, who is asked instead."""
    sex = shape.pedigree[missing].sex
    pedigree = shape.pedigree.with_persons(Person(STRANGER, sex=sex))
    return Shape(pedigree, shape.typed, shape.evidence, (STRANGER,), shape.chromosome, theta=True)


def _folded(joint: Floats) -> Floats:
    """Sum over the order of two alleles: (K, K, lanes) to (genotypes, lanes)."""
    if joint.ndim == 2:
        return joint.copy()
    low, high = genotype_pairs(len(joint))
    result: Floats = joint[low, high]
    result += joint[high, low]
    result[low == high] *= 0.5
    return result


def _founder_prior(locus: Locus, *, haploid: bool) -> Floats:
    p = locus.frequencies
    if haploid:
        return p
    low, high = genotype_pairs(len(p))
    prior: Floats = p[low] * p[high] * np.where(low == high, 1.0, 2.0)
    return prior
