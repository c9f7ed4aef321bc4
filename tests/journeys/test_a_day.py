"""From the bag to the grave, by hand, in Chromium: one case through every place and every role.

The installation is a demonstration, so that one browser can be everybody; everything else is as
it is in any other. Each step is what a person does on the page, and what the next place sees.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from priam.genetics.frequencies import load_packaged
from priam.labels.tags import issue
from tests.journeys.conftest import ROOT, priam

PASSPHRASE = "a passphrase for this day"
SURNAME = "Дунобор"


class Day:
    """A browser in a served office, and who sits before it."""

    def __init__(self, data: Path, base: str, page: Any) -> None:
        self.data, self.base, self.page = data, base, page

    def is_(self, who: str) -> None:
        """Sign in as somebody of the guided day."""
        self.page.goto(f"{self.base}/en/guide/")
        self.page.locator(f'form[action$="/as/{who}/"] button').first.click()
        self.page.wait_for_url("**/en/work/")

    def at(self, path: str) -> None:
        self.page.goto(f"{self.base}/en/work/{path}")

    def press(self, name: str | re.Pattern[str], then: str | None = None) -> None:
        """Press a button and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()
        if then is not None:
            expect(self.page).to_have_url(re.compile(then))

    def first(self) -> str:
        """The first label in the list of this page."""
        return str(self.page.locator("main tbody .tag").first.inner_text())


@pytest.fixture
def day(tmp_path: Path, browser: Any) -> Iterator[Day]:
    data = tmp_path / "office"
    process = priam("init", data=data)
    assert process.wait(timeout=120) == 0
    (data / "demonstration.json").write_text("{}\n")
    _registered(data, BAG)
    server = priam("serve", "--port", "0", "--no-worker", data=data)
    assert server.stdout is not None
    base = server.stdout.readline().split()[2].rstrip("/")
    context = browser.new_context()
    try:
        yield Day(data, base, context.new_page())
    finally:
        context.close()
        server.terminate()
        server.wait(timeout=10)


BAG, MOTHERS, FATHERS = issue(3, random.Random(2025).choice)


