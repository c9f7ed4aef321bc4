"""What a scanned, typed, mistyped or forged code leads to."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from priam.labels import tags
from priam_office.people import scanning
from tests.office.signing_in import signed_in

TAG, OTHER = tags.issue(2, random.Random(6).choice)
PAGE = "/en/work/"


@pytest.fixture(autouse=True)
def finders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One app knows one tag, and only those who may see cases may open its page."""
    monkeypatch.setattr(scanning, "FINDERS", [])
    scanning.register("cases.view", {TAG: PAGE}.get)
    yield


def scan(client: Client, code: str) -> tuple[str | None, str]:
    """(address it leads to, text of the page)."""
    response = client.get("/en/work/scan/", {"tag": code})
    if response.status_code == 302:
        return response["Location"], ""
    assert response.status_code == 200
    return None, response.content.decode()


@pytest.mark.parametrize(
    "code", [TAG, TAG.lower(), TAG.replace("-", ""), f"  {TAG}\n", TAG.replace("PRM", "ЗКЬ")]
)
def test_a_tag_leads_to_its_page(sqlite: str, code: str) -> None:
    assert scan(signed_in("mortuary"), code) == (PAGE, "")


def test_a_tag_says_nothing_to_those_who_may_not_open_its_page(sqlite: str) -> None:
    mortuary, laboratory = signed_in("mortuary"), signed_in("laboratory")
    _, unknown = scan(laboratory, OTHER)
    _, known = scan(laboratory, TAG)
    assert f"carries the tag {TAG}" in known
    assert known.count(TAG) == unknown.count(OTHER)
    assert scan(mortuary, TAG)[0] == PAGE


def test_each_single_mistake_names_the_tag_that_was_meant(sqlite: str) -> None:
    client = signed_in("mortuary")
    start = len(tags.PREFIX) + 1
    for place in (start, start + 3, len(TAG) - 1):
        wrong = next(c for c in "23456789" if c != TAG[place])
        for typed in (
            TAG[:place] + wrong + TAG[place + 1 :],
            TAG[:place] + TAG[place + 1 :],
            TAG[:place] + TAG[place] + TAG[place:],
        ):
            address, page = scan(client, typed)
            assert address is None and f'href="{PAGE}">{TAG}<' in page, typed


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "Scan a label"),
        ("https://evil.example/PRM-7K2M9QXT4", "web address"),
        ("HTTP:evil", "web address"),
        ("www.evil.example", "web address"),
        (f"{TAG}\x1d99", "characters that no tag has"),
        (f"{TAG}\x00", "characters that no tag has"),
        (f"{TAG[:6]}\r\nLocation: x", "characters that no tag has"),
        (f"\u202e{TAG}", "characters that no tag has"),
        ("P" * 41, "too long"),
        ("PRM-" + "9" * 100_000, "too long"),
        ("'; DROP TABLE cases --", "no valid tag"),
        ("<script>alert(1)</script>", "no valid tag"),
        ("../../etc/passwd", "no valid tag"),
        ("javascript:alert(1)", "no valid tag"),
    ],
)
def test_a_forged_code_is_refused_in_one_sentence_and_not_shown(
    sqlite: str, code: str, why: str
) -> None:
    address, page = scan(signed_in("mortuary"), code)
    assert address is None and why in page
    assert page.count('role="alert"') == 1
    # the links to the other languages keep the address, as every page's do
    assert not code or code not in re.sub(r'href="[^"]*"', "", page)


def test_a_permission_that_is_not_in_the_table_is_a_bug() -> None:
    with pytest.raises(KeyError):
        scanning.register("cases.dream", lambda tag: None)
