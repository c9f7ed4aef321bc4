"""Single likelihoods in batches of one shape, against pedprobr's seconds in the case files.

For each reference case the same pedigree and markers are run on a batch of families (the case's
own genotypes, repeated: the engine does not look for repeats). Genotypes are arrays of positions,
as pedprobr's were prepared objects. CPU seconds of this process, one thread.
Usage: python benchmarks/bench_likelihood.py [shared]
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from priam.kinship.cases import loci_of, pedigree_of
from priam.kinship.likelihood import log_likelihoods_indexed

GROUPS = ("nomut_autosomal", "mutation_autosomal", "mutation_norwegian", "x_linked", "theta")
LANES = 2000


def per_likelihood(case: dict, lanes: int) -> float:
    """CPU seconds of one family at all markers of the case."""
    pedigree, loci = pedigree_of(case, "pedigree"), loci_of(case)
    batch = [
        {
            person: np.repeat([[locus.index[a]] for a in alleles], lanes, axis=1)
            for person, alleles in marker["genotypes"].items()
        }
        for marker, locus in zip(case["markers"], loci)
    ]
    for locus, typed in zip(loci, batch):  # plans are made once per shape
        few = {person: pair[:, :9] for person, pair in typed.items()}
        log_likelihoods_indexed(pedigree, locus, few, theta=case["theta"])
    start = time.process_time()
    for locus, typed in zip(loci, batch):
        log_likelihoods_indexed(pedigree, locus, typed, theta=case["theta"])
    return (time.process_time() - start) / lanes


def main() -> None:
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else default) / "reference" / "likelihood"
    print(f"{'group':<22}{'cases':>6}{'pedprobr ms':>13}{'priam ms':>10}{'times':>8}")
    for group in GROUPS:
        cases = json.loads((folder / f"{group}.json").read_text())["cases"]
        # The reference clock ticks in milliseconds: sums over a group, not single cases.
        theirs = sum(case.get("seconds") or 0.0 for case in cases)
        lanes = LANES if group != "theta" else 100
        ours = sum(per_likelihood(case, lanes) for case in cases)
        count = len(cases)
        print(
            f"{group:<22}{count:>6}{1e3 * theirs / count:>13.3f}{1e3 * ours / count:>10.4f}"
            f"{theirs / ours:>8.0f}"
        )


if __name__ == "__main__":
    main()
