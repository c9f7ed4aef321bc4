"""What an entry of a tablet says, as events. One table of what can be done without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from priam import events as ev
from priam.errors import UserError
from priam.events import Event
from priam_office.cases.actions import tag_of
from priam_office.cases.models import Bag

__all__ = ["ACTS", "MADE", "Body", "Made", "tag_list", "text"]

Body = dict[str, Any]


class Made(NamedTuple):
    """Events of one entry, written together; ``act`` carries the entry's id."""

    act: Event
    before: tuple[Event, ...] = ()
    after: tuple[Event, ...] = ()


def text(body: Body, name: str) -> str:
    """A text of the body; empty if it is not there."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise UserError(f"{name} is not text")
    return value.strip()[:2000]


def tag_list(body: Body, name: str) -> tuple[str, ...]:
    """Labels of the body, each in its one form."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UserError(f"{name} is not a list of labels")
    return tuple(tag_of(each) for each in value)


def _opened(body: Body) -> Made:
    """A bag opened; one that nobody registered is registered first, in the custody of ``party``."""
    bag, cases, place = tag_of(body["bag"]), tag_list(body, "cases"), text(body, "place")
    party = text(body, "party")
    unknown = party and not Bag.objects.filter(pk=bag).exists()
    return Made(
        ev.BagOpened(bag, text(body, "finding"), cases, text(body, "note") or None),
        before=(ev.BagRegistered(bag, party),) if unknown else (),
        after=tuple(ev.Stored(case, tag_of(place)) for case in cases) if place else (),
    )


def _reexamined(body: Body) -> Made:
    found = text(body, "finding"), text(body, "reason"), tag_list(body, "cases")
    return Made(ev.BagReexamined(tag_of(body["bag"]), *found))


def _split(body: Body) -> Made:
    """A case split; ``elements`` go to the first of the new cases."""
    into, reason = tag_list(body, "into"), text(body, "reason")
    elements = tag_list(body, "elements")
    moved = tuple(ev.ElementMoved(element, into[0], reason) for element in elements if into)
    return Made(ev.CaseSplit(tag_of(body["case"]), into, reason), after=moved)


def _linked(body: Body) -> Made:
    reason = text(body, "reason")
    return Made(ev.CaseLinked(tag_of(body["case"]), tag_of(body["other"]), reason))


def _sample(body: Body) -> Made:
    element = text(body, "element")
    return Made(
        ev.SampleTaken(
            tag_of(body["sample"]),
            tag_of(body["case"]),
            text(body, "kind"),
            tag_of(element) if element else None,
            text(body, "note") or None,
        )
    )


def _sent(body: Body) -> Made:
    return Made(ev.SampleSent(tag_of(body["sample"]), text(body, "to"), text(body, "note") or None))


def _element(body: Body) -> Made:
    return Made(
        ev.ElementRecorded(
            tag_of(body["element"]),
            tag_of(body["case"]),
            text(body, "bone"),
            text(body, "side"),
            text(body, "completeness"),
            text(body, "note") or None,
        )
    )


def _effects(body: Body) -> Made:
    """Effects of a case, or of a bag: the label in ``of`` says which."""
    of = tag_of(body["of"])
    owner = "bag" if Bag.objects.filter(pk=of).exists() else "case"
    packet, seal = tag_of(body["packet"]), text(body, "seal")
    return Made(ev.EffectsSealed(packet, seal, _items(body["items"]), **{owner: of}))


def _items(listed: Any) -> tuple[ev.EffectsItem, ...]:
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise UserError("the effects are not a list")
    return tuple(
        ev.EffectsItem(_count(item), text(item, "what")[:500], text(item, "marks")[:500] or None)
        for item in listed
    )


def _count(item: Body) -> int:
    count = item.get("count")
    if type(count) is not int or not 1 <= count <= 10_000:
        raise UserError("the number of an item is a whole number from 1 to 10,000")
    return count


def _resealed(body: Body) -> Made:
    """A packet that was opened, listed and sealed again."""
    packet, seal, reason = tag_of(body["packet"]), text(body, "seal"), text(body, "reason")
    return Made(ev.EffectsResealed(packet, seal, _items(body["items"]), reason))


def _closed(body: Body) -> Made:
    case, outcome = tag_of(body["case"]), text(body, "outcome")
    return Made(ev.CaseClosed(case, outcome, text(body, "reason")))


def _reopened(body: Body) -> Made:
    return Made(ev.CaseReopened(tag_of(body["case"]), text(body, "reason")))


def _stored(body: Body) -> Made:
    place = text(body, "place")
    return Made(ev.Stored(tag_of(body["thing"]), tag_of(place) if place else None))


#: Act -> its events, for acts that are written as they are.
MADE: dict[str, Callable[[Body], Made]] = {
    "open": _opened,
    "reexamine": _reexamined,
    "split": _split,
    "link": _linked,
    "sample": _sample,
    "send": _sent,
    "element": _element,
    "effects": _effects,
    "reseal": _resealed,
    "close": _closed,
    "reopen": _reopened,
    "store": _stored,
}
#: Everything that a tablet does: sections are merged, photographs come in pieces.
ACTS = (*MADE, "section", "photograph")
