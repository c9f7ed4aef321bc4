"""GeneMapper ID and ID-X genotype tables: tab separated, a row a sample file and marker.

Columns used: Sample Name, Sample File (one run each), Sample Type, Specimen Category, Marker,
Allele 1 ... n. Rows of allelic ladders and controls are left out and counted. All other columns
(sizes, heights, quality flags) are ignored.
"""

from __future__ import annotations

from pathlib import Path

from priam.errors import UserError
from priam.formats.content import Content, Samples
from priam.formats.genotype_table import Layout, read_samples
from priam.formats.rows import fold, read_sheet, write_rows
from priam.genetics.profiles import Single

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "GeneMapper genotype table"
HOLDS = "profiles"
_SKIP = frozenset(["allelicladder", "ladder", "positivecontrol", "negativecontrol"])


def sniff(text: str) -> bool:
    """A tab separated header with Sample File or Sample Name, Marker and Allele 1."""
    head = {fold(cell) for cell in text.lstrip("\ufeff").split("\n", 1)[0].split("\t")}
    named = {"samplefile"} & head or ({"samplename"} & head and "specimencategory" not in head)
    return bool(named) and {"marker", "allele1"} <= head


def read(text: str, *, file: str | Path | None = None, single: Single = "homozygote") -> Samples:
    """Profiles, one for each sample name and sample file."""
    sheet = read_sheet(text, file=file, strict=False)
    run = sheet.column("Sample File")
    kind = sheet.column("Sample Type")
    about = {
        name: column
        for name, column in (
            ("category", sheet.column("Specimen Category")),
            ("panel", sheet.column("Panel")),
            ("run", sheet.column("Run Name")),
        )
        if column is not None
    }
    layout = Layout(
        sheet.need("Sample Name", "Sample File"),
        sheet.need("Marker"),
        sheet.numbered("Allele") or [sheet.need("Allele 1")],
        run,
        about,
        None if kind is None else (kind, _SKIP),
    )
    return read_samples(sheet, layout, single=single)


def write(content: Content) -> str:
    """A table with Sample File, Sample Name, Marker and as many alleles as needed."""
    if not isinstance(content, Samples):
        raise UserError("a GeneMapper table holds profiles only")
    most = max(
        (len(found) for profile in content.profiles for found in profile.genotypes.values()),
        default=2,
    )
    header = ["Sample File", "Sample Name", "Marker"]
    rows: list[list[str]] = [[*header, *(f"Allele {n + 1}" for n in range(max(most, 2)))]]
    for profile in content.profiles:
        for marker, alleles in (*_sex(profile.sex), *profile.genotypes.items()):
            shown = [label or "" for label in alleles]
            shown += [""] * (max(most, 2) - len(shown))
            rows.append([profile.source, profile.sample, marker, *shown])
    return write_rows(rows, "\t")


def _sex(sex: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    known = {"male": ("X", "Y"), "female": ("X", "X")}
    return (("AMEL", known[sex]),) if sex in known else ()
