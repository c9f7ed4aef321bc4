"""Pages of negotiations: what each side did, beside each other; acts signed by a person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from priam import events as ev
from priam.events.values import Item, Obligation, Reservation
from tests.office import mortuary
from tests.office.signing_in import account, signed_in

WORK = "/en/work/negotiation/"
PHRASE = "a passphrase for tests"
THEIRS = "ru.example/log"


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    from priam_office.people import signing

    monkeypatch.setattr(signing, "SCRYPT_N", 2**10)


@pytest.fixture
def office(sqlite: str, tmp_path: Path, settings: Any) -> Any:
    """The installation of UA, where RU is known."""
    from priam_office.handovers import parties
    from priam_office.installation import create

    settings.INSTALLATION = create(tmp_path / "office", "ua.example/log")
    me = parties.found(settings.INSTALLATION, "UA", PHRASE, name="Ukraine", n=2**10)
    theirs(ev.PartyDeclared("RU", "Russia"))
    return me


def theirs(*events: Any) -> list[str]:
    """Acts of the other party, as they are taken in; their ids."""
    from priam_office.record.write import Entry, record_all

    return [one.event_id for one in record_all([Entry(e) for e in events], by=THEIRS)]


def state() -> Any:
    from priam_office.record.state import known

    return known().state


def negotiator() -> Client:
    """Somebody of the exchange office, with a signing key."""
    from priam_office.people.signing import make_key

    user = account("negotiator", username="negotiator")
    make_key(user, PHRASE)
    client = Client()
    client.force_login(user)
    return client


def agreed() -> str:
    """An agreement that both have signed; the event that proposed it."""
    (event,) = theirs(ev.AgreementProposed("accord", "RU", ("RU", "UA"), "2025-06-02", "a city"))
    return event


def text(client: Client, address: str) -> str:
    """The words of a page, without tags."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_offer_is_answered_by_a_person_for_the_party(office: Any) -> None:
    from priam_office.handovers.evidence import ActSigned
    from priam_office.handovers.exporting import EXCHANGED
    from priam_office.record.models import Event

    client = negotiator()
    made = ev.OfferMade("o1", "RU", "UA", None, "the point", "2025-06-07", count=1212)
    (event,) = theirs(made)
    assert "Offers to answer 1" in text(client, "/en/work/")
    page = text(client, f"{WORK}offers/{event}/")
    assert "the point" in page and "1,212" in page and "not answered" in page
    form = f"{WORK}offers/{event}/answer/"
    size = state().size
    for sent in (
        {"answer": "accept", "passphrase": "another passphrase"},
        {"answer": "refuse", "passphrase": PHRASE},  # without a reason
    ):
        assert client.post(form, sent).status_code == 422 and state().size == size
    sent = {"answer": "postpone", "reason": "no date had been agreed", "passphrase": PHRASE}
    assert client.post(form, sent).status_code == 302
    (response,) = state().offers["o1"].responses
    assert (response.kind, response.by) == ("postponed", "UA")
    act, signed = list(Event.objects.order_by("sequence"))[-2:]
    assert (act.type, act.actor) == ("offer.postponed", office.actor) and act.type in EXCHANGED
    assert (signed.type, signed.actor[:7]) == ("act.signed", "person/")
    assert ActSigned.type not in EXCHANGED  # the other party is not told who it was
    page = text(client, f"{WORK}offers/{event}/")
    assert "no date had been agreed" in page and "signed by negotiator" in page
    assert "does not verify" not in page
    words = {"words": "a unilateral step", "passphrase": PHRASE}
    assert client.post(f"{WORK}offers/{event}/words/", words).status_code == 302
    accepted = {"answer": "accept", "reason": "", "passphrase": PHRASE}
    assert client.post(form, accepted).status_code == 302
    page = text(client, f"{WORK}offers/{event}/")
    assert "a unilateral step" in page and "accepted" in page
    assert client.get(form).status_code == 404  # nothing is left to answer
    assert client.get(f"{WORK}offers/{event}/withdraw/").status_code == 404  # it is not ours


def test_a_signature_that_is_not_over_the_act_is_called_so(office: Any) -> None:
    from priam_office.handovers.acting import signers_of
    from priam_office.handovers.evidence import ActSigned
    from priam_office.people.models import User
    from priam_office.people.signing import sign
    from priam_office.record.write import record

    negotiator()
    user = User.objects.get(username="negotiator")
    (event,) = theirs(ev.OfferMade("o1", "RU", "UA", count=5))
    record(ActSigned(event, sign(user, PHRASE, b'{"something":"else"}')), by=user.actor)
    assert not signers_of([event])[event].verifies


