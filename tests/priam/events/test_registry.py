"""Every event type survives the way to JSON and back, and says what it does not accept."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priam.errors import UserError
from priam.events import EVENTS, ClaimMade, PartyDeclared, Recorded, Subject, decode
from priam.events.base import LARGEST

TIME = "2025-06-16T09:30:00Z"


def test_a_payload_goes_through_json_and_back():
    claim = ClaimMade(
        "c", "2025", "x", "press", "transferred_to_A", 0, "stated", Subject(batch="2025-01"), "s"
    )
    payload = json.loads(json.dumps(claim.to_payload()))
    assert decode("claim.made", 1, payload) == claim
    assert payload["value"] == 0
    assert "note" not in payload


@pytest.mark.parametrize(
    "change, says",
    [
        ({"name": 3}, "party.declared.name: '3' is not text"),
        ({"colour": "red"}, "'colour' is not a field"),
        ({"party": None}, "party.declared.party: 'None' is not text"),
    ],
)
def test_a_wrong_payload_is_named(change, says):
    with pytest.raises(UserError, match=says.replace(".", r"\.")):
        PartyDeclared.from_payload({"party": "A", "name": "Aland", **change})


def test_a_boolean_is_no_count():
    with pytest.raises(UserError, match="whole number"):
        decode("reception.count_stated", 1, {"manifest": "m", "by": "A", "count": True})


def test_unknown_types_and_versions_are_refused():
    with pytest.raises(UserError, match="not known to this version"):
        decode("no.such", 1, {})
    with pytest.raises(UserError, match="version 99"):
        decode("party.declared", 99, {})


def test_the_registry_names_each_class_once():
    assert all(cls.type == name and cls.version >= 1 for name, cls in EVENTS.items())
    assert len(set(EVENTS.values())) == len(EVENTS)


@pytest.mark.parametrize(
    "field, value",
    [
        ("event_id", "not-a-uuid"),
        ("sequence", -1),
        ("claimed_time", "2025-06-16 09:30"),
        ("received_time", "2025-06-16T09:30:00+02:00"),
    ],
)
def test_a_record_is_checked_when_made(field, value):
    fields = {
        "event_id": "01890000-0000-7000-8000-000000000000",
        "sequence": 0,
        "actor": "key",
        "claimed_time": TIME,
        "received_time": TIME,
        "event": PartyDeclared("A", "Aland"),
    }
    with pytest.raises(UserError):
        Recorded(**{**fields, field: value})


@settings(max_examples=12)
@given(st.data())
@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_type_survives_json(name, data):
    event = data.draw(st.from_type(EVENTS[name]))
    assume(min(numbers(event.to_payload()), default=0) >= -LARGEST)
    assume(max(numbers(event.to_payload()), default=0) <= LARGEST)
    payload = json.loads(json.dumps(event.to_payload()))
    assert decode(name, event.version, payload) == event


def numbers(value):
    """All whole numbers anywhere in a payload."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return [number for item in inside for number in numbers(item)]
    return [value] if isinstance(value, int) else []
