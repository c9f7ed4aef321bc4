"""How much one list decides: every method again, with each list struck out in turn."""

from __future__ import annotations

from dataclasses import dataclass

from priam.totals.histories import Histories
from priam.totals.latent_class import Sampling
from priam.totals.methods import Estimate, estimate_all

__all__ = ["LeftOut", "leave_each_out"]

_QUICK = ("log-linear", "chao-lower-bound", "sample-coverage", "decomposable")
_VERY_QUICK = ("independence", "chao-lower-bound", "sample-coverage")


@dataclass(frozen=True)
class LeftOut:
    """The answers without one list."""

    left_out: str
    observed: int
    estimates: tuple[Estimate, ...]


def leave_each_out(table: Histories, level: float = 0.95, seed: int = 1) -> tuple[LeftOut, ...]:
    """Needs three lists or more; the latent class model is not run again (it takes too long)."""
    if table.t < 3:
        return ()
    methods = _QUICK if table.t <= 7 else _VERY_QUICK
    found = []
    for j, name in enumerate(table.lists):
        rest = table.without(j)
        if rest.n == 0:
            continue
        rows = estimate_all(rest, level=level, sampling=Sampling(seed=seed), methods=methods)
        found.append(LeftOut(name, rest.n, tuple(rows)))
    return tuple(found)
