"""The family office in a real browser: no barrier, by keyboard alone, saved while typing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.barriers import barriers
from tests.journeys.conftest import module


@pytest.fixture(scope="module")
def addresses(office: str, office_data: Path) -> dict[str, str]:
    """Addresses of a family of invented persons, by name."""
    process = module("tests.journeys.family_office", data=office_data)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    found: dict[str, str] = json.loads(out)
    return found


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [pytest.param("light", 1280, "en", marks=pytest.mark.slow), ("dark", 360, "uk")],
)
def test_axe_finds_no_barrier_on_any_page(
    office: str,
    addresses: dict[str, str],
    as_role: Callable[..., Any],
    scheme: str,
    width: int,
    language: str,
) -> None:
    context = as_role(
        "liaison", color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    tab = context.new_page()
    narrow = ("family", "pedigree", "edit", "section", "barred", "list", "new")
    for name, address in addresses.items():
        if width < 1000 and name not in narrow:
            continue
        tab.goto(f"{office}/{language}/{address}")
        assert barriers(tab) == [], name
        sizes = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] <= sizes[1], name
    context.close()


def test_a_pedigree_is_drawn_with_the_keyboard_alone(
    office: str, addresses: dict[str, str], as_role: Callable[..., Any]
) -> None:
    context = as_role("liaison")
    tab = context.new_page()
    broken: list[str] = []
    tab.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    tab.goto(f"{office}/en/{addresses['pedigree']}")
    before = tab.locator("#editor .members tbody tr").count()
    tab.locator("#editor .members a").first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")  # the second person: the father
    tab.locator("#chosen").filter(has_text="Орлевит").wait_for()
    tab.keyboard.press("Alt+KeyP")
    tab.get_by_text("Parents added.").wait_for()
    assert tab.locator("#editor .members tbody tr").count() == before + 2
    # the drawing settles a moment after the words are there
    expect(tab.locator("#editor button[value=parents]")).to_be_focused()
    tab.locator("#sex").focus()
    tab.keyboard.type("fem")
    for _ in range(4):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")  # the button Change
    tab.get_by_role("alert").filter(has_text="two mothers").wait_for()
    assert broken == []
    context.close()


def test_what_is_typed_is_saved_without_a_button(
    office: str, addresses: dict[str, str], as_role: Callable[..., Any]
) -> None:
    context = as_role("liaison")
    tab = context.new_page()
    tab.goto(f"{office}/en/{addresses['edit']}")
    assert tab.locator("#saved").inner_text().endswith("state 1")
    tab.locator("#f-piercings").fill("ліве вухо")
    tab.get_by_text("Saved, state 2").wait_for()
    tab.locator("#f-weight-from").fill("сто")
    tab.get_by_text("Not saved:").wait_for()
    tab.locator("#f-weight-from").fill("81")
    tab.get_by_text("Saved, state 3").wait_for()
    tab.reload()
    assert tab.locator("#f-piercings").input_value() == "ліве вухо"
    context.close()


def test_perhaps_the_same_person_is_shown_while_typing(
    office: str, addresses: dict[str, str], as_role: Callable[..., Any]
) -> None:
    context = as_role("liaison")
    tab = context.new_page()
    tab.goto(f"{office}/en/{addresses['new']}")
    tab.locator("#id_surname").press_sequentially("Vitrobor", delay=15)
    tab.locator("#id_given").press_sequentially("Dunodan", delay=15)
    tab.locator("#similar a").filter(has_text="Вітробор Дунодан").wait_for()
    assert tab.url.endswith("/en/work/missing/new/")
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda address: "/new/" not in address)
    assert tab.get_by_role("heading", level=1).inner_text().startswith("Vitrobor Dunodan")
    context.close()


def test_without_script_everything_can_still_be_done(
    office: str, addresses: dict[str, str], as_role: Callable[..., Any]
) -> None:
    context = as_role("liaison", java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{office}/en/{addresses['family']}")
    tab.get_by_role("link", name="Compute whose sample would help most").click()
    assert "enough" in tab.locator("body").inner_text()
    tab.goto(f"{office}/en/{addresses['pedigree']}")
    tab.get_by_role("button", name="Sister").click()
    assert "Sister added." in tab.locator("body").inner_text()
    tab.goto(f"{office}/en/{addresses['list']}")
    tab.get_by_label("Name or number").fill("vitrobor")
    tab.get_by_role("button", name="Search").click()
    assert "Вітробор" in tab.locator("table").inner_text()
    context.close()
