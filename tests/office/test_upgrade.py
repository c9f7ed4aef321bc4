"""Every earlier release can be brought up to date, with rows in its tables, and still verifies."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.office.test_commands import priam

RELEASES = sorted(path for path in (Path(__file__).parent / "upgrades").iterdir() if path.is_dir())


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_an_older_installation_is_brought_up_to_date(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "office"
    shutil.copytree(release, data)
    with sqlite3.connect(data / "priam.sqlite3") as database:
        database.executescript(gzip.decompress((data / "priam.sql.gz").read_bytes()).decode())
        before = database.execute("SELECT * FROM record_event ORDER BY sequence").fetchall()

    refused = priam("log", "verify", data=data)
    assert refused.returncode == 2 and "behind this version" in refused.stderr
    assert priam("init", data=data).returncode == 0
    checked = priam("log", "verify", "--checkpoint", release / "checkpoint", data=data)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert priam("rebuild", "--check", data=data).returncode == 0
    with sqlite3.connect(data / "priam.sqlite3") as database:
        after = database.execute("SELECT * FROM record_event ORDER BY sequence").fetchall()
    assert after == before and len(before) == 107
