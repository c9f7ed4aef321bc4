"""A marker as the engine sees it: alleles, frequencies, and what fathers and mothers mutate to.

A :class:`Locus` is made once per marker and frequency table. ``male`` and ``female`` are
mutation matrices (row = parent's allele) or ``None`` for no mutation. A *silent* allele, one
that the laboratory cannot see, is a further allele with its own frequency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.alleles import canonical_allele
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies
from priam.genetics.markers import marker_of
from priam.genetics.mutation import NO_MUTATION, MutationModel

__all__ = ["SILENT", "Chromosome", "Locus", "loci_of_table"]

SILENT = "silent"
Chromosome = Literal["autosomal", "X"]
Floats = npt.NDArray[np.float64]
FREQUENCY_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Locus:
    """One marker.

    Attributes:
        name: of the marker.
        alleles: labels.
        frequencies: float64 (alleles,), sum 1.
        male, female: float64 (alleles, alleles), rows sum to 1; ``None`` is no mutation.
        chromosome: "autosomal" or "X".
        silent: position of the silent allele, or ``None``.
    """

    name: str
    alleles: tuple[str, ...]
    frequencies: Floats
    male: Floats | None = None
    female: Floats | None = None
    chromosome: Chromosome = "autosomal"
    silent: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "alleles", tuple(self.alleles))
        p = np.ascontiguousarray(self.frequencies, dtype=np.float64)
        object.__setattr__(self, "frequencies", p)
        _check(self.name, self.alleles, p, self.chromosome)
        for side in ("male", "female"):
            matrix = getattr(self, side)
            if matrix is not None:
                made = np.ascontiguousarray(matrix, dtype=np.float64)
                _check_matrix(self.name, side, made, len(p))
                object.__setattr__(self, side, made)

    @classmethod
    def of(
        cls,
        name: str,
        alleles: Sequence[str],
        frequencies: Sequence[float] | Floats,
        mutation: MutationModel = NO_MUTATION,
        *,
        chromosome: Chromosome = "autosomal",
        silent: float = 0.0,
    ) -> Locus:
        """A locus with a mutation model.

        ``silent`` is the frequency of a silent allele; the others are scaled by 1 - ``silent``.
        It neither mutates nor is mutated to.
        """
        p = np.asarray(frequencies, dtype=np.float64)
        male = female = None
        if not mutation.is_trivial:
            male, female = mutation.matrices(tuple(alleles), p)
        plain = cls(name, tuple(alleles), p, male, female, chromosome)
        return plain.with_silent(silent) if silent else plain

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Locus:
        """A locus from a marker of the case files."""
        return cls.of(
            str(record.get("name", "marker")),
            [str(allele) for allele in record["alleles"]],
            record["frequencies"],
            MutationModel.from_record(record.get("mutation")),
            chromosome=_chromosome(record.get("chrom")),
            silent=float(record.get("silent_frequency") or 0.0),
        )

    @classmethod
    def from_frequencies(
        cls,
        marker: MarkerFrequencies,
        mutation: MutationModel = NO_MUTATION,
        *,
        silent: float = 0.0,
    ) -> Locus:
        """A locus from one marker of a frequency table."""
        system = marker_of(marker.marker).system
        if system not in ("autosomal", "X"):
            raise UserError(
                f"marker {marker.marker!r} is of system {system}; pedigree likelihoods are for "
                "autosomal and X markers"
            )
        return cls.of(
            marker.marker,
            marker.alleles,
            marker.frequencies,
            mutation,
            chromosome="X" if system == "X" else "autosomal",
            silent=silent,
        )

    def __len__(self) -> int:
        return len(self.alleles)

    @cached_property
    def index(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.alleles)}

    @cached_property
    def mutated_to(self) -> Floats | None:
        """Chance of mutating to each allele, fathers and mothers, (2, alleles); 0 without mutation.

        ``None`` where it depends on the parent's allele. Where it does not (models equal and
        proportional), alleles that nobody shows can always be merged into one.
        """
        found = np.zeros((2, len(self)))
        for row, matrix in zip(found, (self.male, self.female)):
            if matrix is not None:
                low, high = _off_diagonal(matrix)
                if np.any(high - low > 1e-13 * high):
                    return None
                row[:] = low
        return found

    @cached_property
    def mutates_in_proportion(self) -> bool:
        """Whether mutations end at each allele in proportion to its frequency, or never happen."""
        if self.mutated_to is None:
            return False
        totals = self.mutated_to.sum(axis=1, keepdims=True)
        gap = np.abs(self.mutated_to - totals * self.frequencies / self.frequencies.sum())
        return bool(np.all(gap <= 1e-12 * self.frequencies * totals))

    def position(self, label: str, person: str = "?") -> int:
        """Position of an allele; :class:`UserError` names person, marker and value."""
        found = self.index.get(label)
        if found is None:
            found = self.index.get(canonical_allele(label))
        if found is None:
            raise UserError(
                f"person {person!r}, marker {self.name}: allele {label!r} is not in the frequency "
                f"table ({len(self)} alleles, {self.alleles[0]} to {self.alleles[-1]}); add it "
                "with a minimum frequency (option --minimum-frequency, for example 5/2N)"
            )
        return found

    def with_silent(self, frequency: float) -> Locus:
        """The locus with a silent allele of this frequency."""
        if not 0.0 < frequency < 1.0:
            raise UserError(
                f"marker {self.name}: silent allele frequency {frequency!r} is not between 0 and 1"
            )
        return Locus(
            self.name,
            (*self.alleles, SILENT),
            np.append(self.frequencies * (1.0 - frequency), frequency),
            _bordered(self.male),
            _bordered(self.female),
            self.chromosome,
            len(self),
        )

    def with_mutation(self, mutation: MutationModel) -> Locus:
        """The same alleles and frequencies with another mutation model; a silent allele, which
        no model knows, is added after it."""
        if self.silent is not None:
            raise UserError(f"marker {self.name}: the mutation model comes before a silent allele")
        if mutation.is_trivial:
            male = female = None
        else:
            male, female = mutation.matrices(self.alleles, self.frequencies)
        return Locus(self.name, self.alleles, self.frequencies, male, female, self.chromosome)

    def lumped(self, keep: Iterable[int]) -> tuple[Locus, npt.NDArray[np.intp]]:
        """Merge alleles outside ``keep`` as far as that is exact for both sexes.

        Returns the smaller locus and, for each old allele, its new position. The partition is
        refined until it is exact for both matrices (Kemeny and Snell 1960, theorem 6.3.2); in
        the worst case nothing is merged. Where all the others become one allele, its frequency
        is what the kept ones leave of 1 (as in pedprobr), so that the rounding of a published
        table does not enter.
        """
        kept = sorted({*keep, *([self.silent] if self.silent is not None else [])})
        classes = self._classes(kept)
        where = np.empty(len(self), dtype=np.intp)
        for number, group in enumerate(classes):
            where[group] = number
        if len(classes) == len(self):
            return self, np.arange(len(self), dtype=np.intp)
        onto = np.zeros((len(self), len(classes)))
        onto[np.arange(len(self)), where] = 1.0
        p = self.frequencies @ onto
        if sum(len(group) > 1 for group in classes) == 1 and len(classes) == len(kept) + 1:
            p[-1] = max(1.0 - float(p[:-1].sum()), 0.0)
        first = [group[0] for group in classes]

        def merged(matrix: Floats | None) -> Floats | None:
            return None if matrix is None else (matrix @ onto)[first]

        names = tuple(
            self.alleles[group[0]] if len(group) == 1 else f"other {number}"
            for number, group in enumerate(classes)
        )
        male, female = merged(self.male), merged(self.female)
        silent = None if self.silent is None else int(where[self.silent])
        return Locus(self.name, names, p, male, female, self.chromosome, silent), where

    def _classes(self, kept: list[int]) -> list[list[int]]:
        """Coarsest partition that is exact for fathers and for mothers, ``kept`` apart.

        Partition refinement: classes whose rows (of both matrices, summed over classes) differ
        are split until none is. Differences count *relatively*: a step of many repeats has a
        probability far below 1e-12 and must not be taken for another.
        """
        classes = _rest(len(self), kept)
        matrices = [matrix for matrix in (self.male, self.female) if matrix is not None]
        if len(matrices) == 1:
            matrices.append(np.eye(len(self)))
        if not matrices:
            return classes
        while True:
            onto = np.zeros((len(self), len(classes)))
            for number, group in enumerate(classes):
                onto[group, number] = 1.0
            flows = np.concatenate([matrix @ onto for matrix in matrices], axis=1)
            split = [part for group in classes for part in _split(flows, group)]
            if len(split) == len(classes):
                return split
            classes = split


def _split(flows: Floats, group: list[int]) -> list[list[int]]:
    """Parts of ``group`` whose rows agree."""
    parts: list[list[int]] = []
    for place in group:
        for part in parts:
            gap = np.abs(flows[part[0]] - flows[place])
            if np.all(gap <= 1e-13 * flows[place]):
                part.append(place)
                break
        else:
            parts.append([place])
    return parts


def _off_diagonal(matrix: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest entry of each column, the diagonal left out; 0 for one allele."""
    if len(matrix) == 1:
        return np.zeros(1), np.zeros(1)
    diagonal = np.eye(len(matrix), dtype=bool)
    low: Floats = np.where(diagonal, np.inf, matrix).min(axis=0)
    high: Floats = np.where(diagonal, -np.inf, matrix).max(axis=0)
    return low, high


