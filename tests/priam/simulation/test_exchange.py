"""A simulated exchange: same seed, same bytes; what it promises is in it."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from priam.errors import UserError
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange
from priam.simulation.remains import dropout_probability

PLAN = ExchangePlan(
    remains=400, families=300, missing=380, swapped=0.02, false_father=0.1, contaminated=0.02
)


@pytest.fixture(scope="module")
def exchange():
    return simulate_exchange(PLAN, 5)


def _hashes(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_one_seed_gives_one_exchange_byte_for_byte(tmp_path, exchange):
    write_exchange(exchange, tmp_path / "a")
    write_exchange(simulate_exchange(PLAN, 5), tmp_path / "b")
    write_exchange(simulate_exchange(PLAN, 6), tmp_path / "c")
    assert _hashes(tmp_path / "a") == _hashes(tmp_path / "b")
    assert _hashes(tmp_path / "a")["remains.csv"] != _hashes(tmp_path / "c")["remains.csv"]


def test_counts_are_those_asked_for(exchange):
    assert len(exchange.cases) == 400
    assert len(exchange.families) == 300
    missing = sum(len(family.missing) for family in exchange.families)
    assert missing + len(exchange.truth["unsampled"]) == 380


def test_every_promised_trouble_occurs(exchange):
    kinds = {entry["kind"] for entry in exchange.truth["cases"].values()}
    assert kinds == {"single", "commingled", "staff", "other side"}
    assert exchange.truth["false_fathers"]
    assert exchange.truth["swapped_samples"]
    assert any(len(family.missing) == 2 for family in exchange.families)
    owners = [tuple(e["persons"]) for e in exchange.truth["cases"].values()]
    assert len(set(owners)) < len(owners), "nobody lies in two bags"


def test_dropout_grows_with_length_and_falls_with_quality():
    lengths = np.array([100.0, 200.0, 400.0])
    rates = [dropout_probability(q, lengths) for q in ("good", "degraded", "poor")]
    assert all(np.all(np.diff(rate) > 0) for rate in rates)
    assert np.all(rates[0] < rates[1]) and np.all(rates[1] < rates[2])


def test_typed_relatives_number_one_to_six(exchange):
    sizes = {len(family.record["genotypes"]) for family in exchange.families}
    assert min(sizes) == 1 and max(sizes) == 6


def test_a_used_folder_is_left_alone(tmp_path, exchange):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "note").write_text("keep")
    with pytest.raises(UserError, match="not an empty folder"):
        write_exchange(exchange, tmp_path / "x")
    assert (tmp_path / "x" / "note").read_text() == "keep"


def test_more_families_than_missing_persons_is_refused():
    with pytest.raises(UserError, match="at least one person"):
        ExchangePlan(families=10, missing=5)


def test_files_hold_what_was_simulated(tmp_path, exchange):
    write_exchange(exchange, tmp_path / "a")
    record = json.loads((tmp_path / "a" / "families.json").read_text())
    assert len(record["families"]) == 300
    assert len(record["staff"]) == PLAN.staff
