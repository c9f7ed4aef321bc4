"""Tables as people send them: CSV in any of six encodings and four separators.

What is in the file is found out from the file: byte-order mark, UTF-16 without one, UTF-8, and
otherwise whichever of cp1251, koi8-u, cp866 or cp1252 gives the likelier letters. Nothing is
guessed silently: the encoding and separator found are part of the result.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from priam.errors import InputError

__all__ = ["SEPARATORS", "Delimited", "decode", "parse_delimited", "read_delimited", "safe_cell"]

SEPARATORS = (",", ";", "\t", "|")
_LEGACY = ("cp1251", "koi8-u", "cp866", "cp1252")
# Ukrainian and Russian letters, the frequent first; their rank is their score.
_FREQUENT = "оаиентрсвлкмдпуяьзбгчйхіжшюцїєщфыэґъё"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before it.

    Numbers stay numbers. See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_FORMULA):
        return "'" + value
    return value


@dataclass(frozen=True)
class Delimited:
    """A header and rows of text, all of one width; ``lines`` are the rows' line numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    encoding: str
    separator: str
    file: str

    def where(self, row: int, column: int) -> str:
        """``line 7, column 3 (SURNAME)`` for an error message; both count from 0 here."""
        return f"line {self.lines[row]}, column {column + 1} ({self.header[column]})"

    def column(self, name: str) -> tuple[str, ...]:
        """The values of one column."""
        index = self.header.index(name)
        return tuple(row[index] for row in self.rows)


def read_delimited(path: str | Path, *, encoding: str | None = None) -> Delimited:
    """Read a file; errors name the line and column."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from error
    return parse_delimited(data, file=str(path), encoding=encoding)


def parse_delimited(data: bytes, *, file: str = "", encoding: str | None = None) -> Delimited:
    """As :func:`read_delimited`, from bytes."""
    text, found = decode(data, file=file, encoding=encoding)
    if not text.strip():
        raise InputError("the file is empty; a header row and data were expected", file=file)
    separator = _separator(text)
    header, rows, lines = _parse(text, separator, file)
    return Delimited(header, tuple(rows), tuple(lines), found, separator, file)


def decode(data: bytes, *, file: str = "", encoding: str | None = None) -> tuple[str, str]:
    """Text and the encoding it was found to be in."""
    if encoding is not None:
        return _decode_as(data, encoding, file), encoding
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name, file), name
    if b"\0" in data[:2000]:
        return _without_mark(data, file)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    readings = [(name, data.decode(name, errors="replace")) for name in _LEGACY]
    name, text = max(readings, key=lambda pair: _likelihood(pair[1]))
    return text, name


def _decode_as(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise InputError(f"encoding {encoding!r} is not known", file=file) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte {data[error.start]:#04x} is not valid {encoding}; save the file as UTF-8",
            file=file,
            where=f"line {line}",
        ) from error


def _without_mark(data: bytes, file: str) -> tuple[str, str]:
    """UTF-16 whose mark is missing: the zero bytes of spaces and commas say which end."""
    even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
    name = "utf-16-be" if even > odd else "utf-16-le"
    if max(even, odd) < len(data[:2000]) // 20:
        raise InputError("holds zero bytes; it is not a text file", file=file)
    return _decode_as(data, name, file), name


def _likelihood(text: str) -> float:
    """How much ``text`` reads like Ukrainian, Russian or Latin words."""
    score = 0.0
    for letter, count in Counter(text).items():
        if ord(letter) < 128:
            continue
        rank = _FREQUENT.find(letter.lower())
        if rank >= 0:
            score += count * (len(_FREQUENT) - rank) / len(_FREQUENT)
        elif "LATIN" in unicodedata.name(letter, "") and letter.isalpha():
            score += 0.25 * count
        elif letter in "’‘“”«»—–№\xa0":
            score += 0.1 * count
        else:
            score -= 2 * count
    # In the wrong Cyrillic code page the case of letters is turned round: "иВАНОВ".
    turned = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    return score - turned


def _separator(text: str) -> str:
    """The separator that splits the first lines most evenly into most fields."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def evenness(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        first = widths[0]
        return (0.0, 0) if first < 2 else (widths.count(first) / len(widths), first)

    return max(SEPARATORS, key=evenness)


def _parse(
    text: str, separator: str, file: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: tuple[str, ...] | None = None
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    last = 0
    try:
        for record in reader:
            start, last = last + 1, reader.line_num
            cells = tuple(cell.strip() for cell in record)
            if not any(cells):
                continue
            if header is None:
                header = _checked_header(cells, start, file)
            elif len(cells) != len(header):
                raise InputError(
                    f"{len(cells)} fields where the header has {len(header)}; check the "
                    f"separator {separator!r} and quotes",
                    file=file,
                    where=f"line {start}",
                )
            else:
                rows.append(cells)
                lines.append(start)
    except csv.Error as error:
        raise InputError(
            f"not readable as a table ({error}); look for an unclosed quote",
            file=file,
            where=f"line {last + 1}",
        ) from error
    assert header is not None
    return header, rows, lines


def _checked_header(cells: tuple[str, ...], line: int, file: str) -> tuple[str, ...]:
    for index, cell in enumerate(cells):
        if not cell:
            raise InputError(
                "a column has no name; the first row must name every column",
                file=file,
                where=f"line {line}, column {index + 1}",
            )
        if cell in cells[:index]:
            raise InputError(
                f"two columns are called {cell!r}; give each its own name",
                file=file,
                where=f"line {line}, column {index + 1}",
            )
    return cells
