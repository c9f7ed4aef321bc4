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
    calls: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    lines: dict[tuple[str, str, str], int] = {}
    about: dict[tuple[str, str], dict[str, str]] = {}
    skipped = 0
    for row in sheet.rows:
        if layout.skip and fold(row.cell(layout.skip[0])) in layout.skip[1]:
            skipped += 1
            continue
        key, marker = _key(sheet, layout, row)
        alleles = tuple(row.cell(column) for column in layout.alleles)
        known = calls.setdefault(key, {})
        if marker in known and known[marker] != alleles:
            raise sheet.error(
                row,
                layout.marker,
                f"sample {key[0]!r} has marker {marker!r} twice with different alleles (first in "
                f"line {lines[(*key, marker)]})",
            )
        known[marker] = alleles
        lines.setdefault((*key, marker), row.line)
        _keep(about.setdefault(key, {}), layout, row)
        _try(sheet, layout, row, marker, alleles, single)
    if not calls:
        raise sheet.error(sheet.header, None, "the table has a header but no profile")
    profiles = tuple(
        Profile.of(
            sample,
            found,
            single=single,
            source=run if layout.run is not None else own_name(sheet.file),
        )
        for (sample, run), found in calls.items()
    )
    notes = (f"{skipped} rows of ladders and controls left out",) if skipped else ()
    return Samples(profiles, tuple(about[key] for key in calls), notes)


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


def _try(
    sheet: Sheet,
    layout: Layout,
    row: Row,
    marker: str,
    alleles: tuple[str, ...],
    single: Single,
) -> None:
    """Let a wrong allele be reported at its line."""
    try:
        Profile.of(row.cell(layout.sample), {marker: alleles}, single=single)
    except UserError as error:
        raise sheet.error(row, layout.alleles[0], str(error)) from None
