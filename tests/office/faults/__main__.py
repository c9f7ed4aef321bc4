"""Many runs from a seed: ``python -m tests.office.faults --runs 1000 --seed 1 [--processes]``.

Each run is printed with its seed where it fails; ``--seed THAT --runs 1`` repeats it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import click

from tests.office.faults.prepared import in_memory, prepared
from tests.office.faults.runs import Broken, Shape, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seconds", type=float, help="stop after so long; what ran is counted")
    parser.add_argument("--processes", action="store_true", help="each node a process, kill -9")
    parser.add_argument("--types", action="store_true", help="count events by their type too")
    parser.add_argument("--trace", action="store_true", help="show where a run failed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="priam-faults-") as base:
        template, keys = prepared(Path(base))
        from tests.office.faults.nodes import Forked, Local

        kind = Forked if options.processes else Local
        shape = Shape(options.steps, outside_kills=0.5 if options.processes else 0.0)
        total: Counter[str] = Counter()
        end = time.monotonic() + (options.seconds or 1e9)
        for seed in range(options.seed, options.seed + options.runs):
            if time.monotonic() > end:
                break
            try:
                total += run(seed, kind, template, keys, Path(base) / f"run-{seed}", shape)
            except Broken as error:
                total["broken"] += 1
                click.echo(str(error))
                if options.trace:
                    traceback.print_exception(error.__cause__)
    for name, number in sorted(total.items()):
        if not name.startswith("cosigned ") and (options.types or not name.startswith("type ")):
            click.echo(f"{name:28}{number:>12,}")
    return 1 if total["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