def _rest(size: int, kept: list[int]) -> list[list[int]]:
    others = [place for place in range(size) if place not in set(kept)]
    return [*([place] for place in kept), *([others] if others else [])]


def _bordered(matrix: Floats | None) -> Floats | None:
    if matrix is None:
        return None
    size = len(matrix)
    result = np.zeros((size + 1, size + 1))
    result[:size, :size] = matrix
    result[size, size] = 1.0
    return result


def _chromosome(value: object) -> Chromosome:
    text = str(value or "autosomal").strip().casefold()
    if text in ("x", "23", "chrx"):
        return "X"
    if text in ("y", "24", "chry", "mt", "25"):
        raise UserError(
            f"chromosome {value!r}: pedigree likelihoods are for autosomal and X markers"
        )
    return "autosomal"


def _check(name: str, alleles: tuple[str, ...], p: Floats, chromosome: str) -> None:
    if len(alleles) != len(p) or not alleles:
        raise UserError(
            f"marker {name}: {len(alleles)} alleles and {len(p)} frequencies; give one for each"
        )
    if len(set(alleles)) < len(alleles):
        twice = next(a for a in alleles if alleles.count(a) > 1)
        raise UserError(f"marker {name}: allele {twice!r} stands twice in the frequency table")
    if not np.all(np.isfinite(p)) or p.min() < 0.0:
        raise UserError(f"marker {name}: a frequency is negative or not a number")
    if abs(float(p.sum()) - 1.0) > FREQUENCY_TOLERANCE:
        raise UserError(
            f"marker {name}: the frequencies sum to {float(p.sum()):.6g}, not to 1; normalise the "
            "table first"
        )
    if chromosome not in ("autosomal", "X"):
        raise UserError(f"marker {name}: chromosome {chromosome!r} is neither autosomal nor X")


def _check_matrix(name: str, side: str, matrix: Floats, size: int) -> None:
    if matrix.shape != (size, size):
        raise UserError(
            f"marker {name}: the {side} mutation matrix has shape {matrix.shape}, expected "
            f"({size}, {size})"
        )
    if matrix.min() < 0.0 or abs(matrix.sum(axis=1) - 1.0).max() > 1e-6:
        raise UserError(f"marker {name}: rows of the {side} mutation matrix do not sum to 1")


def loci_of_table(
    table: FrequencyTable, mutation: MutationModel = NO_MUTATION, markers: Iterable[str] = ()
) -> list[Locus]:
    """Loci of a frequency table; all its autosomal and X markers unless ``markers`` are named."""
    names = list(markers) or [
        name for name in table if marker_of(name).system in ("autosomal", "X")
    ]
    return [Locus.from_frequencies(table[name], mutation) for name in names]
