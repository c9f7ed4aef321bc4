"""The mortuary in a real browser: keyboard and scanner, saving as one types, and no network."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.barriers import barriers
from tests.journeys.conftest import ROOT, module, priam, session_key

WORK = "/en/work/mortuary/"
Context = Callable[..., Any]


@dataclass
class Mortuary:
    """A served office in which a day has begun."""

    data: Path
    tags: dict[str, Any]
    server: subprocess.Popen[str]
    url: str
    port: str

    def stop(self) -> None:
        """As if the power went."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait(timeout=10)

    def start(self) -> None:
        self.server = priam("serve", "--port", self.port, data=self.data)
        line = self.server.stdout.readline()  # type: ignore[union-attr]
        assert "http://" in line, self.server.stderr.read()  # type: ignore[union-attr]
        self.url = line.split()[2].rstrip("/")
        self.port = self.url.rpartition(":")[2]

    def ask(self, code: str) -> str:
        """What a line of Python prints in this installation."""
        environment = {
            **os.environ,
            "PRIAM_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "priam_office.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def mortuary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortuary]:
    data = tmp_path_factory.mktemp("mortuary") / "office"
    process = priam("init", data=data)
    assert process.wait(timeout=60) == 0
    filled = module("tests.office.mortuary_day", data=data)
    out, errors = filled.communicate(timeout=60)
    assert filled.returncode == 0, errors
    with socket.socket() as found:  # a port of its own, so that it can come back on it
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    made = Mortuary(data, json.loads(out), None, "", port)  # type: ignore[arg-type]
    made.start()
    yield made
    made.server.terminate()
    made.server.wait(timeout=10)


@pytest.fixture(scope="module")
def signed_in(mortuary: Mortuary, browser: Any) -> Context:
    """A browser context in which an account of the mortuary is signed in: a tablet."""

    def context(*roles: str, **options: Any) -> Any:
        key = session_key(mortuary.data, *(roles or ("mortuary",)))
        made = browser.new_context(**options)
        made.add_cookies([{"name": "sessionid", "value": key, "url": mortuary.url}])
        made.set_default_timeout(15_000)
        return made

    return context


