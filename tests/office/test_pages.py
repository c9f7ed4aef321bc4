"""All pages and exports, as a reader and as a hostile claimant meet them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from priam.accounting.account import account_of
from priam.accounting.claims_file import claims_from_json, packaged_claims
from priam.accounting.recording import events_of
from tests.office import databases
from tests.office.test_permissions import views

HOSTILE = "<script>alert(1)</script>\"'&"
DATA = ("/account.json", "/claims.csv", "/figures.csv", "/discrepancies.csv", "/checkpoint")
PAGES = (
    "",
    "other/",
    "claims/",
    "events/",
    "log/",
    "how-to-read/",
    "simulated/",
    "estimates/",
    "units/",
    "status/",
)
AGREEMENT = "exchanges/istanbul-2025-06-02/"


def load(file: object) -> None:
    from priam_office.agreements.ids import content_id
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import Entry, record_all

    entries = [Entry(event, content_id(event)) for event in events_of(file)]
    record_all(entries, by="a.example")
    checkpoint()


@pytest.fixture(scope="module")
def loaded(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of an office that holds the packaged claims."""
    databases.point_django_at(
        databases.copy_sqlite(sqlite_template, tmp_path_factory.mktemp("office"))
    )
    load(packaged_claims())
    yield Client()


@pytest.fixture
def hostile(sqlite: str) -> Client:
    """A client of an office in which every free text is an attack."""
    data = {
        "about": HOSTILE,
        "parties": {"UA": HOSTILE, "RU": "=cmd|' /C calc'!A0"},
        "mediators": [],
        "observers": [],
        "agreements": [
            {
                "id": "a",
                "concluded_on": "2025-06-02",
                "place": HOSTILE,
                "readings": [
                    {
                        "id": "r",
                        "obligations": [{"from": "RU", "to": "UA", "count": 5, "unit": HOSTILE}],
                        "held_by": ["UA"],
                    }
                ],
            }
        ],
        "sources": {
            "s": {"publisher": HOSTILE, "date": "2025-06-02", "url": "https://example.org/?a=1&b=2"}
        },
        "claims": [
            _claim("c1", 7, "@SUM(1)"),
            _claim("c2", 9, "+1"),
            _claim("c3", "=HYPERLINK(1)", HOSTILE) | {"measure": "observation"},
        ],
    }
    load(claims_from_json(data))
    return Client()


def _claim(name: str, value: object, claimant: str) -> dict[str, object]:
    return {
        "id": name,
        "claimed_on": "2025-06-03",
        "claimant": claimant,
        "claimant_party": "UA",
        "measure": "transferred_to_UA",
        "value": value,
        "qualifier": "stated",
        "subject": {"agreement": "a", "batch": "2025-06-03"},
        "source": "s",
        "note": HOSTILE,
    }


def addresses() -> list[str]:
    """Every page in every language."""
    from priam_office.record.models import Event

    event_id = Event.objects.order_by("-sequence").values_list("event_id", flat=True)[0]
    pages = [*PAGES, AGREEMENT, "claims/t1/", "claims/d5/", "claims/?id=t1&id=t2"]
    pages.append(f"events/{event_id}/")
    prefixed = [f"/{language}/{page}" for language in ("en", "ru", "uk") for page in pages]
    return [*prefixed, *DATA, f"/events/{event_id}.proof", "/health"]


def test_every_address_answers_with_all_security_headers(loaded: Client) -> None:
    for address in addresses():
        response = loaded.get(address)
        assert response.status_code == 200, address
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]
        assert not response.cookies, address


def test_every_named_url_is_walked(loaded: Client) -> None:
    """A new page must be added to ``addresses``, or this fails."""
    named = {name for route, _, name in views() if "work/" not in route and "api/" not in route}
    walked = {loaded.get(address).resolver_match.url_name for address in addresses()}
    # the demonstration has doors of its own (test_demonstration.py)
    assert named - walked == {"front", "guide", "guide-become"}


def test_only_reading_is_allowed(loaded: Client) -> None:
    """But for the page that takes a code and answers with a stage: it changes nothing either."""
    for address in addresses():
        if address.endswith("/status/"):
            continue
        assert loaded.post(address).status_code == 405, address


def test_the_front_goes_to_the_readers_language(loaded: Client) -> None:
    for asked, address in (("uk", "/uk/"), ("ru-RU,ru", "/ru/"), ("de", "/en/"), ("", "/en/")):
        response = loaded.get("/", headers={"accept-language": asked})
        assert (response.status_code, response["Location"]) == (302, address)


