"""Settings that work and are not safe: each named, with what to do about it.

``priam check`` prints them all; ``priam serve`` prints them and goes on. What would lose or
change an acknowledged event is an error of :mod:`priam_office.record.checks` and stops both.
"""

from __future__ import annotations

import ipaddress
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Warning, register

from priam_office import unlocking
from priam_office.installation import FileProblem
from priam_office.people.unavailable import cause_of
from priam_office.vault.compartments import key_files, key_problem

__all__ = ["TAG", "unsafe_settings"]

TAG = "priam_unsafe"
_ENOUGH = 2 * 2**30  # bytes free
_OLD = 8 * 24 * 3600  # seconds since the last backup


@register(TAG)
def unsafe_settings(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Everything that is unsafe here and now."""
    found = [*_web(), *_absent(), *_files(), *_database(), *_disk(), *_backups()]
    return [Warning(text, hint=hint, id=f"priam.{name}") for name, text, hint in found]


Finding = tuple[str, str, str]


def _web() -> Iterator[Finding]:
    away = [h for h in settings.ALLOWED_HOSTS if not _loopback(h)]
    if away and not settings.HTTPS:
        yield (
            "W001",
            f"pages are served as {', '.join(away)} without TLS: passwords can be overheard",
            "put a proxy with TLS in front and set PRIAM_HTTPS=1 (docs/how-to/run-a-server.md)",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield "W002", "PRIAM_HOSTS allows every host name", "name the hosts"
    if settings.DEBUG:
        yield "W003", "DEBUG is on: error pages show data", "switch it off"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _absent() -> Iterator[Finding]:
    """What the office works without, except that something stays closed."""
    for path, compartment in key_files(settings.COMPARTMENT_KEYS):
        problem = key_problem(path, compartment)
        if problem is not None:
            yield "W013", str(problem), cause_of(problem).mend  # type: ignore[union-attr]
    try:
        settings.INSTALLATION.vkeys()
    except FileProblem as error:
        yield "W014", str(error), "without it no checkpoint is signed and the page “Log” is closed"


def _files() -> Iterator[Finding]:
    folder: Path = settings.INSTALLATION.folder
    keys: Path = settings.COMPARTMENT_KEYS
    secret = [folder / "secret-key", folder / "log-key", folder / "log-key-ml-dsa-44"]
    laid_out = filter(None, map(unlocking.file_of, (unlocking.LOG, unlocking.PARTY)))
    for path in [*secret, *sorted(keys.glob("*.key")), *laid_out]:
        if path.exists() and path.stat().st_mode & 0o077:
            yield (
                "W010",
                f"{path} can be read by other users of this machine",
                f"chmod 600 {path}",
            )
    if (folder / "log-key").exists():
        yield (
            "W015",
            "the keys that sign checkpoints lie open: who copies the folder can sign another "
            "history of this log",
            "run `priam log seal-key`, then see docs/how-to/run-a-server.md",
        )
    if folder.exists() and folder.stat().st_mode & 0o022:
        yield "W011", f"{folder} can be written by other users", f"chmod 700 {folder}"
    if keys.resolve().is_relative_to(folder.resolve()):
        yield (
            "W012",
            "the keys of the compartments lie in the data folder: who copies the folder has both",
            "keep them on another medium and name it with PRIAM_COMPARTMENT_KEYS",
        )


def _database() -> Iterator[Finding]:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        path = Path(database["NAME"])
        if path.exists() and path.stat().st_mode & 0o077:
            yield "W020", f"{path} can be read by other users", f"chmod 600 {path}"
        return
    host = database.get("HOST") or "localhost"
    mode = database["OPTIONS"].get("sslmode", "prefer")
    if (
        not host.startswith("/")
        and not _loopback(host)
        and mode not in ("verify-full", "verify-ca")
    ):
        yield (
            "W021",
            f"the connection to the database on {host} does not check whom it speaks to "
            f"(sslmode={mode})",
            "add ?sslmode=verify-full to PRIAM_DATABASE_URL",
        )


def _disk() -> Iterator[Finding]:
    folder = settings.INSTALLATION.folder
    free = shutil.disk_usage(folder if folder.exists() else ".").free
    if free < _ENOUGH:
        yield (
            "W030",
            f"only {free / 2**20:,.0f} MB are free where the data folder lies",
            "make room; nothing acknowledged is lost when the disk is full, but nothing is taken",
        )


def _backups() -> Iterator[Finding]:
    mark: Path = settings.INSTALLATION.folder / "last-backup"
    age = time.time() - mark.stat().st_mtime if mark.exists() else None
    if age is None:
        yield "W040", "this installation was never backed up", "see docs/how-to/back-up.md"
    elif age > _OLD:
        yield (
            "W040",
            f"the last backup is {age / 86400:.0f} days old",
            "see docs/how-to/back-up.md",
        )
