"""Why the office cannot work now, and what whoever runs the server does about it.

A key file that is not there, a disk that is full, a database that is locked or older than the
program are neither bugs nor the reader's fault. Each is a :class:`Cause` with one sentence for
the page and one for the administrator; neither repeats what was asked for or what was in a row.
Everything else is a bug, and is answered as one.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, gettext, override
from django.utils.translation import gettext_noop as noop

from priam_office.installation import FileProblem
from priam_office.record.transactions import DiskFull
from priam_office.vault.compartments import CompartmentLocked

__all__ = ["Cause", "Unavailable", "answer", "cause_of"]

_log = logging.getLogger("priam.unavailable")


class Cause(NamedTuple):
    """``name`` for the log; what is so; what the administrator does. English, to be translated.

    ``file`` is the name of a key file, never a path.
    """

    name: str
    says: str
    mend: str
    file: str = ""

    def __str__(self) -> str:
        """Both sentences, for a terminal and for programs."""
        return f"{self.says} {self.mend}" % {"file": self.file}


_KEYS = {
    "missing": (
        noop(
            "The key file “%(file)s” is not in the server’s folder of keys, so what it opens "
            "stays closed."
        ),
        noop(
            "Put the file back where PRIAM_COMPARTMENT_KEYS says, from where it is kept; then "
            "load the page again."
        ),
    ),
    "unreadable": (
        noop("The server may not read the key file “%(file)s”, so what it opens stays closed."),
        noop(
            "Let the file belong to the account that runs the server, with mode 600; then load "
            "the page again."
        ),
    ),
    "damaged": (
        noop("There is no key in the key file “%(file)s”, so what it opens stays closed."),
        noop("Put the file back from its copy (priam backup keys); then load the page again."),
    ),
    "another": (
        noop("The key file “%(file)s” is not the one that this database was sealed with."),
        noop("Put the right file back; then load the page again."),
    ),
}
_FILE = Cause(
    "file",
    noop("A file of the installation is missing or cannot be read."),
    noop("Run “priam check” on the server: it names the file and what to do."),
)
_FULL = Cause(
    "disk-full",
    noop("The disk of the server is full, so nothing can be recorded."),
    noop("Make room where the data folder lies; then do the same again."),
)
_UNWRITABLE = Cause(
    "unwritable",
    noop("The server may not write into its data folder."),
    noop(
        "Let the folder and the database belong to the account that runs the server, on a disk "
        "that takes writes."
    ),
)
_BUSY = Cause(
    "busy",
    noop("The database is busy with something else and did not answer in time."),
    noop(
        "Wait a moment and try again; if it lasts, see which other program has the database open."
    ),
)
_BEHIND = Cause(
    "behind",
    noop("The database is of another version than the program."),
    noop("Stop the server, run “priam init”, and start it again."),
)
_DAMAGED = Cause(
    "damaged",
    noop("The database file is damaged or cannot be read from the disk."),
    noop("Stop the server, keep the file as it is, and restore the last backup (priam restore)."),
)
_AWAY = Cause(
    "database",
    noop("The database does not answer."),
    noop(
        "See that it runs and that PRIAM_DATABASE_URL leads to it; the pages come back by "
        "themselves."
    ),
)
_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_IOERR: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_POSTGRESQL = {
    "53100": _FULL,
    "25006": _UNWRITABLE,
    "55P03": _BUSY,
    "40P01": _BUSY,
    "42P01": _BEHIND,
    "42703": _BEHIND,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_AWAY_CLASSES = ("08", "53", "57", "28", "3D")  # connection, resources, operator, sign-in, no base
_FILES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _UNWRITABLE,
    errno.EPERM: _UNWRITABLE,
    errno.EROFS: _UNWRITABLE,
}


def cause_of(error: BaseException | None) -> Cause | None:
    """What keeps the office from working; None where the error says something else."""
    if isinstance(error, CompartmentLocked):
        return Cause(f"key-{error.why}", *_KEYS[error.why], error.file)
    if isinstance(error, FileProblem):
        return _FILE
    if isinstance(error, DiskFull):
        return _FULL
    if isinstance(error, (DatabaseError, InterfaceError)):
        return _of_database(error.__cause__)
    if isinstance(error, OSError):
        return _FILES.get(error.errno or 0)
    return None


def _of_database(cause: BaseException | None) -> Cause | None:
    if isinstance(cause, sqlite3.Error):
        if str(cause).startswith(("no such table", "no such column")):
            return _BEHIND
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    never_connected = state is None and type(cause).__name__ == "OperationalError"
    return _AWAY if never_connected or str(state)[:2] in _AWAY_CLASSES else None


class Unavailable:
    """Middleware: an answer of 503 that says why, in place of a failure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        cause = cause_of(error)
        return None if cause is None else answer(request, cause)


def answer(request: HttpRequest, cause: Cause) -> HttpResponse:
    """The page, or for programs the sentence; it needs no database, no key and no session."""
    _log.error(cause.name, extra={"facts": {"file": cause.file} if cause.file else {}})
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": str(cause)}, status=503)
    else:
        with override(get_language_from_request(request, check_path=True)):
            said = {"file": cause.file}
            context = {"says": gettext(cause.says) % said, "mend": gettext(cause.mend) % said}
            text = render_to_string("people/unavailable.html", context)
        response = HttpResponse(text, status=503)
    response.headers["Retry-After"] = "30"
    return response
