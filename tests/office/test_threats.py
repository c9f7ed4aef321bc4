"""Threats that concern every page for staff: policy, odd queries, names that turn text around."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from priam_office.people import actions
from priam_office.people.permissions import PERMISSIONS, ROLES
from tests.office.signing_in import account, signed_in
from tests.office.test_permissions import address, of_staff

DIRECTION = "\u202e\u2066\u200f"


STAFF = tuple(role for role in ROLES if role != "administrator")


def pages_of(*roles: str) -> list[tuple[str, str]]:
    """(address, name) of what these roles may open without naming a thing."""
    return [
        (re.sub(r"^/[a-z]{2}/", "/en/", address(route)), name)
        for route, view, name in of_staff()
        if PERMISSIONS[view.permission] & set(roles) and "<" not in route
    ]


@pytest.mark.parametrize("roles", [STAFF, ("administrator",)])
def test_every_page_for_staff_has_the_policy(sqlite: str, roles: tuple[str, ...]) -> None:
    client = signed_in(*roles)
    for where, name in pages_of(*roles):
        answer = client.get(where)
        if answer.status_code != 200:
            continue
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy and "http" not in policy, name
        assert "no-store" in answer["Cache-Control"], name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        if not answer.streaming and "html" in answer["Content-Type"]:
            page = answer.content.decode()
            assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", page), name
            assert not re.search(r"\son\w+=|\sstyle=|<style", page), name


# What only a database can stumble over is tried on both; the rest on one.
SQL, NUL, LONG = "' OR 1=1 --", "\x00", "9" * 400
BOTH = {SQL, NUL, LONG}


def on_databases(*odds: str) -> list[tuple[str, str]]:
    """(database, odd text)."""
    return [("sqlite", odd) for odd in odds] + [("postgres", odd) for odd in odds if odd in BOTH]


@pytest.mark.parametrize(
    ("store", "odd"), on_databases(SQL, NUL, DIRECTION, LONG, "<b>", "%00", "²"), indirect=["store"]
)
def test_odd_queries_break_no_page(store: str, odd: str) -> None:
    fields = ("q", "search", "name", "tag", "before", "after", "page", "status", "who", "id", "at")
    client = signed_in(*STAFF)
    for where, name in pages_of(*STAFF):
        answer = client.get(where, dict.fromkeys(fields, odd))
        assert answer.status_code < 500, name
        if answer.status_code == 200 and not answer.streaming:
            assert "<b><" not in answer.content.decode(), name


@pytest.mark.parametrize(
    ("store", "odd"),
    on_databases(LONG, "-1", "0", NUL, "..%2f..%2fetc", "²", "PRM-" + "A" * 5000, SQL),
    indirect=["store"],
)
def test_no_odd_address_or_method_breaks_a_page(store: str, odd: str) -> None:
    """What names a thing in an address may be anything; so may the method."""
    client = signed_in(*STAFF)
    for route, _view, name in of_staff():
        where = re.sub(r"^/[a-z]{2}/", "/en/", re.sub(r"<[^>]+>", odd, f"/{route}"))
        assert client.get(where).status_code < 500, name
        if odd == "0":
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
                assert client.generic(method, where).status_code in (302, 403, 404, 405), name


XML_BOMB = b"""<?xml version="1.0"?><!DOCTYPE CODISImportFile [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<CODISImportFile><SPECIMEN><SPECIMENID>&b;&c;</SPECIMENID></SPECIMEN></CODISImportFile>"""


def packed(how: str) -> bytes:
    """Ten megabytes of nothing in ten kilobytes."""
    if how == "gzip":
        return gzip.compress(b"0" * 10_000_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../run.csv", b"0" * 10_000_000)
    return stream.getvalue()


@pytest.mark.parametrize("how", ["xml", "gzip", "zip"])
@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("laboratory/import/", {"kind": "samples"}),
        ("missing/import/", {"issuer": "a ministry"}),
        ("mortuary/import/", {}),
        ("lists/", {"title": "x"}),
    ],
)
def test_bombs_are_refused_in_a_sentence(
    sqlite: str, page: str, more: dict[str, str], how: str
) -> None:
    """Nothing that is sent is unpacked, and no entity is followed."""
    client = signed_in(*STAFF)
    data = XML_BOMB if how == "xml" else packed(how)
    form = client.get(f"/en/work/{page}").content.decode()
    (field,) = re.findall(r'<input(?=[^>]*type="file")[^>]*\bname="([\w-]+)"', form)
    tracemalloc.start()
    answer = client.post(f"/en/work/{page}", more | {field: SimpleUploadedFile("../x.xml", data)})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    text = answer.content.decode()
    assert answer.status_code in (200, 400, 422), answer.status_code
    assert 'class="error' in text or 'role="alert"' in text or "errorlist" in text
    assert "root:" not in text and most < 5_000_000


def test_tables_for_people_hold_no_formula(tmp_path: Path) -> None:
    from priam.names.outputs import write_csv

    rows = [("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", 3, -2.5)]
    write_csv(tmp_path / "x.csv", ("a",) * 7, rows)
    with (tmp_path / "x.csv").open(newline="") as file:
        _, cells = csv.reader(file)
    assert all(cell.startswith("'") for cell in cells[:5]) and cells[5:] == ["3", "-2.5"]


@pytest.mark.parametrize("mark", ["\r\nX-Evil: 1", "\nX-Evil: 1", "%0d%0aX-Evil: 1"])
def test_no_address_becomes_a_header(sqlite: str, mark: str) -> None:
    for client in (Client(), signed_in("mortuary")):
        for where in (f"/en/work/{mark}", f"/en/work/scan/?tag={mark}", f"/{mark}/work/"):
            answer = client.get(where)
            assert answer.status_code < 500 and "X-Evil" not in answer


def test_names_of_accounts_keep_no_marks_of_direction(sqlite: str) -> None:
    user = actions.open_account(f"ole{DIRECTION}na", f"Олена {DIRECTION}\nadmin", by="tests")
    assert (user.username, user.name) == ("ole na", "Олена admin")


def test_names_stand_isolated(sqlite: str) -> None:
    """Whoever shows an account's name shows it where it cannot turn its surroundings around."""
    account("mortuary", username="special-person")
    admin = signed_in("administrator")
    for where in ("/en/work/accounts/", "/en/work/"):
        page = admin.get(where).content.decode()
        for name in ("special-person", "test-2"):
            found = [m.start() for m in re.finditer(rf">[^<]*{name}", page)]
            assert all(
                page[:at].rstrip().endswith(("<bdi", "<strong><bdi", '<bdi class="quietly"'))
                for at in found
            ), (where, name)


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
def test_every_page_for_staff_names_its_language_and_skips_to_its_text(
    sqlite: str, language: str
) -> None:
    for roles in (STAFF, ("administrator",)):
        client = signed_in(*roles)
        for where, name in pages_of(*roles):
            answer = client.get(where.replace("/en/", f"/{language}/", 1))
            if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                continue
            page = answer.content.decode()
            assert f'<html lang="{language}">' in page, name
            assert page.count("<h1") == 1 and 'href="#main"' in page, name
