"""PED (linkage, PLINK): family, person, father, mother, sex, phenotype, then pairs of alleles.

Columns are separated by blanks or tabs; lines that begin with # are comments, and a comment
``# markers: TH01 FGA`` names the markers of the allele columns (they are M1, M2, ... otherwise).
0 is an unknown parent or allele; sex is 1, 2 or 0; phenotype is kept as it stands (-9 and 0 are
unknown). Where one parent only is given, an untyped founder "parent of X" is added as the other.
The phenotype ``missing`` (our addition; other programs read it as text) marks a missing person.
"""

from __future__ import annotations

import re
from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Content, Families, Family
from priam.genetics.profiles import Profile, Single
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "PED (linkage format)"
HOLDS = "families"
MISSING = "missing"
_UNKNOWN_PHENOTYPE = ("", "0", "-9")


def sniff(text: str) -> bool:
    """The first line and half of all have five columns or more, the fifth a sex code."""
    rows = [line.split() for line in text.split("\n")[:50] if _holds_data(line)]
    right = sum(map(_looks_right, rows))
    return bool(rows) and _looks_right(rows[0]) and 2 * right >= len(rows)


def _holds_data(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _looks_right(row: list[str]) -> bool:
    if len(row) < 5 or (len(row) > 6 and len(row) % 2):
        return False
    return row[4].casefold() in {"0", "1", "2", "m", "f", "male", "female", "unknown", "u"}


def read(text: str, *, file: str | Path | None = None, single: Single = "partial") -> Families:
    """Families with their pedigrees and, where the file has alleles, profiles.

    One allele of a pair may be unknown; it is then partial (``single="homozygote"`` doubles it).
    """
    families: dict[str, list[tuple[int, list[str]]]] = {}
    markers: list[str] | None = None
    width: tuple[int, int] | None = None
    for line, content in enumerate(text.split("\n"), start=1):
        named = re.match(r"#\s*markers\s*:(.*)", content, re.IGNORECASE)
        markers = named[1].split() if named else markers
        if not _holds_data(content.lstrip("\ufeff")):
            continue
        cells = content.lstrip("\ufeff").split()
        width = width or (len(cells), line)
        _check_width(cells, width, line, file)
        families.setdefault(cells[0], []).append((line, cells))
    if not families:
        raise InputError("there is no person in the file", file=file)
    return Families(
        tuple(_family(name, rows, markers, file, single) for name, rows in families.items())
    )


def _check_width(
    cells: list[str], width: tuple[int, int], line: int, file: str | Path | None
) -> None:
    where = f"line {line}"
    if len(cells) < 5:
        raise InputError(
            f"a line of PED has family, person, father, mother and sex; found {len(cells)} columns",
            file=file,
            where=where,
        )
    if len(cells) > 6 and len(cells) % 2:
        raise InputError(
            f"the alleles after column 6 do not pair up ({len(cells) - 6} columns)",
            file=file,
            where=where,
        )
    if len(cells) != width[0]:
        raise InputError(
            f"the line has {len(cells)} columns but line {width[1]} has {width[0]}",
            file=file,
            where=where,
        )


def _family(
    name: str,
    rows: list[tuple[int, list[str]]],
    markers: list[str] | None,
    file: str | Path | None,
    single: Single,
) -> Family:
    records = []
    for line, cells in rows:
        try:
            sex = Sex.of(cells[4])
        except UserError as error:
            raise InputError(str(error), file=file, where=f"line {line}, column 5") from None
        records.append({"id": cells[1], "father": cells[2], "mother": cells[3], "sex": sex})
    try:
        pedigree = Pedigree.from_records(records, complete_parents=True, name=name)
    except UserError as error:
        raise InputError(
            f"family {name!r}: {error}", file=file, where=f"line {rows[0][0]}"
        ) from None
    profiles = {
        cells[1]: profile
        for line, cells in rows
        if (profile := _profile(line, cells, markers, file, single)) is not None
    }
    phenotypes = {
        cells[1]: cells[5]
        for _, cells in rows
        if len(cells) > 5 and cells[5] not in (*_UNKNOWN_PHENOTYPE, MISSING)
    }
    missing = tuple(cells[1] for _, cells in rows if len(cells) > 5 and cells[5] == MISSING)
    return Family(name, pedigree, profiles, missing, phenotypes)


def _profile(
    line: int,
    cells: list[str],
    markers: list[str] | None,
    file: str | Path | None,
    single: Single,
) -> Profile | None:
    pairs = [cells[column : column + 2] for column in range(6, len(cells), 2)]
    names = markers if markers is not None else [f"M{n + 1}" for n in range(len(pairs))]
    if pairs and len(names) != len(pairs):
        raise InputError(
            f"the file names {len(names)} markers but the line has {len(pairs)} pairs of alleles",
            file=file,
            where=f"line {line}",
        )
    try:
        male = Sex.of(cells[4]) == Sex.MALE
        profile = Profile.of(cells[1], dict(zip(names, pairs)), single=single, male=male)
    except UserError as error:
        raise InputError(str(error), file=file, where=f"line {line}") from None
    return profile if profile.genotypes else None


def write(content: Content) -> str:
    """PED with a comment that names the markers; identifiers may hold no blanks."""
    if not isinstance(content, Families):
        raise UserError("a PED file holds families only")
    profiles = [p for family in content.families for p in family.profiles.values()]
    markers = list(dict.fromkeys(marker for profile in profiles for marker in profile.genotypes))
    lines = []
    if markers:
        lines.append("# markers: " + " ".join(name.replace(" ", "_") for name in markers))
    for family in content.families:
        lines += [_line(family, person, markers) for person in family.pedigree.ids]
    return "\n".join([*lines, ""])


def _line(family: Family, person: str, markers: list[str]) -> str:
    found = family.pedigree[person]
    if person in family.missing:
        phenotype = MISSING
    else:
        phenotype = family.phenotypes.get(person, "0")
    cells = [family.name or "1", person, found.father or "0", found.mother or "0"]
    cells += [str(int(found.sex)), phenotype]
    profile = family.profiles.get(person)
    for marker in markers:
        alleles = profile.genotypes.get(marker, ()) if profile else ()
        if len(alleles) > 2:
            raise UserError(
                f"person {person!r} has {len(alleles)} alleles at {marker}; PED takes 2"
            )
        shown = [label or "0" for label in alleles]
        cells += [*shown, *["0"] * (2 - len(shown))]
    wrong = next((cell for cell in cells if not cell or re.search(r"\s", cell)), None)
    if wrong is not None:
        raise UserError(f"PED has no room for blanks; rename {wrong!r}")
    return " ".join(cells)
