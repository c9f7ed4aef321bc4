"""``priam work``: a worker as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def priam(*arguments: str, data: Path) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO_"))}
    environment |= {
        "PRIAM_DATA": str(data),
        "PRIAM_OPEN_LOG_KEY": "1",
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "priam", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("work") / "office"
    process = priam("init", data=data)
    assert process.wait(timeout=120) == 0, process.stderr.read() if process.stderr else ""
    return data


def test_a_worker_ends_when_nothing_waits(office: Path) -> None:
    process = priam("work", "--once", data=office)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0 and not out, errors


def test_a_worker_that_is_interrupted_says_how_to_go_on(office: Path) -> None:
    process = priam("work", "--every", "0.2", data=office)
    assert process.stdout is not None and "Waiting" in process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "run it again" in errors and "Traceback" not in errors


def test_without_an_installation_it_says_so(tmp_path: Path) -> None:
    process = priam("work", "--once", data=tmp_path / "none")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and "no installation" in errors and "Traceback" not in errors
