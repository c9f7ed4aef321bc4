"""All individuals against all missing persons, block by block, by table look-ups.

A block of families gives a table: for every observation at every marker its natural-log
likelihood ratio, for each missing person. An individual's log LR is a sum of look-ups; nothing
is skipped, and the float32 sums are only used to decide which pairs may reach the threshold
(with a margin above their rounding error). Each pair kept is scored again in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np
import numpy.typing as npt

from priam.identification.observations import ObservationAxis
from priam.identification.records import FamilyRecord
from priam.identification.tables import (
    FamilyArrays,
    MutationChoice,
    family_arrays,
    genotype_tables,
)
from priam.kernels.search import (
    LANES,
    extend_few_with_dropout,
    extend_with_dropout,
    score_blocks,
    score_pairs,
)

__all__ = ["Hits", "SearchTask", "Target", "float_margin", "search_block", "targets_of"]

Floats = npt.NDArray[np.float64]
LN10 = log(10.0)


@dataclass(frozen=True, slots=True)
class Target:
    """One missing person of one family (``family`` is the position in the list searched)."""

    family: int
    person: str
    sex: str


@dataclass(frozen=True)
class SearchTask:
    """What every block needs: profiles as rows, and how to keep pairs."""

    axis: ObservationAxis
    rows: npt.NDArray[np.uint32]
    mutation: MutationChoice
    keep_log10: float
    theta: float = 0.0


@dataclass(frozen=True)
class Hits:
    """Pairs kept, sorted by (target, individual), and the sum of LRs of those not kept.

    Kept is what reaches the threshold, and what concerns another missing person of the same family.

    ``target`` counts within the block. ``residual`` (individuals,) is the sum of likelihood
    ratios below the threshold. ``mismatches`` counts markers impossible without mutation.
    ``fit`` (targets,): log LR of the typed relatives being related as said, against unrelated.
    """

    target: npt.NDArray[np.int32]
    individual: npt.NDArray[np.int32]
    log_lr: Floats
    markers: npt.NDArray[np.int32]
    mismatches: npt.NDArray[np.int32]
    residual: Floats
    fit: Floats


def targets_of(families: Sequence[FamilyRecord]) -> list[Target]:
    """Every missing person; families of one shape lie together, so that tables share plans."""
    shape = [_shape(family) for family in families]
    order = sorted(range(len(families)), key=lambda k: (shape[k], k))
    return [
        Target(k, person, families[k].sex.get(person, ""))
        for k in order
        for person in families[k].missing
    ]


def _shape(family: FamilyRecord) -> str:
    place = {str(p["id"]): k for k, p in enumerate(family.pedigree)}
    rows = [
        (place.get(str(p.get("father")), -1), place.get(str(p.get("mother")), -1))
        for p in family.pedigree
    ]
    typed = sorted(place[p] for p in family.genotypes)
    return repr((rows, typed, [place[m] for m in family.missing]))


def float_margin(markers: int) -> float:
    """How far a float32 sum of ``markers`` log LRs may be from the exact sum.

    Each term is below 2**8 in size and rounded to 2**-24 of itself; each partial sum is below
    markers * 2**8 and rounded alike. The bound grows with the square of the number of markers.
    """
    return 2.0**8 * (markers + markers * (markers + 1) / 2) * 2.0**-24


def search_block(
    task: SearchTask, families: Sequence[FamilyRecord], targets: Sequence[Target]
) -> Hits:
    """Search one block of targets; ``targets[k].family`` counts in ``families``."""
    used = sorted({target.family for target in targets})
    place = {family: k for k, family in enumerate(used)}
    targets = [Target(place[t.family], t.person, t.sex) for t in targets]
    arrays = family_arrays([families[k] for k in used], task.axis)
    exact, fit = observation_table(task, arrays, targets, task.mutation, task.theta)
    threshold = task.keep_log10 * LN10
    near = np.float32(threshold - float_margin(task.rows.shape[1]))
    packed, valid = pack(exact)
    target, individual, residual = _score(packed, valid, task.rows, near)
    log_lr = score_pairs(exact, task.rows[individual], target)
    kept = log_lr >= threshold
    # pairs in the margin that do not reach the threshold belong to the residual
    np.add.at(residual, individual[~kept], np.exp(log_lr[~kept]))
    target, individual, log_lr = target[kept], individual[kept], log_lr[kept]
    more = _same_family(targets, target, individual)
    added = score_pairs(exact, task.rows[more[1]], more[0])
    residual = np.maximum(residual - np.bincount(more[1], np.exp(added), len(residual)), 0.0)
    possible = np.isfinite(added)
    target = np.concatenate([target, more[0][possible]])
    individual = np.concatenate([individual, more[1][possible]])
    log_lr = np.concatenate([log_lr, added[possible]])
    order = np.lexsort((individual, target))
    target, individual, log_lr = target[order], individual[order], log_lr[order]
    observed = (task.rows[individual] != task.axis.height - 1).sum(axis=1).astype(np.int32)
    mismatches = _mismatches(task, arrays, targets, target, individual)
    return Hits(target, individual, log_lr, observed, mismatches, residual, fit)


def _same_family(
    targets: Sequence[Target], target: npt.NDArray[np.int32], individual: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Pairs of the individuals kept with the other missing persons of the same family.

    Which of two brothers an individual is remains open even where one of them is below the
    threshold, so that both are named.
    """
    members: dict[int, list[int]] = {}
    for number, one in enumerate(targets):
        members.setdefault(one.family, []).append(number)
    kept = set(zip(target.tolist(), individual.tolist()))
    found = {
        (other, v)
        for t, v in kept
        for other in members[targets[t].family]
        if (other, v) not in kept
    }
    pairs = np.array(sorted(found), dtype=np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def observation_table(
    task: SearchTask,
    families: Sequence[FamilyArrays],
    targets: Sequence[Target],
    mutation: MutationChoice,
    theta: float,
) -> tuple[Floats, Floats]:
    """Log LR of every observation row, (targets, height), the last row zero; and the fit."""
    out = np.zeros((len(targets), task.axis.height))
    fit = np.zeros(len(targets))
    extend = extend_few_with_dropout if len(targets) < LANES else extend_with_dropout
    for made in genotype_tables(families, targets, task.axis, mutation, theta):
        marker, table = made.marker, made.log_lr
        fit += made.fit
        out[:, marker.start : marker.start + marker.genotypes] = table
        extend(
            np.ascontiguousarray(table),
            marker.first,
            len(marker.alleles),
            made.prior,
            task.axis.dropout,
            marker.start + marker.genotypes,
            out,
        )
    return out, fit


def pack(table: Floats) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Table (targets, height) as (blocks, height, LANES) float32, and families per block."""
    count, height = table.shape
    blocks = ceil(count / LANES)
    padded = np.full((blocks * LANES, height), -np.inf, dtype=np.float32)
    padded[:count] = table
    packed = padded.reshape(blocks, LANES, height).transpose(0, 2, 1)
    valid = np.full(blocks, LANES, dtype=np.int64)
    valid[-1] = count - (blocks - 1) * LANES
    return np.ascontiguousarray(packed), valid


def _score(
    packed: npt.NDArray[np.float32],
    valid: npt.NDArray[np.int64],
    rows: npt.NDArray[np.uint32],
    threshold: np.float32,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]:
    """Target and individual of every pair at the threshold or above, and the residual."""
    blocks, capacity = packed.shape[0], 512
    residual = np.zeros((blocks, len(rows)), dtype=np.float32)
    while True:
        hits = np.zeros((blocks, capacity, 2), dtype=np.int32)
        scores = np.zeros((blocks, capacity), dtype=np.float32)
        counts = np.zeros(blocks, dtype=np.int64)
        score_blocks(packed, rows, float(threshold), valid, hits, scores, counts, residual)
        most = int(counts.max(initial=0))
        if most <= capacity:
            break
        capacity = most
    target = [b * LANES + hits[b, : counts[b], 1] for b in range(blocks)]
    individual = [hits[b, : counts[b], 0] for b in range(blocks)]
    total = residual.sum(axis=0, dtype=np.float64)
    return (
        np.concatenate(target).astype(np.int32),
        np.concatenate(individual).astype(np.int32),
        total,
    )


def _mismatches(
    task: SearchTask,
    families: Sequence[FamilyArrays],
    targets: Sequence[Target],
    target: npt.NDArray[np.int32],
    individual: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:
    """Markers at which the pair is impossible without mutation."""
    if not len(target):
        return np.zeros(0, dtype=np.int32)
    wanted, place = np.unique(target, return_inverse=True)
    strict, _ = observation_table(
        task, families, [targets[int(t)] for t in wanted], MutationChoice(), 0.0
    )
    found = np.zeros(len(target), dtype=np.int32)
    for k in range(task.rows.shape[1]):
        found += ~np.isfinite(strict[place, task.rows[individual, k]])
    return found
