"""Bring an installation back, and believe it only after its log was verified."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from priam.errors import InputError, UserError
from priam_office.backup import archive

__all__ = ["about", "all_or_nothing", "restore_files", "restore_keys", "restore_tables", "verify"]

Progress = Callable[[str, int], None]
_SAFE = re.compile(r"[A-Za-z0-9_.@+=-]{1,120}")


def about(path: Path, identity: Any) -> dict[str, Any]:
    """What the file says of itself; its first member."""
    members = archive.read(path, identity)
    try:
        name, data = next(members, ("", b""))
    finally:
        members.close()  # type: ignore[attr-defined]
    if name != "about.json":
        raise InputError("this is no backup of Priam", file=path)
    values: dict[str, Any] = json.loads(data)
    if values.get("format") != archive.FORMAT:
        raise InputError(
            f"the backup has the format {values.get('format')!r}, expected {archive.FORMAT!r}; "
            "use the version of Priam that made it",
            file=path,
        )
    return values


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """A new or empty folder; removed again if what is done with it fails."""
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty; a restore needs a new folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def restore_files(path: Path, identity: Any, folder: Path) -> int:
    """Write the files of the data folder into ``folder``."""
    count = 0
    for name, data in archive.read(path, identity):
        if name.startswith("files/"):
            _write(folder, name.removeprefix("files/"), data, path)
            count += 1
    return count


def restore_keys(path: Path, identity: Any, folder: Path) -> int:
    """Write the keys of the compartments; a different key that is there is never replaced."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    for name, data in archive.read(path, identity):
        if not name.startswith("keys/"):
            continue
        target = folder / name.removeprefix("keys/")
        if target.exists() and target.read_bytes() != data:
            raise UserError(f"{target} is there already and differs; move it away first")
        if not target.exists():
            _write(folder, name.removeprefix("keys/"), data, path)
        count += 1
    return count


def _write(folder: Path, name: str, data: bytes, source: Path) -> None:
    parts = PurePosixPath(name).parts
    if not parts or not all(_SAFE.fullmatch(p) and p not in (".", "..") for p in parts):
        raise InputError(f"the member {name[:80]!r} is not one of a backup", file=source)
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def restore_tables(path: Path, identity: Any, progress: Progress) -> int:
    """Fill the empty, migrated database, then make the tables that follow from events.

    All of it is one transaction.
    """
    from django.db import transaction

    from priam_office.backup import tables
    from priam_office.record.models import Event
    from priam_office.vault.models import DataKey

    if Event.objects.exists():
        raise UserError("the database holds events already; a restore needs an empty one")
    count = 0
    with transaction.atomic(durable=True):
        DataKey.objects.all().delete()  # those the new database began with seal nothing yet
        for table, data in _blocks(path, identity):
            rows = tables.load(table, data)
            progress(table, rows)
            count += rows
        tables.reset_sequences(tables.kept_models())
    return count


def _blocks(path: Path, identity: Any) -> Iterator[tuple[str, bytes]]:
    for name, data in archive.read(path, identity):
        if name.startswith("tables/"):
            yield name.split("/")[1], data


def verify(expected: dict[str, Any]) -> list[str]:
    """What is wrong with the restored installation; empty if nothing is.

    Tables made from events are made here; where a compartment is locked they wait for
    ``priam rebuild``.
    """
    from django.conf import settings

    from priam_office.record import queries
    from priam_office.record.audit import audit
    from priam_office.record.rebuild import rebuild
    from priam_office.vault.compartments import CompartmentLocked

    try:
        rebuild()
        locked: set[str] = set()
    except CompartmentLocked:
        locked = {"events_unreadable"}
    installation = settings.INSTALLATION
    notes = [expected["checkpoint"]] if expected.get("checkpoint") else []
    report = audit(installation.verifiers(), installation.origin(), notes)
    wrong = [text for kind, text in report.findings if kind not in locked]
    if queries.head() != (expected["events"], expected["last_leaf"]):
        wrong.append(f"the log does not end as the backup says, at {expected['events']} events")
    return wrong
