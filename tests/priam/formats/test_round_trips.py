"""Every format reads what it writes, whatever the encoding, and is recognised by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from priam.formats import FORMATS, Families, Family, KinshipCase, Samples, Tables, load, loads
from priam.formats.content import Content
from priam.genetics.frequencies import FrequencyTable, load_packaged
from priam.genetics.mutation import Mutation, MutationModel
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree, Sex, trio

PROFILES = (
    Profile.of("CASE-1", {"TH01": ["9", "9.3"], "FGA": ["22", "22"], "AMEL": ["X", "Y"]}),
    Profile.of("CASE-2", {"TH01": ["6", "7"], "Penta D": ["2.2", "13"], "AMEL": ["X"]}),
)
TABLE = FrequencyTable.of(
    "test", {"TH01": {"6": 0.25, "7": 0.25, "9": 0.25, "9.3": 0.25}, "FGA": {"22": 0.5, "23": 0.5}}
)


def family() -> Family:
    pedigree = Pedigree.of(
        ("F", None, None, 1), ("M", None, None, 2), ("S", "F", "M", 2), ("C", "F", "M", 1)
    )
    typed = {
        "M": Profile.of("M", {"TH01": ["6", "7"], "FGA": ["22", "23"]}),
        "S": Profile.of("S", {"TH01": ["7", "9.3"]}),
    }
    return Family("FAM1", pedigree, typed, ("C",))


def case() -> KinshipCase:
    male = Mutation("stepwise", {"rate": 0.002, "rate2": 1e-6, "range": 0.1})
    model = MutationModel(male, Mutation("proportional", {"rate": 0.001}))
    remains = (Profile.of("V1", {"TH01": ["6", "9.3"], "FGA": ["22", "22"]}),)
    wanted = Family(
        "FAM1",
        family().pedigree.relabel({"C": "Missing person"}),
        family().profiles,
        ("Missing person",),
    )
    return KinshipCase(
        table=TABLE,
        mutation={"TH01": model, "FGA": MutationModel()},
        hypotheses={"H1": trio("A", "B", "K", Sex.MALE)},
        profiles={"A": Profile.of("A", {"TH01": ["6", "9.3"]})},
        theta=0.02,
        silent={},
        dropout={"FGA": 0.05},
        consider_dropout=frozenset(["A"]),
        remains=Samples(remains),
        families=(wanted,),
    )


CONTENTS: dict[str, Content] = {
    "profiles": Samples(PROFILES),
    "frequencies": Tables((TABLE,)),
    "families": Families((family(),)),
    "case": case(),
}
WRITABLE = [name for name, module in FORMATS.items() if hasattr(module, "write")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_written_is_read_back(name: str, encoding: str, tmp_path: Path) -> None:
    content = CONTENTS[FORMATS[name].HOLDS]
    text = FORMATS[name].write(content)
    if encoding == "cp1251" and text.startswith("<?xml"):
        text = text.replace('encoding="UTF-8"', 'encoding="windows-1251"')
    path = tmp_path / "file.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    loaded = load(path)
    assert loaded.format == name
    assert FORMATS[name].write(loaded.content) == FORMATS[name].write(content)


@pytest.mark.parametrize("name", [n for n in WRITABLE if FORMATS[n].HOLDS == "profiles"])
def test_profiles_come_back_equal(name: str) -> None:
    content = loads(FORMATS[name].write(Samples(PROFILES))).content
    assert isinstance(content, Samples)
    assert [p.genotypes for p in content.profiles] == [p.genotypes for p in PROFILES]
    assert [p.sex for p in content.profiles] == ["male", "female"]


@pytest.mark.parametrize("name", [n for n in WRITABLE if FORMATS[n].HOLDS == "frequencies"])
def test_a_packaged_table_comes_back_equal(name: str) -> None:
    table = load_packaged("nist1036-hisp")
    content = (
        loads(FORMATS[name].write(Tables((table,))), sums="keep", file="x.txt")
        if (name != "priam-frequencies")
        else loads(FORMATS[name].write(Tables((table,))))
    )
    assert isinstance(content.content, Tables)
    assert content.content.tables[0].sha256 == table.sha256


@pytest.mark.parametrize("name", ["ped", "ga4gh"])
def test_families_keep_pedigree_and_missing(name: str) -> None:
    content = loads(FORMATS[name].write(Families((family(),)))).content
    assert isinstance(content, Families)
    back = content.families[0]
    assert back.pedigree == family().pedigree
    assert back.missing == ("C",)
    if name == "ped":
        assert {k: p.genotypes for k, p in back.profiles.items()} == {
            k: p.genotypes for k, p in family().profiles.items()
        }


def test_a_familias_case_keeps_everything() -> None:
    content = loads(FORMATS["familias"].write(case()), file="c.fam").content
    assert isinstance(content, KinshipCase)
    assert content.mutation == case().mutation
    assert (content.theta, dict(content.dropout)) == (0.02, {"FGA": 0.05})
    assert content.consider_dropout == {"A"}
    assert content.remains.profiles[0].genotypes == case().remains.profiles[0].genotypes
    back = content.families[0]
    assert (back.name, back.missing) == ("FAM1", ("Missing person",))
    assert set(back.profiles) == {"M", "S"}
    assert back.pedigree["Missing person"].father == "F"
    assert back.pedigree["S"].sex == Sex.FEMALE


def test_silent_alleles_of_familias_come_back() -> None:
    from dataclasses import replace

    content = loads(FORMATS["familias"].write(replace(case(), silent={"FGA": 0.01}))).content
    assert isinstance(content, KinshipCase)
    assert dict(content.silent) == {"FGA": 0.01}
    assert content.table["FGA"].frequencies.tolist() == pytest.approx([0.5, 0.5])


def test_partial_genotypes_survive_where_homozygotes_are_written_twice() -> None:
    partial = Profile.of("P", {"TH01": ["9", ""], "FGA": ["22", "22"]}, single="partial")
    for name in ("plain", "genemapper", "genis"):
        text = FORMATS[name].write(Samples((partial,)))
        content = loads(text, single="partial").content
        assert isinstance(content, Samples)
        assert content.profiles[0].genotypes == partial.genotypes


def test_several_runs_stay_apart() -> None:
    text = "case,run,marker,allele_1,allele_2\nA,1,TH01,6,7\nA,2,TH01,6,\n"
    content = loads(text, single="partial").content
    assert isinstance(content, Samples)
    assert [p.genotypes["TH01"] for p in content.runs()["A"]] == [("6", "7"), ("6", None)]


def test_a_genemapper_export_leaves_ladders_out() -> None:
    text = (
        "Status\tSample File\tSample Name\tSample Type\tSpecimen Category\tMarker\tDye\t"
        "Allele 1\tAllele 2\tAllele 3\tSize 1\t\n"
        "Analyzed\tL.hid\tL\tAllelic Ladder\t\tTH01\tG\t4\t5\t6\t160\t\n"
        "Analyzed\ta.hid\tA\tSample\tSuspect\tTHO1\tG\t6\t9,3\t\t161\t\n"
        "Analyzed\ta.hid\tA\tSample\tSuspect\tAMEL\tR\tX\tY\t\t101\t\n"
        "Analyzed\tb.hid\tA\tSample\tSuspect\tTH01\tG\t6\tOL\t\t161\t\n"
    )
    loaded = loads(text, single="partial")
    assert loaded.format == "genemapper"
    content = loaded.content
    assert isinstance(content, Samples)
    first, second = content.profiles
    assert (first.genotypes, first.sex) == ({"TH01": ("6", "9.3")}, "male")
    assert second.genotypes == {"TH01": ("6", None)}
    assert [flag.kind for flag in second.flags] == ["off ladder", "partial"]
    assert content.notes == ("1 rows of ladders and controls left out",)


def test_the_nist_genotypes_are_read(shared: Path) -> None:
    loaded = load(shared / "frequencies/nist1036_genotypes.csv")
    assert isinstance(loaded.content, Samples)
    assert len(loaded.content.profiles) == 1036
    assert loaded.content.about[0]["population"] == "AfAm"


def test_strider_xml_has_one_table_an_origin() -> None:
    text = (
        '<?xml version="1.0"?><s:frequencies xmlns:s="urn:x"><s:marker><s:name>VWA</s:name>'
        '<s:origin name="AUSTRIA" n="222"><s:frequency allele="14">0.25</s:frequency>'
        '<s:frequency allele="15">0.75</s:frequency></s:origin>'
        '<s:origin name="POLAND" n="206"><s:frequency allele="14">1</s:frequency></s:origin>'
        "</s:marker></s:frequencies>"
    )
    content = loads(text).content
    assert isinstance(content, Tables)
    austria, poland = content.tables
    assert austria["vWA"].frequencies.tolist() == [0.25, 0.75]
    assert (austria.individuals, poland.population) == (222, "POLAND")
