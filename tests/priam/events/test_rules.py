"""What may follow what: each forbidden act is one sentence, and each road of a bag is open."""

from __future__ import annotations

import pytest

from priam import events as ev
from tests.priam.events.histories import after, manifest, parties, recorded

AB = parties("A", "B")
AT_POINT = [*AB, manifest("m", "T1", "T2"), ev.HandoverOpened("h", "point", "2025-06-16", ("m",))]


def refused(state: ev.State, event: ev.Event, says: str) -> None:
    with pytest.raises(ev.RuleError, match=says):
        ev.check(state, recorded(event, state.size))


def test_accepting_what_was_not_offered():
    refused(after(*AB), ev.OfferAccepted("o", "B"), "there is no offer 'o': it was not offered")


def test_an_offer_is_answered_by_its_receiver_once():
    state = after(*AB, ev.OfferMade("o", "A", "B", count=1212))
    refused(state, ev.OfferAccepted("o", "A"), "only the receiver 'B' can accept")
    state = after(ev.OfferPostponed("o", "B", "no date was agreed"), state=state)
    state = after(ev.OfferAccepted("o", "B"), state=state)
    refused(state, ev.OfferRefused("o", "B", "late"), "already accepted by 'B'; offer anew")
    assert [r.kind for r in state.offers["o"].responses] == ["postponed", "accepted"]


@pytest.mark.parametrize(
    "end", [ev.OfferRefused("o", "B", "late"), ev.OfferWithdrawn("o", "A", "")]
)
def test_a_bag_that_was_offered_anew_stays_in_the_new_offer(end: ev.Event):
    """The old offer may end after it, where its end was heard of late."""
    state = after(*AB, manifest("m", "T1"), ev.OfferMade("o", "A", "B", tags=("T1",)))
    state = after(
        ev.HandoverOpened("h", "point", "2025-06-16", ("m",)),
        ev.BagRefused("m", "T1", "B", "seal broken"),
        ev.OfferMade("o2", "A", "B", tags=("T1",)),
        end,
        state=state,
    )
    assert state.bags["T1"].offer == "o2"


def test_each_side_characterises_an_offer_in_its_own_words():
    state = after(
        *AB,
        ev.OfferMade("o", "A", "B", count=1212, place="the exchange area", date="2025-06-07"),
        ev.OfferCharacterised("o", "A", "the other side postponed acceptance"),
        ev.OfferCharacterised("o", "B", "no date had been agreed; unilateral action"),
        ev.OfferCharacterised("o", "press", "reportedly refused"),
    )
    words = {state.entries[e].value.by for e in state.offers["o"].characterisations}
    assert words == {"A", "B", "press"}
    assert state.offers["o"].responses == ()  # words are no act


def test_a_bag_is_handed_over_once():
    state = after(*AT_POINT, ev.BagsHandedOver("m", ("T1",)))
    assert (state.bags["T1"].custodian, state.bags["T2"].custodian) == ("B", "A")
    refused(state, ev.BagsHandedOver("m", ("T1",)), "'T1' is already handed over")
    refused(state, ev.BagsHandedOver("m", ("T2", "T2")), "a tag stands twice")
    refused(state, ev.BagsHandedOver("m", ("T9",)), "'T9' is not on manifest 'm'")


def test_a_refused_bag_stays_and_keeps_its_history_when_offered_again():
    state = after(*AT_POINT, ev.BagRefused("m", "T1", "B", "seal broken"))
    assert state.bags["T1"].custodian == "A"
    refused(state, ev.BagsHandedOver("m", ("T1",)), "was refused here; offer it again")
    before = state.bags["T1"].history
    again = manifest("m2", "T1", sequence=2, previous=state.manifests["m"].digest)
    state = after(
        ev.HandoverClosed("h"),
        again,
        ev.HandoverOpened("h2", "point", "2025-06-20", ("m2",)),
        ev.BagsHandedOver("m2", ("T1",)),
        state=state,
    )
    assert state.bags["T1"].custodian == "B"
    assert state.bags["T1"].history[: len(before)] == before
    assert state.bags["T2"].manifest is None  # free again once the handover closed


