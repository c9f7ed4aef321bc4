"""Lists in the four forms, and what is said where they are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from priam.errors import InputError, UserError
from priam.totals.reading import load, read_replicates

CELLS = {"100": 20, "010": 15, "001": 9, "110": 6, "101": 4, "011": 3, "111": 2}


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def counts_csv(separator: str = ",") -> str:
    rows = [separator.join([*key, str(count)]) for key, count in CELLS.items()]
    return "\n".join([separator.join(["A", "B", "C", "count"]), *rows]) + "\n"


def membership_csv() -> str:
    rows = ["person_id,month,A,B,C"]
    for key, count in CELLS.items():
        for k in range(count):
            rows.append(f"{key}-{k},{'May' if k % 2 else 'June'}," + ",".join(key))
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_counts_table(tmp_path: Path, encoding: str, separator: str) -> None:
    found = load([write(tmp_path / "a.csv", counts_csv(separator), encoding)])
    assert found.kind == "counts"
    assert found.table.cells == CELLS
    assert found.table.lists == ("A", "B", "C")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-u"])
def test_ukrainian_header_in_old_encodings(tmp_path: Path, encoding: str) -> None:
    text = counts_csv(";").replace("A;B;C;count", "Реєстр;Преса;Родини;кількість")
    found = load([write(tmp_path / "a.csv", text, encoding)])
    assert found.table.lists == ("Реєстр", "Преса", "Родини")
    assert found.encoding == encoding


def test_membership_with_strata_adds_up(tmp_path: Path) -> None:
    found = load([write(tmp_path / "a.csv", membership_csv())], by=["month"])
    assert found.kind == "membership"
    assert found.table.cells == CELLS
    assert set(found.strata) == {"May", "June"}
    assert sum(table.n for table in found.strata.values()) == found.table.n


def test_json_and_several_lists_give_the_same_table(tmp_path: Path) -> None:
    data = {"lists": ["A", "B", "C"], "cells": CELLS, "n_observed": sum(CELLS.values())}
    from_json = load([write(tmp_path / "a.json", json.dumps(data))])
    paths = []
    for j, name in enumerate("ABC"):
        ids = [f"{key}-{k}" for key, n in CELLS.items() if key[j] == "1" for k in range(n)]
        text = "cluster_id,surname\n" + "".join(f"{i},X\n" for i in ids)
        paths.append(write(tmp_path / f"{name}.csv", text))
    assert load(paths).table.cells == from_json.table.cells == CELLS


def test_a_person_twice_on_one_list_counts_once_and_is_said(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", "cluster_id,x\np,1\np,1\nq,1\n")
    two = write(tmp_path / "two.csv", "cluster_id,x\np,1\n")
    found = load([one, two])
    assert found.table.cells == {"11": 1, "10": 1}
    assert "1 records name a person" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A,B,C,count\n1,0,0,4.5\n0,1,0,1\n", r"line 2, column 4 \(count\): holds '4.5'"),
        ("A,B,C,count\n1,0,0,4\n0,1,0,-1\n", r"line 3, column 4 \(count\): holds '-1'"),
        ("A,B,C,count\n1,0,0,4\n0,2,0,1\n0,1,1,1\n", r"line 3, column 2 \(B\): holds '2'"),
        ("A,B,C,count\n1,0,0,4\n1,0,0,1\n", "line 3: pattern 100 occurs twice"),
        ("A,B,C,count\n0,0,0,4\n1,0,0,1\n", "line 2: counts 4 persons on no list"),
        ("A,count\n1,4\n", "at least two lists"),
        ("A,B,count\n", "a header and no rows"),
        ("A,B,C,count\n1,0,0,4\n0,1,0,1\n", "nobody is on list 'C'"),
        ("id,A,B\np,1,0\np,0,1\n", r"line 3, column 1 \(id\): 'p' was already given on line 2"),
    ],
)
def test_slips_are_named_with_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load([write(tmp_path / "a.csv", text)])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('{"lists": ["A"', "is not JSON"),
        ('{"cells": {}}', r"\$.lists"),
        ('{"lists": ["A", "B"], "cells": {"1": 2}}', "not a pattern of 2 digits"),
        ('{"lists": ["A", "B"], "cells": {"11": -2}}', "whole number"),
        ('{"lists": ["A", "B"], "cells": {"11": 1.5}}', "whole number"),
        ('{"lists": ["A", "B"], "cells": {"00": 1}}', "on no list"),
        ('{"lists": ["A", "A"], "cells": {"11": 1}}', "two lists are called 'A'"),
        ('{"lists": ["A", "B"], "cells": {"11": 1}, "n_observed": 9}', "add up to 1"),
    ],
)
def test_json_slips(tmp_path: Path, data: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load([write(tmp_path / "a.json", data)])


def test_no_file_and_no_column(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no file was given"):
        load([])
    with pytest.raises(InputError, match="no column 'month'"):
        load([write(tmp_path / "a.csv", counts_csv())], by=["month"])
    with pytest.raises(InputError, match="no column cluster_id"):
        load([write(tmp_path / n, "id,x\n1,2\n") for n in ("a.csv", "b.csv")])
    with pytest.raises(InputError, match="replicates"):
        read_replicates(write(tmp_path / "r.json", "{}"))
