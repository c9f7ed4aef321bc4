"""The pages about the log speak of what the code does."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from priam.tlog.audit import KINDS

DOCS = Path(__file__).resolve().parents[3] / "docs"
PACKAGE = Path(__file__).resolve().parents[3] / "src/priam/tlog"
MODULES = sorted(f"priam.tlog.{file.stem}" for file in PACKAGE.glob("[a-z]*.py"))


def test_every_kind_of_finding_is_in_the_reference() -> None:
    text = (DOCS / "reference/log-format.md").read_text()
    assert [kind for kind in KINDS if f"| `{kind}` |" not in text] == []


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings(module: str) -> None:
    imported = importlib.import_module(module)
    assert doctest.testmod(imported).failed == 0
    assert set(imported.__all__) <= set(vars(imported))


def test_the_log_loads_neither_numba_nor_django() -> None:
    code = (
        f"import sys, {', '.join(MODULES)}\n"
        "print([m for m in ('numba', 'django', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
