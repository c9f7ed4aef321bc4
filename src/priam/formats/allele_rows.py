"""Frequencies in long form: a row a population, marker and allele.

Columns ``marker``, ``allele`` and ``frequency`` or ``count``; ``population`` where there are
several, ``chromosomes`` (2N) where counts do not cover all.
"""

from __future__ import annotations

from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Content, Tables
from priam.formats.rows import Row, Sheet, fold, number, read_sheet, write_rows
from priam.formats.text import own_name
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies, SumRule
from priam.genetics.markers import canonical_marker

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "frequency table in long form"
HOLDS = "frequencies"


def sniff(text: str) -> bool:
    """A header with marker, allele and frequency or count."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    head = {fold(cell) for cell in first.replace(";", ",").replace("\t", ",").split(",")}
    return {"marker", "allele"} <= head and bool({"frequency", "count"} & head)


def read(
    text: str, *, file: str | Path | None = None, sums: SumRule = "error", name: str = ""
) -> Tables:
    """One table for each population."""
    sheet = read_sheet(text, file=file)
    marker, allele = sheet.need("marker", "locus"), sheet.need("allele")
    value, population = sheet.column("frequency"), sheet.column("population")
    counted = value is None
    value = sheet.need("count") if value is None else value
    figures: dict[str, dict[str, dict[str, float]]] = {}
    first: dict[tuple[str, str], Row] = {}
    for row in sheet.rows:
        where = "" if population is None else row.cell(population)
        locus = canonical_marker(row.cell(marker))
        table = figures.setdefault(where, {}).setdefault(locus, {})
        if not row.cell(marker) or not row.cell(allele):
            raise sheet.error(row, allele, "a row needs marker and allele")
        if row.cell(allele) in table:
            raise sheet.error(row, allele, f"allele {row.cell(allele)!r} of {locus} stands twice")
        table[row.cell(allele)] = number(sheet, row, value, what="the frequency or count")
        first.setdefault((where, locus), row)
    if not figures:
        raise sheet.error(sheet.header, None, "the table has a header but no row")
    stem = name or Path(str(file or "table")).stem
    tables = []
    for where, loci in figures.items():
        markers = {
            locus: _marker(sheet, first[where, locus], locus, found, counted, sums)
            for locus, found in loci.items()
        }
        title = f"{stem}-{where}".strip("-") if len(figures) > 1 else stem
        tables.append(FrequencyTable(title, markers, population=where, source=own_name(file)))
    return Tables(tuple(tables))


def _marker(
    sheet: Sheet, row: Row, locus: str, found: dict[str, float], counted: bool, sums: SumRule
) -> MarkerFrequencies:
    try:
        if not counted:
            return MarkerFrequencies.of(locus, found, sums=sums)
        wrong = next((label for label, value in found.items() if value != int(value)), None)
        if wrong is not None:
            raise UserError(f"the count of allele {wrong!r} of {locus} is not a whole number")
        return MarkerFrequencies.from_counts(locus, {k: int(v) for k, v in found.items()})
    except UserError as error:
        raise InputError(str(error), file=sheet.file, where=f"line {row.line}") from None


def write(content: Content) -> str:
    """Columns population, marker, allele, frequency."""
    if not isinstance(content, Tables):
        raise UserError("this file holds frequencies only")
    rows: list[list[object]] = [["population", "marker", "allele", "frequency"]]
    for table in content.tables:
        for marker in table.markers.values():
            for label, value in zip(marker.alleles, marker.frequencies.tolist()):
                rows.append([table.population or table.name, marker.marker, label, repr(value)])
    return write_rows(rows)
