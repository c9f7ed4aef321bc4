"""Families of the missing: who is related how, who may be told what, what is agreed to.

Everything here is identity: an installation keeps the payloads sealed. The state holds links and
status only (:mod:`priam.events.families_rows`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.cases import check_unused
from priam.events.checks import (
    LONG,
    SHORT,
    check_identifier,
    check_language,
    check_one_of,
    check_revision,
    check_text,
)
from priam.events.families_rows import Family, Reference, Relative
from priam.events.missing import SEXES, PersonName, amended, check_name, relative_of
from priam.events.state import State

__all__ = [
    "ABOUT",
    "CONTACT_WAYS",
    "NOTIFY",
    "PURPOSES",
    "RELATIONS",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ContactAuthorised",
    "ContactBarred",
    "FamilyContacted",
    "FamilyRegistered",
    "Member",
    "MissingLinked",
    "MissingUnlinked",
    "PedigreeSaved",
    "ReferenceDestroyed",
    "ReferenceSampled",
    "RelativeAdded",
    "RelativeAmended",
    "WishRecorded",
    "check_contact",
    "usable_references",
    "uses",
]

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


# -- the family ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FamilyRegistered(Event):
    """A family asks for one or several missing persons."""

    type: ClassVar[str] = "family.registered"
    compartment: ClassVar[str] = "identity"

    family: str
    note: str = ""

    def check(self, state: State, recorded: Recorded) -> None:
        check_identifier("family", self.family)
        if self.family in state.families:
            raise RuleError(f"family {self.family!r} is already registered")
        check_text("the note", self.note, LONG, empty=True)

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
        return amended(after, self.missing, family=self.family)


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
        check_text("the reason", self.reason, LONG)

    def effect(self, state: State, recorded: Recorded) -> State:
        family = state.family(self.family)
        left = tuple(one for one in family.missing if one != self.missing)
        after = _put(state, dataclasses.replace(family, missing=left))
        return amended(after, self.missing, family=None)


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
        check_identifier("person", self.person)
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
        check_revision("the pedigree", self.revision, family.pedigree)
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
        check_language(self.language)
        check_text("their words", self.words, LONG, empty=True)
        if self.person is not None:
            relative_of(state, self.family, self.person)

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
        check_text("the note", self.note, LONG, empty=True)
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
    relative = relative_of(state, family, person)
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
        check_text("the form of the consent", self.form, SHORT)

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
        check_text("the form of the withdrawal", self.form, SHORT, empty=True)

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
        check_text("the kind of sample", self.kind, SHORT)

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
        check_text("the reason", self.reason, LONG)

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


def _person(state: State, person: str, **changes: Any) -> State:
    row = dataclasses.replace(state.relative(person), **changes)
    return state.put("relatives", person, row)


def _check_once(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise RuleError(f"{what} {one!r} stands twice in the pedigree")
        seen.add(one)


def _check_member(member: Member, family: Family, ids: set[str]) -> None:
    check_identifier("member", member.id)
    check_one_of("sex", member.sex, SEXES)
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
    check_name(event.name)
    if event.relation not in RELATIONS:
        raise RuleError(f"{event.relation!r} is none of {', '.join(RELATIONS)}")
    if event.of is not None and event.of not in family.missing:
        raise RuleError("the relation is to a missing person of another family")
    check_text("the contact", event.contact, SHORT, empty=True)
    if event.language:
        check_language(event.language)


def _check_standing(state: State, family: str, person: str, reason: str, standing: str) -> None:
    if relative_of(state, family, person).contact == standing:
        raise RuleError(f"this person is already {standing}")
    check_text("the reason", reason, LONG)


def _check_purpose(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise RuleError(f"{purpose!r} is none of {', '.join(PURPOSES)}")
