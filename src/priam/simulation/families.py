"""Shapes of families and their genotypes, all families of one shape at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["SHAPES", "Genes", "Panel", "Shape", "drop_genes"]

Genes = npt.NDArray[np.int8]  # (..., markers, 2) allele index, paternal first


@dataclass(frozen=True)
class Shape:
    """A family: rows ``(id, father, mother, sex)``, parents first; who is missing, who typed."""

    name: str
    share: float
    persons: tuple[tuple[str, str | None, str | None, str], ...]
    typed: tuple[str, ...]
    missing: tuple[str, ...] = ("MP",)


_F = ("F", None, None, "male")
_M = ("M", None, None, "female")
_MP = ("MP", "F", "M", "male")
_MP2 = ("MP2", "F", "M", "male")
_S1 = ("S1", "F", "M", "female")
_S2 = ("S2", "F", "M", "male")
_W = ("W", None, None, "female")
_C1 = ("C1", "MP", "W", "male")
_C2 = ("C2", "MP", "W", "female")
_G = (("GF", None, None, "male"), ("GM", None, None, "female"), ("F", "GF", "GM", "male"), _M, _MP)
_U = ("U", "GF", "GM", "male")

SHAPES: tuple[Shape, ...] = (
    Shape("mother", 0.20, (_F, _M, _MP), ("M",)),
    Shape("father", 0.06, (_F, _M, _MP), ("F",)),
    Shape("both parents", 0.22, (_F, _M, _MP), ("F", "M")),
    Shape("mother and sister", 0.12, (_F, _M, _MP, _S1), ("M", "S1")),
    Shape("one sibling", 0.07, (_F, _M, _MP, _S2), ("S2",)),
    Shape("two siblings", 0.05, (_F, _M, _MP, _S1, _S2), ("S1", "S2")),
    Shape("wife and child", 0.09, (_F, _M, _MP, _W, _C1), ("W", "C1")),
    Shape("child", 0.05, (_F, _M, _MP, _W, _C1), ("C1",)),
    Shape("mother, wife, two children", 0.05, (_F, _M, _MP, _W, _C1, _C2), ("M", "W", "C1", "C2")),
    Shape("grandparents", 0.02, _G, ("GF", "GM")),
    Shape("uncle and mother", 0.02, (*_G, _U), ("U", "M")),
    Shape("uncle", 0.02, (*_G, _U), ("U",)),
    Shape(
        "six relatives", 0.03, (_F, _M, _MP, _S1, _S2, _W, _C1), ("F", "M", "S1", "S2", "W", "C1")
    ),
)

BROTHERS: tuple[Shape, ...] = (
    Shape("brothers, both parents", 0.4, (_F, _M, _MP, _MP2), ("F", "M"), ("MP", "MP2")),
    Shape("brothers, mother", 0.3, (_F, _M, _MP, _MP2), ("M",), ("MP", "MP2")),
    Shape("brothers, mother, sister", 0.15, (_F, _M, _MP, _MP2, _S1), ("M", "S1"), ("MP", "MP2")),
    Shape(
        "brothers, father, wife and child of one",
        0.15,
        (_F, _M, _MP, _MP2, _W, _C1),
        ("F", "W", "C1"),
        ("MP", "MP2"),
    ),
)


@dataclass(frozen=True)
class Panel:
    """Markers with their alleles and cumulative frequencies."""

    markers: tuple[str, ...]
    alleles: tuple[tuple[str, ...], ...]
    cumulative: tuple[npt.NDArray[np.float64], ...]

    def draw(self, count: int, rng: np.random.Generator) -> Genes:
        """Genotypes of ``count`` unrelated persons, shape (count, markers, 2)."""
        found = np.empty((count, len(self.markers), 2), dtype=np.int8)
        for k, cumulative in enumerate(self.cumulative):
            drawn = np.searchsorted(cumulative, rng.random((count, 2)), side="right")
            found[:, k] = np.minimum(drawn, len(cumulative) - 1)
        return found

    @property
    def sizes(self) -> npt.NDArray[np.int8]:
        """Alleles of each marker."""
        return np.array([len(names) for names in self.alleles], dtype=np.int8)


def drop_genes(
    shape: Shape, count: int, panel: Panel, mutation_rate: float, rng: np.random.Generator
) -> dict[str, Genes]:
    """Genotypes of all persons of ``count`` families of one shape, by gene dropping.

    A mutation moves the allele to its neighbour in the list of alleles.
    """
    genes: dict[str, Genes] = {}
    for name, father, mother, _ in shape.persons:
        if father is None or mother is None:
            genes[name] = panel.draw(count, rng)
        else:
            parents = (genes[father], genes[mother])
            passed = [_transmit(parent, panel, mutation_rate, rng) for parent in parents]
            genes[name] = np.stack(passed, axis=2)
    return genes


def _transmit(parent: Genes, panel: Panel, rate: float, rng: np.random.Generator) -> Genes:
    """One allele a marker, each with equal chance, mutated at ``rate``; shape (count, markers)."""
    which = rng.integers(0, 2, parent.shape[:2])
    passed = np.take_along_axis(parent, which[:, :, None], axis=2)[:, :, 0]
    step = np.where(rng.random(passed.shape) < 0.5, -1, 1).astype(np.int8)
    mutated = np.clip(passed + step, 0, panel.sizes - 1)
    return np.where(rng.random(passed.shape) < rate, mutated, passed).astype(np.int8)


def shape_counts(shapes: Sequence[Shape], total: int, rng: np.random.Generator) -> list[int]:
    """How many families of each shape."""
    shares = np.array([shape.share for shape in shapes])
    return [int(n) for n in rng.multinomial(total, shares / shares.sum())]
