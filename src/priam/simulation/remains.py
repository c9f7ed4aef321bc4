"""Degraded profiles: drop-out grows with fragment length and falls with quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from priam.simulation.families import Genes, Panel

__all__ = ["CaseProfile", "dropout_probability", "observe", "observe_mixture"]

# quality -> (logit of drop-out at 100 base pairs, rise of the logit per 100 base pairs)
_LOGIT = {"good": (-9.0, 0.6), "degraded": (-5.0, 1.1), "poor": (-2.6, 1.2)}


@dataclass(frozen=True)
class CaseProfile:
    """What the laboratory reports of one case: marker -> alleles as text (1 or 2, or more)."""

    case: str
    batch: str
    quality: str
    alleles: dict[str, tuple[str, ...]]
    sex: str


def dropout_probability(quality: str, lengths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probability that one allele of a marker is not seen, logistic in the fragment length.

    ``lengths`` (markers,) in base pairs; the result has its shape.
    """
    base, slope = _LOGIT[quality]
    return 1.0 / (1.0 + np.exp(-(base + slope * (lengths - 100.0) / 100.0)))


def observe(
    genes: Genes,
    quality: str,
    panel: Panel,
    lengths: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> dict[str, tuple[str, ...]]:
    """Alleles seen of one person. One peak is called homozygous only in a good profile.

    In degraded and poor profiles a single peak is reported with its partner left open.
    """
    seen = rng.random(genes.shape) >= dropout_probability(quality, lengths)[:, None]
    found: dict[str, tuple[str, ...]] = {}
    for k, marker in enumerate(panel.markers):
        names = panel.alleles[k]
        present = sorted({int(genes[k, side]) for side in (0, 1) if seen[k, side]})
        if len(present) == 2:
            found[marker] = (names[present[0]], names[present[1]])
        elif present:
            single = names[present[0]]
            found[marker] = (single, single) if quality == "good" else (single,)
    return found


def observe_mixture(
    people: list[dict[str, tuple[str, ...]]],
) -> dict[str, tuple[str, ...]]:
    """All alleles of several persons at each marker, sorted by first appearance."""
    found: dict[str, tuple[str, ...]] = {}
    for person in people:
        for marker, alleles in person.items():
            found[marker] = tuple(dict.fromkeys((*found.get(marker, ()), *alleles)))
    return found
