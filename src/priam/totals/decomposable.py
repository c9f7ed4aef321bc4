"""Averaging over decomposable graphs: every pattern of dependence gets a say, by its evidence.

A graph joins the lists that may depend on each other. For decomposable (chordal) graphs with a
hyper-Dirichlet prior the evidence for graph G and f0 unseen persons is a closed form, so the
posterior of the total is a finite sum: no simulation, no seed.

The prior weight ``delta`` of a cell decides much. The complete graph fits everything and says
nothing about f0; with a large delta it takes all the weight. So its weight and the answers under
other deltas belong to the result.

Sources: Madigan & York (1997), Biometrika 84:19, doi:10.1093/biomet/84.1.19; Johndrow, Lum &
Ball (2015), dga (R package), for the flat-prior conventions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import nbinom

from priam.errors import UserError
from priam.totals.histories import Histories

__all__ = [
    "MAX_LISTS",
    "Averaged",
    "GammaPoisson",
    "Graph",
    "average_graphs",
    "decomposable_graphs",
    "default_max_unseen",
]

Floats = NDArray[np.float64]

#: 8, 61, 822 graphs for three, four, five lists; six would have 18,154.
MAX_LISTS = 5
_CHUNK = 4096


@dataclass(frozen=True)
class Graph:
    """A decomposable graph: its cliques, and its separators with repetition (none empty)."""

    cliques: tuple[frozenset[int], ...]
    separators: tuple[frozenset[int], ...]

    @property
    def name(self) -> str:
        """``[123,134]``, lists counted from 1."""
        return "[" + ",".join("".join(str(j + 1) for j in sorted(c)) for c in self.cliques) + "]"

    def complete(self, t: int) -> bool:
        """Whether all lists are joined: such a graph holds no information on the total."""
        return self.cliques == (frozenset(range(t)),)


@dataclass(frozen=True)
class GammaPoisson:
    """Prior on the total: Poisson with a Gamma(shape, scale) mean. Without it, p(N) is 1/N."""

    shape: float
    scale: float

    def log_weight(self, totals: Floats) -> Floats:
        """Log prior probability of each total."""
        values: Floats = nbinom.logpmf(totals, self.shape, 1 / (1 + self.scale))
        return values


@dataclass(frozen=True, eq=False)
class Averaged:
    """Posterior of the total, averaged over graphs.

    ``totals`` and ``mass``, shape (f0 values,): the support and its probabilities. ``graphs``
    with ``weights``, largest first. ``tail``: mass of the last total looked at; where it is not
    small the answer depends on where the sum was cut off. ``relative_loss`` is E[1/N]/E[1/N^2],
    the estimate of Madigan & York.
    """

    delta: float
    totals: NDArray[np.int64]
    mass: Floats
    graphs: tuple[Graph, ...]
    weights: Floats
    complete_weight: float

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.totals @ self.mass)

    @property
    def mode(self) -> int:
        """Most probable total."""
        return int(self.totals[np.argmax(self.mass)])

    @property
    def median(self) -> int:
        """Posterior median."""
        return self.quantile(0.5)

    @property
    def tail(self) -> float:
        """Mass of the largest total looked at."""
        return float(self.mass[-1])

    @property
    def relative_loss(self) -> float:
        """Best estimate under squared relative loss."""
        return float((self.mass / self.totals).sum() / (self.mass / self.totals**2.0).sum())

    def quantile(self, q: float) -> int:
        """First total whose cumulative probability reaches ``q``."""
        place = int(np.searchsorted(np.cumsum(self.mass), q))
        return int(self.totals[min(place, len(self.mass) - 1)])

    def interval(self, level: float = 0.95) -> tuple[int, int]:
        """Central interval."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def draw(self, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Independent draws of the total."""
        return rng.choice(self.totals, size=size, p=self.mass / self.mass.sum())


def default_max_unseen(n: int) -> int:
    """How many unseen persons are thought possible: ten times those seen, and at least 2,000."""
    return max(10 * n, 2000)


@cache
def decomposable_graphs(t: int) -> tuple[Graph, ...]:
    """All chordal graphs on ``t`` labelled lists."""
    if not 2 <= t <= MAX_LISTS:
        raise UserError(
            f"averaging over decomposable graphs takes 3 to {MAX_LISTS} lists, not {t}; "
            "merge lists of the same origin first"
        )
    return tuple(_graph(g) for g in _all_graphs(t) if nx.is_chordal(g))


def _all_graphs(t: int) -> Iterator[nx.Graph]:
    pairs = list(combinations(range(t), 2))
    for k in range(len(pairs) + 1):
        for edges in combinations(pairs, k):
            graph = nx.Graph()
            graph.add_nodes_from(range(t))
            graph.add_edges_from(edges)
            yield graph


