"""Tablets: what they sign is written once, whoever delivers it and however often."""

from __future__ import annotations

import io
import json
import random
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from priam import events as ev
from priam.errors import UserError
from tests.office import mortuary
from tests.office.mortuary import FakeTablet, id_of
from tests.office.signing_in import account, signed_in


def open_entry(tablet: FakeTablet, bag: str, *cases: str, **changes: Any) -> Any:
    body = {"bag": bag, "finding": "one" if len(cases) == 1 else "several", "cases": list(cases)}
    return tablet.entry("open", body, **changes)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ECDSA-P256"])
def test_a_day_without_network_comes_home(store: str, algorithm: str) -> None:
    from priam_office.cases.models import Case, Delivery
    from priam_office.cases.sync import deliver
    from priam_office.record.models import Event

    user = account("mortuary")
    tablet = FakeTablet(user, algorithm).register()
    bag, case, sample, element = mortuary.tags(4)
    mortuary.bags(bag)
    entries = [
        open_entry(tablet, bag, case),
        tablet.entry(
            "element",
            {
                "element": element,
                "case": case,
                "bone": "femur",
                "side": "left",
                "completeness": "part",
            },
        ),
        tablet.entry(
            "sample", {"sample": sample, "case": case, "kind": "bone", "element": element}
        ),
    ]
    section = tablet.entry(
        "section", {"case": case, "section": "400", "changes": {"sex": "male"}, "base": ""}
    )
    chained = tablet.entry(
        "section",
        {"case": case, "section": "400", "changes": {"sex": "female"}, "base": id_of(section)},
    )
    results = deliver([*entries, section, chained])
    assert [r.outcome for r in results] == ["written"] * 5
    row = Event.objects.get(event_id=id_of(entries[0]))
    assert (row.actor, row.claimed_time) == (user.actor, mortuary.TIME)
    assert Case.objects.get().samples == 1
    assert Delivery.objects.count() == 5
    assert results[-1].details["revision"] == 2


def test_doubled_delivery_writes_once_and_answers_the_same(store: str) -> None:
    from priam_office.cases.sync import deliver
    from priam_office.record.queries import head

    tablet = FakeTablet(account("mortuary")).register()
    bag, case = mortuary.tags(2)
    mortuary.bags(bag)
    entry = open_entry(tablet, bag, case)
    first = deliver([entry])
    before = head()
    assert deliver([entry]) == first == deliver([entry, entry])[:1]
    assert head() == before


