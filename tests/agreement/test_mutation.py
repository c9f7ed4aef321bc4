"""Mutation matrices against pedmut 0.9.1 (R); inputs, calls and versions stand in the files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from priam.errors import UserError
from priam.genetics.mutation import (
    always_lumpable,
    bounded,
    lumped,
    mutation_matrix,
    mutation_rate,
    reversible,
    stationary,
)


def _matrix(case: dict) -> np.ndarray:
    return mutation_matrix(
        alleles=case["alleles"], frequencies=case["frequencies"], **case["params"]
    )


def test_every_matrix_of_the_reference(shared: Path) -> None:
    data = json.loads((shared / "reference/mutation/matrices.json").read_text())
    assert len(data["cases"]) == data["n_cases"]
    for case in data["cases"]:
        found = _matrix(case)
        assert np.abs(found - np.array(case["matrix"])).max() < 1e-12, case["name"]


def test_properties_as_the_reference_judges_them(shared: Path) -> None:
    data = json.loads((shared / "reference/mutation/matrices.json").read_text())
    for case in data["cases"]:
        matrix, p = _matrix(case), np.array(case["frequencies"])
        assert stationary(matrix, p) == case["stationary"], case["name"]
        assert reversible(matrix, p) == case["reversible"], case["name"]
        assert bounded(matrix, p) == case["bounded"], case["name"]
        assert always_lumpable(matrix) == case["always_lumpable"], case["name"]
        assert mutation_rate(matrix, p) == pytest.approx(case["overall_rate"], abs=1e-12)


def test_what_the_reference_refuses_is_refused(shared: Path) -> None:
    data = json.loads((shared / "reference/mutation/matrices.json").read_text())
    for case in data["errors"]:
        with pytest.raises(UserError):
            _matrix(case)


def test_lumped_models(shared: Path) -> None:
    data = json.loads((shared / "reference/mutation/lumped.json").read_text())
    for case in data["cases"]:
        p = np.array(case["frequencies"])
        matrix = mutation_matrix(case["model"], case["alleles"], p, rate=case["rate"])
        found, labels, frequencies = lumped(matrix, case["alleles"], p, case["lump"])
        assert list(labels) == case["lumped_alleles"]
        assert np.abs(frequencies - case["lumped_freq"]).max() < 1e-15
        assert np.abs(found - np.array(case["matrix"])).max() < 1e-12
