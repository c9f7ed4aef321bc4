"""What every test may use: where the shared reference material lies."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# No test is judged by the clock: a busy machine is no fault of what is tested.
hypothesis.settings.register_profile("priam", deadline=None)
hypothesis.settings.load_profile("priam")

# Playwright's browser keeps an event loop in the thread of its worker. Django would then refuse
# every query of the next test in that worker, though nothing here is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# `priam init` in a test makes keys that nobody is asked for; test_unlocking.py takes it away.
os.environ["PRIAM_OPEN_LOG_KEY"] = "1"

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PRIAM_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ``shared`` beside the checkout (or ``PRIAM_SHARED``); skips where absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no reference material at {SHARED}; set PRIAM_SHARED to its folder")
    return SHARED