def test_a_crash_between_writing_and_noting_loses_and_doubles_nothing(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.cases import sync
    from priam_office.cases.models import Delivery
    from priam_office.record.queries import head

    tablet = FakeTablet(account("mortuary")).register()
    bag, case = mortuary.tags(2)
    mortuary.bags(bag)
    entry = open_entry(tablet, bag, case)
    section = tablet.entry(
        "section", {"case": case, "section": "400", "changes": {"sex": "male"}, "base": ""}
    )

    def fails(*a: Any, **k: Any) -> None:
        raise RuntimeError("the power went")

    class Notes:
        """The table of deliveries, on a disk whose power goes."""

        def __getattr__(self, name: str) -> Any:
            return fails if name == "bulk_create" else getattr(Delivery._default_manager, name)

    with monkeypatch.context() as patch:
        patch.setattr(sync.Delivery, "objects", Notes())
        for one in (entry, section):
            with pytest.raises(RuntimeError):
                sync.deliver([one])
    before = head()
    assert [r.outcome for r in sync.deliver([entry, section])] == ["written", "written"]
    assert head() == before


@pytest.mark.parametrize("kind", ["forged", "changed", "other key", "unknown", "revoked", "junk"])
def test_what_is_not_authentic_is_turned_away(sqlite: str, kind: str) -> None:
    from priam_office.cases.actions import write
    from priam_office.cases.models import Delivery
    from priam_office.cases.sync import SignedEntry, deliver
    from priam_office.record.queries import head

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    bag, case = mortuary.tags(2)
    mortuary.bags(bag)
    entry = open_entry(tablet, bag, case)
    if kind == "forged":
        entry = SignedEntry(entry.text, "AAAA" + entry.signature[4:])
    elif kind == "changed":
        entry = SignedEntry(entry.text.replace("one", "empty"), entry.signature)
    elif kind == "other key":
        other = FakeTablet(user, device=tablet.device)
        entry = open_entry(other, bag, case)
    elif kind == "unknown":
        entry = open_entry(FakeTablet(user), bag, case)
    elif kind == "revoked":
        write(ev.DeviceRevoked(tablet.device, "lost"), by=user)
    elif kind == "junk":
        entry = SignedEntry("[" * 50_000, "x")
    before = head()
    assert [r.outcome for r in deliver([entry])] == ["refused"]
    assert head() == before and not Delivery.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"id": "x"},
        {"number": 0},
        {"number": True},
        {"at": "yesterday"},
        {"more": 1},
        {"act": 5},
        {"body": []},
    ],
)
def test_an_entry_of_another_form_is_turned_away(sqlite: str, changes: dict[str, Any]) -> None:
    from priam_office.cases.sync import SignedEntry, deliver

    tablet = FakeTablet(account("mortuary")).register()
    fields = json.loads(tablet.entry("open", {}).text) | changes
    text = json.dumps(fields)
    assert [r.outcome for r in deliver([SignedEntry(text, tablet.sign(text))])] == ["refused"]


@pytest.mark.parametrize(
    ("act", "body", "says"),
    [
        ("open", {"bag": "PRM-000000000", "finding": "one"}, "wrong character|not a"),
        ("open", {"bag": "<img src=x>", "finding": "one"}, "not a Priam tag"),
        ("open", {}, "lacks"),
        ("open", {"bag": 5}, "lacks|not a Priam tag"),
        ("fly", {}, "nothing that a tablet does"),
        ("section", {"case": "x"}, "lacks|not a Priam"),
    ],
)
def test_what_the_rules_refuse_is_held_for_a_person(
    sqlite: str, act: str, body: dict[str, Any], says: str
) -> None:
    import re

    from priam_office.cases.models import Delivery
    from priam_office.cases.sync import deliver

    tablet = FakeTablet(account("mortuary")).register()
    entry = tablet.entry(act, body)
    (result,) = deliver([entry])
    assert result.outcome == "held" and re.search(says, result.words)
    row = Delivery.objects.get()
    assert row.signed == entry.text and row.outcome == "held"


def test_a_held_entry_is_tried_again_or_settled(sqlite: str) -> None:
    from priam_office.cases.models import Case, Delivery
    from priam_office.cases.sync import deliver, retry, settle

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    bag, case = mortuary.tags(2)
    first = open_entry(tablet, bag, case)
    second = open_entry(tablet, bag, *mortuary.tags(2))
    assert [r.outcome for r in deliver([first, second])] == ["held", "held"]
    mortuary.bags(bag)
    assert retry(Delivery.objects.get(pk=id_of(first))).outcome == "written"
    assert Case.objects.get().case == case
    assert retry(Delivery.objects.get(pk=id_of(second))).outcome == "held"
    with pytest.raises(UserError):
        settle(Delivery.objects.get(pk=id_of(second)), " ", by=user)
    settle(Delivery.objects.get(pk=id_of(second)), "entered twice", by=user)
    assert Delivery.objects.get(pk=id_of(second)).settled_by == user.actor


def test_a_number_is_used_once_by_a_tablet(sqlite: str) -> None:
    from priam_office.cases.sync import deliver

    tablet = FakeTablet(account("mortuary")).register()
    bag, other, *cases = mortuary.tags(4)
    mortuary.bags(bag, other)
    deliver([open_entry(tablet, bag, cases[0])])
    (result,) = deliver([open_entry(tablet, other, cases[1], number=1)])
    assert result.outcome == "refused" and "another entry 1" in result.words


