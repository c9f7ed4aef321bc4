"""Administrators keep accounts and see no data; exceptional access needs two people and ends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from priam_office.people import exceptions
from priam_office.people.models import ResetAsked, Right, User
from priam_office.people.reading import note_read
from priam_office.record.acts import body
from priam_office.record.models import Event
from tests.office.signing_in import account, signed_in

NAME = "Невигадана <b>Особа</b>"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def types() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("type", flat=True))


def made(client: Client, **form: Any) -> Any:
    return client.post("/en/work/accounts/new/", {"username": "olena", "name": NAME, **form})


def password_in(answer: Any) -> str:
    return re.search(r'class="secret">([^<]+)<', answer.content.decode())[1]  # type: ignore[index]


def test_an_account_is_made_and_its_password_shown_once(store: str) -> None:
    admin = signed_in("administrator")
    answer = made(admin, role=["mortuary", "examiner"])
    user = User.objects.get(username="olena")
    assert user.check_password(password_in(answer)) and user.first_password
    assert user.roles == {"mortuary", "examiner"}
    assert "no-store" in answer["Cache-Control"]
    page = admin.get(f"/en/work/accounts/{user.key}/").content.decode()
    assert password_in(answer) not in page and "<b>Особа" not in page


def test_no_name_is_in_an_event(sqlite: str) -> None:
    made(signed_in("administrator"), role=["mortuary"])
    kept = " ".join(Event.objects.values_list("payload", flat=True)) + " ".join(
        Event.objects.values_list("actor", flat=True)
    )
    assert "olena" not in kept and "Особа" not in kept
    assert types()[-2:] == ["account.opened", "account.role_given"]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"username": " "}, "needs a name"),
        ({"role": ["administrator", "legal"]}, "goes with no other"),
        ({"role": ["king"]}, "is no role"),
        ({"username": "test-1"}, "there is an account"),
    ],
)
def test_what_cannot_be_made_is_said_and_leaves_nothing(
    sqlite: str, form: dict[str, Any], says: str
) -> None:
    admin = signed_in("administrator")
    before = User.objects.count(), len(types())
    assert says in made(admin, **form).content.decode()
    assert (User.objects.count(), len(types())) == before


def test_roles_are_changed_but_not_ones_own(sqlite: str) -> None:
    admin, user = signed_in("administrator"), account("mortuary")
    admin.post(f"/en/work/accounts/{user.key}/", {"act": "roles", "role": ["laboratory"]})
    assert User.objects.get(pk=user.pk).roles == {"laboratory"}
    account("administrator")
    own = User.objects.get(username="test-1")
    answer = admin.post(
        f"/en/work/accounts/{own.key}/", {"act": "roles", "role": ["legal"]}, follow=True
    )
    assert "Nobody gives a role to themselves" in answer.content.decode()
    assert User.objects.get(pk=own.pk).roles == {"administrator"}


def test_the_last_administrator_stays(sqlite: str) -> None:
    admin = signed_in("administrator")
    key = User.objects.get().key
    answer = admin.post(f"/en/work/accounts/{key}/", {"act": "disable"}, follow=True)
    assert "last administrator" in answer.content.decode()
    assert User.objects.get().is_active


def test_an_account_is_shut_and_opened(sqlite: str) -> None:
    admin, user = signed_in("administrator"), account("mortuary")
    theirs = as_user(user)
    assert theirs.get("/en/work/").status_code == 200
    admin.post(f"/en/work/accounts/{user.key}/", {"act": "disable"})
    assert theirs.get("/en/work/").status_code == 302
    admin.post(f"/en/work/accounts/{user.key}/", {"act": "enable"})
    assert User.objects.get(pk=user.pk).is_active
    assert theirs.get("/en/work/").status_code == 302


def test_a_reset_takes_two_administrators(sqlite: str) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    first, second, user = signed_in("administrator"), signed_in("administrator"), account("legal")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    page = f"/en/work/accounts/{user.key}/"
    for _ in range(2):  # the same person twice is one person
        first.post(page, {"act": "reset"})
        assert Authenticator.objects.count() == 1 and "account.second_factor_reset" not in types()
    answer = second.post(page, {"act": "reset"})
    assert User.objects.get(pk=user.pk).check_password(password_in(answer))
    assert not Authenticator.objects.exists() and not ResetAsked.objects.exists()
    assert "account.second_factor_reset" in types()


def test_a_reset_that_was_asked_for_yesterday_is_forgotten(sqlite: str) -> None:
    from django.utils import timezone

    first, second, user = signed_in("administrator"), signed_in("administrator"), account("legal")
    page = f"/en/work/accounts/{user.key}/"
    first.post(page, {"act": "reset"})
    ResetAsked.objects.update(asked=timezone.now() - timedelta(hours=25))
    second.post(page, {"act": "reset"})
    assert "account.second_factor_reset" not in types()


# exceptional access


ASK = {"permission": "families.view", "reason": "a family waits at the door", "hours": "1"}
PAGE = "/en/work/exceptions/"


def granted() -> tuple[User, User, User]:
    """A person of the mortuary to whom families are open for an hour; the two who agreed."""
    reader, legal, auditor = account("mortuary"), account("legal"), account("auditor")
    access = exceptions.ask(reader, "families.view", ASK["reason"], 1)
    exceptions.agree(legal, access)
    exceptions.agree(auditor, access)
    return User.objects.get(pk=reader.pk), legal, auditor


def test_exceptional_access_from_asking_to_its_end(store: str) -> None:
    reader, legal, auditor = account("mortuary"), account("legal"), account("auditor")
    theirs = as_user(reader)
    assert theirs.get("/en/work/families/").status_code == 403
    assert theirs.post(PAGE, ASK)["Location"] == PAGE
    access = Right.objects.get(role="").right.removeprefix("access/")
    assert theirs.get("/en/work/families/").status_code == 403
    for who in (legal, auditor):
        assert "a family waits at the door" in as_user(who).get(PAGE).content.decode()
        assert theirs.get("/en/work/families/").status_code == 403
        as_user(who).post(PAGE, {"agree": access})
    page = theirs.get("/en/work/families/")
    assert page.status_code == 200 and 'class="banner"' in page.content.decode()
    theirs.post(PAGE, {"end": access})
    assert theirs.get("/en/work/families/").status_code == 403
    order = [name for name in types() if name.startswith("access.")]
    assert order[:3] == ["access.asked", "access.agreed", "access.agreed"]
    assert order[-1] == "access.ended"


def test_what_is_opened_as_an_exception_only_shows(sqlite: str) -> None:
    reader, *_ = granted()
    assert set(reader.exceptions) == {"families.view"}
    client = as_user(reader)
    assert client.get("/en/work/families/").status_code == 200
    searched = client.post("/en/work/families/", {"q": "Коваленко"})  # asks and changes nothing
    assert searched.status_code == 200 and "change nothing" in searched.content.decode()
    assert client.post("/en/work/missing/new/", {"surname": "x"}).status_code == 403
    assert client.post("/en/work/board/?what=decision").status_code in (403, 405)


def test_exceptional_access_ends_by_itself(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, *_ = granted()
    Right.objects.filter(role="").update(until="2025-06-16T09:30:00Z")
    assert not User.objects.get(pk=reader.pk).exceptions
    assert as_user(reader).get("/en/work/families/").status_code == 403


def test_reads_are_recorded_with_the_exception(sqlite: str) -> None:
    reader, *_ = granted()
    note_read(reader, "identity", "missing/0192", "missing")
    row = Event.objects.filter(type="access.read").latest("sequence")
    access = Right.objects.get(role="").right
    assert f"access/{body(row)['access']}" == access
    note_read(account("liaison"), "identity", "missing/0192", "missing")
    row = Event.objects.filter(type="access.read").latest("sequence")
    assert "access" not in body(row)


def test_a_disabled_reader_has_no_exception(sqlite: str) -> None:
    from priam_office.people.actions import disable

    reader, *_ = granted()
    disable(reader, by="tests")
    assert not User.objects.get(pk=reader.pk).exceptions


def test_the_reason_is_sealed(sqlite: str) -> None:
    granted()
    payload = Event.objects.get(type="access.asked").payload
    assert "family waits" not in payload


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"permission": "cases.view"}, "Choose what you need"),  # the role shows it already
        ({"permission": "families.work"}, "Choose what you need"),
        ({"hours": "1000"}, "Choose what you need"),
        ({"hours": "²"}, "Choose what you need"),
        ({"reason": "  because  "}, "Say in words"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    sqlite: str, form: dict[str, str], says: str
) -> None:
    answer = signed_in("mortuary").post(PAGE, ASK | form)
    assert says in answer.content.decode() and "access.asked" not in types()


def test_nobody_agrees_who_may_not(sqlite: str) -> None:
    reader = account("mortuary")
    access = exceptions.ask(reader, "families.view", ASK["reason"], 1)
    for client in (as_user(reader), signed_in("laboratory")):
        answer = client.post(PAGE, {"agree": access})
        assert "Only legal and auditor agree" in answer.content.decode()
    answer = signed_in("legal").post(PAGE, {"agree": "unknown"})
    assert "no such access" in answer.content.decode()


def test_what_waits_stands_on_the_first_page(sqlite: str) -> None:
    legal = signed_in("legal")
    assert "Waits for you" not in legal.get("/en/work/").content.decode()
    exceptions.ask(account("mortuary"), "families.view", ASK["reason"], 1)
    assert "Waits for you" in legal.get("/en/work/").content.decode()


# oversight


def test_the_auditor_sees_who_read_what_and_nothing_of_it(store: str) -> None:
    liaison = account("liaison", username="liaison-1")
    for number in range(3):
        note_read(liaison, "identity", f"missing/{number:04}", "missing", number + 1)
    auditor = signed_in("auditor")
    page = auditor.get("/en/work/reads/").content.decode()
    assert page.count("liaison-1</bdi>") == 3 and "missing/0002" in page
    page = auditor.get("/en/work/reads/", {"subject": "missing/0001"}).content.decode()
    assert page.count("liaison-1</bdi>") == 1
    page = auditor.get("/en/work/reads/", {"who": liaison.key, "before": "0"}).content.decode()
    assert "No reads" in page


@pytest.mark.parametrize("odd", ["' OR 1=1 --", '"', "%", "\\", "\x00", "9" * 30, "²"])
def test_odd_filters_find_nothing_and_break_nothing(store: str, odd: str) -> None:
    note_read(account("liaison"), "identity", "missing/0192", "missing")
    auditor = signed_in("auditor")
    for name in ("who", "subject"):
        assert "No reads" in auditor.get("/en/work/reads/", {name: odd}).content.decode()
    assert auditor.get("/en/work/reads/", {"before": odd}).status_code == 200


def test_reads_take_few_queries_however_many(sqlite: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    liaison = account("liaison")
    auditor = signed_in("auditor")
    counts = []
    for _ in range(2):
        for number in range(60):
            note_read(liaison, "identity", f"missing/{number}", "missing")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            auditor.get("/en/work/reads/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7
