"""Lists as they come: a counts table, a membership table, reference JSON, or several lists.

- *counts*: a CSV with one 0/1 column for each list and a count (``count``, ``n``, ``freq``);
- *membership*: a CSV with a person in each row and one 0/1 column for each list;
- *JSON*: ``{"lists": [...], "cells": {"0110": 12}}``;
- *several lists*: one CSV each, with a column of cluster ids shared between them
  (``cluster_id``), as ``priam names cluster`` writes.

Other columns may hold strata (month, region). Names and dates are never read into a result.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.formats.delimited import Delimited, read_delimited
from priam.strict_json import read_json
from priam.totals.combining import Replicate
from priam.totals.histories import Histories

__all__ = ["Loaded", "load", "read_replicates"]

_COUNT_NAMES = {"count", "counts", "n", "freq", "frequency", "кількість", "количество", "число"}
_CLUSTER_NAMES = ("cluster_id", "cluster", "person_id")
_ID_NAMES = {"id", "person_id", "cluster_id", "cluster", "record_id", "unique_id"}


@dataclass(frozen=True, eq=False)
class Loaded:
    """Counts, whole and by stratum, and where they came from.

    ``strata`` is empty unless columns were named in ``by``; their tables add up to ``table``.
    ``notes`` are things the reader of a result should know about the input.
    """

    table: Histories
    strata: dict[str, Histories]
    by: tuple[str, ...]
    kind: str
    files: tuple[str, ...]
    sha256: str
    encoding: str
    notes: tuple[str, ...]


def load(paths: Sequence[str | Path], by: Sequence[str] = ()) -> Loaded:
    """Read LISTS in any of the four forms; ``by`` names the columns of the strata."""
    files = [Path(path) for path in paths]
    if not files:
        raise UserError("no file was given; name a table of counts, or the lists themselves")
    digest = hashlib.sha256()
    for path in files:
        digest.update(_bytes(path))
    if len(files) > 1:
        rows, notes, encoding, lists, kind = _from_lists(files, by)
    elif files[0].suffix.lower() == ".json":
        return _from_json(files[0], digest.hexdigest(), by)
    else:
        rows, notes, encoding, lists, kind = _from_table(files[0], by)
    return _loaded(rows, lists, by, kind, files, digest.hexdigest(), encoding, notes)


# One row: pattern, stratum, count.
_Rows = Counter[tuple[str, str]]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from error


def _loaded(
    rows: _Rows,
    lists: Sequence[str],
    by: Sequence[str],
    kind: str,
    files: Sequence[Path],
    sha256: str,
    encoding: str,
    notes: list[str],
) -> Loaded:
    cells: Counter[str] = Counter()
    strata: dict[str, Counter[str]] = {}
    for (pattern, stratum), count in rows.items():
        cells[pattern] += count
        strata.setdefault(stratum, Counter())[pattern] += count
    try:
        table = Histories.from_cells(lists, cells)
        tables = {name: Histories.from_cells(lists, strata[name]) for name in sorted(strata)}
    except UserError as error:
        raise InputError(str(error), file=files[0]) from error
    _check_filled(table, files[0])
    names = tuple(str(path.name) for path in files)
    return Loaded(
        table, tables if by else {}, tuple(by), kind, names, sha256, encoding, tuple(notes)
    )


def _check_filled(table: Histories, path: Path) -> None:
    if not table.n:
        raise InputError("no person is on any list; there is nothing to estimate", file=path)
    empty = [name for name, size in zip(table.lists, table.sizes) if size == 0]
    if empty:
        raise InputError(f"nobody is on list {empty[0]!r}; leave that list out", file=path)


def _from_json(path: Path, sha256: str, by: Sequence[str]) -> Loaded:
    if by:
        raise InputError("a JSON table has no strata; leave out --by", file=path)
    data = read_json(path)
    lists, cells = _json_parts(data, path)
    try:
        table = Histories.from_cells(lists, cells)
    except UserError as error:
        raise InputError(str(error), file=path, where="$.cells") from error
    _check_filled(table, path)
    stated = data.get("n_observed")
    if stated is not None and stated != table.n:
        raise InputError(
            f"says {stated}, but the cells add up to {table.n}", file=path, where="$.n_observed"
        )
    return Loaded(table, {}, (), "json", (path.name,), sha256, "utf-8", ())


def read_replicates(path: str | Path) -> list[Replicate]:
    """Replicates of posterior draws: ``{"replicates": [{"n_obs": 9, "N_draws": [..]}, ..]}``."""
    data = read_json(path)
    rows = data.get("replicates") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise InputError("an array of replicates was expected", file=path, where="$.replicates")
    return [_replicate(row, f"$.replicates[{k}]", path) for k, row in enumerate(rows)]


def _replicate(row: Any, where: str, path: str | Path) -> Replicate:
    good = (
        isinstance(row, dict)
        and isinstance(row.get("n_obs"), int)
        and isinstance(row.get("N_draws"), list)
        and all(isinstance(v, int | float) and v == v for v in row["N_draws"])
    )
    if not good:
        raise InputError(
            "n_obs (a number of persons) and N_draws (draws of the total) were expected",
            file=path,
            where=where,
        )
    return Replicate(row["n_obs"], row["N_draws"])


def _json_parts(data: Any, path: Path) -> tuple[list[str], dict[str, int]]:
    if not isinstance(data, dict) or not isinstance(data.get("lists"), list):
        raise InputError("an array of list names was expected", file=path, where="$.lists")
    if not isinstance(data.get("cells"), dict):
        raise InputError('an object such as {"0110": 12} was expected', file=path, where="$.cells")
    cells = {}
    for key, value in data["cells"].items():
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InputError(
                f"holds {value!r}; a whole number of persons, 0 or more, was expected",
                file=path,
                where=f"$.cells[{key!r}]",
            )
        cells[str(key)] = value
    return [str(name) for name in data["lists"]], cells


def _from_table(path: Path, by: Sequence[str]) -> tuple[_Rows, list[str], str, list[str], str]:
    table = read_delimited(path)
    if not table.rows:
        raise InputError("holds a header and no rows", file=path, where="line 1")
    for name in by:
        _column(table, name)
    count = next((i for i, h in enumerate(table.header) if h.lower() in _COUNT_NAMES), None)
    columns = _list_columns(table, count, by)
    rows: _Rows = Counter()
    seen: dict[tuple[str, str], int] = {}
    nobody = 0
    strata = [table.header.index(name) for name in by]
    for r, row in enumerate(table.rows):
        pattern = "".join(_bit(table, r, c) for c in columns)
        stratum = " / ".join(row[c] or "unknown" for c in strata)
        weight = 1 if count is None else _count(table, r, count)
        if "1" not in pattern:
            nobody += _nobody(table, r, weight, count is not None)
            continue
        if count is not None:
            _once(table, r, seen, (pattern, stratum))
        rows[pattern, stratum] += weight
    notes = [f"{nobody} rows name persons on none of the lists; left out."] if nobody else []
    if count is None:
        _unique_persons(table)
    kind = "membership" if count is None else "counts"
    return rows, notes, table.encoding, [table.header[c] for c in columns], kind


def _nobody(table: Delimited, r: int, weight: int, counted: bool) -> int:
    """Rows without a 1: an error with a count above zero, else left out (and said)."""
    if counted and weight:
        raise InputError(
            f"counts {weight} persons on no list; nobody can have counted them: remove the row",
            file=table.file,
            where=f"line {table.lines[r]}",
        )
    return 0 if counted else 1


def _once(table: Delimited, r: int, seen: dict[tuple[str, str], int], key: tuple[str, str]) -> None:
    if key in seen:
        raise InputError(
            f"pattern {key[0]} occurs twice (first on line {seen[key]}); add the two counts up, "
            "or name the columns of the strata with --by",
            file=table.file,
            where=f"line {table.lines[r]}",
        )
    seen[key] = table.lines[r]


def _unique_persons(table: Delimited) -> None:
    index = next((i for i, h in enumerate(table.header) if h.lower() in _ID_NAMES), None)
    if index is None:
        return
    seen: dict[str, int] = {}
    for r, row in enumerate(table.rows):
        if row[index] and row[index] in seen:
            raise InputError(
                f"{row[index]!r} was already given on line {seen[row[index]]}; a membership "
                "table has one row for each person",
                file=table.file,
                where=table.where(r, index),
            )
        seen[row[index]] = table.lines[r]


def _list_columns(table: Delimited, count: int | None, by: Sequence[str]) -> list[int]:
    """Columns that are lists: all values 0 or 1, or nearly so (a slip is then an error)."""
    found = []
    for c, name in enumerate(table.header):
        if c == count or name in by or name.lower() in _ID_NAMES:
            continue
        values = [row[c] for row in table.rows]
        if sum(value in ("0", "1") for value in values) * 2 > len(values):
            found.append(c)
    if len(found) < 2:
        named = ", ".join(table.header[c] for c in found) or "none"
        raise InputError(
            f"a column of 0 and 1 for each of at least two lists was expected; found {named} "
            f"among {', '.join(table.header)}",
            file=table.file,
            where="line 1",
        )
    return found


def _column(table: Delimited, name: str) -> int:
    if name not in table.header:
        raise InputError(
            f"has no column {name!r}; its columns are {', '.join(table.header)}",
            file=table.file,
            where="line 1",
        )
    return table.header.index(name)


def _bit(table: Delimited, r: int, c: int) -> str:
    value = table.rows[r][c]
    if value not in ("0", "1"):
        raise InputError(
            f"holds {value!r}; 1 (on the list) or 0 (not on it) was expected",
            file=table.file,
            where=table.where(r, c),
        )
    return value


def _count(table: Delimited, r: int, c: int) -> int:
    value = table.rows[r][c].replace("\xa0", "").replace(" ", "")
    if re.fullmatch(r"\d+([.,]0+)?", value):
        return int(re.split(r"[.,]", value)[0])
    raise InputError(
        f"holds {table.rows[r][c]!r}; a whole number of persons, 0 or more, was expected",
        file=table.file,
        where=table.where(r, c),
    )


def _from_lists(
    files: Sequence[Path], by: Sequence[str]
) -> tuple[_Rows, list[str], str, list[str], str]:
    tables = [read_delimited(path) for path in files]
    lists = [path.stem for path in files]
    stratum: dict[str, str] = {}
    on: dict[str, set[int]] = {}
    notes: list[str] = []
    for k, table in enumerate(tables):
        repeated = _add_list(table, k, by, on, stratum)
        if repeated:
            notes.append(
                f"{lists[k]}: {repeated} records name a person whom the list already names; each "
                "person was counted once."
            )
    rows: _Rows = Counter()
    for cluster, members in on.items():
        pattern = "".join("1" if k in members else "0" for k in range(len(lists)))
        rows[pattern, stratum[cluster]] += 1
    return rows, notes, ", ".join(t.encoding for t in tables), lists, "lists"


def _add_list(
    table: Delimited,
    k: int,
    by: Sequence[str],
    on: dict[str, set[int]],
    stratum: dict[str, str],
) -> int:
    """Enter one list; returns how many records repeat a person. The first list's stratum holds."""
    lowered = [name.lower() for name in table.header]
    found = next((name for name in _CLUSTER_NAMES if name in lowered), None)
    if found is None:
        raise InputError(
            "has no column cluster_id; run `priam names cluster` first, so that one person has "
            f"one id on all lists (columns: {', '.join(table.header)})",
            file=table.file,
            where="line 1",
        )
    index = lowered.index(found)
    columns = [_column(table, name) for name in by]
    repeated = 0
    for r, row in enumerate(table.rows):
        if not row[index]:
            raise InputError(
                "is empty; every record needs the id of its person",
                file=table.file,
                where=table.where(r, index),
            )
        members = on.setdefault(row[index], set())
        repeated += k in members
        members.add(k)
        value = " / ".join(row[c] or "unknown" for c in columns)
        if stratum.get(row[index], "unknown") == "unknown":
            stratum[row[index]] = value
    return repeated
