"""Missing persons: who is looked for, what is known of them, who tells of them.

Everything here is identity: an installation keeps the payloads sealed. The state holds links and
status only (:mod:`priam.events.families_rows`).
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from priam.casework.sections import SECTIONS
from priam.events.base import Event, Recorded, RuleError
from priam.events.checks import (
    LONG,
    SHORT,
    check_identifier,
    check_language,
    check_one_of,
    check_revision,
    check_section,
    check_text,
)
from priam.events.families_rows import Missing, Relative
from priam.events.state import State
from priam.events.values import Number

__all__ = [
    "CLOSINGS",
    "REPORTERS",
    "SEXES",
    "AntemortemSectionSaved",
    "MissingAmended",
    "MissingClosed",
    "MissingFacts",
    "MissingRegistered",
    "MissingReopened",
    "PersonName",
    "ReporterAdded",
    "Span",
]

SEXES = ("male", "female", "unknown")
#: Why a record of a missing person is closed without remains.
CLOSINGS = ("found alive", "registered twice", "withdrawn", "other")
#: Who tells of a missing person without being a relative.
REPORTERS = ("comrade", "friend", "physician", "dentist", "authority", "document", "other")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as it is written, in the language of its spelling. A person may have several."""

    surname: str
    given: str = ""
    patronymic: str = ""
    language: str = "uk"


