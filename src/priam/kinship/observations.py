"""What was seen of a person at a marker, and what it says about his genotype.

A complete genotype is *typed*: its two alleles. Everything else is *evidence*: for each genotype
the probability of what was seen. :class:`DropModel` is the evidence of degraded remains.

Drop-out and drop-in (Gill et al., Forensic Sci Int 2000; 112:17-40; Haned et al., Forensic Sci
Int Genet 2012; 6:762-774, doi 10.1016/j.fsigen.2012.08.008): each allele of a heterozygote drops
out on its own with probability ``d``, the allele of a homozygote with probability ``d_hom``
(``d`` squared unless given); each foreign allele a appears with probability ``c p_a`` and none
does with 1 - ``c``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Person, Sex

__all__ = ["DropModel", "Genotype", "Observation", "Seen", "observe"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Genotype = tuple[str | None, ...]
"""Two labels (one for a male at an X marker); ``None`` is an allele not known."""


@dataclass(frozen=True, slots=True)
class DropModel:
    """Probabilities of drop-out and drop-in of one sample.

    Attributes:
        dropout: of one allele of a heterozygote.
        homozygote: of both copies of a homozygote (default: ``dropout`` squared).
        dropin: of one foreign allele.
    """

    dropout: float = 0.0
    homozygote: float | None = None
    dropin: float = 0.0

    def __post_init__(self) -> None:
        for name in ("dropout", "homozygote", "dropin"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value < 1.0:
                raise UserError(f"{name} probability {value!r} is not in [0, 1)")

    def weights(self, seen: frozenset[int], locus: Locus, *, haploid: bool = False) -> Floats:
        """P(the set ``seen`` | genotype), shape (alleles, alleles), or (alleles,) if haploid.

        The silent allele of a locus is never seen.
        """
        double = self.dropout**2 if self.homozygote is None else self.homozygote
        shown = np.ones(len(locus), dtype=bool)
        if locus.silent is not None:
            shown[locus.silent] = False
        single = self._one(seen, self.dropout, shown)
        if haploid:
            return single * self._foreign(seen, locus, haploid=True)
        table = np.outer(single, single)
        np.fill_diagonal(table, self._one(seen, double, shown))
        result: Floats = table * self._foreign(seen, locus, haploid=False)
        return result

    def _one(self, seen: frozenset[int], drop: float, shown: npt.NDArray[np.bool_]) -> Floats:
        """P(this allele shows or not, as it did), for each allele."""
        there = np.zeros(len(shown), dtype=bool)
        there[list(seen)] = True
        result: Floats = np.where(shown, np.where(there, 1.0 - drop, drop), 1.0)
        return result

    def _foreign(self, seen: frozenset[int], locus: Locus, *, haploid: bool) -> Floats:
        """P(the alleles seen that the genotype lacks came from outside)."""
        size = len(locus)
        result = np.ones((size,) if haploid else (size, size))
        own = np.eye(size, dtype=bool)
        any_foreign = np.zeros(result.shape, dtype=bool)
        for allele in seen:
            has = own[allele] if haploid else own[allele][:, None] | own[allele][None, :]
            result = result * np.where(has, 1.0, self.dropin * locus.frequencies[allele])
            any_foreign |= ~has
        total: Floats = np.where(any_foreign, result, result * (1.0 - self.dropin))
        return total


@dataclass(frozen=True)
class Seen:
    """Alleles seen in a degraded sample (any number, maybe none) and its drop model."""

    alleles: tuple[str, ...]
    model: DropModel = field(default_factory=DropModel)


@dataclass(frozen=True, eq=False)
class Observation:
    """What is known of one person at one locus, in positions.

    ``kind`` "typed": ``alleles`` are both alleles; "evidence": ``table`` holds P(seen | genotype)
    with ``named`` the positions that must stay apart; "nothing": not typed.
    """

    kind: Literal["typed", "evidence", "nothing"]
    alleles: tuple[int, ...] = ()
    table: Floats | None = None
    named: frozenset[int] = frozenset()
    haploid: bool = False

    @classmethod
    def nothing(cls, *, haploid: bool = False) -> Observation:
        return cls("nothing", haploid=haploid)

    def places(self) -> frozenset[int]:
        """Positions of alleles that may not be merged with others."""
        return frozenset(self.alleles) | self.named

    def weights(self, size: int) -> Floats:
        """P(seen | genotype): (alleles, alleles), or (alleles,) if haploid."""
        if self.table is not None:
            return self.table
        if self.kind == "nothing":
            return np.ones((size,) if self.haploid else (size, size))
        if self.haploid:
            one_hot: Floats = np.eye(size)[self.alleles[0]]
            return one_hot
        table = np.zeros((size, size))
        one, other = self.alleles
        table[one, other] = table[other, one] = 1.0
        return table

    def lumped(self, where: Ints, size: int) -> Observation:
        """The same after alleles were merged: ``where`` gives the new positions."""
        alleles = tuple(int(where[place]) for place in self.alleles)
        table = self.table
        if table is not None:
            first = np.array([int(np.flatnonzero(where == k)[0]) for k in range(size)])
            table = table[first] if self.haploid else table[np.ix_(first, first)]
        return Observation(self.kind, alleles, table, self.named, self.haploid)

    def times(self, other: Observation, size: int) -> Observation:
        """Both of two observations of one person."""
        if self.kind == "nothing":
            return other
        if other.kind == "nothing":
            return self
        table = self.weights(size) * other.weights(size)
        return Observation("evidence", (), table, self.places() | other.places(), self.haploid)


def observe(value: Any, locus: Locus, person: Person) -> Observation:
    """What ``value`` says of ``person`` at ``locus``.

    ``value`` is an :class:`Observation`, a :class:`Seen`, a list of those (several samples of
    one person), ``None`` (not typed), or labels: two, of which one or both may be ``None``, or
    one for a male at an X marker. Raises :class:`UserError` with person, marker and value for
    three alleles, an allele the table lacks, or two different X alleles of a male.
    """
    haploid = locus.chromosome == "X" and person.sex == Sex.MALE
    if isinstance(value, Observation):
        return value
    if value is None:
        return Observation.nothing(haploid=haploid)
    if isinstance(value, Seen):
        return _degraded(value, locus, person, haploid)
    if isinstance(value, list) and value and isinstance(value[0], (Seen, Observation)):
        found = Observation.nothing(haploid=haploid)
        for part in value:
            found = found.times(observe(part, locus, person), len(locus))
        return found
    return _genotype(_labels(value, locus, person), locus, person, haploid)


def _labels(value: Any, locus: Locus, person: Person) -> tuple[str | None, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        value = [value]
    labels = tuple(None if _missing(label) else str(label) for label in value)
    if len(set(labels)) > 2 or len(labels) > 2:
        shown = ", ".join(str(label) for label in labels)
        raise UserError(
            f"person {person.id!r}, marker {locus.name}: {len(labels)} alleles ({shown}); a person "
            "has two at most. This looks like a mixture: leave the marker out (option "
            "--three-alleles drop) or type again"
        )
    return labels


def _missing(label: Any) -> bool:
    return label is None or str(label).strip() in ("", "-", "NA", "0?", "?")


def _genotype(
    labels: tuple[str | None, ...], locus: Locus, person: Person, haploid: bool
) -> Observation:
    known = [label for label in labels if label is not None]
    places = [locus.position(label, person.id) for label in known]
    if not places:
        return Observation.nothing(haploid=haploid)
    if haploid:
        if len(set(places)) > 1:
            raise UserError(
                f"person {person.id!r}, marker {locus.name}: two X alleles ({', '.join(known)}) "
                "but he is male; correct the sex or leave the marker out"
            )
        return Observation("typed", (places[0],), haploid=True)
    if len(labels) == 1:
        raise UserError(
            f"person {person.id!r}, marker {locus.name}: one allele ({known[0]}); write a "
            f"homozygote as {known[0]}, {known[0]} and a partial genotype as {known[0]} and null"
        )
    if len(places) == 1:
        return _half_known(places[0], locus)
    if locus.silent is not None and places[0] == places[1]:
        return _maybe_silent(places[0], locus)
    return Observation("typed", (places[0], places[1]))


def _half_known(place: int, locus: Locus) -> Observation:
    """One allele is known, the other may be any: "carries this allele"."""
    table = np.zeros((len(locus), len(locus)))
    table[place, :] = table[:, place] = 1.0
    return Observation("evidence", (), table, frozenset([place]))


def _maybe_silent(place: int, locus: Locus) -> Observation:
    """A homozygote may be a heterozygote with the silent allele."""
    assert locus.silent is not None
    table = np.zeros((len(locus), len(locus)))
    table[place, place] = 1.0
    table[place, locus.silent] = table[locus.silent, place] = 1.0
    return Observation("evidence", (), table, frozenset([place, locus.silent]))


def _degraded(value: Seen, locus: Locus, person: Person, haploid: bool) -> Observation:
    labels = [label for label in value.alleles if not _missing(label)]
    places = frozenset(locus.position(label, person.id) for label in labels)
    table = value.model.weights(places, locus, haploid=haploid)
    named = set(places) | ({locus.silent} if locus.silent is not None else set())
    if _splits(value.model, haploid):
        # A homozygote of an unseen allele then differs from a heterozygote of two unseen ones,
        # so that unseen alleles cannot be merged into one.
        named = set(range(len(locus)))
    return Observation("evidence", (), table, frozenset(named), haploid)


def _splits(model: DropModel, haploid: bool) -> bool:
    double = model.dropout**2 if model.homozygote is None else model.homozygote
    return not haploid and abs(double - model.dropout**2) > 0.0
