"""Where the persons of a drawn pedigree stand: generations, order within them, places.

1. Generations: longest path from the founders, spouses on one level where the descent allows it;
   couples of founders are pulled down to their children.
2. Order: local search over moves of persons and couples, which makes crossings of lines, distance
   of spouses and spread of siblings small. Lines that pass a generation keep a place in it.
3. Places: a linear programme puts parents over their children, with a least distance between
   neighbours (HiGHS through SciPy).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

from priam.kinship.pedigree import Pedigree

__all__ = ["Couple", "Layout", "Node", "lay_out"]


@dataclass(frozen=True, slots=True)
class Node:
    """A person in a generation, or the place that a passing line keeps (``through``)."""

    person: str
    level: int
    through: bool = False


@dataclass(frozen=True, slots=True)
class Couple:
    """Parents with their children; both stand, or have a place, on ``level``."""

    father: str
    mother: str
    level: int
    children: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Levels and places; ``x`` in units of the least distance, for every node."""

    rows: tuple[tuple[Node, ...], ...]
    couples: tuple[Couple, ...]
    x: dict[Node, float]
    level: dict[str, int]

    def place(self, person: str, level: int | None = None) -> float:
        """Place of a person, or of his line where it passes ``level``."""
        own = self.level[person]
        wanted = own if level is None else level
        return self.x[Node(person, wanted, wanted != own)]

    def adjacent(self, couple: Couple) -> bool:
        """Whether nobody stands between the spouses."""
        row = [node.person for node in self.rows[couple.level]]
        return abs(row.index(couple.father) - row.index(couple.mother)) == 1


def lay_out(pedigree: Pedigree, partners: Iterable[tuple[str, str]] = ()) -> Layout:
    """Layout of one connected pedigree or of several components side by side.

    ``partners`` are couples without children in it.
    """
    pairs = list(dict.fromkeys([*_pairs(pedigree), *partners]))
    level = _levels(pedigree, pairs)
    couples = _couples(pedigree, level, pairs)
    rows = _initial_rows(pedigree, level, couples)
    problem = _Problem(pedigree, couples, level)
    rows = _improve(rows, problem)
    x = _places(rows, problem)
    return Layout(tuple(tuple(row) for row in rows), tuple(couples), x, level)


# -- generations --------------------------------------------------------------------------


def _pairs(pedigree: Pedigree) -> list[tuple[str, str]]:
    found = [(p.father, p.mother) for p in pedigree.persons if p.father and p.mother]
    return list(dict.fromkeys(found))


def _levels(pedigree: Pedigree, pairs: list[tuple[str, str]]) -> dict[str, int]:
    group = {name: name for name in pedigree.ids}
    for father, mother in pairs:
        merged = {k: group[father] if v == group[mother] else v for k, v in group.items()}
        if _heights(pedigree, merged) is not None:
            group = merged
    heights = _heights(pedigree, group)
    assert heights is not None
    _pull_down(pedigree, group, heights)
    parts = _components(pedigree, pairs)
    top = {name: min(heights[group[n]] for n in part) for part in parts for name in part}
    return {name: heights[group[name]] - top[name] for name in pedigree.ids}