@dataclass(frozen=True, slots=True)
class Span:
    """From a date to a date, both included, each as exact as known: ``1987``, ``1987-03``.

    One date known exactly stands in both places; an open end is empty.
    """

    since: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """What is known of a missing person, as it was told; the first name is the one shown."""

    names: tuple[PersonName, ...]
    sex: str = "unknown"
    born: Span = Span()
    last_seen: Span = Span()
    place: str = ""
    region: str = ""
    unit: str = ""
    numbers: tuple[Number, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The facts as plain data."""
        return dataclasses.asdict(self) | {
            "names": [dataclasses.asdict(name) for name in self.names],
            "numbers": [dataclasses.asdict(number) for number in self.numbers],
        }

    def check(self) -> None:
        """Raise :class:`RuleError` where something is not as it must be."""
        if not self.names:
            raise RuleError("a missing person needs a name, even if it is only a call sign")
        for name in self.names:
            check_name(name)
        check_one_of("sex", self.sex, SEXES)
        _check_span("the date of birth", self.born)
        _check_span("the date when last seen", self.last_seen)
        for number in self.numbers:
            check_text("the issuer of a number", number.issuer, SHORT)
            check_text("a number", number.number, SHORT)
        for what in ("place", "region", "unit"):
            check_text(f"the {what}", getattr(self, what), SHORT, empty=True)
        check_text("the note", self.note, LONG, empty=True)


@dataclass(frozen=True, slots=True)
class MissingRegistered(Event):
    """A person is looked for. ``source`` says who told: a family, a list, an authority."""

    type: ClassVar[str] = "missing.registered"
    compartment: ClassVar[str] = "identity"

    missing: str
    facts: MissingFacts
    source: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        check_identifier("missing person", self.missing)
        if self.missing in state.missing:
            raise RuleError(f"missing person {self.missing!r} is already registered; amend it")
        self.facts.check()
        check_text("the source", self.source, SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("missing", self.missing, Missing(self.missing))


@dataclass(frozen=True, slots=True)
class MissingAmended(Event):
    """All that is known, anew; what was known before stays in the record.

    ``revision`` is one more than the revision it was written against, so that two people who
    write at the same time do not undo each other.
    """

    type: ClassVar[str] = "missing.amended"
    compartment: ClassVar[str] = "identity"

    missing: str
    facts: MissingFacts
    revision: int
    reason: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        row = state.missing_person(self.missing)
        check_revision("this record", self.revision, row.revision)
        self.facts.check()
        check_text("the reason", self.reason, SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        return amended(state, self.missing, revision=self.revision)


@dataclass(frozen=True, slots=True)
class MissingClosed(Event):
    """Nobody need be looked for: found alive, or the same person as ``other``."""

    type: ClassVar[str] = "missing.closed"
    compartment: ClassVar[str] = "identity"

    missing: str
    why: str
    words: str = ""
    other: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if state.missing_person(self.missing).status == "closed":
            raise RuleError(f"the record {self.missing!r} is already closed")
        if self.why not in CLOSINGS:
            raise RuleError(f"{self.why!r} is none of {', '.join(CLOSINGS)}")
        check_text("the explanation", self.words, LONG, empty=self.why != "other")
        if (self.other is None) == (self.why == "registered twice"):
            raise RuleError("'registered twice', and only that, names the other record")
        if self.other is not None:
            other = state.missing_person(self.other)
            if self.other == self.missing or other.status == "closed":
                raise RuleError("the other record must be another one, and open")

    def effect(self, state: State, recorded: Recorded) -> State:
        return amended(state, self.missing, status="closed")


@dataclass(frozen=True, slots=True)
class MissingReopened(Event):
    """The search goes on after all."""

    type: ClassVar[str] = "missing.reopened"
    compartment: ClassVar[str] = "identity"

    missing: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        if state.missing_person(self.missing).status != "closed":
            raise RuleError(f"the record {self.missing!r} is open")
        check_text("the reason", self.reason, LONG)

    def effect(self, state: State, recorded: Recorded) -> State:
        return amended(state, self.missing, status="open")


@dataclass(frozen=True, slots=True)
class ReporterAdded(Event):
    """Somebody who knows something and is no relative: a comrade, a dentist, a document."""

    type: ClassVar[str] = "reporter.added"
    compartment: ClassVar[str] = "identity"

    missing: str
    reporter: str
    kind: str
    name: str
    contact: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        row = state.missing_person(self.missing)
        check_identifier("reporter", self.reporter)
        if self.reporter in row.reporters or self.reporter in state.relatives:
            raise RuleError(f"reporter {self.reporter!r} is already there")
        if self.kind not in REPORTERS:
            raise RuleError(f"{self.kind!r} is none of {', '.join(REPORTERS)}")
        check_text("the name", self.name, SHORT)
        check_text("the contact", self.contact, SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        reporters = state.missing_person(self.missing).reporters | {self.reporter}
        return amended(state, self.missing, reporters=reporters)


@dataclass(frozen=True, slots=True)
class AntemortemSectionSaved(Event):
    """What one reporter says in one section; ``fields`` is a JSON object in RFC 8785 form.

    Each reporter has a record of their own: what two say differently stays beside each other.
    """

    type: ClassVar[str] = "antemortem.section_saved"
    compartment: ClassVar[str] = "identity"

    missing: str
    section: str
    reporter: str
    fields: str
    revision: int

    def check(self, state: State, recorded: Recorded) -> None:
        row = state.missing_person(self.missing)
        check_one_of("section", self.section, SECTIONS)
        if self.reporter not in row.reporters:
            relative_of(state, row.family or "", self.reporter)
        check_revision("this section", self.revision, row.sections.get(self._key, 0))
        check_section(self.fields)

    @property
    def _key(self) -> str:
        return f"{self.section} {self.reporter}"

    def effect(self, state: State, recorded: Recorded) -> State:
        sections = state.missing_person(self.missing).sections.set(self._key, self.revision)
        return amended(state, self.missing, sections=sections)


def amended(state: State, missing: str, **changes: Any) -> State:
    """The state with the row of this missing person changed."""
    row = dataclasses.replace(state.missing_person(missing), **changes)
    return state.put("missing", missing, row)


def check_name(name: PersonName) -> None:
    """A name has a part, and none is too long."""
    if not (name.surname + name.given + name.patronymic).strip():
        raise RuleError("a name needs at least one part")
    for what in ("surname", "given", "patronymic"):
        check_text(f"the {what} name", getattr(name, what), SHORT, empty=True)
    check_language(name.language)


def _check_span(what: str, span: Span) -> None:
    for date in (span.since, span.through):
        if date and not _DATE.fullmatch(date):
            raise RuleError(f"{what} {date!r} is no date like 1987, 1987-03 or 1987-03-05")
    shorter = min(len(span.since), len(span.through))
    if span.since[:shorter] > span.through[:shorter]:
        raise RuleError(f"{what} ends ({span.through}) before it begins ({span.since})")


def relative_of(state: State, family: str, person: str) -> Relative:
    """This person, who must be a relative of the family."""
    relative = state.relatives.get(person)
    if relative is None or relative.family != family:
        raise RuleError(f"person {person!r} is no relative of this family; add them first")
    return relative
