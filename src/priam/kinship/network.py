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
from dataclasses import dataclass, field, replace
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
    """A table over ``axes``; ``data`` has one further axis where ``lanes``, or is ``None``.

    ``pending`` lists axes that still run over *all* alleles of a locus and are to be read at an
    observed allele. Until then the table is the same for all families, and work on it is done
    once for all of them.
    """

    axes: tuple[int, ...]
    data: Floats | None = None
    lanes: bool = False
    pending: tuple[tuple[int, Allele], ...] = ()
    variables: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        found = frozenset(self.axes)
        if self.pending:
            found |= {a.variable for _, a in self.pending if a.variable is not None}
        self.variables = found


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
    pending: tuple[tuple[int, Allele], ...] = ()
    variables: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        read = [self.x, self.y, *(allele for _, allele in self.pending)]
        below = {a.variable for a in read if a.variable is not None}
        self.variables = frozenset({self.s, *self.axes, *below})


FIRST_PENDING = 1_000_000
"""Names of pending axes start here, above all variables."""
DEFER_FROM = 8
"""Lanes from which on reading at observed alleles is put off."""
CHEAP = 2000
"""Entries a variable up to which an order is taken as it is."""
LARGEST_SHARED = 2**22
"""Entries that a table shared by all lanes may have."""


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
        lanes: int = 1,
    ) -> None:
        self.lanes = lanes
        self.fresh = FIRST_PENDING
        self.sizes = sizes
        self.tables = list(tables)
        self.switches = list(switches)
        self.slots = slots or {}
        self.rescale = rescale
        self.log_scale: Floats | float = 0.0
        self.alleles: frozenset[int] = frozenset()
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
        return not any(above & table.variables for table in tables)

    def bucket(self, v: int) -> tuple[list[Switch], list[Table]]:
        return (
            [switch for switch in self.switches if v in switch.variables],
            [table for table in self.tables if v in table.variables],
        )

    def cells(self, v: int) -> tuple[int, set[int]]:
        """Entries that summing out ``v`` touches, and the variables whose buckets it changes."""
        switches, tables = self.bucket(v)
        union = {axis for table in tables for axis in table.axes}
        near = union.union(*(switch.variables for switch in switches))
        if self.pulls_back(v, switches, tables):
            union |= set(switches[0].axes)
            return prod(self.sizes[a] for a in union) * switches[0].size, near
        for switch in switches:
            for reference in (switch.x, switch.y):
                half = {switch.s, *switch.axes}
                if reference.variable is not None:
                    half.add(reference.variable)
                if v in half:
                    union |= half
        union.add(v)
        return prod(self.sizes[a] for a in union), near

    # -- doing it --------------------------------------------------------------------------

    def eliminate(self, v: int) -> None:
        """Sum ``v`` out."""
        self._settle_at(v)
        switches, tables = self.bucket(v)
        if self.pulls_back(v, switches, tables):
            self._pull_back(v, switches[0], tables)
            return
        for switch in switches:
            self._expand(switch)
        self._settle_at(v)
        _, tables = self.bucket(v)
        self.tables = [table for table in self.tables if v not in table.axes]
        self.tables.append(self._contracted(v, tables))

    def _pull_back(self, v: int, switch: Switch, tables: list[Table]) -> None:
        passed = len(self.sizes)  # the passed allele needs a name of its own here
        below = Table((passed, *switch.axes), switch.data, switch.lanes, switch.pending)
        self.tables = [table for table in self.tables if v not in table.axes]
        made = self._contracted(v, [below, *tables])
        axes = tuple(axis for axis in made.axes if axis != passed)
        data = made.data
        if data is not None:
            data = np.moveaxis(data, made.axes.index(passed), 0)
        place = next(k for k, own in enumerate(self.switches) if own is switch)
        self.switches[place] = replace(
            switch, axes=axes, data=data, lanes=made.lanes, pending=made.pending
        )

    def _contracted(self, v: int, tables: Sequence[Table]) -> Table:
        if any(table.data is None for table in tables) or not tables:
            return self._counted(v, tables)
        tables = self._compatible(v, tables)
        pending = tuple(one for table in tables for one in table.pending)
        axes_, data, lanes = contract(v, [(t.axes, t.data, t.lanes) for t in tables])  # type: ignore[misc]
        return Table(axes_, self._scaled(data, lanes), lanes, pending)

    def _scaled(self, data: Floats, lanes: bool) -> Floats:
        """Move the size of the entries into ``log_scale``, if this network is large."""
        if self.rescale:
            data, shift = rescaled(data, lanes)
            self.log_scale = self.log_scale + shift
        return data

    # -- reading at observed alleles, now or later -------------------------------------------

    def _compatible(self, v: int, tables: Sequence[Table]) -> list[Table]:
        """Tables to be multiplied: settled, unless working for all families is cheaper."""
        if not any(table.pending for table in tables):
            return list(tables)
        if not any(table.lanes for table in tables):
            shared = {a: n for t in tables for a, n in zip(t.axes, _shape(t))}
            own = {a: n for a, n in shared.items() if a < FIRST_PENDING and a != v}
            read = {a for t in tables for _, al in t.pending if (a := al.variable) is not None}
            width = shared.pop(v)
            entries = prod(shared.values())
            alone = prod(own.values()) * 2 ** len(read - own.keys()) * self.lanes
            if entries <= LARGEST_SHARED and entries <= alone * min(width, 4):
                return list(tables)
        return [self.settled(table) for table in tables]

    def settled(self, table: Table) -> Table:
        """``table`` read at the observed alleles of every lane."""
        if not table.pending or table.data is None:
            return table
        waiting = dict(table.pending)
        rest = tuple(axis for axis in table.axes if axis not in waiting)
        order = [table.axes.index(axis) for axis in (*waiting, *rest)]
        phases = tuple(
            dict.fromkeys(a.variable for a in waiting.values() if a.variable is not None)
        )
        index = []
        for allele in waiting.values():
            assert allele.slot is not None
            shape = [2 if phase == allele.variable else 1 for phase in phases]
            slot = self.slots[allele.slot]
            index.append(slot.reshape(*shape, slot.shape[-1]))
        chosen = table.data.transpose(order)[tuple(index)]
        chosen = np.ascontiguousarray(np.moveaxis(chosen, len(phases), -1))
        axes, data = diagonal((*phases, *rest), chosen)
        return Table(axes, data, True)

    def _settle_at(self, v: int) -> None:
        """Read tables and switches whose pending alleles depend on ``v``."""

        if self.fresh == FIRST_PENDING:  # nothing was ever put off
            return
        for place, table in enumerate(self.tables):
            if table.pending and any(allele.variable == v for _, allele in table.pending):
                self.tables[place] = self.settled(table)
        for place, switch in enumerate(self.switches):
            if switch.pending and any(allele.variable == v for _, allele in switch.pending):
                self.switches[place] = self._settled_switch(switch)

    def _settled_switch(self, switch: Switch) -> Switch:
        passed = len(self.sizes)
        table = Table((passed, *switch.axes), switch.data, switch.lanes, switch.pending)
        made = self.settled(table)
        assert made.data is not None
        data = np.moveaxis(made.data, made.axes.index(passed), 0)
        axes = tuple(axis for axis in made.axes if axis != passed)
        return replace(switch, axes=axes, data=data, lanes=True, pending=())

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
        whole = Table((-1, *switch.axes), switch.data, switch.lanes, switch.pending)
        read = self.read(whole, reference)
        if read.data is None:
            return Table((switch.s, *read.axes), None, read.lanes)
        data = switched(read.data, place)
        return Table((switch.s, *read.axes), data, read.lanes, read.pending)

    def read(self, table: Table, reference: Allele) -> Table:
        """``table`` with its first axis read at an allele."""
        rest = table.axes[1:]
        head = () if reference.variable is None else (reference.variable,)
        lanes = table.lanes or reference.slot is not None
        if table.data is None:
            return Table(tuple(dict.fromkeys((*head, *rest))), None, lanes)
        data = table.data
        if reference.slot is not None and self.lanes >= DEFER_FROM and not table.lanes:
            self.fresh += 1
            pending = (*table.pending, (self.fresh, reference))
            return Table((self.fresh, *rest), data, False, pending)
        if reference.slot is not None and table.pending:
            table = self.settled(table)
            assert table.data is not None
            place = table.axes.index(-1)
            data = np.moveaxis(table.data, place, 0)
            rest = tuple(axis for axis in table.axes if axis != -1)
        if reference.slot is not None:
            data = gather(data, table.lanes, self.slots[reference.slot])
        axes, data = diagonal((*head, *rest), data)
        return Table(axes, data, lanes, table.pending)

    def binary(self, v: int) -> bool:
        """Whether ``v`` is a meiosis or a phase (in a network without numbers)."""
        return v not in self.alleles

    def result(self, kept: Sequence[int], lanes: int) -> Floats:
        """Product of what is left, axes in the order of ``kept``, then lanes."""
        assert not self.switches
        done = [self.settled(table) for table in self.tables]
        parts = [
            (t.axes, self._scaled(t.data, t.lanes), t.lanes) for t in done if t.data is not None
        ]
        ones = (tuple(kept), np.ones([self.sizes[v] for v in kept]), False)
        axes, data, has = multiply([ones, *parts])
        if not has:
            data = np.broadcast_to(data[..., None], (*data.shape, lanes))
        return data.transpose([*(axes.index(v) for v in kept), len(axes)])

    def copy(self) -> Network:
        """An independent network with the same tables (which are never changed in place)."""
        switches = [replace(switch) for switch in self.switches]
        made = Network(self.sizes, self.tables, switches, self.slots, rescale=self.rescale)
        made.alleles = self.alleles
        return made


