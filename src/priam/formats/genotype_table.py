"""Tables with one row a sample and marker: what GeneMapper, GENis and plain CSV share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from priam.errors import UserError
from priam.formats.content import Samples
from priam.formats.rows import Row, Sheet, fold
from priam.formats.text import own_name
from priam.genetics.markers import canonical_marker
from priam.genetics.profiles import Profile, Single

__all__ = ["Layout", "read_samples"]

_Key = tuple[str, str]
"""Sample and run."""


@dataclass(frozen=True)
class Layout:
    """Which column holds what. ``about`` maps what is kept of a sample to its column names."""

    sample: int
    marker: int
    alleles: Sequence[int]
    run: int | None = None
    about: Mapping[str, int] = field(default_factory=dict)
    skip: tuple[int, frozenset[str]] | None = None


def read_samples(sheet: Sheet, layout: Layout, *, single: Single = "homozygote") -> Samples:
    """Profiles of a table, in the order of their first rows.

    A row that repeats sample, run and marker is an error unless it repeats the alleles as well.
    Rows whose ``skip`` column has one of the words (ladders, controls) are left out and counted.
    """
    calls: dict[_Key, dict[str, Row]] = {}
    about: dict[_Key, dict[str, str]] = {}
    skipped = 0
    for row in sheet.rows:
        if layout.skip and fold(row.cell(layout.skip[0])) in layout.skip[1]:
            skipped += 1
            continue
        key, marker = _key(sheet, layout, row)
        first = calls.setdefault(key, {}).setdefault(marker, row)
        if first is not row and _alleles(layout, first) != _alleles(layout, row):
            raise sheet.error(
                row,
                layout.marker,
                f"sample {key[0]!r} has marker {marker!r} twice with different alleles (first in "
                f"line {first.line})",
            )
        _keep(about.setdefault(key, {}), layout, row)
    if not calls:
        raise sheet.error(sheet.header, None, "the table has a header but no profile")
    profiles = tuple(_profile(sheet, layout, key, rows, single) for key, rows in calls.items())
    notes = (f"{skipped} rows of ladders and controls left out",) if skipped else ()
    return Samples(profiles, tuple(about[key] for key in calls), notes)


def _alleles(layout: Layout, row: Row) -> list[str]:
    return sorted(cell for cell in map(row.cell, layout.alleles) if cell)


def _profile(
    sheet: Sheet, layout: Layout, key: _Key, rows: Mapping[str, Row], single: Single
) -> Profile:
    sample, run = key
    source = run if layout.run is not None else own_name(sheet.file)
    calls = {m: [row.cell(column) for column in layout.alleles] for m, row in rows.items()}
    try:
        return Profile.of(sample, calls, single=single, source=source)
    except UserError:
        _blame(sheet, layout, sample, rows, single)
        raise


def _blame(
    sheet: Sheet, layout: Layout, sample: str, rows: Mapping[str, Row], single: Single
) -> None:
    """Report a wrong allele at its line."""
    for marker, row in rows.items():
        alleles = [row.cell(column) for column in layout.alleles]
        try:
            Profile.of(sample, {marker: alleles}, single=single)
        except UserError as error:
            raise sheet.error(row, layout.alleles[0], str(error)) from None


def _key(sheet: Sheet, layout: Layout, row: Row) -> tuple[tuple[str, str], str]:
    sample, marker = row.cell(layout.sample), row.cell(layout.marker)
    if not sample:
        raise sheet.error(row, layout.sample, "the sample is empty")
    if not marker:
        raise sheet.error(row, layout.marker, f"the marker of sample {sample!r} is empty")
    run = "" if layout.run is None else row.cell(layout.run)
    return (sample, run), canonical_marker(marker)


def _keep(found: dict[str, str], layout: Layout, row: Row) -> None:
    for name, column in layout.about.items():
        if row.cell(column):
            found.setdefault(name, row.cell(column))
