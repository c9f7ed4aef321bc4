"""A candidate marker by marker, incoming profiles, and what cannot be true of a pair."""

from __future__ import annotations

import pytest

from priam.genetics.profiles import Profile
from priam.identification.contradictions import Facts, contradictions
from priam.identification.incoming import (
    as_case,
    as_reference,
    judge,
    likely_kit,
    quality_of,
)
from priam.identification.marker_ratios import marker_ratios
from priam.identification.observations import alleles_seen
from priam.identification.run import Outcome, identify
from priam.identification.settings import Profiles, Settings
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("ratios")
    write_exchange(simulate_exchange(ExchangePlan(40, 40, 50), 11), folder / "in")
    return identify(folder / "in", folder / "out", Settings(), keep_going=True)


def test_the_markers_add_up_to_the_search(outcome: Outcome) -> None:
    cases = {case.case: case for case in outcome.gate.passed}
    seen = alleles_seen(outcome.gate.passed, outcome.records.families)
    compared = 0
    for candidate in outcome.candidates:
        cluster = outcome.clusters[candidate.individual]
        if len(cluster.cases) > 1:
            continue  # a cluster is searched by its consensus
        family = outcome.records.families[candidate.family]
        missing = outcome.targets[candidate.person].person
        found = marker_ratios(
            cases[cluster.cases[0]], family, missing, outcome.table, outcome.settings, seen
        )
        total = sum(m.log10_lr for m in found if m.log10_lr is not None)
        assert total == pytest.approx(candidate.log10_lr, abs=1e-9)
        assert sum(m.mutation for m in found) == candidate.mismatches
        compared += 1
    assert compared > 20


def test_what_takes_no_part_says_why(outcome: Outcome) -> None:
    family = next(f for f in outcome.records.families if f.genotypes)
    markers = sorted(next(iter(family.genotypes.values())))
    calls = {markers[0]: ("1", "2", "3"), markers[1]: ("12",), "DYS391": ("10",), "XX": ("7", "8")}
    case = as_case(Profile.of("S", calls, single="partial"), "C")
    assert "DYS391" not in case.alleles  # the Y chromosome is another system
    found = {m.marker: m for m in marker_ratios(
        case, family, family.missing[0], outcome.table, Settings())}  # fmt: skip
    assert found[markers[0]].note == "three alleles" and found[markers[0]].log10_lr is None
    assert found[markers[1]].one_peak and found[markers[1]].log10_lr is not None
    assert found["XX"].note == "no frequencies" and list(found)[-1] == "XX"
    assert found[markers[2]].note == "one side only" and found[markers[2]].relatives


# -- incoming profiles -------------------------------------------------------------------------

CALLS = {
    "D3S1358": ("15", "16"), "vWA": ("17", "18"), "D16S539": ("9", "11"), "CSF1PO": ("10", "12"),
    "TPOX": ("8", "11"), "D8S1179": ("13", "14"), "D21S11": ("29", "30"), "D18S51": ("12", "16"),
    "TH01": ("6", "9.3"), "FGA": ("21", "24"), "D5S818": ("11", "12"), "AMEL": ("X", "Y"),
}  # fmt: skip
PROFILE = Profile.of("S", CALLS, single="partial")


def test_a_first_profile_a_retest_and_a_stranger() -> None:
    settings = Profiles()
    assert judge(PROFILE, [], {}, settings).standing == "new"
    assert judge(PROFILE, None, {}, settings).standing == "unknown sample"
    assert judge(PROFILE, [PROFILE.genotypes], {}, settings).standing == "same"
    assert judge(PROFILE, [PROFILE.genotypes], {}, settings, repeated=True).standing == "repeated"
    other = Profile.of("S", CALLS | {"TH01": ("6", "")}, single="partial")
    found = judge(other, [PROFILE.genotypes], {}, settings)
    assert found.standing == "differs"
    assert found.differing == (("TH01", ("6", "9.3"), ("6", None)),)


def test_quality_is_judged_as_the_gate_of_the_search_judges() -> None:
    settings = Profiles()
    assert judge(PROFILE, [], {}, settings).quality == ""
    staff = {"member": {m: (a[0], a[1]) for m, a in CALLS.items() if m != "AMEL"}}
    assert "member" in judge(PROFILE, [], staff, settings).quality
    mixed = Profile.of("S", CALLS | {"TH01": ("6", "7", "8"), "FGA": ("20", "21", "22")})
    assert judge(mixed, [], {}, settings).quality.startswith("mixture")
    few = Profile.of("S", {"TH01": ("6", "7"), "XYZ": ("1", "2")})
    found = judge(few, [], {}, settings)
    assert found.quality.startswith("too few markers") and found.unknown_markers == ("XYZ",)


def test_quality_classes_follow_a_stated_rule() -> None:
    assert likely_kit(PROFILE) and likely_kit(Profile.of("S", {"XYZ": ("1", "2")})) == ""
    expected = len(PROFILE.genotypes)
    assert quality_of(PROFILE, expected) == "good"
    assert quality_of(PROFILE, expected * 2) == "degraded"
    assert quality_of(PROFILE, expected * 3) == "poor"
    single = Profile.of("S", {m: (a[0],) for m, a in CALLS.items()}, single="partial")
    assert quality_of(single, expected) == "poor" and quality_of(Profile("S")) == "poor"


def test_a_relative_with_one_allele_has_it_twice() -> None:
    one = Profile.of("S", {"TH01": ("6",), "FGA": ("21", "24")}, single="partial")
    whole = as_reference(one)
    assert whole.genotypes == {"TH01": ("6", "6"), "FGA": ("21", "24")} and not whole.flags
    assert as_case(one, "C").alleles["TH01"] == ("6",)


# -- contradictions ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (Facts(), []),
        (Facts(dna_sex="female", missing_sex="male"), ["sex differs"]),
        (Facts(dna_sex="male", examined_sex="female", missing_sex="male"), ["sex differs"]),
        (Facts(dna_sex="male", missing_sex="unknown"), []),
        (Facts(last_seen="2025-06", received="2025-05-31"), ["seen alive later"]),
        (Facts(last_seen="2025-06", received="2025-06-01"), []),
        (Facts(last_seen="2025", received="2025-06-01"), []),
        (Facts(mismatches=3), ["excluded by DNA"]),
        (Facts(log10_lr=-3.0), ["excluded by DNA"]),
        (Facts(mismatches=2, log10_lr=-2.9), []),
        (Facts(excluded=True), ["excluded by DNA"]),
        (Facts(born=(1980, 1981), age=(18, 25), received="2025-01-01"), ["age differs"]),
        (Facts(born=(2000, 2000), age=(18, 22), received="2025-01-01", last_seen="2024"), []),
    ],
)
def test_what_cannot_be_true_of_a_pair(facts: Facts, kinds: list[str]) -> None:
    from priam.events import CONFLICT_KINDS

    found = contradictions(facts)
    assert [one.kind for one in found] == kinds
    assert all(one.words and one.kind in CONFLICT_KINDS for one in found)
