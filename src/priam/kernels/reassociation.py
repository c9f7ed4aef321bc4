"""All remains profiles against each other by table look-ups."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from priam.kernels.jit import parallel_kernel, prange

__all__ = ["compare_all"]

Array = npt.NDArray[Any]


@parallel_kernel
def compare_all(
    same: Array,
    sib: Array,
    offsets: Array,
    states: Array,
    observed: Array,
    threshold: float,
    capacity: int,
) -> tuple[Array, Array, Array, Array, Array]:
    """Pairs whose log LR(same person / unrelated) reaches the threshold.

    ``same``, ``sib``: flat tables float32; marker l's table of log LR is the square of side
    ``states[l]`` at ``offsets[l]``. ``observed`` (profiles, markers) int32: state at each marker,
    -1 where not seen. Returns (profiles, capacity) arrays: partner, log LR same, log LR full
    siblings, markers shared; and the number found of each profile, which may exceed the capacity.
    """
    size, markers = observed.shape
    partner = np.empty((size, capacity), dtype=np.int32)
    one = np.empty((size, capacity), dtype=np.float32)
    two = np.empty((size, capacity), dtype=np.float32)
    shared = np.empty((size, capacity), dtype=np.int16)
    count = np.zeros(size, dtype=np.int64)
    for step in prange(size):
        # the first profiles have the longest rows: pair them with the last for even work
        i = step // 2 if step % 2 == 0 else size - 1 - step // 2
        base = np.empty(markers, dtype=np.int64)
        seen = np.empty(markers, dtype=np.int64)
        used = 0
        for k in range(markers):
            if observed[i, k] >= 0:
                base[used] = offsets[k] + observed[i, k] * states[k]
                seen[used] = k
                used += 1
        found = 0
        for j in range(i + 1, size):
            total = np.float32(0.0)
            for m in range(used):
                state = observed[j, seen[m]]
                if state >= 0:
                    total += same[base[m] + state]
            if total < threshold:
                continue
            if found < capacity:
                sibling = np.float32(0.0)
                common = 0
                for m in range(used):
                    state = observed[j, seen[m]]
                    if state >= 0:
                        sibling += sib[base[m] + state]
                        common += 1
                partner[i, found] = j
                one[i, found] = total
                two[i, found] = sibling
                shared[i, found] = common
            found += 1
        count[i] = found
    return partner, one, two, shared, count
