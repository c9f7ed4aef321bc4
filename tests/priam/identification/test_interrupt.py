"""A real Ctrl-C in the middle of the search: what is done stays, and a rerun goes on from it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import priam
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

FILES = ("candidates.parquet", "clusters.json", "joint.json", "settings.toml", "report.html")


def _command(folder, out, settings):
    return [sys.executable, "-m", "priam", "identify", str(folder), "--out", str(out),
            "--settings", str(settings), "--no-pdf", "--quiet"]  # fmt: skip


def _environment():
    return os.environ | {"PYTHONPATH": str(Path(priam.__file__).parents[1])}


def _interrupted(command, out):
    """Send SIGINT once two blocks are there; a pause first would miss the search."""
    process = subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 240
    while len(list(out.rglob("block-*.npz"))) < 2:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until, "the search never began"
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=240)
    return process.returncode, words


def test_ctrl_c_keeps_blocks_and_a_rerun_gives_the_same_files(tmp_path):
    write_exchange(
        simulate_exchange(ExchangePlan(remains=60, families=120, missing=130), 2), tmp_path / "in"
    )
    settings = tmp_path / "small.toml"
    settings.write_text("[search]\nblock = 4\n")
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    command = _command(tmp_path / "in", parted, settings)
    code, words = _interrupted(command, parted)
    assert code == 130, words
    assert "run again to go on" in words
    assert "Traceback" not in words
    kept = {path: path.stat().st_mtime_ns for path in parted.rglob("block-*.npz")}
    assert 2 <= len(kept) < 30
    assert not (parted / "joint.json").exists()
    subprocess.run(command, env=_environment(), check=True, capture_output=True)
    assert all(path.stat().st_mtime_ns == made for path, made in kept.items())
    other = _command(tmp_path / "in", whole, settings)
    subprocess.run(other, env=_environment(), check=True, capture_output=True)
    for name in FILES:
        assert (whole / name).read_bytes() == (parted / name).read_bytes(), name
