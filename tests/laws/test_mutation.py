"""Laws that every mutation model obeys, over all of MODELS, and laws of transformations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priam.errors import UserError
from priam.genetics.mutation import (
    MODELS,
    TRANSFORMS,
    Model,
    always_lumpable,
    is_lumpable,
    lumped,
    lumped_classes,
    mutation_matrix,
    mutation_rate,
    reversible,
    stationary,
    transformed,
)
from priam.genetics.mutation.random import r_uniform

names = pytest.mark.parametrize("name", sorted(MODELS))
LABELS = {
    "any": ["5", "6", "7", "8", "9", "9.3", "10", "A", "B", "<5", "ins"],
    "numeric": ["5", "6", "7", "8", "8.2", "9", "9.2", "9.3", "10", "14", "10.3"],
    "integer": ["5", "6", "7", "8", "9", "10", "12", "13", "19"],
}


@st.composite
def inputs(draw: st.DrawFn, model: Model) -> tuple[tuple[str, ...], np.ndarray, dict[str, Any]]:
    """Alleles the model accepts, positive frequencies, and parameters."""
    chosen = st.lists(st.sampled_from(LABELS[model.alleles]), min_size=2, max_size=8, unique=True)
    alleles = tuple(draw(chosen))
    weights = np.array([draw(st.floats(0.1, 1.0)) for _ in alleles])
    parameters: dict[str, Any] = {
        "rate": draw(st.floats(1e-8, 0.004)),
        "rate2": draw(st.floats(0.0, 0.01)),
        "range": draw(st.floats(0.01, 0.99)),
        "seed": draw(st.integers(0, 2**31 - 1)),
        "matrix": r_uniform(draw(st.integers(0, 999)), len(alleles) ** 2).reshape(len(alleles), -1),
    }
    parameters["matrix"] = parameters["matrix"] / parameters["matrix"].sum(axis=1, keepdims=True)
    wanted = [*model.parameters]
    wanted += [extra for extra in model.optional if draw(st.booleans())]
    return alleles, weights / weights.sum(), {key: parameters[key] for key in wanted}


def drawn(data: st.DataObject, name: str) -> tuple[Any, Any, dict[str, Any], np.ndarray]:
    alleles, p, parameters = data.draw(inputs(MODELS[name]))
    return alleles, p, parameters, mutation_matrix(name, alleles, p, **parameters)


@names
@settings(max_examples=40)
@given(data=st.data())
def test_rows_are_distributions(name: str, data: st.DataObject) -> None:
    *_, matrix = drawn(data, name)
    assert np.all(matrix >= 0.0)
    assert np.abs(matrix.sum(axis=1) - 1.0).max() < 1e-12


@names
@settings(max_examples=40)
@given(data=st.data())
def test_the_rate_is_what_the_model_says(name: str, data: st.DataObject) -> None:
    model = MODELS[name]
    _, p, parameters, matrix = drawn(data, name)
    if model.rate == "each":
        assert np.abs(1.0 - np.diag(matrix) - parameters["rate"]).max() < 1e-12
    elif model.rate == "mean" or (name == "random" and "rate" in parameters):
        assert abs(mutation_rate(matrix, p) - parameters["rate"]) < 1e-12
    elif "rate2" in parameters:
        most = parameters["rate"] + parameters["rate2"]
        assert 1.0 - np.diag(matrix).min() <= most + 1e-12


@names
@settings(max_examples=40)
@given(data=st.data())
def test_claims_of_stationarity_and_reversibility_hold(name: str, data: st.DataObject) -> None:
    model = MODELS[name]
    _, p, _, matrix = drawn(data, name)
    if model.stationary:
        assert np.abs(p @ matrix - p).max() < 1e-13
        assert stationary(matrix, p)
    if model.reversible:
        flow = p[:, None] * matrix
        assert np.abs(flow - flow.T).max() < 1e-13
        assert reversible(matrix, p)


@names
@settings(max_examples=40)
@given(data=st.data())
def test_lumpable_models_lump_and_keep_the_chain(name: str, data: st.DataObject) -> None:
    alleles, p, _, matrix = drawn(data, name)
    lump = data.draw(st.lists(st.sampled_from(alleles), min_size=1, unique=True))
    if MODELS[name].lumpable:
        assert always_lumpable(matrix)
    elif not is_lumpable(matrix, [[alleles.index(label) for label in lump]]):
        with pytest.raises(UserError, match="cannot be lumped"):
            lumped(matrix, alleles, p, lump)
        return
    small, labels, q = lumped(matrix, alleles, p, lump)
    keep = [alleles.index(label) for label in labels[:-1]]
    assert np.abs(small.sum(axis=1) - 1.0).max() < 1e-12
    assert abs(q.sum() - 1.0) < 1e-12
    # two generations of the small chain equal two of the large one, merged
    wide = np.linalg.matrix_power(matrix, 2)[np.ix_(keep, keep)]
    narrow = np.linalg.matrix_power(small, 2)[:-1, :-1]
    assert np.allclose(narrow, wide, rtol=0.0, atol=1e-12)
    assert np.allclose((q @ small)[:-1], (p @ matrix)[keep], rtol=0.0, atol=1e-12)


@names
@settings(max_examples=40)
@given(data=st.data())
def test_refined_classes_are_exact_and_keep_what_was_asked(name: str, data: st.DataObject) -> None:
    alleles, _, _, matrix = drawn(data, name)
    keep = data.draw(st.lists(st.integers(0, len(alleles) - 1), max_size=3, unique=True))
    classes = lumped_classes(matrix, keep)
    assert classes[: len(keep)] == [[place] for place in keep]
    assert sorted(place for group in classes for place in group) == list(range(len(alleles)))
    assert is_lumpable(matrix, classes, tolerance=1e-11)
    if MODELS[name].lumpable:
        assert len(classes) <= len(keep) + 1


@names
@settings(max_examples=40)
@given(data=st.data())
def test_the_order_of_the_alleles_does_not_matter(name: str, data: st.DataObject) -> None:
    if name in ("random", "custom", "dawid"):  # these are defined by position
        return
    alleles, p, parameters, matrix = drawn(data, name)
    order = list(data.draw(st.permutations(range(len(alleles)))))
    other = mutation_matrix(name, [alleles[i] for i in order], p[order], **parameters)
    assert np.abs(other - matrix[np.ix_(order, order)]).max() < 1e-14


@names
def test_one_allele_never_mutates(name: str) -> None:
    parameters = {"rate": 0.01, "rate2": 0.001, "range": 0.1, "seed": 1, "matrix": [[1.0]]}
    wanted = {key: parameters[key] for key in MODELS[name].parameters}
    assert mutation_matrix(name, ["9"], [1.0], **wanted).tolist() == [[1.0]]


@pytest.mark.parametrize("name", ["equal", "proportional", "stepwise", "onestep", "dawid"])
def test_without_a_rate_nothing_mutates(name: str) -> None:
    parameters = {"rate": 0.0, "rate2": 0.0, "range": 0.1}
    wanted = {key: parameters[key] for key in MODELS[name].parameters}
    matrix = mutation_matrix(name, ["8", "9", "10"], [0.2, 0.3, 0.5], **wanted)
    assert np.array_equal(matrix, np.eye(3))


def test_a_small_range_turns_stepwise_into_onestep() -> None:
    alleles, p = ["8", "9", "10", "11"], [0.1, 0.2, 0.3, 0.4]
    steep = mutation_matrix("stepwise", alleles, p, rate=0.004, rate2=0.0, range=1e-12)
    assert np.abs(steep - mutation_matrix("onestep", alleles, p, rate=0.004)).max() < 1e-14


def test_a_range_of_one_turns_stepwise_into_equal() -> None:
    alleles, p = ["8", "9", "10", "11"], [0.1, 0.2, 0.3, 0.4]
    flat = mutation_matrix("stepwise", alleles, p, rate=0.004, rate2=0.0, range=1.0)
    assert np.abs(flat - mutation_matrix("equal", alleles, p, rate=0.004)).max() < 1e-15


def test_equal_frequencies_turn_proportional_into_equal() -> None:
    alleles, p = ["8", "9", "10"], [1 / 3] * 3
    one = mutation_matrix("proportional", alleles, p, rate=0.004)
    assert np.abs(one - mutation_matrix("equal", alleles, p, rate=0.004)).max() < 1e-15


@pytest.mark.parametrize("method", sorted(TRANSFORMS))
@settings(max_examples=40)
@given(data=st.data())
def test_transformations_keep_the_rate_and_give_what_they_promise(
    method: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["equal", "stepwise", "onestep", "random", "custom"]))
    alleles, p, parameters = data.draw(inputs(MODELS[name]))
    matrix = mutation_matrix(name, alleles, p, **parameters)
    assume(mutation_rate(matrix, p) > 1e-9)
    try:
        found = transformed(matrix, p, method)
    except UserError:
        return
    assert np.all(found >= -1e-15)
    assert np.abs(found.sum(axis=1) - 1.0).max() < 1e-12
    assert abs(mutation_rate(found, p) - mutation_rate(matrix, p)) < 1e-11
    assert np.abs(p @ found - p).max() < 1e-11
    if method in ("MH", "BA", "PR"):
        flow = p[:, None] * found
        assert np.abs(flow - flow.T).max() < 1e-12
    if method == "DP":
        assert np.abs(np.diag(found) - np.diag(matrix)).max() < 1e-11


@pytest.mark.parametrize("method", sorted(TRANSFORMS))
def test_a_proportional_model_is_left_as_it_is(method: str) -> None:
    p = np.array([0.2, 0.3, 0.5])
    matrix = mutation_matrix("proportional", ["8", "9", "10"], p, rate=0.01)
    assert np.abs(transformed(matrix, p, method) - matrix).max() < 1e-14


def test_uniform_numbers_are_those_of_r() -> None:
    # R: set.seed(42); runif(3)
    assert r_uniform(42, 3).tolist() == pytest.approx([0.9148060435, 0.9370754133, 0.2861395348])