def test_an_account_without_the_right_and_a_clock_ahead_are_held(sqlite: str) -> None:
    from priam_office.cases.sync import deliver

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    bag, case = mortuary.tags(2)
    mortuary.bags(bag)
    (ahead,) = deliver([open_entry(tablet, bag, case, at="2099-01-01T00:00:00Z")])
    assert ahead.outcome == "held" and "clock" in ahead.words
    user.is_active = False
    user.save()
    (late,) = deliver([open_entry(tablet, bag, case)])
    assert late.outcome == "held" and "may not" in late.words


def test_tablets_at_once_write_each_entry_once(store: str) -> None:
    """Two copies of one outbox are delivered by threads at the same time."""
    from django.db import connection

    from priam_office.cases.models import Delivery
    from priam_office.cases.sync import deliver
    from priam_office.record.models import Event

    tablet = FakeTablet(account("mortuary")).register()
    found = mortuary.tags(12)
    mortuary.bags(*found[:6])
    entries = [open_entry(tablet, bag, case) for bag, case in zip(found[:6], found[6:])]
    outcomes: list[list[str]] = []

    def send() -> None:
        try:
            outcomes.append([r.outcome for e in entries for r in deliver([e])])
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [["written"] * 6] * 3
    assert Event.objects.filter(type="bag.opened").count() == 6 == Delivery.objects.count()


def test_a_key_of_another_kind_is_no_tablet(sqlite: str) -> None:
    from priam_office.cases.sync import register_device

    user = account("mortuary")
    tablet = FakeTablet(user, "ECDSA-P256")
    for algorithm, key in (("Ed25519", tablet.public), ("RSA", tablet.public), ("Ed25519", "!!")):
        with pytest.raises(UserError):
            register_device(tablet.device, algorithm, key, "x", by=user)


def test_json_that_is_deep_does_not_fell_the_server(sqlite: str) -> None:
    from priam_office.cases.sync import deliver

    tablet = FakeTablet(account("mortuary")).register()
    deep = json.loads("[" * 900 + "]" * 900)
    (result,) = deliver([tablet.entry("open", {"bag": deep})])
    assert result.outcome == "held"


# -- everything of a day -------------------------------------------------------------------------


