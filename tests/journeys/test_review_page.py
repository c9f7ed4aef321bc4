"""Deciding pairs of names without a mouse, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.barriers import barriers
from tests.office.review_pairs import data


@pytest.fixture
def open_review(office: str, tmp_path: Path) -> Callable[[Any], str]:
    """Open a review through the page; the address of its first pair."""

    def opened(context: Any) -> str:
        (tmp_path / "pairs.json").write_bytes(data())
        tab = context.new_page()
        tab.goto(f"{office}/en/work/lists/")
        tab.set_input_files("#pairs", str(tmp_path / "pairs.json"))
        tab.get_by_label("Title").fill("Exchange of June")
        tab.keyboard.press("Enter")
        tab.get_by_role("heading", name="Pair 1 of 5").wait_for()
        address: str = tab.url
        tab.close()
        return address

    return opened


@pytest.fixture
def tab(as_role: Callable[..., Any], open_review: Callable[[Any], str]) -> Iterator[Any]:
    """The first pair of a review of five, before somebody of the family office."""
    context = as_role("liaison", viewport={"width": 1280, "height": 900})
    shown = context.new_page()
    shown.goto(open_review(context))
    yield shown
    context.close()


def at(tab: Any, pair: str) -> None:
    tab.get_by_role("heading", name=pair).wait_for()


def test_five_pairs_with_single_keys(tab: Any) -> None:
    tab.keyboard.press("m")
    at(tab, "Pair 2 of 5")
    tab.keyboard.press("n")
    at(tab, "Pair 3 of 5")
    tab.keyboard.press("s")
    at(tab, "Pair 4 of 5")
    tab.keyboard.press("z")
    at(tab, "Pair 2 of 5")
    assert "1 of 5 pairs decided" in tab.inner_text("main")
    tab.keyboard.press("u")
    at(tab, "Pair 3 of 5")
    tab.keyboard.press("m")
    at(tab, "Pair 4 of 5")
    tab.keyboard.press("m")  # a row of it is already one person with another
    tab.get_by_role("alert").filter(has_text="already one person").wait_for()
    tab.keyboard.press("n")
    at(tab, "Pair 5 of 5")
    tab.keyboard.press("m")
    at(tab, "Every pair is decided")


def test_keys_keep_their_place_in_a_cyrillic_layout_and_leave_fields_alone(tab: Any) -> None:
    tab.get_by_label("Note (if you like)").focus()
    tab.keyboard.type("man", delay=90)
    at(tab, "Pair 1 of 5")
    assert tab.locator("#note").input_value() == "man"
    tab.locator("#note").evaluate("field => field.blur()")
    tab.evaluate(
        """document.body.dispatchEvent(new KeyboardEvent("keydown",
        {key: "ь", code: "KeyM", bubbles: true, cancelable: true}))"""
    )
    at(tab, "Pair 2 of 5")


def test_a_scanned_tag_answers_nothing(tab: Any) -> None:
    # at a scanner's pace, which a busy machine's driver of keys does not keep
    tab.evaluate(
        """codes => { for (const code of codes) document.body.dispatchEvent(
        new KeyboardEvent("keydown", {code, bubbles: true, cancelable: true})) }""",
        [f"Key{letter}" if letter.isalpha() else f"Digit{letter}" for letter in "NMSZU7K2M9QXT4"],
    )
    tab.wait_for_timeout(200)
    at(tab, "Pair 1 of 5")
    assert "0 of 5 pairs decided" in tab.inner_text("main")


def test_keys_can_be_switched_off_and_tab_and_enter_do_all(tab: Any) -> None:
    tab.get_by_label("Keys").uncheck()
    tab.get_by_role("heading", name="Pair 1 of 5").click()
    tab.keyboard.press("m")
    tab.wait_for_timeout(200)
    at(tab, "Pair 1 of 5")
    tab.get_by_role("button", name="No match").focus()
    tab.keyboard.press("Enter")
    at(tab, "Pair 2 of 5")


def test_it_works_without_scripts(as_role: Callable[..., Any], tab: Any) -> None:
    context = as_role("liaison", java_script_enabled=False)
    plain = context.new_page()
    plain.goto(tab.url)
    plain.get_by_role("button", name="Match", exact=False).first.click()
    at(plain, "Pair 2 of 5")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_no_barrier(
    as_role: Callable[..., Any], open_review: Callable[[Any], str], width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    context = as_role("liaison", color_scheme=scheme, viewport=size, bypass_csp=True)
    address = open_review(context)
    shown = context.new_page()
    for page in (address, address.replace("/en/", "/uk/"), address.rsplit("/", 2)[0] + "/"):
        shown.goto(page)
        assert barriers(shown, colours_only=scheme == "dark") == []
        sizes = shown.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] <= sizes[1]
    context.close()
