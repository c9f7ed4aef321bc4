"""The interface for programs: every call by every role, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from priam.accounting.claims_file import packaged_claims
from priam_office.people.permissions import PERMISSIONS, ROLES
from tests.office import databases
from tests.office.signing_in import account
from tests.office.test_pages import load

ID = "01976b4e-7a00-7cc3-98c4-dc0c0c07398f"


def token(*roles: str) -> dict[str, str]:
    """Headers of a program that acts for a new account with these roles."""
    from priam_office.api.tokens import make

    return {"authorization": f"Bearer {make(account(*roles), 'test')}"}


def calls() -> Iterator[tuple[str, str, str | None]]:
    """(method, address, permission) of every call; None for those that are for everybody."""
    from priam_office.api.interface import operations

    for method, path, operation in operations():
        guards = operation.auth_callbacks
        permission = guards[0].permission if guards else None
        address = path
        while "{" in address:
            start, _, rest = address.partition("{")
            name, _, end = rest.partition("}")
            address = start + (ID if name == "event_id" else "x") + end
        yield method, address, permission


@pytest.fixture(scope="module")
def loaded(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    databases.point_django_at(
        databases.copy_sqlite(sqlite_template, tmp_path_factory.mktemp("api"))
    )
    load(packaged_claims())


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_every_call_by_every_role(sqlite: str, role: str) -> None:
    headers = token(role) if role else {}
    client = Client()
    for method, address, permission in calls():
        answer = client.generic(method, address, headers=headers)
        if permission is None:
            assert method == "GET" and answer.status_code in (200, 404, 422), address
        elif not role:
            assert answer.status_code == 401, address
        elif role in PERMISSIONS[permission]:
            assert answer.status_code not in (401, 403), (role, address)
        else:
            assert answer.status_code == 403, (role, address)


def test_a_session_is_no_token(sqlite: str) -> None:
    """A page of another site that is open in the browser of a member of staff calls nothing."""
    client = Client()
    client.force_login(account(*ROLES.keys() - {"administrator"}))
    guarded = [each for each in calls() if each[2]]
    assert guarded
    assert {client.generic(m, a).status_code for m, a, _ in guarded} == {401}


def test_a_token_ends(sqlite: str) -> None:
    from django.utils import timezone

    from priam_office.api import tokens
    from priam_office.api.models import Token
    from priam_office.people import actions

    user = account("mortuary")
    secret = tokens.make(user, "tablet")
    headers = {"authorization": f"Bearer {secret}"}
    client = Client()

    def status() -> int:
        return client.get("/api/v1/cases", headers=headers).status_code

    assert status() == 200
    assert secret not in json.dumps(list(Token.objects.values("hash", "label")))
    Token.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert status() == 401
    Token.objects.update(ends=timezone.now() + timedelta(days=1))
    actions.change_roles(user, ["auditor"], by="tests")
    assert status() == 403
    actions.change_roles(user, ["mortuary"], by="tests")
    assert not tokens.end(account("mortuary"), Token.objects.get().pk)
    assert status() == 200
    assert tokens.end(user, Token.objects.get().pk)
    assert status() == 401
    assert not tokens.end(user, Token.objects.get().pk)


@pytest.mark.parametrize("act", ["disable", "reset_sign_in"])
def test_a_token_stays_dead_when_its_person_comes_back(sqlite: str, act: str) -> None:
    from priam_office.api import tokens
    from priam_office.people import actions
    from priam_office.record.models import Event

    user = account("mortuary")
    headers = {"authorization": f"Bearer {tokens.make(user, 'tablet')}"}
    client = Client()
    assert client.get("/api/v1/cases", headers=headers).status_code == 200
    getattr(actions, act)(user, by="tests")
    assert client.get("/api/v1/cases", headers=headers).status_code == 401
    assert Event.objects.filter(type="account.token_ended").count() == 1
    if act == "disable":
        actions.enable(user, by="tests")
    assert client.get("/api/v1/cases", headers=headers).status_code == 401
    assert not tokens.held(user)
    again = {"authorization": f"Bearer {tokens.make(user, 'tablet')}"}
    assert client.get("/api/v1/cases", headers=again).status_code == 200


@pytest.mark.parametrize("sent", ["priam_" + "a" * 43, "x", "priam_" + "a" * 5000, "", "\x00"])
def test_an_invented_token_is_refused(sqlite: str, sent: str) -> None:
    answer = Client().get("/api/v1/cases", headers={"authorization": f"Bearer {sent}"})
    assert answer.status_code == 401


def test_claims_come_in_parts_that_make_the_whole(loaded: None) -> None:
    from priam_office.agreements.models import Claim

    client, after, seen = Client(), "0", []
    while after is not None:
        part = client.get("/api/v1/claims", {"after": after, "limit": 7}).json()
        assert len(part["items"]) <= 7
        seen += [item["claim"] for item in part["items"]]
        after = part["next"]
    assert seen == list(Claim.objects.order_by("place").values_list("claim", flat=True))
    assert len(seen) == 67
    one = next(i for i in client.get("/api/v1/claims").json()["items"] if i["claim"] == "t1")
    assert one["claimant"] and one["publisher"] and one["status"] == "standing"


def test_the_account_is_that_of_the_command(loaded: None) -> None:
    from priam.accounting.account import account_of

    expected = json.loads(json.dumps(account_of(packaged_claims()).to_json()))
    answer = Client().get("/api/v1/account").json()
    assert answer == expected
    assert Client().get("/api/v1/figures").json() == expected["figures"]


def test_events_show_their_content_only_if_it_is_public(sqlite: str) -> None:
    from priam_office.record.write import record
    from tests.office.acts import Noted

    written = record(Noted("not for everybody"), by="tests")
    client = Client()
    listed = client.get("/api/v1/events").json()["items"]
    assert [e["event"] for e in listed] == [written.event_id]
    one = client.get(f"/api/v1/events/{written.event_id}").json()
    assert one["body"] is None and one["type"] == "noted_in_tests"
    assert client.get(f"/api/v1/events/{ID}").status_code == 404


def test_a_wrong_value_is_named_and_not_repeated(sqlite: str) -> None:
    answer = Client().get("/api/v1/claims", {"limit": "kanareyka"})
    assert answer.status_code == 422
    assert "limit" in answer.json()["detail"] and "kanareyka" not in answer.content.decode()


def test_the_description_names_every_call_with_its_guard(sqlite: str) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    assert described["info"]["version"] == "1"
    from priam_office.api.interface import operations

    for method, path, operation in operations():
        about = described["paths"][path][method.lower()]
        assert about["summary"] and about.get("description")
        assert bool(about.get("security")) == bool(operation.auth_callbacks), path


def test_tokens_are_made_shown_once_and_ended_on_a_page(sqlite: str) -> None:
    from priam_office.api.models import Token

    client = Client()
    user = account("mortuary")
    client.force_login(user)
    made = client.post("/en/work/tokens/", {"label": "<b>tablet</b>"}).content.decode()
    secret = made.partition("priam_")[2].partition("<")[0]
    assert len(secret) == 43 and "<b>tablet" not in made
    again = client.get("/en/work/tokens/").content.decode()
    assert secret not in again and "tablet" in again
    client.post("/en/work/tokens/", {"end": str(Token.objects.get().pk)})
    assert secret and 'name="end"' not in client.get("/en/work/tokens/").content.decode()
    assert client.post("/en/work/tokens/", {"end": "9" * 400}).status_code == 302
    assert client.post("/en/work/tokens/", {"label": " "}).status_code == 200
    assert Token.objects.count() == 1


def test_reads_of_sealed_data_are_recorded_and_shown_to_the_right_roles(sqlite: str) -> None:
    from priam_office.people.reading import DataRead
    from priam_office.record.models import Event
    from tests.office.test_releases import NAME, decide

    told = decide()
    client = Client()
    answer = client.get("/api/v1/missing", headers=token("liaison"))
    first = answer.json()["items"][0]
    assert first["facts"]["names"][0]["surname"] == NAME and first["family"] == told["family"]
    one = client.get(f"/api/v1/missing/{told['missing']}", headers=token("liaison"))
    assert one.json()["facts"]["names"][0]["surname"] == NAME
    decisions = client.get("/api/v1/decisions", headers=token("legal")).json()["items"]
    assert decisions[0]["cases"] == [told["case"]]
    assert sorted(decisions[0]["signed_for"]) == ["law", "science"]
    assert client.get("/api/v1/profiles", headers=token("laboratory")).json()["items"] == []
    assert Event.objects.filter(type=DataRead.type).count() == 4
    for role in ("mortuary", "laboratory", "legal"):
        for call in ("missing", "decisions", "releases", "profiles", "cases"):
            shown = client.get(f"/api/v1/{call}", headers=token(role)).json()
            assert NAME not in json.dumps(shown, ensure_ascii=False)
