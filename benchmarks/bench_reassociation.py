"""All profiles against each other: 1x, 4x, 16x, beside a NumPy loop over rows; then the tables
that are looked up, without and with theta, for as many profiles as there were bags."""

from __future__ import annotations

import time

import numpy as np

from priam.genetics.frequencies import load_packaged
from priam.identification.observations import ObservationAxis, observation_axis
from priam.identification.reassociation import pair_tables
from priam.identification.settings import Profiles
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


def drawn(axis: ObservationAxis, size: int, rng: np.random.Generator) -> np.ndarray:
    """Columns of unrelated profiles, (size, markers): a tenth of the heterozygotes show one
    allele, a tenth of the markers nothing."""
    columns = np.empty((size, len(axis.markers)), dtype=np.int32)
    for k, marker in enumerate(axis.markers):
        a, b = marker.pairs[rng.choice(marker.genotypes, size, p=marker.prior)].T
        one = marker.genotypes + rng.integers(0, 3, size) * len(marker.alleles) + a
        single = (a == b) | (rng.random(size) < 0.1)
        columns[:, k] = np.where(single, one, marker.first[a] + b - a)
        columns[rng.random(size) < 0.1, k] = -1
    return columns


def tables() -> None:
    """Seconds for the pair tables of 6,060 profiles, for each theta."""
    table = load_packaged("nist1036-all")
    axis = observation_axis(table, {name: [] for name in table.markers}, Profiles(), 5.0)
    columns = drawn(axis, 6060, np.random.default_rng(1))
    for theta in (0.0, 0.01):
        start = time.perf_counter()
        made = pair_tables(axis, columns, 0.002, theta)
        seconds = time.perf_counter() - start
        states = f"{len(axis.markers)} markers, {int(made.states.max())} observations at most"
        print(f"tables, theta {theta:<4g} {seconds:6.2f} s ({states})")


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
    tables()
