"""Pages of the mortuary: bounded queries, scanned tags, hostile input, forms that are wrong."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from priam import events as ev
from tests.office import mortuary
from tests.office.mortuary import FakeTablet
from tests.office.mortuary_day import fill
from tests.office.signing_in import account, signed_in

WORK = "/en/work/mortuary/"


@pytest.fixture
def day(sqlite: str) -> dict[str, Any]:
    return fill()


def client_of(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


# -- queries ---------------------------------------------------------------------------------

QUERIES = {
    "": 12,
    "bags/": 5,
    "bags/{bag}/": 12,
    "cases/": 7,
    "cases/{main}/": 24,
    "cases/{main}/record/": 9,
    "cases/{main}/record/400/": 9,
    "samples/": 7,
    "samples/{sample}/": 11,
    "elements/{element}/": 11,
    "effects/{packet}/": 11,
    "places/": 7,
    "places/{place}/": 7,
    "store/": 4,
    "labels/": 4,
    "import/": 4,
    "offline/": 4,
    "tablets/": 6,
    "held/": 6,
}


@pytest.mark.parametrize("route", QUERIES)
def test_a_page_asks_a_bounded_number_of_times(day: dict[str, Any], route: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("mortuary", "examiner")
    address = WORK + route.format(**day)
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200
    assert len(asked) <= QUERIES[route], [q["sql"][:120] for q in asked]


def test_bags_in_the_custody_of_others_are_listed_under_their_name(
    day: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from priam_office.cases import queries

    monkeypatch.setattr(queries, "own_party", lambda: "another party")
    client = signed_in("mortuary")
    assert day["waiting"][0] not in client.get(WORK + "bags/").content.decode()
    who = queries.Bag.objects.get(tag=day["waiting"][0]).custodian
    assert who in dict(queries.custodians())
    listed = client.get(WORK + "bags/", {"custodian": who}).content.decode()
    assert day["waiting"][0] in listed


@pytest.mark.parametrize("role", ["party", "observer", "mediator"])
def test_the_list_opens_on_the_bags_that_this_mortuary_works_on(
    sqlite: str, tmp_path: Path, settings: Any, role: str
) -> None:
    """An observer holds no bags; its mortuary goes on with those of the party it worked for."""
    from priam_office.cases import queries
    from priam_office.handovers import parties
    from priam_office.installation import create

    settings.INSTALLATION = create(tmp_path / "office", "ua.example/log")
    name = "UA" if role == "party" else "account"
    parties.found(settings.INSTALLATION, name, "a passphrase for tests", role=role, n=2**10)
    first, second, *waiting = mortuary.tags(5)
    mortuary.bags(first, second, *waiting[:2], party="UA")
    mortuary.bags(waiting[2], party="RU")
    if role != "party":  # nothing is opened yet: all bags are shown
        assert queries.own_party() is None and len(queries.waiting_bags()) == 5
    case, other = mortuary.tags(2)
    mortuary.write(ev.BagOpened(first, "one", (case,)), ev.BagOpened(second, "one", (other,)))
    assert queries.own_party() == "UA"
    page = signed_in("mortuary").get(WORK + "bags/").content.decode()
    assert all(tag in page for tag in waiting[:2]) and waiting[2] not in page
    assert dict(queries.custodians()) == {"RU": 1}
    assert queries.board()["bags"].count == 2


def test_more_rows_need_no_more_queries(day: dict[str, Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("mortuary")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            for route in ("cases/", "samples/", "bags/", f"cases/{day['main']}/"):
                client.get(WORK + route)
        counts.append(len(asked))
        for _ in range(5):
            mortuary.opened(2)
    assert counts[0] == counts[1]


def test_lists_are_whole_and_in_order_over_their_pages(sqlite: str) -> None:
    from priam_office.cases import queries

    mortuary.bags(*mortuary.tags(120))
    seen: list[str] = []
    after = ""
    for _ in range(5):
        listed = queries.waiting_bags(after)
        seen += [row.tag for row in listed]
        after = listed.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120
    for junk in ("x", "x y z", "' OR 1=1 --", "\x00 a", "2025 " + "9" * 400):
        queries.waiting_bags(junk)  # a made-up place in the list is a place, or the beginning


# -- scanning and opening ----------------------------------------------------------------------


def test_a_scanned_bag_is_opened_and_gets_labels(day: dict[str, Any]) -> None:
    from priam_office.cases.models import Case

    client = signed_in("mortuary")
    bag = day["waiting"][0]
    found = client.get("/en/work/scan/", {"tag": bag.lower().replace("-", " ")})
    assert found["Location"].endswith(f"/bags/{bag}/")
    page = client.get(found["Location"]).content.decode()
    assert "Commingled remains" in page
    response = client.post(found["Location"], {"finding": "several", "count": "3"})
    assert response.status_code == 302
    cases = list(Case.objects.filter(bag=bag).values_list("case", flat=True))
    assert len(cases) == 3
    page = client.get(found["Location"]).content.decode()
    assert all(case in page for case in cases)
    sheet = client.post(WORK + "labels/", {"tag": cases})
    assert sheet["Content-Type"] == "application/pdf" and sheet.content.startswith(b"%PDF")
    for tag, place in (
        (cases[0], "cases"),
        (day["sample"], "samples"),
        (day["packet"], "effects"),
        (day["place"], "places"),
        (day["element"], "elements"),
    ):
        where = client.get("/en/work/scan/", {"tag": tag})["Location"]
        assert where == f"{WORK}{place}/{tag}/", where


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "This field is required"),
        ({"finding": "one", "cases": "PRM-7K2M9QXT4"}, "is no valid tag"),
        ({"finding": "several", "count": "1"}, "does not fit"),
        ({"finding": "empty", "count": "2"}, "does not fit"),
        ({"finding": "one", "cases": "<script>alert(1)</script>"}, "is no valid tag"),
    ],
)
def test_a_bag_is_not_opened_by_a_form_that_is_wrong(
    day: dict[str, Any], data: dict[str, str], says: str
) -> None:
    from priam_office.record.queries import head

    client = signed_in("mortuary")
    before = head()
    page = client.post(f"{WORK}bags/{day['waiting'][0]}/", data)
    assert page.status_code == 200 and says in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert head() == before


def test_a_bag_that_nobody_registered_can_be_opened(day: dict[str, Any]) -> None:
    from priam_office.cases.models import Bag

    client = signed_in("mortuary")
    bag, other = mortuary.tags(2)
    found = client.get(WORK + "bags/find/", {"tag": bag})
    assert "Nobody has registered" in client.get(found["Location"]).content.decode()
    client.post(found["Location"], {"finding": "one", "party": "A"})
    assert Bag.objects.get(pk=bag).finding == "one"
    assert client.get(f"{WORK}bags/{other[:-1]}/").status_code == 404
    assert client.get(f"{WORK}bags/{day['main']}/").status_code == 404


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("split", {"split-reason": "two left femora", "split-elements": "{element}"}),
        ("link", {"link-other": "{conflict}", "link-reason": "the same coat"}),
        (
            "element",
            {"element-bone": "ulna", "element-side": "left", "element-completeness": "part"},
        ),
        ("sample", {"sample-kind": "tooth"}),
        ("effects", {"effects-seal": "9", "effects-items": "1; ring; inside: M\nwatch"}),
        ("close", {"close-outcome": "unidentifiable", "close-reason": "burnt"}),
    ],
)
def test_each_act_of_a_case_writes_its_event(
    day: dict[str, Any], act: str, data: dict[str, str]
) -> None:
    from priam_office.record.queries import head

    client = signed_in("mortuary")
    before, _ = head()
    filled = {name: value.format(**day) for name, value in data.items()}
    response = client.post(f"{WORK}cases/{day['main']}/{act}/", filled)
    assert response.status_code == 302, response.content[:3000]
    assert head()[0] > before
    assert client.get(f"{WORK}cases/{day['main']}/").status_code == 200
    refused = client.post(f"{WORK}cases/{day['main']}/{act}/", {})
    assert refused.status_code == 400
    assert act == "close" or b"errorlist" in refused.content  # closed: the form is gone
    assert client.post(f"{WORK}cases/{day['main']}/fly/", {}).status_code == 404


def test_samples_are_sent_together_or_not_at_all(day: dict[str, Any]) -> None:
    from priam_office.cases.models import Sample

    client = signed_in("mortuary")
    here = list(Sample.objects.filter(status="taken").values_list("sample", flat=True))
    both = {"samples": "\n".join([*here, day["sample"]]), "to": "laboratory"}
    client.post(WORK + "samples/send/", both)  # one of them is sent already
    assert Sample.objects.filter(status="taken").count() == len(here)
    client.post(WORK + "samples/send/", {"samples": "\n".join(here), "to": "laboratory"})
    assert not Sample.objects.filter(status="taken").exists()
    response = client.post(f"{WORK}samples/{here[0]}/", {"act": "receive", "words": "laboratory"})
    assert response.status_code == 302 and Sample.objects.get(pk=here[0]).status == "received"


def test_a_section_saves_and_settles_without_a_script(day: dict[str, Any]) -> None:
    from priam_office.cases.models import Case
    from priam_office.cases.queries import section_page

    client = signed_in("mortuary")
    address = f"{WORK}cases/{day['conflict']}/record/400/"
    page = client.get(address).content.decode()
    assert "Another version of this section" in page and "slight" in page
    base = re.search(r'data-base="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    kept = section_page(day["conflict"], "400")["beside"][0].event_id
    client.post(address, {"base": base, "settles": kept})
    assert Case.objects.get(pk=day["conflict"]).conflicts == 0
    page = client.get(address).content.decode()
    base = re.search(r'data-base="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    fields = {"base": base, "f.sex": "female", "f.age.from": "30", "f.age.to": "", "f.tattoos": ""}
    assert client.post(address, {**fields, "then": "500"})["Location"].endswith("/500/")
    assert section_page(day["conflict"], "400")["fields"] == {"sex": "female", "age": {"from": 30}}
    wrong = client.post(
        address, {"base": base, "f.age.from": "old"}, headers={"Accept": "application/json"}
    )
    assert wrong.status_code == 409 and "no whole number" in wrong.json()["words"]


# -- hostile input -----------------------------------------------------------------------------


def upload(client: Any, case: str, data: bytes, name: str = "x.jpg") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post(
        f"{WORK}cases/{case}/photograph/", {"photograph-file": file, "photograph-note": "x"}
    )


@pytest.mark.parametrize(
    "name", ["../../../../etc/passwd", "..\\..\\x.jpg", "/abs.jpg", "a\x00b.jpg", "<b>.jpg", "=1+1"]
)
def test_the_name_of_an_uploaded_file_leads_nowhere(day: dict[str, Any], name: str) -> None:
    from django.conf import settings

    from priam_office.cases.models import Photograph
    from tests.office.test_cases import image

    client = signed_in("mortuary")
    assert upload(client, day["main"], image(), name).status_code == 302
    row = Photograph.objects.order_by("at").last()
    assert row is not None
    folder = settings.INSTALLATION.folder / "photographs"
    for path in folder.rglob("*"):
        assert path.is_dir() or re.fullmatch(r"[0-9a-f-]{36}\.(original|copy)", path.name)
    shown = client.get(f"{WORK}photographs/{row.photograph}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert client.get(f"{WORK}photographs/{row.photograph}/original/").status_code == 403


def test_a_pixel_bomb_is_refused_with_a_sentence(day: dict[str, Any]) -> None:
    from tests.office.test_cases import bomb

    client = signed_in("mortuary")
    upload(client, day["main"], bomb(), "x.png")
    page = client.get(f"{WORK}cases/{day['main']}/").content.decode()
    assert re.search("no photograph|pixels", page)


def test_four_gigabytes_are_refused_before_they_are_read(day: dict[str, Any]) -> None:
    """The announced length is enough: not one byte of the body is asked for."""
    from django.core.exceptions import RequestDataTooBig
    from django.core.files.uploadhandler import StopFutureHandlers
    from django.test import RequestFactory

    from priam_office.cases.uploads import InMemoryUpload

    class Untouched(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise AssertionError("the body was read")

    client = signed_in("mortuary")
    response = client.generic(
        "POST",
        f"{WORK}cases/{day['main']}/photograph/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(4 * 2**30),
        **{"wsgi.input": Untouched()},
    )
    assert response.status_code in (400, 413)
    request = RequestFactory().post("/", {})
    handler = InMemoryUpload(request)
    with pytest.raises(RequestDataTooBig):
        handler.handle_raw_input(None, {}, 4 * 2**30, b"x")
    handler.handle_raw_input(None, {}, 10, b"x")  # a length that was not the truth
    with pytest.raises(StopFutureHandlers):
        handler.new_file("file", "x.jpg", "image/jpeg", None)
    with pytest.raises(RequestDataTooBig):
        for _ in range(1000):
            handler.receive_data_chunk(b"x" * 65536, 0)


def test_html_and_bidi_marks_in_what_people_write_change_nothing(day: dict[str, Any]) -> None:
    client = signed_in("mortuary", "examiner")
    wicked = "<img src=x onerror=alert(1)> \u202egnp.exe\u2066 \"'>"
    main = day["main"]
    client.post(f"{WORK}cases/{main}/effects/", {"effects-seal": wicked, "effects-items": wicked})
    client.post(
        f"{WORK}cases/{main}/element/",
        {
            "element-bone": "ulna",
            "element-side": "left",
            "element-completeness": "part",
            "element-note": wicked,
        },
    )
    client.post(WORK + "places/", {"name": wicked, "kind": "shelf"})
    client.post(f"{WORK}cases/{main}/record/500/", {"f.injuries": wicked, "base": ""})
    for route in (
        f"cases/{main}/",
        "places/",
        f"cases/{main}/record/",
        f"cases/{main}/record/500/",
    ):
        page = client.get(WORK + route).content.decode()
        assert "<img src=x" not in page, route
        assert "\u202e" not in page and "\u2066" not in page, route
    assert "&lt;img src=x" in client.get(f"{WORK}cases/{main}/").content.decode()


def test_a_forged_scanner_code_leads_nowhere(day: dict[str, Any]) -> None:
    client = signed_in("mortuary")
    for code in (
        "https://evil.example/PRM-7K2M9QXT4",
        day["main"] + "\x1b[2J",
        "PRM-'; DROP TABLE cases_case; --",
        day["main"][:-1] + ("0" if day["main"][-1] != "0" else "1"),
        "\u202e" + day["main"],
    ):
        assert client.get("/en/work/scan/", {"tag": code}).status_code == 200
        assert client.get(WORK + "bags/find/", {"tag": code})["Location"] == WORK + "bags/"
        client.post(WORK + "store/", {"things": code, "place": day["place"]})
    assert client.get(WORK + "cases/", {"tag": "' OR 1=1 --", "stage": "x"}).status_code == 200


def test_an_export_holds_no_formula(day: dict[str, Any]) -> None:
    client = signed_in("mortuary")
    text = b"".join(client.get(WORK + "cases.csv").streaming_content).decode()
    assert text.count("\n") > 9 and day["main"] in text
    for line in text.splitlines():
        assert not re.search(r"(^|,)[=+\-@]", line)
    from priam.formats.delimited import safe_cell

    assert safe_cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"


def test_an_import_is_shown_first_and_its_file_waits_sealed(day: dict[str, Any]) -> None:
    from django.conf import settings

    from priam_office.cases.models import Case

    client = signed_in("mortuary")
    bag, case = mortuary.tags(2)

    def look(text: str) -> str:
        file = io.BytesIO(text.encode())
        file.name = "../x.csv"
        page: str = client.post(WORK + "import/", {"file": file}).content.decode()
        return page

    page = look(f"bag,party,case\n{bag},Z,=cmd|' /C calc'!A0\n")
    assert "problem; nothing was written" in page and "=cmd" in page
    assert "is empty" in look("")
    page = look(f"bag,party,case\n{bag},A,{case}\n")
    waiting = re.search(r'name="waiting" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    kept = settings.INSTALLATION.folder / "imports" / f"{waiting}.csv.sealed"
    assert bag.encode() not in kept.read_bytes()
    assert client.post(WORK + "import/", {"waiting": "../../secret-key"}).status_code == 302
    assert not Case.objects.filter(pk=case).exists()
    client.post(WORK + "import/", {"waiting": waiting})
    assert Case.objects.get(pk=case).bag == bag and not kept.exists()


# -- tablets over HTTP -------------------------------------------------------------------------


def test_a_tablet_registers_sends_and_hears_for_each_entry(day: dict[str, Any]) -> None:
    user = account("mortuary")
    client = client_of(user)
    hello = client.get(WORK + "sync/", {"pocket": "1"}).json()
    assert hello["account"] == user.actor and len(hello["tags"]) == 60
    assert hello["pocket"][day["waiting"][0]] == "bag" and hello["pocket"][day["main"]] == "case"
    tablet = FakeTablet(user)

    def send(content: Any) -> Any:
        return client.post(WORK + "sync/", json.dumps(content), content_type="application/json")

    asked = {"device": tablet.device, "algorithm": "Ed25519", "key": tablet.public, "name": "t"}
    for _ in range(2):  # the first answer may be lost
        assert send({"register": asked}).json() == {"registered": tablet.device}
    bag, case = day["waiting"][1], hello["tags"][0]
    good = tablet.entry("open", {"bag": bag, "finding": "one", "cases": [case]})
    bad = tablet.entry("open", {"bag": bag, "finding": "one", "cases": [hello["tags"][1]]})
    content = {"entries": [{"text": e.text, "signature": e.signature} for e in (good, bad)]}
    outcomes = [r["outcome"] for r in send(content).json()["results"]]
    assert outcomes == ["written", "held"]
    assert [r["outcome"] for r in send(content).json()["results"]] == outcomes
    page = client.get(WORK + "held/").content.decode()
    assert "already opened" in page
    entry = json.loads(bad.text)["id"]
    client.post(WORK + "held/", {"entry": entry, "act": "retry"})
    client.post(WORK + "held/", {"entry": entry, "act": "settle", "words": "entered twice"})
    assert "No entry waits" in client.get(WORK + "held/").content.decode()
    client.post(WORK + "tablets/", {"device": tablet.device, "reason": "lost"})
    late = tablet.entry("open", {"bag": day["waiting"][2], "finding": "empty", "cases": []})
    told = send({"entries": [{"text": late.text, "signature": late.signature}]}).json()
    assert told["results"][0]["outcome"] == "refused"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"entries": 5}', '{"entries": [5]}', '{"register": {}}', "[" * 9999],
)
def test_what_is_no_list_of_entries_is_refused(day: dict[str, Any], content: str) -> None:
    client = signed_in("mortuary")
    response = client.post(WORK + "sync/", content, content_type="application/json")
    assert response.status_code == 400


def test_the_sync_address_wants_a_token(day: dict[str, Any]) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(account("mortuary"))
    response = client.post(WORK + "sync/", '{"entries": []}', content_type="application/json")
    assert response.status_code == 403


def test_the_worker_keeps_files_that_are_there_and_changes_with_them(day: dict[str, Any]) -> None:
    client = signed_in("mortuary")
    text = client.get("/uk/work/sw.js").content.decode()
    kept = json.loads(re.match(r"const KEPT = (.*);\n", text).group(1))  # type: ignore[union-attr]
    assert kept["shell"] == "/uk/work/mortuary/offline/" and kept["version"].startswith("uk-")
    from django.contrib.staticfiles.finders import find

    for file in kept["files"]:
        assert find(file.removeprefix("/static/")), file
    shell = client.get(kept["shell"]).content.decode()
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', shell):
        assert file in kept["files"], file
    manifest = client.get("/uk/work/app.webmanifest").json()
    assert manifest["scope"] == "/uk/work/" and manifest["display"] == "standalone"


def test_the_page_that_tablets_keep_names_nobody(day: dict[str, Any]) -> None:
    user = account("mortuary", username="canary-account")
    page = client_of(user).get(WORK + "offline/").content.decode()
    assert "canary-account" not in page and user.key not in page
    for tag in (*day["waiting"], *day["cases"]):
        assert tag not in page


def test_every_page_opens_on_both_databases(store: str) -> None:
    day = fill()
    client = signed_in("mortuary", "examiner")
    for route in QUERIES:
        assert client.get(WORK + route.format(**day)).status_code == 200, route
    for junk in ("2025 x", "\x00", "\x00 \x00", "' OR 1=1 --", "9" * 500):
        for page in ("cases/", "samples/", "bags/", f"places/{day['place']}/", "held/"):
            found = client.get(WORK + page, {"kind": "several", "tag": junk, "after": junk})
            assert found.status_code == 200, (page, junk)
    for route in ("cases/%00/", "bags/%00/", "samples/a%00b/", "cases/x/record/%00/"):
        assert client.get(WORK + route).status_code == 404, route
