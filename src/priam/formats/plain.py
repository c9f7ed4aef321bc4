"""Plain CSV: ``case, marker, allele_1, allele_2`` and whatever other columns.

The first column may be called case, sample, person, profile or id. More alleles stand in
allele_3 and so on; a column ``run`` tells several runs of one case apart. Columns that are not
known here are kept (``batch``, ``quality``, ``population``). The NIST and GENis files of one row a
person and marker are of this form.
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

TITLE = "plain CSV of genotypes"
HOLDS = "profiles"
_NAMES = ("case", "sample", "sample name", "person", "profile", "individual", "id")


def sniff(text: str) -> bool:
    """A header with a name column, marker and allele_1."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    head = {fold(cell) for cell in first.replace(";", ",").replace("\t", ",").split(",")}
    return {"marker", "allele1"} <= head and bool({fold(name) for name in _NAMES} & head)


def read(text: str, *, file: str | Path | None = None, single: Single = "homozygote") -> Samples:
    """Profiles, one for each case (and run)."""
    sheet = read_sheet(text, file=file)
    name, marker = sheet.need(*_NAMES), sheet.need("marker", "locus", "system")
    alleles = sheet.numbered("allele") or [sheet.need("allele_1")]
    run = sheet.column("run", "sample file", "replicate")
    used = {name, marker, run, *alleles}
    about = {
        title.strip(): column
        for column, title in enumerate(sheet.header.cells)
        if column not in used and title.strip()
    }
    return read_samples(sheet, Layout(name, marker, alleles, run, about), single=single)


def write(content: Content) -> str:
    """Columns case, run if needed, other columns, marker, alleles."""
    if not isinstance(content, Samples):
        raise UserError("a CSV of genotypes holds profiles only")
    several = len(content.runs()) < len(content.profiles)
    extra = list(dict.fromkeys(key for about in content.about for key in about))
    sizes = (len(found) for profile in content.profiles for found in profile.genotypes.values())
    most = max(2, max(sizes, default=2))
    head = ["case", *(["run"] if several else []), *extra, "marker"]
    rows: list[list[str]] = [[*head, *(f"allele_{n + 1}" for n in range(most))]]
    for profile, about in zip(content.profiles, content.about):
        fixed = [profile.sample, *([profile.source] if several else [])]
        fixed += [about.get(key, "") for key in extra]
        for marker, alleles in (*_sex(profile.sex), *profile.genotypes.items()):
            shown = [label or "" for label in alleles]
            rows.append([*fixed, marker, *shown, *[""] * (most - len(shown))])
    return write_rows(rows)
