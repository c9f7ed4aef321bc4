"""Tables over allele variables, and the order in which the variables are summed out.

Variables are small integers. An *allele* variable runs over the alleles of a locus; a *binary*
one is a meiosis (0: the parent's paternal allele was passed on, 1: the maternal) or the phase
of a typed person (which of the two observed alleles came from the father).

What a parent passes on is kept as a :class:`Switch`: the table ``h(t, ...)`` of the passed
allele t, to be read at the parent's paternal or maternal allele as the meiosis s says. A switch
stays symbolic as long as possible, because summing out what lies below it needs K x K entries
and not K x K x K.

The same code runs with and without numbers: without, it counts the entries that an order needs,
and so finds a good order (min-weight with a look at the bucket) and its size beforehand.
Variable elimination: Lauritzen and Sheehan, Statistical Science 2003; 18(4):489-514,
doi 10.1214/ss/1081443232; Fishelson and Geiger, Bioinformatics 2002; 18:S189-198.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt

from priam.kernels.factors import contract, diagonal, gather, multiply, rescaled, switched

__all__ = ["Allele", "Network", "Switch", "Table", "plan_order"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Allele:
    """One allele of one person.

    Attributes:
        variable: the variable it depends on, or ``None`` where it is observed and fixed.
        slot: ``None`` if it *is* the variable; else the key of the array of positions, (2, lanes)
            read at the binary ``variable``, or (lanes,) without one.
    """

    variable: int | None
    slot: tuple[int, int, int] | None = None


@dataclass(slots=True)
class Table:
    """A table over ``axes``; ``data`` has one further axis where ``lanes``, or is ``None``."""

    axes: tuple[int, ...]
    data: Floats | None = None
    lanes: bool = False


@dataclass(slots=True)
class Switch:
    """``data`` over (passed allele, *axes), read at ``x`` if meiosis ``s`` is 0, else at ``y``."""

    s: int
    x: Allele
    y: Allele
    axes: tuple[int, ...]
    data: Floats | None = None
    lanes: bool = False
    size: int = 0

    def variables(self) -> set[int]:
        own = {self.s, *self.axes}
        return own | {a.variable for a in (self.x, self.y) if a.variable is not None}


class Network:
    """Tables and switches; variables are summed out one by one."""

    def __init__(
        self,
        sizes: Sequence[int],
        tables: Iterable[Table],
        switches: Iterable[Switch],
        slots: Mapping[tuple[int, int, int], Ints] | None = None,
        *,
        rescale: bool = False,
    ) -> None:
        self.sizes = sizes
        self.tables = list(tables)
        self.switches = list(switches)
        self.slots = slots or {}
        self.rescale = rescale
        self.log_scale: Floats | float = 0.0
        self.peak = 0  # entries of the largest table held, without lanes

    # -- what an elimination needs --------------------------------------------------------

    def pulls_back(self, v: int, switches: Sequence[Switch], tables: Sequence[Table]) -> bool:
        """Whether ``v`` can be summed out below its only switch, which then stays a switch."""
        if len(switches) != 1 or v not in switches[0].axes:
            return False
        own = switches[0]
        above = {own.s, own.x.variable, own.y.variable}
        if v in above:
            return False
        return not any(above & set(table.axes) for table in tables)

    def bucket(self, v: int) -> tuple[list[Switch], list[Table]]:
        return (
            [switch for switch in self.switches if v in switch.variables()],
            [table for table in self.tables if v in table.axes],
        )

    def cells(self, v: int) -> tuple[int, set[int]]:
        """Entries that summing out ``v`` touches, and the variables it couples."""
        switches, tables = self.bucket(v)
        union = {axis for table in tables for axis in table.axes}
        if self.pulls_back(v, switches, tables):
            union |= set(switches[0].axes)
            return prod(self.sizes[a] for a in union) * switches[0].size, union
        for switch in switches:
            for reference in (switch.x, switch.y):
                half = {switch.s, *switch.axes}
                if reference.variable is not None:
                    half.add(reference.variable)
                if v in half:
                    union |= half
        union.add(v)
        return prod(self.sizes[a] for a in union), union

    # -- doing it --------------------------------------------------------------------------

    def eliminate(self, v: int) -> None:
        """Sum ``v`` out."""
        switches, tables = self.bucket(v)
        if self.pulls_back(v, switches, tables):
            self._pull_back(v, switches[0], tables)
            return
        for switch in switches:
            self._expand(switch)
        _, tables = self.bucket(v)
        self.tables = [table for table in self.tables if v not in table.axes]
        self.tables.append(self._contracted(v, tables))

    def _pull_back(self, v: int, switch: Switch, tables: list[Table]) -> None:
        passed = len(self.sizes)  # the passed allele needs a name of its own here
        below = Table((passed, *switch.axes), switch.data, switch.lanes)
        self.tables = [table for table in self.tables if v not in table.axes]
        made = self._contracted(v, [below, *tables])
        axes = tuple(axis for axis in made.axes if axis != passed)
        data = made.data
        if data is not None:
            data = np.moveaxis(data, made.axes.index(passed), 0)
        place = next(k for k, own in enumerate(self.switches) if own is switch)
        self.switches[place] = replace(switch, axes=axes, data=data, lanes=made.lanes)

    def _contracted(self, v: int, tables: Sequence[Table]) -> Table:
        if any(table.data is None for table in tables) or not tables:
            return self._counted(v, tables)
        axes_, data, lanes = contract(v, [(t.axes, t.data, t.lanes) for t in tables])  # type: ignore[misc]
        if self.rescale:
            data, shift = rescaled(data, lanes)
            self.log_scale = self.log_scale + shift
        return Table(axes_, data, lanes)

    def _counted(self, v: int, tables: Sequence[Table]) -> Table:
        """The same without numbers: which axes, and how large the tables on the way are.

        A product of tables with lanes is written out; that with one without lanes is not (it is
        a matrix product), so that only its result counts.
        """
        axes = tuple(dict.fromkeys(a for table in tables for a in table.axes if a != v))
        parts = [axes]
        for lanes in (False, True):
            parts.append(tuple({a for t in tables if t.lanes == lanes for a in t.axes}))
        self.peak = max(self.peak, *(self._size(part) for part in parts))
        return Table(axes, None, any(table.lanes for table in tables))

    def _size(self, axes: Iterable[int]) -> int:
        """Entries of a table; the passed allele of a switch counts as the largest variable."""
        known = len(self.sizes)
        return prod(self.sizes[a] if a < known else max(self.sizes) for a in axes)

    def _expand(self, switch: Switch) -> None:
        """Replace a switch by one table for each of the parent's alleles."""
        self.switches = [other for other in self.switches if other is not switch]
        for place, reference in enumerate((switch.x, switch.y)):
            self.tables.append(self._half(switch, place, reference))

    def _half(self, switch: Switch, place: int, reference: Allele) -> Table:
        read = self.read(Table((-1, *switch.axes), switch.data, switch.lanes), reference)
        if read.data is None:
            return Table((switch.s, *read.axes), None, read.lanes)
        return Table((switch.s, *read.axes), switched(read.data, place), read.lanes)

    def read(self, table: Table, reference: Allele) -> Table:
        """``table`` with its first axis read at an allele."""
        rest = table.axes[1:]
        head = () if reference.variable is None else (reference.variable,)
        lanes = table.lanes or reference.slot is not None
        if table.data is None:
            return Table(tuple(dict.fromkeys((*head, *rest))), None, lanes)
        data = table.data
        if reference.slot is not None:
            data = gather(data, table.lanes, self.slots[reference.slot])
        axes, data = diagonal((*head, *rest), data)
        return Table(axes, data, lanes)

    def result(self, kept: Sequence[int], lanes: int) -> Floats:
        """Product of what is left, axes in the order of ``kept``, then lanes."""
        assert not self.switches
        parts = [(t.axes, t.data, t.lanes) for t in self.tables if t.data is not None]
        ones = (tuple(kept), np.ones([self.sizes[v] for v in kept]), False)
        axes, data, has = multiply([ones, *parts])
        if not has:
            data = np.broadcast_to(data[..., None], (*data.shape, lanes))
        return data.transpose([*(axes.index(v) for v in kept), len(axes)])

    def copy(self) -> Network:
        """An independent network with the same tables (which are never changed in place)."""
        switches = [replace(switch) for switch in self.switches]
        return Network(self.sizes, self.tables, switches, self.slots, rescale=self.rescale)


def plan_order(network: Network, kept: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """An order of elimination and the largest number of entries that it needs at once.

    Greedy: the variable whose bucket is smallest comes next; costs are brought up to date only
    for variables near the one that went.
    """
    work = network.copy()
    left = _present(work) - set(kept)
    costs = {v: work.cells(v) for v in left}
    order: list[int] = []
    work.peak = prod(network.sizes[v] for v in kept)
    while left:
        v = min(left, key=lambda u: (costs[u][0], u))
        near = costs[v][1]
        work.eliminate(v)
        left.discard(v)
        order.append(v)
        for u in left:
            if u in near or costs[u][1] & near:
                costs[u] = work.cells(u)
    return tuple(order), work.peak


def _present(network: Network) -> set[int]:
    found = {axis for table in network.tables for axis in table.axes}
    for switch in network.switches:
        found |= switch.variables()
    return found
