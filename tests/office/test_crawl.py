"""A crawler over all pages of a demonstration: every role follows every link and form it is given.

The casework is the small played exchange, decided by its board. What may not be seen by a role is
known from the play itself: the made-up names and the markers of the profiles are canaries.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import resolve
from django.utils import translation

from priam.events import AGREEING_ROLES
from priam_office.people import exceptions
from priam_office.people.exceptions import AREAS
from priam_office.people.models import User
from priam_office.people.permissions import PERMISSIONS, ROLES, allows
from tests.office import databases, messages

LANGUAGES = ("en", "uk", "ru")
#: Words of people and of machines are shown as they were written.
QUIET = {"bdi", "code", "pre", "script", "style", "textarea"}
#: At most so many pages of one kind (their address with labels and ids left out) are opened.
OF_A_KIND = 3
LARGEST = 600_000  # characters of a page
LEFT = re.compile(r"/sign-out/")  # a crawler that signs out sees no more
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|PRM-\w+|[0-9a-f]{64}|(?<=/claims/)[^/]+(?=/)|\b\d+\b")

#: Who may see the name of a missing person or a relative, and who a genotype.
NAMES = PERMISSIONS["families.view"] | PERMISSIONS["board.see_names"]
GENOTYPES = PERMISSIONS["laboratory.view"] | PERMISSIONS["board.see_genotypes"]


# -- what a page is made of --------------------------------------------------------------------


@dataclass
class Form:
    """A form with what it sends as it stands; ``typed`` are fields that a person writes in."""

    action: str
    asks: bool
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Links, forms that ask (GET), ids and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.turned: list[str] = []  # texts with marks of direction that stand in no isolation
        self.ids: set[str] = set()
        self.texts: list[str] = []
        self.language = ""
        self._form: Form | None = None
        self._select, self._quiet, self._stack = "", 0, [""]

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "html":
            self.language = given.get("lang", "")
        if tag in ("a", "link") and "href" in given:
            self.links.append(given["href"])
        if tag in ("img", "script", "iframe") and given.get("src"):
            self.links.append(given["src"])
        self._in_a_form(tag, given)
        self.texts += [given[key] for key in ("placeholder", "aria-label", "title") if key in given]
        if tag not in VOID:
            self._stack.append(tag)
            other = "lang" in given and given["lang"] != self.language
            if self._quiet or other or tag in QUIET or "mono" in given.get("class", "").split():
                self._quiet += 1

    def _in_a_form(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            asks = given.get("method", "get").lower() == "get"
            self._form = Form(given.get("action", ""), asks) if "data-act" not in given else None
            self.forms += [self._form] if self._form else []
        if self._form is None:
            return
        name = given.get("name", "")
        if tag in ("textarea", "button") and name:
            self._form.fields.setdefault(name, given.get("value", ""))
            self._form.typed += [name] if tag == "textarea" else []
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self._form.fields[name] = given.get("value", "")
            if given.get("type", "text") in TYPED:
                self._form.typed.append(name)
        if tag == "select":
            self._select = name
        first = self._select not in self._form.fields
        if tag == "option" and self._select and ("selected" in given or first):
            self._form.fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag not in self._stack:
            return
        while self._stack.pop() != tag:
            self._quiet = max(0, self._quiet - 1)
        self._quiet = max(0, self._quiet - 1)
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if "\u202e" in data and not ISOLATED & set(self._stack):
            self.turned.append(data.strip())
        if not self._quiet:
            self.texts.append(data)


TYPED = {"text", "search", "number", "date", "tel", "email"}
#: Elements that keep marks of direction to themselves.
ISOLATED = {"bdi", "textarea", "option", "title"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Page:
    """An answer, and from where it was asked."""

    address: str
    offered_by: str
    answer: Any
    text: str = field(default="")

    def __post_init__(self) -> None:
        if self.is_html:
            self.text = self.answer.content.decode()

    @property
    def is_html(self) -> bool:
        kind = self.answer.headers.get("Content-Type", "")
        return self.answer.status_code == 200 and kind.startswith("text/html")

    @cached_property
    def read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader

    def __str__(self) -> str:
        return f"{self.address} (from {self.offered_by or 'the start'})"


# -- the way through ---------------------------------------------------------------------------


def crawl(
    client: Client, *starts: str, of_a_kind: int = OF_A_KIND, within: str = ""
) -> Iterator[Page]:
    """Every page whose address has ``within`` that can be reached, a few of each kind."""
    waiting = [(start, "") for start in starts]
    seen, kinds = set(starts), dict[str, int]()
    while waiting:
        address, by = waiting.pop(0)
        page = Page(address, by, client.get(address))
        yield page
        for found in _offered(page):
            kind = _kind(found)
            if found in seen or within not in found or LEFT.search(found):
                continue
            if kinds.get(kind, 0) >= of_a_kind:
                continue
            seen.add(found)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append((found, address))


def _offered(page: Page) -> Iterator[str]:
    if page.answer.status_code in (301, 302, 303):
        yield from _own(page, [page.answer["Location"]])
    if page.is_html:
        yield from _own(page, page.read.links)
        for form in page.read.forms:
            if form.asks:
                odd = form.fields | dict.fromkeys(form.typed, "<i>\u202e' OR 1=1 --")
                action = form.action.partition("?")[0]
                yield from _own(page, [f"{action}?{urlencode(form.fields)}"])
                yield from _own(page, [f"{action}?{urlencode(odd)}"] if form.typed else [])


def _own(page: Page, links: list[str]) -> Iterator[str]:
    """Those of this server and this language, without their fragments."""
    language = page.address[:4]
    for link in links:
        parts = urlsplit(urljoin(f"http://testserver{page.address}", link))
        if parts.netloc != "testserver" or parts.scheme != "http":
            continue
        if re.match(r"/(en|uk|ru)/", parts.path) and not parts.path.startswith(language):
            continue
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def _kind(address: str) -> str:
    """The address without what names a thing."""
    parts = urlsplit(address)
    keys = sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return ID.sub("*", parts.path) + "?" + "&".join(keys)


# -- the office that is walked through ---------------------------------------------------------


@dataclass
class Played:
    """The office of the play: its database, its installation, what nobody may see."""

    url: str
    installation: Any
    surnames: set[str]
    markers: set[str]


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A small exchange, played, searched and decided."""
    import numpy as np
    from click.testing import CliRunner

    from priam.accounting.claims_file import packaged_claims
    from priam.accounting.recording import events_of
    from priam.cli.main import cli
    from priam.simulation.lists import synthetic_names
    from priam_office.demonstration import deciding, playing
    from priam_office.installation import create
    from priam_office.record.write import Entry, record_all

    folder = tmp_path_factory.mktemp("crawl")
    sizes = ["--remains", "30", "--families", "40", "--missing", "50", "--seed", "5"]
    done = CliRunner().invoke(cli, ["simulate", "exchange", *sizes, "--out", str(folder / "made")])
    assert done.exit_code == 0, done.output
    installation = create(folder / "office", "demo.example/log")
    shutil.copy(sqlite_template, folder / "priam.sqlite3")
    url = f"sqlite:///{folder / 'priam.sqlite3'}"
    names = {name.surname for name in synthetic_names(40, np.random.default_rng(1))}
    rows = (folder / "made" / "remains.csv").read_text().splitlines()
    at = rows[0].split(",").index("marker")
    markers = {row.split(",")[at] for row in rows[1:]}
    markers = {name for name in markers if re.fullmatch(r"D\d+S\d+", name)}  # no chance likeness
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "INSTALLATION", installation)
        databases.point_django_at(url)
        record_all([Entry(event) for event in events_of(packaged_claims())], by="tests")
        playing.play(installation, folder / "made", lambda count: None)
        deciding.search(lambda stage, done, total: None)
        assert deciding.decide() > 0
        _with_hostile_words()
    assert len(names) > 20 and "D21S11" in markers
    return Played(url, installation, names, markers)


