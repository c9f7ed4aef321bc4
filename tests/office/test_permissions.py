"""Every role past every address: the table in ``people.permissions`` is the only source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from priam_office.people import actions, exceptions
from priam_office.people.models import User
from priam_office.people.permissions import PERMISSIONS, ROLES
from tests.office.signing_in import account, signed_in

ROOT = Path(__file__).resolve().parents[2]
STAFF = tuple(role for role in ROLES if role != "administrator")

# Addresses for everybody: signing in and out, and whatever does not lie under /work/.
OPEN = {"sign-in", "account_login", "sign-out", "mfa_authenticate", "mfa_login_webauthn"}


def views(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """(route, view, name) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback, entry.name or ""


def of_staff() -> list[tuple[str, Any, str]]:
    return [each for each in views() if "work/" in each[0] and each[2] not in OPEN]


def test_every_page_for_staff_names_its_permission() -> None:
    for route, view, _ in of_staff():
        assert getattr(view, "permission", None) in PERMISSIONS, route


def test_every_role_of_the_table_exists_and_every_permission_is_used_by_somebody() -> None:
    assert set().union(*PERMISSIONS.values()) <= set(ROLES)
    assert all(PERMISSIONS.values())


def test_templates_ask_for_permissions_of_the_table() -> None:
    """A template swallows a name that is not there, and would hide a button from everybody."""
    asked = {
        name
        for page in (ROOT / "src" / "priam_office").rglob("*.html")
        for name in re.findall(r"\bmay\.(\w+\.\w+)", page.read_text(encoding="utf-8"))
    }
    assert "cases.work" in asked and asked <= PERMISSIONS.keys()


def test_administrators_see_no_data() -> None:
    theirs = {name for name, roles in PERMISSIONS.items() if "administrator" in roles}
    assert {name.partition(".")[0] for name in theirs} == {"people"}


def address(route: str) -> str:
    """A concrete address for a route, with arguments that name nothing."""
    from django.urls.converters import get_converters

    samples = {
        "int": "1",
        "str": "x",
        "slug": "x",
        "uuid": "01976b4e-7a00-7cc3-98c4-dc0c0c07398f",
        "path": "x",
    }
    parts = []
    for part in route.split("<"):
        kind, mark, rest = part.partition(">")
        if not mark:
            parts.append(part)
            continue
        converter = kind.partition(":")[0] if ":" in kind else "str"
        assert converter in get_converters()
        parts.append(samples.get(converter, "x") + rest)
    return "/" + "".join(parts)


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_role_reaches_what_the_table_says_and_nothing_else(sqlite: str, role: str) -> None:
    client = signed_in(role) if role else Client()
    for route, view, name in of_staff():
        for method in (client.get, client.post):
            response = method(address(route))
            code = response.status_code
            if code == 405:  # the method is not for anybody
                continue
            needed = view.permission if method == client.get or view.asks else view.sends
            if not role:
                assert code == 302 and "/sign-in/" in response["Location"], (name, code)
            elif role in PERMISSIONS[needed]:
                assert code != 403, (role, name)
            else:
                assert code == 403, (role, name, code)


def answers(client: Client) -> Iterator[tuple[str, str, Any]]:
    """(name, permission, answer) of every address for staff, read and written to."""
    for route, view, name in of_staff():
        for method in (client.get, client.post):
            answer = method(address(route))
            if answer.status_code != 405:
                yield name, view.permission, answer


@pytest.mark.parametrize("how", ["disabled", "expired", "ended", "signed out", "roles changed"])
def test_a_session_that_is_over_reaches_nothing(sqlite: str, how: str) -> None:
    client = signed_in(*STAFF)
    user = User.objects.get()
    if how == "disabled":
        actions.disable(user, by="tests")
    elif how == "expired":
        Session.objects.update(expire_date="2025-06-16T09:30:00Z")
    elif how == "ended":
        actions.end_sessions(user)
    elif how == "signed out":
        client.post("/en/work/sign-out/")
    else:
        actions.change_roles(user, ["mortuary"], by="tests")
    for name, _, answer in answers(client):
        assert answer.status_code == 302 and "/sign-in/" in answer["Location"], name


def test_without_a_second_factor_nothing_but_the_own_account_is_open(sqlite: str) -> None:
    client = signed_in(*STAFF)
    session = client.session
    del session["second_factor"]
    session.save()
    for name, permission, answer in answers(client):
        if permission != "people.own_account":
            assert answer.status_code == 302 and "/second-factor/" in answer["Location"], name


@pytest.mark.parametrize("permission", ["families.view", "laboratory.view", "cases.view"])
def test_an_exception_shows_what_it_names_and_nothing_else(sqlite: str, permission: str) -> None:
    reader = account("negotiator")
    access = exceptions.ask(reader, permission, "a family waits at the door", 1)
    exceptions.agree(account("legal"), access)
    exceptions.agree(account("auditor"), access)
    client = Client()
    client.force_login(reader)
    for route, view, name in of_staff():
        if "negotiator" in PERMISSIONS[view.permission]:
            continue
        shown, sent = client.get(address(route)), client.post(address(route))
        if not (view.asks and view.permission == permission):
            assert sent.status_code in (403, 405), name
        if view.permission == permission:
            assert shown.status_code != 403, name
        else:
            assert shown.status_code in (403, 405), name


def test_forms_that_only_ask_write_nothing_but_the_read(sqlite: str) -> None:
    from priam_office.record.models import Event

    client = signed_in("liaison")
    asking = [(route, name) for route, view, name in of_staff() if view.asks]
    assert {name for _, name in asking} == {"missing-people", "families"}
    for route, name in asking:
        before = Event.objects.count()
        assert client.post(address(route), {"q": "Коваленко"}).status_code == 200, name
        new = Event.objects.order_by("sequence")[before:]
        assert {event.type for event in new} == {"access.read"}, name


def matrix() -> str:
    """The table of permissions in Markdown."""
    head = ["permission", *ROLES]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|:-:" * len(ROLES) + "|"]
    for name, roles in PERMISSIONS.items():
        lines.append(f"| `{name}` | " + " | ".join("●" if r in roles else "" for r in ROLES) + " |")
    return "\n".join(lines)


def test_the_documented_table_is_the_one_in_the_code() -> None:
    page = ROOT / "docs" / "reference" / "permissions.md"
    before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- the table -->\n")
    table, end, after = rest.partition("<!-- end -->")
    if table.strip() != matrix():  # written anew, so that the change is seen and committed
        page.write_text(f"{before}{mark}{matrix()}\n{end}{after}", encoding="utf-8")
        pytest.fail(f"{page.name} was not the table in the code; it is now, commit it")
