"""Words for the codes of the mortuary, and one line about an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext, gettext_noop, pgettext

from priam import events as ev
from priam.casework.sections import SECTIONS
from priam.casework.skeleton import BONES, COMPLETENESS, SIDES

__all__ = ["CLOSING", "FINDING", "PLACE", "SAMPLE", "STAGE", "STATUS"]
__all__ += ["ACT", "IMPORT", "OF_CASE", "PART", "THING"]
__all__ += ["bone_name", "detail", "moment", "parts", "waited"]

FINDING: dict[str, str] = {
    "one": gettext_noop("One person"),
    "several": gettext_noop("Several persons, apart"),
    "commingled": gettext_noop("Commingled remains"),
    "not human": gettext_noop("Not human"),
    "effects only": gettext_noop("Effects only"),
    "empty": gettext_noop("Empty"),
    "split": gettext_noop("Taken out of another case"),
    "packed": gettext_noop("Packed for the other side"),
}
#: What a case waits for.
STAGE: dict[str, str] = {
    "bags": gettext_noop("Bags to open"),
    "examine": gettext_noop("To examine"),
    "sample": gettext_noop("To sample"),
    "send": gettext_noop("To send"),
    "results": gettext_noop("Waiting for results"),
    "ended": gettext_noop("Ended here"),
}
STATUS: dict[str, str] = {
    "taken": gettext_noop("Here"),
    "sent": gettext_noop("Sent"),
    "received": gettext_noop("Received"),
    "consumed": gettext_noop("Used up"),
}
SAMPLE: dict[str, str] = {
    "bone": gettext_noop("Bone"),
    "tooth": gettext_noop("Tooth"),
    "muscle": gettext_noop("Muscle"),
    "nail": gettext_noop("Nail"),
    "hair": gettext_noop("Hair"),
    "blood": gettext_noop("Blood"),
    "swab": gettext_noop("Swab"),
    "other": gettext_noop("Other"),
}
PLACE: dict[str, str] = {
    "room": gettext_noop("Room"),
    "refrigerator": gettext_noop("Refrigerator"),
    "container": gettext_noop("Container"),
    "shelf": gettext_noop("Shelf"),
    "rack": gettext_noop("Rack"),
    "safe": gettext_noop("Safe"),
    "other": gettext_noop("Other"),
}
CLOSING: dict[str, str] = {
    "unidentifiable": gettext_noop("Cannot be identified"),
    "not human": gettext_noop("Not human"),
    "emptied by splitting": gettext_noop("Emptied by splitting"),
    "entered by mistake": gettext_noop("Entered by mistake"),
}
THING: dict[str, str] = {
    "bag": gettext_noop("Bag"),
    "case": gettext_noop("Case"),
    "element": gettext_noop("Element"),
    "sample": gettext_noop("Sample"),
    "packet": gettext_noop("Packet of effects"),
    "place": gettext_noop("Place"),
}
ACT: dict[str, str] = {
    "open": gettext_noop("Bag opened"),
    "section": gettext_noop("Post-mortem record"),
    "sample": gettext_noop("Sample"),
    "element": gettext_noop("Element"),
    "store": gettext_noop("Put away"),
    "reexamine": gettext_noop("Bag re-examined"),
    "split": gettext_noop("Case split"),
    "link": gettext_noop("Cases linked"),
    "send": gettext_noop("Sample sent"),
    "effects": gettext_noop("Effects"),
    "reseal": gettext_noop("Packet sealed again"),
    "close": gettext_noop("Work on a case ended"),
    "reopen": gettext_noop("Work on a case went on"),
    "photograph": gettext_noop("Photograph"),
}
#: Parts of an entry of a tablet, in the order in which they are shown.
PART: dict[str, str] = {
    "bag": gettext_noop("Bag"),
    "case": gettext_noop("Case"),
    "of": gettext_noop("Case or bag"),
    "other": gettext_noop("Other case"),
    "section": gettext_noop("Section"),
    "finding": gettext_noop("What the bag holds"),
    "party": gettext_noop("In whose custody"),
    "cases": gettext_noop("Labels of the cases"),
    "into": gettext_noop("Labels of the new cases"),
    "elements": gettext_noop("Elements"),
    "sample": gettext_noop("Sample"),
    "element": gettext_noop("Element"),
    "kind": gettext_noop("Kind"),
    "bone": gettext_noop("Element"),
    "completeness": gettext_noop("Completeness"),
    "outcome": gettext_noop("Why work ends here"),
    "packet": gettext_noop("Packet of effects"),
    "seal": gettext_noop("Seal"),
    "items": gettext_noop("List of effects"),
    "thing": gettext_noop("What is put away"),
    "place": gettext_noop("Place"),
    "to": gettext_noop("To which laboratory"),
    "reason": gettext_noop("Reason"),
    "note": gettext_noop("Note"),
    "changes": gettext_noop("Post-mortem record"),
}
IMPORT: dict[str, str] = {
    "bags": gettext_noop("Bags"),
    "openings": gettext_noop("Bags opened"),
    "cases": gettext_noop("Cases"),
    "samples": gettext_noop("Samples"),
    "placed": gettext_noop("Put away"),
}
OF_CASE: dict[str, str] = {
    "open": gettext_noop("Open"),
    **CLOSING,
    "released to the family": gettext_noop("Released to the family"),
    "in a temporary grave": gettext_noop("In a temporary grave"),
    "returned to the other side": gettext_noop("Returned to the other side"),
}


def parts(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an entry of a tablet says, as (name, value) in words; whatever stands in it is shown."""
    return [(gettext(label), _part(name, body)) for name, label in PART.items() if body.get(name)]


