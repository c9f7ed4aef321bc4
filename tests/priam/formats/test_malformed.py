"""Wrong files are refused in one sentence with file, line and column; never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from priam.errors import InputError, UserError
from priam.formats import FORMATS, Samples, load, loads, save
from tests.priam.formats.test_round_trips import CONTENTS, WRITABLE

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE CODISImportFile [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><CODISImportFile>&b;</CODISImportFile>'
)
EXTERNAL = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    "<CODISImportFile><SPECIMEN><SPECIMENID>&e;</SPECIMENID></SPECIMEN></CODISImportFile>"
)
CASES = {
    "empty": ("", "the file is empty"),
    "unknown": ("nothing that we know\nat all, really\n", "is in no known form"),
    "binary": ("case\x00,marker", "NUL"),
    "bomb": (BOMB, "document type or entities"),
    "external entity": (EXTERNAL, "document type or entities"),
    "deep XML": ("<CODISImportFile>" + "<a>" * 60, "line 1, column .*: the XML is damaged"),
    "cut XML": ("<CODISImportFile><SPECIMEN>", "line 1, column .*: the XML is damaged"),
    "no specimen": ("<CODISImportFile/>", "line 1, column 1: there is no SPECIMEN"),
    "specimen without id": (
        "<CODISImportFile>\n <SPECIMEN/></CODISImportFile>",
        "line 2, column 2: a SPECIMEN without SPECIMENID",
    ),
    "specimen twice": (
        "<CODISImportFile>\n<SPECIMEN><SPECIMENID>1</SPECIMENID></SPECIMEN>\n"
        "<SPECIMEN><SPECIMENID>1</SPECIMENID></SPECIMEN></CODISImportFile>",
        r"line 3, column 1: specimen '1' stands twice \(first in line 2\)",
    ),
    "marker twice": (
        "<CODISImportFile><SPECIMEN><SPECIMENID>1</SPECIMENID>\n<LOCUS><LOCUSNAME>TH01</LOCUSNAME>"
        "</LOCUS>\n<LOCUS><LOCUSNAME>THO1</LOCUSNAME></LOCUS></SPECIMEN></CODISImportFile>",
        "line 3, column 1: specimen '1' has marker 'THO1' twice",
    ),
    "row twice": (
        "case,marker,allele_1,allele_2\nA,TH01,6,7\nA,tho1,6,8\n",
        r"line 3, column 2 \(marker\): sample 'A' has marker 'TH01' twice .*first in line 2",
    ),
    "row too long": (
        "case,marker,allele_1,allele_2\nA,TH01,6,7,8\n",
        "line 2: the row has 5 cells but the header 4",
    ),
    "no case": (
        "case,marker,allele_1,allele_2\n,TH01,6,7\n",
        r"line 2, column 1 \(case\): the sample is empty",
    ),
    "open quote": ('case,marker,allele_1,allele_2\n"A,TH01,6,7\n', "line 2: the table is damaged"),
    "column twice": (
        "case,marker,allele_1,Allele 1\nA,TH01,6,7\n",
        "line 1: the header has the column 'allele1' twice",
    ),
    "header only": ("case,marker,allele_1,allele_2\n", "a header but no profile"),
    "unprintable allele": (
        "case,marker,allele_1,allele_2\nA,TH01,6\x07,7\n",
        r"line 2, column 3 \(allele_1\): .*marker 'TH01'.*unprintable",
    ),
    "huge number": (
        "Allele,TH01\n6,1" + "0" * 400 + "\n",
        r"line 2, column 2 \(TH01\): the frequency of '6' .* is not a number",
    ),
    "not a number": ("Allele,TH01\n6,abc\n", r"line 2, column 2 \(TH01\)"),
    "sum": ("Allele,TH01\n6,0.5\n7,0.4\n", "line 1, column 2: .*TH01.* sum to 0.9, not 1"),
    "no frequency": ("Allele,TH01\n6,\n", "marker 'TH01' has no frequency"),
    "allele twice": ("Allele,TH01\n6,0.5\n6,0.5\n", r"line 3, column 2 .*allele '6' stands twice"),
    "list: allele twice": ("TH01\n6\t0.5\n6\t0.5\n", "line 3: allele '6' stands twice"),
    "list: nonsense": ("TH01\n6\t0.5\n7;x\n", "line 3: expected a marker, or an allele"),
    "count": ("marker,allele,count\nTH01,6,1.5\n", "line 2: the count of allele '6'"),
    "PED columns": ("1 A 0 0 1\n1 B 0 0\n", "line 2: a line of PED has family"),
    "PED father": ("1 A 0 0 2\n1 B A 0 1\n", "line 1: family '1': the father 'A'"),
    "PED own ancestor": (
        "1 A B M 1 0\n1 B A M 1 0\n1 M 0 0 2 0\n",
        "family '1': .* is his or her own ancestor",
    ),
    "PED markers": ("# markers: TH01 FGA\n1 A 0 0 1 0 6 7\n", "line 2: the file names 2 markers"),
    "not JSON": ('{"individuals": [', "is not JSON"),
    "deep JSON": ('{"individuals":' + "[" * 100_000, "nested too deeply"),
    "no id": ('{"individuals": [{}]}', r"\$\.individuals\[0\]: an individual without an id"),
    "half a character": ('{"individuals": [{"id": "\\ud800"}]}', "is not JSON: .*surrogates"),
    "huge id": ('{"individuals": [{"id": ' + "9" * 5000 + "}]}", "5000 digits"),
    "huge count": (
        '{"format":"priam-frequencies/1","name":"x","markers":{"FGA":{"counts":{"20":1'
        + "0" * 300
        + "}}}}",
        "301 digits",
    ),
    "persons": (
        '{"format":"priam-frequencies/1","name":"x","individuals":1e400,'
        '"markers":{"FGA":{"counts":{"20":1}}}}',
        "individuals is inf",
    ),
    "twins": (
        '{"individuals":[{"id":"A"},{"id":"B"}],"relationships":[{"individual":"A","relative":"B",'
        '"biological_relationship":[{"id":"KIN:010"}]}]}',
        r"\$\.relationships\[0\]: 'A' and 'B' are monozygotic twins",
    ),
    "unknown relative": (
        '{"individuals":[{"id":"A"}],"relationships":[{"individual":"A","relative":"B",'
        '"biological_relationship":[{"id":"KIN:027"}]}]}',
        r"\$\.relationships\[0\]: person 'B' is not among the individuals",
    ),
    "Familias cut": (
        '"Output from Familias, version 3.3.1"\n""\n3.3.1\n""\n1\n"AF"\n#FALSE#\n',
        "the file ends where",
    ),
    "Familias number": (
        '"Output from Familias, version 3.3.1"\n""\n3.3.1\n""\nmany\n',
        "line 5: expected the number of persons, a whole number .* found 'many'",
    ),
    "Familias version": (
        '"Output from Familias, version 2"\n""\nx\n',
        "line 3: expected the version of Familias",
    ),
}


def test_a_row_repeated_with_the_same_alleles_counts_once() -> None:
    content = loads("case,marker,allele_1,allele_2\nA,TH01,6,7\nA,THO1,7,6\n").content
    assert isinstance(content, Samples)
    assert content.profiles[0].genotypes == {"TH01": ("6", "7")}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_with_the_place(name: str, tmp_path: Path) -> None:
    text, message = CASES[name]
    path = tmp_path / "in.dat"
    path.write_text(text, newline="")
    with pytest.raises(InputError, match=message) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_reader_refuses_what_is_not_its_own(name: str) -> None:
    for text in ("x", "{}", "[]", "<a/>", "a,b\n1,2\n", "1 2 3", '"', "\t\n", "[DVI]", "null"):
        with pytest.raises(UserError):
            loads(text, format=name, file="f")


@pytest.mark.parametrize("name", WRITABLE)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files_never_end_in_a_traceback(name: str, data: st.DataObject) -> None:
    raw = bytearray(FORMATS[name].write(CONTENTS[FORMATS[name].HOLDS]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(len(raw) - 1, 0)))
        match data.draw(st.sampled_from(["cut", "byte", "insert", "drop", "double"])):
            case "cut":
                del raw[place:]
            case "byte" if raw:
                raw[place] = data.draw(st.integers(0, 255))
            case "insert":
                raw[place:place] = data.draw(
                    st.sampled_from([b"\n", b"-1\n", b"9" * 50, b'"', b","])
                )
            case "drop":
                del raw[place : place + data.draw(st.integers(1, 40))]
            case "double":
                raw[place:place] = raw[place : place + 60]
    for chosen in (None, name):
        try:
            loads(bytes(raw), format=chosen, file="f")
        except UserError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("name", WRITABLE)
def test_writers_refuse_the_wrong_kind_of_content(name: str, tmp_path: Path) -> None:
    wrong = next(kind for kind in CONTENTS if kind != FORMATS[name].HOLDS)
    with pytest.raises(UserError, match="hold"):
        save(CONTENTS[wrong], tmp_path / "out", format=name)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load("/nowhere/at/all.csv")


def test_unknown_format_names_are_listed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="choose one of familias"):
        save(CONTENTS["profiles"], tmp_path / "x", format="excel")
