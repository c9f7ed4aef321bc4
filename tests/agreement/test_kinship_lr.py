"""Likelihood ratios of forrel 1.9.0 (R), reference/kinship_lr: to 1e-9."""

from __future__ import annotations

import json
import math

import pytest

from priam.kinship.ratio_cases import ratios_of_case


def _close(log_lr: float, expected: float) -> bool:
    if expected == 0.0:
        return log_lr == -math.inf
    return math.isclose(math.exp(log_lr), expected, rel_tol=1e-9)


@pytest.mark.parametrize("name", ["kinshipLR", "missingPersonLR"])
def test_every_case_agrees(shared, name):
    folder = shared / "reference" / "kinship_lr"
    cases = json.loads((folder / f"{name}.json").read_text())["cases"]
    assert cases
    for case in cases:
        (ratio,) = ratios_of_case(case, folder).values()
        assert _close(ratio.total, float(case["LR_total"])), case["name"]
        assert set(ratio.markers) == set(case["LR_per_marker"])
        for marker, value in zip(ratio.markers, ratio.per_marker):
            assert _close(value, float(case["LR_per_marker"][marker])), (case["name"], marker)
