"""What the mortuary does: one verb, one transaction, ``by`` an account.

A verb takes ``event_id`` and ``claimed_time`` where a tablet made the entry earlier: the same id
is written once however often it is delivered.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from priam import events as ev
from priam.casework.sections import canonical_fields, cleaned
from priam.errors import UserError
from priam.events import Event, Recorded, RuleError
from priam.labels.tags import issue, parse
from priam_office.cases.models import Section, Version
from priam_office.record.write import Entry, record, record_all

__all__ = [
    "SavedSection",
    "items",
    "new_tags",
    "open_bag",
    "save_section",
    "send",
    "split_case",
    "store",
    "tag_of",
    "write",
]

_TRIES = 5


def tag_of(text: str) -> str:
    """A typed or scanned tag in its one form; a forged or mistyped one is refused."""
    return parse(text)


def new_tags(count: int) -> list[str]:
    """Fresh tags for labels. They are used once by the rules, and random: none is reserved."""
    return issue(count, secrets.choice)


def write(
    event: Event, *, by: Any, event_id: str | None = None, claimed_time: str | None = None
) -> Recorded:
    """Record one act of the account ``by``."""
    return record(event, by=by.actor, event_id=event_id, claimed_time=claimed_time)


def open_bag(
    bag: str,
    finding: str,
    cases: Sequence[str],
    note: str,
    *,
    by: Any,
    party: str | None = None,
    place: str | None = None,
) -> list[Recorded]:
    """Open a bag; one that nobody registered is registered first as in the custody of ``party``.

    With ``place`` the new cases are put there in the same transaction.
    """
    events: list[Event] = [] if party is None else [ev.BagRegistered(bag, party)]
    events.append(ev.BagOpened(bag, finding, tuple(cases), note or None))
    events += [ev.Stored(case, place) for case in cases] if place else []
    return record_all([Entry(event) for event in events], by=by.actor)


def split_case(
    case: str, into: Sequence[str], elements: Mapping[str, str], reason: str, *, by: Any
) -> list[Recorded]:
    """Split a case; ``elements`` (element -> new case) go with it in the same transaction."""
    events: list[Event] = [ev.CaseSplit(case, tuple(into), reason)]
    events += [ev.ElementMoved(element, to, reason) for element, to in elements.items()]
    return record_all([Entry(event) for event in events], by=by.actor)


def items(lines: Sequence[tuple[int, str, str]]) -> tuple[ev.EffectsItem, ...]:
    """The list of a packet from (count, what it is, marks)."""
    return tuple(ev.EffectsItem(count, what, marks or None) for count, what, marks in lines)


def store(things: Sequence[str], place: str | None, *, by: Any) -> list[Recorded]:
    """Put things in a place, or take them out of where they are."""
    return record_all([Entry(ev.Stored(thing, place)) for thing in things], by=by.actor)


def send(samples: Sequence[str], to: str, note: str, *, by: Any) -> list[Recorded]:
    """Send samples to a laboratory: all of them or none."""
    events = [ev.SampleSent(sample, to, note or None) for sample in samples]
    return record_all([Entry(event) for event in events], by=by.actor)


@dataclass(frozen=True, slots=True)
class SavedSection:
    """What became of a saved section: ``written``, or ``beside`` another version.

    ``fields`` is what the section says now, ``clashing`` the fields that two people filled in
    differently, ``base`` the event to name as base of the next save.
    """

    outcome: str
    revision: int
    base: str
    fields: dict[str, Any]
    clashing: tuple[str, ...] = ()


def save_section(
    case: str,
    section: str,
    changes: Mapping[str, Any],
    base: str,
    *,
    by: Any,
    event_id: str | None = None,
    claimed_time: str | None = None,
    settles: Sequence[str] = (),
) -> SavedSection:
    """Save changed fields of a section on top of what the writer had before them.

    ``base`` is the event id of that version, empty for an empty section. Fields that nobody else
    changed meanwhile are merged. Where somebody did, the present version stays and this one is
    kept beside it; a person settles that.
    """
    values = cleaned(section, "pm", changes)
    for _ in range(_TRIES):
        event, saved = _merged(case, section, changes, values, base, tuple(settles), event_id)
        if event is None:
            return saved
        try:
            written = record(event, by=by.actor, event_id=event_id, claimed_time=claimed_time)
        except RuleError:
            if not _overtaken(case, section, event):
                raise
            continue
        base_now = written.event_id if saved.outcome == "written" else saved.base
        return SavedSection(saved.outcome, saved.revision, base_now, saved.fields, saved.clashing)
    raise UserError("this section is being saved by somebody else; try again")


def _merged(
    case: str,
    section: str,
    changes: Mapping[str, Any],
    values: Mapping[str, Any],
    base: str,
    settles: tuple[str, ...],
    event_id: str | None,
) -> tuple[Event | None, SavedSection]:
    key = f"{case}/{section}"
    row = Section.objects.filter(pk=key).first()
    now = _fields(row.event_id) if row else {}
    revision = row.revision if row else 0
    seen, seen_revision = _seen(key, base)
    overtaken = seen_revision != revision
    clashing = tuple(
        name
        for name in changes
        if overtaken and now.get(name) != seen.get(name) and now.get(name) != values.get(name)
    )
    if clashing and not settles:
        own = _with(seen, changes, values)
        beside = ev.SectionKeptBeside(case, section, canonical_fields(own), seen_revision)
        current = row.event_id if row else ""
        return beside, SavedSection("beside", revision, current, now, clashing)
    merged = _with(now, changes, values)
    if merged == now and row is not None and not settles and event_id is None:
        return None, SavedSection("written", revision, row.event_id, now)
    event = ev.SectionSaved(case, section, canonical_fields(merged), revision + 1, settles)
    return event, SavedSection("written", revision + 1, "", merged)


def _with(
    before: Mapping[str, Any], changes: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Fields after the changes; a field that was emptied goes."""
    kept = {name: value for name, value in before.items() if name not in changes}
    return {**kept, **values}


def _fields(event_id: str) -> dict[str, Any]:
    fields: dict[str, Any] = Version.objects.get(pk=event_id).fields
    return fields


def _seen(key: str, base: str) -> tuple[dict[str, Any], int]:
    """Fields and revision that the writer had before them.

    The base may be a version of their own that is kept beside: then it is what they saw of it.
    """
    if not base:
        return {}, 0
    version = Version.objects.filter(pk=base, key=key).first()
    if version is None:
        raise UserError("this section was begun on a version that is not recorded here")
    return version.fields, version.base if version.revision is None else version.revision


def _overtaken(case: str, section: str, event: Event) -> bool:
    """Whether somebody saved the section between our reading it and our writing."""
    row = Section.objects.filter(pk=f"{case}/{section}").first()
    revision = row.revision if row else 0
    return isinstance(event, ev.SectionSaved) and event.revision != revision + 1
