"""Missing persons and their families: who is looked for, who may be told what, what is agreed to.

Everything here is identity: an installation keeps the payloads sealed. The state holds links and
status only (:mod:`priam.events.families_rows`).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import rfc8785

from priam.events.base import Event, Recorded, RuleError
from priam.events.cases import check_unused
from priam.events.families_rows import Family, Missing, Reference, Relative
from priam.events.state import State
from priam.events.values import Number

__all__ = [
    "ABOUT",
    "CLOSINGS",
    "CONTACT_WAYS",
    "NOTIFY",
    "PURPOSES",
    "RELATIONS",
    "REPORTERS",
    "SECTIONS",
    "AntemortemSectionSaved",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ContactAuthorised",
    "ContactBarred",
    "FamilyContacted",
    "FamilyRegistered",
    "Member",
    "MissingAmended",
    "MissingClosed",
    "MissingFacts",
    "MissingLinked",
    "MissingRegistered",
    "MissingReopened",
    "MissingUnlinked",
    "PedigreeSaved",
    "PersonName",
    "ReferenceDestroyed",
    "ReferenceSampled",
    "RelativeAdded",
    "RelativeAmended",
    "ReporterAdded",
    "Span",
    "WishRecorded",
    "check_contact",
    "usable_references",
    "uses",
]

#: Sections of the ante-mortem record; the same as of the post-mortem record, so that they face.
SECTIONS = ("100", "200", "300", "400", "500", "600", "700", "800", "900")
SEXES = ("male", "female", "unknown")
#: Why a record of a missing person is closed without remains.
CLOSINGS = ("found alive", "registered twice", "withdrawn", "other")
#: What a person may agree to, each for itself.
PURPOSES = ("identification", "comparison abroad", "research", "public")
#: When a family wants to be told of findings.
NOTIFY = ("each", "first", "end")
#: How somebody spoke with a relative; ``in`` ways begin with them and are never refused.
CONTACT_WAYS = ("telephone", "visit", "letter", "message", "they came", "they called", "they wrote")
_FROM_THEM = ("they came", "they called", "they wrote")
#: What a contact was about. News goes to authorised persons only.
ABOUT = ("questions", "sample", "consent", "finding", "identification", "release", "other")
_NEWS = ("finding", "identification", "release")
#: What a relative is to the missing person.
RELATIONS = (
    "father",
    "mother",
    "son",
    "daughter",
    "brother",
    "sister",
    "half-brother",
    "half-sister",
    "spouse",
    "grandfather",
    "grandmother",
    "grandson",
    "granddaughter",
    "uncle",
    "aunt",
    "nephew",
    "niece",
    "cousin",
    "guardian",
    "other",
)
#: Who tells of a missing person without being a relative.
REPORTERS = ("comrade", "friend", "physician", "dentist", "authority", "document", "other")

_SHORT, _LONG, _FIELDS = 300, 8_000, 60_000  # characters
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


# -- values ----------------------------------------------------------------------------------


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
            _check_name(name)
        if self.sex not in SEXES:
            raise RuleError(f"sex {self.sex!r} is none of {', '.join(SEXES)}")
        _check_span("the date of birth", self.born)
        _check_span("the date when last seen", self.last_seen)
        for number in self.numbers:
            _check_text("the issuer of a number", number.issuer, _SHORT)
            _check_text("a number", number.number, _SHORT)
        for what in ("place", "region", "unit"):
            _check_text(f"the {what}", getattr(self, what), _SHORT, empty=True)
        _check_text("the note", self.note, _LONG, empty=True)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a drawn pedigree.

    ``father`` and ``mother`` name members; ``partner`` a partner without common children here.
    ``missing`` or ``person`` says whom the member stands for; a member may be only drawn.
    """

    id: str
    sex: str = "unknown"
    father: str | None = None
    mother: str | None = None
    partner: str | None = None
    missing: str | None = None
    person: str | None = None
    deceased: bool = False


