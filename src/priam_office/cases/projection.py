"""Rows of the mortuary for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models

from priam import events as ev
from priam.events import Recorded
from priam.events.releases import ENDED
from priam_office.cases.models import (
    Bag,
    Case,
    Element,
    Label,
    Leaving,
    Listing,
    Packet,
    Photograph,
    Place,
    Sample,
    Section,
    Tablet,
    Touch,
    Version,
)
from priam_office.record.projection import Before, Makers, as_it_was

__all__ = ["MODELS", "STAGES", "rows"]

MODELS = (
    Label,
    Touch,
    Listing,
    Leaving,
    Bag,
    Case,
    Element,
    Sample,
    Section,
    Version,
    Photograph,
    Packet,
    Place,
    Tablet,
)
#: What a case waits for, in the order of the work.
STAGES = ("examine", "sample", "send", "results", "ended")
makes = Makers()
rows = makes.rows


def stage_of(case: Case) -> str:
    """What a case waits for now."""
    if case.status != "open":
        return "ended"
    if not case.sections:
        return "examine"
    if not case.samples:
        return "sample"
    return "send" if case.unsent else "results"


def _touches(recorded: Recorded, *things: str | None) -> Iterator[Touch]:
    for thing in dict.fromkeys(filter(None, things)):
        key = f"{recorded.sequence} {thing}"
        yield Touch(key=key, thing=thing, sequence=recorded.sequence)


def _changed_case(before: Before, recorded: Recorded, tag: str, **changes: Any) -> Case:
    """The case after an event; ``more_x`` adds to the count ``x``."""
    case: Case = as_it_was(before, Case, tag)
    for name, value in changes.items():
        if name.startswith("more_"):
            name, value = name[5:], getattr(case, name[5:]) + value
        setattr(case, name, value)
    return _staged(case, recorded)


def _staged(case: Case, recorded: Recorded) -> Case:
    case.last = recorded.sequence
    stage = stage_of(case)
    if stage != case.stage:
        case.stage, case.since = stage, recorded.claimed_time
    return case


def _new_cases(
    recorded: Recorded, tags: Iterable[str], bag: str, kind: str, parent: str = ""
) -> Iterator[models.Model]:
    for tag in tags:
        yield Label(tag=tag, kind="case")
        yield Case(
            case=tag,
            bag=bag,
            kind=kind,
            parent=parent,
            stage="examine",
            since=recorded.claimed_time,
            made_at=recorded.claimed_time,
            made_by=recorded.actor,
            last=recorded.sequence,
        )
        yield from _touches(recorded, tag)


# -- bags ------------------------------------------------------------------------------------


def _new_bag(tag: str, custodian: str, seal: str | None, at: str) -> list[models.Model]:
    bag = Bag(tag=tag, custodian=custodian, seal=seal or "", since=at)
    return [Label(tag=tag, kind="bag"), bag]


@makes(ev.BagRegistered)
def _registered(event: ev.BagRegistered, recorded: Recorded, before: Before) -> Any:
    yield from _new_bag(event.tag, event.by, event.seal, recorded.claimed_time)
    yield from _touches(recorded, event.tag)


@makes(ev.ManifestIssued)
def _listed(event: ev.ManifestIssued, recorded: Recorded, before: Before) -> Any:
    yield Listing(manifest=event.manifest, giver=event.giver, receiver=event.receiver)
    for item in event.items:
        if before(Bag, item.tag) is None:
            yield from _new_bag(item.tag, event.giver, item.seal, recorded.claimed_time)
        yield from _touches(recorded, item.tag)


@makes(ev.BagsHandedOver)
def _handed_over(event: ev.BagsHandedOver, recorded: Recorded, before: Before) -> Any:
    receiver = as_it_was(before, Listing, event.manifest).receiver
    for tag in event.tags:
        bag = as_it_was(before, Bag, tag)
        bag.custodian, bag.since = receiver, recorded.claimed_time
        yield bag
        yield from _touches(recorded, tag)


@makes(ev.BagFoundOtherSide)
def _found_other_side(event: ev.BagFoundOtherSide, recorded: Recorded, before: Before) -> Any:
    yield from _touches(recorded, event.tag)


@makes(ev.BagOpened)
def _opened(event: ev.BagOpened, recorded: Recorded, before: Before) -> Any:
    bag = as_it_was(before, Bag, event.bag)
    bag.finding, bag.note = event.finding, event.note or ""
    bag.opened_at, bag.opened_by = recorded.claimed_time, recorded.actor
    yield bag
    yield from _touches(recorded, event.bag)
    yield from _new_cases(recorded, event.cases, event.bag, event.finding)


@makes(ev.BagReexamined)
def _reexamined(event: ev.BagReexamined, recorded: Recorded, before: Before) -> Any:
    bag = as_it_was(before, Bag, event.bag)
    bag.finding, bag.note = event.finding, event.reason
    yield bag
    yield from _touches(recorded, event.bag)
    yield from _new_cases(recorded, event.cases, event.bag, event.finding)


# -- cases -----------------------------------------------------------------------------------


@makes(ev.CaseSplit)
def _split(event: ev.CaseSplit, recorded: Recorded, before: Before) -> Any:
    case = _changed_case(before, recorded, event.case)
    yield case
    yield from _touches(recorded, event.case)
    yield from _new_cases(recorded, event.into, case.bag, "split", event.case)


@makes(ev.CaseLinked)
def _linked(event: ev.CaseLinked, recorded: Recorded, before: Before) -> Any:
    for one, two in ((event.case, event.other), (event.other, event.case)):
        links = as_it_was(before, Case, one).links.split()
        yield _changed_case(before, recorded, one, links=" ".join([*links, two]))
    yield from _touches(recorded, event.case, event.other)


@makes(ev.CaseLinkWithdrawn)
def _unlinked(event: ev.CaseLinkWithdrawn, recorded: Recorded, before: Before) -> Any:
    for one, two in ((event.case, event.other), (event.other, event.case)):
        links = [link for link in as_it_was(before, Case, one).links.split() if link != two]
        yield _changed_case(before, recorded, one, links=" ".join(links))
    yield from _touches(recorded, event.case, event.other)


@makes(ev.CaseClosed)
def _closed(event: ev.CaseClosed, recorded: Recorded, before: Before) -> Any:
    yield _changed_case(before, recorded, event.case, status=event.outcome)
    yield from _touches(recorded, event.case)


@makes(ev.CaseReopened)
def _reopened(event: ev.CaseReopened, recorded: Recorded, before: Before) -> Any:
    yield _changed_case(before, recorded, event.case, status="open")
    yield from _touches(recorded, event.case)


@makes(ev.ElementRecorded)
def _element(event: ev.ElementRecorded, recorded: Recorded, before: Before) -> Any:
    yield Label(tag=event.element, kind="element")
    yield Element(
        element=event.element,
        case=event.case,
        bone=event.bone,
        side=event.side,
        completeness=event.completeness,
        note=event.note or "",
        at=recorded.claimed_time,
    )
    yield _changed_case(before, recorded, event.case, more_elements=1)
    yield from _touches(recorded, event.element, event.case)


@makes(ev.ElementMoved)
def _element_moved(event: ev.ElementMoved, recorded: Recorded, before: Before) -> Any:
    element = as_it_was(before, Element, event.element)
    yield _changed_case(before, recorded, element.case, more_elements=-1)
    yield _changed_case(before, recorded, event.to, more_elements=1)
    yield from _touches(recorded, event.element, element.case, event.to)
    element.case = event.to
    yield element


@makes(ev.ElementWithdrawn)
def _element_withdrawn(event: ev.ElementWithdrawn, recorded: Recorded, before: Before) -> Any:
    element = as_it_was(before, Element, event.element)
    element.withdrawn = True
    yield element
    yield _changed_case(before, recorded, element.case, more_elements=-1)
    yield from _touches(recorded, event.element, element.case)


# -- samples ---------------------------------------------------------------------------------


@makes(ev.SampleTaken)
def _sample(event: ev.SampleTaken, recorded: Recorded, before: Before) -> Any:
    yield Label(tag=event.sample, kind="sample")
    yield Sample(
        sample=event.sample,
        case=event.case,
        element=event.element or "",
        kind=event.kind,
        status="taken",
        since=recorded.claimed_time,
        taken_at=recorded.claimed_time,
        taken_by=recorded.actor,
        note=event.note or "",
    )
    yield _changed_case(before, recorded, event.case, more_samples=1, more_unsent=1)
    yield from _touches(recorded, event.sample, event.case, event.element)


@makes(ev.SampleMoved)
def _sample_moved(event: ev.SampleMoved, recorded: Recorded, before: Before) -> Any:
    sample = as_it_was(before, Sample, event.sample)
    unsent = int(sample.status == "taken")
    yield _changed_case(before, recorded, sample.case, more_samples=-1, more_unsent=-unsent)
    yield _changed_case(before, recorded, event.to, more_samples=1, more_unsent=unsent)
    yield from _touches(recorded, event.sample, sample.case, event.to)
    sample.case, sample.element = event.to, ""
    yield sample


def _sample_goes(recorded: Recorded, before: Before, tag: str, status: str, where: str) -> Any:
    sample = as_it_was(before, Sample, tag)
    left = -int(sample.status == "taken")
    sample.status, sample.since, sample.whereabouts = status, recorded.claimed_time, where[:200]
    yield sample
    yield _changed_case(before, recorded, sample.case, more_unsent=left)
    yield from _touches(recorded, tag, sample.case)


@makes(ev.SampleSent)
def _sent(event: ev.SampleSent, recorded: Recorded, before: Before) -> Any:
    return _sample_goes(recorded, before, event.sample, "sent", event.to)


@makes(ev.SampleReceived)
def _received(event: ev.SampleReceived, recorded: Recorded, before: Before) -> Any:
    return _sample_goes(recorded, before, event.sample, "received", event.by)


@makes(ev.SampleConsumed)
def _consumed(event: ev.SampleConsumed, recorded: Recorded, before: Before) -> Any:
    return _sample_goes(recorded, before, event.sample, "consumed", "")


# -- records, photographs, effects -------------------------------------------------------------


@makes(ev.SectionSaved)
def _section_saved(event: ev.SectionSaved, recorded: Recorded, before: Before) -> Any:
    key = f"{event.case}/{event.section}"
    earlier: Any = before(Section, key)
    beside = [] if earlier is None else earlier.beside.split()
    left = [event_id for event_id in beside if event_id not in event.settles]
    fields = json.loads(event.fields)
    yield Section(
        key=key,
        case=event.case,
        section=event.section,
        revision=event.revision,
        event_id=recorded.event_id,
        saved_at=recorded.claimed_time,
        saved_by=recorded.actor,
        beside=" ".join(left),
    )
    yield _version(recorded, key, fields, event.revision, event.revision - 1)
    case: Any = before(Case, event.case)
    sections = sorted({*case.sections.split(), event.section})
    changes: dict[str, Any] = {"sections": " ".join(sections)}
    if event.section == "900":
        changes["complete"] = fields.get("complete") == "complete"
    fewer = len(left) - len(beside)
    yield _changed_case(before, recorded, event.case, more_conflicts=fewer, **changes)
    yield from _touches(recorded, event.case)


def _version(
    recorded: Recorded, key: str, fields: dict[str, Any], revision: int | None, base: int
) -> Version:
    return Version(
        event_id=recorded.event_id,
        key=key,
        revision=revision,
        base=base,
        fields=fields,
        saved_at=recorded.claimed_time,
        saved_by=recorded.actor,
    )


@makes(ev.SectionKeptBeside)
def _kept_beside(event: ev.SectionKeptBeside, recorded: Recorded, before: Before) -> Any:
    key = f"{event.case}/{event.section}"
    section = as_it_was(before, Section, key)
    section.beside = " ".join([*section.beside.split(), recorded.event_id])
    yield section
    yield _version(recorded, key, json.loads(event.fields), None, event.base)
    yield _changed_case(before, recorded, event.case, more_conflicts=1)
    yield from _touches(recorded, event.case)


@makes(ev.PhotographSealed)
def _photograph(event: ev.PhotographSealed, recorded: Recorded, before: Before) -> Any:
    yield Photograph(
        photograph=event.photograph,
        case=event.case,
        original=event.original,
        copy=event.copy,
        note=event.note or "",
        at=recorded.claimed_time,
        by=recorded.actor,
    )
    yield _changed_case(before, recorded, event.case, more_photographs=1)
    yield from _touches(recorded, event.case)


def _items(items: tuple[ev.EffectsItem, ...]) -> list[dict[str, Any]]:
    return [{"count": i.count, "what": i.what, "marks": i.marks or ""} for i in items]


@makes(ev.EffectsSealed)
def _effects(event: ev.EffectsSealed, recorded: Recorded, before: Before) -> Any:
    yield Label(tag=event.packet, kind="packet")
    yield Packet(
        packet=event.packet,
        case=event.case or "",
        bag=event.bag or "",
        seal=event.seal,
        items=_items(event.items),
        at=recorded.claimed_time,
        by=recorded.actor,
    )
    if event.case:
        yield _changed_case(before, recorded, event.case, more_packets=1)
    yield from _touches(recorded, event.packet, event.case, event.bag)


@makes(ev.EffectsResealed)
def _resealed(event: ev.EffectsResealed, recorded: Recorded, before: Before) -> Any:
    packet = as_it_was(before, Packet, event.packet)
    packet.seal, packet.items = event.seal, _items(event.items)
    packet.at, packet.by = recorded.claimed_time, recorded.actor
    yield packet
    if packet.case:
        yield _changed_case(before, recorded, packet.case)
    yield from _touches(recorded, event.packet, packet.case, packet.bag)


# -- leaving ---------------------------------------------------------------------------------


@makes(ev.ReleasePlanned)
def _planned(event: ev.ReleasePlanned, recorded: Recorded, before: Before) -> Any:
    yield Leaving(release=event.release, to=event.to, cases=" ".join(event.cases))
    yield from _touches(recorded, *event.cases)


@makes(ev.ReleasePacked)
def _packed(event: ev.ReleasePacked, recorded: Recorded, before: Before) -> Any:
    leaving = as_it_was(before, Leaving, event.release)
    leaving.bag = event.bag
    yield leaving
    yield _with_finding(before, event.bag, "packed")
    yield from _touches(recorded, event.bag, *leaving.cases.split())


@makes(ev.ReleaseCancelled)
def _cancelled(event: ev.ReleaseCancelled, recorded: Recorded, before: Before) -> Any:
    leaving = as_it_was(before, Leaving, event.release)
    if leaving.bag:
        yield _with_finding(before, leaving.bag, "")
    yield from _touches(recorded, *leaving.cases.split())


def _with_finding(before: Before, tag: str, finding: str) -> Bag:
    bag: Bag = as_it_was(before, Bag, tag)
    bag.finding = finding
    return bag


@makes(ev.ReleaseHandedOver, ev.GraveRecorded, ev.RemainsReturned)
def _gone(event: Any, recorded: Recorded, before: Before) -> Any:
    leaving = as_it_was(before, Leaving, event.release)
    for case in leaving.cases.split():
        yield _changed_case(before, recorded, case, status=ENDED[leaving.to])
    yield from _touches(recorded, *leaving.cases.split())


@makes(ev.GraveOpened)
def _grave_opened(event: ev.GraveOpened, recorded: Recorded, before: Before) -> Any:
    yield _changed_case(before, recorded, event.case, status="open")
    yield from _touches(recorded, event.case)


# -- places and tablets ------------------------------------------------------------------------


@makes(ev.PlaceDeclared)
def _place(event: ev.PlaceDeclared, recorded: Recorded, before: Before) -> Any:
    within = event.within or ""
    yield Label(tag=event.place, kind="place")
    yield Place(place=event.place, name=event.name, kind=event.kind, within=within)
    yield from _touches(recorded, event.place)


@makes(ev.PlaceClosed)
def _place_closed(event: ev.PlaceClosed, recorded: Recorded, before: Before) -> Any:
    place = as_it_was(before, Place, event.place)
    place.closed = True
    yield place
    yield from _touches(recorded, event.place)


@makes(ev.Stored)
def _stored(event: ev.Stored, recorded: Recorded, before: Before) -> Any:
    label = as_it_was(before, Label, event.thing)
    label.place, label.placed_at = event.place or "", recorded.claimed_time
    yield label
    if label.kind == "case":
        yield _changed_case(before, recorded, event.thing)
    yield from _touches(recorded, event.thing)


@makes(ev.DeviceRegistered)
def _tablet(event: ev.DeviceRegistered, recorded: Recorded, before: Before) -> Any:
    yield Tablet(
        device=event.device,
        actor=event.actor,
        algorithm=event.algorithm,
        key=event.key,
        name=event.name,
        registered_at=recorded.received_time,
    )


@makes(ev.DeviceRevoked)
def _tablet_revoked(event: ev.DeviceRevoked, recorded: Recorded, before: Before) -> Any:
    tablet = as_it_was(before, Tablet, event.device)
    tablet.revoked_at = recorded.received_time
    yield tablet