PAGES = {
    "board": "",
    "bags": "bags/",
    "opening": "bags/{waiting[8]}/",
    "bag": "bags/{several}/",
    "cases": "cases/",
    "case": "cases/{main}/",
    "record": "cases/{main}/record/",
    "section": "cases/{main}/record/400/",
    "teeth": "cases/{main}/record/600/",
    "conflict": "cases/{conflict}/record/400/",
    "samples": "samples/",
    "sample": "samples/{sample}/",
    "element": "elements/{element}/",
    "packet": "effects/{packet}/",
    "places": "places/",
    "place": "places/{place}/",
    "store": "store/",
    "labels": "labels/",
    "import": "import/",
    "offline": "offline/",
    "tablets": "tablets/",
}


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [
        pytest.param("dark", 390, "uk", marks=pytest.mark.slow),
        pytest.param("light", 1024, "en", marks=pytest.mark.slow),
        pytest.param("light", 390, "ru", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_screen(
    mortuary: Mortuary, signed_in: Context, scheme: str, width: int, language: str
) -> None:
    context = signed_in(
        "mortuary",
        "examiner",
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
        has_touch=True,
        service_workers="block",
    )
    tab = context.new_page()
    wrong = {}
    for name, route in PAGES.items():
        tab.goto(mortuary.url + f"/{language}/work/mortuary/" + route.format(**mortuary.tags))
        tab.evaluate("for (const d of document.querySelectorAll('details.act')) d.open = true")
        found = barriers(tab)
        sizes = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if found or sizes[0] > sizes[1]:
            wrong[name] = (found, sizes)
    tab.emulate_media(media="print")  # of the same pages, black on white in dark mode too
    for name in ("board", "case", "packet", "sample"):
        tab.goto(mortuary.url + f"/{language}/work/mortuary/" + PAGES[name].format(**mortuary.tags))
        shown, colours = tab.evaluate(ON_PAPER)
        if shown or colours != ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "table-header-group"]:
            wrong[f"{name} on paper"] = (shown, colours)
    context.close()
    assert wrong == {}


#: What can be pressed is not printed; colours; a head of a table stands on each page.
ON_PAPER = """() => {
  const pressed = 'nav, button, .button, input, select, .crumbs, summary';
  const shown = [...document.querySelectorAll(pressed)].filter((e) => e.checkVisibility());
  const style = getComputedStyle(document.body);
  const head = document.querySelector('thead');
  const display = head ? getComputedStyle(head).display : 'table-header-group';
  const colours = [style.backgroundColor, style.color, display];
  return [shown.map((e) => e.outerHTML.slice(0, 80)), colours];
}"""


def test_targets_on_a_tablet_are_large_enough(mortuary: Mortuary, signed_in: Context) -> None:
    context = signed_in(viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    small = {}
    for route in ("offline/", "cases/{main}/record/400/", "bags/{waiting[8]}/"):
        tab.goto(mortuary.url + WORK + route.format(**mortuary.tags))
        found = tab.evaluate(
            """[...document.querySelectorAll('main button, main .button, main summary, '
              + 'main input, main select, main textarea, .pick label, .tabs a')]
            .filter(e => e.checkVisibility() && e.type !== 'hidden')
            .map(e => [e, (e.closest('.pick label, .choices label, #id_finding label') ?? e)])
            .map(([e, target]) => [e, target.getBoundingClientRect()])
            .filter(([_, box]) => box.height < 43.5 || box.width < 43.5)
            .map(([e, box]) => [e.outerHTML.slice(0, 90), box.width, box.height])"""
        )
        if found:
            small[route] = found
    context.close()
    assert small == {}


def test_a_bag_is_opened_with_keyboard_and_scanner_alone(
    mortuary: Mortuary, signed_in: Context
) -> None:
    context = signed_in()
    tab = context.new_page()
    tab.goto(mortuary.url + WORK)
    bag = mortuary.tags["waiting"][0]
    tab.keyboard.press("F2")  # where the focus is elsewhere, test_work_pages.py scans
    tab.keyboard.type(bag + "\n", delay=4)
    tab.wait_for_url(f"**/bags/{bag}/")
    tab.get_by_label("Commingled remains").focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("Tab")  # the labels of the cases
    labels = mortuary.ask(TWO_TAGS)
    for label in labels.split():
        tab.keyboard.type(label + "\n", delay=4)
    tab.get_by_role("button", name="Record the opening").press("Enter")
    tab.wait_for_selector("text=The bag is opened.")
    assert all(tab.get_by_role("link", name=label).first.is_visible() for label in labels.split())
    context.close()


SAFE = re.compile("kept|waiting")  # on the tablet
TWO_TAGS = "import secrets\nfrom priam.labels.tags import issue\nprint(*issue(2, secrets.choice))"


def test_a_section_saves_as_one_types(mortuary: Mortuary, signed_in: Context) -> None:
    context = signed_in()
    tab = context.new_page()
    address = mortuary.url + WORK + f"cases/{mortuary.tags['cases'][6]}/record/400/"
    tab.goto(address)
    tab.locator("[data-field=tattoos] textarea").type("anchor", delay=20)
    tab.locator("[data-field=stature] input").first.fill("172")
    tab.wait_for_selector("#saved[data-state=written]")
    tab.get_by_label("female").check()
    expect(tab.locator("#saved")).to_contain_text(re.compile("revision [2-9]"))
    tab.reload()
    assert tab.locator("[data-field=tattoos] textarea").input_value() == "anchor"
    assert tab.get_by_label("female").is_checked()
    context.close()


def test_two_tablets_fill_in_one_field_and_it_is_shown(
    mortuary: Mortuary, signed_in: Context
) -> None:
    address = mortuary.url + WORK + f"cases/{mortuary.tags['cases'][7]}/record/400/"
    one, two = signed_in(), signed_in()
    first, second = one.new_page(), two.new_page()
    for tab in (first, second):
        tab.goto(address)
    first.locator("[data-field=scars] textarea").fill("left knee")
    first.wait_for_selector("#saved[data-state=written]")
    second.locator("[data-field=scars] textarea").fill("right knee")
    second.wait_for_selector("text=Another version of this section")
    assert second.get_by_text("left knee").first.is_visible()
    assert second.get_by_text("right knee").first.is_visible()
    second.get_by_role("button", name="What stands now holds").click()
    second.wait_for_selector("text=Saved.")
    assert not second.get_by_text("Another version of this section").is_visible()
    one.close()
    two.close()


# -- without the network -------------------------------------------------------------------------


def tablet(signed_in: Context, mortuary: Mortuary) -> tuple[Any, Any]:
    """A tablet that was opened once with the network: worker, key and labels are on it."""
    context = signed_in(viewport={"width": 1024, "height": 768})
    tab = context.new_page()
    tab.goto(mortuary.url + WORK + "offline/")
    assert tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(tab.locator("#stock")).to_have_text(re.compile(r"[3-9]\d"))
    expect(tab.locator("#state")).to_have_text("Connected")
    return context, tab


def open_bag(tab: Any, bag: str, finding: str = "One person") -> str:
    """Enter an opening on the page for work without the network; the new case."""
    tab.goto(re.sub("#.*", "", tab.url) + "#open")
    before = tab.locator("#given").text_content()
    tab.locator("#o-bag").fill(bag)
    tab.locator("[data-panel=open]").get_by_text(finding, exact=True).click()
    tab.locator("[data-panel=open] button").click()
    expect(tab.locator("#given")).not_to_have_text(before)
    expect(tab.locator("#given")).to_be_in_viewport()  # whatever stands above or below the form
    return str(tab.locator("#given").text_content()).rpartition(" ")[2]


def waiting(tab: Any) -> int:
    return int(tab.locator("#waiting").text_content())


def all_sent(tab: Any) -> None:
    expect(tab.locator("#waiting")).to_have_text("0", timeout=40_000)


def opened(mortuary: Mortuary, *bags: str) -> list[str]:
    code = (
        "from priam_office.cases.models import Bag\n"
        f"print(*Bag.objects.filter(tag__in={list(bags)!r}).values_list('finding', flat=True))"
    )
    return mortuary.ask(code).split()


@pytest.mark.slow  # a whole day: minutes on a busy machine; the cuts below are in every run
def test_a_day_without_the_network(mortuary: Mortuary, signed_in: Context) -> None:
    """Cut the network, open a bag, write, sample, put away, lose the tab; nothing is lost."""
    context, tab = tablet(signed_in, mortuary)
    context.set_offline(True)
    tab.reload()  # the worker answers
    assert tab.get_by_role("heading", name="Work without the network").is_visible()
    bag = mortuary.tags["waiting"][1]
    case = open_bag(tab, bag)
    assert case.startswith("PRM-") and waiting(tab) == 1
    tab.goto(re.sub("#.*", "", tab.url) + "#record")
    tab.locator("#record-case").fill(case)
    tab.locator("#record-section").select_option("400")
    tab.locator("#record-fields [data-field=tattoos] textarea").fill("a swallow")
    expect(tab.locator("#record-state")).to_have_attribute("data-state", SAFE)
    tab.locator("#record-fields [data-field=scars] textarea").type("chin", delay=5)
    tab.close(run_before_unload=False)  # the tab dies while somebody types

    tab = context.new_page()
    tab.goto(mortuary.url + WORK + f"cases/{case}/record/400/")  # offline: the kept page answers
    expect(tab.locator("#record-fields [data-field=scars] textarea")).to_have_value("chin")
    expect(tab.locator("#record-state")).to_have_attribute("data-state", SAFE)
    tab.goto(mortuary.url + WORK + "offline/#sample")
    tab.locator("#s-case").fill(case)
    tab.locator("[data-panel=sample] button").click()
    expect(tab.locator("#waiting")).to_have_text(re.compile("^[4-9]$"))
    assert opened(mortuary, bag) == []
    context.set_offline(False)
    tab.evaluate("dispatchEvent(new Event('online'))")
    all_sent(tab)
    assert opened(mortuary, bag) == ["one"]
    online = context.new_page()
    online.goto(mortuary.url + WORK + f"cases/{case}/record/400/")
    assert online.locator("[data-field=tattoos] textarea").input_value() == "a swallow"
    assert online.locator("[data-field=scars] textarea").input_value() == "chin"
    online.goto(mortuary.url + WORK + f"cases/{case}/")
    assert online.locator("#sample").text_content().endswith("1")
    context.close()


#: The third piece finds no room: an override of the quota does not reach a browser of tests.
NO_ROOM = """globalThis.here = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...more) {
  if (this.name === 'pieces' && value.at === 2) throw new DOMException('', 'QuotaExceededError');
  return here.call(this, value, ...more);
};
true"""


def photograph(name: str, side: int) -> dict[str, Any]:
    noise = random.Random(side).randbytes(side * side * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(out, "JPEG", quality=97)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_photographs_and_effects_without_the_network(
    mortuary: Mortuary, signed_in: Context
) -> None:
    """Kept with the network cut, sent through a line that breaks, each piece once."""
    context, tab = tablet(signed_in, mortuary)
    context.set_offline(True)
    bag = mortuary.tags["waiting"][5]
    case = open_bag(tab, bag)
    tab.goto(re.sub("#.*", "", tab.url) + "#photograph")
    assert tab.locator("#f-case").input_value() == case  # the case that one works on
    keep = tab.locator("[data-panel=photograph] button")
    text = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"}
    tab.locator("#f-file").set_input_files([text])
    keep.click()
    refused = "document.querySelector('#f-file').validationMessage"
    assert "no photograph" in tab.evaluate(f"new Promise(r => setTimeout(() => r({refused}), 500))")
    tab.locator("#f-file").set_input_files([photograph("../left.jpg", 640)])
    tab.locator("#f-note").fill("left hand")
    keep.click()
    expect(tab.locator("#waiting")).to_have_text("2")
    tab.evaluate(NO_ROOM)
    tab.locator("#f-file").set_input_files([photograph("more.jpg", 700)])
    keep.click()
    expect(tab.locator("#trouble")).to_contain_text("0 of 1 were kept")
    assert waiting(tab) == 2
    tab.evaluate("IDBObjectStore.prototype.put = here; true")
    tab.goto(re.sub("#.*", "", tab.url) + "#effects")
    tab.locator("#x-seal").fill("S-17")
    tab.locator("[data-act=effects] [data-what]").fill("watch")
    tab.keyboard.press("Tab")
    tab.keyboard.type("engraved 1987\n")  # Enter: one more line
    tab.keyboard.type("letter")
    tab.locator("[data-act=effects] button", has_text="Keep").click()
    expect(tab.locator("#waiting")).to_have_text("3")
    tab.close(run_before_unload=False)  # the tablet dies

    tab = context.new_page()
    tab.goto(mortuary.url + f"/en/work/scan/?tag={case}")  # scanned without the network
    assert tab.locator("#record-case").input_value() == case
    tab.goto(mortuary.url + WORK + "offline/#outbox")
    expect(tab.get_by_text("left hand · 0 % sent")).to_be_visible()
    pieces: list[int] = []

    def break_the_line(route: Any) -> None:
        pieces.append(len(route.request.post_data_buffer or b""))
        route.abort() if len(pieces) == 2 else route.continue_()

    context.route("**/pieces/", break_the_line)
    context.set_offline(False)
    tab.locator("#send").click()
    all_sent(tab)  # by itself, when the line is back
    assert len(pieces) == 4  # three pieces, one of them twice because the line broke
    left = "import('/static/cases/outbox.js').then(o => o.all('pieces')).then(p => p.length)"
    assert tab.evaluate(left) == 0
    code = (
        "from priam_office.cases.models import Packet, Photograph\n"
        "from priam_office.cases.photographs import original_of\n"
        f"photo = Photograph.objects.get(case='{case}')\n"
        f"packet = Packet.objects.get(case='{case}')\n"
        "print(len(original_of(photo)), photo.note, *(i['what'] for i in packet.items))"
    )
    size = len(photograph("", 640)["buffer"])
    assert mortuary.ask(code) == f"{size} left hand watch letter"
    context.close()


def test_the_server_dies_while_a_tablet_sends(mortuary: Mortuary, signed_in: Context) -> None:
    """The office is killed after it wrote and before it answered: each entry is there once."""
    context, tab = tablet(signed_in, mortuary)
    bags = mortuary.tags["waiting"][2:4]
    context.set_offline(True)
    for bag in bags:
        open_bag(tab, bag)

    sent = []

    def lose_the_answer(route: Any) -> None:
        if route.request.method == "POST" and not sent:
            sent.append(route.fetch())  # the office has it; then it dies, and nobody heard
            mortuary.stop()
            route.abort()
        else:
            route.continue_()

    context.route("**/sync/**", lose_the_answer)
    context.set_offline(False)
    tab.locator("#send").click()
    for _ in range(100):
        if sent:
            break
        tab.wait_for_timeout(100)
    expect(tab.locator("#state")).to_have_text("No network")
    assert sent and waiting(tab) == 2
    mortuary.start()
    tab.locator("#send").click()
    all_sent(tab)
    assert opened(mortuary, *bags) == ["one", "one"]
    code = "from priam_office.record.models import Event; from priam_office.record.acts import body"
    code += "\nrows = Event.objects.filter(type='bag.opened')"
    assert mortuary.ask(f"{code}\nprint(sum(body(r)['bag'] in {bags!r} for r in rows))") == "2"
    context.close()


def test_doubled_delivery_and_what_is_refused_is_shown(
    mortuary: Mortuary, signed_in: Context
) -> None:
    context, tab = tablet(signed_in, mortuary)
    bag = mortuary.tags["waiting"][4]
    bodies: list[str] = []

    def note(request: Any) -> None:
        if request.method == "POST" and "entries" in (request.post_data or ""):
            bodies.append(request.post_data)

    context.on("request", note)
    open_bag(tab, bag)
    all_sent(tab)
    assert bodies
    again = tab.evaluate(
        """async body => {
          const url = document.querySelector('meta[name="priam-sync"]').content;
          const { csrf } = await (await fetch(url)).json();
          const answer = await fetch(url, { method: 'POST', body,
            headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrf } });
          return (await answer.json()).results.map(r => r.outcome);
        }""",
        bodies[-1],
    )
    assert again == ["written"]
    context.set_offline(True)
    open_bag(tab, bag)  # the tablet does not know that it is open already
    context.set_offline(False)
    tab.locator("#send").click()
    all_sent(tab)
    tab.goto(re.sub("#.*", "", tab.url) + "#outbox")
    expect(tab.locator("#entries").get_by_text("waits for a person")).to_be_visible()
    held = context.new_page()
    held.goto(mortuary.url + WORK + "held/")
    assert held.get_by_text("already opened").is_visible()
    context.close()


def test_tags_are_read_in_the_browser_as_in_the_office(
    mortuary: Mortuary, signed_in: Context
) -> None:
    from priam.labels.tags import TagError, parse

    context = signed_in()
    tab = context.new_page()
    tab.goto(mortuary.url + WORK + "offline/")
    good = mortuary.tags["waiting"][0]
    texts = [
        good,
        good.lower(),
        good.replace("-", " "),
        good[:-1] + "Z",
        "ЗКЬ" + good[3:],
        "PRM-1",
        "",
    ]
    texts += [good[:4] + c + good[5:] for c in "0AZ"] + ["<b>", "PRM-OOOOOOOO0", good + "0"]

    def here(text: str) -> str:
        try:
            return parse(text)
        except TagError:
            return ""

    there = tab.evaluate(
        """async texts => {
          const url = [...document.scripts].find(s => s.src.includes('offline.js')).src;
          const { tagOf } = await import(url);
          return texts.map(tagOf);
        }""",
        texts,
    )
    assert there == [here(text) for text in texts]
    context.close()


def test_the_key_of_a_tablet_cannot_leave_it(mortuary: Mortuary, signed_in: Context) -> None:
    context, tab = tablet(signed_in, mortuary)
    told = tab.evaluate(
        """() => new Promise(done => {
          const opening = indexedDB.open('priam-outbox');
          opening.onsuccess = () => {
            const all = opening.result.transaction('devices').objectStore('devices').getAll();
            all.onsuccess = async () => {
              const key = all.result[0].key;
              const taken = crypto.subtle.exportKey('pkcs8', key);
              const out = await taken.then(() => 'out', () => 'kept');
              done([key.extractable, out, all.result[0].algorithm]);
            };
          };
        })"""
    )
    assert told[:2] == [False, "kept"] and told[2] in ("Ed25519", "ECDSA-P256")
    context.close()