def test_every_act_of_a_day_is_written_together_and_once(store: str) -> None:
    """A bag that nobody registered, parts, effects, places, samples on their way: no network."""
    from priam_office.cases.models import Bag, Case, Element, Label, Packet, Sample
    from priam_office.cases.sync import deliver
    from priam_office.record.queries import head

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    known, *labels = mortuary.tags(12)
    bag, empty, case, part, element, sample, packet, other, place, more, second = labels
    mortuary.bags(known, empty)
    mortuary.write(ev.PlaceDeclared(place, "Shelf 1", "shelf"))
    bone = {"bone": "femur", "side": "left", "completeness": "part"}
    opened = {"bag": bag, "finding": "one", "cases": [case], "party": "A", "place": place}
    of_bag = {"of": empty, "packet": other, "seal": "S2", "items": [{"count": 2, "what": "coin"}]}
    watch = {"count": 1, "what": "watch", "marks": "1987"}
    entries = [
        tablet.entry("open", opened),
        tablet.entry("element", {"element": element, "case": case, **bone}),
        tablet.entry("sample", {"sample": sample, "case": case, "kind": "bone"}),
        tablet.entry(
            "split", {"case": case, "into": [part], "elements": [element], "reason": "two left"}
        ),
        tablet.entry("link", {"case": case, "other": part, "reason": "one bag"}),
        tablet.entry("effects", {"of": case, "packet": packet, "seal": "S1", "items": [watch]}),
        tablet.entry("open", {"bag": empty, "finding": "effects only", "cases": []}),
        tablet.entry("effects", of_bag),
        tablet.entry("send", {"sample": sample, "to": "Laboratory 1"}),
        tablet.entry("store", {"thing": case, "place": ""}),
        tablet.entry("store", {"thing": packet, "place": place}),
        tablet.entry(
            "reexamine", {"bag": bag, "finding": "several", "reason": "a hand", "cases": [more]}
        ),
        tablet.entry("open", {"bag": known, "finding": "one", "cases": [second], "party": "B"}),
        tablet.entry(
            "reseal", {"packet": packet, "seal": "S9", "reason": "shown", "items": [watch, watch]}
        ),
        tablet.entry("close", {"case": second, "outcome": "not human", "reason": "a deer"}),
        tablet.entry("close", {"case": more, "outcome": "not human", "reason": "a deer"}),
        tablet.entry("reopen", {"case": more, "reason": "the deer was another case"}),
    ]
    assert {result.outcome for result in deliver(entries)} == {"written"}
    assert (Bag.objects.get(pk=bag).custodian, Bag.objects.get(pk=known).custodian) == ("A", "A")
    assert Element.objects.get().case == part and Case.objects.get(pk=part).parent == case
    assert Sample.objects.get().whereabouts == "Laboratory 1"
    assert Packet.objects.get(pk=packet).items[0]["what"] == "watch"
    assert Packet.objects.get(pk=other).bag == empty
    again = Packet.objects.get(pk=packet)
    assert (again.seal, len(again.items)) == ("S9", 2)
    assert Case.objects.get(pk=second).status == "not human"
    assert Case.objects.get(pk=more).status == "open"
    places = dict(Label.objects.filter(tag__in=[case, packet]).values_list("tag", "place"))
    assert places == {case: "", packet: place}
    before = head()
    assert {result.outcome for result in deliver(entries)} == {"written"}
    assert head() == before


def test_what_comes_after_the_end_of_a_case_waits_for_a_person(store: str) -> None:
    """Two tablets without a network: one ends a case, the other takes a sample of it."""
    from priam_office.cases.models import Case
    from priam_office.cases.sync import deliver

    one, two = (FakeTablet(account("mortuary")).register() for _ in range(2))
    _, (case,) = mortuary.opened()
    sample, packet = mortuary.tags(2)
    ended = one.entry("close", {"case": case, "outcome": "not human", "reason": "a deer"})
    taken = two.entry("sample", {"sample": sample, "case": case, "kind": "bone"})
    twice = two.entry("close", {"case": case, "outcome": "unidentifiable", "reason": "burnt"})
    unknown = two.entry("reseal", {"packet": packet, "seal": "S1", "reason": "x",
                                   "items": [{"count": 1, "what": "ring"}]})  # fmt: skip
    (first,) = deliver([ended])
    results = deliver([taken, twice, unknown])
    assert first.outcome == "written" and {one.outcome for one in results} == {"held"}
    words = [str(one.words) for one in results]
    assert "is not human; nothing is added to it" in words[0]
    assert case in words[1] and "seal it first" in words[2]
    assert Case.objects.get(pk=case).status == "not human"


def test_what_people_read_of_a_held_entry_is_in_words(sqlite: str) -> None:
    from django.utils import translation

    from priam_office.cases.words import parts

    hostile: dict[str, Any] = {"bag": ["<b>", {"x": 1}], "finding": {"one": 1}, "kind": 7}
    assert [value for _, value in parts(hostile)] == ["<b>; 1", "{'one': 1}", "7"]
    with translation.override("uk"):
        body = {"case": "PRM-1", "bone": "femur", "side": "left", "changes": {"sex": "male"}}
        assert parts(body) == [
            ("Справа", "PRM-1"),
            ("Елемент", "Стегнова кістка · ліва"),
            ("Посмертний запис", "Стать: male"),
        ]


# -- photographs ----------------------------------------------------------------------------------


