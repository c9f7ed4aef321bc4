"""What a search reads, written from the record: remains, families, persons, examinations.

Consents are honoured here and nowhere else: a reference enters only while its person consents to
identification (:func:`priam.events.usable_references`). The files hold genotypes in the open, in
a folder that only this account can read, and are deleted when the search ends or is interrupted.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from priam import events as ev
from priam.events.board import NOBODY
from priam.genetics.frequencies import FrequencyTable
from priam.genetics.markers import marker_of
from priam.genetics.profiles import Profile
from priam.identification.incoming import as_case
from priam.identification.records import Case as CaseRecord
from priam.identification.records import FamilyRecord
from priam_office.cases.models import Bag, Case, Sample
from priam_office.families.exports import family_records
from priam_office.families.models import MissingPerson
from priam_office.laboratory import examined, subjects
from priam_office.laboratory.models import Profile as Row

__all__ = ["Searchable", "pairs_of", "searchable", "subjects_of_cases", "write_inputs"]


@dataclass(frozen=True)
class Searchable:
    """Everything a search compares, and the samples it rests on."""

    cases: list[CaseRecord]
    families: list[FamilyRecord]
    staff: Mapping[str, Mapping[str, tuple[str, str]]]
    samples: tuple[str, ...]


def searchable(state: ev.State, table: FrequencyTable) -> Searchable:
    """Cases and families as the record stands; markers without frequencies are left out."""
    samples: list[str] = []
    cases = list(_cases(table, samples))
    families = list(_families(state, table, samples))
    return Searchable(cases, families, subjects.staff_genotypes(), tuple(samples))


def _cases(table: FrequencyTable, samples: list[str]) -> Iterator[CaseRecord]:
    of = dict(Sample.objects.values_list("sample", "case"))
    nobody = set(Case.objects.filter(status__in=NOBODY).values_list("case", flat=True))
    batches = _batches()
    rows = Row.objects.filter(kind="remains", standing="stands").iterator(2000)
    living = [row for row in rows if of.get(row.sample) not in {None, *nobody}]
    samples += [row.sample for row in living]
    known = {row.sample: f"case/{of[row.sample]}" for row in living}
    for subject, one in sorted(subjects.shown(living, known).items()):
        case = subject.partition("/")[2]
        made = as_case(_within(one.profile, table), case, batches.get(case, ""))
        if made.alleles:
            yield made


def _batches() -> dict[str, str]:
    """Case -> the day its bag came into this custody: what re-association calls a batch."""
    since = {tag: day[:10] for tag, day in Bag.objects.values_list("tag", "since")}
    return {case: since.get(bag, "") for case, bag in Case.objects.values_list("case", "bag")}


def _within(profile: Profile, table: FrequencyTable) -> Profile:
    kept = {m: g for m, g in profile.genotypes.items() if _usable(m, table)}
    return Profile(profile.sample, kept, profile.sex, profile.flags)


def _usable(marker: str, table: FrequencyTable) -> bool:
    """A table that does not say how many it counted cannot give unseen alleles a frequency."""
    if marker not in table or table[marker].chromosomes is None:
        return False
    return marker_of(marker).system == "autosomal"


def _families(state: ev.State, table: FrequencyTable, samples: list[str]) -> Iterator[FamilyRecord]:
    usable = {ref.sample: f"person/{ref.person}" for ref in ev.usable_references(state)}
    rows: list[Row] = []
    for batch in subjects.in_batches(usable):
        rows += Row.objects.filter(sample__in=batch, kind="reference", standing="stands")
    samples += [row.sample for row in rows]
    typed = {
        of.partition("/")[2]: pairs_of(one.profile, table)
        for of, one in subjects.shown(rows, usable).items()
    }
    yield from family_records(typed, state)


def pairs_of(profile: Profile, table: FrequencyTable) -> dict[str, tuple[str, str]]:
    """Marker -> both alleles, where both were seen and the search can use the marker."""
    complete = profile.complete
    return {marker: pair for marker, pair in complete.items() if _usable(marker, table)}


def subjects_of_cases(cases: Iterable[str]) -> dict[str, subjects.Shown]:
    """Case -> what it shows, for a page."""
    of: dict[str, str] = {}
    for batch in subjects.in_batches(cases):
        pairs = Sample.objects.filter(case__in=batch).values_list("sample", "case")
        of.update((sample, f"case/{case}") for sample, case in pairs)
    rows: list[Row] = []
    for batch in subjects.in_batches(of):
        rows += Row.objects.filter(sample__in=batch, standing="stands", kind="remains")
    return {k.partition("/")[2]: v for k, v in subjects.shown(rows, of).items()}


# -- files --------------------------------------------------------------------------------------


def write_inputs(folder: Path, found: Searchable, table: FrequencyTable) -> None:
    """The files of :func:`priam.identification.run.identify`, the same bytes for the same data."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    _write_remains(folder / "remains.csv", found.cases)
    _write_families(folder / "families.json", found, table)
    records = examined.post_mortem(case.case for case in found.cases)
    rows = ({"case": case, **examined.examination_row(f)} for case, f in sorted(records.items()))
    _write_rows(folder / "examinations.csv", rows)
    _write_rows(folder / "persons.csv", _persons())


def _write_remains(path: Path, cases: Iterable[CaseRecord]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["case", "batch", "marker", "allele_1", "allele_2", "quality"])
        for case in cases:
            sex = {"male": ("X", "Y"), "female": ("X", "X")}.get(case.sex)
            rows = {**({"AMEL": sex} if sex else {}), **case.alleles}
            for marker, alleles in rows.items():
                for k in range(0, len(alleles), 2):
                    pair = (*alleles[k : k + 2], "")[:2]
                    out.writerow([case.case, case.batch, marker, *pair, case.quality])


def _write_families(path: Path, found: Searchable, table: FrequencyTable) -> None:
    record = {
        "format": "priam-families/1",
        "frequencies": table.name,
        "staff": [{"id": m, "genotypes": g} for m, g in sorted(found.staff.items())],
        "families": [
            {
                "id": family.id,
                "pedigree": list(family.pedigree),
                "missing": list(family.missing),
                "genotypes": family.genotypes,
            }
            for family in found.families
        ],
    }
    text = json.dumps(record, ensure_ascii=False, indent=0, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _persons() -> Iterator[dict[str, str]]:
    """Everybody who is looked for: they are the population, typed family or not."""
    told = examined.ante_mortem(
        MissingPerson.objects.filter(status="open", sections__isnull=False)
        .values_list("missing", flat=True)
        .distinct()
    )
    rows = MissingPerson.objects.filter(status="open").order_by("missing")
    for row in rows.only("missing", "facts").iterator(2000):
        sections = told.get(row.missing, [])
        yield {"person": row.missing, **examined.person_row(row.facts, sections)}


def _write_rows(path: Path, rows: Iterator[dict[str, str]]) -> None:
    first = next(rows, None)
    if first is None:
        path.unlink(missing_ok=True)
        return
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, list(first), lineterminator="\n")
        out.writeheader()
        out.writerow(first)
        out.writerows(rows)
