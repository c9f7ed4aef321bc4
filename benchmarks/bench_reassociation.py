"""All profiles against each other: 1x, 4x, 16x, beside a NumPy loop over rows."""

from __future__ import annotations

import time

import numpy as np

from priam.kernels.reassociation import compare_all


def numpy_rows(same, offsets, states, observed, threshold) -> int:
    """The same count, one profile against all later ones at a time."""
    found = 0
    for i in range(len(observed) - 1):
        total = np.zeros(len(observed) - i - 1, dtype=np.float32)
        for k, own in enumerate(observed[i]):
            if own >= 0:
                other = observed[i + 1 :, k]
                value = same[offsets[k] + own * states[k] + np.maximum(other, 0)]
                total += np.where(other >= 0, value, 0)
        found += int((total >= threshold).sum())
    return found


def main() -> None:
    rng = np.random.default_rng(1)
    markers, side = 24, 120
    states = np.full(markers, side, dtype=np.int64)
    offsets = np.arange(markers, dtype=np.int64) * side * side
    same = rng.normal(-1.5, 2.0, markers * side * side).astype(np.float32)
    compare_all(same, same, offsets, states, np.zeros((4, markers), np.int32), 5.0, 8)
    print(f"{'profiles':>9s}{'seconds':>9s}{'M pairs/s':>11s}{'NumPy s':>9s}")
    for size in (1515, 6060, 24240):
        observed = rng.integers(-1, side, (size, markers)).astype(np.int32)
        start = time.perf_counter()
        count = compare_all(same, same, offsets, states, observed, 5.0, 64)[4]
        own = time.perf_counter() - start
        slow = ""
        if size <= 1515:
            start = time.perf_counter()
            assert numpy_rows(same, offsets, states, observed, 5.0) == int(count.sum())
            slow = f"{time.perf_counter() - start:9.2f}"
        print(f"{size:9d}{own:9.2f}{size * (size - 1) / 2 / own / 1e6:11.1f}{slow}")


if __name__ == "__main__":
    main()
