"""Every role past every address: the table in ``people.permissions`` is the only source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from priam_office.people.permissions import PERMISSIONS, ROLES
from tests.office.signing_in import signed_in

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
            if not role:
                assert code == 302 and "/sign-in/" in response["Location"], (name, code)
            elif role in PERMISSIONS[view.permission]:
                assert code != 403, (role, name)
            else:
                assert code == 403, (role, name, code)