_TABLES = {"kind": SAMPLE, "finding": FINDING, "completeness": COMPLETENESS, "outcome": CLOSING}


def _part(name: str, body: Mapping[str, Any]) -> str:
    value = body[name]
    if name == "bone":
        return bone_name(str(value), str(body.get("side", "middle")))
    if name in _TABLES:
        return gettext(_TABLES[name].get(str(value), str(value)))
    if isinstance(value, dict):
        return "; ".join(f"{_field(key)}: {_plain(each)}" for key, each in value.items())
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_plain(each) for each in value.values())
    return "; ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def _field(key: str) -> str:
    labels = [f.label for part in SECTIONS.values() for f in part.fields if f.key == key]
    return gettext(labels[0]) if labels else key


def moment(text: str) -> str:
    """A time of an event in the language of the page and the zone of the office."""
    if not text:
        return ""
    local = timezone.localtime(datetime.fromisoformat(text))
    return formats.date_format(local, pgettext("format of a moment", "j M Y, H:i"))


def waited(text: str) -> str:
    """How long ago that was, in one unit."""
    if not text:
        return ""
    then = datetime.fromisoformat(text)
    return timesince(then, datetime.now(UTC), depth=1)


def detail(event: ev.Event) -> str:
    """What an event says beyond its title, in one line; empty where the title says it all."""
    make = _DETAILS.get(type(event))
    return make(event) if make else ""


def _said(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def bone_name(bone: str, side: str) -> str:
    """A bone with its side."""
    side_ = "" if side == "middle" else gettext(SIDES.get(side, side))
    return _said(gettext(BONES[bone].label) if bone in BONES else bone, side_)


def _bone(bone: str, side: str, completeness: str) -> str:
    return _said(bone_name(bone, side), gettext(COMPLETENESS.get(completeness, completeness)))


def _finding(event: Any) -> str:
    return _said(gettext(FINDING[event.finding]), " ".join(event.cases))


_DETAILS: dict[type[ev.Event], Callable[[Any], str]] = {
    ev.BagRegistered: lambda e: _said(e.by, e.seal),
    ev.ManifestIssued: lambda e: f"{e.giver} → {e.receiver}",
    ev.BagOpened: _finding,
    ev.BagReexamined: lambda e: _said(_finding(e), e.reason),
    ev.CaseSplit: lambda e: _said(" ".join(e.into), e.reason),
    ev.CaseLinked: lambda e: _said(f"{e.case} — {e.other}", e.reason),
    ev.CaseLinkWithdrawn: lambda e: _said(f"{e.case} — {e.other}", e.reason),
    ev.CaseClosed: lambda e: _said(gettext(CLOSING[e.outcome]), e.reason),
    ev.CaseReopened: lambda e: e.reason,
    ev.ElementRecorded: lambda e: _said(_bone(e.bone, e.side, e.completeness), e.element),
    ev.ElementMoved: lambda e: _said(f"{e.element} → {e.to}", e.reason),
    ev.ElementWithdrawn: lambda e: _said(e.element, e.reason),
    ev.SampleTaken: lambda e: _said(gettext(SAMPLE[e.kind]), e.sample),
    ev.SampleMoved: lambda e: _said(f"{e.sample} → {e.to}", e.reason),
    ev.SampleSent: lambda e: _said(e.sample, f"→ {e.to}", e.note),
    ev.SampleReceived: lambda e: _said(e.sample, e.by, e.note),
    ev.SampleConsumed: lambda e: _said(e.sample, e.note),
    ev.SectionSaved: lambda e: f"{e.section} · {e.revision}",
    ev.SectionKeptBeside: lambda e: e.section,
    ev.PhotographSealed: lambda e: e.note or "",
    ev.EffectsSealed: lambda e: _said(e.packet, e.seal),
    ev.EffectsResealed: lambda e: _said(e.packet, e.seal, e.reason),
    ev.PlaceDeclared: lambda e: e.name,
    ev.PlaceClosed: lambda e: e.reason,
    ev.Stored: lambda e: e.place or "",
}
