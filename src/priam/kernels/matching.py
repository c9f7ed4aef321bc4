"""Gibbs sampling over sets of claims (see ``priam.identification.joint.sampling``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from priam.kernels.jit import kernel

__all__ = ["sample_claims"]

Array = npt.NDArray[Any]


@kernel
def _mark(choice: Any, family: Any, sign: Any, member_start: Any, members: Any, used: Any) -> Any:
    """Add ``sign`` to the use of every individual in the claim that ``family`` has chosen."""
    claim = choice[family]
    if claim >= 0:
        for k in range(member_start[claim], member_start[claim + 1]):
            used[members[k]] += sign


@kernel
def _open(claim: Any, member_start: Any, members: Any, used: Any) -> Any:
    """Whether nobody uses the claim's individuals."""
    taken = 0
    for k in range(member_start[claim], member_start[claim + 1]):
        taken += used[members[k]]
    return taken == 0


@kernel
def _choose_one(
    family: Any, choice: Any, start: Any, weight: Any, member_start: Any, members: Any, used: Any
) -> Any:
    """Draw the family's claim given all others."""
    _mark(choice, family, -1, member_start, members, used)
    first, last = start[family], start[family + 1]
    top = 0.0
    for c in range(first, last):
        if weight[c] > top and _open(c, member_start, members, used):
            top = weight[c]
    total = np.exp(-top)
    for c in range(first, last):
        if _open(c, member_start, members, used):
            total += np.exp(weight[c] - top)
    left = np.random.random() * total - np.exp(-top)
    picked = -1
    if left >= 0.0:
        for c in range(first, last):
            if _open(c, member_start, members, used):
                picked = c
                left -= np.exp(weight[c] - top)
                if left < 0.0:
                    break
    choice[family] = picked
    _mark(choice, family, 1, member_start, members, used)


@kernel
def _value(claim: Any, weight: Any) -> Any:
    return 0.0 if claim < 0 else weight[claim]


@kernel
def _choose_two(
    one: Any,
    two: Any,
    choice: Any,
    start: Any,
    weight: Any,
    member_start: Any,
    members: Any,
    used: Any,
) -> Any:
    """Draw the claims of two families together given all others (streaming choice)."""
    _mark(choice, one, -1, member_start, members, used)
    _mark(choice, two, -1, member_start, members, used)
    best = -np.inf
    pick_one, pick_two = -1, -1
    for a in range(start[one] - 1, start[one + 1]):
        first = a if a >= start[one] else -1
        if first >= 0 and not _open(first, member_start, members, used):
            continue
        choice[one] = first
        _mark(choice, one, 1, member_start, members, used)
        for b in range(start[two] - 1, start[two + 1]):
            second = b if b >= start[two] else -1
            if second >= 0 and not _open(second, member_start, members, used):
                continue
            # Gumbel-max: the largest log weight plus Gumbel noise is a draw by weight
            noise = -np.log(-np.log(max(np.random.random(), 1e-300)))
            value = _value(first, weight) + _value(second, weight) + noise
            if value > best:
                best, pick_one, pick_two = value, first, second
        _mark(choice, one, -1, member_start, members, used)
    choice[one], choice[two] = pick_one, pick_two
    _mark(choice, one, 1, member_start, members, used)
    _mark(choice, two, 1, member_start, members, used)


@kernel
def sample_claims(
    start: Array,
    order: Array,
    weight: Array,
    member_start: Array,
    members: Array,
    near_start: Array,
    near: Array,
    individuals: Array,
    seed: int,
    fill: int,
    burn_in: int,
    batches: int,
    sweeps: int,
) -> Array:
    """One chain; batch means of every claim being made, shape (batches, claims).

    ``start`` (families + 1): a family's claims are rows start[f] to start[f + 1] - 1 of the
    sorted claims; ``order`` their original indices; ``member_start``, ``members``: individuals
    of each sorted claim; ``near``: families that share an individual with each family. ``fill``
    1 starts from a greedy assignment, 0 from nobody claimed.
    """
    np.random.seed(seed)
    families = start.size - 1
    used = np.zeros(individuals[0], dtype=np.int64)
    choice = np.full(families, -1, dtype=np.int64)
    if fill == 1:
        for f in range(families):
            for c in range(start[f], start[f + 1]):
                if _open(c, member_start, members, used):
                    choice[f] = c
                    _mark(choice, f, 1, member_start, members, used)
                    break
    means = np.zeros((batches, order.size))
    for turn in range(burn_in + batches * sweeps):
        for f in range(families):
            _choose_one(f, choice, start, weight, member_start, members, used)
            count = near_start[f + 1] - near_start[f]
            if count > 0:
                g = near[near_start[f] + np.random.randint(0, count)]
                _choose_two(f, g, choice, start, weight, member_start, members, used)
        if turn >= burn_in:
            batch = (turn - burn_in) // sweeps
            for f in range(families):
                if choice[f] >= 0:
                    means[batch, order[choice[f]]] += 1.0 / sweeps
    return means
