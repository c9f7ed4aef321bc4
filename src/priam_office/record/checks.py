"""System checks: what the database must promise is read back from it, not assumed."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connections

from priam_office.database_url import SQLITE_PRAGMAS

__all__ = ["database_promises"]

# What SQLite answers for each value asked for.
_ANSWERS = {"WAL": "wal", "FULL": "2", "ON": "1", "16000": "16000"}


@register(Tags.database)
def database_promises(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """A commit that was acknowledged is on the disk, writers queue, guards fire."""
    errors = []
    for alias in databases or []:
        connection = connections[alias]
        reader = _sqlite if connection.vendor == "sqlite" else _postgresql
        errors += [_error(connection, *wrong) for wrong in reader(connection)]
    return errors


def _sqlite(connection: Any) -> list[tuple[str, str, str]]:
    wrong = []
    with connection.cursor() as cursor:
        for name, value in SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            found = str(cursor.fetchone()[0])
            if found != _ANSWERS[value]:
                wrong.append((name, found, f"{_ANSWERS[value]} ({value})"))
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode")
    if mode != "IMMEDIATE":
        wrong.append(("transaction_mode", str(mode), "IMMEDIATE"))
    return wrong


def _postgresql(connection: Any) -> list[tuple[str, str, str]]:
    wrong = []
    with connection.cursor() as cursor:
        for name, good in (
            ("fsync", ("on",)),
            ("full_page_writes", ("on",)),
            ("synchronous_commit", ("on", "remote_apply", "remote_write", "local")),
            ("server_encoding", ("UTF8",)),
            ("transaction_isolation", ("read committed",)),
        ):
            cursor.execute(f"SHOW {name}")
            found = cursor.fetchone()[0]
            if found not in good:
                wrong.append((name, found, " or ".join(good)))
    return wrong


def _error(connection: Any, name: str, found: str, expected: str) -> Error:
    return Error(
        f"the database has {name} = {found}, expected {expected}",
        hint="Without it an acknowledged event could be lost or changed; see settings.md.",
        obj=connection.alias,
        id="record.E001",
    )
