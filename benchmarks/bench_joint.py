"""The joint step on chains, stars and dense parts of growing size; states and seconds."""

from __future__ import annotations

import time

import numpy as np

from priam.identification.joint import JointModel, best_assignment, solve


def chain(size: int) -> JointModel:
    weights = {(v, (v + d) % size): 3.0 - d for v in range(size) for d in (0, 1)}
    return JointModel.from_matrix(weights, size)


def star(size: int) -> JointModel:
    return JointModel.from_matrix({(v, 0): 0.0 for v in range(size)}, size)


def dense(size: int) -> JointModel:
    rng = np.random.default_rng(size)
    weights = {(v, p): float(rng.normal(0, 4)) for v in range(size) for p in range(size)}
    return JointModel.from_matrix(weights, size)


def main() -> None:
    print(f"{'part':14s}{'claims':>8s}{'method':>9s}{'seconds':>9s}{'HiGHS s':>9s}{'error':>9s}")
    for make, sizes in ((chain, (100, 1000)), (star, (100, 1000)), (dense, (8, 12, 16, 24))):
        for size in sizes:
            model = make(size)
            start = time.perf_counter()
            result = solve(model, tolerance=0.0)
            own = time.perf_counter() - start
            start = time.perf_counter()
            best_assignment(model)
            highs = time.perf_counter() - start
            part = result.parts[0]
            print(f"{make.__name__ + ' ' + str(size):14s}{len(model.claims):8d}{part.method:>9s}"
                  f"{own:9.3f}{highs:9.3f}{part.error:9.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