def picture(seed: int = 1) -> bytes:
    """A JPEG of some 700 kB with a place in its metadata."""
    noise = random.Random(seed).randbytes(640 * 640 * 3)
    image = Image.frombytes("RGB", (640, 640), noise)
    exif = Image.Exif()
    exif[0x010E] = "48.45N 35.04E"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=97, exif=exif)
    return out.getvalue()


def announced(tablet: FakeTablet, case: str, data: bytes, **changes: Any) -> tuple[Any, list[Any]]:
    """The entry of a photograph and its pieces, as the browser makes them."""
    from priam_office.cases.pieces import PIECE

    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    body = {
        "case": case,
        "note": "left hand",
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "pieces": [sha256(piece).hexdigest() for piece in pieces],
    } | changes
    return tablet.entry("photograph", body), pieces


def pieces_of(entry: Any) -> Path:
    """Where the pieces of a photograph wait."""
    from django.conf import settings

    folder: Path = settings.INSTALLATION.folder
    return folder / "photographs" / "incoming" / id_of(entry)


def test_a_photograph_comes_in_pieces_in_any_order_and_is_recorded_once(store: str) -> None:
    from priam_office.cases.models import Photograph
    from priam_office.cases.photographs import copy_of, original_of
    from priam_office.cases.sync import deliver, take_piece
    from priam_office.record.queries import head

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    _, (case,) = mortuary.opened()
    data = picture()
    entry, pieces = announced(tablet, case, data)
    (result,) = deliver([entry])
    assert result.outcome == "wanting" and result.details == {"missing": [0, 1, 2]}
    damaged = take_piece(entry, 1, pieces[1][:-1] + b"x")
    beyond = take_piece(entry, 3, pieces[1])
    assert damaged.details == beyond.details == {"missing": [0, 1, 2]}
    for _ in range(2):  # the answer was lost, and the piece comes again
        assert take_piece(entry, 1, pieces[1]).details == {"missing": [0, 2]}
    before = head()
    assert take_piece(entry, 2, pieces[2]).outcome == "wanting" and head() == before
    assert take_piece(entry, 0, pieces[0]).outcome == "written"
    row = Photograph.objects.get()
    assert (row.photograph, row.case, row.note, row.by) == (
        id_of(entry),
        case,
        "left hand",
        user.actor,
    )
    assert original_of(row) == data and b"48.45N" in data and b"48.45N" not in copy_of(row)
    assert not pieces_of(entry).exists()
    after = head()
    assert {r.outcome for r in (*deliver([entry]), take_piece(entry, 0, pieces[0]))} == {"written"}
    assert head() == after


