"""The best assignments in exact order, without listing all of them.

Best-first search: a node is a prefix of families with their claims; its priority is the weight so
far plus the exact best that the remaining families can add. Nodes leave the queue in order of
the best assignment below them, so the first ``count`` complete ones are the best ``count``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count as counter

import numpy as np

from priam.identification.joint.model import JointModel
from priam.identification.joint.transfer import Sweep, best_onward, sweep

__all__ = ["assignments_in_order", "best_assignments"]

TIE = 1e-9  # log weights closer than this are ties


def assignments_in_order(
    model: JointModel, *, limit: int = 400_000
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield ``(log weight, claims)`` from the heaviest assignment down."""
    forward = sweep(model, limit=limit)
    onward = best_onward(forward)
    ticket = counter()
    queue: list[tuple[float, int, int, int, float, tuple[int, ...]]] = [
        (-float(onward[0][0]), next(ticket), 0, 0, 0.0, ())
    ]
    while queue:
        _, _, t, state, weight, claims = heapq.heappop(queue)
        if t == len(forward.steps):
            yield weight, claims
            continue
        for more, reached, claim in _branches(forward, t, state):
            rest = float(onward[t + 1][int(np.searchsorted(forward.states[t + 1], reached))])
            chosen = claims if claim is None else (*claims, claim)
            total = weight + more
            node = (-(total + rest), next(ticket), t + 1, int(reached), total, chosen)
            heapq.heappush(queue, node)


def _branches(forward: Sweep, t: int, state: int) -> Iterator[tuple[float, np.uint64, int | None]]:
    step = forward.steps[t]
    yield 0.0, np.uint64(state & step.keep), None
    for claim, mask, weight in zip(step.claims, step.masks, step.weights, strict=True):
        if not state & mask:
            yield weight, np.uint64((state | mask) & step.keep), claim


def best_assignments(
    model: JointModel, count: int, *, limit: int = 400_000, ties: int = 20_000
) -> list[tuple[float, tuple[int, ...]]]:
    """The ``count`` heaviest assignments and all that tie with the last (at most ``ties``)."""
    found: list[tuple[float, tuple[int, ...]]] = []
    for weight, claims in assignments_in_order(model, limit=limit):
        enough = len(found) >= count
        if enough and (weight < found[count - 1][0] - TIE or len(found) >= count + ties):
            break
        found.append((weight, claims))
    return found
