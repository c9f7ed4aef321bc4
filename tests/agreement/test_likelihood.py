"""Likelihoods of pedprobr 1.1.0 (R), reference/likelihood: to 1e-10, and where it is doubted."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from priam.kinship.cases import likelihood_of_case

AGREED = (
    "components",
    "founder_inbreeding",
    "large",
    "mutation_autosomal",
    "mutation_norwegian",
    "nomut_autosomal",
    "partial_genotypes",
    "theta",
    "two_linked_markers",
    "x_linked",
)


def _cases(shared: Path, group: str):
    text = (shared / "reference" / "likelihood" / f"{group}.json").read_text()
    return json.loads(text)["cases"]


def _same(got: float, expected: object) -> bool:
    want = float(expected)  # "-inf" is how the files write impossible
    return got == want or math.isclose(math.exp(got - want), 1.0, rel_tol=1e-10)


@pytest.mark.parametrize("group", AGREED)
def test_every_case_agrees(shared, group):
    cases = _cases(shared, group)
    assert cases
    for case in cases:
        found = likelihood_of_case(case)
        assert _same(found.total, case["loglik"]), case["name"]
        for got, want in zip(found.per_marker, case.get("loglik_per_marker", ())):
            assert _same(got, want), case["name"]


def test_a_half_typed_inbred_founder_is_the_sum_over_his_genotypes(shared):
    """The peer gives 0.1138125 and 0.016875; the sum over what the unknown allele may be is
    another number, and that is ours (docs/explanation/likelihood.md)."""
    case = _cases(shared, "peer_suspect")[0]
    p, f = dict(zip(case["markers"][0]["alleles"], case["markers"][0]["frequencies"])), 0.25
    founder = {
        other: f * p["9"] + (1 - f) * p["9"] ** 2
        if other == "9"
        else 2 * (1 - f) * p["9"] * p[other]
        for other in p
    }
    # child 9/10: from 9/9 surely 9; from 9/10 either; from 9/x half 9; mother gives the rest.
    first = sum(
        share
        * {
            "9": p["10"],
            "10": 0.5 * p["10"] + 0.5 * p["9"],
        }.get(other, 0.5 * p["10"])
        for other, share in founder.items()
    )
    # child 10/11 needs the other allele to be 10 or 11.
    second = 0.5 * (founder["10"] * p["11"] + founder["11"] * p["10"])
    found = likelihood_of_case(case)
    assert found.per_marker == pytest.approx([math.log(first), math.log(second)], rel=1e-12)
    assert not _same(found.total, case["loglik"])


def test_a_half_typed_singleton_equals_the_same_event_in_a_pedigree(shared):
    """The peer contradicts itself here; its value through a pedigree is ours for both."""
    _, alone, within = _cases(shared, "peer_suspect")
    assert _same(likelihood_of_case(within).total, within["loglik"])
    assert likelihood_of_case(alone).total == pytest.approx(float(within["loglik"]), rel=1e-12)


def test_theta_on_x_draws_one_allele_for_a_male(shared):
    """Father C, mother A/B, son A: three founder alleles are drawn, C, A and B."""
    case = _cases(shared, "theta_x_peer_behaviour")[0]
    theta, (a, b, c) = case["theta"], case["markers"][0]["frequencies"]

    def draw(p: float, seen: int, drawn: int) -> float:
        return (seen * theta + (1 - theta) * p) / (1 + (drawn - 1) * theta)

    expected = c * draw(a, 0, 1) * draw(b, 0, 2) * 2 * 0.5
    assert likelihood_of_case(case).total == pytest.approx(math.log(expected), rel=1e-12)
    assert not _same(likelihood_of_case(case).total, case["loglik"])
