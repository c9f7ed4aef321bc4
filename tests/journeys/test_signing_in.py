"""Signing in as people do it: by keyboard alone, with an app's codes and with a passkey."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.barriers import barriers
from tests.journeys.conftest import priam

FIRST = re.compile(r"first password\s+(\S+)")
NEW = "four words beside another"


@pytest.fixture
def newcomer(office: str, office_data: Path, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Name and first password of a new account for a legal officer."""
    name = f"new-{time.monotonic_ns()}"
    process = priam("accounts", "create", name, "--role", "legal", data=office_data)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return name, FIRST.search(out).group(1)  # type: ignore[union-attr]


def code_of(secret: str) -> str:
    """The six digits that an authenticator app would show now (RFC 6238)."""
    import base64
    import hmac
    import struct

    message = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), message, "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def wait_for_focus(tab: Any) -> None:
    """The first field of a page is given the focus a moment after the page is there."""
    tab.wait_for_function("document.activeElement.matches('input')")


def type_in(tab: Any, *texts: str) -> None:
    """Type into the field that has the focus and those after it, then press Enter."""
    wait_for_focus(tab)
    for number, text in enumerate(texts):
        if number:
            tab.keyboard.press("Tab")
        tab.keyboard.type(text)
    tab.keyboard.press("Enter")


def sign_out(tab: Any, words: str) -> None:
    """By the menu of the account, with the keyboard."""
    tab.locator("details.drop summary").last.focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name=words).focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/sign-in/")


def sign_in_first(tab: Any, office: str, newcomer: tuple[str, str]) -> None:
    """The first sign-in, until a second factor is asked for; no mouse."""
    tab.goto(f"{office}/uk/work/")
    type_in(tab, *newcomer)
    tab.wait_for_url("**/account/password/")
    assert barriers(tab) == []
    type_in(tab, newcomer[1], NEW, NEW)
    tab.wait_for_url("**/account/")
    tab.goto(f"{office}/uk/work/")
    tab.wait_for_url("**/second-factor/")
    assert barriers(tab) == []


def test_a_newcomer_sets_up_an_app_and_signs_in_again_by_keyboard(
    office: str, browser: Any, newcomer: tuple[str, str]
) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    context.set_default_timeout(8000)
    tab = context.new_page()
    sign_in_first(tab, office, newcomer)
    tab.get_by_role("link", name="Застосунок із кодами").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/account/app/")
    assert barriers(tab) == []
    secret = tab.locator("#secret").input_value()
    tab.locator("#id_code").focus()
    type_in(tab, code_of(secret))
    tab.wait_for_url("**/account/codes/")
    assert barriers(tab) == []
    codes = tab.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    tab.locator("main .button").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/uk/work/")
    sign_out(tab, "Вийти")
    assert barriers(tab) == []
    type_in(tab, newcomer[0], NEW)
    tab.wait_for_url("**/sign-in/code/")
    assert barriers(tab) == []
    type_in(tab, codes[3])
    tab.wait_for_url("**/uk/work/")
    assert tab.locator("h1").inner_text() == "Мій день"
    context.close()


def virtual_authenticator(context: Any, tab: Any) -> None:
    """A platform authenticator that says yes, as a fingerprint would."""
    devtools = context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.slow  # a virtual authenticator answers late on a busy machine
def test_a_newcomer_makes_a_passkey_and_signs_in_with_it_alone(
    office: str, browser: Any, newcomer: tuple[str, str]
) -> None:
    by_name = office.replace("127.0.0.1", "localhost")  # passkeys belong to a name
    context = browser.new_context()
    context.set_default_timeout(8000)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    virtual_authenticator(context, tab)
    tab.goto(f"{by_name}/en/work/")
    type_in(tab, *newcomer)
    tab.wait_for_url("**/account/password/")
    type_in(tab, newcomer[1], NEW, NEW)
    tab.wait_for_url("**/account/")
    tab.goto(f"{by_name}/en/work/account/passkeys/add/")
    tab.locator("#id_name").focus()
    type_in(tab, " of the desk")
    tab.wait_for_url("**/account/codes/")
    tab.goto(f"{by_name}/en/work/")
    sign_out(tab, "Sign out")
    tab.get_by_role("button", name="Sign in with a passkey").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/en/work/")
    assert tab.locator("h1").inner_text() == "My day"
    # as a second factor after the password, and to sign in again
    sign_out(tab, "Sign out")
    type_in(tab, newcomer[0], NEW)
    tab.wait_for_url("**/sign-in/code/")
    tab.get_by_role("button", name="Use a passkey").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/en/work/")
    tab.goto(f"{by_name}/en/work/account/")
    assert "of the desk" in tab.locator("main").inner_text()
    assert complaints == []
    context.close()


def test_passkeys_are_not_offered_where_no_browser_has_them(office: str, browser: Any) -> None:
    tab = browser.new_context().new_page()
    tab.goto(f"{office}/en/work/sign-in/")  # a numeric address
    assert not tab.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert tab.get_by_role("button", name="Sign in").is_visible()
    tab.context.close()


PAGES = {
    "legal": ["", "scan/", "scan/?tag=x", "account/", "account/sessions/", "account/signing-key/"],
    "auditor": ["reads/", "permissions/", "exceptions/"],
    "administrator": ["", "accounts/", "accounts/new/", "reads/"],
}


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_no_barrier(office: str, as_role: Callable[..., Any], role: str) -> None:
    context = as_role(role, color_scheme="light", bypass_csp=True, reduced_motion="reduce")
    tab = context.new_page()
    for page in PAGES[role]:
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size({"width": 1280, "height": 800})
        tab.goto(f"{office}/uk/work/{page}")
        assert tab.locator("h1").is_visible(), page
        assert barriers(tab) == [], page
        tab.emulate_media(color_scheme="dark")
        tab.set_viewport_size({"width": 360, "height": 800})
        assert barriers(tab, colours_only=True) == [], page
        sizes = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert sizes[0] <= sizes[1], page
    context.close()


def test_an_administrator_makes_and_shuts_an_account_by_keyboard(
    office: str, as_role: Callable[..., Any]
) -> None:
    context = as_role("administrator", bypass_csp=True)
    tab = context.new_page()
    tab.goto(f"{office}/en/work/accounts/new/")
    wait_for_focus(tab)
    tab.keyboard.type("halyna")
    tab.keyboard.press("Tab")
    tab.keyboard.type("A <i>person</i>")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".secret")
    assert barriers(tab) == []
    tab.goto(f"{office}/en/work/accounts/")
    row = tab.get_by_role("row", name="halyna")
    assert "Mortuary" in row.inner_text() and "A <i>person</i>" in row.inner_text()
    row.get_by_role("link", name="halyna").click()
    assert barriers(tab) == []
    tab.get_by_role("button", name="Shut the account").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".message.success")
    assert tab.locator("main .top .chip.stop").inner_text() == "Shut"
    context.close()
