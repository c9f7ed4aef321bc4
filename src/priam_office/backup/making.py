"""Make a backup: the data folder and every row that events cannot make again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from priam_office.backup import archive
from priam_office.backup.tables import dump, kept_models
from priam_office.installation import Installation
from priam_office.record import queries
from priam_office.record.transactions import reading

__all__ = ["back_up", "back_up_keys"]

Progress = Callable[[str, int], None]


def back_up(
    installation: Installation, out: Path, recipients: list[Any], progress: Progress
) -> int:
    """Write a backup of the installation to ``out``; returns its size in bytes.

    The keys of the compartments are not in it, on purpose (:func:`back_up_keys`).
    """
    size = archive.write(out, recipients, _members(installation, progress))
    (installation.folder / "last-backup").touch()  # its age is what `priam check` reads
    return size


def _members(installation: Installation, progress: Progress) -> Iterator[archive.Member]:
    with reading():
        size, last = queries.head()
        checkpoint = queries.latest()
        about = {
            "kind": "installation",
            "origin": installation.origin(),
            "events": size,
            "last_leaf": last,
            "checkpoint": checkpoint.note if checkpoint else None,
            "migrations": _migrations(),
        }
        yield _about(about)
        for path in _files(installation.folder):
            name = path.relative_to(installation.folder).as_posix()
            progress(name, 1)
            yield f"files/{name}", path.read_bytes()
        for model in kept_models():
            table = model._meta.db_table
            for number, block in enumerate(dump(model)):
                progress(table, block.count(b"\n"))
                yield f"tables/{table}/{number:06}.jsonl", block


def back_up_keys(out: Path, recipients: list[Any]) -> int:
    """Write the keys of the compartments, for another keeper than that of the data."""
    folder = settings.COMPARTMENT_KEYS
    names = sorted(folder.glob("*.key"))
    members = [(f"keys/{path.name}", path.read_bytes()) for path in names]
    return archive.write(out, recipients, [_about({"kind": "keys"}), *members])


def _about(values: dict[str, Any]) -> archive.Member:
    common = {
        "format": archive.FORMAT,
        "priam": version("priam"),
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return "about.json", json.dumps({**common, **values}).encode()


def _migrations() -> list[list[str]]:
    return sorted(map(list, MigrationExecutor(connection).loader.applied_migrations))


def _files(folder: Path) -> list[Path]:
    """Files of the data folder without the database and the keys of the compartments."""
    keys = Path(settings.COMPARTMENT_KEYS).resolve()
    database = str(settings.DATABASES["default"]["NAME"])
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.resolve()
        if not path.is_file() or path.is_symlink() or inside.is_relative_to(keys):
            continue
        if str(inside).startswith(str(Path(database).resolve())) or path.name.startswith("."):
            continue
        found.append(path)
    return found
