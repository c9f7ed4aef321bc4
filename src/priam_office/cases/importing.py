"""Bags, cases and samples from a table: checked whole, shown before, written whole or not.

One row a sample (or a case without one, or a bag without a case); rows of one bag need not stand
together. What is recorded already is left as it is, so a file can be imported again after it
grew.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from priam import events as ev
from priam.errors import InputError, UserError
from priam.events import Event, Recorded, new_event_id
from priam.events.cases import FINDINGS, SAMPLE_KINDS
from priam.formats.delimited import Delimited, parse_delimited
from priam_office.cases.actions import tag_of
from priam_office.cases.columns import COLUMNS
from priam_office.cases.models import Bag, Label, Sample
from priam_office.record.acts import apply
from priam_office.record.state import known
from priam_office.record.write import Entry, record_all

__all__ = ["COLUMNS", "Plan", "Problem", "import_rows", "plan"]

MOST_PROBLEMS = 100
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps the file from being imported. Lines count from 1, as editors do."""

    line: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        found = f": found {self.found[:40]!r}," if self.found else ":"
        return f"{where}{found} {self.expected}"


@dataclass(slots=True)
class Plan:
    """What an import would write: entries, and how many of each thing are new or there."""

    file: str
    rows: int
    encoding: str
    separator: str
    entries: list[Entry] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # of each entry
    problems: list[Problem] = field(default_factory=list)
    new: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_THINGS, 0))
    there: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_THINGS, 0))

    def add(self, thing: str, event: Event, line: int, day: str = "") -> None:
        """One more event, of one more new ``thing``."""
        at = f"{day}T00:00:00Z" if day else None
        self.entries.append(Entry(event, new_event_id(), at))
        self.lines.append(line)
        if thing:
            self.new[thing] += 1


_THINGS = ("bags", "openings", "cases", "samples", "placed")


