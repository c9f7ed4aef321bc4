"""Closed cases against dvir 3.4.2 (R): see shared/reference/README.md for how it was run."""

from __future__ import annotations

import itertools
import json
from functools import lru_cache
from pathlib import Path

import pytest

from priam.genetics.mutation import NO_MUTATION, MutationModel
from priam.identification.dvi import (
    case_from_record,
    mismatch_count,
    pairwise_lr,
    read_pairwise,
    solve_case,
    undisputed,
)

FILES = ("dvir_datasets.json", "simulated.json")
NAMES = (
    ("dvir_datasets.json", ["example1", "example2", "fire", "planecrash", "KETPchap481",
     "KETPchap484", "KETPexer497", "KETPexer498", "symmetricSibs"]),
    ("simulated.json", ["sim01_none_2fam", "sim03_stepwise_2fam", "sim06_proportional_3fam",
     "sim09_none_3fam", "sim13_none_4fam", "sim07_stepwise_3fam", "sim18_proportional_3fam"]),
)  # fmt: skip
CASES = [(file, name) for file, names in NAMES for name in names]


@lru_cache(maxsize=4)
def _file(path: Path) -> dict:
    return {case["name"]: case for case in json.loads(path.read_text())["cases"]}


def _close(found, expected):
    if expected is None or found is None:
        assert found is expected
    else:
        assert found == pytest.approx(float(expected), rel=1e-8, abs=1e-290)


def _check_matrix(found, expected):
    for victim, row in zip(expected["rows"], expected["values"]):
        for missing, value in zip(expected["cols"], row):
            _close(found[victim][missing], value)


@pytest.mark.parametrize(("file", "name"), CASES)
def test_pairwise_joint_and_marginals_equal_dvir(shared, file, name):
    record = _file(shared / "reference" / "dvi" / file)[name]
    case = case_from_record(record)
    _check_matrix(pairwise_lr(case), record["pairwise_LR"])
    assert mismatch_count(case) == {
        victim: dict(zip(record["mismatch_count"]["cols"], row))
        for victim, row in zip(record["mismatch_count"]["rows"], record["mismatch_count"]["values"])
    }
    if "joint_assignments" in record:
        _check_joint(case, record)


def _check_joint(case, record):
    answer = solve_case(case, 300)
    expected = record["joint_assignments"]
    assert len(answer.listed) == len(expected)
    victims = [victim.id for victim in case.victims]
    found = {tuple(a[v] for v in victims): loglik for a, loglik, _ in answer.listed}
    for row in expected:
        assert found[tuple(row[v] for v in victims)] == pytest.approx(
            float(row["loglik"]), rel=1e-8
        )
    order = [loglik for _, loglik, _ in answer.listed]
    # Best first; log likelihoods equal to 1e-8 are ties and stand in the order of names.
    assert all(better >= worse - 2e-8 for better, worse in itertools.pairwise(order))
    _check_matrix(answer.marginal, record["marginal_flat_prior"])
    top = [posterior for _, _, posterior in answer.listed]
    if record["joint_n"] == len(expected):
        assert sum(top) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("mutation", ["none", "proportional"])
def test_the_larger_workload_equals_dvir(shared, mutation):
    model = MutationModel.same(mutation, rate=0.001) if mutation != "none" else NO_MUTATION
    folder = shared / "reference" / "bench"
    expected = json.loads((folder / f"b10_expected_{mutation}.json").read_text())
    _check_matrix(pairwise_lr(read_pairwise(folder / "b10.json", model)), expected["LRmatrix"])


def test_it_goes_on_where_dvir_stops(shared):
    """exclusionExample has more than 4e13 assignments; dvir's limit is 1e5."""
    record = _file(shared / "reference" / "dvi" / "dvir_datasets.json")["exclusionExample"]
    case = case_from_record(record)
    answer = solve_case(case, 5)
    assert answer.method == "exact"
    best = answer.listed[0][0]
    assert (best["V5"], best["V15"]) == ("M13", "M6")
    for row in answer.marginal.values():
        assert sum(row.values()) == pytest.approx(1.0, abs=1e-9)
    assert [(u["missing"], u["victim"]) for u in undisputed(case)] == [("M13", "V5"), ("M6", "V15")]