def test_remains_of_the_other_side_return_by_the_same_road():
    state = after(
        *AT_POINT,
        ev.BagsHandedOver("m", ("T1",)),
        ev.BagFoundOtherSide("T1", "B", "uniform and documents of the other side"),
        manifest("back", "T1", giver="B", receiver="A"),
        ev.HandoverOpened("h2", "point", "2025-07-01", ("back",)),
        ev.BagsHandedOver("back", ("T1",)),
    )
    assert state.bags["T1"].custodian == "A" and state.bags["T1"].found_other_side
    assert len(state.bags["T1"].history) == 5


def test_more_than_the_manifest_holds_needs_a_reservation():
    state = after(*AT_POINT, ev.BagsHandedOver("m", ("T1", "T2")))
    refused(state, ev.CountStated("m", "B", 3), "3 counted, but manifest 'm' holds 2")
    refused(state, ev.BagsReceived("m", "B", ("T9",)), "make the reservation 'not on manifest'")
    noted = ev.ReservationMade("m", "B", ev.Reservation("not on manifest", "a third bag", "T9"))
    state = after(noted, state=state)
    state = after(ev.BagsReceived("m", "B", ("T1", "T2", "T9")), state=state)
    state = after(ev.CountStated("m", "B", 3), state=state)
    refused(state, ev.CountStated("m", "A", 3), "make a reservation first")  # not A's reservation
    refused(state, ev.BagsReceived("m", "B", ("T1",)), "already counted bag 'T1'")
    assert "T9" not in state.bags  # nobody's custody follows from a reservation


def test_receiving_what_was_not_handed_over():
    refused(after(*AT_POINT), ev.BagsReceived("m", "B", ("T1",)), "is not handed over")


def test_a_reservation_fits_the_manifest():
    state = after(*AT_POINT)
    for kind, tag in (("missing", "T9"), ("not on manifest", "T1"), ("lost", None)):
        with pytest.raises(ev.RuleError):
            after(ev.ReservationMade("m", "B", ev.Reservation(kind, "why", tag)), state=state)


def test_correcting_a_correction_that_does_not_exist():
    state = after(*AT_POINT, ev.CountStated("m", "B", 1))
    count = state.manifests["m"].counts["B"]
    nowhere = recorded(ev.HandoverClosed("h"), 999).event_id
    refused(state, ev.Corrected(nowhere, "B", "slip", count=2), "there is nothing to correct")
    refused(state, ev.Corrected(count, "A", "slip", count=2), "only the party that stated")
    refused(state, ev.Corrected(count, "B", "slip", text="two"), "is not what")
    refused(state, ev.Corrected(count, "B", "slip", count=5), "make a reservation first")
    refused(state, ev.Corrected(count, "B", "slip"), "gives one new value, or strikes")
    state = after(ev.Corrected(count, "B", "slip", count=2), state=state)
    refused(state, ev.Corrected(count, "B", "again", count=1), "already corrected; correct 0189")
    first = state.entries[count].corrections[0]
    state = after(ev.Corrected(first, "B", "again", count=1), state=state)
    assert state.entries[count].event.count == 1
    assert state.entries[count].value.count == 1 and len(state.entries[count].corrections) == 2
    second = state.entries[count].corrections[1]
    state = after(ev.Corrected(second, "B", "not counted at all", strike=True), state=state)
    assert state.entries[count].value is None


def test_a_manifest_follows_the_one_before_it():
    state = after(*AT_POINT)
    refused(state, manifest("m2", "T3", sequence=3), "the next manifest of this series is 2, not 3")
    refused(state, manifest("m2", "T3", sequence=2, previous="00"), "does not follow")
    refused(state, manifest("m2", "T1", giver="B", receiver="A"), "in the custody of 'A', not of")


