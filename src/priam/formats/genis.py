"""GENis (Fundación Sadosky) profile upload: a row a sample and marker.

Columns: Sample Name, Specimen Category, UD1 (user), UD2 (kit), Marker, Allele 1 ... 8; tab or
comma separated. Unlike a GeneMapper table there is no Sample File.
"""

from __future__ import annotations

from pathlib import Path

from priam.errors import UserError
from priam.formats.content import Content, Samples
from priam.formats.genemapper import _sex
from priam.formats.genotype_table import Layout, read_samples
from priam.formats.rows import fold, read_sheet, write_rows
from priam.genetics.profiles import Single

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "GENis profile upload"
HOLDS = "profiles"
ALLELES = 8


def sniff(text: str) -> bool:
    """Sample Name, Specimen Category, Marker and Allele 1, without Sample File."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    head = {fold(cell) for cell in first.replace(";", "\t").replace(",", "\t").split("\t")}
    return {"samplename", "specimencategory", "marker", "allele1"} <= head and (
        "samplefile" not in head
    )


def read(text: str, *, file: str | Path | None = None, single: Single = "homozygote") -> Samples:
    """Profiles; ``about`` has category, user and kit."""
    sheet = read_sheet(text, file=file, strict=False)
    about = {
        name: column
        for name, column in (
            ("category", sheet.column("Specimen Category")),
            ("user", sheet.column("UD1")),
            ("kit", sheet.column("UD2")),
        )
        if column is not None
    }
    layout = Layout(
        sheet.need("Sample Name"), sheet.need("Marker"), sheet.numbered("Allele"), None, about
    )
    return read_samples(sheet, layout, single=single)


def write(content: Content) -> str:
    """The upload file, comma separated."""
    if not isinstance(content, Samples):
        raise UserError("a GENis upload holds profiles only")
    header = ["Sample Name", "Specimen Category", "UD1", "UD2", "Marker"]
    rows: list[list[str]] = [[*header, *(f"Allele {n + 1}" for n in range(ALLELES))]]
    for profile, about in zip(content.profiles, content.about):
        fixed = [profile.sample, *(about.get(key, "") for key in ("category", "user", "kit"))]
        for marker, alleles in (*_sex(profile.sex), *profile.genotypes.items()):
            if len(alleles) > ALLELES:
                raise UserError(
                    f"sample {profile.sample!r} has {len(alleles)} alleles at {marker}; GENis "
                    f"takes {ALLELES}"
                )
            shown = [label or "" for label in alleles]
            rows.append([*fixed, marker, *shown, *[""] * (ALLELES - len(shown))])
    return write_rows(rows)
