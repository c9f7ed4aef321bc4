"""The transaction of a writer: one at a time, wholly on the disk when it ends, or not at all.

And of a reader who needs one view of everything for long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from priam.errors import UserError

__all__ = ["DiskFull", "reading", "writing"]

_WRITERS_LOCK = 0x505249414D  # "PRIAM"
_POSTGRES_DISK_FULL = "53100"


class DiskFull(UserError):
    """Nothing was written, because the disk takes no more."""


@contextmanager
def writing() -> Iterator[None]:
    """Wait until no other writer is at work, then write; what ends without error is on the disk.

    On SQLite every transaction begins IMMEDIATE, on PostgreSQL it takes one advisory lock. Raises
    :class:`DiskFull` where there is no room; then nothing was written, and the same write under
    the same event ids may simply be repeated later.
    """
    try:
        with transaction.atomic(durable=True):
            _lock_writers()
            yield
    except OperationalError as error:
        if not _is_full(error.__cause__):
            raise
        raise DiskFull(
            "the disk is full: nothing was written. Make room, then do the same again"
        ) from None


@contextmanager
def reading() -> Iterator[None]:
    """One view of the data throughout; no writer waits for it, however long it takes.

    ``transaction.atomic()`` would begin IMMEDIATE on SQLite, so that everybody waits, and on
    PostgreSQL each statement would see what was written since the last one.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _lock_writers() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])


def _is_full(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(cause, "sqlstate", None) == _POSTGRES_DISK_FULL
