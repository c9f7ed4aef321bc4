"""Every main page of every role: no barrier in light, dark and on a phone; paper has no menu."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.barriers import barriers
from tests.journeys.conftest import priam
from tests.journeys.demonstration import PAGES, become, visit

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a served office in which a small exchange was played."""
    folder = tmp_path_factory.mktemp("every-page")
    data, made = folder / "office", folder / "made"
    sizes = ["--remains", "30", "--families", "40", "--missing", "50", "--seed", "5"]
    commands = (
        ["init"],
        ["load"],
        ["simulate", "exchange", *sizes, "--out", str(made)],
        ["demo", "casework", str(made)],
    )
    for arguments in commands:
        process = priam(*arguments, data=data)
        out, errors = process.communicate(timeout=240)
        assert process.returncode == 0, out + errors
    server = priam("serve", "--port", "0", "--no-worker", data=data)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().split()[2].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.mark.parametrize("role", PAGES)
def test_no_page_has_a_barrier_or_is_too_wide_and_paper_has_no_menu(
    demonstration: str, browser: Any, role: str
) -> None:
    context = browser.new_context(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    become(tab, demonstration, role)
    for address in PAGES[role]:
        visit(tab, demonstration, address, "uk")
        tab.evaluate("for (const d of document.querySelectorAll('details.act')) d.open = true")
        for scheme, size in (("light", WIDE), ("dark", PHONE)):
            tab.emulate_media(color_scheme=scheme, media="screen")
            tab.set_viewport_size(size)
            assert barriers(tab, colours_only=scheme == "dark") == [], (address, scheme)
            across = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert across[0] <= across[1], (address, across)
        tab.emulate_media(media="print")
        menus = "[...document.querySelectorAll('nav, .scan, .actions')]"
        shown = tab.evaluate(f"{menus}.filter(e => e.checkVisibility()).map(e => e.outerHTML)")
        assert shown == [], address
        assert tab.locator("h1").is_visible()
    assert complaints == []
    context.close()