def test_an_offer_of_ours_is_made_and_taken_back(office: Any) -> None:
    client = negotiator()
    event = agreed()
    form = WORK + "offers/new/"
    sent = {
        "agreement": "accord",
        "receiver": "RU",
        "number": "27",
        "place": "the point",
        "date": "2025-06-11",
        "passphrase": PHRASE,
    }
    assert client.post(form, sent).status_code == 422  # not in force yet: no such choice
    assert client.post(f"{WORK}agreements/{event}/sign/", {"passphrase": PHRASE}).status_code == 302
    assert state().agreements["accord"].in_force
    for _ in range(2):
        assert client.post(form, sent).status_code == 302
    offers = sorted(state().offers)
    assert offers == ["2025-06-11 UA to RU", "2025-06-11 UA to RU 2"]
    one = state().offers[offers[1]]
    assert (one.count, one.place, one.date, one.giver) == (27, "the point", "2025-06-11", "UA")
    back = f"{WORK}offers/{one.event_id}/withdraw/"
    assert client.post(back, {"words": "too early", "passphrase": PHRASE}).status_code == 302
    assert state().offers[offers[1]].standing("UA") == "withdrawn"
    assert "too early" in text(client, f"{WORK}offers/{one.event_id}/")
    assert offers[1] in text(client, WORK + "offers/?tab=ended")


def test_readings_stand_beside_each_other_and_are_amended(office: Any) -> None:
    client = negotiator()
    event = agreed()
    at = f"{WORK}agreements/{event}/"
    client.post(at + "sign/", {"passphrase": PHRASE})
    theirs(ev.ReadingStated("accord", "one-sided", (Obligation("RU", "UA", 6000, "u"),), ("RU",)))
    duties = {"giver0": "RU", "receiver0": "UA", "count0": "6000"}
    open_ = {"giver1": "UA", "receiver1": "RU", "count1": ""}
    reading = {"reading": "all for all", "passphrase": PHRASE, **duties, **open_}
    halved = reading | {"giver2": "UA"}
    assert client.post(at + "reading/", halved).status_code == 422
    assert client.post(at + "reading/", reading).status_code == 302
    stated = state().agreements["accord"].readings["all for all"]
    assert [(d.giver, d.receiver, d.count) for d in stated.obligations] == [
        ("RU", "UA", 6000),
        ("UA", "RU", None),
    ]
    page = text(client, at)
    assert "one-sided" in page and "all for all" in page and "number open" in page
    assert (
        client.post(at + "hold/", {"chosen": "one-sided", "passphrase": PHRASE}).status_code == 302
    )
    assert state().agreements["accord"].readings["one-sided"].held_by == {"RU", "UA"}
    change = {"amendment": "first", "reading": "one-sided", "text": "", "passphrase": PHRASE}
    assert client.post(at + "amend/", change | duties | {"count0": "6500"}).status_code == 302
    theirs(ev.AmendmentProposed("accord", "second", "RU", "one-sided",
                                (Obligation("RU", "UA", 7000, "u"),)))  # fmt: skip
    assert "amendment to sign" in text(client, WORK + "agreements/")
    assert (
        client.post(at + "amendment/", {"chosen": "second", "passphrase": PHRASE}).status_code
        == 302
    )
    amended = state().agreements["accord"].readings["one-sided"].obligations
    assert [one.count for one in amended] == [7000]
    new = {"name": "later", "parties": ["RU"], "passphrase": PHRASE}
    assert client.post(WORK + "agreements/new/", new).status_code == 302
    assert state().agreements["later"].signed_by == {"UA"}


@pytest.fixture
def met(office: Any) -> dict[str, str]:
    """A handover: 5 bags listed, one refused, one not found by us; an observer counts too."""
    tags = mortuary.tags(5)
    items = tuple(Item(tag, f"S{n}") for n, tag in enumerate(tags))
    agreement = agreed()
    theirs(ev.PartyDeclared("ICRC", "ICRC", "observer"))
    (manifest,) = theirs(ev.ManifestIssued("m1", "2025-06-16", 1, "RU", "UA", items, "accord"))
    there = ("RU", "UA", "ICRC")
    theirs(ev.HandoverOpened("h1", "the point", "2025-06-16", ("m1",), there, "accord"))
    mortuary.write(ev.BagRefused("m1", tags[4], "UA", "no label on it"))
    theirs(ev.BagsHandedOver("m1", tuple(tags[:4])), ev.CountStated("m1", "RU", 4))
    noted = Reservation("missing", "not in the lorry", tags[3])
    mortuary.write(ev.ReservationMade("m1", "UA", noted), ev.CountStated("m1", "UA", 3))
    mortuary.write(ev.CountStated("m1", "ICRC", 4))
    return {"manifest": manifest, "agreement": agreement, "refused": tags[4], "missing": tags[3]}


