"""Tables in the encodings and separators that people send."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from priam.errors import InputError
from priam.formats.delimited import parse_delimited, read_delimited

NAMES = "прізвище;місце;кількість\nШевченко;Ірпінь;3\nКоваль;Чернігів;12\n"
RUSSIAN = "фамилия,место\nИВАНОВ,ПСКОВ\nПЕТРЕНКО,РОСТОВ-НА-ДОНУ\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-u"]
)
@pytest.mark.parametrize("text", [NAMES, RUSSIAN])
def test_encodings_are_found(encoding: str, text: str) -> None:
    table = parse_delimited(text.encode(encoding))
    assert table.header[0] == text.split(text[8] if text[8] in ",;" else ",")[0].split(";")[0]
    assert codecs.lookup(table.encoding.replace("-sig", "")).name.startswith(
        codecs.lookup(encoding.replace("-sig", "")).name[:6]
    )
    assert len(table.rows) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(separator: str) -> None:
    table = parse_delimited(f"a{separator}b{separator}c\r\n1{separator}2{separator}3\r\n".encode())
    assert table.separator == separator
    assert table.rows == (("1", "2", "3"),)


def test_separator_inside_quotes_does_not_count() -> None:
    table = parse_delimited(b'name;place\n"a, b, c";"x; y"\n')
    assert table.rows == (("a, b, c", "x; y"),)


def test_line_numbers_survive_blank_lines_and_quoted_line_breaks() -> None:
    table = parse_delimited(b'a,b\n\n1,"x\ny"\n2,z\n')
    assert table.lines == (3, 5)
    assert table.where(1, 1) == "line 5, column 2 (b)"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2,3\n", "line 2: 3 fields where the header has 2"),
        (b'a,b\n1,"2\n', "unclosed quote"),
        (b"a,a\n1,2\n", "two columns are called 'a'"),
        (b"a,,c\n1,2,3\n", "column 2: a column has no name"),
        (bytes(range(256)) * 20, "not a text file"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_delimited(data)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_delimited(tmp_path / "none.csv")
