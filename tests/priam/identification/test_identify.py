"""A small simulated exchange from files to proposals, with the truth beside it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from priam.cli.identify import identify as command
from priam.errors import InputError
from priam.genetics.mutation import MutationModel
from priam.identification.claims import required_lr
from priam.identification.observations import alleles_seen, observation_axis, seen_of
from priam.identification.outputs import write_outputs
from priam.identification.records import autosomal_only, read_exchange
from priam.identification.run import identify
from priam.identification.settings import Settings, read_settings, settings_toml
from priam.identification.tables import family_pedigree, locus_of
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.observations import Observation
from priam.kinship.pedigree import Pedigree, Person
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

PLAN = ExchangePlan(remains=100, families=80, missing=95, commingled=0.05, contaminated=0.03)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("exchange") / "in"
    write_exchange(simulate_exchange(PLAN, 3), made)
    return made


@pytest.fixture(scope="module")
def outcome(folder, tmp_path_factory):
    return identify(folder, tmp_path_factory.mktemp("out"), Settings())


@pytest.fixture(scope="module")
def truth(folder):
    return json.loads((folder / "truth.json").read_text())


def test_no_identification_is_wrong_and_most_good_ones_are_found(outcome, truth):
    persons = {c.individual: truth["cases"][c.cases[0]]["persons"] for c in outcome.clusters}
    named = [p for p in outcome.proposals if p.kind == "identified"]
    assert all(p.person in persons[p.individual] for p in named)
    with_family = {tuple(e["persons"]) for e in truth["cases"].values()
                   if e["kind"] == "single" and e["family"]}  # fmt: skip
    assert len(named) > 0.4 * len(with_family)


def test_clusters_hold_one_person_each_and_all_his_cases(outcome, truth):
    owners = [{tuple(truth["cases"][n]["persons"]) for n in c.cases} for c in outcome.clusters]
    assert all(len(owner) == 1 for owner in owners)
    assert len({next(iter(owner)) for owner in owners}) == len(owners)


def test_mixtures_and_staff_are_set_aside(outcome, truth):
    for case, entry in truth["cases"].items():
        if entry["kind"] == "staff":
            assert "contamination" in outcome.gate.aside[case]
        if entry["kind"] == "commingled" and case in outcome.gate.aside:
            assert "mixture" in outcome.gate.aside[case]


def test_kept_candidates_equal_the_slow_path(outcome):
    """The likelihood of the family with the person typed, against both apart, marker by marker."""
    picked = outcome.candidates[:: max(1, len(outcome.candidates) // 12)]
    for c in picked:
        placed = {outcome.targets[c.person].person: c.individual}
        assert c.log_lr == pytest.approx(_slow(outcome, c.family, placed), abs=1e-5)


@pytest.fixture(scope="module")
def with_theta(folder, tmp_path_factory):
    settings = replace(Settings(), likelihood=replace(Settings().likelihood, theta=0.02))
    return identify(folder, tmp_path_factory.mktemp("theta"), settings)


def test_with_theta_they_equal_it_too(with_theta, outcome):
    """P(profile) of somebody unrelated is then conditional on what the relatives show."""
    for c in with_theta.candidates[:: max(1, len(with_theta.candidates) // 10)]:
        placed = {with_theta.targets[c.person].person: c.individual}
        assert c.log_lr == pytest.approx(_slow(with_theta, c.family, placed), abs=1e-5)
    plain = {(c.individual, c.person): c.log_lr for c in outcome.candidates}
    found = {(c.individual, c.person): c.log_lr for c in with_theta.candidates}
    high = [pair for pair in plain if plain[pair] > 25.0]
    assert np.mean([found[pair] < plain[pair] for pair in high]) > 0.9  # more cautious


def test_parts_of_one_person_equal_the_slow_path(with_theta, outcome):
    """Two cases on one person, against each on a person of his own, marker by marker."""
    found = []
    for run in (outcome, with_theta):
        axis = _axis_of(run)
        seen = {case.case: seen_of(case) for case in run.gate.passed}
        pairs = [c for c in run.clusters if len(c.cases) == 2][:3]
        for cluster in pairs:
            one, other = (seen[case] for case in cluster.cases)
            slow = sum(
                _same_person(run, marker, one[marker.name], other[marker.name], axis)
                for marker in axis.markers
                if marker.name in one and marker.name in other
            )
            assert cluster.weakest_log10 == pytest.approx(slow / np.log(10.0), abs=1e-4)
        found.append({c.cases: c.weakest_log10 for c in pairs})
    plain, cautious = found
    assert plain.keys() == cautious.keys()
    assert plain
    assert all(cautious[cases] < plain[cases] for cases in plain)


def _same_person(outcome, marker, one, other, axis):
    """Log LR(same person / unrelated) of two observations by direct likelihoods."""
    emission = marker.emission(axis.dropout, outcome.settings.profiles.drop_in)
    locus = locus_of(marker, MutationModel())
    shown = []
    for alleles, quality in (one, other):
        column = marker.column(alleles, ("good", "degraded", "poor").index(quality))
        table = np.zeros((len(marker.alleles), len(marker.alleles)))
        a, b = marker.pairs.T
        table[a, b] = table[b, a] = emission[column]
        shown.append(Observation("evidence", (), table, frozenset(range(len(table)))))
    strangers = Pedigree((Person("one"), Person("other")))
    together = {"one": shown[0].times(shown[1], len(locus))}
    apart = dict(zip(("one", "other"), shown))
    same, unrelated = log_likelihoods(
        strangers, locus, [together, apart], theta=outcome.settings.likelihood.theta
    )
    return same - unrelated


def test_brothers_together_equal_the_slow_path(with_theta, outcome):
    for run in (outcome, with_theta):
        several = [c for c in run.joint.model.claims if len(c.persons) > 1][:4]
        assert several
        for claim in several:
            placed = {run.targets[p].person: v for p, v in claim.persons}
            weight = _slow(run, claim.family, placed)
            weight += sum(run.odds[v] for _, v in claim.persons)
            assert claim.log_weight == pytest.approx(weight, abs=1e-5)


def _slow(outcome, family, placed):
    """Log LR by direct likelihoods; a single peak is summed over what its partner may be.

    ``placed``: missing person -> individual. Each individual, if unrelated, is a person of his
    own beside the pedigree.
    """
    chosen = outcome.settings.likelihood
    axis = _axis_of(outcome)
    family = outcome.records.families[family]
    pedigree = family_pedigree(family)
    beside = pedigree.with_persons(Person("somebody else"))
    total = 0.0
    for marker in axis.markers:
        locus = locus_of(marker, MutationModel.same("proportional", rate=chosen.rate))
        typed = {p: g[marker.name] for p, g in family.genotypes.items() if marker.name in g}
        profiles = {m: outcome.clusters[v].profile for m, v in placed.items()}
        shown = {
            m: _shown(marker, *profile[marker.name], axis)
            for m, profile in profiles.items()
            if marker.name in profile
        }
        apart = [{**typed, "somebody else": seen} for seen in shown.values()]
        values = log_likelihoods(
            beside, locus, [{**typed, **shown}, typed, *apart], theta=chosen.theta
        )
        total += values[0] - values[1] - sum(values[2:] - values[1])
    return total


def _axis_of(outcome):
    seen = alleles_seen(outcome.gate.passed, outcome.records.families)
    return observation_axis(outcome.table, seen, outcome.settings.profiles, 5.0)


def _shown(marker, alleles, quality, axis):
    size = len(marker.alleles)
    evidence = np.zeros((size, size))
    places = [marker.index[a] for a in alleles]
    if len(set(places)) == 2:
        evidence[places[0], places[1]] = evidence[places[1], places[0]] = 1.0
    else:
        d = axis.dropout[("good", "degraded", "poor").index(quality)]
        evidence[places[0], :] = evidence[:, places[0]] = d * (1 - d)
        evidence[places[0], places[0]] = 1 - d * d
    return Observation("evidence", (), evidence, frozenset(places))


def test_runs_repeat_bit_for_bit_and_resume(folder, tmp_path, outcome):
    settings = replace(Settings(), search=replace(Settings().search, block=32))
    first = identify(folder, tmp_path / "a", settings)
    write_outputs(first, tmp_path / "a")
    blocks = sorted((tmp_path / "a" / ".work").rglob("*.npz"))
    assert len(blocks) > 2
    shutil.copytree(tmp_path / "a" / ".work", tmp_path / "b" / ".work")
    for block in sorted((tmp_path / "b" / ".work").rglob("*.npz"))[1:]:
        block.unlink()
    second = identify(folder, tmp_path / "b", settings)
    write_outputs(second, tmp_path / "b")
    for name in ("candidates.parquet", "clusters.json", "joint.json", "settings.toml"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    found = [c.log_lr for c in first.candidates]
    assert found == pytest.approx([c.log_lr for c in outcome.candidates], rel=1e-12)


def test_the_command_writes_all_files(folder, tmp_path):
    result = CliRunner().invoke(command, [str(folder), "--out", str(tmp_path / "o"), "--quiet"])
    assert result.exit_code == 0, result.output
    frame = pl.read_parquet(tmp_path / "o" / "candidates.parquet")
    wanted = ["case", "family", "missing", "log10_lr", "markers", "mismatches"]
    assert frame.columns == wanted
    joint = json.loads((tmp_path / "o" / "joint.json").read_text())
    assert joint["method"]["pruning_error_bound"] <= 1e-6
    html = (tmp_path / "o" / "report.html").read_text()
    assert "required" in html and "http" not in html.split("<body>")[0]
    assert (tmp_path / "o" / "report.pdf").read_bytes().startswith(b"%PDF")


def _spoil_families(folder, tmp_path, change):
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    record = json.loads((bad / "families.json").read_text())
    change(record["families"])
    (bad / "families.json").write_text(json.dumps(record, indent=0))
    return bad


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f[4].update(missing=[]), "names no missing person"),
        (lambda f: f[4].update(missing=["nobody"]), "not in its pedigree"),
        (lambda f: f.append(f[0] | {"id": "again"}), "in families"),
        (lambda f: f.append(f[0]), "stands twice"),
    ],
)
def test_bad_families_are_named_or_set_aside(folder, tmp_path, change, words):
    bad = _spoil_families(folder, tmp_path, change)
    with pytest.raises(InputError, match=words) as caught:
        identify(bad, tmp_path / "o", Settings())
    assert "families.json" in str(caught.value) and "line" in str(caught.value)
    records = read_exchange(bad, keep_going=True)
    assert [r for r in records.rejected if words in r.reason]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("R00001,batch-09,D3S1358,15,16,good", "stands twice"),
        ("X1,batch-01,D99S9999,15,16,good", "not in the frequency table"),
        ("X1,batch-01,D3S1358,15,16,excellent", "quality"),
        ("X1,batch-01,D3S1358", "cells"),
    ],
)
def test_bad_remains_are_named_with_their_line(folder, tmp_path, row, words):
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    with (bad / "remains.csv").open("a") as stream:
        stream.write(row + "\n")
    line = len((bad / "remains.csv").read_text().splitlines())
    with pytest.raises(InputError, match=words) as caught:
        identify(bad, tmp_path / "o", Settings())
    assert f"line {line}" in str(caught.value)
    if words == "not in the frequency table":
        outcome = identify(bad, tmp_path / "o", Settings(), keep_going=True)
        write_outputs(outcome, tmp_path / "o")
        assert words in (tmp_path / "o" / "rejected.csv").read_text()
    else:
        records = read_exchange(bad, keep_going=True)
        assert [r for r in records.rejected if words in r.reason]


def test_markers_of_other_systems_are_left_out_and_named(folder, tmp_path):
    """Kits report a Y marker or two; the search is autosomal."""
    more = tmp_path / "in"
    shutil.copytree(folder, more)
    lines = (more / "remains.csv").read_text().splitlines()
    lines.insert(2, lines[1].rsplit(",", 4)[0] + ",DYS391,10,,good")
    (more / "remains.csv").write_text("\n".join(lines) + "\n")
    records = read_exchange(more)
    assert "DYS391" in records.cases[0].alleles
    autosomal_only(records)
    assert records.unused == ("DYS391",)
    assert not any("DYS391" in case.alleles for case in records.cases)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[search]\nblock = 0\n", "1 or more"),
        ("[likelihood]\ntheta = 1.0\n", "from 0 to"),
        ("[population]\nother_side = -0.1\n", "from 0 to"),
    ],
)
def test_a_setting_out_of_range_is_named(tmp_path, text, words):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(InputError, match=words):
        read_settings(tmp_path / "s.toml")


@pytest.mark.parametrize("name", ["remains.csv", "families.json"])
def test_an_empty_file_is_one_sentence(folder, tmp_path, name):
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    (bad / name).write_text("")
    with pytest.raises(InputError, match="is empty"):
        identify(bad, tmp_path / "o", Settings())


def test_settings_survive_their_own_file(tmp_path):
    (tmp_path / "s.toml").write_text(settings_toml(Settings(), {"version priam": "1"}))
    assert read_settings(tmp_path / "s.toml") == Settings()
    (tmp_path / "s.toml").write_text("[search]\nkeep_log = 3\n")
    with pytest.raises(InputError, match="keep_log10"):
        read_settings(tmp_path / "s.toml")


def test_the_required_lr_of_the_design():
    assert required_lr(0.9995, 70_000) == pytest.approx(1.4e8, rel=0.01)
