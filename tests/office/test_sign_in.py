"""Signing in: password, second factor, guesses, ends of sessions; nothing secret lies open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client

from priam_office.people import actions
from priam_office.people.models import User
from tests.office import signing_in
from tests.office.signing_in import PASSWORD, account, signed_in

SIGN_IN, DAY = "/en/work/sign-in/", "/en/work/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that cost little; the settings for real use are Django's."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)
    signing_in.hash_of.cache_clear()
    yield
    signing_in.hash_of.cache_clear()


def code_of(secret: str, steps: int = 0) -> str:
    counter = int(time.time()) // 30 + steps
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def with_app(*roles: str, username: str = "olena") -> User:
    """An account whose second factor is an app with codes."""
    user = account(*roles, username=username)
    totp.TOTP.activate(user, SECRET)
    return user


def give_password(
    client: Client, username: str = "olena", password: str = PASSWORD, **more: str
) -> Any:
    return client.post(SIGN_IN, {"login": username, "password": password, **more})


def opens(client: Client) -> bool:
    return client.get(DAY).status_code == 200


def test_password_and_code_open_the_day(store: str) -> None:
    with_app("mortuary")
    client = Client()
    answer = give_password(client)
    assert answer["Location"] == "/en/work/sign-in/code/"
    assert not opens(client)
    answer = client.post("/en/work/sign-in/code/", {"code": code_of(SECRET)})
    assert answer["Location"] == DAY and opens(client)


def test_a_name_is_taken_in_any_case_and_with_spaces_around(sqlite: str) -> None:
    with_app("mortuary")
    assert give_password(Client(), " Olena ")["Location"] == "/en/work/sign-in/code/"


def test_without_a_second_factor_only_setting_one_up_is_open(sqlite: str) -> None:
    account("mortuary", username="olena")
    client = Client()
    assert give_password(client)["Location"] == DAY
    assert client.get(DAY)["Location"] == "/en/work/account/second-factor/"
    page = client.get("/en/work/account/app/")
    secret = page.context["form"].secret
    answer = client.post("/en/work/account/app/", {"code": code_of(secret)})
    assert answer["Location"] == "/en/work/account/codes/"
    codes = client.get("/en/work/account/codes/").context["unused_codes"]
    assert len(codes) == 10 and opens(client)
    assert client.get("/en/work/account/codes/").context["unused_codes"] == ["****"] * 10


def test_a_recovery_code_opens_once(sqlite: str) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = with_app("mortuary")
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    for opened in (True, False):
        cache.clear()
        client = Client()
        give_password(client)
        client.post("/en/work/sign-in/code/", {"code": code})
        assert opens(client) == opened


def test_a_code_opens_once_also_while_it_still_shows(sqlite: str) -> None:
    with_app("mortuary")
    code = code_of(SECRET, steps=1)  # of the next half minute: taken for ninety seconds
    for opened in (True, False):
        client = Client()
        give_password(client)
        client.post("/en/work/sign-in/code/", {"code": code})
        assert opens(client) == opened


def test_guesses_of_a_password_have_to_wait(sqlite: str) -> None:
    with_app("mortuary")
    client = Client()
    for _ in range(5):
        assert "is not right" in give_password(client, password="wrong").content.decode()
    assert "Too many tries" in give_password(client).content.decode()
    assert not opens(client)


def test_guesses_of_a_code_have_to_wait(sqlite: str) -> None:
    with_app("mortuary")
    client = Client()
    give_password(client)
    for _ in range(5):
        client.post("/en/work/sign-in/code/", {"code": "000000"})
    answer = client.post("/en/work/sign-in/code/", {"code": code_of(SECRET)})
    assert "Too many tries" in answer.content.decode() and not opens(client)


def test_no_answer_tells_whether_an_account_exists(sqlite: str) -> None:
    user = with_app("mortuary")
    wrong = give_password(Client(), password="wrong")
    unknown = give_password(Client(), "nobody", password="wrong")
    actions.disable(user, by="tests")
    disabled = give_password(Client())
    said = {
        page.content.decode().split('id="refused">')[1].split("</div>")[0]
        for page in (wrong, unknown, disabled)
    }
    assert said == {"<p>The name or the password is not right.</p>"}


def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_app("mortuary")
    hashed: list[str] = []
    real = Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda s, p, t: hashed.append("e") or real(s, p, t)
    )
    monkeypatch.setattr(
        Argon2PasswordHasher, "verify", lambda s, p, e: hashed.append("v") or verify(s, p, e)
    )
    give_password(Client(), "nobody", password="wrong")
    for_unknown = len(hashed)
    give_password(Client(), password="wrong")
    assert for_unknown == 1 == len(hashed) - for_unknown


def test_sessions_end_when_a_person_is_disabled_and_stay_ended(sqlite: str) -> None:
    client = signed_in("mortuary")
    user = User.objects.get()
    assert opens(client)
    actions.disable(user, by="tests")
    assert not opens(client)
    actions.enable(user, by="tests")
    assert not opens(client)


def test_sessions_end_when_roles_change(sqlite: str) -> None:
    client = signed_in("mortuary")
    actions.change_roles(User.objects.get(), ["laboratory"], by="tests")
    assert not opens(client)


def test_other_sessions_end_when_the_password_changes(sqlite: str) -> None:
    user = with_app("mortuary")
    here, there = Client(), Client()
    for client, steps in ((here, 0), (there, 1)):
        give_password(client)
        client.post("/en/work/sign-in/code/", {"code": code_of(SECRET, steps)})
        assert opens(client)
    new = "quite another password"
    answer = here.post(
        "/en/work/account/password/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert opens(here) and not opens(there)
    user.refresh_from_db()
    assert user.check_password(new) and user.password.startswith("argon2")


def test_other_sessions_are_listed_and_ended(sqlite: str) -> None:
    with_app("mortuary")
    here, there = Client(HTTP_USER_AGENT="the desk"), Client(HTTP_USER_AGENT="the tablet")
    for client, steps in ((here, 0), (there, 1)):
        give_password(client)
        client.post("/en/work/sign-in/code/", {"code": code_of(SECRET, steps)})
    page = here.get("/en/work/account/sessions/").content.decode()
    assert "the desk" in page and "the tablet" in page
    here.post("/en/work/account/sessions/")
    assert opens(here) and not opens(there)


def test_a_first_password_is_changed_before_anything_else(sqlite: str) -> None:
    user = with_app("mortuary")
    User.objects.filter(pk=user.pk).update(first_password=True)
    client = Client()
    give_password(client)
    client.post("/en/work/sign-in/code/", {"code": code_of(SECRET)})
    assert client.get(DAY)["Location"] == "/en/work/account/password/"
    new = "quite another password"
    client.post(
        "/en/work/account/password/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert opens(client)


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "/en/work/\r\nX-Evil: 1",
    ],
)
def test_signing_in_leads_nowhere_else(sqlite: str, where: str) -> None:
    with_app("mortuary")
    client = Client()
    client.get(SIGN_IN, {"next": where})
    give_password(client, next=where)
    answer = client.post("/en/work/sign-in/code/", {"code": code_of(SECRET)})
    assert answer.status_code == 302 and "X-Evil" not in answer
    assert answer["Location"].startswith("/en/work/") and "evil" not in answer["Location"]


def test_signing_in_goes_on_to_the_page_that_was_asked_for(sqlite: str) -> None:
    with_app("mortuary")
    client = Client()
    asked = client.get("/en/work/scan/?tag=PRM-7K2M9QXT4")["Location"]
    assert asked == "/en/work/sign-in/?next=%2Fen%2Fwork%2Fscan%2F"
    give_password(client, next="/en/work/scan/")
    answer = client.post("/en/work/sign-in/code/", {"code": code_of(SECRET)})
    assert answer["Location"] == "/en/work/scan/"


def test_secrets_of_second_factors_are_sealed_in_the_database(sqlite: str) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.db import connection

    user = with_app("mortuary")
    codes = RecoveryCodes.activate(user)
    seed = codes.instance.data["seed"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        kept = str(cursor.fetchall())
    assert SECRET not in kept and kept.count("sealed") == 2
    assert codes.generate_codes()[0] not in kept and seed.startswith('{"box"')


def test_without_the_key_of_access_no_code_opens(
    sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
) -> None:
    from priam_office.vault import compartments, datakeys

    with_app("mortuary")
    settings.COMPARTMENT_KEYS = tmp_path
    compartments._key.cache_clear()
    datakeys._opened.clear()
    answer = give_password(Client(raise_request_exception=False))
    compartments._key.cache_clear()
    assert answer.status_code >= 500
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("page", ["signup/", "password/reset/", "email/"])
def test_there_is_no_signing_up_and_no_mail(sqlite: str, page: str) -> None:
    assert Client().get(f"/en/work/{page}").status_code == 404


def test_a_session_that_is_old_asks_again_before_a_signing_key_is_made(sqlite: str) -> None:
    client = signed_in("legal")
    assert client.get("/en/work/account/signing-key/").status_code == 200
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 6 * 60
    session.save()
    answer = client.get("/en/work/account/signing-key/")
    assert (
        answer["Location"] == "/en/work/account/again/?next=%2Fen%2Fwork%2Faccount%2Fsigning-key%2F"
    )
    assert (
        client.post("/en/work/account/signing-key/").status_code == 200
    )  # a filled form may be sent
    session["account_authentication_methods"][0]["at"] -= 10 * 60
    session.save()
    answer = client.post("/en/work/account/signing-key/", {"passphrase": "words and words"})
    assert answer.status_code == 302
    assert "words and words" not in str(dict(client.session))
    again = client.post("/en/work/account/again/", {"password": PASSWORD, "next": "/en/work/"})
    assert again["Location"] == "/en/work/"
    assert client.get("/en/work/account/signing-key/").status_code == 200


def test_a_browser_sends_forms_with_their_origin(sqlite: str) -> None:
    """With the policy "no-referrer" it would send the origin "null", and nobody could sign in."""
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    assert page["Referrer-Policy"] == "same-origin"
    with_app("mortuary")
    token = client.cookies["csrftoken"].value
    form = {"login": "olena", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post(SIGN_IN, form, HTTP_ORIGIN="null").status_code == 403
    assert client.post(SIGN_IN, form, HTTP_ORIGIN="http://evil.example").status_code == 403
    assert client.post(SIGN_IN, form, HTTP_ORIGIN="http://testserver").status_code == 302


def test_forms_without_the_token_are_refused(sqlite: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(SIGN_IN, {"login": "x", "password": "y"}).status_code == 403


@pytest.mark.parametrize("page", [SIGN_IN, DAY])
def test_no_page_can_be_framed_or_runs_strange_scripts(sqlite: str, page: str) -> None:
    answer = signed_in("mortuary").get(page) if page == DAY else Client().get(page)
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and answer["X-Frame-Options"] == "DENY"