def _registered(data: Path, bag: str) -> None:
    """The exchange office has taken a bag into its list."""
    code = f"""
import django; django.setup()
from priam import events as ev
from priam_office.record.write import Entry, record_all
events = [ev.PartyDeclared("UA", "Ukraine"), ev.BagRegistered({bag!r}, "UA")]
record_all([Entry(event) for event in events], by="gate")
"""
    environment = os.environ | {
        "PRIAM_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "priam_office.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def _run(path: Path, remains: str) -> None:
    """A laboratory's file: father, mother, and a child of both."""
    table, draw = load_packaged("nist1036-cauc"), random.Random(3)
    lines = ["sample,marker,allele_1,allele_2"]
    for marker in list(table)[:24]:
        alleles = list(table[marker].alleles)
        often = table[marker].frequencies.tolist()
        mother, father = (draw.choices(alleles, often, k=2) for _ in range(2))
        child = [draw.choice(mother), draw.choice(father)]
        for sample, pair in ((MOTHERS, mother), (FATHERS, father), (remains, child)):
            lines.append(f"{sample},{marker},{pair[0]},{pair[1]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_from_the_bag_to_the_grave(day: Day, tmp_path: Path) -> None:
    sample, case = _in_the_mortuary(day)
    _in_the_family_office(day)
    _in_the_laboratory(day, tmp_path / "run.csv", sample)
    _on_the_board(day, case)
    code = _released(day, case)
    _asked_by_the_family(day, code)
    _checked_by_others(day)


def _in_the_mortuary(day: Day) -> tuple[str, str]:
    day.is_("mortuary")
    page = day.page
    page.keyboard.press("F2")  # the scanner types into the field of every page, and Enter
    page.keyboard.type(BAG)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/bags/{BAG}/"))
    page.get_by_label("One person").check()
    page.get_by_label("How many new numbers").fill("1")
    day.press("Record the opening")
    case = day.first()
    day.at(f"mortuary/cases/{case}/record/400/")
    page.locator('input[name="f.sex"][value="male"]').check()
    page.locator('input[name="f.age.from"]').fill("25")
    page.locator('input[name="f.age.to"]').fill("35")
    expect(page.locator("#saved")).to_contain_text("Saved")
    day.at(f"mortuary/cases/{case}/")
    page.locator("summary", has_text="Take a sample").click()
    form = page.locator('form[action$="/sample/"]')
    form.locator('select[name$="kind"]').select_option("bone")
    with page.expect_navigation():
        form.get_by_role("button").click()
    day.at("mortuary/samples/")
    return day.first(), case


def _in_the_family_office(day: Day) -> None:
    day.is_("liaison")
    page = day.page
    day.at("missing/new/")
    for field, value in (("surname", SURNAME), ("given", "Остап"), ("born", "1991")):
        page.locator(f"#id_{field}").fill(value)
    page.locator("#id_sex").select_option("male")
    page.locator("#id_source").fill("the mother")
    day.press("Register", r"/missing/[0-9a-f-]{36}/$")
    day.press("Open a family", r"/families/[0-9a-f-]{36}/")
    family = page.url.partition("?")[0].partition("#")[0]
    for given, relation in (("Ганна", "mother"), ("Тарас", "father")):
        page.goto(f"{family}relative/")
        page.locator("#id_surname").fill(SURNAME)
        page.locator("#id_given").fill(given)
        page.locator("#id_relation").select_option(relation)
        day.press("Save")
    persons = [
        str(link.get_attribute("href")).split("/")[-2]
        for link in page.locator('main a[href*="/consent/"]').all()
    ]
    assert len(persons) == 2
    for person, label in zip(persons, (MOTHERS, FATHERS)):
        page.goto(f"{family}sample/{person}/")
        expect(page.get_by_role("button", name="Register the sample")).to_have_count(0)
        page.goto(f"{family}consent/{person}/")
        page.get_by_label("identification").check()
        page.get_by_label("How it was given").fill("signed form")
        day.press("Record")
        page.goto(f"{family}sample/{person}/")
        page.get_by_label("Label").fill(label)
        day.press("Register the sample")
    page.goto(f"{family}contact/{persons[0]}/")
    page.get_by_label("Reason").fill("the family asked for it")
    day.press(re.compile("Authorise"))
    page.goto(f"{family}wish/")
    page.get_by_label("told of each finding").check()
    page.get_by_label("In their own words").fill("Скажіть одразу.")
    day.press("Record")


def _in_the_laboratory(day: Day, file: Path, sample: str) -> None:
    day.is_("laboratory")
    page = day.page
    _run(file, sample)
    day.at("laboratory/import/")
    page.locator("#id_file").set_input_files(str(file))
    day.press("Look at it")
    expect(page.locator("main")).to_contain_text("nothing is recorded yet")
    day.press(re.compile("Record 3 profiles"))
    day.at("laboratory/search/")
    day.press("Start", r"/search/[0-9a-f-]{36}/")
    worker = priam("work", "--once", "--quiet", data=day.data)
    _, errors = worker.communicate(timeout=300)
    assert worker.returncode == 0, errors
    day.at("laboratory/candidates/")
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert SURNAME not in page.content()


def _on_the_board(day: Day, case: str) -> None:
    page = day.page
    for who in ("examiner", "legal"):
        day.is_(who)
        day.at("account/signing-key/")
        page.locator("#passphrase").fill(PASSPHRASE)
        page.locator("#again").fill(PASSPHRASE)
        day.press("Make the key")
    day.is_("examiner")
    day.at(f"board/case/{case}/propose/")
    page.get_by_label("Identified as the person below").check()
    page.locator("#id_missing").select_option(index=1)
    page.get_by_label("Reasons").fill("DNA of both parents.")
    day.press("Propose")
    for who in ("examiner", "legal"):
        day.is_(who)
        day.at(f"board/case/{case}/")
        page.locator('main a[href*="/decision/"]').first.click()
        page.wait_for_url("**/decision/**")
        page.locator('main a[href$="/sign/"]').first.click()
        page.wait_for_url("**/sign/**")
        page.locator('input[type="password"]').fill(PASSPHRASE)
        day.press(re.compile("Sign"))
    expect(page.locator("main")).to_contain_text("in force")


def _released(day: Day, case: str) -> str:
    day.is_("liaison")
    page = day.page
    day.at("releases/")
    expect(page.locator("main")).to_contain_text(SURNAME)
    with page.expect_navigation():
        page.get_by_role("link", name="Arrange", exact=True).click()
    page.get_by_label("To the family").check()
    page.get_by_label("What was arranged").fill("Tuesday at nine.")
    day.press("Arrange the release", r"/releases/[0-9a-f-]{36}/")
    release = page.url
    page.locator("#kind").select_option("act of handover")
    day.press("Make the paper")
    with page.expect_download() as got:
        page.get_by_role("link", name="Act of handover of remains").click()
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_label("Place", exact=True).fill("the mortuary")
    page.get_by_label("passport").check()
    day.press("The family has received the remains")
    expect(page.locator("main")).to_contain_text("Done")
    assert release == page.url
    day.at("families/")
    page.locator("main tbody a").first.click()
    page.wait_for_url("**/families/*/")
    page.goto(page.url + "code/")
    day.press("Make a code")
    return str(page.locator(".notice code").inner_text())


def _asked_by_the_family(day: Day, code: str) -> None:
    page = day.page
    page.goto(f"{day.base}/uk/status/")
    page.get_by_label("Код").fill(code)
    with page.expect_navigation():
        page.get_by_role("button", name="Запитати").click()
    expect(page.locator("main")).to_contain_text("передано вашій родині")
    assert SURNAME not in page.content()


def _checked_by_others(day: Day) -> None:
    """The record holds what was done, and who read what; nobody's name is in the database."""
    for arguments in (["log", "checkpoint"], ["log", "verify"], ["rebuild", "--check"]):
        process = priam(*arguments, data=day.data)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, out + errors
    stored = b"".join(path.read_bytes() for path in day.data.glob("priam.sqlite3*"))
    assert SURNAME.encode() not in stored and "Скажіть одразу".encode() not in stored
    day.page.goto(f"{day.base}/en/units/")
    expect(day.page.locator("main")).to_contain_text("Bags opened")