HOSTILE = "<script>alert(1)</script>\u202eгодоп ' OR 1=1 --"


def _with_hostile_words() -> None:
    """Somebody writes HTML and marks of direction wherever people write anything."""
    from priam import events as ev
    from priam_office.board import actions as board
    from priam_office.cases import actions as cases
    from priam_office.demonstration.playing import accounts
    from priam_office.families import actions as families
    from priam_office.record.state import known

    who, state = accounts(), known().state
    name = ev.PersonName(HOSTILE, HOSTILE, HOSTILE, "uk")
    facts = ev.MissingFacts((name,), "male", place=HOSTILE, unit=HOSTILE, region=HOSTILE)
    missing = families.register_missing(facts, HOSTILE, by=who["liaison"])
    family = families.register_family([missing], HOSTILE, by=who["liaison"])
    person = ev.new_event_id()
    mother = ev.RelativeAdded(person, family, name, "mother", missing, HOSTILE)
    families.add_relative(mother, by=who["liaison"])
    families.record_wish(family, "each", "uk", HOSTILE, person, by=who["liaison"])
    families.authorise(family, person, HOSTILE, by=who["liaison"])
    families.contacted(family, person, "telephone", "other", HOSTILE, by=who["liaison"])
    bag = sorted(tag for tag in state.bags if tag not in state.openings)[0]
    (case,) = cases.new_tags(1)
    cases.open_bag(bag, "one", (case,), HOSTILE, by=who["mortuary"])
    cases.save_section(case, "400", {"scars": HOSTILE}, "", by=who["mortuary"])
    decided = sorted(state.proposals)[-1]
    board.raise_conflict((decided,), HOSTILE, by=who["examiner"])


