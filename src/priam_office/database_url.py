"""``PRIAM_DATABASE_URL``: where the events are kept, as one line.

``sqlite:///folder/priam.sqlite3`` or ``postgresql://user:password@host:5432/name?sslmode=require``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from priam.errors import UserError

__all__ = ["SQLITE_PRAGMAS", "database"]

# Asked for at each new connection and read back by a system check (record/checks.py).
SQLITE_PRAGMAS: dict[str, str] = {
    "journal_mode": "WAL",  # readers never wait for the writer
    "synchronous": "FULL",  # a commit that was acknowledged survives a power cut
    "recursive_triggers": "ON",  # INSERT OR REPLACE fires the delete triggers too
    "foreign_keys": "ON",
    # 64 MiB of log between two checkpoints: by default a write in fifty waits for four syncs
    "wal_autocheckpoint": "16000",
}
_FORMS = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


def database(url: str) -> dict[str, Any]:
    """The entry of Django's ``DATABASES`` for ``url``; an error never repeats the password."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path)[1:])
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise UserError(
        f"PRIAM_DATABASE_URL begins with {parts.scheme or 'nothing'!r}; expected {_FORMS}"
    )


def _sqlite(path: str) -> dict[str, Any]:
    if not path:
        raise UserError(f"PRIAM_DATABASE_URL names no file; expected {_FORMS}")
    pragmas = "; ".join(f"PRAGMA {name} = {value}" for name, value in SQLITE_PRAGMAS.items())
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": pragmas},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path)[1:]
    try:
        port = parts.port
    except ValueError:
        raise UserError("the port in PRIAM_DATABASE_URL is not a number from 0 to 65535") from None
    if not name:
        raise UserError(f"PRIAM_DATABASE_URL names no database; expected {_FORMS}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"isolation_level": _read_committed(), **dict(parse_qsl(parts.query))},
    }


def _read_committed() -> Any:
    # After waiting for the writers' lock, the next statement must see what the last writer wrote.
    from psycopg import IsolationLevel

    return IsolationLevel.READ_COMMITTED
