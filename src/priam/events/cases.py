"""From the opened bag to the sample: cases, elements, records, photographs, effects, places.

A case is what one label says belongs together; it is never deleted and its number never means
another. What turns out otherwise is a further event: a bag re-examined, a case split, linked,
closed. The rules hold one thing above all: every tag stands for one thing, once.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import ClassVar

from priam.casework.sections import SECTIONS
from priam.casework.skeleton import BONES, COMPLETENESS, SIDES
from priam.events.base import Event, Recorded, RuleError
from priam.events.cases_rows import (
    Case,
    Element,
    Opening,
    Packet,
    Photograph,
    Place,
    PostMortem,
    Sample,
)
from priam.events.checks import check_one_of, check_section, check_text
from priam.events.state import State

__all__ = [
    "CASE_CLOSINGS",
    "FINDINGS",
    "PLACE_KINDS",
    "SAMPLE_KINDS",
    "BagOpened",
    "BagReexamined",
    "CaseClosed",
    "CaseLinkWithdrawn",
    "CaseLinked",
    "CaseReopened",
    "CaseSplit",
    "EffectsItem",
    "EffectsResealed",
    "EffectsSealed",
    "ElementMoved",
    "ElementRecorded",
    "ElementWithdrawn",
    "PhotographSealed",
    "PlaceClosed",
    "PlaceDeclared",
    "SampleConsumed",
    "SampleMoved",
    "SampleReceived",
    "SampleSent",
    "SampleTaken",
    "SectionKeptBeside",
    "SectionSaved",
    "Stored",
    "check_unused",
    "touched",
]

#: What opening a bag can find -> how many cases come out of it: (at least, at most).
FINDINGS: dict[str, tuple[int, int | None]] = {
    "one": (1, 1),
    "several": (2, None),
    "commingled": (1, None),
    "not human": (0, 0),
    "effects only": (0, 0),
    "empty": (0, 0),
}
SAMPLE_KINDS = ("bone", "tooth", "muscle", "nail", "hair", "blood", "swab", "other")
PLACE_KINDS = ("room", "refrigerator", "container", "shelf", "rack", "safe", "other")
CASE_CLOSINGS = ("unidentifiable", "not human", "emptied by splitting", "entered by mistake")

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BagOpened(Event):
    """A bag is opened, and what it holds gets case numbers, whose labels are ``cases``."""

    type: ClassVar[str] = "bag.opened"
    compartment: ClassVar[str] = "custody"

    bag: str
    finding: str
    cases: tuple[str, ...] = ()
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        bag = state.bag(self.bag)
        if bag.manifest is not None:
            raise RuleError(
                f"bag {self.bag!r} is on manifest {bag.manifest!r}; it is opened after it is "
                "handed over, or taken off the list"
            )
        if self.bag in state.openings:
            raise RuleError(f"bag {self.bag!r} is already opened; re-examine it instead")
        if self.bag in state.packed:
            raise RuleError(f"bag {self.bag!r} is packed for the other side; cancel that first")
        _check_finding(self.finding, len(self.cases))
        check_unused(state, self.cases)

    def effect(self, state: State, recorded: Recorded) -> State:
        opening = Opening(self.bag, self.finding, self.cases, recorded.event_id)
        after = _with_bag_touched(state, self.bag, recorded)
        after = after.put("openings", self.bag, opening)
        return _with_new_cases(after, self.cases, self.bag, self.finding, None, recorded)


@dataclass(frozen=True, slots=True)
class BagReexamined(Event):
    """An opened bag is found to be something else, or to hold more: further cases come out.

    The finding replaces the one before, which stays in the record.
    """

    type: ClassVar[str] = "bag.reexamined"
    compartment: ClassVar[str] = "custody"

    bag: str
    finding: str
    reason: str
    cases: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        before = state.openings.get(self.bag)
        if before is None:
            raise RuleError(f"bag {self.bag!r} is not opened; open it first")
        check_text("the reason", self.reason)
        standing = [c for c in before.cases if state.cases[c].status == "open"]
        _check_finding(self.finding, len(standing) + len(self.cases))
        check_unused(state, self.cases)

    def effect(self, state: State, recorded: Recorded) -> State:
        before = state.openings[self.bag]
        opening = Opening(self.bag, self.finding, (*before.cases, *self.cases), recorded.event_id)
        after = _with_bag_touched(state, self.bag, recorded).put("openings", self.bag, opening)
        return _with_new_cases(after, self.cases, self.bag, self.finding, None, recorded)


@dataclass(frozen=True, slots=True)
class CaseSplit(Event):
    """Parts of a case get numbers of their own; the case keeps the rest."""

    type: ClassVar[str] = "case.split"
    compartment: ClassVar[str] = "custody"

    case: str
    into: tuple[str, ...]
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _open(state, self.case)
        check_text("the reason", self.reason)
        if not self.into:
            raise RuleError("a split names at least one new case")
        check_unused(state, self.into)

    def effect(self, state: State, recorded: Recorded) -> State:
        case = touched(state.case(self.case), recorded)
        after = _put(state, dataclasses.replace(case, parts=(*case.parts, *self.into)))
        return _with_new_cases(after, self.into, case.bag, "split", self.case, recorded)


@dataclass(frozen=True, slots=True)
class CaseLinked(Event):
    """Two cases are thought to be of one individual; nothing is merged."""

    type: ClassVar[str] = "case.linked"
    compartment: ClassVar[str] = "custody"

    case: str
    other: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        case = state.case(self.case)
        state.case(self.other)
        check_text("the reason", self.reason)
        if self.case == self.other:
            raise RuleError(f"case {self.case!r} cannot be linked to itself")
        if self.other in case.links:
            raise RuleError(f"cases {self.case!r} and {self.other!r} are already linked")

    def effect(self, state: State, recorded: Recorded) -> State:
        for one, two in ((self.case, self.other), (self.other, self.case)):
            case = touched(state.case(one), recorded)
            state = _put(state, dataclasses.replace(case, links=(*case.links, two)))
        return state


@dataclass(frozen=True, slots=True)
class CaseLinkWithdrawn(Event):
    """Two cases are no longer thought to be of one individual."""

    type: ClassVar[str] = "case.link_withdrawn"
    compartment: ClassVar[str] = "custody"

    case: str
    other: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        check_text("the reason", self.reason)
        if self.other not in state.case(self.case).links:
            raise RuleError(f"cases {self.case!r} and {self.other!r} are not linked")

    def effect(self, state: State, recorded: Recorded) -> State:
        for one, two in ((self.case, self.other), (self.other, self.case)):
            case = touched(state.case(one), recorded)
            links = tuple(link for link in case.links if link != two)
            state = _put(state, dataclasses.replace(case, links=links))
        return state


@dataclass(frozen=True, slots=True)
class CaseClosed(Event):
    """Work on a case ends here for a reason of the mortuary; it can be opened again.

    ``outcome`` is one of ``CASE_CLOSINGS``. Release and return end a case by their own events.
    """

    type: ClassVar[str] = "case.closed"
    compartment: ClassVar[str] = "custody"

    case: str
    outcome: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        case = _open(state, self.case)
        check_text("the reason", self.reason)
        check_one_of("outcome", self.outcome, CASE_CLOSINGS)
        if self.outcome == "emptied by splitting" and not case.parts:
            raise RuleError(f"case {self.case!r} was not split")

    def effect(self, state: State, recorded: Recorded) -> State:
        case = touched(state.case(self.case), recorded)
        return _put(state, dataclasses.replace(case, status=self.outcome))


@dataclass(frozen=True, slots=True)
class CaseReopened(Event):
    """Work on a case that the mortuary had closed goes on."""

    type: ClassVar[str] = "case.reopened"
    compartment: ClassVar[str] = "custody"

    case: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        check_text("the reason", self.reason)
        status = state.case(self.case).status
        if status not in CASE_CLOSINGS:
            raise RuleError(f"case {self.case!r} is {status}; the mortuary did not close it")

    def effect(self, state: State, recorded: Recorded) -> State:
        case = touched(state.case(self.case), recorded)
        return _put(state, dataclasses.replace(case, status="open"))


@dataclass(frozen=True, slots=True)
class ElementRecorded(Event):
    """A bone or part of a body lies in this case. ``bone``, ``side`` and ``completeness`` are
    keys of :mod:`priam.casework.skeleton`."""

    type: ClassVar[str] = "element.recorded"
    compartment: ClassVar[str] = "custody"

    element: str
    case: str
    bone: str
    side: str
    completeness: str
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _open(state, self.case)
        check_unused(state, (self.element,))
        check_one_of("bone", self.bone, BONES)
        check_one_of("side", self.side, SIDES)
        check_one_of("completeness", self.completeness, COMPLETENESS)
        if BONES[self.bone].paired and self.side == "middle":
            raise RuleError(f"the side {self.side!r} does not fit {self.bone!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        element = Element(self.element, self.case, self.bone, self.side)
        after = _with_case_touched(state, self.case, recorded).put(
            "elements", self.element, element
        )
        return after.put("things", self.element, "element")


@dataclass(frozen=True, slots=True)
class ElementMoved(Event):
    """An element goes to another case; where it was stays in the record."""

    type: ClassVar[str] = "element.moved"
    compartment: ClassVar[str] = "custody"

    element: str
    to: str
    reason: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        element = _standing_element(state, self.element)
        _open(state, self.to)
        if element.case == self.to:
            raise RuleError(f"element {self.element!r} already lies in case {self.to!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        element = state.elements[self.element]
        after = _with_case_touched(state, element.case, recorded)
        after = _with_case_touched(after, self.to, recorded)
        return after.put("elements", self.element, dataclasses.replace(element, case=self.to))


@dataclass(frozen=True, slots=True)
class ElementWithdrawn(Event):
    """An element was entered by mistake, or as something it is not."""

    type: ClassVar[str] = "element.withdrawn"
    compartment: ClassVar[str] = "custody"

    element: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _standing_element(state, self.element)
        check_text("the reason", self.reason)

    def effect(self, state: State, recorded: Recorded) -> State:
        element = state.elements[self.element]
        after = _with_case_touched(state, element.case, recorded)
        return after.put("elements", self.element, dataclasses.replace(element, withdrawn=True))


@dataclass(frozen=True, slots=True)
class SampleTaken(Event):
    """A sample under its own label, of a case or of one element of it.

    ``kind`` is one of ``SAMPLE_KINDS``. A retest is a further profile of the sample, not a
    further sample.
    """

    type: ClassVar[str] = "sample.taken"
    compartment: ClassVar[str] = "custody"

    sample: str
    case: str
    kind: str
    element: str | None = None
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _open(state, self.case)
        check_unused(state, (self.sample,))
        check_one_of("kind", self.kind, SAMPLE_KINDS)
        if self.element is not None and _standing_element(state, self.element).case != self.case:
            raise RuleError(f"element {self.element!r} does not lie in case {self.case!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        sample = Sample(self.sample, self.case, self.element, self.kind, "taken")
        after = _with_case_touched(state, self.case, recorded).put("samples", self.sample, sample)
        return after.put("things", self.sample, "sample")


@dataclass(frozen=True, slots=True)
class SampleMoved(Event):
    """A sample was entered under the wrong case; it belongs to another."""

    type: ClassVar[str] = "sample.moved"
    compartment: ClassVar[str] = "custody"

    sample: str
    to: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        sample = state.sample(self.sample)
        state.case(self.to)
        check_text("the reason", self.reason)
        if sample.case == self.to:
            raise RuleError(f"sample {self.sample!r} already belongs to case {self.to!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        sample = state.sample(self.sample)
        after = _with_case_touched(state, sample.case, recorded)
        after = _with_case_touched(after, self.to, recorded)
        moved = dataclasses.replace(sample, case=self.to, element=None)
        return after.put("samples", self.sample, moved)


@dataclass(frozen=True, slots=True)
class SampleSent(Event):
    """A sample leaves the mortuary for a laboratory; it may come and go several times."""

    type: ClassVar[str] = "sample.sent"
    compartment: ClassVar[str] = "custody"

    sample: str
    to: str
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_sample(state, self.sample, ("taken", "received"), "sent")
        check_text("the receiver", self.to)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _with_sample(state, self.sample, "sent", recorded)


@dataclass(frozen=True, slots=True)
class SampleReceived(Event):
    """A sample arrives. A laboratory under the same roof may receive one that was not sent."""

    type: ClassVar[str] = "sample.received"
    compartment: ClassVar[str] = "custody"

    sample: str
    by: str
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _check_sample(state, self.sample, ("taken", "sent"), "received")
        check_text("the receiver", self.by)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _with_sample(state, self.sample, "received", recorded)


@dataclass(frozen=True, slots=True)
class SampleConsumed(Event):
    """Nothing of the sample is left, or it is lost: the note says which."""

    type: ClassVar[str] = "sample.consumed"
    compartment: ClassVar[str] = "custody"

    sample: str
    note: str

    def check(self, state: State, recorded: Recorded) -> None:
        _check_sample(state, self.sample, ("taken", "sent", "received"), "consumed")
        check_text("the note", self.note)

    def effect(self, state: State, recorded: Recorded) -> State:
        return _with_sample(state, self.sample, "consumed", recorded)


@dataclass(frozen=True, slots=True)
class SectionSaved(Event):
    """A section of the post-mortem record as it is now, whole.

    ``fields`` is RFC 8785 JSON of :func:`priam.casework.sections.cleaned` values; ``revision``
    counts from 1. ``settles`` names versions kept beside (:class:`SectionKeptBeside`) that
    whoever saved had before them.
    """

    type: ClassVar[str] = "postmortem.section_saved"
    compartment: ClassVar[str] = "custody"

    case: str
    section: str
    fields: str
    revision: int
    settles: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        _check_section(state, self.case, self.section, self.fields)
        before = state.postmortem.get(section_key(self.case, self.section), _NO_SECTION)
        if self.revision != before.revision + 1:
            raise RuleError(
                f"section {self.section} of case {self.case!r} is at revision {before.revision}; "
                f"revision {self.revision} does not follow it"
            )
        for event_id in self.settles:
            if event_id not in before.conflicts:
                raise RuleError(f"{event_id} is no open version of this section")

    def effect(self, state: State, recorded: Recorded) -> State:
        key = section_key(self.case, self.section)
        before = state.postmortem.get(key, _NO_SECTION)
        left = tuple(c for c in before.conflicts if c not in self.settles)
        after = _with_case_touched(state, self.case, recorded)
        return after.put("postmortem", key, PostMortem(self.revision, recorded.event_id, left))


@dataclass(frozen=True, slots=True)
class SectionKeptBeside(Event):
    """Another version of a section, written without sight of the present one.

    Two tablets filled in the same field: neither is lost, and a person settles it. ``base`` is
    the revision that the writer had before them, 0 for an empty section.
    """

    type: ClassVar[str] = "postmortem.section_kept_beside"
    compartment: ClassVar[str] = "custody"

    case: str
    section: str
    fields: str
    base: int

    def check(self, state: State, recorded: Recorded) -> None:
        _check_section(state, self.case, self.section, self.fields)
        before = state.postmortem.get(section_key(self.case, self.section), _NO_SECTION)
        if not 0 <= self.base < before.revision:
            raise RuleError(
                f"a version beside revision {before.revision} has an earlier base, not {self.base}"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        key = section_key(self.case, self.section)
        before = state.postmortem[key]
        beside = dataclasses.replace(before, conflicts=(*before.conflicts, recorded.event_id))
        return _with_case_touched(state, self.case, recorded).put("postmortem", key, beside)


@dataclass(frozen=True, slots=True)
class PhotographSealed(Event):
    """A photograph: SHA-256 of the sealed original and of the copy without metadata, in hex."""

    type: ClassVar[str] = "photograph.sealed"
    compartment: ClassVar[str] = "custody"

    photograph: str
    case: str
    original: str
    copy: str
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        _open(state, self.case)
        check_unused(state, (self.photograph,))
        for digest in (self.original, self.copy):
            if not _DIGEST.fullmatch(digest):
                raise RuleError(f"{digest[:70]!r} is no SHA-256 in hexadecimal")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Photograph(self.photograph, self.case, self.original)
        after = _with_case_touched(state, self.case, recorded).put(
            "photographs", self.photograph, row
        )
        return after.put("things", self.photograph, "photograph")


@dataclass(frozen=True, slots=True)
class EffectsItem:
    """One line of the list of a packet (First Geneva Convention, article 16)."""

    count: int
    what: str
    marks: str | None = None


@dataclass(frozen=True, slots=True)
class EffectsSealed(Event):
    """Effects are listed and sealed in a packet: of a case, or of a bag without remains."""

    type: ClassVar[str] = "effects.sealed"
    compartment: ClassVar[str] = "custody"

    packet: str
    seal: str
    items: tuple[EffectsItem, ...]
    case: str | None = None
    bag: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if (self.case is None) == (self.bag is None):
            raise RuleError("a packet belongs to a case or to a bag")
        if self.case is not None:
            _open(state, self.case)
        elif self.bag not in state.openings:
            raise RuleError(f"bag {self.bag!r} is not opened; open it first")
        check_unused(state, (self.packet,))
        check_text("the seal", self.seal)
        _check_items(self.items)

    def effect(self, state: State, recorded: Recorded) -> State:
        packet = Packet(self.packet, self.case, self.bag, self.seal)
        after = state.put("packets", self.packet, packet).put("things", self.packet, "packet")
        if self.case is not None:
            return _with_case_touched(after, self.case, recorded)
        return _with_bag_touched(after, str(self.bag), recorded)


@dataclass(frozen=True, slots=True)
class EffectsResealed(Event):
    """A packet was opened for a reason, listed again and sealed again."""

    type: ClassVar[str] = "effects.resealed"
    compartment: ClassVar[str] = "custody"

    packet: str
    seal: str
    items: tuple[EffectsItem, ...]
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.packet not in state.packets:
            raise RuleError(f"there is no packet {self.packet!r}: seal it first")
        check_text("the seal", self.seal)
        check_text("the reason", self.reason)
        if self.seal == state.packets[self.packet].seal:
            raise RuleError(f"the new seal has the number of the old one, {self.seal!r}")
        _check_items(self.items)

    def effect(self, state: State, recorded: Recorded) -> State:
        packet = dataclasses.replace(state.packets[self.packet], seal=self.seal)
        after = state.put("packets", self.packet, packet)
        if packet.case is None:
            return _with_bag_touched(after, str(packet.bag), recorded)
        return _with_case_touched(after, packet.case, recorded)


@dataclass(frozen=True, slots=True)
class PlaceDeclared(Event):
    """A place where things are kept gets a label: ``name`` as people call it."""

    type: ClassVar[str] = "place.declared"
    compartment: ClassVar[str] = "custody"

    place: str
    name: str
    kind: str
    within: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        check_unused(state, (self.place,))
        check_text("the name", self.name)
        check_one_of("kind", self.kind, PLACE_KINDS)
        if self.within is not None:
            _usable_place(state, self.within)

    def effect(self, state: State, recorded: Recorded) -> State:
        after = state.put("places", self.place, Place(self.place, self.within))
        return after.put("things", self.place, "place")


@dataclass(frozen=True, slots=True)
class PlaceClosed(Event):
    """Nothing more is put in a place; what still lies there stays on record as lying there."""

    type: ClassVar[str] = "place.closed"
    compartment: ClassVar[str] = "custody"

    place: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        _usable_place(state, self.place)
        check_text("the reason", self.reason)

    def effect(self, state: State, recorded: Recorded) -> State:
        closed = dataclasses.replace(state.places[self.place], closed=True)
        return state.put("places", self.place, closed)


@dataclass(frozen=True, slots=True)
class Stored(Event):
    """A bag, case, element, sample or packet is put in a place; without one, it is taken out."""

    type: ClassVar[str] = "thing.stored"
    compartment: ClassVar[str] = "custody"

    thing: str
    place: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.thing not in state.bags:
            kind = state.things.get(self.thing)
            if kind is None:
                raise RuleError(f"nothing has the label {self.thing!r}; scan it again")
            if kind in ("place", "photograph"):
                raise RuleError(f"{self.thing!r} is a {kind}; it is not put in a place")
        if self.place is None:
            if self.thing not in state.storage:
                raise RuleError(f"{self.thing!r} is in no place")
            return
        _usable_place(state, self.place)
        if state.storage.get(self.thing) == self.place:
            raise RuleError(f"{self.thing!r} is already in place {self.place!r}")

    def effect(self, state: State, recorded: Recorded) -> State:
        if self.thing in state.bags:
            state = _with_bag_touched(state, self.thing, recorded)
        elif self.thing in state.cases:
            state = _with_case_touched(state, self.thing, recorded)
        if self.place is None:
            return state.having(storage=state.storage.delete(self.thing))
        return state.put("storage", self.thing, self.place)


def check_unused(state: State, tags: tuple[str, ...]) -> None:
    """Raise unless each of the new labels is an id, stands once, and names nothing yet.

    Every slice that labels a thing asks here and adds it to ``state.things``.
    """
    if len(set(tags)) != len(tags):
        raise RuleError("a label stands twice in one event; each thing has its own")
    for tag in tags:
        if not _ID.fullmatch(tag):
            raise RuleError(f"{tag[:70]!r} is no label; expected letters, digits and - only")
        kind = _labelled(state, tag)
        if kind is not None:
            raise RuleError(f"the label {tag!r} is already on a {kind}; take another")


def _labelled(state: State, tag: str) -> str | None:
    """What carries the label already."""
    if tag in state.bags:
        return "bag"
    return "reference sample" if tag in state.references else state.things.get(tag)


def touched(case: Case, recorded: Recorded) -> Case:
    """The case with one more event in its history."""
    return dataclasses.replace(case, events=(*case.events, recorded.event_id))


def section_key(case: str, section: str) -> str:
    """Key of a section in ``state.postmortem``."""
    return f"{case}/{section}"


_NO_SECTION = PostMortem(0, "")


def _put(state: State, case: Case) -> State:
    return state.put("cases", case.case, case)


def _with_case_touched(state: State, case: str, recorded: Recorded) -> State:
    return _put(state, touched(state.case(case), recorded))


def _with_bag_touched(state: State, tag: str, recorded: Recorded) -> State:
    bag = state.bag(tag)
    return state.with_bags([dataclasses.replace(bag, history=(*bag.history, recorded.event_id))])


def _with_new_cases(
    state: State,
    tags: tuple[str, ...],
    bag: str,
    kind: str,
    parent: str | None,
    recorded: Recorded,
) -> State:
    if not tags:
        return state
    events = (recorded.event_id,)
    new = {tag: Case(tag, bag, kind, parent, (), (), "open", events) for tag in tags}
    return state.having(
        cases=state.cases.update(new), things=state.things.update(dict.fromkeys(tags, "case"))
    )


def _with_sample(state: State, tag: str, status: str, recorded: Recorded) -> State:
    sample = dataclasses.replace(state.sample(tag), status=status)
    return _with_case_touched(state, sample.case, recorded).put("samples", tag, sample)


def _open(state: State, tag: str) -> Case:
    case = state.case(tag)
    if case.status != "open":
        raise RuleError(f"case {tag!r} is {case.status}; nothing is added to it")
    return case


def _standing_element(state: State, name: str) -> Element:
    element = state.elements.get(name)
    if element is None:
        raise RuleError(f"there is no element {name!r}: record it first")
    if element.withdrawn:
        raise RuleError(f"element {name!r} was withdrawn")
    return element


def _usable_place(state: State, tag: str) -> Place:
    place = state.places.get(tag)
    if place is None:
        raise RuleError(f"there is no place {tag!r}: declare it first")
    if place.closed:
        raise RuleError(f"place {tag!r} is closed")
    return place


def _check_sample(state: State, tag: str, from_: tuple[str, ...], to: str) -> None:
    status = state.sample(tag).status
    if status not in from_:
        raise RuleError(f"sample {tag!r} is {status}; it cannot be {to}")


def _check_finding(finding: str, count: int) -> None:
    check_one_of("finding", finding, FINDINGS)
    least, most = FINDINGS[finding]
    if count < least or (most is not None and count > most):
        expected = str(least) if least == most else f"{least} or more"
        raise RuleError(f"the finding {finding!r} goes with {expected} cases, not {count}")


def _check_section(state: State, case: str, section: str, fields: str) -> None:
    _open(state, case)
    check_one_of("section", section, SECTIONS)
    check_section(fields)


def _check_items(items: tuple[EffectsItem, ...]) -> None:
    if not items:
        raise RuleError("a packet of effects has a list; give at least one item")
    for item in items:
        check_text("what an item is", item.what)
        if item.count < 1:
            raise RuleError(f"{item.count} is no count of an item")
