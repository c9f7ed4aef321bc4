"""Sessions: a stolen database opens none, each can be ended, and each ends."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from priam_office.people.models import SignedIn
from priam_office.people.sessions import SessionStore, kept
from tests.office.signing_in import account, signed_in

DAY, SESSIONS = "/en/work/", "/en/work/account/sessions/"


def everything() -> str:
    """All that the database keeps of sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM django_session")
        rows = cursor.fetchall()
        cursor.execute("SELECT * FROM people_signedin")
        return str(rows + cursor.fetchall())


def test_a_stolen_database_opens_no_session(store: str) -> None:
    client = signed_in("mortuary")
    session = client.session
    session["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
    session.save()
    key = client.cookies["sessionid"].value
    stolen = everything()
    assert key not in stolen and "JBSWY3DPEHPK3PXP" not in stolen and kept(key) in stolen
    for value in (kept(key), Session.objects.get().session_key):
        thief = Client()
        thief.cookies["sessionid"] = value
        assert thief.get(DAY).status_code == 302
    assert client.get(DAY).status_code == 200
    assert client.session["mfa.totp.secret"] == "JBSWY3DPEHPK3PXP"


def test_a_session_that_is_over_opens_nothing(sqlite: str) -> None:
    client = signed_in("mortuary")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(DAY).status_code == 302


def test_signing_out_leaves_nothing(sqlite: str) -> None:
    client = signed_in("mortuary")
    before = client.cookies["sessionid"].value
    client.post("/en/work/sign-out/")
    client.cookies["sessionid"] = before
    assert client.get(DAY).status_code == 302
    assert not Session.objects.filter(session_key=kept(before)).exists()


def test_one_session_is_ended_but_nobody_elses(sqlite: str) -> None:
    user, other = account("mortuary"), signed_in("mortuary")
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(user)
    theirs = kept(other.cookies["sessionid"].value)
    here.post(SESSIONS, {"end": theirs})
    assert other.get(DAY).status_code == 200
    here.post(SESSIONS, {"end": kept(there.cookies["sessionid"].value)})
    assert there.get(DAY).status_code == 302 and here.get(DAY).status_code == 200
    here.post(SESSIONS, {"end": kept(here.cookies["sessionid"].value)})
    assert here.get(DAY).status_code == 200  # signing out is another button
    assert SignedIn.objects.count() == 2


def test_a_session_keeps_and_loses_what_it_holds(store: str) -> None:
    session = SessionStore()
    session["a"] = {"b": [1, "два"]}
    session.save()
    again = SessionStore(session.session_key)
    assert again["a"] == {"b": [1, "два"]} and again.exists(session.session_key)
    again.cycle_key()
    assert SessionStore(session.session_key).load() == {}
    assert SessionStore(again.session_key)["a"] == {"b": [1, "два"]}
    again.flush()
    assert not Session.objects.exists()
