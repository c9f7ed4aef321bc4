"""Open an installation for a command: data folder, Django, checks."""

from __future__ import annotations

import os
from pathlib import Path

import click

from priam.errors import UserError
from priam_office.installation import DEFAULT_FOLDER, Installation

__all__ = ["data_option", "open_installation", "prepare"]

data_option = click.option(
    "--data",
    "folder",
    envvar="PRIAM_DATA",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the installation (or PRIAM_DATA).",
)


def prepare(folder: Path) -> Installation:
    """Start Django for the installation in ``folder``; the database is not touched."""
    os.environ["PRIAM_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")
    import django

    django.setup()
    from django.conf import settings

    installation: Installation = settings.INSTALLATION
    return installation


def open_installation(folder: Path) -> Installation:
    """:func:`prepare`, then check that database and schema are as they must be."""
    if not Installation(folder).exists:
        raise UserError(
            f"there is no installation in {folder}; make one with `priam init --data {folder}`"
        )
    installation = prepare(folder)
    from django.core import checks
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        errors = checks.run_checks(databases=["default"])
    except DatabaseError as error:
        raise UserError(f"the database cannot be opened: {str(error).splitlines()[0]}") from None
    if behind:
        raise UserError(
            f"the database is {len(behind)} steps behind this version of Priam; bring it up to "
            f"date with `priam init --data {folder}`"
        )
    if errors:
        raise UserError("; ".join(str(error.msg) for error in errors))
    return installation