def _graph(graph: nx.Graph) -> Graph:
    """Cliques, and separators from a maximum-weight spanning forest of the clique graph."""
    cliques = sorted(map(frozenset, nx.find_cliques(graph)), key=lambda c: (-len(c), sorted(c)))
    tree = nx.Graph()
    tree.add_nodes_from(range(len(cliques)))
    for a, b in combinations(range(len(cliques)), 2):
        if cliques[a] & cliques[b]:
            tree.add_edge(a, b, weight=len(cliques[a] & cliques[b]))
    forest = nx.maximum_spanning_tree(tree)
    return Graph(tuple(cliques), tuple(cliques[a] & cliques[b] for a, b in forest.edges))


def average_graphs(
    table: Histories,
    *,
    delta: float | None = None,
    prior: GammaPoisson | None = None,
    max_unseen: int | None = None,
    graphs: tuple[Graph, ...] | None = None,
) -> Averaged:
    """Posterior of the total over all decomposable graphs, f0 = 1 .. ``max_unseen``.

    ``delta`` is the prior weight of a cell, 2^-t unless given; graphs are equally likely
    beforehand. Everything is summed in logarithms, so nothing underflows.
    """
    graphs = graphs or decomposable_graphs(table.t)
    delta = 2.0**-table.t if delta is None else delta
    if not delta > 0:
        raise UserError(f"delta is {delta}; the prior weight of a cell must be above 0")
    f0 = np.arange(1, (max_unseen or default_max_unseen(table.n)) + 1, dtype=float)
    evidence = _Evidence(table, delta, prior, graphs)
    shift = evidence.log_joint(f0[:: max(len(f0) // 512, 1)]).max()
    by_graph, mass = np.zeros(len(graphs)), np.zeros(len(f0))
    for start in range(0, len(f0), _CHUNK):
        part = np.exp(evidence.log_joint(f0[start : start + _CHUNK]) - shift)
        by_graph += part.sum(axis=1)
        mass[start : start + _CHUNK] = part.sum(axis=0)
    order = np.argsort(-by_graph, kind="stable")
    weights = by_graph / by_graph.sum()
    complete = [w for g, w in zip(graphs, weights) if g.complete(table.t)]
    return Averaged(
        delta,
        (f0 + table.n).astype(np.int64),
        mass / mass.sum(),
        tuple(graphs[k] for k in order),
        weights[order],
        float(sum(complete)),
    )


class _Evidence:
    """log p(y, f0 | G) + log prior, for all graphs at once, as one matrix product."""

    def __init__(
        self,
        table: Histories,
        delta: float,
        prior: GammaPoisson | None,
        graphs: tuple[Graph, ...],
    ) -> None:
        self.n, self.t, self.delta, self.prior = table.n, table.t, delta, prior
        self.sets = sorted({s for g in graphs for s in (*g.cliques, *g.separators)}, key=sorted)
        self.constants = gammaln(table.counts + 1.0).sum()
        self.margins = [self._margin(table, sorted(s)) for s in self.sets]
        place = {s: k for k, s in enumerate(self.sets)}
        self.weights = np.zeros((len(graphs), len(self.sets) + 1))
        for row, graph in zip(self.weights, graphs):
            np.add.at(row, [place[c] for c in graph.cliques], 1)
            np.add.at(row, [place[s] for s in graph.separators], -1)
            row[-1] = len(graph.cliques) - len(graph.separators)

    def _margin(self, table: Histories, lists: list[int]) -> tuple[float, float, float]:
        """Count of the all-zero margin, its prior weight, and the sum over the other margins."""
        codes = table.patterns[:, lists].astype(np.int64) @ (1 << np.arange(len(lists)))
        counts = np.bincount(codes, weights=table.counts, minlength=2 ** len(lists))
        weight = self.delta * 2.0 ** (self.t - len(lists))
        rest = gammaln(counts[1:] + weight).sum() - 2.0 ** len(lists) * gammaln(weight)
        return float(counts[0]), weight, float(rest)

    def log_joint(self, f0: Floats) -> Floats:
        """Shape (graphs, len(f0))."""
        parts = [gammaln(f0 + zero + weight) + rest for zero, weight, rest in self.margins]
        whole = 2.0**self.t * self.delta
        parts.append(gammaln(whole) - gammaln(f0 + self.n + whole))
        prior = -np.log(self.n + f0) if self.prior is None else self.prior.log_weight(self.n + f0)
        common = gammaln(f0 + self.n + 1) - gammaln(f0 + 1) - self.constants + prior
        return np.asarray(self.weights @ np.array(parts) + common)