@pytest.fixture
def office(made: Played, settings: Any) -> Played:
    """The same, in use."""
    settings.INSTALLATION = made.installation
    databases.point_django_at(made.url)
    return made


def somebody(role: str) -> Client:
    """A client in which somebody of the play is signed in."""
    client = Client(raise_request_exception=False)
    if role:
        assert client.post(f"/en/guide/as/{role}/").status_code == 302
    return client


# -- what holds on every page ------------------------------------------------------------------


def english() -> dict[str, set[str]]:
    """Language -> texts of the catalogues that read otherwise in it."""
    found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for home in messages.homes():
        for language in ("uk", "ru"):
            for message in messages.catalogue(home, language):
                same = message.string == message.id
                if isinstance(message.id, str) and len(message.id) > 3 and not same:
                    if message.id.isupper():  # an abbreviation may be the name of a source
                        continue
                    found[language].add(message.id)
    return found


ENGLISH = english()


def wrong(page: Page, role: str, language: str, office: Played) -> Iterator[str]:
    """Everything that is wrong with one answer."""
    code = page.answer.status_code
    if code not in (200, 301, 302, 303, 304):
        yield f"answers {code}"
    if code in (301, 302, 303) and "/sign-in/" in page.answer["Location"] and role:
        yield "asks to sign in"
    if not page.address.startswith("/static/"):
        yield from _unguarded(page)
    if page.is_html:
        yield from _misread(page, language)
        yield from _shown(page, role, office)


def _unguarded(page: Page) -> Iterator[str]:
    policy = page.answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy and "default-src 'self'" not in policy:
        yield f"has no policy: {policy!r}"
    if "unsafe" in policy or re.search(r"https?:|\*", policy):
        yield f"has a weak policy: {policy}"
    expected = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    for name, value in expected.items():
        if page.answer.headers.get(name) != value:
            yield f"has no {name}"
    if page.is_html:
        if re.search(r"<script(?![^>]*\b(src|type=\"application/(ld\+)?json\"))", page.text):
            yield "has a script in it"
        if re.search(r"<[^>]+\s(on\w+|style)=\"|<style", page.text):
            yield "has a style or a handler in it"


def _misread(page: Page, language: str) -> Iterator[str]:
    if len(page.text) > LARGEST:
        yield f"is {len(page.text):,} characters long"
    if page.read.language != language:
        yield f"says it is in {page.read.language!r}"
    if page.text.count("<h1") != 1:
        yield f"has {page.text.count('<h1')} headings"
    texts = {" ".join(text.split()) for text in page.read.texts}
    for text in sorted(texts & ENGLISH[language]):
        yield f"is not translated: {text!r}"
    for link in page.read.links:
        there = link[1:] in page.read.ids or "/offline/" in page.address  # made by its script
        if link.startswith("#") and link[1:] and not there:
            yield f"has nothing at {link}"
    for text in page.read.turned:
        yield f"lets a text turn its surroundings around: {text[:60]!r}"
    if "<i>\u202e" in page.text:
        yield "shows what was typed as it came"


def _shown(page: Page, role: str, office: Played) -> Iterator[str]:
    if role not in NAMES:
        yield from (f"shows {name}" for name in office.surnames if name in page.text)
    if role not in GENOTYPES and "/work/" in page.address:
        yield from (f"shows {name}" for name in office.markers if name in page.text)


