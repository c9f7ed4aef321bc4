"""A served office and a browser for the journeys.

The office runs as its users run it: ``priam init``, ``load``, ``serve`` in processes of their
own. Without Chromium the journeys are skipped, but they fail when CI=true.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The same engine without a browser's own windows, which would take a quarter more of processor.
SHELL = Path("/usr/bin/chromium-headless-shell")
CHROMIUM = Path(
    os.environ.get("PRIAM_TEST_CHROMIUM", SHELL if SHELL.exists() else "/usr/bin/chromium")
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys carry their marker."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def priam(*arguments: str, data: Path) -> subprocess.Popen[str]:
    """The command, on the data folder ``data``."""
    return module("priam", *arguments, data=data)


def module(name: str, *arguments: str, data: Path) -> subprocess.Popen[str]:
    """A Python module, on the data folder ``data``."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO_"))}
    environment |= {
        "PRIAM_DATA": str(data),
        "PRIAM_OPEN_LOG_KEY": "1",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    return subprocess.Popen(
        [sys.executable, "-u", "-m", name, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_SESSIONS: dict[tuple[Path, tuple[str, ...]], tuple[str, float]] = {}


def session_key(data: Path, *roles: str) -> str:
    """Key of a session of the account with these roles in the office on ``data``.

    Made anew after a minute: a signature asks who signed in some minutes ago for the password.
    """
    made = _SESSIONS.get((data, roles))
    if made is None or time.monotonic() - made[1] > 60:
        process = module("tests.journeys.sessions", *roles, data=data)
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        made = _SESSIONS[data, roles] = out.strip(), time.monotonic()
    return made[0]


@pytest.fixture(scope="session")
def office_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of ``office``."""
    return tmp_path_factory.mktemp("journey") / "office"


@pytest.fixture(scope="session")
def office(office_data: Path) -> Iterator[str]:
    """Address of a served office that holds the packaged claims."""
    data = office_data
    for arguments in (["init"], ["load"], ["log", "checkpoint"]):
        process = priam(*arguments, data=data)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    server = priam("serve", "--port", "0", data=data)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert "http://" in line, server.stderr.read() if server.stderr else line
        yield line.split()[2].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    if not CHROMIUM.exists():
        text = f"no Chromium at {CHROMIUM} (PRIAM_TEST_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def as_role(office: str, office_data: Path, browser: Any) -> Callable[..., Any]:
    """``as_role("mortuary", viewport=...)``: a browser context in which such an account is
    signed in; give several roles as a tuple. Options go to Playwright's ``new_context``."""

    def context(role: str | tuple[str, ...], **options: Any) -> Any:
        key = session_key(office_data, *((role,) if isinstance(role, str) else role))
        made = browser.new_context(**options)
        made.add_cookies([{"name": "sessionid", "value": key, "url": office}])
        return made

    return context
