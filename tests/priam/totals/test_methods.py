"""Methods, report, page, publication, strata and links."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from priam.cli.totals import totals
from priam.errors import InputError, UserError
from priam.totals.combining import Replicate, combine
from priam.totals.diagnostics import check_chains, effective_size
from priam.totals.histories import Histories
from priam.totals.latent_class import Sampling, sample_classes
from priam.totals.linkage import draw_tables, estimate_over_links, read_links
from priam.totals.loglinear import fit_model
from priam.totals.methods import METHODS, estimate_all
from priam.totals.pictures import density_plot, forest_plot, overlap_plot
from priam.totals.publication import hide_small_cells, rounded
from priam.totals.strata import estimate_strata, pool
from priam.totals.twolist import two_lists
from priam.totals.words import doubts

QUICK = Sampling(burn=500, steps=4000, most=4000)
THREE = Histories.from_cells(
    ["A", "B", "C"],
    {"100": 69, "010": 55, "001": 63, "110": 21, "101": 17, "011": 18, "111": 28},
)
#: Nobody is on list C and another list.
ARTIFICIAL = Histories.from_cells(["A", "B", "C"], {"001": 20, "010": 30, "100": 40, "110": 6})


def expected_table(n: float, chances: list[float]) -> Histories:
    cells = {}
    for pattern in product((0, 1), repeat=len(chances)):
        share = math.prod(p if on else 1 - p for p, on in zip(chances, pattern))
        if any(pattern):
            cells["".join(map(str, pattern))] = round(n * share)
    return Histories.from_cells([f"L{j}" for j in range(len(chances))], cells)


def test_two_lists_by_algebra() -> None:
    found = two_lists(200, 150, 30)
    assert found.petersen == 200 * 150 / 30
    assert found.chapman == 201 * 151 / 31 - 1
    assert found.stderr**2 == pytest.approx(201 * 151 * 170 * 120 / (31**2 * 32))
    assert 320 < found.lower < found.chapman < found.upper
    assert two_lists(10, 12, 0).petersen is None


def test_two_lists_alone_give_chapman_only() -> None:
    rows = estimate_all(Histories.from_cells(["A", "B"], {"10": 170, "01": 120, "11": 30}))
    assert [row.method for row in rows] == ["chapman"]
    assert "nothing can show" in rows[0].warnings[0]


def test_every_method_recovers_independent_lists() -> None:
    table = expected_table(10_000, [0.4, 0.35, 0.3, 0.25])
    rows = {row.method: row for row in estimate_all(table, sampling=QUICK)}
    for method in ("independence", "log-linear", "chao-lower-bound", "sample-coverage"):
        assert rows[method].point == pytest.approx(10_000, rel=0.01)
    assert rows["decomposable"].point == pytest.approx(10_000, rel=0.02)


def test_what_the_data_prefer_but_do_not_determine_is_refused() -> None:
    rows = {row.method: row for row in estimate_all(ARTIFICIAL, sampling=QUICK)}
    refused = rows["log-linear"]
    assert refused.point is None and refused.lower is None
    assert "[12,3]" in (refused.refused or "")
    models = {row["model"]: row["point"] for row in refused.diagnostics["top_models"]}
    assert models["[1,2,3]"] == pytest.approx(539.094, rel=1e-5)
    assert models["[12,3]"] is None


def test_refusal_is_the_verdict_of_the_report(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"lists": list("ABC"), "cells": ARTIFICIAL.cells}))
    done = CliRunner().invoke(
        totals, ["estimate", str(path), "--json", "--steps", "2000"], catch_exceptions=False
    )
    report = json.loads(done.output)
    assert report["verdict"]["status"] == "refused"
    assert "Infinity" not in done.output and "NaN" not in done.output


def test_chains_that_disagree_give_no_figure() -> None:
    rng = np.random.default_rng(1)
    apart = rng.normal(size=(4, 1000)) + np.array([[0.0], [0], [0], [5]])
    assert check_chains(apart).rhat > 1.5
    together = check_chains(rng.normal(size=(4, 1000)))
    assert together.rhat < 1.01
    assert together.bulk == pytest.approx(4000, rel=0.2)


def test_effective_size_of_an_autoregression() -> None:
    rng, rho, n = np.random.default_rng(2), 0.8, 20_000
    x = np.zeros((4, n))
    for k in range(1, n):
        x[:, k] = rho * x[:, k - 1] + rng.normal(size=4)
    assert effective_size(x) == pytest.approx(4 * n * (1 - rho) / (1 + rho), rel=0.1)


def test_latent_classes_do_not_hang_on_threads_and_say_when_too_short() -> None:
    first, second = sample_classes(THREE, QUICK), sample_classes(THREE, QUICK)
    assert (first.draws == second.draws).all()
    assert first.draws.min() >= THREE.n
    short = sample_classes(THREE, Sampling(burn=0, steps=100, most=100))
    assert short.refusal is not None and "No figure is given" in short.refusal
    with pytest.raises(UserError, match="at least 4"):
        Sampling(chains=3)


def test_latent_classes_of_one_class_agree_with_independence() -> None:
    table = expected_table(20_000, [0.4, 0.35, 0.3])
    found = sample_classes(table, Sampling(classes=1, burn=500, steps=8000, most=8000))
    assert found.mean == pytest.approx(20_000, rel=0.01)


def test_latent_classes_agree_with_the_prior_weighted_by_the_likelihood() -> None:
    """The whole model of Manrique-Vallier (five classes, alpha Gamma(1/4, 1/4)), another way:
    draws from the prior, weighted by the likelihood of a small table; the unseen summed out."""
    cells = {"100": 5, "010": 3, "001": 2, "110": 3, "011": 1, "111": 2}
    table, classes = Histories.from_cells("abc", cells), 5
    rng, draws, n = np.random.default_rng(0), 300_000, sum(cells.values())
    alpha = np.maximum(rng.gamma(0.25, 4.0, draws), 1e-12)
    breaks = rng.beta(1.0, alpha[:, None], (draws, classes - 1))
    left = np.cumprod(1 - breaks, axis=1)
    share = np.column_stack([breaks, np.ones(draws)]) * np.column_stack([np.ones(draws), left])
    on = rng.random((draws, 3, classes))

    def chance(pattern: tuple[int, ...]) -> np.ndarray:
        listed = [on[:, j] if bit else 1 - on[:, j] for j, bit in enumerate(pattern)]
        return (share * np.prod(listed, axis=0)).sum(axis=1)

    nobody = chance((0, 0, 0))
    rows = zip(table.patterns, table.counts, strict=True)
    logs = sum(count * np.log(chance(tuple(pattern))) for pattern, count in rows)
    logs = logs - n * np.log1p(-nobody) + stats.nbinom.logcdf(20 * n, n, 1 - nobody)
    weight = np.exp(logs - logs.max())
    found = sample_classes(table, Sampling(classes=classes, steps=40_000, most=40_000))
    for unseen in (2, 5, 10, 20):
        below = stats.nbinom.cdf(unseen, n, 1 - nobody)
        exact = float((weight * below).sum() / weight.sum())
        assert (found.draws - n <= unseen).mean() == pytest.approx(exact, abs=0.02)


def test_combining_replicates() -> None:
    rng = np.random.default_rng(3)
    same = [Replicate(100, 100 + rng.poisson(50, 2000)) for _ in range(20)]
    found = combine(same)
    assert found.lower < found.point < found.upper
    assert found.point == pytest.approx(150, abs=1)
    assert found.between_share < 0.05
    apart = [Replicate(100, 100 + rng.poisson(50 + 5 * k, 2000)) for k in range(20)]
    assert combine(apart).between_share > 0.8
    with pytest.raises(UserError, match="at least 2"):
        combine(same[:1])
    with pytest.raises(UserError, match="below the 100"):
        combine([Replicate(100, [90, 120]), Replicate(100, [110, 120])])


def test_strata_sum_is_a_sum_of_draws() -> None:
    rng = np.random.default_rng(4)
    tables = {f"m{k}": expected_table(500 + 100 * k, [0.4, 0.3, 0.3]) for k in range(6)}
    found = estimate_strata(tables, rng)
    total = sum(500 + 100 * k for k in range(6))
    assert found.separate_sum.point == pytest.approx(total, rel=0.02)
    ends = sum((row.upper or 0) - (row.lower or 0) for row in found.separate)
    width = (found.separate_sum.upper or 0) - (found.separate_sum.lower or 0)
    assert width < 0.6 * ends  # independent errors do not add up linearly
    assert found.pooled_sum is not None
    assert found.pooled_sum.point == pytest.approx(total, rel=0.02)


def test_a_stratum_without_a_total_is_not_left_out_of_the_sum_silently() -> None:
    tables = {f"m{k}": expected_table(600, [0.4, 0.3, 0.3]) for k in range(4)}
    tables["thin"] = Histories.from_cells(["L0", "L1", "L2"], {"100": 3, "010": 2})
    found = estimate_strata(tables, np.random.default_rng(5))
    assert found.separate_sum.point is None
    assert "thin" in (found.separate_sum.refused or "")
    borrowed = {row.stratum: row.borrowed for row in found.pooled}
    assert borrowed["thin"] and not borrowed["m0"]
    assert found.pooled_sum is not None


def test_pooling_moves_uncertain_strata_to_the_middle() -> None:
    estimate = np.array([0.0, 0.1, -0.1, 0.05, 2.0])
    error = np.array([0.05, 0.05, 0.05, 0.05, 1.5])
    theta, _, _ = pool(estimate, error, np.random.default_rng(6))
    middle = theta.mean(axis=0)
    assert middle[:4] == pytest.approx(estimate[:4], abs=0.04)
    assert middle[4] < 0.5


def test_hidden_cells_cannot_be_reckoned_back() -> None:
    table = Histories.from_cells(["A", "B"], {"10": 40, "01": 3, "11": 25})
    shown = hide_small_cells(table)
    assert shown["01"] is None
    assert sum(count is None for count in shown.values()) > 1  # one gap alone is n - rest
    large = Histories.from_cells(["A", "B"], {"10": 40, "01": 33, "11": 25})
    assert None not in hide_small_cells(large).values()
    assert rounded(12_345.6) == 12_300


def test_public_output_hides_small_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    cells = {**THREE.cells, "111": 4}
    path.write_text(json.dumps({"lists": list("ABC"), "cells": cells}))
    arguments = ["estimate", str(path), "--public", "--json", "--skip", "latent-class"]
    report = json.loads(CliRunner().invoke(totals, arguments).output)
    assert report["cells"]["111"] is None
    assert not {"pairs", "on_k_lists", "leave_one_list_out"} & set(report)
    assert all(row.get("diagnostics") is None for row in report["methods"])


def test_links_drawn_with_certainty_give_one_table(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("record_id\n" + "".join(f"a{k}\n" for k in range(40)))
    b.write_text("record_id\n" + "".join(f"b{k}\n" for k in range(30)))
    links = tmp_path / "links.csv"
    rows = [f"a{k},b{k},{1 if k < 10 else 0.5}\n" for k in range(20)]
    links.write_text("left,right,probability\n" + "".join(rows))
    read = read_links([a, b], links)
    tables = draw_tables(read, 40, np.random.default_rng(7))
    both = [table.cells["11"] for table in tables]
    assert min(both) >= 10 and max(both) <= 20 and len(set(both)) > 1
    found = estimate_over_links(tables, np.random.default_rng(8))
    assert found.replicates == 40 and found.between_share > 0
    with pytest.raises(UserError, match="at least 20"):
        draw_tables(read, 5, np.random.default_rng(9))
    links.write_text("left,right,probability\na1,b99,0.5\n")
    with pytest.raises(InputError, match="'b99' is on none of the lists"):
        read_links([a, b], links)


def test_pictures_are_well_formed_and_escape_names() -> None:
    from xml.etree import ElementTree

    report = {
        "methods": [
            {"label": "<x> & y", "role": "estimate", "point": 9.0, "lower": 5.0, "upper": None},
            {"label": "none", "role": "estimate", "point": None, "lower": None, "upper": None},
        ],
        "n_observed": 5,
        "lists": ["<A>", "B & C"],
        "cells": {"10": 3, "01": 1, "11": None},
    }
    for picture in (forest_plot(report), overlap_plot(report)):
        ElementTree.fromstring(picture)
        assert "<x>" not in picture and "style=" not in picture
    assert density_plot(report) == ""


def test_page_stands_alone(tmp_path: Path) -> None:
    path, page = tmp_path / "a.json", tmp_path / "a.html"
    path.write_text(json.dumps({"lists": ["<b>A</b>", "B", "C"], "cells": THREE.cells}))
    arguments = ["estimate", str(path), "--html", str(page), "--steps", "2000"]
    done = CliRunner().invoke(totals, arguments)
    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert "<b>A</b>" not in text and "&lt;b&gt;A" in text
    assert "http://" not in text.replace("http://www.w3.org", "") and "<script" not in text
    assert "Closed population" in text


def test_doubts_name_a_copied_list_and_an_empty_overlap() -> None:
    copied = Histories.from_cells(["A", "B", "C"], {"110": 50, "100": 400, "001": 20})
    words = " ".join(doubts(copied))
    assert "50 of the 50 persons on B are also on A" in words
    assert "A and C" in words


def test_unknown_method_is_named() -> None:
    done = CliRunner().invoke(totals, ["estimate", "x.csv", "--skip", "magic"])
    assert isinstance(done.exception, UserError)
    assert all(name in str(done.exception) for name in METHODS)


def test_saturated_model_is_not_accepted() -> None:
    with pytest.raises(UserError, match="can never give a total"):
        fit_model(THREE, [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
    with pytest.raises(UserError, match="must also hold"):
        fit_model(THREE, [(0,), (1,), (0, 2)])
