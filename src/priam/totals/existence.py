"""Do the data determine the total under a log-linear model, or does the likelihood run away?

Two questions, both answered exactly. A linear programme finds the cells whose fitted mean goes
to zero as the likelihood rises to its supremum (the face of the marginal cone that holds the
data). On the remaining cells the maximum exists; whether it fixes the unseen cell is a question
of column rank: the row of the unseen cell must be a combination of theirs.

Source: Fienberg & Rinaldo (2012), Ann. Stat. 40:996, doi:10.1214/12-AOS986; for multiple systems
estimation Chan, Silverman & Vincent (2021), JASA 116:1297, doi:10.1080/01621459.2019.1708748.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

__all__ = ["Existence", "Verdict", "examine"]


class Verdict(StrEnum):
    """What the check found."""

    INTERIOR = "exists"
    BOUNDARY = "on the boundary, total identified"
    NO_ESTIMATE = "no finite estimate"
    NOT_IDENTIFIED = "not identified"


_WORDS = {
    Verdict.INTERIOR: "The data determine the estimate.",
    Verdict.BOUNDARY: "An overlap that this model allows for is empty. Its effect is minus "
    "infinity; the total is still determined by the other cells.",
    Verdict.NO_ESTIMATE: "The likelihood rises without end as the total grows or shrinks: these "
    "counts hold no finite estimate under this model. Refused.",
    Verdict.NOT_IDENTIFIED: "Different totals fit these counts equally well under this model: "
    "the overlaps needed to tell them apart are empty. Refused.",
}


@dataclass(frozen=True, eq=False)
class Existence:
    """The verdict, in words too; ``support`` marks the cells that keep a positive mean."""

    verdict: Verdict
    support: NDArray[np.bool_]

    @classmethod
    def on(cls, support: NDArray[np.bool_]) -> Existence:
        """A maximum that was found with these cells above zero."""
        return cls(Verdict.INTERIOR if support.all() else Verdict.BOUNDARY, support)

    @property
    def identified(self) -> bool:
        """Whether the total is determined."""
        return self.verdict in (Verdict.INTERIOR, Verdict.BOUNDARY)

    @property
    def words(self) -> str:
        """One or two plain sentences."""
        return _WORDS[self.verdict]


def examine(x: NDArray[np.float64], y: NDArray[np.int64]) -> Existence:
    """Check a design x (cells, p), intercept first, against counts y (cells,)."""
    support = _face(x, y)
    unseen = np.zeros(x.shape[1])
    unseen[0] = 1.0
    if _in_span(x[support], unseen):
        verdict = Verdict.INTERIOR if support.all() else Verdict.BOUNDARY
    elif _lacks_rank(x, y):
        verdict = Verdict.NOT_IDENTIFIED
    else:
        verdict = Verdict.NO_ESTIMATE
    return Existence(verdict, support)


def _lacks_rank(x: NDArray[np.float64], y: NDArray[np.int64]) -> bool:
    """Whether the columns left after striking out the empty overlaps depend on each other."""
    empty = y @ x == 0
    rest = x[~x[:, empty].any(axis=1)][:, ~empty]
    return bool(np.linalg.matrix_rank(rest) < rest.shape[1])


def _face(x: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Cells with a positive mean at the supremum of the likelihood.

    Maximise the number of empty cells with (x c)_i <= -1 subject to (x c)_i = 0 where y_i > 0
    and <= 0 elsewhere. Along such a c the likelihood never falls.
    """
    empty = np.flatnonzero(y == 0)
    if not len(empty):
        return np.ones(len(y), dtype=bool)
    p, k = x.shape[1], len(empty)
    objective = np.concatenate([np.zeros(p), -np.ones(k)])
    result = linprog(
        objective,
        A_ub=hstack([x[empty], eye_array(k)], format="csr"),
        b_ub=np.zeros(k),
        A_eq=hstack([x[y > 0], csr_array((int((y > 0).sum()), k))], format="csr"),
        b_eq=np.zeros(int((y > 0).sum())),
        bounds=[(None, None)] * p + [(0, 1)] * k,
        method="highs",
    )
    support = np.ones(len(y), dtype=bool)
    support[empty[result.x[p:] > 0.5]] = False
    return support


def _in_span(rows: NDArray[np.float64], row: NDArray[np.float64]) -> bool:
    if not len(rows):
        return False
    rank = np.linalg.matrix_rank(rows)
    return bool(np.linalg.matrix_rank(np.vstack([rows, row])) == rank)
