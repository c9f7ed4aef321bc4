"""From a laboratory's file to a decision of two people, by keyboard alone, and no barrier."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.barriers import barriers
from tests.journeys.conftest import module

PHRASE = "seven words that nobody else would guess"


@pytest.fixture(scope="module")
def files(office: str, office_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of a run and of the relatives; their samples are recorded."""
    folder = tmp_path_factory.mktemp("runs")
    process = module("tests.journeys.laboratory_office", str(folder), data=office_data)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return folder


def focused(tab: Any) -> str:
    """Text, label or name of what has the focus."""
    found: str = tab.evaluate(
        """() => { const e = document.activeElement
        const label = e.labels && e.labels.length ? e.labels[0].textContent : ''
        return [label, e.textContent, e.name, e.id].filter(Boolean).join(' ').trim() }"""
    )
    return " ".join(found.split())


def reach(tab: Any, words: str) -> None:
    """Press Tab until something that begins with ``words`` has the focus."""
    for _ in range(90):
        tab.keyboard.press("Tab")
        if focused(tab).startswith(words):
            return
    raise AssertionError(f"the keyboard never reaches {words!r} on {tab.url}")


def go(tab: Any, words: str) -> None:
    """Reach a link or button and press it."""
    reach(tab, words)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def import_run(tab: Any, office: str, path: Path) -> None:
    tab.goto(f"{office}/en/work/laboratory/")
    go(tab, "Import a run")
    reach(tab, "File of the run")
    tab.locator(":focus").set_input_files(path)
    go(tab, "Look at it")
    assert barriers(tab) == []
    go(tab, "Record ")
    assert "recorded" in tab.locator("[role=status]").first.text_content()


def sign(tab: Any, capacity: str) -> None:
    """Sign on the page of a decision; a first key is made on the way."""
    go(tab, "Sign")
    if "signing-key" in tab.url:
        for name in ("passphrase", "again", "repeat", "passphrase2"):
            for field in tab.locator(f"input[type=password][name={name}]").all():
                field.focus()
                tab.keyboard.type(PHRASE)
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
    assert "/sign/" in tab.url, tab.locator("main").text_content()
    assert barriers(tab) == []
    reach(tab, capacity)
    tab.keyboard.press("Space")
    reach(tab, "Passphrase")
    tab.keyboard.type(PHRASE)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    assert "You have signed" in tab.locator("main").text_content()


def test_from_a_file_to_a_name_by_keyboard(
    office: str, files: Path, as_role: Callable[..., Any]
) -> None:
    context = as_role("laboratory", viewport={"width": 1280, "height": 900}, bypass_csp=True)
    tab = context.new_page()
    import_run(tab, office, files / "remains.csv")
    import_run(tab, office, files / "relatives.csv")
    tab.goto(f"{office}/en/work/laboratory/")
    go(tab, "Start a search")
    go(tab, "Start")
    assert tab.locator("progress").is_visible() and barriers(tab) == []
    # the worker of the server takes it, and the page hears of the end by itself
    tab.get_by_text("What it found").wait_for(timeout=240_000)
    go(tab, "Candidates")
    go(tab, "PRM-")
    assert "Marker by marker" in tab.locator("main").text_content() and barriers(tab) == []
    tab.goto(f"{office}/en/work/board/")
    assert barriers(tab) == []
    go(tab, "PRM-")
    assert barriers(tab) == []
    case = tab.locator("h1 .tag").text_content()
    go(tab, "Propose a decision")
    reach(tab, "Reasons")
    tab.keyboard.type("DNA of the relatives; nothing speaks against it.")
    go(tab, "Propose")
    assert barriers(tab) == []
    decision = tab.url
    sign(tab, "Science")
    context.close()
    context = as_role("legal", viewport={"width": 1280, "height": 900}, bypass_csp=True)
    tab = context.new_page()
    tab.goto(decision)
    sign(tab, "Law")
    assert "in force" in tab.locator("main").text_content()
    tab.goto(f"{office}/en/work/board/case/{case}/")
    assert "decision in force" in tab.locator("main").text_content() and barriers(tab) == []
    context.close()


def test_pages_fit_a_phone_in_the_dark(
    office: str, files: Path, as_role: Callable[..., Any]
) -> None:
    context = as_role(
        "laboratory", color_scheme="dark", viewport={"width": 360, "height": 800}, bypass_csp=True
    )
    tab = context.new_page()
    for address in ("laboratory/", "laboratory/profiles/", "laboratory/import/",
                    "laboratory/search/", "laboratory/candidates/", "board/"):  # fmt: skip
        tab.goto(f"{office}/uk/work/{address}")
        assert barriers(tab) == [], address
        sizes = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] <= sizes[1], address
    context.close()
