"""Products and sums of tables over allele variables, many families at once.

A table has one axis per variable and, where it differs between families, a last axis of
*lanes* (one lane a family). Everything here is a NumPy contraction: a table that is the same
for all lanes meets one that is not in a matrix product, so that BLAS does the work, and the
lanes are the contiguous axis everywhere else. Nothing is compiled, so that the command starts
at once; ``benchmarks/bench_tables.py`` and ``bench_likelihood.py`` measure it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["contract", "diagonal", "gather", "multiply", "rescaled", "switched"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Axes = tuple[int, ...]


def diagonal(axes: Axes, data: Floats) -> tuple[Axes, Floats]:
    """Where a variable stands at two axes, keep only the entries with equal values.

    ``data`` has an axis for each of ``axes`` and perhaps lanes behind them; so has the result.
    """
    kept = tuple(dict.fromkeys(axes))
    if len(kept) == len(axes):
        return axes, data
    number = {axis: position for position, axis in enumerate(kept)}
    letters = [chr(ord("a") + number[axis]) for axis in axes]
    out = "".join(dict.fromkeys(letters))
    return kept, np.einsum(f"{''.join(letters)}...->{out}...", data)


def gather(data: Floats, lanes: bool, index: Ints) -> Floats:
    """Select rows of the first axis by observed allele.

    ``index`` has shape (lanes,) or (2, lanes); the result has lanes last, and a first axis of
    size 2 in the second case.
    """
    if lanes:
        chosen = np.moveaxis(data, -1, 1)[index, np.arange(index.shape[-1])]
    else:
        chosen = data[index]
    return np.ascontiguousarray(np.moveaxis(chosen, index.ndim - 1, -1))


def switched(data: Floats, place: int) -> Floats:
    """Shape (2, *data.shape): ``data`` at ``place`` and ones at the other."""
    result = np.ones((2, *data.shape))
    result[place] = data
    return result


def _aligned(axes: Axes, data: Floats, target: Axes, lanes: bool, any_lanes: bool) -> Floats:
    """``data`` with its axes in the order of ``target``, length 1 where it has none."""
    order = sorted(range(len(axes)), key=lambda k: target.index(axes[k]))
    tail = [len(axes)] if lanes else []
    moved = data.transpose([*order, *tail])
    have = {axis: data.shape[k] for k, axis in enumerate(axes)}
    shape = [have.get(axis, 1) for axis in target]
    if any_lanes:
        shape.append(data.shape[-1] if lanes else 1)
    return moved.reshape(shape)


def multiply(tables: Sequence[tuple[Axes, Floats, bool]]) -> tuple[Axes, Floats, bool]:
    """Product of tables; axes in order of first appearance.

    A table is (axes, data, has lanes): ``data`` has an axis for each variable of ``axes``, and
    lanes last if it has any.
    """
    axes = tuple(dict.fromkeys(axis for table in tables for axis in table[0]))
    lanes = any(table[2] for table in tables)
    result: Floats | None = None
    for own, data, has in sorted(tables, key=lambda table: table[1].size):
        part = _aligned(own, data, axes, has, lanes)
        result = part if result is None else result * part
    assert result is not None
    return axes, result, lanes


def contract(
    variable: int, tables: Sequence[tuple[Axes, Floats, bool]]
) -> tuple[Axes, Floats, bool]:
    """Multiply ``tables``, as in :func:`multiply` (all hold ``variable``), and sum over it."""
    fixed = [table for table in tables if not table[2]]
    moving = [table for table in tables if table[2]]
    if not moving and len(fixed) > 1:
        # Everything but the largest table first, then a matrix product with that.
        *small, (last, data, _) = sorted(fixed, key=lambda table: table[1].size)
        axes, made, _ = _pair(variable, multiply(small), (last, data[..., None], True))
        return axes, made[..., 0], False
    if not fixed or not moving:
        axes, data, lanes = multiply(tables)
        return _summed(variable, axes, data, lanes)
    one, other = multiply(fixed), multiply(moving)
    return _pair(variable, one, other)


def _summed(variable: int, axes: Axes, data: Floats, lanes: bool) -> tuple[Axes, Floats, bool]:
    place = axes.index(variable)
    return axes[:place] + axes[place + 1 :], data.sum(axis=place), lanes


def _pair(
    variable: int, fixed: tuple[Axes, Floats, bool], moving: tuple[Axes, Floats, bool]
) -> tuple[Axes, Floats, bool]:
    """Sum over ``variable`` of a table without lanes times one with lanes."""
    one, other = fixed[0], moving[0]
    shared = [axis for axis in one if axis in other and axis != variable]
    own = tuple(axis for axis in one if axis not in other)
    rest = tuple(axis for axis in other if axis != variable)
    if not shared:
        data = np.tensordot(fixed[1], moving[1], axes=(one.index(variable), other.index(variable)))
        return own + rest, data, True
    # A matrix product for each value of the shared variables.
    loose = tuple(axis for axis in rest if axis not in shared)
    left = fixed[1].transpose([one.index(a) for a in (*shared, *own, variable)])
    right = moving[1].transpose(
        [other.index(a) for a in (*shared, variable, *loose)] + [len(other)]
    )
    heads = left.shape[: len(shared)]
    heads = tuple(np.broadcast_shapes(heads, right.shape[: len(shared)]))
    columns = right.shape[len(shared) + 1 :]
    flat = np.matmul(
        left.reshape(*left.shape[: len(shared)], -1, left.shape[-1]),
        right.reshape(*right.shape[: len(shared)], right.shape[len(shared)], -1),
    )
    sizes = left.shape[len(shared) : -1]
    return (*shared, *own, *loose), flat.reshape(*heads, *sizes, *columns), True


def rescaled(data: Floats, lanes: bool) -> tuple[Floats, Floats | float]:
    """Divide by the largest entry (of each lane) and return the logarithm of the divisor.

    A lane that is impossible is left as it is (all zero, divisor 1).
    """
    if not lanes:
        top = float(data.max()) if data.size else 1.0
        return (data / top, float(np.log(top))) if top > 0.0 else (data, 0.0)
    tops = data.reshape(-1, data.shape[-1]).max(axis=0)
    tops = np.where(tops > 0.0, tops, 1.0)
    return data / tops, np.log(tops)
