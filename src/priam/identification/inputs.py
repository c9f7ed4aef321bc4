"""What a run reads: the files of an exchange and the frequency table they are weighed with."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import priam
from priam.errors import InputError
from priam.genetics.frequencies import FrequencyTable, load_packaged, parse_table
from priam.identification.records import (
    ExchangeRecords,
    Problems,
    autosomal_only,
    check_markers,
    read_exchange,
)
from priam.identification.settings import Settings

__all__ = ["frequency_table", "read_inputs", "run_record"]

INPUTS = ("remains.csv", "families.json", "persons.csv", "examinations.csv")


def read_inputs(
    folder: Path, settings: Settings, *, keep_going: bool = False
) -> tuple[ExchangeRecords, FrequencyTable]:
    """The exchange, autosomal markers of the table alone, and the table.

    A record that is wrong raises :class:`InputError`, or with ``keep_going`` is set aside in
    ``rejected``.
    """
    records = read_exchange(folder, keep_going=keep_going)
    table = frequency_table(settings.likelihood.frequencies or records.frequencies, folder)
    problems = Problems(keep_going)
    autosomal_only(records)
    records.cases = check_markers(records.cases, table, folder / "remains.csv", problems)
    _check_family_markers(records, table, folder / "families.json", problems)
    records.rejected += problems.found
    return records, table


def frequency_table(name: str, folder: Path) -> FrequencyTable:
    """The table of this name: a file in ``folder``, a path, or a packaged table."""
    if not name:
        raise InputError(
            'names no allele frequencies; add "frequencies" or set likelihood.frequencies',
            file=folder / "families.json",
        )
    for path in (folder / name, Path(name)):
        if path.is_file():
            return parse_table(path.read_text(encoding="utf-8"))
    return load_packaged(name)


def _check_family_markers(
    records: ExchangeRecords, table: FrequencyTable, path: Path, problems: Problems
) -> None:
    kept = []
    every = {m for family in records.families for g in family.genotypes.values() for m in g}
    strange = {m for m in every if m not in table}
    for k, family in enumerate(records.families):
        unknown = [m for g in family.genotypes.values() for m in g if m in strange]
        if unknown:
            problems.add(
                f"marker {unknown[0]!r} of family {family.id!r} is not in the frequency table "
                f"{table.name!r}", file=path, where=f"$.families[{k}]", record=family.id,
            )  # fmt: skip
        else:
            kept.append(family)
    records.families = kept


def run_record(folder: Path, table: FrequencyTable, settings: Settings) -> dict[str, str]:
    """Versions and hashes; no name, no date, so that equal runs have equal records."""
    run = {f"version {name}": version(name) for name in ("numpy", "numba", "scipy")}
    run["version priam"] = priam.__version__
    run["frequencies"] = table.name
    run["sha256 frequencies"] = table.sha256
    for name in INPUTS:
        if (folder / name).is_file():
            run[f"sha256 {name}"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return run
