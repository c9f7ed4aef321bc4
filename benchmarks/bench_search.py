"""The scoring step against a plain C loop on the same tables, one thread and two.

Prints million pairs a second and the ratio to C. The target is 150 million pairs a second with
two threads and at most a factor 2 slower than C on one.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

from priam.kernels.search import LANES, score_blocks

HERE = Path(__file__).parent


def compiled(folder: str) -> ctypes.CDLL:
    """The C baseline, built with the machine's own compiler."""
    library = Path(folder) / "baseline.so"
    source = HERE / "search_baseline.c"
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", library, source], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.search_baseline.restype = ctypes.c_int64
    return loaded


def run_c(library: ctypes.CDLL, table: np.ndarray, rows: np.ndarray, threshold: float) -> int:
    blocks, height, _ = table.shape
    return library.search_baseline(
        ctypes.c_void_p(table.ctypes.data), ctypes.c_void_p(rows.ctypes.data),
        *(ctypes.c_int64(n) for n in (blocks, height, *rows.shape)), ctypes.c_float(threshold),
    )  # fmt: skip


def run_numba(table: np.ndarray, rows: np.ndarray, threshold: float, residual: bool) -> int:
    blocks = len(table)
    valid = np.full(blocks, LANES, dtype=np.int64)
    hits = np.zeros((blocks, 4096, 2), dtype=np.int32)
    scores = np.zeros((blocks, 4096), dtype=np.float32)
    counts = np.zeros(blocks, dtype=np.int64)
    rest = np.zeros((blocks, len(rows) if residual else 0), dtype=np.float32)
    score_blocks(table, rows, threshold, valid, hits, scores, counts, rest)
    return int(counts.sum())


def timed(call, repeats: int = 3) -> tuple[float, int]:
    best, answer = float("inf"), 0
    for _ in range(repeats):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return best, answer


def main() -> None:
    rng = np.random.default_rng(1)
    markers, height, blocks, profiles = 24, 3400, 96, 6060
    table = rng.normal(-1.0, 1.2, (blocks, height, LANES)).astype(np.float32)
    per = height // markers
    rows = (rng.integers(0, per, (profiles, markers)) + np.arange(markers) * per).astype(np.uint32)
    pairs = profiles * blocks * LANES
    threshold = 0.0
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(folder)
        seconds, expected = timed(lambda: run_c(library, table, rows, threshold))
    base = pairs / seconds / 1e6
    print(f"{'':34s}{'M pairs/s':>10s}{'of C':>8s}")
    print(f"{'C, one thread':34s}{base:10.0f}{1.0:8.2f}")
    for threads in (1, 2):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        for residual in (False, True):
            run_numba(table[:2], rows, threshold, residual)
            seconds, found = timed(
                lambda residual=residual: run_numba(table, rows, threshold, residual)
            )
            assert abs(found - expected) <= 2, (found, expected)
            name = f"Numba, {threads} thread(s)" + (", with residual" if residual else "")
            rate = pairs / seconds / 1e6
            print(f"{name:34s}{rate:10.0f}{rate / base:8.2f}")


if __name__ == "__main__":
    main()
