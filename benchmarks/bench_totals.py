"""Totals: seconds for each method, and how often 95 % intervals hold the truth.

    python benchmarks/bench_totals.py speed [FOLDER]      the tables of shared/reference/mse
    python benchmarks/bench_totals.py coverage [REPEATS [METHOD...]]  populations of known size

`speed` takes a plain NumPy Newton fit of one model at a time, and the sampler without its
compiler, as baselines in the same run. The reference files hold no seconds of the R packages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from priam.totals.decomposable import average_graphs, decomposable_graphs
from priam.totals.histories import Histories
from priam.totals.latent_class import Sampling, sample_classes
from priam.totals.loglinear import all_models, design, fit_models
from priam.totals.methods import METHODS, Estimate, estimate_all

ROOT = Path(__file__).resolve().parents[1]
N = 1000


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call, the second of two (the first may compile)."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_at_a_time(table: Histories) -> None:
    """Baseline: textbook Newton for each model on its own."""
    cells, y = table.full()
    for model in all_models(table.t):
        x = design(cells, model)
        eta = np.log(y + 0.1)
        for _ in range(25):
            mu = np.exp(np.clip(eta, -30, 30))
            weighted = x * mu[:, None]
            beta = np.linalg.lstsq(weighted.T @ x, weighted.T @ (eta + y / mu - 1), rcond=None)[0]
            moved, eta = np.abs(x @ beta - eta).max(), x @ beta
            if moved < 1e-8:
                break


def uncompiled(table: Histories, steps: int = 300) -> float:
    """Seconds for 1,000 steps of one chain without Numba."""
    code = (
        "import json,sys,time,numpy as np;from priam.totals.histories import Histories;"
        "from priam.kernels.latent_class import gibbs;d=json.load(sys.stdin);"
        "h=Histories.from_cells(d['l'],d['c']);r=np.random.default_rng(1);s=np.full(10,.1);"
        "o=r.random((h.t,10));t=time.perf_counter();"
        f"gibbs(r,h.patterns,h.counts,s,o,np.array([1.]),.25,.25,{steps},10,20*h.n);"
        "print(time.perf_counter()-t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({"l": table.lists, "c": table.cells}),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000 / steps


def speed(folder: Path) -> None:
    """A table of seconds over the reference tables."""
    print("table | lists | all models, s | one by one, s | graphs, s | 1,000 Gibbs steps, ms")
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "cells" not in data or len(data["lists"]) > 5:
            continue
        table = Histories.from_cells(data["lists"], data["cells"])
        models = all_models(table.t)
        decomposable_graphs(table.t)
        quick = Sampling(burn=0, steps=5000, most=5000)
        row = (
            timed(lambda t=table, m=models: fit_models(t, m)),
            timed(lambda t=table: one_at_a_time(t)),
            timed(lambda t=table: average_graphs(t)),
            timed(lambda t=table, q=quick: sample_classes(t, q)) / 20 * 1000,
        )
        print(path.stem, table.t, *(f"{value:.3g}" for value in row), sep=" | ")
    kosovo = json.loads((folder / "kosovo.json").read_text(encoding="utf-8"))
    plain = uncompiled(Histories.from_cells(kosovo["lists"], kosovo["cells"]))
    print(f"kosovo, 1,000 Gibbs steps without the compiler: {plain * 1000:,.0f} ms")


def populations() -> Iterator[tuple[str, Callable[[np.random.Generator], np.ndarray]]]:
    """Names, and functions that draw memberships (N, lists) of a whole population."""
    p4 = np.array([0.35, 0.3, 0.25, 0.2])

    def independent(rng: np.random.Generator) -> np.ndarray:
        return rng.random((N, 4)) < p4

    def three(rng: np.random.Generator) -> np.ndarray:
        return rng.random((N, 3)) < p4[:3]

    def copied(rng: np.random.Generator) -> np.ndarray:
        on = rng.random((N, 4)) < p4
        on[:, 1] |= on[:, 0] & (rng.random(N) < 0.5)
        return on

    def classes(rng: np.random.Generator) -> np.ndarray:
        easy = rng.random(N) < 0.4
        return rng.random((N, 4)) < np.where(easy[:, None], 0.6, 0.12)

    def avoiding(rng: np.random.Generator) -> np.ndarray:
        on = rng.random((N, 4)) < p4
        on[:, 1] &= ~(on[:, 0] & (rng.random(N) < 0.7))
        return on

    def unreachable(rng: np.random.Generator) -> np.ndarray:
        return (rng.random((N, 4)) < p4) & (rng.random(N) > 0.3)[:, None]

    def sparse(rng: np.random.Generator) -> np.ndarray:
        return rng.random((N, 5)) < np.array([0.08, 0.07, 0.06, 0.05, 0.04])

    def two(rng: np.random.Generator) -> np.ndarray:
        return rng.random((N, 2)) < p4[:2]

    yield "independent, 2 lists", two
    yield "half of list 1 copied into list 2, 2 lists", lambda rng: copied(rng)[:, :2]
    yield "independent, 4 lists", independent
    yield "independent, 3 lists", three
    yield "half of list 1 copied into list 2", copied
    yield "two kinds of persons (.6 and .12)", classes
    yield "lists 1 and 2 avoid each other", avoiding
    yield "30 % can never be listed", unreachable
    yield "sparse, 5 lists", sparse


def coverage(repeats: int, methods: tuple[str, ...] = METHODS) -> None:
    """Share of intervals that hold N, their median width, tables refused, the median point."""
    print("population | method | interval holds N | median width / N | refused | median point")
    for name, draw in populations():
        rng = np.random.default_rng(20261123)
        rows: dict[str, list[Estimate]] = {}
        for k in range(repeats):
            sampling = Sampling(seed=k, burn=3000, steps=10_000, most=40_000)
            for row in estimate_all(tabulate(draw(rng)), sampling=sampling, methods=methods):
                rows.setdefault(row.method, []).append(row)
        for method, found in rows.items():
            print(name, method, *summary(found), sep=" | ", flush=True)


def summary(rows: list[Estimate]) -> tuple[str, str, str, str]:
    """Coverage, width, refusals and point of one method in one population."""
    used = [row for row in rows if row.point is not None and row.lower is not None]
    refused = str(len(rows) - len(used))
    if not used:
        return "-", "-", refused, "-"
    held = np.mean([row.lower <= N <= (row.upper or np.inf) for row in used])
    width = np.median([(row.upper or np.inf) - row.lower for row in used]) / N
    return f"{held:.2f}", f"{width:.2f}", refused, f"{np.median([row.point for row in used]):,.0f}"


def tabulate(on: np.ndarray) -> Histories:
    """The table of counts of memberships (persons, lists)."""
    keys, counts = np.unique(on[on.any(axis=1)].astype(np.uint8), axis=0, return_counts=True)
    cells = {"".join(map(str, key)): int(c) for key, c in zip(keys, counts)}
    return Histories.from_cells([f"L{j + 1}" for j in range(on.shape[1])], cells)


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "speed"
    if what == "coverage":
        # latent-class takes nearly all the time
        coverage(int(sys.argv[2]) if len(sys.argv) > 2 else 200, tuple(sys.argv[3:]) or METHODS)
    else:
        given = sys.argv[2] if len(sys.argv) > 2 else ROOT.parent / "shared/reference/mse"
        speed(Path(given))