def test_counts_stand_beside_each_other_and_what_was_refused_stays_in_sight(
    met: dict[str, str],
) -> None:
    client = signed_in("auditor")
    page = text(client, f"{WORK}manifests/{met['manifest']}/")
    for shown in ("Russia giver 4", "Ukraine receiver 3 1", "ICRC observer 4", "counts differ"):
        assert shown in page
    assert f"missing {met['missing']} not in the lorry" in page
    assert f"{met['refused']} no label on it stays with Russia" in page
    assert met["refused"] in text(client, WORK + "refused/")
    listed = text(client, WORK + "manifests/")
    assert "the point Russia, Ukraine, ICRC 1 open" in listed
    under = text(client, f"{WORK}agreements/{met['agreement']}/")
    assert "Manifests" in under and "counts differ" in under
    pdf = client.get(f"{WORK}manifests/{met['manifest']}/reception.pdf")
    assert pdf.status_code == 200 and b"".join([pdf.content])[:4] == b"%PDF"
    assert client.get(f"{WORK}manifests/{met['manifest']}/other.pdf").status_code == 404
    # listed and handed over later: it is refused no longer
    later = (Item(met["refused"]),)
    mortuary.write(ev.HandoverClosed("h1"))
    before = state().manifests["m1"].digest
    theirs(ev.ManifestIssued("m2", "2025-06-20", 2, "RU", "UA", later, "accord", before))
    theirs(ev.HandoverOpened("h2", "the point", "2025-06-20", ("m2",), (), "accord"))
    theirs(ev.BagsHandedOver("m2", (met["refused"],)))
    assert met["refused"] not in text(client, WORK + "refused/")
    assert "handed over later" in text(client, f"{WORK}manifests/{met['manifest']}/")


def test_an_observer_is_told_why_it_has_no_acts(sqlite: str, tmp_path: Path, settings: Any) -> None:
    from priam_office.handovers import parties
    from priam_office.installation import create

    settings.INSTALLATION = create(tmp_path / "office", "icrc.example/log")
    parties.found(settings.INSTALLATION, "ICRC", PHRASE, role="observer", n=2**10)
    client = signed_in("negotiator")
    for address in ("", "offers/"):
        page = text(client, WORK + address)
        assert "This installation observes" in page and "Offer bags" not in page
        assert "priam demo" not in page  # only where everybody is made up
    assert "This installation observes" not in text(signed_in("auditor"), WORK)


def test_the_exchange_with_others_is_told(office: Any, tmp_path: Path) -> None:
    from priam_office.handovers import parties
    from priam_office.handovers.evidence import CheckpointSeen
    from priam_office.installation import create

    other = create(tmp_path / "other", "ru.example/log")
    card = tmp_path / "card"
    # the other installation writes into this database; its own events do not matter here
    pair = parties.KeyPair.generate("ru.example/office", "person")
    eye = parties.KeyPair.generate("ru.example/witness", "witness")
    made = parties.Card("RU", "Russia", "party", "ru.example/log", tuple(other.vkeys()),
                        tuple(pair.vkeys()), tuple(eye.vkeys()))  # fmt: skip
    card.write_bytes(bytes(parties.notes.sign(made.text, pair.signers())))
    parties.trust(office, card)
    client = negotiator()
    page = text(client, WORK + "others/")
    assert "Russia party never never 0" in page  # nothing that UA did goes to others yet
    assert "ru.example/witness" in page
    assert "has not cosigned yet" in page and "answers" not in page
    seen = state().size
    theirs(CheckpointSeen("RU", office.actor, seen, "a note"))
    mortuary.write(CheckpointSeen("UA", "ru.example/log", 1234, "a note"))
    form = {"name": "accord", "parties": ["RU"], "passphrase": PHRASE}
    assert client.post(WORK + "agreements/new/", form).status_code == 302
    page = text(client, WORK + "others/")
    assert "1,234 events" in page and f"{seen} events 1" in page
    (office.folder / "waiting").mkdir()
    (office.folder / "waiting" / "RU.000000000007.bundle").touch()
    (office.folder / "split-views").mkdir()
    (office.folder / "split-views" / "RU-1.txt").touch()
    page = text(client, WORK)
    assert "1 file waits for another" in page and "two histories" in page


PAGES = {"": 18, "agreements/": 6, "offers/?tab=all": 6, "manifests/": 6, "refused/": 6,
         "others/": 14}  # fmt: skip


def test_more_offers_need_no_more_queries(met: dict[str, str]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("negotiator")
    for _ in range(2):
        for route, most in PAGES.items():
            assert client.get(WORK + route).status_code == 200
            with CaptureQueriesContext(connection) as asked:
                client.get(WORK + route)
            assert len(asked) <= most, (route, [one["sql"][:90] for one in asked])
        offers = [ev.OfferMade(f"offer {n}", "RU", "UA", count=n) for n in range(60)]
        if "offer 0" not in state().offers:
            theirs(*offers)
    page = client.get(WORK + "offers/").content.decode()
    assert page.count('scope="row"') == 50 and "from=50" in page
    assert client.get(WORK + "offers/?from=50").content.decode().count('scope="row"') == 10


def test_who_speaks_for_nobody_sees_and_does_nothing(sqlite: str) -> None:
    client = negotiator()
    mortuary.write(ev.PartyDeclared("UA", "Ukraine"), ev.PartyDeclared("RU", "Russia"))
    (event,) = theirs(ev.OfferMade("o1", "RU", "UA", count=5))
    assert "speaks for nobody yet" in text(client, WORK)
    assert "not answered" in text(client, f"{WORK}offers/{event}/")
    for route in (f"offers/{event}/answer/", "offers/new/", "agreements/new/"):
        assert client.get(WORK + route).status_code == 404, route
