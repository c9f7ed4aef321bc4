"""What the family office does: one verb, one transaction, ``by`` the account that acts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from priam import events as ev
from priam.labels.tags import parse
from priam_office.families import pedigrees
from priam_office.families.models import FamilyRow, MissingPerson
from priam_office.record.write import Entry, record, record_all

__all__ = [
    "add_relative",
    "add_reporter",
    "amend_missing",
    "amend_relative",
    "authorise",
    "bar",
    "close_missing",
    "contacted",
    "destroy_sample",
    "give_consent",
    "import_missing",
    "link_missing",
    "record_wish",
    "register_family",
    "register_missing",
    "reopen_missing",
    "save_pedigree",
    "save_section",
    "take_sample",
    "unlink_missing",
    "withdraw_consent",
]


def register_missing(facts: ev.MissingFacts, source: str, *, by: Any, event_id: str = "") -> str:
    """Register a missing person; returns the new id. The same ``event_id`` registers once."""
    event_id = event_id or ev.new_event_id()
    event = ev.MissingRegistered(event_id, facts, source)
    record(event, by=by.actor, event_id=event_id)
    return event_id


def amend_missing(
    missing: str, facts: ev.MissingFacts, revision: int, reason: str, *, by: Any
) -> None:
    """Write the facts anew; ``revision`` is the one that was read."""
    record(ev.MissingAmended(missing, facts, revision + 1, reason), by=by.actor)


def close_missing(missing: str, why: str, words: str, other: str, *, by: Any) -> None:
    """Close a record without remains."""
    record(ev.MissingClosed(missing, why, words, other or None), by=by.actor)


def reopen_missing(missing: str, reason: str, *, by: Any) -> None:
    """Look for the person again."""
    record(ev.MissingReopened(missing, reason), by=by.actor)


def import_missing(people: Iterable[tuple[ev.MissingFacts, str]], *, by: Any) -> int:
    """Register many missing persons, all or none; returns how many."""
    entries = []
    for facts, source in people:
        missing = ev.new_event_id()
        entries.append(Entry(ev.MissingRegistered(missing, facts, source), missing))
    return len(record_all(entries, by=by.actor))


def add_reporter(missing: str, kind: str, name: str, contact: str, *, by: Any) -> str:
    """Somebody who tells of a missing person and is no relative; returns the new id."""
    reporter = ev.new_event_id()
    record(ev.ReporterAdded(missing, reporter, kind, name, contact), by=by.actor)
    return reporter


def save_section(
    missing: str, section: str, reporter: str, fields: str, revision: int, *, by: Any
) -> int:
    """Save what a reporter says in a section; returns the new revision."""
    event = ev.AntemortemSectionSaved(missing, section, reporter, fields, revision + 1)
    record(event, by=by.actor)
    return revision + 1


# -- families --------------------------------------------------------------------------------


def register_family(missing: Sequence[str], note: str = "", *, by: Any) -> str:
    """Register a family that looks for these persons, drawn so far; returns its id."""
    family = ev.new_event_id()
    drawn = pedigrees.of_missing([(one, _sex(one)) for one in missing])
    events: list[ev.Event] = [ev.FamilyRegistered(family, note)]
    events += [ev.MissingLinked(family, one) for one in missing]
    if drawn:
        events.append(ev.PedigreeSaved(family, drawn, 1))
    record_all([Entry(event) for event in events], by=by.actor)
    return family


def link_missing(family: str, missing: str, *, by: Any) -> None:
    """The family looks for this person too; the drawing gets a member for them."""
    row = FamilyRow.objects.get(pk=family)
    members = pedigrees.with_missing(pedigrees.members_of(row.pedigree), missing, _sex(missing))
    saved = ev.PedigreeSaved(family, members, row.pedigree_revision + 1)
    record_all([Entry(ev.MissingLinked(family, missing)), Entry(saved)], by=by.actor)


def _sex(missing: str) -> str:
    return str(MissingPerson.objects.get(pk=missing).facts.get("sex", "unknown"))


def unlink_missing(family: str, missing: str, reason: str, *, by: Any) -> None:
    """It was the wrong family; the member of the drawing stays, unnamed."""
    row = FamilyRow.objects.get(pk=family)
    members = pedigrees.without_missing(pedigrees.members_of(row.pedigree), missing)
    saved = ev.PedigreeSaved(family, members, row.pedigree_revision + 1)
    unlinked = ev.MissingUnlinked(family, missing, reason)
    record_all([Entry(saved), Entry(unlinked)], by=by.actor)


def add_relative(event: ev.RelativeAdded, *, by: Any) -> None:
    """Add a relative, and a member of the drawing where the relation says which it is."""
    row = FamilyRow.objects.get(pk=event.family)
    members = pedigrees.members_of(row.pedigree)
    drawn = pedigrees.with_relative(members, event)
    entries = [Entry(event)]
    if drawn != members:
        saved = ev.PedigreeSaved(event.family, drawn, row.pedigree_revision + 1)
        entries.append(Entry(saved))
    record_all(entries, by=by.actor)


def amend_relative(event: ev.RelativeAmended, *, by: Any) -> None:
    """Name, relation, language or address of a relative, anew."""
    record(event, by=by.actor)


def save_pedigree(family: str, members: Sequence[ev.Member], revision: int, *, by: Any) -> None:
    """Save a drawing; ``revision`` is the one that was read. Raises what is wrong with it."""
    if members:
        pedigrees.pedigree_of(members)
    record(ev.PedigreeSaved(family, tuple(members), revision + 1), by=by.actor)


def record_wish(
    family: str, notify: str, language: str, words: str, person: str, *, by: Any
) -> None:
    """What the family wants to be told."""
    record(ev.WishRecorded(family, notify, language, words, person or None), by=by.actor)


def authorise(family: str, person: str, reason: str, *, by: Any) -> None:
    """The relative speaks for the family and is told its news."""
    record(ev.ContactAuthorised(family, person, reason), by=by.actor)


def bar(family: str, person: str, reason: str, *, by: Any) -> None:
    """The relative must not be contacted."""
    record(ev.ContactBarred(family, person, reason), by=by.actor)


def contacted(family: str, person: str, how: str, about: str, note: str, *, by: Any) -> None:
    """A line of the diary."""
    record(ev.FamilyContacted(family, person, how, about, note), by=by.actor)


def give_consent(person: str, purposes: Iterable[str], form: str, *, by: Any) -> None:
    """The person agrees to these purposes."""
    record_all([Entry(ev.ConsentGiven(person, one, form)) for one in purposes], by=by.actor)


def withdraw_consent(person: str, purpose: str, form: str, *, by: Any) -> None:
    """The person agrees no longer; nothing of theirs is used for it from now on."""
    record(ev.ConsentWithdrawn(person, purpose, form), by=by.actor)


def take_sample(sample: str, person: str, kind: str, *, by: Any) -> str:
    """A reference sample under the label ``sample``; returns the tag in its one spelling."""
    tag = parse(sample)
    record(ev.ReferenceSampled(tag, person, kind), by=by.actor)
    return tag


def destroy_sample(sample: str, reason: str, *, by: Any) -> None:
    """The material is no more."""
    record(ev.ReferenceDestroyed(sample, reason), by=by.actor)
