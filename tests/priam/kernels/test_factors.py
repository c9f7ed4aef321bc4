"""Contractions against einsum, with and without lanes."""

from __future__ import annotations

import numpy as np
import pytest

from priam.kernels.factors import contract, diagonal, gather, multiply, rescaled, switched

RNG = np.random.default_rng(1)
LANES = 7
SIZES = {0: 3, 1: 4, 2: 2, 3: 5}


def table(axes, lanes):
    shape = [SIZES[a] for a in axes] + ([LANES] if lanes else [])
    return axes, RNG.random(shape), lanes


def by_einsum(tables, out):
    """Product of tables summed over what ``out`` lacks; lanes are axis 9, always there."""
    parts = []
    for axes, data, lanes in tables:
        whole = data if lanes else np.broadcast_to(data[..., None], (*data.shape, LANES))
        parts += [whole, [*axes, 9]]
    return np.einsum(*parts, [*out, 9])


CASES = [
    [((0, 1), False), ((1, 2), False)],
    [((0, 1), False), ((1, 2), True)],
    [((0, 1, 2), False), ((2, 1), True)],
    [((1,), False), ((0, 1), False), ((1, 2, 3), True), ((0, 1), True)],
    [((1,), True), ((3, 1), True)],
    [((1, 0), False), ((1, 2), False), ((1, 3, 0), False)],
]


@pytest.mark.parametrize("case", CASES)
def test_contract_equals_einsum(case):
    tables = [table(*one) for one in case]
    axes, data, lanes = contract(1, tables)
    if not lanes:
        data = np.broadcast_to(data[..., None], (*data.shape, LANES))
    np.testing.assert_allclose(data, by_einsum(tables, axes), rtol=1e-13)
    assert 1 not in axes


def test_multiply_aligns_axes():
    tables = [table((2, 0), False), table((0, 1), True)]
    axes, data, lanes = multiply(tables)
    assert lanes
    np.testing.assert_allclose(data, by_einsum(tables, axes), rtol=1e-13)


def test_diagonal_and_switch():
    data = RNG.random((3, 2, 3, LANES))
    axes, found = diagonal((0, 2, 0), data)
    assert axes == (0, 2)
    np.testing.assert_array_equal(found, np.moveaxis(np.diagonal(data, axis1=0, axis2=2), -1, 0))
    opened = switched(data, 1)
    assert np.all(opened[0] == 1.0) and np.array_equal(opened[1], data)


@pytest.mark.parametrize("lanes", [False, True])
def test_gather_reads_rows_of_every_lane(lanes):
    data = RNG.random((3, 4, LANES) if lanes else (3, 4))
    one, two = RNG.integers(3, size=LANES), RNG.integers(3, size=(2, LANES))
    single, double = gather(data, lanes, one), gather(data, lanes, two)
    assert single.shape == (4, LANES) and double.shape == (2, 4, LANES)
    for k in range(LANES):
        own = data[..., k] if lanes else data
        np.testing.assert_array_equal(single[:, k], own[one[k]])
        np.testing.assert_array_equal(double[1, :, k], own[two[1, k]])


def test_rescaled_keeps_impossible_lanes():
    data = RNG.random((3, LANES))
    data[:, 2] = 0.0
    small, shift = rescaled(data * 1e-200, True)
    np.testing.assert_allclose(small * np.exp(shift + 200 * np.log(10)), data, rtol=1e-12)
    assert np.all(small[:, 2] == 0.0) and shift[2] == 0.0
    assert rescaled(np.zeros(3), False)[1] == 0.0
