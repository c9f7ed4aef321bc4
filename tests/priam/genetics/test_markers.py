"""Alleles, markers and kits: one spelling, one order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priam.errors import UserError
from priam.genetics.alleles import allele_kind, allele_value, canonical_allele, sort_alleles
from priam.genetics.kits import KITS, kit
from priam.genetics.markers import MARKERS, canonical_marker, marker_of, same_marker


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9", "9"), (" 9 ", "9"), ("09", "9"), ("9.0", "9"), ("9,3", "9.3"), ("9.3", "9.3"),
        ("9.3000000000000007", "9.3"), ("2.2000000000000002", "2.2"), ("10", "10"), ("100", "100"),
        ("ol", "OL"), ("OL?", "OL"), ("off-ladder", "OL"), ("< 8", "<8"), (">20.0", ">20"),
        ("<=8", "<8"), ("A", "A"), ("ins", "ins"), ("0", "0"), ("1e3", "1e3"),
    ],
)  # fmt: skip
def test_alleles_have_one_spelling(written: str, meant: str) -> None:
    assert canonical_allele(written) == meant
    assert canonical_allele(meant) == meant


@pytest.mark.parametrize("written", ["", "  ", "\t", "9\x00", "9\n10"])
def test_empty_and_unprintable_alleles_are_refused(written: str) -> None:
    with pytest.raises(UserError, match="empty or has unprintable"):
        canonical_allele(written)


def test_the_order_of_the_ladder() -> None:
    mixed = [">20", "ins", "10", "9.3", "<8", "9", "A", "9.10", "OL", "100"]
    assert sort_alleles(mixed) == ("<8", "9", "9.10", "9.3", "10", "100", ">20", "A", "ins", "OL")


@given(st.integers(1, 99), st.integers(0, 3), st.integers(1, 99), st.integers(0, 3))
def test_microvariants_are_ordered_as_repeats_and_bases(
    repeats: int, bases: int, others: int, more: int
) -> None:
    one = str(repeats) + (f".{bases}" if bases else "")
    two = str(others) + (f".{more}" if more else "")
    ordered = [one, two] if (repeats, bases) <= (others, more) else [two, one]
    assert list(sort_alleles([one, two])) == ordered


def test_kinds_and_values() -> None:
    assert [allele_kind(a) for a in ("9.3", "<8", ">20", "OL", "A")] == [
        "repeats", "below", "above", "off ladder", "text"
    ]  # fmt: skip
    assert [allele_value(a) for a in ("9.3", "9", "<8", "A")] == [9.3, 9.0, None, None]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("TH01", ["TH01", "THO1", "th01", "HumTH01"]),
        ("TPOX", ["TPOX", "TP0X", "tpox"]),
        ("Penta D", ["Penta D", "Penta_D", "PENTAD", "PENTA-D", "penta d"]),
        ("Penta E", ["PENTA_E", "PentaE"]),
        ("AMEL", ["AMEL", "Amelogenin", "AMELOGENIN", "Amel"]),
        ("vWA", ["vWA", "VWA", "vwa", "vWA31"]),
        ("D3S1358", ["D3S1358", "d3s1358", "D3s1358"]),
        ("Y-GATA-H4", ["YGATAH4", "Y GATA H4", "GATAH4"]),
        ("CSF1PO", ["CSF1PO", "CSF1P0"]),
        ("SE33", ["SE33", "ACTBP2"]),
    ],
)
def test_markers_have_one_name(name: str, spellings: list[str]) -> None:
    assert {canonical_marker(one) for one in spellings} == {name}
    assert all(same_marker(name, one) for one in spellings)


def test_no_two_markers_share_a_spelling() -> None:
    for marker in MARKERS.values():
        for spelling in (marker.name, *marker.aliases):
            assert marker_of(spelling) is marker


def test_systems() -> None:
    names = ["FGA", "AMEL", "DYS391", "DXS8378", "DYS999", "DXS1", "rs123", "D5S2800"]
    found = [marker_of(name).system for name in names]
    assert found == ["autosomal", "sex", "Y", "X", "Y", "X", "autosomal", "autosomal"]


def test_an_unknown_marker_keeps_its_spelling() -> None:
    assert canonical_marker(" rs1426654 ") == "rs1426654"


def test_markers_that_look_alike_stay_apart() -> None:
    assert not same_marker("D5S2500", "D5S2800")
    assert not same_marker("Penta D", "Penta E")


@pytest.mark.parametrize(
    ("name", "markers", "autosomal"),
    [
        ("GlobalFiler", 24, 21),
        ("PowerPlex Fusion 6C", 27, 23),
        ("Investigator 24plex", 23, 21),
        ("Identifiler Plus", 16, 15),
        ("NGM SElect", 17, 16),
    ],
)
def test_kits_have_their_markers(name: str, markers: int, autosomal: int) -> None:
    found = kit(name.lower().replace(" ", "-"))
    assert found is KITS[name]
    assert (len(found), len(found.autosomal)) == (markers, autosomal)
    assert len(set(found.markers)) == markers
    assert "Amelogenin" in found


@pytest.mark.parametrize("name", sorted(KITS))
def test_fragments_of_one_dye_do_not_overlap_much(name: str) -> None:
    entries = KITS[name].entries
    for one, two in zip(entries, entries[1:]):  # noqa: RUF007 - pairs of one dye
        assert 60 <= one.shortest < one.longest <= 480
        if one.dye == two.dye:
            assert one.length < two.length
            assert one.longest - two.shortest <= 20


def test_kits_share_the_european_standard_set() -> None:
    standard = "TH01 vWA FGA D21S11 D3S1358 D8S1179 D18S51 D10S1248 D12S391 D1S1656 D22S1045 D2S441"
    for name in ("GlobalFiler", "PowerPlex Fusion 6C", "Investigator 24plex", "NGM SElect"):
        assert set(standard.split()) <= set(KITS[name].markers)


def test_unknown_kits_are_listed() -> None:
    with pytest.raises(UserError, match="known kits: GlobalFiler"):
        kit("ForenSeq")
    with pytest.raises(UserError, match="'SE33' is not in the kit Identifiler Plus"):
        KITS["Identifiler Plus"]["SE33"]
