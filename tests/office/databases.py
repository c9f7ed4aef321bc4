"""Fresh databases for tests, made quickly from one that is migrated once in a session."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from priam_office.database_url import database

POSTGRES = "postgresql://postgres@127.0.0.1:5432"


def postgres_answers(url: str) -> str:
    """Why no PostgreSQL test can run; empty if one can."""
    try:
        with psycopg.connect(f"{url}/postgres", connect_timeout=3):
            return ""
    except psycopg.Error as error:
        return str(error).splitlines()[0]


def point_django_at(url: str) -> None:
    """From now on Django's default connection is to the database of ``url``."""
    from django.db import connections

    connections["default"].close()
    connections.databases["default"] = database(url)
    connections.configure_settings(connections.databases)
    del connections["default"]


def migrate() -> None:
    """Create the tables in the present database."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def copy_sqlite(template: Path, folder: Path) -> str:
    """URL of a copy of a migrated SQLite file."""
    path = folder / "priam.sqlite3"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@contextmanager
def copy_postgres(base: str, template: str | None = None) -> Iterator[str]:
    """URL of a new PostgreSQL database, a copy of ``template``; dropped at the end."""
    name = f"priam_test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template1")
        )
        connection.execute(create)
        try:
            yield f"{base}/{name}"
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
