"""Profiles: what a laboratory wrote, what it means, and several runs of one sample."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam.errors import UserError
from priam.genetics.checks import Rules, fit, fit_all
from priam.genetics.frequencies import FrequencyTable, MinimumFrequency
from priam.genetics.profiles import ConsensusRule, Profile, consensus, genotype

TABLE = FrequencyTable.of(
    "test",
    {"TH01": {"6": 0.5, "9.3": 0.5}, "FGA": {"22": 0.9, "23": 0.1}, "DXS8378": {"10": 1.0}},
    minimum=MinimumFrequency("constant", 0.01),
)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["10", "9.3"], ("9.3", "10")), (["9", ""], ("9", "9")), (["9", "9"], ("9", "9")),
        (["9", None], ("9", "9")), ([], ()), (["", "NA"], ()), (["0", "-"], ()),
        (["OL", "9"], ("9", "9")), (["OL", "OL"], ()), (["9", "9", "10"], ("9", "10")),
        (["8", "9", "10"], ("8", "9", "10")), (["9.0", "9"], ("9", "9")),
    ],
)  # fmt: skip
def test_cells_become_a_genotype(cells: list[str | None], expected: tuple[str, ...]) -> None:
    assert genotype(cells) == expected


def test_a_single_allele_may_be_half_a_genotype() -> None:
    assert genotype(["9", ""], single="partial") == ("9", None)
    assert genotype(["9", "OL"], single="partial") == ("9", None)
    assert genotype(["9", "9"], single="partial") == ("9", "9")
    assert genotype(["9"], haploid=True) == ("9",)


@pytest.mark.parametrize(
    ("cells", "sex", "flagged"),
    [
        (["X", "Y"], "male", 0), (["X"], "female", 0), (["X", "X"], "female", 0),
        (["Y"], "male", 1), ([], "unknown", 0), (["x", "y"], "male", 0), (["X", "Q"], "unknown", 1),
    ],
)  # fmt: skip
def test_amelogenin_gives_the_sex(cells: list[str], sex: str, flagged: int) -> None:
    profile = Profile.of("A", {"Amelogenin": cells})
    assert (profile.sex, len(profile.flagged("sex unclear"))) == (sex, flagged)
    assert profile.genotypes == {}


def test_haploid_markers_are_not_doubled() -> None:
    male = Profile.of("A", {"AMEL": ["X", "Y"], "DYS391": ["10"], "DXS8378": ["11"]})
    female = Profile.of("B", {"AMEL": ["X"], "DXS8378": ["11"]})
    assert male.genotypes == {"DYS391": ("10",), "DXS8378": ("11",)}
    assert female.genotypes == {"DXS8378": ("11", "11")}


def test_three_alleles_are_kept_and_flagged() -> None:
    one = Profile.of("A", {"TH01": ["6", "7", "8"], "FGA": ["22"]})
    assert one.flagged("three alleles")[0].text == "3 alleles: 6/7/8"
    assert (list(one.usable), one.looks_mixed) == (["FGA"], False)
    assert Profile.of("A", {"TH01": ["6", "7", "8"], "FGA": ["1", "2", "3"]}).looks_mixed


def test_one_marker_under_two_spellings_is_refused() -> None:
    with pytest.raises(UserError, match="sample 'A' has marker 'TH01' twice"):
        Profile.of("A", {"TH01": ["6"], "THO1": ["6"]})


def test_runs_that_agree_are_their_own_consensus() -> None:
    run = Profile.of("A", {"TH01": ["6", "7"], "FGA": ["22", "22"], "AMEL": ["X", "Y"]})
    found = consensus([run, run])
    assert (found.profile.genotypes, found.profile.sex) == (run.genotypes, "male")
    assert (found.conflicts, found.profile.flags) == ({}, ())


def test_an_allele_of_one_run_only_leaves_half_a_genotype() -> None:
    runs = [
        Profile.of("A", {"TH01": ["6", "7"]}),
        Profile.of("A", {"TH01": ["6", ""]}, single="partial"),
    ]
    found = consensus(runs)
    assert found.profile.genotypes == {"TH01": ("6", None)}
    assert found.conflicts == {"TH01": (("6", "7"), ("6", None))}
    assert [flag.kind for flag in found.profile.flags] == ["conflict", "partial"]


def test_two_of_three_runs_confirm_an_allele() -> None:
    calls = (["6", "7"], ["6", "7"], ["6", "8"])
    found = consensus([Profile.of("A", {"TH01": cells}) for cells in calls])
    assert found.profile.genotypes == {"TH01": ("6", "7")}
    assert "TH01" in found.conflicts


def test_runs_without_a_common_allele_give_none() -> None:
    runs = [Profile.of("A", {"TH01": cells}) for cells in (["6", "7"], ["8", "9"])]
    found = consensus(runs)
    assert (found.profile.genotypes, list(found.conflicts)) == ({}, ["TH01"])


def test_a_marker_of_one_run_follows_the_rule() -> None:
    runs = [Profile.of("A", {"TH01": ["6", "7"]}), Profile.of("A", {"FGA": ["22", "23"]})]
    assert len(consensus(runs).profile) == 2
    assert len(consensus(runs, rule=ConsensusRule(lonely="drop")).profile) == 0


def test_runs_that_differ_in_sex_are_flagged() -> None:
    runs = [Profile.of("A", {"AMEL": cells}) for cells in (["X", "Y"], ["X"])]
    found = consensus(runs)
    assert found.profile.sex == "unknown"
    assert found.profile.flags[0].text == "runs differ in sex: 1 male, 1 female"


@given(
    st.lists(
        st.lists(st.sampled_from(["6", "7", "8", "9.3"]), min_size=1, max_size=2),
        min_size=1,
        max_size=5,
    )
)
def test_the_order_of_runs_does_not_matter(calls: list[list[str]]) -> None:
    runs = [Profile.of("A", {"TH01": cells}) for cells in calls]
    forward, backward = consensus(runs), consensus(runs[::-1])
    assert forward.profile.genotypes == backward.profile.genotypes
    shown = {label for cells in calls for label in cells}
    assert set(forward.profile.genotypes.get("TH01", ())) - {None} <= shown


# -- against a table -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ({"TH01": ["6", "7", "8"]}, r"person 'P', marker 'TH01': 3 alleles \(6/7/8\)"),
        ({"SE33": ["15", "16"]}, "marker 'SE33': the frequency table 'test' lacks the marker"),
        (
            {"AMEL": ["X", "Y"], "DXS8378": ["10", "11"]},
            "marker 'DXS8378': a male has one allele of an X marker, not 10/11",
        ),
        ({"AMEL": ["X", "X"]}, "person P is recorded as male but amelogenin shows female"),
    ],
)
def test_what_does_not_fit_names_person_marker_and_value(
    calls: dict[str, list[str]], message: str
) -> None:
    profile = Profile.of("P", calls)
    with pytest.raises(UserError, match=message):
        fit(profile, TABLE, sex="male")
    fitted = fit(profile, TABLE, sex="male", rules=Rules("drop", "drop", "drop", "ignore"))
    assert (fitted.genotypes, len(fitted.notes)) == ({}, 1)


def test_unseen_alleles_are_added_and_said() -> None:
    fitted, markers = fit_all([Profile.of("P", {"TH01": ["6", "7"]})], TABLE)
    assert fitted[0].notes[0].startswith("P, TH01: allele 7 is not in the table, taken as 0.01")
    assert markers["TH01"].alleles == ("6", "7", "9.3")


def test_unseen_alleles_may_be_refused() -> None:
    strict = TABLE.with_minimum(MinimumFrequency("error"))
    with pytest.raises(UserError, match="person 'P': allele '7' of marker 'TH01'"):
        fit(Profile.of("P", {"TH01": ["6", "7"]}), strict)
