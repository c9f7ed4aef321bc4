"""What holds for every table of counts."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.totals.decomposable import average_graphs
from priam.totals.existence import examine
from priam.totals.histories import Histories
from priam.totals.loglinear import all_models, design, fit_models
from priam.totals.publication import hide_small_cells
from priam.totals.twolist import two_lists

PATTERNS = ["".join(p) for p in product("01", repeat=3) if "1" in p]


@st.composite
def tables(draw: st.DrawFn, most: int = 60) -> Histories:
    counts = draw(st.lists(st.integers(0, most), min_size=7, max_size=7))
    counts = [c + (sum(counts) == 0) for c in counts]
    return Histories.from_cells(["A", "B", "C"], dict(zip(PATTERNS, counts)))


@settings(max_examples=30)
@given(tables(most=6))
def test_quick_existence_agrees_with_the_linear_programme(table: Histories) -> None:
    """Newton's certificate against the programme that looks at the face directly."""
    cells, y = table.full()
    for fit in fit_models(table, all_models(3)):
        slow = examine(design(cells, fit.model), y)
        assert slow.identified == fit.existence.identified, fit.name
        if slow.identified:
            assert (slow.support == fit.existence.support).all()


@settings(max_examples=40)
@given(tables())
def test_fits_meet_the_likelihood_equations(table: Histories) -> None:
    _, y = table.full()
    for fit in fit_models(table, all_models(3)):
        if fit.total is None:
            continue
        assert fit.total >= table.n
        assert fit.deviance >= 0
    full = fit_models(table, [all_models(3)[-1]])[0]
    if full.total is not None and (y > 0).all():
        # [12,13,23] has a closed form: f0 = y100 y010 y001 y111 / (y110 y101 y011)
        c = {key: float(count) for key, count in table.cells.items()}
        f0 = c["100"] * c["010"] * c["001"] * c["111"] / (c["110"] * c["101"] * c["011"])
        assert full.total - table.n == pytest.approx(f0, rel=1e-6)


@settings(max_examples=40)
@given(tables(), st.permutations(range(3)))
def test_order_of_lists_does_not_matter(table: Histories, order: list[int]) -> None:
    other = table.only(order)
    assert other.n == table.n
    first = sorted(fit.bic for fit in fit_models(table, all_models(3)))
    second = sorted(fit.bic for fit in fit_models(other, all_models(3)))
    assert first == pytest.approx(second, rel=1e-7, abs=1e-6)
    means = [average_graphs(item, max_unseen=500).mean for item in (table, other)]
    assert means[0] == pytest.approx(means[1], rel=1e-9)


@settings(max_examples=30)
@given(tables())
def test_posterior_over_graphs_is_a_distribution(table: Histories) -> None:
    found = average_graphs(table, max_unseen=400)
    assert found.mass.sum() == pytest.approx(1)
    assert found.weights.sum() == pytest.approx(1)
    assert (np.diff(found.weights) <= 1e-12).all()
    lower, upper = found.interval()
    assert table.n < lower <= found.median <= upper


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 300))
def test_two_list_interval_holds_its_point(a: int, b: int, both: int) -> None:
    found = two_lists(a + both, b + both, both)
    assert a + b + both <= found.lower + 1e-9
    assert found.lower <= found.chapman + 1e-9 <= found.upper + 2e-9


@settings(max_examples=40)
@given(tables(most=40))
def test_no_small_count_is_published(table: Histories) -> None:
    shown = hide_small_cells(table)
    assert set(shown) == set(table.cells)
    for key, count in shown.items():
        assert count is None or (count >= 10 and count == table.cells[key])
