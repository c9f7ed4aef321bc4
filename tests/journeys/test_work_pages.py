"""Pages for staff in a real browser: the frame, the scanner, the parts pages are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.barriers import barriers

DESIGN = Path(__file__).with_name("design.html")


def show_design(tab: Any, office: str) -> None:
    """The parts of ``design.html`` in the frame of a page."""
    tab.goto(f"{office}/en/work/")
    tab.evaluate(
        "html => { document.querySelector('main > .page').innerHTML = html }",
        DESIGN.read_text(encoding="utf-8"),
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_barrier_in_any_part_of_the_design(
    office: str, as_role: Callable[..., Any], width: int
) -> None:
    context = as_role(
        "mortuary",
        color_scheme="light",
        reduced_motion="reduce",  # colours change at once when the scheme does
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    tab = context.new_page()
    show_design(tab, office)
    assert barriers(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert barriers(tab, colours_only=True) == []
    sizes = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes[0] <= sizes[1]
    tab.locator("[data-opens=split]").click()
    assert tab.get_by_role("dialog").is_visible()
    assert barriers(tab) == []
    context.close()


def test_targets_are_large_enough(office: str, as_role: Callable[..., Any]) -> None:
    context = as_role("mortuary", viewport={"width": 360, "height": 800})
    tab = context.new_page()
    show_design(tab, office)
    small = tab.evaluate(
        """[...document.querySelectorAll('button, .button, summary, input, select, nav a')]
        .filter(e => e.checkVisibility() && !e.closest('label'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([_, box]) => box.height < 24 || box.width < 24)"""
    )
    assert small == []
    context.close()


@pytest.mark.slow  # told apart by 60 ms between keys, which a busy machine does not keep
def test_a_scanner_is_heard_wherever_the_focus_is(office: str, as_role: Callable[..., Any]) -> None:
    context = as_role("mortuary")
    tab = context.new_page()
    tab.goto(f"{office}/en/work/")
    tab.locator("nav.menu a").first.focus()
    tab.keyboard.type("PRM-7K2M9QXT4\n", delay=4)
    tab.wait_for_url("**/work/scan/**")
    assert tab.url.endswith("/en/work/scan/?tag=PRM-7K2M9QXT4")
    assert tab.get_by_role("alert").is_visible()
    context.close()


def test_a_person_who_types_is_not_taken_for_a_scanner(
    office: str, as_role: Callable[..., Any]
) -> None:
    context = as_role("mortuary")
    tab = context.new_page()
    tab.goto(f"{office}/en/work/")
    tab.keyboard.type("PRM-7K2M9QXT4", delay=90)
    tab.keyboard.press("Enter")
    assert tab.url.endswith("/en/work/")
    tab.keyboard.press("F2")
    tab.keyboard.type("abc")
    assert tab.locator("#scan").input_value() == "abc"
    context.close()
