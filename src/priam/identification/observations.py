"""What can be observed at a marker, as numbers: the axis that tables and profiles share.

For a marker with K alleles the columns are the K(K+1)/2 genotypes, ordered (0,0), (0,1), ...,
(1,1), ..., and then for each quality class K columns "allele a was seen and perhaps another
dropped out". A single peak always uses the second kind, because a homozygote and a lost partner
look alike. A row number counts columns over all markers; the last row means "not observed".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from priam.genetics.frequencies import FrequencyTable, MinimumFrequency
from priam.identification.records import QUALITIES, Case, FamilyRecord
from priam.identification.settings import Profiles

__all__ = [
    "MarkerAxis",
    "ObservationAxis",
    "Seen",
    "alleles_seen",
    "observation_axis",
    "seen_of",
]

Floats = npt.NDArray[np.float64]
Seen = dict[str, tuple[tuple[str, ...], str]]  # marker -> (one or two alleles, quality)


@dataclass(frozen=True)
class MarkerAxis:
    """Columns of one marker. ``start`` is its first row."""

    name: str
    alleles: tuple[str, ...]
    frequencies: Floats
    start: int
    classes: int

    @cached_property
    def index(self) -> dict[str, int]:
        return {label: k for k, label in enumerate(self.alleles)}

    @cached_property
    def first(self) -> npt.NDArray[np.int64]:
        """Column of the genotype (a, a), shape (alleles,)."""
        a = np.arange(len(self.alleles), dtype=np.int64)
        return a * len(self.alleles) - a * (a - 1) // 2

    @property
    def genotypes(self) -> int:
        return len(self.alleles) * (len(self.alleles) + 1) // 2

    @property
    def columns(self) -> int:
        return self.genotypes + self.classes * len(self.alleles)

    @cached_property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Alleles of each genotype column, shape (genotypes, 2)."""
        k = len(self.alleles)
        return np.array([(a, b) for a in range(k) for b in range(a, k)], dtype=np.int64)

    @cached_property
    def prior(self) -> Floats:
        """Hardy-Weinberg probability of each genotype column."""
        p, (a, b) = self.frequencies, self.pairs.T
        found: Floats = p[a] * p[b] * np.where(a == b, 1.0, 2.0)
        return found

    def alone(self, theta: float) -> Floats:
        """P(g) of somebody of whom nothing else is known, shape (genotypes,): his two alleles are
        the first two drawn from a population with F_ST ``theta``. Without it that is ``prior``."""
        p, (a, b) = self.frequencies, self.pairs.T
        found: Floats = self.prior * (1.0 - theta) + np.where(a == b, theta * p[a], 0.0)
        return found

    def genotype(self, one: int, other: int) -> int:
        """Column of a genotype given by two allele positions."""
        low, high = (one, other) if one <= other else (other, one)
        return low * len(self.alleles) - low * (low - 1) // 2 + high - low

    def column(self, alleles: Sequence[str], quality: int) -> int:
        """Column of an observation of one or two alleles."""
        places = sorted({self.index[label] for label in alleles})
        if len(places) == 2:
            return int(self.first[places[0]]) + places[1] - places[0]
        return self.genotypes + quality * len(self.alleles) + places[0]

    def emission(self, dropout: Floats, drop_in: float) -> Floats:
        """P(observation | genotype) up to a factor of the observation; (columns, genotypes).

        Each allele is seen with 1 - d; with probability ``drop_in`` one allele seen is foreign
        or mistyped and drawn from the population. Two peaks do not tell the quality class apart;
        the class with the least drop-out stands for all.
        """
        k, p = len(self.alleles), self.frequencies
        (a, b), hom = self.pairs.T, self.pairs[:, 0] == self.pairs[:, 1]
        carries = np.zeros((k, self.genotypes))
        carries[a, np.arange(self.genotypes)] += 1
        carries[b, np.arange(self.genotypes)] += 1
        out = np.zeros((self.columns, self.genotypes))
        clean = np.eye(self.genotypes) * np.where(hom, 0.0, (1 - dropout[0]) ** 2)
        # one true allele and one foreign: x carried by the genotype, y drawn
        foreign = carries[a] / 2 * p[b][:, None] + carries[b] / 2 * p[a][:, None]
        foreign[hom] = 0.0
        out[: self.genotypes] = (1 - drop_in) * clean + drop_in * foreign
        for c, d in enumerate(dropout):
            single = np.where(carries == 2, 1 - d * d, np.where(carries == 1, d * (1 - d), 0.0))
            rows = slice(self.genotypes + c * k, self.genotypes + (c + 1) * k)
            out[rows] = (1 - drop_in) * single + drop_in * p[:, None]
        return out


@dataclass(frozen=True)
class ObservationAxis:
    """All markers one after the other, and a last row for "not observed"."""

    markers: tuple[MarkerAxis, ...]
    dropout: Floats

    @property
    def height(self) -> int:
        last = self.markers[-1]
        return last.start + last.columns + 1

    @cached_property
    def by_name(self) -> dict[str, int]:
        return {marker.name: k for k, marker in enumerate(self.markers)}

    def columns_of(self, profiles: Sequence[Seen]) -> npt.NDArray[np.int32]:
        """Column at each marker, -1 where not observed; shape (profiles, markers)."""
        found = np.full((len(profiles), len(self.markers)), -1, dtype=np.int32)
        for n, profile in enumerate(profiles):
            for name, (alleles, quality) in profile.items():
                k = self.by_name.get(name)
                if k is not None:
                    found[n, k] = self.markers[k].column(alleles, QUALITIES.index(quality))
        return found

    def rows_of(self, columns: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
        """Rows of the search table for columns from :meth:`columns_of`; same shape."""
        start = np.array([marker.start for marker in self.markers])
        return np.where(columns >= 0, columns + start, self.height - 1).astype(np.uint32)


def alleles_seen(cases: Iterable[Case], families: Iterable[FamilyRecord]) -> dict[str, set[str]]:
    """Marker -> every allele that a case or a typed relative shows."""
    seen: dict[str, set[str]] = {}
    for case in cases:
        for marker, alleles in case.alleles.items():
            seen.setdefault(marker, set()).update(alleles)
    for family in families:
        for genotypes in family.genotypes.values():
            for marker, pair in genotypes.items():
                seen.setdefault(marker, set()).update(pair)
    return seen


def observation_axis(
    table: FrequencyTable,
    seen: Mapping[str, Iterable[str]],
    settings: Profiles,
    minimum: float,
) -> ObservationAxis:
    """An axis over the table's markers in ``seen``, with every allele of ``seen`` in it."""
    rule = MinimumFrequency("count", minimum)
    markers: list[MarkerAxis] = []
    start = 0
    for name in sorted(seen):
        column = table[name].normalised().covering(seen[name], rule).normalised()
        made = MarkerAxis(name, column.alleles, column.frequencies, start, len(QUALITIES))
        markers.append(made)
        start += made.columns
    dropout = np.array([settings.dropout_good, settings.dropout_degraded, settings.dropout_poor])
    return ObservationAxis(tuple(markers), dropout)


def seen_of(case: Case) -> Seen:
    """A case's observations; markers with three alleles or more are left out."""
    found: Seen = {}
    for marker, alleles in case.alleles.items():
        distinct = tuple(dict.fromkeys(alleles))
        if len(distinct) <= 2:
            left_open = len(alleles) == 1 and case.quality == "good"
            found[marker] = (distinct, "degraded" if left_open else case.quality)
    return found
