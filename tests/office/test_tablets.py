"""Tablets: what they sign is written once, whoever delivers it and however often."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from priam import events as ev
from priam.errors import UserError
from tests.office import mortuary
from tests.office.mortuary import FakeTablet, id_of
from tests.office.signing_in import account


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
