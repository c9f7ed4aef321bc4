"""Signed manifests beside public claims: 1,248 let go, 1,245 counted, each with its events."""

from __future__ import annotations

import json

from priam import events as ev
from priam.accounting.handovers import batches_beside_claims, manifest_figures
from tests.priam.events.histories import after, manifest, parties

TAGS = [f"T{i:04}" for i in range(1248)]
MISSING = TAGS[:3]


def said(name, party, value, qualifier="stated", batch="2025-06-16"):
    about = ev.Subject(batch=batch)
    return ev.ClaimMade(
        name, "2025-06-16", "x", party, "transferred_to_B", value, qualifier, about, "s"
    )


def june():
    return after(
        *parties("A", "B"),
        ev.PartyDeclared("O", "Observer", "observer"),
        ev.SourceRecorded("s", "a paper"),
        manifest("m", *TAGS),
        ev.HandoverOpened("h", "point", "2025-06-16", ("m",)),
        ev.BagsHandedOver("m", tuple(TAGS)),
        *(ev.ReservationMade("m", "B", ev.Reservation("missing", "not found", t)) for t in MISSING),
        ev.BagsReceived("m", "B", tuple(TAGS[3:])),
        ev.CountStated("m", "A", 1248),
        ev.CountStated("m", "B", 1245),
    )


def test_each_party_counts_for_itself():
    (figure,) = manifest_figures(june())
    assert (figure.listed, figure.handed_over, figure.refused) == (1248, 1248, 0)
    giver, receiver = figure.counts
    assert (giver.party, giver.value, giver.ticked, giver.reservations) == ("A", 1248, None, ())
    assert (receiver.party, receiver.stated, receiver.ticked) == ("B", 1245, 1248 - 3)
    assert len(receiver.reservations) == 3 and len(receiver.events) == 1 + 3
    assert not figure.agree and figure.signed == "nobody"
    json.dumps(figure.to_json())


def test_a_corrected_count_and_both_signatures():
    state = june()
    digest = state.manifests["m"].digest
    state = after(ev.ManifestSigned("m", "A", digest), state=state)
    assert manifest_figures(state)[0].signed == "unilateral"
    count = state.manifests["m"].counts["B"]
    state = after(
        ev.ManifestSigned("m", "B", digest, True),
        ev.Corrected(count, "B", "three bags found in the vehicle", count=1248),
        state=state,
    )
    (figure,) = manifest_figures(state)
    assert figure.signed == "bilateral" and figure.signatures == {"A": False, "B": True}
    assert figure.agree and figure.counts[1].value == 1248


def test_claims_stand_beside_the_manifest_and_the_differing_ones_are_named():
    state = after(
        said("ru", "A", 1248),
        said("ua", "B", 1245),
        said("paper", "press", 1200),
        said("bound", "press", 1300, "up to"),
        said("elsewhere", "A", 7, batch="2025-06-15"),
        said("withdrawn", "A", 1),
        ev.ClaimWithdrawn("withdrawn", "2025-06-17"),
        state=june(),
    )
    (batch,) = batches_beside_claims(state)
    assert batch.counted == {"A": 1248, "B": 1245}
    assert batch.claims == ("ru", "ua", "paper", "bound")
    assert batch.differing == ("paper",)
    json.dumps(batch.to_json())


def test_a_party_that_counted_one_manifest_of_two_has_no_sum():
    state = june()
    second = manifest("n", "U1", sequence=2, previous=state.manifests["m"].digest)
    state = after(second, ev.CountStated("n", "A", 1), state=state)
    (batch,) = batches_beside_claims(state)
    assert batch.counted == {"A": 1249}
    assert (batch.manifests, batch.handed_over) == (("m", "n"), 1248)