# -- the missing person ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MissingRegistered(Event):
    """A person is looked for. ``source`` says who told: a family, a list, an authority."""

    type: ClassVar[str] = "missing.registered"
    compartment: ClassVar[str] = "identity"

    missing: str
    facts: MissingFacts
    source: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        _check_id("missing person", self.missing)
        if self.missing in state.missing:
            raise RuleError(f"missing person {self.missing!r} is already registered; amend it")
        self.facts.check()
        _check_text("the source", self.source, _SHORT, empty=True)

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
        _check_revision("this record", self.revision, row.revision)
        self.facts.check()
        _check_text("the reason", self.reason, _SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _amend(state, self.missing, revision=self.revision)


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
        _check_text("the explanation", self.words, _LONG, empty=self.why != "other")
        if (self.other is None) == (self.why == "registered twice"):
            raise RuleError("'registered twice', and only that, names the other record")
        if self.other is not None:
            other = state.missing_person(self.other)
            if self.other == self.missing or other.status == "closed":
                raise RuleError("the other record must be another one, and open")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _amend(state, self.missing, status="closed")


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
        _check_text("the reason", self.reason, _LONG)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _amend(state, self.missing, status="open")


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
        _check_id("reporter", self.reporter)
        if self.reporter in row.reporters or self.reporter in state.relatives:
            raise RuleError(f"reporter {self.reporter!r} is already there")
        if self.kind not in REPORTERS:
            raise RuleError(f"{self.kind!r} is none of {', '.join(REPORTERS)}")
        _check_text("the name", self.name, _SHORT)
        _check_text("the contact", self.contact, _SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        reporters = state.missing_person(self.missing).reporters | {self.reporter}
        return _amend(state, self.missing, reporters=reporters)


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
        if self.section not in SECTIONS:
            raise RuleError(f"section {self.section!r} is none of {', '.join(SECTIONS)}")
        if self.reporter not in row.reporters:
            _check_of_family(state, row.family or "", self.reporter)
        _check_revision("this section", self.revision, row.sections.get(self._key, 0))
        _check_fields(self.fields)

    @property
    def _key(self) -> str:
        return f"{self.section} {self.reporter}"

    def effect(self, state: State, recorded: Recorded) -> State:
        sections = state.missing_person(self.missing).sections.set(self._key, self.revision)
        return _amend(state, self.missing, sections=sections)


# -- the family ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FamilyRegistered(Event):
    """A family asks for one or several missing persons."""

    type: ClassVar[str] = "family.registered"
    compartment: ClassVar[str] = "identity"

    family: str
    note: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        _check_id("family", self.family)
        if self.family in state.families:
            raise RuleError(f"family {self.family!r} is already registered")
        _check_text("the note", self.note, _LONG, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("families", self.family, Family(self.family))


@dataclass(frozen=True, slots=True)
class MissingLinked(Event):
    """This family looks for this missing person. One missing person has one family; where two
    households ask, they are relatives of one family, and may be barred from each other's news."""

    type: ClassVar[str] = "family.missing_linked"
    compartment: ClassVar[str] = "identity"

    family: str
    missing: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.family(self.family)
        held = state.missing_person(self.missing).family
        if held is not None:
            raise RuleError(f"missing person {self.missing!r} already belongs to family {held!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        after = _put(state, dataclasses.replace(family, missing=(*family.missing, self.missing)))
        return _amend(after, self.missing, family=self.family)


@dataclass(frozen=True, slots=True)
class MissingUnlinked(Event):
    """It was the wrong family. A drawing that still names the person is read without them."""

    type: ClassVar[str] = "family.missing_unlinked"
    compartment: ClassVar[str] = "identity"

    family: str
    missing: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.missing not in state.family(self.family).missing:
            raise RuleError(f"missing person {self.missing!r} is not of family {self.family!r}")
        _check_text("the reason", self.reason, _LONG)

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        left = tuple(one for one in family.missing if one != self.missing)
        after = _put(state, dataclasses.replace(family, missing=left))
        return _amend(after, self.missing, family=None)


@dataclass(frozen=True, slots=True)
class RelativeAdded(Event):
    """A person of the family. ``of`` is the missing person whose ``relation`` they are."""

    type: ClassVar[str] = "relative.added"
    compartment: ClassVar[str] = "identity"

    person: str
    family: str
    name: PersonName
    relation: str
    of: str | None = None
    contact: str = ""
    language: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        _check_id("person", self.person)
        if self.person in state.relatives:
            raise RuleError(f"person {self.person!r} is already a relative of a family")
        _check_relative(self, state.family(self.family))

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        relatives = (*family.relatives, self.person)
        after = _put(state, dataclasses.replace(family, relatives=relatives))
        return after.put("relatives", self.person, Relative(self.person, self.family))


@dataclass(frozen=True, slots=True)
class RelativeAmended(Event):
    """Name, relation, language or address of a relative, anew."""

    type: ClassVar[str] = "relative.amended"
    compartment: ClassVar[str] = "identity"

    person: str
    name: PersonName
    relation: str
    of: str | None = None
    contact: str = ""
    language: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        _check_relative(self, state.family(state.relative(self.person).family))

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class PedigreeSaved(Event):
    """The family as it is drawn. That nobody is his own ancestor and so on is checked by
    :class:`priam.kinship.pedigree.Pedigree` before; here, that members stand for whom they may."""

    type: ClassVar[str] = "pedigree.saved"
    compartment: ClassVar[str] = "identity"

    family: str
    members: tuple[Member, ...]
    revision: int

    def check(self, state: State, recorded: Recorded) -> None:
        family = state.family(self.family)
        _check_revision("the pedigree", self.revision, family.pedigree)
        _check_once("member", (member.id for member in self.members))
        _check_once("missing person", (m.missing for m in self.members if m.missing))
        _check_once("relative", (m.person for m in self.members if m.person))
        ids = {member.id for member in self.members}
        for member in self.members:
            _check_member(member, family, ids)

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        return _put(state, dataclasses.replace(family, pedigree=self.revision))


@dataclass(frozen=True, slots=True)
class WishRecorded(Event):
    """What the family wants to be told, in their own words and language."""

    type: ClassVar[str] = "wish.recorded"
    compartment: ClassVar[str] = "identity"

    family: str
    notify: str
    language: str
    words: str = ""
    person: str | None = None  # who said it

    def check(self, state: State, recorded: Recorded) -> None:
        state.family(self.family)
        if self.notify not in NOTIFY:
            raise RuleError(f"{self.notify!r} is none of {', '.join(NOTIFY)}")
        _check_language(self.language)
        _check_text("their words", self.words, _LONG, empty=True)
        if self.person is not None:
            _check_of_family(state, self.family, self.person)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _put(state, dataclasses.replace(state.family(self.family), notify=self.notify))


@dataclass(frozen=True, slots=True)
class ContactAuthorised(Event):
    """This relative speaks for the family and is told its news. Lifts a bar, with the reason."""

    type: ClassVar[str] = "contact.authorised"
    compartment: ClassVar[str] = "identity"

    family: str
    person: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_standing(state, self.family, self.person, self.reason, "authorised")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _person(state, self.person, contact="authorised")


@dataclass(frozen=True, slots=True)
class ContactBarred(Event):
    """This relative must not be contacted; any contact with them is refused from now on."""

    type: ClassVar[str] = "contact.barred"
    compartment: ClassVar[str] = "identity"

    family: str
    person: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_standing(state, self.family, self.person, self.reason, "barred")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _person(state, self.person, contact="barred")


@dataclass(frozen=True, slots=True)
class FamilyContacted(Event):
    """A line of the contact diary: with whom, how, about what."""

    type: ClassVar[str] = "family.contacted"
    compartment: ClassVar[str] = "identity"

    family: str
    person: str
    how: str
    about: str
    note: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        if self.how not in CONTACT_WAYS:
            raise RuleError(f"{self.how!r} is none of {', '.join(CONTACT_WAYS)}")
        if self.about not in ABOUT:
            raise RuleError(f"{self.about!r} is none of {', '.join(ABOUT)}")
        _check_text("the note", self.note, _LONG, empty=True)
        check_contact(state, self.family, self.person, self.how, self.about)

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        told = family.findings_told + (self.about == "finding")
        return _put(state, dataclasses.replace(family, findings_told=told))


def check_contact(state: State, family: str, person: str, how: str, about: str) -> None:
    """Raise :class:`RuleError` if this relative may not be spoken to in this way about this.

    A barred person is never contacted; news goes to authorised persons, and single findings only
    as the family wished. That somebody came to the office is always written down.
    """
    relative = _check_of_family(state, family, person)
    if relative.contact == "barred" and how not in _FROM_THEM:
        raise RuleError("this person must not be contacted: the family or the person forbade it")
    if about not in _NEWS:
        return
    if relative.contact != "authorised":
        raise RuleError("only an authorised person of the family is told news")
    if about == "finding":
        _check_wish(state.family(family))


def _check_wish(family: Family) -> None:
    if family.notify is None:
        raise RuleError("ask the family first what it wants to be told, and record it")
    if family.notify == "end":
        raise RuleError("this family wants to be told at the end, not of single findings")
    if family.notify == "first" and family.findings_told:
        raise RuleError("this family wanted to hear of the first finding only, and has")


# -- consent and reference samples -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    """A person agrees to one purpose; ``form`` says how: signed paper and its number, spoken."""

    type: ClassVar[str] = "consent.given"
    compartment: ClassVar[str] = "identity"

    person: str
    purpose: str
    form: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_purpose(self.purpose)
        if self.purpose in state.relative(self.person).consents:
            raise RuleError(f"this person already consents to {self.purpose!r}")
        _check_text("the form of the consent", self.form, _SHORT)

    def effect(self, state: State, recorded: Recorded) -> State:
        consents = state.relative(self.person).consents | {self.purpose}
        return _person(state, self.person, consents=consents)


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """The person agrees no longer; from this event on nothing of theirs is used for it."""

    type: ClassVar[str] = "consent.withdrawn"
    compartment: ClassVar[str] = "identity"

    person: str
    purpose: str
    form: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        _check_purpose(self.purpose)
        if self.purpose not in state.relative(self.person).consents:
            raise RuleError(f"this person does not consent to {self.purpose!r}")
        _check_text("the form of the withdrawal", self.form, _SHORT, empty=True)

    def effect(self, state: State, recorded: Recorded) -> State:
        consents = state.relative(self.person).consents - {self.purpose}
        return _person(state, self.person, consents=consents)


@dataclass(frozen=True, slots=True)
class ReferenceSampled(Event):
    """A reference sample was taken under a label, with consent to identification."""

    type: ClassVar[str] = "reference.sampled"
    compartment: ClassVar[str] = "identity"

    sample: str
    person: str
    kind: str = "buccal swab"

    def check(self, state: State, recorded: Recorded) -> None:
        check_unused(state, (self.sample,))
        if "identification" not in state.relative(self.person).consents:
            raise RuleError("a sample needs the person's consent to identification first")
        _check_text("the kind of sample", self.kind, _SHORT)

    def effect(self, state: State, recorded: Recorded) -> State:
        relative = state.relative(self.person)
        reference = Reference(self.sample, self.person, relative.family)
        after = _person(state, self.person, samples=(*relative.samples, self.sample))
        things = after.things.set(self.sample, "reference sample")
        return after.having(references=after.references.set(self.sample, reference), things=things)


@dataclass(frozen=True, slots=True)
class ReferenceDestroyed(Event):
    """The material of a reference sample is no more."""

    type: ClassVar[str] = "reference.destroyed"
    compartment: ClassVar[str] = "identity"

    sample: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        if state.reference(self.sample).destroyed:
            raise RuleError(f"the sample {self.sample!r} is already destroyed")
        _check_text("the reason", self.reason, _LONG)

    def effect(self, state: State, recorded: Recorded) -> State:
        row = dataclasses.replace(state.reference(self.sample), destroyed=True)
        return state.put("references", self.sample, row)


def uses(state: State, sample: str, purpose: str) -> bool:
    """Whether the profiles of this reference sample may be used for ``purpose`` now."""
    reference = state.references.get(sample)
    return reference is not None and purpose in state.relatives[reference.person].consents


def usable_references(state: State, purpose: str = "identification") -> Iterator[Reference]:
    """Reference samples whose person consents to ``purpose`` now; nothing else enters a search.

    Destroyed material does not matter: what was typed before stays usable while there is consent.
    """
    for sample, reference in state.references.items():
        if uses(state, sample, purpose):
            yield reference


# -- rules that several events share ---------------------------------------------------------


def _put(state: State, family: Family) -> State:
    return state.put("families", family.family, family)


def _amend(state: State, missing: str, **changes: Any) -> State:
    row = dataclasses.replace(state.missing_person(missing), **changes)
    return state.put("missing", missing, row)


def _person(state: State, person: str, **changes: Any) -> State:
    row = dataclasses.replace(state.relative(person), **changes)
    return state.put("relatives", person, row)


def _check_id(what: str, value: str) -> None:
    if not 0 < len(value) <= 64 or not value.isascii() or not value.isprintable() or " " in value:
        raise RuleError(f"{value[:70]!r} is no identifier of a {what}: up to 64 plain characters")


def _check_text(what: str, value: str, limit: int, *, empty: bool = False) -> None:
    if not value.strip() and not empty:
        raise RuleError(f"{what} is missing")
    if len(value) > limit:
        raise RuleError(f"{what} has {len(value)} characters; at most {limit} are kept")


def _check_name(name: PersonName) -> None:
    if not (name.surname + name.given + name.patronymic).strip():
        raise RuleError("a name needs at least one part")
    for what in ("surname", "given", "patronymic"):
        _check_text(f"the {what} name", getattr(name, what), _SHORT, empty=True)
    _check_language(name.language)


def _check_language(code: str) -> None:
    if not _LANGUAGE.fullmatch(code):
        raise RuleError(f"{code!r} is no language code like uk, ru or en")


def _check_span(what: str, span: Span) -> None:
    for date in (span.since, span.through):
        if date and not _DATE.fullmatch(date):
            raise RuleError(f"{what} {date!r} is no date like 1987, 1987-03 or 1987-03-05")
    shorter = min(len(span.since), len(span.through))
    if span.since[:shorter] > span.through[:shorter]:
        raise RuleError(f"{what} ends ({span.through}) before it begins ({span.since})")


def _check_revision(what: str, revision: int, last: int) -> None:
    if revision != last + 1:
        raise RuleError(
            f"{what} was changed in the meantime (revision {last}, yours follows {revision - 1}); "
            "look at it again and save once more"
        )


def _check_fields(text: str) -> None:
    if len(text) > _FIELDS:
        raise RuleError(f"the section has {len(text)} characters; at most {_FIELDS} are kept")
    try:
        fields = json.loads(text)
    except ValueError:
        raise RuleError("the fields of a section are a JSON object") from None
    if not isinstance(fields, dict) or rfc8785.dumps(fields).decode() != text:
        raise RuleError("the fields of a section are a JSON object in RFC 8785 form")


def _check_once(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise RuleError(f"{what} {one!r} stands twice in the pedigree")
        seen.add(one)


def _check_member(member: Member, family: Family, ids: set[str]) -> None:
    _check_id("member", member.id)
    if member.sex not in SEXES:
        raise RuleError(f"sex {member.sex!r} is none of {', '.join(SEXES)}")
    for other in (member.father, member.mother, member.partner):
        if other is not None and (other not in ids or other == member.id):
            raise RuleError(f"member {member.id!r} is tied to {other!r}, who is not in the drawing")
    if member.missing is not None and member.missing not in family.missing:
        raise RuleError(f"member {member.id!r} stands for a missing person of another family")
    if member.person is not None and member.person not in family.relatives:
        raise RuleError(f"member {member.id!r} stands for a relative of another family")
    if member.missing is not None and member.person is not None:
        raise RuleError(f"member {member.id!r} is either missing or a relative, not both")


def _check_relative(event: RelativeAdded | RelativeAmended, family: Family) -> None:
    _check_name(event.name)
    if event.relation not in RELATIONS:
        raise RuleError(f"{event.relation!r} is none of {', '.join(RELATIONS)}")
    if event.of is not None and event.of not in family.missing:
        raise RuleError("the relation is to a missing person of another family")
    _check_text("the contact", event.contact, _SHORT, empty=True)
    if event.language:
        _check_language(event.language)


def _check_of_family(state: State, family: str, person: str) -> Relative:
    relative = state.relatives.get(person)
    if relative is None or relative.family != family:
        raise RuleError(f"person {person!r} is no relative of this family; add them first")
    return relative


def _check_standing(state: State, family: str, person: str, reason: str, standing: str) -> None:
    if _check_of_family(state, family, person).contact == standing:
        raise RuleError(f"this person is already {standing}")
    _check_text("the reason", reason, _LONG)


def _check_purpose(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise RuleError(f"{purpose!r} is none of {', '.join(PURPOSES)}")
