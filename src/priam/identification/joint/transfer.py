"""Exact sums over all sets of claims, family by family.

Families are taken in an order that keeps the **frontier** narrow: the individuals claimed by
families already taken and by families still to come. A state is the set of frontier individuals
already used (a bit mask). Only states that can occur are kept, so that a star of many candidates
around one family costs its number of candidates and not a power of two. Forward and backward
sums give every claim's probability; with the maximum in place of the sum they give the exact
bound by which :mod:`priam.identification.joint.ranking` lists the best assignments in order.

This is the transfer-matrix method over a path decomposition of the graph of families and
individuals (Bodlaender 1998, doi:10.1016/S0304-3975(97)00228-4, for the decompositions).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from priam.identification.joint.model import JointModel

__all__ = ["Sweep", "TooWideError", "claim_probabilities", "family_order", "log_total", "sweep"]

Masks = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
SLOTS = 63


class TooWideError(Exception):
    """The frontier needs more states than allowed; sampling is the way on."""


@dataclass(frozen=True)
class Step:
    """One family: its claims, their masks, and which slots stay in the frontier after it."""

    family: int
    claims: tuple[int, ...]
    masks: tuple[int, ...]
    weights: tuple[float, ...]
    keep: int


@dataclass(frozen=True)
class Sweep:
    """Forward states after each step: ``states[t]`` sorted masks, ``logs[t]`` their log sums."""

    steps: tuple[Step, ...]
    states: tuple[Masks, ...]
    logs: tuple[Floats, ...]

    @property
    def log_total(self) -> float:
        """Log of the sum of weights over all sets of claims (claiming nobody has weight 1)."""
        return float(self.logs[-1][0])


def family_order(model: JointModel) -> list[int]:
    """Families so that the frontier stays narrow: greedily the family that opens fewest."""
    reach = {
        f: {v for c in cs for v in model.claims[c].individuals} for f, cs in model.by_family.items()
    }
    left = {v: {model.claims[c].family for c in cs} for v, cs in model.by_individual.items()}
    opened: set[int] = set()
    order: list[int] = []
    near: set[int] = set()
    while len(order) < len(reach):
        done = set(order)
        pool = [f for f in (near or reach.keys()) if f not in done]
        if not pool:
            near = set()
            continue
        best = min(pool, key=lambda f: (_growth(reach[f], opened, left, f), f))
        order.append(best)
        for v in reach[best]:
            left[v].discard(best)
        opened = {v for v in opened | reach[best] if left[v]}
        near = {f for v in opened for f in left[v]}
    return order


def _growth(reach: set[int], opened: set[int], left: dict[int, set[int]], family: int) -> int:
    """How much the frontier grows when ``family`` is taken next."""
    fresh = sum(1 for v in reach if v not in opened and left[v] != {family})
    closed = sum(1 for v in reach if v in opened and left[v] == {family})
    return fresh - closed


def _steps(model: JointModel) -> tuple[Step, ...]:
    """Give every individual a slot while it is in the frontier, and reuse slots.

    An individual that only one family claims needs no slot: the family's choice settles it.
    """
    shared = {
        v for v, cs in model.by_individual.items() if len({model.claims[c].family for c in cs}) > 1
    }
    order = family_order(model)
    place = {family: t for t, family in enumerate(order)}
    last = {
        v: max(place[model.claims[c].family] for c in cs) for v, cs in model.by_individual.items()
    }
    slot: dict[int, int] = {}
    free = list(range(SLOTS - 1, -1, -1))
    steps = []
    for t, family in enumerate(order):
        claims = tuple(model.by_family[family])
        people = {v for c in claims for v in model.claims[c].individuals}
        for v in sorted(people & shared):
            if v not in slot:
                if not free:
                    raise TooWideError(f"more than {SLOTS} individuals in the frontier")
                slot[v] = free.pop()
        masks = tuple(
            sum(1 << slot[v] for v in model.claims[c].individuals if v in shared) for c in claims
        )
        weights = tuple(model.claims[c].log_weight for c in claims)
        for v in [v for v in slot if last[v] <= t]:
            free.append(slot.pop(v))
        steps.append(Step(family, claims, masks, weights, sum(1 << s for s in slot.values())))
    return tuple(steps)


def _advance(states: Masks, mask: int, keep: int) -> tuple[npt.NDArray[np.bool_], Masks]:
    """Which states allow a claim of ``mask``, and the states it leads to."""
    allowed = (states & np.uint64(mask)) == 0
    return allowed, (states[allowed] | np.uint64(mask)) & np.uint64(keep)


def _merge(states: Masks, logs: Floats) -> tuple[Masks, Floats]:
    """Sum the weights of equal states, in log space."""
    order = np.argsort(states, kind="stable")
    states, logs = states[order], logs[order]
    starts = np.flatnonzero(np.r_[True, states[1:] != states[:-1]])
    top = np.maximum.reduceat(logs, starts)
    size = np.diff(np.r_[starts, len(states)])
    total = np.add.reduceat(np.exp(logs - np.repeat(top, size)), starts)
    return states[starts], top + np.log(total)


def sweep(model: JointModel, *, limit: int = 400_000) -> Sweep:
    """Forward pass; raises :class:`TooWideError` beyond ``limit`` states before merging."""
    steps = _steps(model)
    states: list[Masks] = [np.zeros(1, dtype=np.uint64)]
    logs: list[Floats] = [np.zeros(1)]
    for step in steps:
        if len(states[-1]) * (len(step.claims) + 1) > limit * 8 or len(states[-1]) > limit:
            raise TooWideError(f"{len(states[-1])} states before family {step.family}")
        next_states, next_logs = [states[-1] & np.uint64(step.keep)], [logs[-1]]
        for mask, weight in zip(step.masks, step.weights, strict=True):
            allowed, reached = _advance(states[-1], mask, step.keep)
            next_states.append(reached)
            next_logs.append(logs[-1][allowed] + weight)
        merged, summed = _merge(np.concatenate(next_states), np.concatenate(next_logs))
        states.append(merged)
        logs.append(summed)
    return Sweep(steps, tuple(states), tuple(logs))


def log_total(model: JointModel, *, limit: int = 400_000) -> float:
    """Natural log of the sum over all sets of claims."""
    return sweep(model, limit=limit).log_total


def claim_probabilities(model: JointModel, *, limit: int = 400_000) -> Floats:
    """Exact probability of every claim, shape (claims,)."""
    forward = sweep(model, limit=limit)
    probability = np.zeros(len(model.claims))
    after = np.zeros(1)
    for t in range(len(forward.steps) - 1, -1, -1):
        step, states = forward.steps[t], forward.states[t]
        here = after[_find(forward.states[t + 1], states & np.uint64(step.keep))].copy()
        for claim, mask, weight in zip(step.claims, step.masks, step.weights, strict=True):
            allowed, reached = _advance(states, mask, step.keep)
            onward = weight + after[_find(forward.states[t + 1], reached)]
            through = forward.logs[t][allowed] + onward
            probability[claim] = np.exp(through - forward.log_total).sum()
            here[allowed] = np.logaddexp(here[allowed], onward)
        after = here
    return probability


def best_onward(forward: Sweep) -> list[Floats]:
    """For each step and state, the largest log weight that the families to come can add."""
    onward: list[Floats] = [np.zeros(1)]
    for t in range(len(forward.steps) - 1, -1, -1):
        step, states = forward.steps[t], forward.states[t]
        after = onward[-1]
        here = after[_find(forward.states[t + 1], states & np.uint64(step.keep))].copy()
        for mask, weight in zip(step.masks, step.weights, strict=True):
            allowed, reached = _advance(states, mask, step.keep)
            value = weight + after[_find(forward.states[t + 1], reached)]
            here[allowed] = np.maximum(here[allowed], value)
        onward.append(here)
    return onward[::-1]


def _find(states: Masks, wanted: Masks) -> npt.NDArray[np.intp]:
    return np.searchsorted(states, wanted)
