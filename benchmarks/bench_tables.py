"""LR tables: families a second at 24 STRs, stepwise mutation, all alleles (no lumping).

CPU seconds of one thread; the last column is the pair-by-pair way (one likelihood for every
genotype) on a sample of families. Usage: python benchmarks/bench_tables.py [shared] [families]
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from priam.genetics.mutation import MutationModel
from priam.kinship import pedigree as shapes
from priam.kinship.likelihood import log_likelihoods_indexed
from priam.kinship.locus import Locus
from priam.kinship.tables import build_tables_indexed, genotype_pairs

STEPWISE = MutationModel.same("stepwise", rate=0.002, rate2=1e-5, range=0.1)
FAMILIES = {
    "one parent": (shapes.parent_and_child(), "child", ["parent"]),
    "two parents": (shapes.trio(), "child", ["father", "mother"]),
    "spouse and child": (shapes.trio(), "father", ["mother", "child"]),
    "two siblings": (shapes.siblings("a", "b", "m"), "m", ["a", "b"]),
    "two grandparents": (
        shapes.grandparents(),
        "grandchild",
        ["grandfather", "grandmother"],
    ),
}


def loci_of(shared: Path) -> list[Locus]:
    """22 STRs of the reference panel and two more of the larger one, so 24."""
    folder = shared / "reference" / "kinship_lr"
    panels = [
        json.loads((folder / f"frequencies_norwegian{n}.json").read_text())["loci"]
        for n in (22, 35)
    ]
    names = {record["name"] for record in panels[0]}
    records = panels[0] + [record for record in panels[1] if record["name"] not in names][:2]
    return [
        Locus.of(
            r["name"], r["alleles"], np.array(r["frequencies"]) / sum(r["frequencies"]), STEPWISE
        )
        for r in records
    ]


def one_by_one(pedigree, missing, typed, loci) -> float:
    """CPU seconds of one family, a likelihood for every genotype of the missing person."""
    start = time.process_time()
    for marker, locus in enumerate(loci):
        low, high = genotype_pairs(len(locus))
        lanes = {n: np.repeat(v[marker][:, :1], len(low), axis=1) for n, v in typed.items()}
        log_likelihoods_indexed(pedigree, locus, {**lanes, missing: np.stack([low, high])})
    return time.process_time() - start


def main() -> None:
    default = Path(__file__).resolve().parents[2] / "shared"
    loci = loci_of(Path(sys.argv[1] if len(sys.argv) > 1 else default))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2048
    rng = np.random.default_rng(1)
    sizes = [len(locus) for locus in loci]
    print(f"{len(loci)} STRs, {min(sizes)} to {max(sizes)} alleles, {count} families, one thread")
    print(f"{'typed':<20}{'families/s':>12}{'kB a family':>13}{'pair by pair/s':>16}")
    for name, (pedigree, missing, people) in FAMILIES.items():
        typed = {
            person: np.stack(
                [rng.choice(len(at), size=(2, count), p=at.frequencies) for at in loci]
            )
            for person in people
        }
        start = time.process_time()
        tables = build_tables_indexed(pedigree, missing, typed, loci)
        took = time.process_time() - start
        slow = one_by_one(pedigree, missing, typed, loci)
        print(
            f"{name:<20}{count / took:>12.0f}{tables.nbytes / count / 1e3:>13.1f}{1 / slow:>16.1f}"
        )


if __name__ == "__main__":
    main()
