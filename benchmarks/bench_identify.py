"""A whole exchange from files to proposals: 1x, 4x, 16x remains and families, peak memory.

The last size is 6,060 remains and 12,000 families. Each size runs in a process of its own, so
that its peak memory is its own; the second run in a process has the kernels compiled.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from priam.identification.run import identify
from priam.identification.settings import Settings
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

SIZES = ((379, 750), (1515, 3000), (6060, 12000))


def one(remains: int, families: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        plan = ExchangePlan(remains, families, int(families * 1.25))
        write_exchange(simulate_exchange(plan, 1), folder / "in")
        simulated = time.perf_counter() - start
        for turn in ("first", "warm"):
            shutil.rmtree(folder / "out", ignore_errors=True)
            stages: dict[str, float] = {}
            start = time.perf_counter()

            def note(stage: str, done: int, total: int, begun=start, stages=stages) -> None:
                stages.setdefault(stage, time.perf_counter() - begun)

            outcome = identify(folder / "in", folder / "out", Settings(), progress=note)
            total = time.perf_counter() - start
            search = stages["joint"] - stages["search"]
            again = stages["search"] - stages["re-associate"]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(f"{remains:8d}{families:9d}{turn:>7s}{simulated:10.1f}"
                  f"{stages['re-associate']:7.1f}{again:8.1f}{search:8.1f}"
                  f"{total - stages['joint']:7.1f}{total:8.1f}{peak:8.2f}"
                  f"{len(outcome.candidates):12d}", flush=True)  # fmt: skip


def main() -> None:
    if len(sys.argv) == 3:
        one(int(sys.argv[1]), int(sys.argv[2]))
        return
    print(f"{'remains':>8s}{'families':>9s}{'run':>7s}{'simulate':>10s}{'read':>7s}{'assoc.':>8s}"
          f"{'search':>8s}{'joint':>7s}{'total':>8s}{'GB':>8s}{'candidates':>12s}",
          flush=True)  # fmt: skip
    for remains, families in SIZES:
        subprocess.run([sys.executable, __file__, str(remains), str(families)], check=True)


if __name__ == "__main__":
    main()
