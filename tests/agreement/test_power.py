"""Power of forrel 1.9.0 (R), reference/power: exact to 1e-9, simulated within its error."""

from __future__ import annotations

import json
import math

import pytest

from priam.kinship.power_cases import power_of_case


@pytest.fixture(scope="module")
def cases(shared):
    text = (shared / "reference" / "power" / "power.json").read_text()
    return json.loads(text)["cases"]


def test_exact_cases_agree(cases):
    exact = [case for case in cases if case["exact"]]
    assert exact
    for case in exact:
        found = power_of_case(case, None, None)
        assert found["EP"] == pytest.approx(case["EP"], rel=1e-9, abs=1e-12), case["name"]
        want = case["EP_per_marker"]
        want = want if isinstance(want, list) else [want]
        assert found["EP_per_marker"] == pytest.approx(want, rel=1e-9, abs=1e-12), case["name"]
        if case.get("expected_mismatch") is not None:
            assert found["expected_mismatch"] == pytest.approx(case["expected_mismatch"], rel=1e-9)
        assert sum(found["distribution_mismatch"].values()) == pytest.approx(1.0)


def test_simulated_cases_agree_within_their_error(cases):
    """Both sides are simulations: four joint standard errors."""
    simulated = [case for case in cases if not case["exact"]]
    assert simulated
    for case in simulated:
        found = power_of_case(case, 4000, 5)
        key = "mean_log10_LR" if "mean_log10_LR" in case else "mean_log10_LR_finite"
        error = math.hypot(case["mc_se_mean_log10_LR"], found["mc_se_mean_log10_LR"])
        assert abs(found[key] - case[key]) < 4 * error, case["name"]
        shares, ours = (case.get("IP") or case["power"]), (found.get("IP") or found["power"])
        for limit, share in shares.items():
            spread = math.sqrt(max(share * (1 - share), 0.002) * (1 / 2000 + 1 / 4000))
            assert abs(ours[limit] - share) < 4 * spread, (case["name"], limit)
        if "sd_log10_LR" in case:
            assert found["sd_log10_LR"] == pytest.approx(case["sd_log10_LR"], rel=0.08)
        if "frac_zero" in case:
            assert found["frac_zero"] == pytest.approx(case["frac_zero"], abs=0.03)
