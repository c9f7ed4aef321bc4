"""Delimited text: rows with their line numbers, columns by name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from priam.errors import InputError

__all__ = ["Row", "Sheet", "fold", "number", "read_sheet", "write_rows"]

MAX_CELL = 4096


def fold(name: str) -> str:
    """A column name without case, spaces and punctuation: "Allele 1" and "allele_1" are one."""
    return re.sub(r"[^0-9a-z]+", "", name.casefold())


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one line of the file (counted from 1)."""

    line: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """A cell, stripped; empty where the row is short."""
        return self.cells[column].strip() if column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A header and its rows."""

    header: Row
    rows: tuple[Row, ...]
    delimiter: str
    file: str | None = None

    def column(self, *names: str) -> int | None:
        """Position of the first of the names that the header has."""
        folded = [fold(cell) for cell in self.header.cells]
        for name in names:
            if fold(name) in folded:
                return folded.index(fold(name))
        return None

    def need(self, *names: str) -> int:
        """Like :meth:`column`, an error if none is there."""
        found = self.column(*names)
        if found is None:
            shown = ", ".join(cell.strip() for cell in self.header.cells[:12])
            raise self.error(self.header, None, f"no column {names[0]!r}; the header has: {shown}")
        return found

    def numbered(self, *stems: str) -> list[int]:
        """Positions of "stem 1", "stem 2", ... for the first stem that the header has."""
        for stem in stems:
            found = []
            for number_ in range(1, 100):
                column = self.column(f"{stem}{number_}")
                if column is None:
                    break
                found.append(column)
            if found:
                return found
        return []

    def error(self, row: Row, column: int | None, message: str) -> InputError:
        """An error at a row, and at a column if given."""
        where = f"line {row.line}"
        if column is not None:
            name = self.header.cell(column) or "without a name"
            where += f", column {column + 1} ({name})"
        return InputError(message, file=self.file, where=where)


def read_sheet(text: str, *, file: str | Path | None = None, strict: bool = True) -> Sheet:
    """Parse tab, semicolon or comma separated text; the delimiter is the most frequent in the
    first line. With ``strict`` a row longer than the header (empty cells apart) is an error.
    """
    name = None if file is None else str(file)
    lines = text.lstrip("\ufeff").split("\n", 1)
    delimiter = max("\t;,", key=lines[0].count) if any(c in lines[0] for c in "\t;,") else ","
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            if any(len(cell) > MAX_CELL for cell in cells):
                raise InputError("a cell is too long", file=name, where=f"line {start}")
            if any(cell.strip() for cell in cells):
                rows.append(Row(start, tuple(cells)))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"the table is damaged: {error}", file=name, where=f"line {start}"
        ) from None
    if not rows:
        raise InputError("the file is empty", file=name)
    sheet = Sheet(rows[0], tuple(rows[1:]), delimiter, name)
    _check(sheet, strict)
    return sheet


def _check(sheet: Sheet, strict: bool) -> None:
    width = len(sheet.header.cells)
    named = [fold(cell) for cell in sheet.header.cells if cell.strip()]
    twice = next((cell for cell in named if cell and named.count(cell) > 1), None)
    if twice is not None:
        raise sheet.error(sheet.header, None, f"the header has the column {twice!r} twice")
    for row in sheet.rows if strict else ():
        if any(cell.strip() for cell in row.cells[width:]):
            raise sheet.error(
                row, None, f"the row has {len(row.cells)} cells but the header {width}"
            )


def number(sheet: Sheet, row: Row, column: int, *, what: str) -> float:
    """A cell as a finite, non-negative number; a decimal comma is read."""
    cell = row.cell(column)
    try:
        value = float(cell.replace(",", ".")) if len(cell) <= 40 else float("nan")
    except ValueError:
        value = float("nan")
    if not 0.0 <= value < float("inf"):
        raise sheet.error(row, column, f"{what} {cell[:40]!r} is not a number of 0 or more")
    return value


def write_rows(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Delimited text with a header row first; lines end in a line feed."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()
