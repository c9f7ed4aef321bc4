"""Every table in shared/reference/mse: Rcapture, dga, SparseMSE, CARE1, verdata, LCMCR.

The folder is read as it is, so a further file of the same form is a further case.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from priam.totals.combining import Replicate, combine
from priam.totals.coverage import sample_coverage
from priam.totals.decomposable import GammaPoisson, average_graphs, decomposable_graphs
from priam.totals.heterogeneity import fit_heterogeneous
from priam.totals.histories import Histories
from priam.totals.latent_class import sample_classes
from priam.totals.loglinear import all_models, fit_model, fit_models
from priam.totals.profile import profile_interval
from priam.totals.twolist import all_pairs
from tests.conftest import SHARED

FOLDER = SHARED / "reference" / "mse"
CASES = {path.stem: path for path in sorted(FOLDER.glob("*.json"))} if FOLDER.is_dir() else {}
pytestmark = pytest.mark.skipif(not CASES, reason=f"no reference tables in {FOLDER}")


def case(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CASES[name].read_text(encoding="utf-8"))
    return loaded


def table_of(data: dict[str, Any]) -> Histories:
    return Histories.from_cells(data["lists"], data["cells"])


def having(*keys: str) -> list[str]:
    found = []
    for name in CASES:
        value: Any = case(name)
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value:
            found.append(name)
    return found


@pytest.mark.parametrize("name", having("cells"))
def test_counts_add_up(name: str) -> None:
    data = case(name)
    table = table_of(data)
    assert table.n == data["n_observed"]
    assert table.cells == {key: count for key, count in data["cells"].items() if count}


@pytest.mark.parametrize("name", having("computed", "care1_sample_coverage"))
def test_sample_coverage_and_chapman(name: str) -> None:
    data = case(name)
    expected = data["computed"]["care1_sample_coverage"]
    found = sample_coverage(table_of(data))
    assert found is not None
    assert found.coverage == pytest.approx(expected["Chat"], rel=1e-6)
    assert found.independent == pytest.approx(expected["N0_indep"], rel=1e-6)
    assert found.high == (expected["N_HSC"] and pytest.approx(expected["N_HSC"], rel=1e-6))
    assert found.low == pytest.approx(expected["N1_LSC"], rel=1e-6)
    pairs = all_pairs(table_of(data))
    assert len(pairs) == len(expected["pairs"])
    for mine, theirs in zip(pairs, expected["pairs"], strict=True):
        assert mine.petersen == (theirs["Petersen"] and pytest.approx(theirs["Petersen"], rel=1e-6))
        assert [mine.chapman, mine.stderr, mine.lower, mine.upper] == pytest.approx(
            [theirs[key] for key in ("Chapman", "se", "cil", "ciu")], rel=1e-6
        )


@pytest.mark.parametrize("name", having("computed", "closedpMS"))
def test_hierarchical_models(name: str) -> None:
    data = case(name)
    expected = data["computed"]["closedpMS"]
    table = table_of(data)
    models = all_models(table.t, expected["maxorder"])
    assert len(models) == expected["n_models"]
    fits = {fit.name: fit for fit in fit_models(table, models)}
    for row in expected["best_by_bic"] + expected["best_by_aic"]:
        fit = fits[row["model"]]
        assert fit.df == row["df"]
        assert [fit.deviance, fit.aic, fit.bic] == pytest.approx(
            [row["deviance"], row["AIC"], row["BIC"]], rel=1e-6, abs=1e-4
        )
        if fit.refused:  # R's figure is then where its iteration happened to stop
            assert row["abundance"] > 1e6 * table.n, f"{row['model']} should not be refused"
        else:
            assert fit.total == pytest.approx(row["abundance"], rel=1e-4)
            assert fit.stderr == pytest.approx(row["stderr"], rel=1e-4)
    # Models of equal BIC (three in Artificial_3) stand in the order of their rounding errors.
    ours = sorted(fits.values(), key=lambda fit: fit.bic)[:3]
    best = {row["model"] for row in expected["best_by_bic"][:3]}
    last = max(fits[model].bic for model in best)
    assert ours[2].bic == pytest.approx(last, abs=1e-6)
    assert {fit.name for fit in ours if fit.bic < last - 1e-6} <= best


@pytest.mark.parametrize("name", having("computed", "closedp"))
def test_heterogeneity_models(name: str) -> None:
    data = case(name)
    fits = {fit.name: fit for fit in fit_heterogeneous(table_of(data))}
    for row in data["computed"]["closedp"]:
        if row["model"] in ("Mb", "Mbh"):  # need an order in time
            continue
        fit = fits[row["model"]]
        if fit.total is None:  # the likelihood runs to f0 = 0; R stops on the way there
            assert row["abundance"] < data["n_observed"] * 1.01
            continue
        assert fit.total == pytest.approx(row["abundance"], rel=1e-4)
        # With empty high multiplicities an eta at minus infinity may be kept or struck out.
        if fit.df == row["df"] or "Chao" not in fit.name:
            assert fit.df == row["df"]
            assert fit.aic == pytest.approx(row["AIC"], rel=1e-6)
        assert fit.stderr == pytest.approx(row["stderr"], rel=1e-3)


@pytest.mark.parametrize("name", having("computed", "mt_profileCI", "CI"))
def test_profile_interval_of_independence(name: str) -> None:
    data = case(name)
    expected = data["computed"]["mt_profileCI"]["CI"]
    table = table_of(data)
    profile = profile_interval(table, fit_model(table, [(j,) for j in range(table.t)]))
    assert profile is not None
    assert profile.lower == pytest.approx(expected["infCL"], rel=1e-4)
    if expected["supCL"]:
        assert profile.upper == pytest.approx(expected["supCL"], rel=1e-4)
    if expected["abundance"]:
        # The top is flat; R's search over it ends a little early where the ends agree to 1e-5.
        assert profile.point == pytest.approx(expected["abundance"], rel=2e-4)


@pytest.mark.parametrize("name", having("computed", "sparsemse", "main"))
def test_main_effects_with_wald_interval(name: str) -> None:
    data = case(name)
    expected = data["computed"]["sparsemse"]["main"]
    table = table_of(data)
    fit = fit_model(table, [(j,) for j in range(table.t)])
    assert fit.total == pytest.approx(expected["point est."], rel=1e-4)
    assert fit.interval() == pytest.approx((expected["2.5%"], expected["97.5%"]), rel=1e-4)


@pytest.mark.parametrize("name", having("computed", "dga"))
def test_decomposable_graphs(name: str) -> None:
    data = case(name)
    table = table_of(data)
    for expected in data["computed"]["dga"].values():
        assert len(decomposable_graphs(table.t)) == expected["n_graphs"]
        found = average_graphs(
            table, delta=expected["delta"], max_unseen=expected["nmax"] - table.n
        )
        assert found.mean == pytest.approx(expected["mean"], abs=5e-4)
        assert [found.median, found.mode, *found.interval()] == [
            expected[key] for key in ("median", "mode", "q025", "q975")
        ]
        assert found.weights[0] == pytest.approx(expected["best_graph_prob"], abs=5e-4)
        assert found.tail == pytest.approx(expected["tail_mass_at_nmax"], abs=1e-6)
        assert found.graphs[0].cliques and _cliques(expected["best_cliques"]) == {
            frozenset(j + 1 for j in clique) for clique in found.graphs[0].cliques
        }


def _cliques(stored: Any) -> set[frozenset[int]]:
    """The reference nests a clique in a list, or in a dictionary where there is only one."""
    groups = stored.values() if isinstance(stored, dict) else stored
    return {frozenset(clique) for group in groups for clique in group}


@pytest.mark.skipif("MY_spina" not in CASES, reason="not stored")
def test_madigan_and_york() -> None:
    data = case("MY_spina")
    table, prior = table_of(data), GammaPoisson(13.14, 55.17)
    expected = data["published"][0]
    found = average_graphs(table, delta=1, prior=prior, max_unseen=300)
    assert round(found.relative_loss) == expected["averaged_bayes_estimate"]
    assert found.mode == expected["averaged_mode"]
    assert round(float(found.weights[0]), 2) == expected["top_model_prob"]
    top = average_graphs(table, delta=1, prior=prior, max_unseen=300, graphs=found.graphs[:1])
    assert round(top.relative_loss) == expected["top_model_bayes_estimate"]
    assert top.mode == expected["top_model_mode"]


@pytest.mark.skipif("kosovo" not in CASES, reason="not stored")
def test_kosovo_as_published() -> None:
    table = table_of(case("kosovo"))
    best = min(fit_models(table, all_models(4)), key=lambda fit: fit.bic)
    assert best.name == "[123,14,34]"
    assert int(best.total or 0) == 10356
    assert best.interval() == pytest.approx((9002, 12122), rel=0.002)


@pytest.mark.skipif("Artificial_3" not in CASES, reason="not stored")
def test_what_is_not_identified_is_refused() -> None:
    fits = {fit.name: fit for fit in fit_models(table_of(case("Artificial_3")), all_models(3))}
    words = {name: fit.existence.verdict.value for name, fit in fits.items()}
    assert words["[12,13,23]"] == "not identified"
    assert {words[name] for name in ("[12,3]", "[12,13]", "[12,23]")} == {"no finite estimate"}
    assert all(fits[name].refused for name in ("[12,13,23]", "[12,3]", "[12,13]", "[12,23]"))
    assert not any(fits[name].refused for name in ("[1,2,3]", "[13,2]", "[23,1]", "[13,23]"))


@pytest.mark.parametrize("name", having("replicates"))
def test_combination_of_replicates_is_exact(name: str) -> None:
    data = case(name)
    expected = data["published"][0]
    found = combine([Replicate(row["n_obs"], row["N_draws"]) for row in data["replicates"]])
    assert (found.lower, found.point, found.upper) == (
        expected["N_025"],
        expected["N_mean"],
        expected["N_975"],
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", having("computed", "lcmcr"))
def test_latent_classes_lie_within_the_spread_of_seeds(name: str) -> None:
    data = case(name)
    runs = data["computed"]["lcmcr"]
    found = sample_classes(table_of(data))
    medians = [run["median"] for run in runs]
    if found.refusal:  # the chains disagree, and so do the seeds or their lower ends
        convergence = found.convergence
        assert convergence.rhat > 1.05 or min(convergence.bulk, convergence.tail) < 100
        return
    assert min(medians) * 0.97 <= found.median <= max(medians) * 1.03


@pytest.mark.slow
@pytest.mark.parametrize("name", having("computed", "lcmcr_short_runs_K5_2_seeds"))
def test_latent_classes_give_the_published_means(name: str) -> None:
    data = case(name)
    published = data["published"][0]
    found = sample_classes(table_of(data))
    assert found.refusal is None
    assert found.mean == pytest.approx(published["estimate"], rel=0.02)
    lower, upper = found.interval()
    short = [run["97.5%"] for run in data["computed"]["lcmcr_short_runs_K5_2_seeds"]]
    assert lower == pytest.approx(published["interval"][0], rel=0.05)
    assert upper == pytest.approx(max(*short, published["interval"][1]), rel=0.05)


def test_the_folder_can_be_moved() -> None:
    assert Path(os.environ.get("PRIAM_SHARED", SHARED)).is_dir()
