"""Closed cases: seconds of priam against the seconds of dvir 3.4.2 in the reference files.

The reference seconds come from another run on a 2-core machine; read the ratio as an order of
magnitude. Give the folder of the reference files: python benchmarks/bench_dvi.py ../shared
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from priam.genetics.mutation import NO_MUTATION, MutationModel
from priam.identification.dvi import case_from_record, pairwise_lr, read_pairwise, solve_case


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shared", nargs="?", default=os.environ.get("PRIAM_SHARED", "../shared"))
    reference = Path(parser.parse_args().shared) / "reference"
    print(f"{'case':26s}{'pairwise':>10s}{'ratio':>8s}{'joint':>10s}{'ratio':>8s}")
    for file in ("dvir_datasets.json", "simulated.json"):
        for record in json.loads((reference / "dvi" / file).read_text())["cases"]:
            case = case_from_record(record)
            pair = seconds(lambda case=case: pairwise_lr(case))
            joint = seconds(lambda case=case: solve_case(case, 300))
            theirs = record.get("joint_seconds")
            ratio = f"{theirs / joint:8.1f}" if theirs else "    stops"
            first = record["pairwise_seconds"] / pair
            print(f"{record['name']:26s}{pair:10.3f}{first:8.1f}{joint:10.3f}{ratio}")
    for name in ("b10", "b50"):
        for mutation in ("none", "proportional"):
            expected = json.loads(
                (reference / "bench" / f"{name}_expected_{mutation}.json").read_text()
            )
            model = MutationModel.same(mutation, rate=0.001) if mutation != "none" else NO_MUTATION
            case = read_pairwise(reference / "bench" / f"{name}.json", model)
            own = seconds(lambda case=case: pairwise_lr(case))
            theirs = sorted(expected["seconds"])[1]
            rate = expected["pairs"] / own
            print(f"{name + ' ' + mutation:26s}{own:10.3f}{theirs / own:8.1f}  {rate:,.0f} pairs/s")


if __name__ == "__main__":
    main()