def plan_order(network: Network, kept: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """An order of elimination and the largest number of entries that it needs at once.

    Two greedy orders are tried, and the one with fewer entries in all is taken: smallest bucket
    first, and alleles before meioses and phases (smallest bucket first within each). A cheap
    order is not worth a second look.
    """
    total, peak, order = _greedy(network, kept, False)
    if total > CHEAP * max(len(order), 1):
        _, peak, order = min((total, peak, order), _greedy(network, kept, True))
    return order, peak


def _greedy(
    network: Network, kept: Sequence[int], alleles_first: bool
) -> tuple[int, int, tuple[int, ...]]:
    """Entries in all, largest table, order. Costs are brought up to date near each step only."""
    work = network.copy()
    left = _present(work) - set(kept)
    costs = {v: work.cells(v) for v in left}
    order: list[int] = []
    total = 0
    work.peak = prod(network.sizes[v] for v in kept)
    binary = {v for v in left if network.binary(v)} if alleles_first else set()
    while left:
        v = min(left, key=lambda u: (u in binary, costs[u][0], u))
        near = costs[v][1]
        total += costs[v][0]
        work.eliminate(v)
        left.discard(v)
        order.append(v)
        for u in left & near:
            costs[u] = work.cells(u)
    return total, work.peak, tuple(order)


def _shape(table: Table) -> tuple[int, ...]:
    assert table.data is not None
    return table.data.shape[: len(table.axes)]


def _present(network: Network) -> set[int]:
    found = {axis for table in network.tables for axis in table.axes}
    for switch in network.switches:
        found |= switch.variables
    return found
