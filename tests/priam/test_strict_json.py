"""Every reader of JSON refuses what json.loads would take, or fall over, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from priam.cli.kinship_files import cases_of
from priam.cli.mutation import _cases as mutation_cases
from priam.errors import InputError
from priam.formats import ga4gh
from priam.genetics.frequencies import parse_table
from priam.identification.dvi.files import read_cases
from priam.identification.records import Problems, read_families
from priam.names.review import parse_pairs
from priam.strict_json import parse_json, parse_text, read_json
from priam.totals.reading import read_replicates

READERS: dict[str, Callable[[Path], Any]] = {
    "claims": lambda path: parse_json(path.read_bytes(), path),
    "own files": read_json,
    "families of an exchange": lambda path: read_families(path, Problems(False)),
    "closed cases": read_cases,
    "kinship cases": lambda path: list(cases_of(str(path))),
    "mutation cases": mutation_cases,
    "replicates": read_replicates,
    "pairs of names": lambda path: parse_pairs(path.read_bytes(), file=str(path)),
    "frequency table": lambda path: parse_table(path.read_text(), file=path),
    "pedigrees": lambda path: ga4gh.read(path.read_text(), file=path),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"families": [], "families": []}', "'families' twice"),
        ('{"cases": [{"a": {"x": 1, "y": 2, "x": 3}}]}', "'x' twice"),
        ('{"cases": NaN}', "no JSON number"),
        ('{"cases": ' + "9" * 5000 + "}", "5000 digits"),
        ('{"cases":' + "[" * 100_000, "nested"),
        ('{"cases": [', "is not JSON"),
    ],
    ids=["key", "key within", "NaN", "digits", "depth", "end"],
)
def test_each_reader_refuses_what_is_not_meant(
    reader: str, text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "given.json"
    path.write_text(text)
    # Only Priam writes pairs, so that one sentence is enough for whatever else is given.
    with pytest.raises(InputError, match="is not a pairs.json" if "pairs" in reader else said):
        READERS[reader](path)


def test_a_mark_before_the_text_and_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(path) == {"a": 1}
    path.write_bytes('{"a":\n"\u0457"}'.encode("cp1251"))
    with pytest.raises(InputError, match="line 2: is not UTF-8"):
        read_json(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_json(tmp_path / "none.json")


def test_what_is_well_formed_comes_back_as_it_is() -> None:
    text = '{"a": [1, 2.5, null, true, "x"], "b": {"c": {}}}'
    assert parse_text(text, None) == {"a": [1, 2.5, None, True, "x"], "b": {"c": {}}}
