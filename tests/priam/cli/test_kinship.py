"""``priam kinship``: the JSON it promises, tables to read, and bad files."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from priam.cli.kinship import kinship
from priam.errors import UserError

PEDIGREE = [
    {"id": "F", "sex": "male"},
    {"id": "M", "sex": "female"},
    {"id": "C", "father": "F", "mother": "M", "sex": "male"},
]
MARKER = {
    "name": "L",
    "alleles": ["1", "2"],
    "frequencies": [0.25, 0.75],
    "chrom": "autosomal",
    "mutation": None,
    "genotypes": {"F": ["1", "1"], "C": ["2", "2"]},
}


@pytest.fixture
def write(tmp_path):
    def write(content, name="case.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def run(*arguments):
    result = CliRunner().invoke(kinship, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_likelihood_is_json_even_where_impossible(write):
    path = write({"cases": [{"name": "a", "pedigree": PEDIGREE, "markers": [MARKER]}]})
    answer = json.loads(run("likelihood", path))
    assert answer == {"cases": [{"name": "a", "loglik_per_marker": ["-inf"], "loglik": "-inf"}]}
    assert "impossible" in run("likelihood", path, "--format", "table")


def _lr(**more):
    return {
        "name": "p",
        "H1": PEDIGREE,
        "H2": [{"id": "F", "sex": "male"}, {"id": "C", "sex": "male"}],
        "frequencies": {"L": {"1": 0.25, "2": 0.75}},
        "genotypes": {"L": {"F": ["1", "1"], "C": ["1", "2"]}},
        **more,
    }


def test_lr_of_a_paternity(write):
    (case,) = json.loads(run("lr", write(_lr())))["cases"]
    assert case["LR_total"] == pytest.approx(1 / (2 * 0.25))
    assert case["LR_per_marker"] == {"L": case["LR_total"]}


def test_lr_over_several_thetas_is_a_sensitivity_table(write):
    path = write(_lr())
    (case,) = json.loads(run("lr", path, "--theta", "0", "--theta", "0.03"))["cases"]
    first, second = case["sensitivity"]
    assert first["log10_LR"] > second["log10_LR"]
    assert "0.03" in run("lr", path, "--theta", "0", "--theta", "0.03", "--format", "table")


@pytest.mark.parametrize(
    ("genotypes", "said", "option"),
    [
        (
            {"L": {"F": ["1", "1"], "C": ["1", "7"]}},
            "person 'C', marker L: allele '7' is not in",
            ["--minimum-frequency", "0.01"],
        ),
        (
            {"L": {"F": ["1", "1"], "C": ["1", "2", "3"]}},
            r"person 'C', marker L: 3 alleles \(1, 2, 3\)",
            ["--three-alleles", "drop"],
        ),
        (
            {"L": {"F": ["1", "1"], "C": ["1", "2"]}, "Q": {"C": ["1", "2"]}},
            "marker 'Q' of person 'C' is not in the frequency table",
            ["--unknown-marker", "drop"],
        ),
    ],
)
def test_lr_says_what_is_wrong_and_the_option_mends_it(write, genotypes, said, option):
    path = write(_lr(genotypes=genotypes))
    with pytest.raises(UserError, match=said):
        run("lr", path)
    (case,) = json.loads(run("lr", path, *option))["cases"]
    assert isinstance(case["log10_LR"], float)


def test_two_profiles_of_one_person(write):
    case = _lr(
        H1=[{"id": "F", "sex": "male"}],
        persons={"H1": {"C": "F"}},
        genotypes={"L": {"F": ["1", "2"], "C": ["1", "2"]}},
    )
    (answer,) = json.loads(run("lr", write(case)))["cases"]
    assert answer["LR_total"] == pytest.approx(1 / (2 * 0.25 * 0.75))


def test_power_and_whom_to_ask(write):
    marker = {**MARKER, "genotypes": {"M": ["1", "2"]}}
    base = {"reference": PEDIGREE, "missing": "C", "markers": [marker]}
    cases = [
        {"name": "e", "fn": "missingPersonEP", **base},
        {"name": "w", "fn": "whomToAsk", "nsim": 20, **base},
    ]
    path = write({"cases": cases})
    exclusion, ask = json.loads(run("power", path))["cases"]
    assert exclusion["EP"] == 0.0
    assert [one["person"] for one in ask["order"]] == ["F"]
    assert "ask 1: F" in run("power", path, "--format", "table")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "expected a JSON object"),
        ({"cases": [{"name": "a", "markers": [MARKER]}]}, "expected a list of persons"),
        ({"cases": [{"name": "a", "pedigree": PEDIGREE}]}, "expected a list under 'markers'"),
        (
            {"pedigree": PEDIGREE, "markers": [{**MARKER, "frequencies": ["x", 0.5]}]},
            "marker 'L': frequency 'x' is no number",
        ),
        (
            {"pedigree": PEDIGREE, "markers": [MARKER], "theta": "much"},
            "case 0: a value is not of the kind",
        ),
        (
            {"name": "a", "pedigree": PEDIGREE, "markers": [{**MARKER, "genotypes": {"Z": ["1"]}}]},
            "case a: person 'Z' is not in the pedigree",
        ),
    ],
)
def test_bad_files_are_told_apart(write, content, said):
    with pytest.raises(UserError, match=said):
        run("likelihood", write(content))


def test_an_absent_file():
    with pytest.raises(UserError, match="cannot be read"):
        run("likelihood", "no-such-file.json")