@dataclass(slots=True)
class _BagRows:
    """What the rows of one bag say together."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)  # case -> line
    places: dict[str, tuple[str, int]] = field(default_factory=dict)  # case -> place, line
    samples: dict[str, tuple[str, str, str, int]] = field(default_factory=dict)


def plan(data: bytes, file: str, *, encoding: str | None = None) -> Plan:
    """What importing these bytes would do; writes nothing.

    Problems are collected, up to a hundred, so that a file is mended in one go. A file that is
    no table at all raises :class:`InputError`.
    """
    table = parse_delimited(data, file=file, encoding=encoding)
    _check_header(table)
    made = Plan(Path(file).name, len(table.rows), table.encoding, table.separator)
    bags = _grouped(table, made)
    if not made.problems:
        _plan_events(bags, made)
    if not made.problems:
        _try(made)
    return made


def import_rows(made: Plan, *, by: str) -> int:
    """Write a plan, all of it or nothing; returns the number of events."""
    if made.problems:
        raise InputError(str(made.problems[0]), file=made.file)
    return len(record_all(made.entries, by=by))


def _check_header(table: Delimited) -> None:
    unknown = [name for name in table.header if name not in COLUMNS]
    if unknown:
        raise InputError(
            f"the column {unknown[0][:40]!r} is not known; known are {', '.join(COLUMNS)}",
            file=table.file,
        )
    if "bag" not in table.header:
        raise InputError("the column 'bag' is missing", file=table.file)


def _grouped(table: Delimited, made: Plan) -> dict[str, _BagRows]:
    bags: dict[str, _BagRows] = {}
    for values, line in zip(table.rows, table.lines, strict=True):
        row = {name: value.strip() for name, value in zip(table.header, values, strict=True)}
        if not any(row.values()):
            continue
        for problem in _read_row(row, line, bags):
            made.problems.append(problem)
        if len(made.problems) >= MOST_PROBLEMS:
            break
    return bags


def _read_row(row: dict[str, str], line: int, bags: dict[str, _BagRows]) -> Iterator[Problem]:
    read: dict[str, str] = {}
    for name, value in row.items():
        try:
            read[name] = _CLEAN.get(name, str)(value) if value else ""
        except UserError as error:
            yield Problem(line, name, value, str(error))
            return
    if not read["bag"]:
        yield Problem(line, "bag", "", "expected the tag of the bag")
        return
    bag = bags.setdefault(read["bag"], _BagRows(line))
    yield from _same_throughout(bag, read, line)
    case, sample = read.get("case", ""), read.get("sample", "")
    if case:
        bag.cases.setdefault(case, line)
        if read.get("place"):
            bag.places[case] = (read["place"], line)
    if sample and not case:
        yield Problem(line, "sample", sample, "a sample needs its case in the same row")
    elif sample and sample in bag.samples:
        yield Problem(line, "sample", sample, "this sample stands in the file already")
    elif sample:
        kind = read.get("sample_kind") or "bone"
        bag.samples[sample] = (case, kind, read.get("taken_on", ""), line)


def _same_throughout(bag: _BagRows, read: dict[str, str], line: int) -> Iterator[Problem]:
    for name in ("party", "seal", "finding", "opened_on", "note"):
        value = read.get(name, "")
        before = bag.values.setdefault(name, value)
        if value and before and value != before:
            yield Problem(line, name, value, f"line {bag.line} says {before[:40]!r} of this bag")
        bag.values[name] = before or value


def _day(value: str) -> str:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise UserError("expected a day such as 2025-06-16") from None
    if len(value) != 10 or day > datetime.datetime.now(datetime.UTC).date():
        raise UserError("expected a day such as 2025-06-16, not in the future")
    return value


def _one_of(known_: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in known_:
            raise UserError(f"expected one of {', '.join(known_)}")
        return value

    return check


_CLEAN: dict[str, Callable[[str], str]] = {
    "bag": tag_of,
    "case": tag_of,
    "sample": tag_of,
    "place": tag_of,
    "finding": _one_of(tuple(FINDINGS)),
    "sample_kind": _one_of(SAMPLE_KINDS),
    "opened_on": _day,
    "taken_on": _day,
}


# -- from rows to events ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _There:
    """What is recorded already of the labels in the file."""

    labels: dict[str, str]  # tag -> kind
    findings: dict[str, str]  # bag -> finding
    sample_cases: dict[str, str]


def _plan_events(bags: dict[str, _BagRows], made: Plan) -> None:
    there = _there(bags)
    for tag, bag in bags.items():
        _plan_bag(tag, bag, there, made)


def _there(bags: dict[str, _BagRows]) -> _There:
    tags = [*bags]
    for bag in bags.values():
        tags += [*bag.cases, *bag.samples]
    labels: dict[str, str] = {}
    findings: dict[str, str] = {}
    sample_cases: dict[str, str] = {}
    for at in range(0, len(tags), _BATCH):
        part = tags[at : at + _BATCH]
        labels.update(Label.objects.filter(pk__in=part).values_list("tag", "kind"))
        findings.update(Bag.objects.filter(pk__in=part).values_list("tag", "finding"))
        sample_cases.update(Sample.objects.filter(pk__in=part).values_list("sample", "case"))
    return _There(labels, findings, sample_cases)


def _plan_bag(tag: str, bag: _BagRows, there: _There, made: Plan) -> None:
    values = bag.values
    if there.labels.get(tag) == "bag":
        made.there["bags"] += 1
    elif values.get("party"):
        event = ev.BagRegistered(tag, values["party"], values.get("seal") or None)
        made.add("bags", event, bag.line)
    else:
        made.problems.append(
            Problem(bag.line, "bag", tag, "is not registered; say in 'party' who holds it")
        )
        return
    new = [case for case in bag.cases if case not in there.labels]
    made.there["cases"] += len(bag.cases) - len(new)
    opened = there.findings.get(tag, "")
    if opened and new:
        made.problems.append(
            Problem(bag.cases[new[0]], "case", new[0], f"bag {tag} is opened; re-examine it")
        )
        return
    if not opened and (new or values.get("finding")):
        finding = values.get("finding") or ("one" if len(new) == 1 else "several")
        note = values.get("note") or None
        event_ = ev.BagOpened(tag, finding, tuple(new), note)
        made.add("openings", event_, bag.line, values.get("opened_on", ""))
        made.new["cases"] += len(new)
    _plan_contents(bag, new, there, made)


def _plan_contents(bag: _BagRows, new: list[str], there: _There, made: Plan) -> None:
    for case, (place, line) in bag.places.items():
        if case in new:
            made.add("placed", ev.Stored(case, place), line)
    for sample, (case, kind, day, line) in bag.samples.items():
        if there.sample_cases.get(sample) == case:
            made.there["samples"] += 1
        else:
            made.add("samples", ev.SampleTaken(sample, case, kind), line, day)


def _try(made: Plan) -> None:
    """Hold each event against the rules, in order; what does not fit is named with its line."""
    state = known().state
    for entry, line in zip(made.entries, made.lines, strict=True):
        at = entry.claimed_time or "2000-01-01T00:00:00Z"
        one = Recorded(entry.event_id or "", state.size, "import", at, at, entry.event)
        try:
            state = apply(state, one)
        except UserError as error:
            made.problems.append(Problem(line, "", "", str(error)))
            if len(made.problems) >= MOST_PROBLEMS:
                return
