"""The search loses nothing above its threshold, whatever the tables are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.identification.search import _score, float_margin, pack
from priam.kernels.search import extend_few_with_dropout, extend_with_dropout, score_pairs


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    targets=st.integers(1, 40),
    profiles=st.integers(1, 30),
    markers=st.integers(1, 24),
    impossible=st.sampled_from([0.0, 0.2]),
)
def test_every_pair_at_the_threshold_is_kept_and_the_rest_is_summed(
    seed, targets, profiles, markers, impossible
):
    rng = np.random.default_rng(seed)
    table = rng.normal(0, 3, (targets, 50))
    table[rng.random(table.shape) < impossible] = -np.inf
    rows = rng.integers(0, 50, (profiles, markers)).astype(np.uint32)
    exact = table[:, rows].sum(axis=2)  # (targets, profiles)
    threshold = (
        float(np.quantile(exact[np.isfinite(exact)], 0.7)) if np.isfinite(exact).any() else 0.0
    )
    near = np.float32(threshold - float_margin(markers))
    target, individual, residual = _score(*pack(table), rows, near)
    found = set(zip(target.tolist(), individual.tolist()))
    wanted = set(zip(*(part.tolist() for part in np.nonzero(exact >= threshold))))
    assert wanted <= found
    kept = np.zeros(exact.shape, dtype=bool)
    kept[target, individual] = True
    rest = np.where(kept, 0.0, np.exp(exact)).sum(axis=0)
    assert np.allclose(residual, rest, rtol=1e-3, atol=1e-30)
    again = score_pairs(table, rows[individual], target)
    assert np.array_equal(np.isfinite(again), np.isfinite(exact[target, individual]))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), alleles=st.integers(1, 6))
def test_a_single_peak_is_the_mean_over_what_its_partner_may_be(seed, alleles):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(alleles))
    pairs = [(a, b) for a in range(alleles) for b in range(a, alleles)]
    table = rng.normal(0, 2, (3, len(pairs)))
    first = np.array([pairs.index((a, a)) for a in range(alleles)])
    dropout = np.array([0.01, 0.3])
    out = np.zeros((3, len(pairs) + 2 * alleles))
    prior = np.array([[p[x] * p[y] * (1 if x == y else 2) for x, y in pairs]])
    if rng.random() < 0.5:  # each target has its own
        prior = rng.dirichlet(np.ones(len(pairs)), 3)
    extend_with_dropout(table, first, alleles, prior, dropout, len(pairs), out)
    few = np.zeros_like(out)
    extend_few_with_dropout(table, first, alleles, prior, dropout, len(pairs), few)
    assert np.array_equal(few, out)
    for c, d in enumerate(dropout):
        for a in range(alleles):
            weight = np.array([
                (1 - d * d) if x == y == a else d * (1 - d) if a in (x, y) else 0.0
                for x, y in pairs
            ]) * prior  # fmt: skip
            expected = np.log((np.exp(table) * weight).sum(axis=1) / weight.sum(axis=1))
            assert np.allclose(out[:, len(pairs) + c * alleles + a], expected)
