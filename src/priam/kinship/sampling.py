"""Genotypes drawn at random, given a pedigree and what is already known on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.evaluation import evaluate, lane_blocks
from priam.kinship.locus import Locus
from priam.kinship.observations import Observation, observe
from priam.kinship.pedigree import Pedigree, Sex
from priam.kinship.shape import Shape

__all__ = ["drop_genotypes", "sample_genotypes", "sample_profiles"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


def sample_genotypes(
    pedigree: Pedigree,
    locus: Locus,
    wanted: Sequence[str],
    count: int,
    rng: np.random.Generator,
    *,
    known: Mapping[str, Any] | None = None,
    theta: float = 0.0,
) -> dict[str, Ints]:
    """Draw ``count`` joint genotypes of ``wanted`` given ``known[person]`` at one locus.

    Exact: each person is drawn from his distribution given the pedigree, the known genotypes
    and those drawn before, mutation included. Result: for each person positions of his
    alleles, (2, count), or (1, count) for a male at an X marker.
    """
    seen = {n: observe(v, locus, pedigree[n]) for n, v in (known or {}).items()}
    seen = {name: found for name, found in seen.items() if found.kind != "nothing"}
    drawn: dict[str, Ints] = {}
    for person in wanted:
        found = seen.get(person)
        if found is not None and found.kind == "typed":
            drawn[person] = np.repeat(np.array([found.alleles], dtype=np.intp).T, count, axis=1)
            continue
        # The first draw is the same distribution for all: one lane is enough.
        lanes = count if drawn else 1
        table = _distribution(pedigree, locus, person, seen, drawn, lanes, theta)
        drawn[person] = _draw(table, count, rng, person)
    return drawn


def drop_genotypes(
    pedigree: Pedigree, locus: Locus, count: int, rng: np.random.Generator
) -> dict[str, Ints]:
    """Genotypes of everybody, ``count`` times, with nothing known of anybody (theta = 0).

    Founders' alleles are drawn and passed on, mutation included. Result as that of
    :func:`sample_genotypes`.
    """
    drawn: dict[str, Ints] = {}
    for name in pedigree.order:
        person = pedigree[name]
        male = locus.chromosome == "X" and person.sex == Sex.MALE
        if person.father is None or person.mother is None:
            pair = rng.choice(len(locus), size=(2, count), p=_normal(locus.frequencies))
            pair[1] = np.where(rng.random(count) < person.inbreeding, pair[0], pair[1])
            drawn[name] = pair[:1] if male else pair
            continue
        mother = _passed(drawn[person.mother], locus.female, rng)
        father = None if male else _passed(drawn[person.father], locus.male, rng)
        drawn[name] = np.stack([mother] if father is None else [father, mother])
    return drawn


def _normal(p: Floats) -> Floats:
    result: Floats = p / p.sum()
    return result


def _passed(pair: Ints, matrix: Floats | None, rng: np.random.Generator) -> Ints:
    """One of a parent's alleles, perhaps mutated."""
    count = pair.shape[1]
    chosen: Ints = pair[rng.integers(0, len(pair), count), np.arange(count)]
    if matrix is None:
        return chosen
    below = np.cumsum(matrix, axis=1)[chosen]
    at = rng.random(count) * below[:, -1]
    return np.asarray((below <= at[:, None]).sum(axis=1), dtype=np.intp)


def _distribution(
    pedigree: Pedigree,
    locus: Locus,
    person: str,
    seen: Mapping[str, Observation],
    drawn: Mapping[str, Ints],
    lanes: int,
    theta: float,
) -> list[Floats]:
    """P(alleles of ``person`` | all else), in blocks of lanes, not normalised."""
    fixed = {
        name: np.repeat(np.array([found.alleles], dtype=np.intp).T, lanes, axis=1)
        for name, found in seen.items()
        if found.kind == "typed" and name not in drawn
    }
    typed = {**fixed, **drawn}
    typed.pop(person, None)
    soft = {n: f for n, f in seen.items() if f.kind == "evidence" and n not in typed}
    own = soft.pop(person, None)
    size = len(locus)
    shape = Shape(
        pedigree,
        frozenset(typed),
        frozenset(soft),
        (person,),
        locus.chromosome,
        theta=theta > 0.0,
    )
    result = []
    for part in lane_blocks(shape, (size,), lanes):
        width = part.stop - part.start
        weights = {n: np.repeat(f.weights(size)[..., None], width, -1) for n, f in soft.items()}
        pairs = {name: value[:, part] for name, value in typed.items()}
        joint, _ = evaluate(shape, [locus], pairs, weights, lanes=width, theta=theta)
        result.append(joint if own is None else joint * own.weights(size)[..., None])
    return result


def _draw(blocks: list[Floats], count: int, rng: np.random.Generator, person: str) -> Ints:
    parts = []
    for joint in blocks:
        flat = joint.reshape(-1, joint.shape[-1])
        below = np.cumsum(flat, axis=0)
        if below[-1].min() <= 0.0:
            raise UserError(
                f"the known genotypes are impossible on this pedigree, so that {person!r} cannot "
                "be drawn; allow mutation or correct the pedigree"
            )
        width = count if joint.shape[-1] == 1 else joint.shape[-1]
        at = rng.random(width) * below[-1]
        if joint.shape[-1] == 1:
            chosen = np.searchsorted(below[:, 0], at, side="right")
        else:
            chosen = (below <= at).sum(axis=0)
        chosen = np.minimum(chosen, len(flat) - 1)
        parts.append(np.array(np.unravel_index(chosen, joint.shape[:-1]), dtype=np.intp))
    return np.concatenate(parts, axis=1)


def sample_profiles(
    pedigree: Pedigree,
    loci: Sequence[Locus],
    wanted: Sequence[str],
    count: int,
    rng: np.random.Generator,
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    theta: float = 0.0,
) -> list[dict[str, Ints]]:
    """:func:`sample_genotypes` at every locus; ``known[person][marker]``."""
    result = []
    for locus in loci:
        at = {n: m[locus.name] for n, m in (known or {}).items() if locus.name in m}
        result.append(sample_genotypes(pedigree, locus, wanted, count, rng, known=at, theta=theta))
    return result
