"""Lists of bags: plain, tables, and what is wrong with a line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from priam.errors import InputError
from priam.events.values import Item, Number
from priam.formats.bag_list import read_bags, read_tags
from priam.labels.tags import issue

A, B = issue(2, random.Random(5).choice)


def write(folder: Path, text: str) -> Path:
    path = folder / "bags"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plain_list(tmp_path: Path) -> None:
    path = write(tmp_path, f"{A} S-1\n\n  {B.lower()}\n")
    assert read_bags(path, "A") == [Item(A, "S-1"), Item(B)]


@pytest.mark.parametrize("gap", [",", ";", "\t"])
def test_a_table_keeps_numbers_with_their_issuer(tmp_path: Path, gap: str) -> None:
    rows = [["Tag", "seal", "number", "issuer", "category"], [A, "S-1", "0347", "", "bag"],
            [B, "", "12", "morgue 3", ""]]  # fmt: skip
    path = write(tmp_path, "\ufeff" + "\n".join(gap.join(row) for row in rows))
    assert read_bags(path, "office") == [
        Item(A, "S-1", (Number("office", "0347"),), "bag"),
        Item(B, None, (Number("morgue 3", "12"),)),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one bag"),
        (f"{A}\n{A}\n", "line 2.*twice|twice.*line 2"),
        (f"{A} S\n{B} S\n", "the seal 'S' stands on line 1"),
        ("tag,colour\n", "found 'colour'"),
        ("tag,tag\n", "one column twice"),
        (f"tag,seal\n{A},1,2\n", "3 cells under 2 columns"),
        (f"{A[:-1]}{'2' if A[-1] != '2' else '3'}\n", "line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_bags(write(tmp_path, text), "A")


def test_a_mistyped_tag_names_the_likely_right_one(tmp_path: Path) -> None:
    wrong = A[:6] + ("8" if A[6] != "8" else "B") + A[7:]
    with pytest.raises(InputError, match=A):
        read_tags(write(tmp_path, f"{wrong}\n"), [A, B])


def test_tags_counted_twice(tmp_path: Path) -> None:
    assert read_tags(write(tmp_path, f"{B}\n{A}\n"), [A, B]) == [B, A]
    with pytest.raises(InputError, match="counted once"):
        read_tags(write(tmp_path, f"{B}\n{A}\n{B}\n"), [A, B])


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bags"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_bags(path, "A")
