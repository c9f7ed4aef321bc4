"""Frequencies as an allelic ladder: a row an allele, a column a marker.

Published tables (NIST, STRidER downloads, GENis, R packages) have this form: the first column is
called Allele (or alelo, alleles), empty cells are alleles that were not seen. Rows after the
alleles may hold the sample size (N, n, 2N) and a minimum (fmin, minimum). Tab, semicolon or comma;
a decimal comma is read where the delimiter is not one.
"""

from __future__ import annotations

from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Content, Tables
from priam.formats.rows import Row, Sheet, fold, number, read_sheet, write_rows
from priam.formats.text import own_name
from priam.genetics.alleles import sort_alleles
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies, SumRule
from priam.genetics.markers import canonical_marker

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "frequency table, alleles by markers"
HOLDS = "frequencies"
_FIRST = ("allele", "alleles", "alelo", "alelos", "allel")
_PERSONS, _CHROMOSOMES, _MINIMUM = ("n", "individuals"), ("2n", "chromosomes"), ("fmin", "minimum")


def sniff(text: str) -> bool:
    """The first cell is Allele, and no column is called marker or frequency."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    cells = [fold(cell) for cell in first.replace(";", "\t").replace(",", "\t").split("\t")]
    return len(cells) > 1 and cells[0] in _FIRST and not {"marker", "frequency"} & set(cells)


def read(
    text: str, *, file: str | Path | None = None, sums: SumRule = "error", name: str = ""
) -> Tables:
    """One table; ``sums`` says what to do with markers that do not sum to 1."""
    sheet = read_sheet(text, file=file)
    if fold(sheet.header.cell(0)) not in _FIRST or len(sheet.header.cells) < 2:
        raise sheet.error(sheet.header, 0, "the first column is to be called Allele")
    title = name or Path(str(file or "table")).stem
    columns = [c for c in range(1, len(sheet.header.cells)) if sheet.header.cell(c)]
    markers = [_column(sheet, column, sums) for column in columns]
    found: dict[str, MarkerFrequencies] = {}
    for column, marker in zip(columns, markers):
        if marker.marker in found:
            raise sheet.error(sheet.header, column, f"marker {marker.marker!r} stands twice")
        found[marker.marker] = marker
    persons = [marker.chromosomes // 2 for marker in markers if marker.chromosomes]
    notes = ("normalised to sum 1",) if sums == "normalise" else ()
    table = FrequencyTable(
        title, found, source=own_name(file), individuals=max(persons, default=None), notes=notes
    )
    return Tables((table,))


def _column(sheet: Sheet, column: int, sums: SumRule) -> MarkerFrequencies:
    marker = canonical_marker(sheet.header.cell(column))
    values: dict[str, float] = {}
    chromosomes: int | None = None
    for row in sheet.rows:
        label = row.cell(0)
        if not row.cell(column) or fold(label) in _MINIMUM:
            continue
        value = number(sheet, row, column, what=f"the frequency of {label!r}")
        if fold(label) in (*_PERSONS, *_CHROMOSOMES):
            chromosomes = round(value * (2 if fold(label) in _PERSONS else 1))
            continue
        if label in values:
            raise sheet.error(row, column, f"allele {label!r} stands twice")
        if value > 0.0:
            values[label] = value
    if not values:
        raise sheet.error(sheet.header, column, f"marker {marker!r} has no frequency")
    try:
        return MarkerFrequencies.of(marker, values, chromosomes=chromosomes, sums=sums)
    except UserError as error:
        raise InputError(str(error), file=sheet.file, where=_place(sheet.header, column)) from None


def _place(row: Row, column: int) -> str:
    return f"line {row.line}, column {column + 1}"


def write(content: Content) -> str:
    """One table, comma separated, with a row N where the sample size is known."""
    if not isinstance(content, Tables) or len(content.tables) != 1:
        raise UserError("an allele table holds the frequencies of one population")
    table = content.tables[0]
    markers = list(table.markers.values())
    labels = sort_alleles({label for marker in markers for label in marker.alleles})
    rows: list[list[object]] = [["Allele", *(marker.marker for marker in markers)]]
    for label in labels:
        cells = [repr(m.frequency(label)) if label in m else "" for m in markers]
        rows.append([label, *cells])
    if any(marker.chromosomes for marker in markers):
        rows.append(["2N", *(marker.chromosomes or "" for marker in markers)])
    return write_rows(rows)
