"""``priam convert``, ``priam kinship mutation`` and ``priam kinship draw`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from priam.cli.main import cli
from priam.errors import UserError
from priam.formats import loads
from priam.genetics.frequencies import parse_table

CSV = "case,marker,allele_1,allele_2\nA,TH01,6,7\nA,FGA,22,\n"
FREQUENCIES = "TH01\n6\t0.25\n7\t0.75\n"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_convert_says_what_a_file_holds_and_writes_another(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    result = run("convert", tmp_path / "in.csv", "--to", "cmf", "--out", tmp_path / "out.xml")
    assert result.exit_code == 0
    assert "1 profiles of 1 samples, 2 markers" in result.output
    assert "<ALLELEVALUE>22</ALLELEVALUE>" in (tmp_path / "out.xml").read_text()


def test_convert_labels_frequencies(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text(FREQUENCIES)
    out = tmp_path / "own.json"
    about = ["--population", "Testland", "--individuals", 100, "--minimum", "5/2N"]
    run("convert", tmp_path / "own.txt", *about, "--to", "priam-frequencies", "--out", out)
    table = parse_table(out.read_text())
    assert (table.population, table.individuals) == ("Testland", 100)
    assert table.covering("TH01", ["9"]).frequency("9") == pytest.approx(5 / 200)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "cmf"], "--to and --out belong together"),
        (["--to", "excel", "--out", "x"], "format 'excel' is not known"),
        (["--sums", "keep"], "takes no option 'sums'"),
        (["--population", "P"], "are of frequencies"),
        (["--table", "P"], "--table is for files of frequencies"),
        (["--from", "ped"], "line 1: a line of PED has"),
    ],
)
def test_convert_refuses_in_one_sentence(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    with pytest.raises(UserError, match=message):
        run("convert", tmp_path / "in.csv", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_formats_are_listed() -> None:
    output = run("convert", "--formats").output
    assert "familias" in output and "GeneMapper genotype table" in output


def test_mutation_prints_matrices_and_refusals(tmp_path: Path) -> None:
    case = {"alleles": ["9", "9.3"], "frequencies": [0.4, 0.6]}
    cases = [
        {**case, "name": "a", "params": {"model": "equal", "rate": 0.01}},
        {**case, "name": "b", "params": {"model": "onestep", "rate": 0.01}},
        {**case, "name": "c", "params": {"model": "equal", "rate": {"male": 0.2, "female": 0.1}}},
        {**case, "name": "d", "model": "proportional", "rate": 0.01, "lump": ["9"]},
    ]
    (tmp_path / "c.json").write_text(json.dumps({"cases": cases}))
    answers = json.loads(run("kinship", "mutation", tmp_path / "c.json").output)["cases"]
    assert answers[0] == {"name": "a", "matrix": [[0.99, 0.01], [0.01, 0.99]]}
    assert "requires all alleles to be integers" in answers[1]["error"]
    assert answers[2]["matrix_male"][0][1] == 0.2 and answers[2]["matrix_female"][0][1] == 0.1
    assert answers[3]["lumped_alleles"] == ["9.3", "lump"]


def test_mutation_prints_the_reference(shared: Path) -> None:
    file = shared / "reference/mutation/matrices.json"
    answers = {a["name"]: a for a in json.loads(run("kinship", "mutation", file).output)["cases"]}
    data = json.loads(file.read_text())
    for case in data["cases"]:
        found = np.array(answers[case["name"]]["matrix"])
        assert np.abs(found - np.array(case["matrix"])).max() < 1e-12
    assert all("error" in answers[case["name"]] for case in data["errors"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", 'has no list under "cases"'),
        ('{"cases":[1]}', r"\$\.cases\[0\]: a case is an object"),
        ('{"cases":[{}]}', 'needs "alleles" and "frequencies"'),
        ('{"cases":[{"alleles":["1"],"frequencies":[1,2]}]}', "1 alleles but 2 frequencies"),
        ('{"cases":[{"alleles":["1"],"frequencies":["x"]}]}', "a frequency that is no number"),
        ('{"cases":[{"alleles":["1"],"frequencies":[1]}]}', "names no model"),
    ],
)
def test_mutation_names_the_place_of_wrong_input(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UserError, match=message):
        run("kinship", "mutation", tmp_path / "c.json")


def test_draw_writes_an_svg(tmp_path: Path) -> None:
    (tmp_path / "f.ped").write_text("1 F 0 0 1 0\n1 M 0 0 2 0\n1 C F M 1 missing\n")
    run("kinship", "draw", tmp_path / "f.ped", "--out", tmp_path / "f.svg", "--legend")
    assert 'class="person missing"' in (tmp_path / "f.svg").read_text()
    with pytest.raises(UserError, match="has no family 'X'; it has: 1"):
        run("kinship", "draw", tmp_path / "f.ped", "--out", tmp_path / "g.svg", "--family", "X")


def test_what_the_command_writes_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    for target in ("plain", "genemapper", "genis", "cmf"):
        out = tmp_path / target
        run("convert", tmp_path / "in.csv", "--to", target, "--out", out)
        assert loads(out.read_bytes()).format == target
