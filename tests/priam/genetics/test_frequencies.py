"""Frequency tables: order, sums, unseen alleles, the package's own format."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam.errors import InputError, UserError
from priam.genetics.frequencies import (
    FrequencyTable,
    MarkerFrequencies,
    MinimumFrequency,
    dump_table,
    load_packaged,
    packaged_names,
    parse_table,
)


def test_alleles_stand_in_the_order_of_the_ladder() -> None:
    found = MarkerFrequencies.of("THO1", {"10": 0.2, "9.3": 0.3, "9": 0.5})
    assert (found.marker, found.alleles) == ("TH01", ("9", "9.3", "10"))
    assert found.frequencies.tolist() == [0.5, 0.3, 0.2]


def test_counts_give_the_sample_size() -> None:
    found = MarkerFrequencies.from_counts("FGA", {"20": 3, "21": 1})
    assert (found.chromosomes, found.frequency("21")) == (4, 1 / 4)


def test_a_table_that_does_not_sum_to_one_is_refused_or_normalised_as_asked() -> None:
    wrong = {"FGA": {"20": 0.5, "21": 0.4}, "TH01": {"6": 0.25, "7": 0.75}}
    with pytest.raises(UserError, match=r"marker 'FGA' sum to 0\.9, not 1"):
        FrequencyTable.of("t", wrong)
    table = FrequencyTable.of("t", wrong, sums="normalise")
    assert table["FGA"].frequencies.tolist() == pytest.approx([5 / 9, 4 / 9])
    assert table.notes == ("normalised 1 markers that did not sum to 1",)


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan"), float("inf")])
def test_impossible_frequencies_are_named(value: float) -> None:
    with pytest.raises(UserError, match="allele '20' at marker 'FGA'"):
        MarkerFrequencies.of("FGA", {"20": value, "21": 0.5})


def test_an_allele_under_two_spellings_is_refused() -> None:
    with pytest.raises(UserError, match="'9' stands twice"):
        MarkerFrequencies.of("TH01", {"9": 0.5, "9.0": 0.5})


def test_an_unseen_allele_is_added_by_the_rule_and_listed() -> None:
    marker = MarkerFrequencies.from_counts("FGA", {"20": 60, "21": 40})
    found = marker.covering(["21", "20.2"], MinimumFrequency("count", 5))
    assert found.alleles == ("20", "20.2", "21")
    assert found.frequencies.tolist() == pytest.approx([0.6 * 0.95, 0.05, 0.4 * 0.95])
    assert found.added == ("20.2",)
    assert marker.covering(["21"], MinimumFrequency("count", 5)) is marker


def test_without_rescaling_the_sum_passes_one() -> None:
    marker = MarkerFrequencies.of("FGA", {"20": 0.6, "21": 0.4})
    found = marker.covering(["22"], MinimumFrequency("constant", 0.01, rescale=False))
    assert found.frequencies.tolist() == [0.6, 0.4, 0.01]


def test_a_floor_raises_rare_alleles_too() -> None:
    marker = MarkerFrequencies.from_counts("FGA", {"20": 99, "21": 1})
    found = marker.covering([], MinimumFrequency("count", 5, floor=True))
    assert found.frequencies.tolist() == pytest.approx([0.95, 0.05])
    assert found.added == ()


def test_unseen_alleles_can_be_refused_naming_person_marker_and_value() -> None:
    marker = MarkerFrequencies.of("FGA", {"20": 1.0})
    with pytest.raises(UserError, match="person 'R7': allele '33' of marker 'FGA'"):
        marker.covering(["33"], MinimumFrequency("error"), person="R7")


def test_five_over_two_n_needs_the_sample_size() -> None:
    marker = MarkerFrequencies.of("FGA", {"20": 1.0})
    with pytest.raises(UserError, match="needs the sample size of marker 'FGA'"):
        marker.covering(["21"], MinimumFrequency("count", 5))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("5/2N", MinimumFrequency("count", 5)),
        ("1 / 2n", MinimumFrequency("count", 1)),
        ("0.001", MinimumFrequency("constant", 0.001)),
        ("error", MinimumFrequency("error")),
    ],
)
def test_rules_are_read_from_text(text: str, rule: MinimumFrequency) -> None:
    assert MinimumFrequency.parse(text) == rule


@pytest.mark.parametrize("text", ["", "5/2M", "2", "-1", "nan", "0"])
def test_wrong_rules_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        MinimumFrequency.parse(text)


def test_a_missing_marker_is_named_with_what_there_is() -> None:
    with pytest.raises(UserError, match="'SE34' is not in the frequency table 'nist1036-cauc'"):
        load_packaged("nist1036-cauc")["SE34"]


def test_markers_answer_to_their_aliases() -> None:
    table = load_packaged("norstr2023-europe")
    assert table["penta_d"] is table["Penta D"]
    assert "THO1" in table
    assert "VWA" in table


@pytest.mark.parametrize("name", packaged_names())
def test_packaged_tables_say_where_they_come_from(name: str) -> None:
    table = load_packaged(name)
    assert table.name == name
    assert table.population and table.source and table.licence
    assert all(abs(marker.frequencies.sum() - 1.0) < 1e-12 for marker in table.markers.values())
    assert parse_table(dump_table(table)).sha256 == table.sha256


def test_an_unknown_packaged_table_lists_the_known() -> None:
    with pytest.raises(UserError, match="nist1036-cauc"):
        load_packaged("ukraine")


def test_packaged_tables_hold_the_figures_of_the_source(shared: Path) -> None:
    rows = csv.DictReader((shared / "frequencies/nist1036_frequencies.csv").open())
    wanted: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in rows:
        share = int(row["count"]) / int(row["chromosomes"])
        wanted[f"nist1036-{row['population'].lower()}", row["marker"]][row["allele"]] = share
    rows = csv.DictReader((shared / "frequencies/norstr_2023_frequencies.csv").open())
    for row in rows:
        key = (f"norstr2023-{row['population'].lower()}", row["marker"])
        wanted[key][row["allele"]] = float(row["frequency"])
    assert {name for name, _ in wanted} == set(packaged_names())
    for (name, marker), table in wanted.items():
        found = load_packaged(name)[marker]
        assert set(found.alleles) == set(table)
        assert all(abs(found.frequency(label) - table[label]) < 1e-12 for label in table)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format":"priam-frequencies/1"}',
        '{"format":"priam-frequencies/1","name":"x","markers":{"FGA":{"frequencies":{"20":0.5}}}}',
        '{"format":"priam-frequencies/1","name":"x","markers":{"FGA":3}}',
    ],
)
def test_damaged_tables_are_one_sentence_with_the_file(text: str) -> None:
    with pytest.raises(InputError, match=r"^t\.json[:,] "):
        parse_table(text, file="t.json")


@given(st.dictionaries(st.integers(5, 40).map(str), st.integers(1, 500), min_size=1, max_size=20))
def test_own_format_round_trips(counts: dict[str, int]) -> None:
    marker = MarkerFrequencies.from_counts("FGA", counts)
    table = FrequencyTable("t", {"FGA": marker}, population="p", individuals=7)
    back = parse_table(dump_table(table))
    assert back["FGA"] == marker
    assert (back.individuals, back.population, back.minimum) == (7, "p", table.minimum)


@given(
    st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=12),
    st.sets(st.integers(50, 90).map(str), min_size=1, max_size=4),
    st.floats(1e-5, 0.01),
)
def test_rescaled_tables_sum_to_one(weights: list[float], unseen: set[str], minimum: float) -> None:
    total = sum(weights)
    shares = {str(10 + place): weight / total for place, weight in enumerate(weights)}
    marker = MarkerFrequencies.of("FGA", shares, sums="normalise")
    found = marker.covering(unseen, MinimumFrequency("constant", minimum))
    assert abs(found.frequencies.sum() - 1.0) < 1e-12
    assert set(found.added) == unseen
    assert np.all(np.diff([float(label) for label in found.alleles]) > 0)
