"""Vehicles, places, times and handovers as an EPCIS 2.0 document (JSON-LD), to be written only.

EPCIS 2.0 and the Core Business Vocabulary 2.0 are standards of GS1 (ISO/IEC 19987 and 19988).
Identifiers are opaque URNs of this program; there is no GS1 key under a bag. An event keeps its
own id (``urn:uuid:``), its claimed time as ``eventTime`` and the time it was written down as
``recordTime``. A correction follows the standard: the event again, with an error declaration
that names the event which corrects it. What is not about things that move (agreements, words,
claims, keys) has no place in EPCIS and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from priam.events import (
    BagFoundOtherSide,
    BagRefused,
    BagRegistered,
    BagsHandedOver,
    BagsReceived,
    Corrected,
    CountStated,
    Event,
    ManifestIssued,
    ManifestSigned,
    Recorded,
    ReservationMade,
    TransportArrived,
    TransportDeparted,
)
from priam.events.state import Manifest, State, apply

__all__ = ["CONTEXT", "epcis_document", "urn"]

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"priam": "urn:priam:epcis:"},
]
UNIT = "urn:priam:class:handover-unit"
_DISPOSITIONS = {  # of a reservation, in the words of the Core Business Vocabulary
    "missing": "mismatch_quantity",
    "count differs": "mismatch_quantity",
    "not on manifest": "mismatch_instance",
    "seal broken": "container_open",
    "damaged": "damaged",
}
Fields = dict[str, Any]


def urn(kind: str, name: str) -> str:
    """An opaque URN: ``urn:priam:bag:PRM-4K7Q2M9XT``; what is not ASCII is percent-encoded."""
    return f"urn:priam:{kind}:{quote(name, safe='-._')}"


def epcis_document(
    history: Iterable[Recorded], *, created: str, manifests: Sequence[str] | None = None
) -> dict[str, Any]:
    """The EPCIS document of a history, from its first event on and in its order.

    ``created`` is an ISO 8601 time. With ``manifests`` only what is about these.
    """
    state, made = State(), []
    written: dict[str | None, Fields] = {}
    for recorded in history:
        about = _about(recorded.event, state)
        state = apply(state, recorded)
        event = _event(recorded, state)
        corrects = recorded.event.corrects if isinstance(recorded.event, Corrected) else None
        wanted = manifests is None or bool(set(manifests) & set(about))
        if not wanted or (event is None and corrects not in written):
            continue
        if corrects in written:
            made.append(_in_error(written[corrects], recorded))
        if event is not None:
            written[recorded.event_id] = event
            made.append(event)
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created,
        "epcisBody": {"eventList": made},
    }


def _about(event: Event, state: State) -> tuple[str, ...]:
    """The manifests that an event is about."""
    if isinstance(event, TransportDeparted):
        return event.manifests
    if isinstance(event, TransportArrived) and event.transport in state.transports:
        return state.transports[event.transport].manifests
    if isinstance(event, Corrected):
        root = state.corrections.get(event.corrects, event.corrects)
        entry = state.entries.get(root)
        return () if entry is None else _about(entry.event, state)
    name = getattr(event, "manifest", None)
    return () if name is None else (name,)


def _event(recorded: Recorded, state: State) -> Fields | None:
    """The event in the words of EPCIS; None where EPCIS has no words for it.

    Of a correction: the event that holds now; None where it was struck out.
    """
    event: Event | None = recorded.event
    if isinstance(event, Corrected):
        event = state.entries[state.corrections[recorded.event_id]].value
    words = _WORDS.get(type(event))  # type: ignore[arg-type]
    return None if words is None else words(event, state) | _when(recorded)


def _when(recorded: Recorded) -> Fields:
    return {
        "eventTime": recorded.claimed_time,
        "recordTime": recorded.received_time,
        "eventTimeZoneOffset": "+00:00",
        "eventID": f"urn:uuid:{recorded.event_id}",
    }


def _in_error(wrong: Fields, recorded: Recorded) -> Fields:
    """The corrected event once more, declared an error."""
    declaration = {
        "declarationTime": recorded.received_time,
        "reason": "incorrect_data",
        "correctiveEventIDs": [f"urn:uuid:{recorded.event_id}"],
    }
    if _event_is_struck(recorded):
        del declaration["correctiveEventIDs"]
    return wrong | {"errorDeclaration": declaration}


def _event_is_struck(recorded: Recorded) -> bool:
    return isinstance(recorded.event, Corrected) and recorded.event.strike


def _registered(event: BagRegistered, state: State) -> Fields:
    return _object("ADD", [event.tag], "commissioning", "active") | _owner(event.by)


def _found(event: BagFoundOtherSide, state: State) -> Fields:
    return _object("OBSERVE", [event.tag], "inspecting") | {"priam:found": "of the other side"}


def _issued(event: ManifestIssued, state: State) -> Fields:
    seals = {item.tag: item.seal for item in event.items if item.seal}
    return {
        "type": "TransactionEvent",
        "action": "ADD",
        "bizTransactionList": _papers([event.manifest]),
        "epcList": [urn("bag", item.tag) for item in event.items],
        "bizStep": "staging_outbound",
        "disposition": "in_progress",
        **_between(state.manifest(event.manifest)),
        "priam:sequence": event.sequence,
        "priam:batch": event.batch,
        "priam:seals": {urn("bag", tag): seal for tag, seal in seals.items()},
    }


def _signed(event: ManifestSigned, state: State) -> Fields:
    manifest = state.manifest(event.manifest)
    return {
        "type": "TransactionEvent",
        "action": "OBSERVE",
        "bizTransactionList": _papers([event.manifest]),
        "epcList": [urn("bag", tag) for tag in sorted(manifest.items)],
        "bizStep": "accepting",
        "priam:signedBy": urn("party", event.by),
        "priam:withReservations": event.with_reservations,
    }


def _departed(event: TransportDeparted, state: State) -> Fields:
    transport = state.transport(event.transport)
    made = _load("ADD", transport.vehicle, transport.tags, event.manifests) | {
        "bizStep": "departing",
        "disposition": "in_transit",
        "readPoint": {"id": urn("place", event.place)},
        "priam:transport": urn("transport", event.transport),
        "priam:seals": list(event.seals),
        **_between(state.manifest(event.manifests[0])),
    }
    if event.destination:
        made["destinationList"] = [
            *made["destinationList"],
            {"type": "location", "destination": urn("place", event.destination)},
        ]
    return made


def _arrived(event: TransportArrived, state: State) -> Fields:
    transport = state.transport(event.transport)
    return _load("DELETE", transport.vehicle, transport.tags, transport.manifests) | {
        "bizStep": "arriving",
        "disposition": "in_progress",
        "readPoint": {"id": urn("place", event.place)},
        "bizLocation": {"id": urn("place", event.place)},
        "priam:transport": urn("transport", event.transport),
        "priam:seals": list(event.seals),
    }


def _handed_over(event: BagsHandedOver, state: State) -> Fields:
    manifest = state.manifest(event.manifest)
    return (
        _object("OBSERVE", event.tags, "shipping", "in_transit")
        | _at(manifest, state)
        | {"bizTransactionList": _papers([event.manifest]), **_between(manifest)}
    )


def _refused(event: BagRefused, state: State) -> Fields:
    manifest = state.manifest(event.manifest)
    return (
        _object("OBSERVE", [event.tag], "inspecting", "returned")
        | _at(manifest, state)
        | {"bizTransactionList": _papers([event.manifest]), "priam:by": urn("party", event.by)}
    )


def _received(event: BagsReceived, state: State) -> Fields:
    manifest = state.manifest(event.manifest)
    receiver = event.by == manifest.receiver
    return (
        _object("OBSERVE", event.tags, "receiving" if receiver else "inspecting", "in_progress")
        | _at(manifest, state)
        | {
            "bizTransactionList": _papers([event.manifest], "recadv"),
            **(_between(manifest) if receiver else {}),
            "priam:by": urn("party", event.by),
        }
    )


def _counted(event: CountStated, state: State) -> Fields:
    made = _object("OBSERVE", [], "cycle_counting") | _at(state.manifest(event.manifest), state)
    return made | {
        "quantityList": [{"epcClass": UNIT, "quantity": event.count}],
        "bizTransactionList": _papers([event.manifest], "recadv"),
        "priam:by": urn("party", event.by),
        "priam:unit": event.unit,
    }


def _reserved(event: ReservationMade, state: State) -> Fields:
    noted = event.reservation
    tags = [noted.tag] if noted.tag else []
    made = _object("OBSERVE", tags, "inspecting", _DISPOSITIONS.get(noted.kind))
    return (
        made
        | _at(state.manifest(event.manifest), state)
        | {
            "bizTransactionList": _papers([event.manifest], "recadv"),
            "priam:by": urn("party", event.by),
            "priam:reservation": noted.kind,
        }
    )


# Any other type of event is not about things that move.
_WORDS: dict[type[Event], Callable[[Any, State], Fields]] = {
    BagRegistered: _registered,
    BagFoundOtherSide: _found,
    ManifestIssued: _issued,
    ManifestSigned: _signed,
    TransportDeparted: _departed,
    TransportArrived: _arrived,
    BagsHandedOver: _handed_over,
    BagRefused: _refused,
    BagsReceived: _received,
    CountStated: _counted,
    ReservationMade: _reserved,
}


def _object(action: str, tags: Sequence[str], step: str, disposition: str | None = None) -> Fields:
    made = {
        "type": "ObjectEvent",
        "action": action,
        "epcList": [urn("bag", tag) for tag in tags],
        "bizStep": step,
    }
    return made | ({"disposition": disposition} if disposition else {})


def _load(action: str, vehicle: str, tags: Sequence[str], manifests: Sequence[str]) -> Fields:
    return {
        "type": "AggregationEvent",
        "action": action,
        "parentID": urn("vehicle", vehicle),
        "childEPCs": [urn("bag", tag) for tag in tags],
        "bizTransactionList": _papers(manifests),
    }


def _papers(manifests: Sequence[str], kind: str = "desadv") -> list[Fields]:
    return [{"type": kind, "bizTransaction": urn("manifest", name)} for name in manifests]


def _owner(party: str) -> Fields:
    return {"sourceList": [{"type": "possessing_party", "source": urn("party", party)}]}


def _between(manifest: Manifest) -> Fields:
    giver, receiver = urn("party", manifest.giver), urn("party", manifest.receiver)
    return {
        "sourceList": [{"type": "possessing_party", "source": giver}],
        "destinationList": [{"type": "possessing_party", "destination": receiver}],
    }


def _at(manifest: Manifest, state: State) -> Fields:
    """The point of the handover, where it is known."""
    if manifest.handover is None:
        return {}
    return {"readPoint": {"id": urn("place", state.handover(manifest.handover).place)}}
