"""Transports: what may leave, what may arrive, and that custody does not move with a vehicle."""

from __future__ import annotations

import pytest

from priam import events as ev
from tests.priam.events.histories import after, manifest, parties

BEGUN = after(*parties("A", "B"), manifest("m", "T1", "T2"))
GONE = ev.TransportDeparted("t", "A", "AB 1", "here", ("m",), ("T1",), ("K1",))


def test_a_transport_moves_no_custody_and_stands_in_the_history_of_its_bags() -> None:
    state = after(GONE, ev.TransportArrived("t", "B", "there", ("K2",)), state=BEGUN)
    transport = state.transport("t")
    assert (transport.seals, transport.seals_found) == (("K1",), ("K2",))
    assert transport.arrived_at == "there"
    assert [state.bag(tag).custodian for tag in ("T1", "T2")] == ["A", "A"]
    assert len(state.bag("T1").history) == 3 and len(state.bag("T2").history) == 1


def test_without_tags_all_bags_of_the_manifests_are_on_it() -> None:
    whole = ev.TransportDeparted("t", "A", "AB 1", "here", ("m",))
    assert after(whole, state=BEGUN).transport("t").tags == ("T1", "T2")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ev.TransportDeparted("t", "D", "AB 1", "here", ("m",)), "no party 'D'"),
        (ev.TransportDeparted("t", "A", "AB 1", "here", ()), "carries no manifest"),
        (ev.TransportDeparted("t", "A", " ", "here", ("m",)), "needs its vehicle"),
        (ev.TransportDeparted("t", "A", "AB 1", "here", ("m",), ("T9",)), "on none of the"),
        (ev.TransportDeparted("t", "A", "AB 1", "here", ("m",), (), ("K", "K")), "seal stands"),
        (ev.TransportDeparted("t", "A", "AB 1", "here", ("n",)), "no manifest 'n'"),
        (ev.TransportArrived("t", "B", "there"), "no transport 't'"),
    ],
)
def test_what_may_not_be(event: ev.Event, words: str) -> None:
    with pytest.raises(ev.RuleError, match=words):
        after(event, state=BEGUN)


def test_a_bag_is_in_one_vehicle_at_a_time() -> None:
    state = after(GONE, state=BEGUN)
    again = ev.TransportDeparted("u", "A", "AB 2", "here", ("m",), ("T1",))
    with pytest.raises(ev.RuleError, match="under way in transport 't'"):
        after(again, state=state)
    with pytest.raises(ev.RuleError, match="already departed"):
        after(GONE, state=state)
    there = after(ev.TransportArrived("t", "B", "there"), state=state)
    after(again, state=there)
    with pytest.raises(ev.RuleError, match="already arrived"):
        after(ev.TransportArrived("t", "B", "there"), state=there)
