"""Likely of the other side: the model by hand, and against simulated truth."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from priam.identification.claims import Prior
from priam.identification.run import identify
from priam.identification.settings import Population, Settings
from priam.identification.sides import side_noted, sides
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

OTHER = "likely of the other side"


def test_the_posterior_by_hand():
    prior = Prior(missing=100, searched=80, other_side=0.1)
    own = 0.9 - 0.72 + 0.03 * 0.72
    found = sides(prior, Population(), "other", True)
    assert found.shares == pytest.approx(0.1 / (0.1 + own))
    assert found.with_note == pytest.approx(4.75 / (4.75 + own))
    assert found.used == found.with_note
    against = sides(prior, Population(), "own", True)
    assert against.with_note < against.shares
    assert sides(prior, Population(), "other", False).used == found.shares


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_shares_alone_are_never_certain(share):
    everyone_sampled = Prior(missing=100, searched=100, other_side=share)
    assert sides(everyone_sampled, Population(), "", False).used < 0.999


def test_notes_of_one_body_count_once_and_may_not_contradict():
    assert side_noted([{"side": "other"}, {"side": "Other "}, {}]) == "other"
    assert side_noted([{"side": "other"}, {"side": "own"}]) == ""
    assert side_noted([{"side": "unclear"}, {}]) == ""


def test_simulated_notes_make_the_conclusion_reachable_and_mostly_right(tmp_path):
    plan = ExchangePlan(remains=150, families=100, missing=130, other_side=0.25)
    write_exchange(simulate_exchange(plan, 5), tmp_path / "in")
    truth = json.loads((tmp_path / "in" / "truth.json").read_text())["cases"]
    settings = Settings(population=replace(Population(), other_side=0.25))
    combined = replace(settings, evidence=replace(settings.evidence, combine=True))
    found = identify(tmp_path / "in", tmp_path / "out", combined)
    kinds = {c.individual: truth[c.cases[0]]["kind"] for c in found.clusters}
    named = [p for p in found.proposals if p.kind == OTHER]
    right = sum(kinds[p.individual] == "other side" for p in named)
    assert len(named) >= 5
    assert right >= 0.8 * len(named)
    assert all("noted the other side" in p.reasons[0] for p in named)
    assert all("shares say nothing of this individual" in p.reasons[0] for p in named)
