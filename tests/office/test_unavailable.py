"""What keeps the office from working is said in a sentence, and not taken for a bug."""

from __future__ import annotations

import errno
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from priam_office.people.unavailable import cause_of
from priam_office.vault import compartments, datakeys
from tests.office.test_commands import data, made, priam  # noqa: F401  fixtures

CANARY = "Kanareyka-7731"


def locked(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        sqlite3.connect(path, timeout=0).execute("INSERT INTO t VALUES (1)")


def full(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA max_page_count = 3")
        database.execute("INSERT INTO t VALUES (?)", ["x" * 100_000])


def read_only(path: Path) -> None:
    sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("INSERT INTO t VALUES (1)")


def elsewhere(path: Path) -> None:
    sqlite3.connect(path / "no" / "folder")


def older(path: Path) -> None:
    sqlite3.connect(path).execute("SELECT b FROM t")


def no_database(path: Path) -> None:
    path.write_bytes(secrets.token_bytes(8192))
    sqlite3.connect(path).execute("SELECT * FROM t")


@pytest.mark.parametrize(
    ("does", "name"),
    [
        (locked, "busy"),
        (full, "disk-full"),
        (read_only, "unwritable"),
        (elsewhere, "unwritable"),
        (older, "behind"),
        (no_database, "damaged"),
    ],
)
def test_a_database_that_refuses_has_a_cause(
    does: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    """The errors are those that SQLite raises, wrapped as Django wraps them."""
    path = tmp_path / "t.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (a)")
    with pytest.raises(sqlite3.Error) as raised:
        does(path)
    error = DatabaseError(*raised.value.args)
    error.__cause__ = raised.value
    cause = cause_of(error)
    assert cause is not None and cause.name == name


class Refused(Exception):
    """As a driver of PostgreSQL raises it."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "name"),
    [
        ("53100", "disk-full"),
        ("53300", "database"),  # too many connections
        ("57P03", "database"),  # starting up
        ("42P01", "behind"),
        ("25006", "unwritable"),
        ("23505", None),  # a value that is there already: ours
        ("22021", None),
    ],
)
def test_a_state_of_postgresql_has_a_cause(sqlstate: str, name: str | None) -> None:
    error = OperationalError()
    error.__cause__ = Refused(sqlstate)
    cause = cause_of(error)
    assert (cause and cause.name) == name


@pytest.mark.parametrize(
    ("number", "name"),
    [(errno.ENOSPC, "disk-full"), (errno.EROFS, "unwritable"), (errno.ENOENT, None)],
)
def test_a_file_that_cannot_be_written_has_a_cause(number: int, name: str | None) -> None:
    cause = cause_of(OSError(number, "said by the system", CANARY))
    assert (cause and cause.name) == name
    assert CANARY not in str(cause)


def test_a_bug_has_none() -> None:
    assert cause_of(ValueError("x")) is None and cause_of(None) is None


def removed(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_text("\n")


def exchanged(path: Path) -> None:
    path.write_text(secrets.token_hex(32))


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (removed, "is not in the server"),
        (emptied, "There is no key in"),
        (exchanged, "is not the one that this database was sealed with"),
    ],
)
def test_signing_in_without_the_key_of_sessions_says_what_to_do(
    sqlite: str, tmp_path: Path, settings: Any, does: Callable[[Path], None], says: str
) -> None:
    from tests.office.signing_in import PASSWORD, account

    user = account("liaison")
    for path, _ in compartments.key_files(settings.COMPARTMENT_KEYS):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    does(tmp_path / "access.key")
    settings.COMPARTMENT_KEYS = tmp_path
    datakeys._opened.clear()
    form = {"login": user.username, "password": PASSWORD}
    try:
        client = Client(raise_request_exception=False)
        assert client.get("/en/work/sign-in/").status_code == 200
        answer = client.post("/en/work/sign-in/", form)
        text = answer.content.decode()
        assert answer.status_code == 503 and says in text and "access.key" in text
        assert user.username not in text and str(tmp_path) not in text
        said = client.post("/uk/work/sign-in/", form).content.decode()
        assert "access.key" in said and "Що робить адміністратор" in said
    finally:
        datakeys._opened.clear()


def test_pages_programs_and_health_without_a_table(sqlite: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_leaf RENAME TO record_leaf_older")
    client = Client(raise_request_exception=False)
    page = client.get("/en/")
    assert page.status_code == 503 and "priam init" in page.content.decode()
    answer = client.get("/api/v1/log")
    assert answer.status_code == 503 and "priam init" in answer.json()["detail"]
    assert client.get("/health").content == b"database\n"


def test_what_is_lost_is_not_made_anew(data: Path) -> None:  # noqa: F811
    key = data / "compartments" / "identity.key"
    kept = key.read_text()
    key.unlink()
    refused = priam("init", data=data)
    assert refused.returncode == 2 and "put it back first" in refused.stderr
    assert not key.exists()
    checked = priam("check", data=data)
    assert "priam.W013" in checked.stdout and "identity.key" in checked.stdout
    key.write_text(kept)
    (data / "log-key").rename(data / "log-key.elsewhere")
    refused = priam("init", data=data)
    assert refused.returncode == 2 and "keys of the log are gone" in refused.stderr
    (data / "log-key.elsewhere").rename(data / "log-key")
    (data / "priam.sqlite3").write_bytes(secrets.token_bytes(8192))
    refused = priam("serve", "--port", "0", data=data)
    assert refused.returncode == 2 and "is damaged" in refused.stderr
    assert "Traceback" not in refused.stderr
