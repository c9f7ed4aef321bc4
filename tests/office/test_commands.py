"""The commands of an installation, run as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def priam(*arguments: str | Path, data: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRIAM_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "priam", *map(str, arguments)],
        env=environment
        | {"PRIAM_DATA": str(data), "PRIAM_OPEN_LOG_KEY": "1", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as ``priam init`` makes it."""
    folder = tmp_path_factory.mktemp("made") / "office"
    assert priam("init", data=folder).returncode == 0
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made, tmp_path / "office"))


def counts(data: Path) -> int:
    with sqlite3.connect(data / "priam.sqlite3") as plain:
        return int(plain.execute("SELECT count(*) FROM record_event").fetchone()[0])


def test_from_nothing_to_a_verified_log_and_after_tampering(data: Path, tmp_path: Path) -> None:
    assert priam("load", data=data).stdout.startswith("107 events recorded")
    assert priam("load", data=data).stdout.startswith("0 events recorded, 107 were there")
    signed = priam("log", "checkpoint", data=data)
    copy = tmp_path / "checkpoint"
    copy.write_text(signed.stdout)
    assert priam("log", "verify", "--checkpoint", copy, data=data).returncode == 0
    proof = priam("log", "prove", "5", data=data)
    assert proof.stdout.startswith("c2sp.org/tlog-proof@v1\nextra ")

    with sqlite3.connect(data / "priam.sqlite3") as plain:
        plain.execute("DROP TRIGGER record_event_no_update")
        plain.execute("UPDATE record_event SET payload = replace(payload, '6060', '6057')")
        plain.execute("UPDATE agreements_claim SET count = 1 WHERE claim = 't2'")
    found = priam("log", "verify", "--format", "json", data=data)
    assert found.returncode == 1
    kinds = {finding["kind"] for finding in json.loads(found.stdout)["findings"]}
    assert kinds == {"guard_missing", "payload_edited", "table_edited"}
    without = priam("log", "verify", "--no-tables", "--format", "json", data=data)
    found_less = json.loads(without.stdout)
    assert {finding["kind"] for finding in found_less["findings"]} == kinds - {"table_edited"}
    assert (found_less["tables_checked"], found_less["derived_rows"]) == (False, None)
    differs = priam("rebuild", "--check", data=data)
    assert differs.returncode == 1
    assert "agreements_claim 't2': count is 1, the events say 78" in differs.stdout


def test_log_and_tables_have_a_verdict_each(data: Path) -> None:
    priam("load", data=data)
    with sqlite3.connect(data / "priam.sqlite3") as plain:
        plain.execute("UPDATE agreements_claim SET count = 1 WHERE claim = 't2'")
    both = priam("log", "verify", data=data)
    log, tables = both.stdout.split("Nothing was found wrong.\n")
    assert "Log: 107 events" in log and "table_edited" not in log
    assert "table_edited: agreements_claim" in tables and "FOUND: 1" in tables
    assert both.returncode == 1
    less = priam("log", "verify", "--no-tables", data=data)
    assert less.returncode == 0
    assert "Nothing was found wrong.\nTables: NOT compared" in less.stdout


def test_rebuild_mends_a_table(data: Path) -> None:
    priam("load", data=data)
    with sqlite3.connect(data / "priam.sqlite3") as plain:
        plain.execute("DELETE FROM agreements_claim WHERE claim = 't1'")
        plain.execute(
            "UPDATE agreements_source SET publisher = 'forged' WHERE source = 'icrc-2025-06'"
        )
    mended = priam("rebuild", data=data)
    assert "'t1': the row is missing" in mended.stdout and "'forged'" in mended.stdout
    assert "All 100 rows" in priam("rebuild", "--check", data=data).stdout


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"parties": {}}', '{"a": ' * 100_000, '{"claims": [], "claims": []}']
)
def test_bad_claims_are_refused_in_one_sentence_and_nothing_is_stored(
    data: Path, tmp_path: Path, text: str
) -> None:
    claims = tmp_path / "claims.json"
    claims.write_text(text)
    refused = priam("load", claims, data=data)
    assert refused.returncode == 2
    assert refused.stderr.startswith("priam: ") and refused.stderr.count("\n") == 1
    assert counts(data) == 0


def test_keys_are_for_their_owner_alone_and_are_kept(data: Path) -> None:
    files = [data / "secret-key", data / "log-key"]
    before = [path.read_bytes() for path in files]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    again = priam("init", data=data)
    assert again.stdout.startswith("Checked the installation")
    assert [path.read_bytes() for path in files] == before


@pytest.mark.parametrize(
    "arguments", [("load",), ("log", "verify"), ("serve",), ("rebuild",), ("log", "prove", "0")]
)
def test_without_an_installation_each_command_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    failed = priam(*arguments, data=tmp_path / "none")
    assert failed.returncode == 2
    assert "make one with `priam init" in failed.stderr and "Traceback" not in failed.stderr


def test_wrong_requests_have_one_sentence(data: Path, tmp_path: Path) -> None:
    for arguments, expected in (
        (("log", "prove", "x"), "no event 'x'"),
        (("log", "checkpoint"), "the log is empty"),
        (("init", "--origin", "Not A Host"), "is no log name"),
    ):
        failed = priam(*arguments, data=data)
        assert failed.returncode == 2 and expected in failed.stderr
    (data / "log-key").write_text("not a key\n")
    failed = priam("log", "verify", data=data)
    assert failed.returncode == 2 and "64 hexadecimal digits" in failed.stderr
