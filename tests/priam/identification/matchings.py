"""Slow and plainly right: every set of compatible claims, one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np

from priam.identification.joint import Claim, JointModel


def all_assignments(model: JointModel) -> list[tuple[float, tuple[int, ...]]]:
    """``(weight, claims)`` of every set of claims in which nobody is used twice."""
    found = []
    for size in range(len(model.claims) + 1):
        for chosen in itertools.combinations(range(len(model.claims)), size):
            families = [model.claims[c].family for c in chosen]
            people = [v for c in chosen for v in model.claims[c].individuals]
            if len(set(families)) == len(families) and len(set(people)) == len(people):
                found.append((math.exp(sum(model.claims[c].log_weight for c in chosen)), chosen))
    return found


def probabilities(model: JointModel) -> np.ndarray:
    """Probability of every claim, by enumeration."""
    listed = all_assignments(model)
    total = sum(weight for weight, _ in listed)
    share = np.zeros(len(model.claims))
    for weight, chosen in listed:
        share[list(chosen)] += weight / total
    return share


def random_model(rng: np.random.Generator, most_claims: int = 10) -> JointModel:
    """A few families of one to three missing persons, with weights over forty decades."""
    individuals = int(rng.integers(1, 6))
    claims: dict[tuple, Claim] = {}
    for _ in range(int(rng.integers(1, most_claims + 1))):
        family = int(rng.integers(0, 4))
        count = min(int(rng.integers(1, 4)), individuals)
        people = rng.permutation(individuals)[:count].tolist()
        missing = sorted(rng.permutation(3)[:count].tolist())
        persons = tuple((10 * family + m, v) for m, v in zip(missing, people))
        weight = float(rng.normal(0, rng.choice([1, 10, 40])))
        claims[(family, persons)] = Claim(family, persons, weight)
    return JointModel(tuple(claims.values()), individuals)