@pytest.mark.parametrize(
    "address",
    [
        "/en/nothing/",
        "/en/claims/nothing/",
        "/en/claims/%00/",
        "/en/exchanges/nothing/",
        "/en/events/01976b4e-7a00-7cc3-98c4-dc0c0c07398f/",
        "/de/",
    ],
)
def test_what_is_not_there_is_not_found_and_not_repeated(loaded: Client, address: str) -> None:
    response = loaded.get(address)
    assert response.status_code == 404
    assert "nothing" not in response.content.decode()


@pytest.mark.parametrize("start", ["-1", "x", "99999999999999999999", "³", "5"])
def test_a_strange_place_in_the_log_is_no_error(loaded: Client, start: str) -> None:
    assert loaded.get("/en/events/", {"from": start}).status_code == 200


def test_the_json_is_the_account(loaded: Client) -> None:
    expected = account_of(packaged_claims()).to_json()
    assert loaded.get("/account.json").json() == json.loads(json.dumps(expected))


def test_every_number_of_the_account_leads_to_its_claims(loaded: Client) -> None:
    page = loaded.get(f"/en/{AGREEMENT}").content.decode()
    account = account_of(packaged_claims())
    for figure in account.figures:
        if figure.subject.agreement:
            for claim in figure.claims:
                assert f'href="/en/claims/{claim.id}/"' in page
    assert "6,057–6,060" in page and "100.9\u00a0%–101.0\u00a0%" in page and "1.3\u00a0%<" in page


def test_the_proof_of_an_event_verifies_offline(loaded: Client) -> None:
    from django.conf import settings

    from priam.tlog.checkpoints import open_checkpoint
    from priam.tlog.hashes import leaf_hash
    from priam.tlog.prooffiles import parse_proof
    from priam.tlog.proofs import verify_inclusion
    from priam_office.record.models import Event

    for row in Event.objects.all()[::20]:
        proof = parse_proof(loaded.get(f"/events/{row.event_id}.proof").content)
        signer = settings.INSTALLATION.signer()
        signed = open_checkpoint(proof.checkpoint, [signer.verifier()]).checkpoint
        assert proof.extra is not None and row.event_id in proof.extra.decode()
        leaf = leaf_hash(proof.extra)
        verify_inclusion(leaf, proof.index, signed.size, proof.hashes, signed.root)


def test_hostile_text_stays_text(hostile: Client) -> None:
    for page in [*PAGES, "exchanges/a/", "claims/c1/", "claims/c3/"]:
        content = hostile.get(f"/en/{page}").content.decode()
        assert "<script" not in content, page
    assert "&lt;script&gt;" in hostile.get("/en/claims/c3/").content.decode()


def test_no_cell_of_a_csv_is_a_formula(hostile: Client) -> None:
    for address in ("/claims.csv", "/figures.csv", "/discrepancies.csv"):
        rows = list(csv.reader(io.StringIO(hostile.get(address).content.decode())))
        assert len(rows) > 1, address
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_only_web_addresses_become_links() -> None:
    from priam_office.public.templatetags.figures import web_address

    assert web_address("https://example.org/a?b=c")
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "http:",
        "http://[",
        "",
    ):
        assert web_address(bad) == ""


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("", 2),
        (AGREEMENT, 1),
        ("other/", 1),
        ("claims/", 2),
        ("claims/t1/", 2),
        ("events/", 2),
        ("log/", 2),
        ("how-to-read/", 0),
        ("simulated/", 2),
    ],
)
def test_a_page_asks_the_database_few_questions(loaded: Client, page: str, most: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    loaded.get("/en/")  # the account is known from now on
    with CaptureQueriesContext(
        connection,
    ) as queries:
        loaded.get(f"/en/{page}")
    asked = [q["sql"] for q in queries if not q["sql"].startswith(("PRAGMA", "BEGIN", "COMMIT"))]
    assert len(asked) <= most, asked


def test_content_of_other_events_is_not_public(sqlite: str) -> None:
    from priam_office.record.write import record
    from tests.office.acts import Noted

    one = record(Noted("a private matter"), by="a.example")
    page = Client().get(f"/en/events/{one.event_id}/").content.decode()
    assert "a private matter" not in page and "not public" in page


def test_an_office_without_events_says_so(sqlite: str) -> None:
    for page in PAGES:
        assert Client().get(f"/en/{page}").status_code == 200
    assert "Nothing has been recorded yet" in Client().get("/en/").content.decode()