def _components(pedigree: Pedigree, pairs: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Groups of kin, those joined by partners without children taken together."""
    group = {name: number for number, part in enumerate(pedigree.components) for name in part}
    for one, other in pairs:
        low, high = sorted((group[one], group[other]))
        group = {name: low if number == high else number for name, number in group.items()}
    return [tuple(n for n in pedigree.ids if group[n] == k) for k in sorted(set(group.values()))]


def _heights(pedigree: Pedigree, group: dict[str, str]) -> dict[str, int] | None:
    """Longest path over groups of one level each; None if a group would be above itself."""
    heights = dict.fromkeys(group.values(), 0)
    for _ in range(len(heights) + 1):
        changed = False
        for person in pedigree.persons:
            for parent in (person.father, person.mother):
                if parent and heights[group[person.id]] <= heights[group[parent]]:
                    if group[person.id] == group[parent]:
                        return None
                    heights[group[person.id]] = heights[group[parent]] + 1
                    changed = True
        if not changed:
            return heights
    return None


def _pull_down(pedigree: Pedigree, group: dict[str, str], heights: dict[str, int]) -> None:
    """Groups of founders only come down to the generation above their first child."""
    has_parents = {group[p.id] for p in pedigree.persons if p.father}
    for one in sorted(set(group.values()) - has_parents, key=lambda name: -heights[name]):
        children = [
            c for name in pedigree.ids if group[name] == one for c in pedigree.children[name]
        ]
        if children:
            heights[one] = min(heights[group[child]] for child in children) - 1


def _couples(
    pedigree: Pedigree, level: dict[str, int], pairs: list[tuple[str, str]]
) -> list[Couple]:
    found = []
    for father, mother in pairs:
        children = tuple(p.id for p in pedigree.persons if (p.father, p.mother) == (father, mother))
        found.append(Couple(father, mother, max(level[father], level[mother]), children))
    return found


# -- order within generations ---------------------------------------------------------------


def _initial_rows(
    pedigree: Pedigree, level: dict[str, int], couples: list[Couple]
) -> list[list[Node]]:
    """Walk down the families, so that relatives start beside each other."""
    rows: list[list[Node]] = [[] for _ in range(max(level.values()) + 1)]
    placed: set[Node] = set()

    def put(node: Node) -> None:
        if node not in placed:
            placed.add(node)
            rows[node.level].append(node)

    def visit(person: str) -> None:
        node = Node(person, level[person])
        if node in placed:
            return
        put(node)
        for couple in couples:
            if person in (couple.father, couple.mother):
                other = couple.mother if person == couple.father else couple.father
                visit(other)
                for spouse in (couple.father, couple.mother):
                    for between in range(level[spouse] + 1, couple.level + 1):
                        put(Node(spouse, between, True))
                for child in couple.children:
                    for between in range(couple.level + 1, level[child]):
                        put(Node(child, between, True))
                    visit(child)

    for name in sorted(pedigree.ids, key=lambda one: (_component(pedigree, one), level[one])):
        visit(name)
    return rows


def _component(pedigree: Pedigree, person: str) -> int:
    return next(n for n, part in enumerate(pedigree.components) if person in part)


class _Problem:
    """What makes an order good; smaller is better."""

    def __init__(self, pedigree: Pedigree, couples: list[Couple], level: dict[str, int]) -> None:
        self.couples, self.level = couples, level
        self.component = {
            name: number
            for number, part in enumerate(
                _components(pedigree, [(c.father, c.mother) for c in couples])
            )
            for name in part
        }
        self.rank = pedigree.index
        self.near: dict[int, list[Couple]] = {}
        for couple in couples:
            self.near.setdefault(couple.level, []).append(couple)

    def node(self, person: str, level: int) -> Node:
        return Node(person, level, level != self.level[person])

    def cost(self, rows: list[list[Node]]) -> float:
        place = {node: float(i) for row in rows for i, node in enumerate(row)}
        return sum(self._between(place, upper) for upper in self.near) + self._rows(rows)

    def around(self, rows: list[list[Node]], number: int) -> float:
        """The part of the cost that depends on one row."""
        near = rows[max(number - 1, 0) : number + 2]
        place = {node: float(i) for row in near for i, node in enumerate(row)}
        both = [self._between(place, upper) for upper in (number - 1, number) if upper in self.near]
        return sum(both) + self._rows([rows[number]])

    def _between(self, place: dict[Node, float], upper: int) -> float:
        cost, lines = 0.0, []
        for couple in self.near[upper]:
            left = place[self.node(couple.father, upper)]
            right = place[self.node(couple.mother, upper)]
            cost += 40.0 * (abs(left - right) - 1.0) + (0.2 if left > right else 0.0)
            if not couple.children:
                continue
            below = [place[self.node(child, upper + 1)] for child in couple.children]
            cost += 3.0 * (max(below) - min(below) - len(below) + 1)
            lines.append(((left + right) / 2.0, min(below), max(below)))
        for number, one in enumerate(lines):
            for other in lines[:number]:
                cost += 25.0 * _crossing(one, other)
        return cost

    def _rows(self, rows: list[list[Node]]) -> float:
        """Components in order, and persons in the order of the file, where nothing else counts."""
        cost = 0.0
        for row in rows:
            for one, two in pairwise(row):
                wrong = self.component[one.person] > self.component[two.person]
                cost += 60.0 * wrong + 0.01 * (self.rank[one.person] > self.rank[two.person])
        return cost


def _crossing(one: tuple[float, float, float], two: tuple[float, float, float]) -> float:
    """How badly two families lie across each other: (place of the couple, of the children)."""
    if one[0] > two[0]:
        one, two = two, one
    if one[0] == two[0]:
        return 0.0 if one[2] < two[1] or two[2] < one[1] else 1.0
    return 0.0 if one[2] < two[1] else 1.0 + 0.2 * (one[2] - two[1])


def _improve(rows: list[list[Node]], problem: _Problem) -> list[list[Node]]:
    best = problem.cost(rows)
    reach = 60 if sum(map(len, rows)) <= 60 else 6
    for _ in range(12):
        before = best
        for number in range(len(rows)):
            rows = _improve_row(rows, number, problem, reach)
        best = problem.cost(rows)
        rows, best = _turn_families(rows, problem, best)
        if best >= before - 1e-9:
            break
    return rows


def _improve_row(
    rows: list[list[Node]], number: int, problem: _Problem, reach: int
) -> list[list[Node]]:
    best = problem.around(rows, number)
    for candidate in list(_moves(rows[number], reach)):
        trial = [*rows[:number], candidate, *rows[number + 1 :]]
        cost = problem.around(trial, number)
        if cost < best - 1e-9:
            rows, best = trial, cost
    return rows


def _moves(row: list[Node], reach: int) -> Iterable[list[Node]]:
    """The row with a block of one, two or three moved, or turned round."""
    for size in (1, 2, 3):
        for start in range(len(row) - size + 1):
            block, rest = row[start : start + size], [*row[:start], *row[start + size :]]
            low, high = max(0, start - reach), min(len(rest), start + reach)
            for target in range(low, high + 1):
                if target != start:
                    yield [*rest[:target], *block, *rest[target:]]
            if size > 1:
                yield [*row[:start], *reversed(block), *row[start + size :]]


def _turn_families(
    rows: list[list[Node]], problem: _Problem, best: float
) -> tuple[list[list[Node]], float]:
    """Mirror everything from some generation down, which single moves cannot reach."""
    for number in range(1, len(rows)):
        trial = [*rows[:number], *(row[::-1] for row in rows[number:])]
        cost = problem.cost(trial)
        if cost < best - 1e-9:
            rows, best = trial, cost
    return rows, best


# -- places -----------------------------------------------------------------------------------


def _places(rows: list[list[Node]], problem: _Problem) -> dict[Node, float]:
    nodes = [node for row in rows for node in row]
    index = {node: place for place, node in enumerate(nodes)}
    programme = _Programme(len(nodes))
    for row in rows:
        for one, two in pairwise(row):
            gap = 0.6 if one.through or two.through else 1.0
            apart = problem.component[one.person] != problem.component[two.person]
            programme.keep_apart(index[one], index[two], gap + 0.8 * apart)
    for couple in problem.couples:
        parents = [index[problem.node(p, couple.level)] for p in (couple.father, couple.mother)]
        if not couple.children:
            programme.pull({parents[0]: 1.0}, {parents[1]: 1.0}, 1.0)
            continue
        below = [problem.node(child, couple.level + 1) for child in couple.children]
        order = sorted(index[node] for node in below)
        ends = {order[0]: 0.5, order[-1]: 0.5} if len(order) > 1 else {order[0]: 1.0}
        programme.pull({parents[0]: 0.5, parents[1]: 0.5}, ends, 4.0)
        programme.pull({parents[0]: 1.0}, {parents[1]: 1.0}, 1.0)
        for first, second in pairwise(order):
            programme.pull({first: 1.0}, {second: 1.0}, 0.5)
    for node in nodes:
        under = problem.node(node.person, node.level + 1)
        above = problem.node(node.person, node.level - 1)
        for other in (under, above):
            if node.through and other in index:
                programme.pull({index[node]: 1.0}, {index[other]: 1.0}, 8.0)
    return dict(zip(nodes, programme.solve()))


class _Programme:
    """min sum w |a.x - b.x| subject to x_j - x_i >= gap, as a linear programme."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.gaps: list[tuple[int, int, float]] = []
        self.pulls: list[tuple[dict[int, float], float]] = []

    def keep_apart(self, left: int, right: int, gap: float) -> None:
        self.gaps.append((left, right, gap))

    def pull(self, one: dict[int, float], two: dict[int, float], weight: float) -> None:
        row = dict(one)
        for place, value in two.items():
            row[place] = row.get(place, 0.0) - value
        self.pulls.append((row, weight))

    def solve(self) -> list[float]:
        extra = len(self.pulls)
        size = self.count + extra
        objective = np.concatenate([np.full(self.count, 1e-4), [w for _, w in self.pulls]])
        matrix = np.zeros((len(self.gaps) + 2 * extra, size))
        limits = np.zeros(len(matrix))
        for number, (left, right, gap) in enumerate(self.gaps):
            matrix[number, left], matrix[number, right], limits[number] = 1.0, -1.0, -gap
        for number, (row, _) in enumerate(self.pulls):
            for sign in (0, 1):
                line = len(self.gaps) + 2 * number + sign
                for place, value in row.items():
                    matrix[line, place] = value if sign == 0 else -value
                matrix[line, self.count + number] = -1.0
        result = linprog(objective, A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
        return [float(value) for value in result.x[: self.count]]