def faults(role: str, language: str, office: Played, *starts: str, of_a_kind: int) -> list[str]:
    found, count = [], 0
    within = "/work/" if role else ""  # the public pages are the same for all
    reader = User.objects.get(username=role) if role else None
    for page in crawl(somebody(role), *starts, of_a_kind=of_a_kind, within=within):
        count += 1
        found += [f"{page} {fault}" for fault in wrong(page, role, language, office)]
        found += [f"{page} {fault}" for fault in _refused(page, reader, language)]
    assert count > 5, f"{count} pages were found"
    return found


def _refused(page: Page, reader: User | None, language: str) -> Iterator[str]:
    """Forms that would be refused if they were sent."""
    if not page.is_html or reader is None:
        return
    for form in page.read.forms:
        sent = urlsplit(urljoin(page.address, form.action or page.address)).path
        with translation.override(language):
            view = resolve(sent).func
        method = "GET" if form.asks else "POST"
        if hasattr(view, "permission") and not allows(reader, view, method):
            yield f"offers a form to {sent} that is refused"


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_role_is_broken_or_shows_too_much(office: Played, role: str) -> None:
    for language, of_a_kind in (("uk", OF_A_KIND), ("ru", 1), ("en", 1)):
        start = f"/{language}/work/"
        found = faults(role, language, office, start, of_a_kind=of_a_kind)
        assert not found, "\n".join(found)


@pytest.mark.parametrize("area", AREAS)
def test_who_looks_by_exception_is_offered_nothing_that_refuses(
    office: Played, area: str, tmp_path: Path
) -> None:
    """Whoever holds exceptional access sees what it names, and no button that does something."""
    from priam_office.demonstration.playing import accounts

    path = Path(office.url.removeprefix("sqlite:///"))
    databases.point_django_at(databases.copy_sqlite(path, tmp_path))
    who = accounts()
    reader = "negotiator" if area != "handovers.view" else "laboratory"
    access = exceptions.ask(who[reader], area, "a family waits at the door", 1)
    for role in AGREEING_ROLES:
        exceptions.agree(who[role], access)
    client, seen, found = somebody(reader), 0, []
    for page in crawl(client, "/en/work/", of_a_kind=1, within="/work/"):
        if page.answer.status_code >= 400:
            found.append(f"{page} answers {page.answer.status_code}")
        found += [
            f"{page} {one}" for one in _refused(page, User.objects.get(username=reader), "en")
        ]
        with translation.override("en"):
            view = resolve(urlsplit(page.address).path).func
        seen += getattr(view, "permission", "") == area
    assert not found, "\n".join(found)
    assert seen > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_is_broken(office: Played, language: str) -> None:
    starts = (f"/{language}/", f"/{language}/guide/", f"/{language}/work/sign-in/")
    found = faults("", language, office, *starts, of_a_kind=2)
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def sent() -> set[tuple[str, ...]]:
    """Forms that were sent; one that several roles are given is sent by the first."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_on_what_is_typed_into_it(
    office: Played, role: str, tmp_path: Path, sent: set[tuple[str, ...]]
) -> None:
    """Every form that a role is given, filled with what nobody should type; on a copy."""
    path = Path(office.url.removeprefix("sqlite:///"))
    databases.point_django_at(databases.copy_sqlite(path, tmp_path))
    client = somebody(role)
    way = crawl(client, "/en/work/", of_a_kind=1, within="/work/")
    pages = [page for page in way if page.is_html]
    for page in pages:
        for form in page.read.forms:
            key = (ID.sub("*", form.action or page.address), *sorted(form.fields))
            if form.asks or key in sent or LEFT.search(key[0]):
                continue
            sent.add(key)
            address = urljoin(f"http://testserver{page.address}", form.action or page.address)
            for odd in ODD:
                answer = client.post(address, form.fields | dict.fromkeys(form.typed, odd))
                assert answer.status_code < 500, (address, form.fields, odd[:20])
                if answer.status_code == 200 and not answer.streaming:
                    assert b"<script>alert" not in answer.content, address
    assert pages and sent


ODD = [HOSTILE, "x" * 100_000, "a\x00b\x07\x1b[31m", "9" * 30, "-1", "=1+1", "../../etc/passwd"]