def test_a_signature_is_over_the_bytes_and_one_alone_is_unilateral():
    state = after(*AT_POINT)
    digest = state.manifests["m"].digest
    refused(state, ev.ManifestSigned("m", "A", "0" * 64), "signed bytes are not those")
    state = after(ev.ManifestSigned("m", "A", digest), state=state)
    assert not state.manifests["m"].bilateral
    refused(state, ev.ManifestSigned("m", "B", digest, True), "needs the reservations first")
    state = after(ev.ManifestSigned("m", "B", digest), state=state)
    assert state.manifests["m"].bilateral


def test_two_readings_of_one_agreement_stand_side_by_side():
    owed = ev.Obligation("A", "B", 6000, "bodies")
    state = after(
        *AB,
        ev.AgreementProposed("g", "A", ("A", "B")),
        ev.ReadingStated("g", "mutual", (owed, ev.Obligation("B", "A", 6000, "bodies")), ("A",)),
        ev.ReadingStated("g", "open", (owed, ev.Obligation("B", "A", None, "held")), ("B",)),
        ev.ReadingHeld("g", "mutual", "press"),
    )
    assert state.agreements["g"].readings["mutual"].held_by == {"A", "press"}
    refused(state, ev.AmendmentProposed("g", "x", "A", "open", (owed,)), "signed by all")
    state = after(
        ev.AgreementCountersigned("g", "B"),
        ev.AmendmentProposed("g", "x", "A", "open", (owed,)),
        state=state,
    )
    assert len(state.agreements["g"].readings["open"].obligations) == 2
    state = after(ev.AmendmentCountersigned("g", "x", "B"), state=state)
    assert state.agreements["g"].readings["open"].obligations == (owed,)


def claim(name: str, party: str = "A", **subject: str) -> ev.ClaimMade:
    about = ev.Subject(**subject)
    return ev.ClaimMade(name, "2025", "an office", party, "offered", 7, "stated", about, "s")


def test_claims_are_kept_corrected_and_withdrawn_by_their_own_side():
    state = after(*AB, ev.SourceRecorded("s", "a paper"), claim("a1"), claim("a2"), claim("b", "B"))
    refused(state, ev.ClaimCorrected("a1", "b", "2025"), "only the side that made")
    refused(state, ev.ClaimCorrected("a1", "a1", "2025"), "cannot correct itself")
    state = after(ev.ClaimCorrected("a1", "a2", "2025"), state=state)
    refused(state, ev.ClaimCorrected("a1", "a2", "2025"), "already corrected")
    state = after(ev.ClaimWithdrawn("a2", "2025"), state=state)
    refused(state, ev.ClaimWithdrawn("a2", "2025"), "already withdrawn")
    assert [state.claims[c].status for c in ("a1", "a2", "b")] == [
        "corrected",
        "withdrawn",
        "stands",
    ]
    assert state.claims["a1"].by == "a2"


def test_a_claim_names_what_exists():
    state = after(*AB, ev.SourceRecorded("s", "a paper"), ev.AgreementRecorded("g"))
    refused(state, claim("c", agreement="h"), "no agreement 'h'")
    refused(state, claim("c", agreement="g", reading="r"), "has no reading 'r'")
    refused(state, claim("c", reading="r"), "names no agreement")
    refused(state, claim("c", party="C"), "no party 'C' to claim")


def test_an_event_is_recorded_once_and_in_turn():
    state = after(*AB)
    with pytest.raises(ev.RuleError, match="already recorded"):
        ev.check(state, recorded(ev.PartyDeclared("C", "C"), 0))
    with pytest.raises(ev.RuleError, match="next event has sequence 2, not 5"):
        ev.check(state, recorded(ev.PartyDeclared("C", "C"), 5))


def test_an_old_state_stays_as_it_was():
    old = after(*AB)
    new = after(ev.PartyDeclared("C", "C", "observer"), state=old)
    assert "C" in new.parties and "C" not in old.parties and old == after(*AB)