def test_the_power_goes_at_every_step_of_a_photograph(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sealed before is found again; a photograph is never there twice, or half."""
    from priam_office.cases import photographs, pieces, sync
    from priam_office.cases.models import Photograph

    tablet = FakeTablet(account("mortuary")).register()
    _, (case,) = mortuary.opened()

    def fails(*a: Any, **k: Any) -> None:
        raise RuntimeError("the power went")

    steps: list[tuple[Any, str]] = [
        (photographs, "write_sealed"),
        (photographs, "record"),
        (pieces, "forget"),
    ]
    for seed, (module, name) in enumerate(steps):
        data = picture(seed)
        entry, parts = announced(tablet, case, data)
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fails)
            for at, part in enumerate(parts[:-1]):
                sync.take_piece(entry, at, part)
            with pytest.raises(RuntimeError):
                sync.take_piece(entry, len(parts) - 1, parts[-1])
        (result,) = sync.deliver([entry])
        assert result.outcome == "written"
        row = Photograph.objects.get(pk=id_of(entry))
        assert photographs.original_of(row) == data and photographs.copy_of(row)
        assert not pieces_of(entry).exists()
    assert Photograph.objects.count() == len(steps)


def test_a_photograph_that_the_rules_refuse_is_kept_and_can_be_looked_at(sqlite: str) -> None:
    from priam_office.cases.models import Delivery, Photograph
    from priam_office.cases.sync import deliver, retry, take_piece

    user = account("mortuary")
    tablet = FakeTablet(user).register()
    _, (case,) = mortuary.opened()
    closed = ev.CaseClosed(case, "entered by mistake", "twice")
    mortuary.write(closed)
    data = picture()
    entry, parts = announced(tablet, case, data)
    outcomes = [take_piece(entry, at, part).outcome for at, part in enumerate(parts)]
    assert outcomes == ["wanting", "wanting", "held"]
    at = f"/uk/work/mortuary/held/{id_of(entry)}/file/"
    assert signed_in("mortuary").get(at).status_code == 403
    examiner = signed_in("examiner")
    assert examiner.get(at).content == data
    assert "нічого не додають" in examiner.get("/uk/work/mortuary/held/").content.decode()
    assert [r.outcome for r in deliver([entry])] == ["held"]
    mortuary.write(ev.CaseReopened(case, "it was right"))
    assert retry(Delivery.objects.get()).outcome == "written"
    assert Photograph.objects.get().photograph == id_of(entry)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": 2**40},
        {"size": "7"},
        {"pieces": []},
        {"pieces": ["../../etc/passwd"] * 3},
        {"pieces": {"a": 1}},
        {"sha256": 5},
        {"case": "<img>"},
    ],
)
def test_an_announcement_that_is_none_stays_on_the_tablet(
    sqlite: str, changes: dict[str, Any]
) -> None:
    from priam_office.cases.models import Delivery
    from priam_office.cases.sync import deliver, take_piece

    tablet = FakeTablet(account("mortuary")).register()
    _, (case,) = mortuary.opened()
    entry, parts = announced(tablet, changes.pop("case", case), picture(), **changes)
    results = [*deliver([entry]), take_piece(entry, 0, parts[0])]
    assert {result.outcome for result in results} == {"refused"}
    assert not Delivery.objects.exists()
    assert not pieces_of(entry).exists()


def test_a_piece_without_a_signed_entry_touches_no_disk(sqlite: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from priam_office.cases.sync import SignedEntry

    tablet = FakeTablet(account("mortuary")).register()
    _, (case,) = mortuary.opened()
    entry, parts = announced(tablet, case, picture())
    forged = SignedEntry(entry.text.replace("left hand", "right hand"), entry.signature)
    client = signed_in("mortuary")

    def sent(one: Any, **changes: Any) -> Any:
        file = SimpleUploadedFile("../../x.jpg", changes.pop("data", parts[0]))
        content = {"text": one.text, "signature": one.signature, "at": "0", "piece": file}
        return client.post("/uk/work/mortuary/pieces/", content | changes)

    assert sent(forged).json()["results"][0]["outcome"] == "refused"
    assert "підпис" in sent(forged).json()["results"][0]["words"].lower()
    for wrong in ({"at": "-1"}, {"at": "../x"}, {"data": b"x" * (2**18 + 1)}):
        assert sent(entry, **wrong).status_code == 400
    assert not pieces_of(entry).exists()
    assert sent(entry).json()["results"][0]["details"] == {"missing": [1, 2]}


@pytest.mark.parametrize(("language", "says"), [("uk", "уже відкрито"), ("ru", "уже вскрыт")])
def test_a_tablet_is_answered_in_its_language(sqlite: str, language: str, says: str) -> None:
    user = account("mortuary")
    tablet = FakeTablet(user).register()
    bag, case, again = mortuary.tags(3)
    mortuary.bags(bag)
    entries = [open_entry(tablet, bag, case), open_entry(tablet, bag, again)]
    content = {"entries": [{"text": e.text, "signature": e.signature} for e in entries]}
    answer = signed_in("mortuary").post(
        f"/{language}/work/mortuary/sync/", json.dumps(content), content_type="application/json"
    )
    written, held = answer.json()["results"]
    assert (written["outcome"], held["outcome"]) == ("written", "held")
    assert says in held["words"]
