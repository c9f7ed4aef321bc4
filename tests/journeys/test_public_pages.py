"""The public pages in a real browser: phone, print, dark, without scripts, for everybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.barriers import barriers

AGREEMENT = "exchanges/istanbul-2025-06-02/"
PAGES = ["", AGREEMENT, "other/", "claims/", "claims/t1/", "events/", "log/", "how-to-read/"]
PAGES += ["simulated/"]


@pytest.mark.parametrize(
    ("language", "page"),
    [*(("uk", page) for page in PAGES), ("ru", AGREEMENT), ("en", AGREEMENT)],
)
def test_a_phone_shows_all_without_scrolling_sideways_and_asks_nobody_else(
    office: str, browser: Any, page: str, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="en"
    )
    tab = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{office}/{language}/{page}")
    assert tab.locator("h1").inner_text()
    assert tab.locator("html").get_attribute("lang") == language
    sizes = tab.locator("body").evaluate(
        "b => [b.ownerDocument.documentElement.scrollWidth, innerWidth]"
    )
    assert sizes[0] <= sizes[1] == 360
    assert complaints == []
    assert requests and all(url.startswith(office) for url in requests)
    context.close()


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_no_barrier(office: str, browser: Any, page: str) -> None:
    context = browser.new_context(color_scheme="light", reduced_motion="reduce", bypass_csp=True)
    tab = context.new_page()
    tab.goto(f"{office}/uk/{page}")
    assert barriers(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert barriers(tab, colours_only=True) == []
    context.close()


def test_from_a_number_to_its_claims_to_the_event_to_its_proof(office: str, browser: Any) -> None:
    tab = browser.new_context().new_page()
    tab.goto(f"{office}/en/")
    tab.get_by_role("link", name="6,057–6,060").first.click()
    assert tab.locator("h1").inner_text() == "The claims under this number"
    assert tab.get_by_role("row").count() > 10
    tab.get_by_role("link", name="1,248").click()
    assert "Russian Defence Ministry" in tab.locator(".facts").inner_text()
    tab.locator(".facts a.mono").last.click()
    assert tab.locator("h1").inner_text() == "Claim recorded"
    with tab.expect_response("**/*.proof") as response:
        tab.get_by_role("link", name="Proof as a file").click()
    assert response.value.text().startswith("c2sp.org/tlog-proof@v1\n")
    tab.context.close()


def test_the_language_changes_and_the_page_stays(office: str, browser: Any) -> None:
    tab = browser.new_context(locale="uk").new_page()
    tab.goto(office)
    assert tab.url == f"{office}/uk/"
    tab.goto(f"{office}/uk/claims/?id=t1&id=t2")
    assert tab.get_by_role("row").count() == 3
    tab.get_by_role("link", name="English").click()
    assert tab.url == f"{office}/en/claims/?id=t1&id=t2"
    assert tab.get_by_role("row").count() == 3
    tab.context.close()


def test_print_keeps_the_account_and_leaves_out_the_menu(office: str, browser: Any) -> None:
    tab = browser.new_context().new_page()
    tab.goto(f"{office}/en/{AGREEMENT}")
    tab.emulate_media(media="print")
    assert not tab.get_by_role("navigation", name="Pages").is_visible()
    assert tab.get_by_text("6,057–6,060").first.is_visible()
    assert tab.pdf(format="A4").startswith(b"%PDF")
    tab.context.close()


def test_the_keyboard_reaches_the_text_first(office: str, browser: Any) -> None:
    tab = browser.new_context().new_page()
    tab.goto(f"{office}/en/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#main"
    tab.context.close()
