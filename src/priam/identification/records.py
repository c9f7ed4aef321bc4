"""Read an exchange: remains.csv, families.json, persons.csv, examinations.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.genetics.alleles import canonical_allele
from priam.genetics.frequencies import FrequencyTable
from priam.genetics.markers import canonical_marker, marker_of
from priam.strict_json import parse_text

__all__ = [
    "Case",
    "ExchangeRecords",
    "FamilyRecord",
    "Rejected",
    "autosomal_only",
    "read_exchange",
    "read_families",
    "read_remains",
    "read_rows",
]

QUALITIES = ("good", "degraded", "poor")
SEX_MARKER = "AMEL"


@dataclass(frozen=True)
class Case:
    """A remains case: alleles seen at each marker (1, 2 or more), without the sex marker."""

    case: str
    batch: str
    quality: str
    alleles: dict[str, tuple[str, ...]]
    sex: str  # "male", "female" or "" from amelogenin
    line: int


@dataclass(frozen=True)
class FamilyRecord:
    """A family as delivered: who descends from whom, who is missing, who is typed."""

    id: str
    pedigree: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    genotypes: dict[str, dict[str, tuple[str, str]]]

    @property
    def sex(self) -> dict[str, str]:
        """Sex of every person, "" where unknown."""
        return {str(p["id"]): str(p.get("sex") or "") for p in self.pedigree}


@dataclass(frozen=True)
class Rejected:
    """A record set aside, and why."""

    file: str
    where: str
    record: str
    reason: str


@dataclass
class ExchangeRecords:
    """Everything read, and what was set aside."""

    cases: list[Case] = field(default_factory=list)
    families: list[FamilyRecord] = field(default_factory=list)
    staff: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    frequencies: str = ""
    persons: dict[str, dict[str, str]] = field(default_factory=dict)
    examinations: dict[str, dict[str, str]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    unused: tuple[str, ...] = ()  # markers of X, Y and mtDNA that were delivered


class Problems:
    """Either stops at the first bad record, or sets it aside and goes on."""

    def __init__(self, keep_going: bool) -> None:
        self.keep_going = keep_going
        self.found: list[Rejected] = []

    def add(self, reason: str, *, file: Path, where: str, record: str) -> None:
        """Report a bad record: raise, or remember it."""
        if not self.keep_going:
            raise InputError(f"{reason} (--keep-going sets it aside)", file=file, where=where)
        self.found.append(Rejected(file.name, where, record, reason))


def read_exchange(folder: Path, *, keep_going: bool = False) -> ExchangeRecords:
    """All files of an exchange; persons.csv and examinations.csv may be absent."""
    for name in ("remains.csv", "families.json"):
        if not (folder / name).is_file():
            raise InputError(
                f"{name} is missing; an exchange has remains.csv and families.json", file=folder
            )
    problems = Problems(keep_going)
    found = read_families(folder / "families.json", problems)
    found.cases = read_remains(folder / "remains.csv", problems)
    found.persons = read_rows(folder / "persons.csv", "person")
    found.examinations = read_rows(folder / "examinations.csv", "case")
    found.rejected = problems.found
    return found


@lru_cache(maxsize=65536)
def _allele(text: str) -> str:
    return canonical_allele(text)


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})", file=path) from None
    if not text.strip():
        raise InputError(
            "is empty; a header line and one row a marker are expected"
            if path.suffix == ".csv"
            else "is empty; a JSON object is expected",
            file=path,
        )
    return text


# -- remains ---------------------------------------------------------------------------------


def read_remains(path: Path, problems: Problems) -> list[Case]:
    """Cases in file order. Further alleles of one marker stand in further, adjacent rows."""
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for rows in _blocks(path, problems):
        first, head = rows[0]
        name = head["case"]
        if name in seen:
            problems.add(
                f"case {name!r} stands twice (first on line {seen[name]}); a case number names "
                "one case in one batch, with its rows together",
                file=path, where=f"line {first}", record=name,
            )  # fmt: skip
            continue
        seen[name] = first
        made = _case(rows, path, problems)
        if made is not None:
            cases.append(made)
    return cases


def _blocks(path: Path, problems: Problems) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """Runs of rows of one case in one batch."""
    reader = csv.reader(_text(path).splitlines())
    header = [cell.strip() for cell in next(reader)]
    wanted = ["case", "batch", "marker", "allele_1", "allele_2", "quality"]
    lacking = [name for name in wanted if name not in header]
    if lacking:
        raise InputError(
            f"column {lacking[0]!r} is missing; the columns are {', '.join(wanted)}",
            file=path, where="line 1",
        )  # fmt: skip
    block: list[tuple[int, dict[str, str]]] = []
    for line, cells in enumerate(reader, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            problems.add(
                f"{len(cells)} cells where the header has {len(header)}",
                file=path, where=f"line {line}", record=cells[0],
            )  # fmt: skip
            continue
        row = dict(zip(header, (cell.strip() for cell in cells)))
        if block and (block[0][1]["case"], block[0][1]["batch"]) != (row["case"], row["batch"]):
            yield block
            block = []
        block.append((line, row))
    if block:
        yield block
    elif not problems.found:
        raise InputError("holds a header and no rows; one row a marker is expected", file=path)


def _case(rows: list[tuple[int, dict[str, str]]], path: Path, problems: Problems) -> Case | None:
    line, head = rows[0]
    alleles: dict[str, list[str]] = {}
    last = ""
    for number, row in rows:
        try:
            marker = canonical_marker(row["marker"])
            labels = [_allele(row[k]) for k in ("allele_1", "allele_2") if row[k]]
        except UserError as error:
            problems.add(str(error), file=path, where=f"line {number}", record=head["case"])
            return None
        if marker in alleles and marker != last:
            problems.add(
                f"marker {marker!r} of case {head['case']!r} stands twice; a case number names one "
                "case (further alleles of a mixture stand in adjacent rows)",
                file=path, where=f"line {number}", record=head["case"],
            )  # fmt: skip
            return None
        if row["quality"] not in QUALITIES:
            problems.add(
                f"quality {row['quality']!r} of case {head['case']!r} is not known; "
                f"it is one of {', '.join(QUALITIES)}",
                file=path, where=f"line {number}", record=head["case"],
            )  # fmt: skip
            return None
        alleles.setdefault(marker, []).extend(labels)
        last = marker
    sex = _sex(alleles.pop(SEX_MARKER, []))
    kept = {m: tuple(a) for m, a in alleles.items() if a}
    return Case(head["case"], head["batch"], head["quality"], kept, sex, line)


def _sex(labels: list[str]) -> str:
    if "Y" in labels:
        return "male"
    return "female" if labels and set(labels) == {"X"} else ""


# -- families --------------------------------------------------------------------------------


def read_families(path: Path, problems: Problems) -> ExchangeRecords:
    """Families, staff profiles and the name of the frequency table."""
    text = _text(path)
    record = parse_text(text, path)
    if not isinstance(record, dict) or not isinstance(record.get("families"), list):
        raise InputError("needs a list 'families' in a JSON object", file=path, where="$")
    found = ExchangeRecords(frequencies=str(record.get("frequencies") or ""))
    owner: dict[str, str] = {}
    for k, entry in enumerate(record["families"]):
        where = _Where(text, entry, k)
        reason = _family_reason(entry, owner)
        made = None
        if not reason:
            try:
                made = _family(entry)
            except UserError as error:
                reason = str(error)
        if made is None:
            name = str(entry.get("id", k)) if isinstance(entry, dict) else str(k)
            problems.add(reason, file=path, where=str(where), record=name)
            continue
        for person in (*made.missing, *made.genotypes):
            owner[person] = made.id
        owner["family " + made.id] = made.id
        found.families.append(made)
    if not found.families and not problems.found:
        raise InputError("holds no family", file=path, where="$.families")
    for member in record.get("staff") or ():
        found.staff[str(member["id"])] = _genotypes(member["genotypes"])
    return found


class _Where:
    """Line of a family in the file, looked up only when an error needs it."""

    def __init__(self, text: str, entry: Any, index: int) -> None:
        self.text, self.entry, self.index = text, entry, index

    def __str__(self) -> str:
        path = f"$.families[{self.index}]"
        name = self.entry.get("id") if isinstance(self.entry, dict) else None
        for quoted in (f'"id":"{name}"', f'"id": "{name}"'):
            position = self.text.find(quoted)
            if name is not None and position >= 0:
                line = self.text.count("\n", 0, position) + 1
                return f"line {line}, {path}"
        return path


def _family_reason(entry: Any, owner: Mapping[str, str]) -> str:
    """What is wrong with a family, or "" where nothing is."""
    if not isinstance(entry, dict) or "id" not in entry:
        return "a family needs an 'id', a 'pedigree', 'missing' and 'genotypes'"
    name = entry["id"]
    if "family " + str(name) in owner:
        return f"family {name!r} stands twice; family numbers are unique"
    people = {str(p.get("id")) for p in entry.get("pedigree") or ()}
    missing = [str(m) for m in entry.get("missing") or ()]
    if not missing:
        return f"family {name!r} names no missing person; 'missing' lists whom it looks for"
    for person in missing:
        if person not in people:
            return f"missing person {person!r} of family {name!r} is not in its pedigree"
    typed = [str(p) for p in entry.get("genotypes") or ()]
    for person in typed:
        if person not in people:
            return f"typed person {person!r} of family {name!r} is not in its pedigree"
    for person in (*missing, *typed):
        if person in owner:
            return (
                f"person {person!r} is in families {owner[person]!r} and {name!r}; join the two "
                "families into one, or give the persons different numbers"
            )
    return ""


def _family(entry: dict[str, Any]) -> FamilyRecord:
    genotypes = {str(p): _genotypes(g) for p, g in (entry.get("genotypes") or {}).items()}
    missing = tuple(str(m) for m in entry["missing"])
    return FamilyRecord(str(entry["id"]), tuple(entry["pedigree"]), missing, genotypes)


def _genotypes(record: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for marker, pair in record.items():
        if len(pair) != 2:
            raise UserError(f"genotype {pair!r} of marker {marker!r} needs two alleles")
        found[canonical_marker(marker)] = (_allele(str(pair[0])), _allele(str(pair[1])))
    return found


def read_rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    """Rows of an optional CSV by their ``key`` column."""
    if not path.is_file():
        return {}
    reader = csv.DictReader(_text(path).splitlines())
    if key not in (reader.fieldnames or ()):
        raise InputError(f"column {key!r} is missing", file=path, where="line 1")
    found: dict[str, dict[str, str]] = {}
    for line, row in enumerate(reader, start=2):
        if row[key] in found:
            raise InputError(f"{key} {row[key]!r} stands twice", file=path, where=f"line {line}")
        found[row[key]] = {k: (v or "") for k, v in row.items() if k}
    return found


def autosomal_only(records: ExchangeRecords) -> None:
    """Leave out markers of other systems, which kits report beside the autosomal ones."""
    profiles: list[dict[str, Any]] = [case.alleles for case in records.cases]
    profiles += [g for family in records.families for g in family.genotypes.values()]
    profiles += list(records.staff.values())
    names = {marker for profile in profiles for marker in profile}
    other = {name for name in names if marker_of(name).system != "autosomal"}
    for profile in profiles:
        for name in other & profile.keys():
            del profile[name]
    records.unused = tuple(sorted(other))


def check_markers(
    cases: list[Case], table: FrequencyTable, path: Path, problems: Problems
) -> list[Case]:
    """Cases whose markers the frequency table knows; others are problems."""
    kept = []
    for case in cases:
        unknown = [m for m in case.alleles if m not in table]
        if unknown:
            problems.add(
                f"marker {unknown[0]!r} of case {case.case!r} is not in the frequency table "
                f"{table.name!r}; use a table that has it, or leave the marker out",
                file=path, where=f"line {case.line}", record=case.case,
            )  # fmt: skip
        else:
            kept.append(case)
    return kept
