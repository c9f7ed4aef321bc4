"""Open an installation for a command: data folder, Django, checks."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from priam.errors import UserError
from priam_office import unlocking
from priam_office.installation import DEFAULT_FOLDER, Installation

__all__ = ["PassphraseOption", "data_option", "open_installation", "prepare", "why"]

_data = click.option(
    "--data",
    "folder",
    envvar="PRIAM_DATA",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the installation (or PRIAM_DATA).",
)


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--data``; what keeps an installation from working is one sentence."""

    @functools.wraps(command)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except UserError:
            raise
        except Exception as error:
            if not _known(error):
                raise
            raise UserError(why(error)) from None

    return _data(answering)


def _known(error: Exception) -> bool:
    """Whether the error says what keeps an installation from working, and is no bug."""
    from django.apps import apps

    if not apps.ready:  # before Django starts nothing but files is touched
        return isinstance(error, OSError)
    from priam_office.people.unavailable import cause_of

    return cause_of(error) is not None


def why(error: Exception) -> str:
    """What is so and what to do about it, with what the system says of the place."""
    from django.apps import apps

    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, OSError) and error.filename:
        said = f"{error.filename}: {error.strerror}"
    if not apps.ready:
        return said
    from priam_office.people.unavailable import cause_of

    cause = cause_of(error)
    return said if cause is None else f"{cause} ({said})"


class PassphraseOption(click.Option):
    """An option that is asked for only where no passphrase was laid out (``unlocking``)."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        assert isinstance(self.envvar, str)
        return unlocking.given(self.envvar)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        passphrase = super().process_value(ctx, value)
        if passphrase:
            unlocking.remember(passphrase)
        return passphrase


def prepare(folder: Path) -> Installation:
    """Start Django for the installation in ``folder``; the database is not touched."""
    os.environ["PRIAM_DATA"] = str(folder)
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        unlocking.ask_with(lambda words: str(click.prompt(words, hide_input=True, err=True)))
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
        # what the database promises; pages and their mathematics are not loaded for a command
        errors = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    except DatabaseError as error:
        raise UserError(f"the database cannot be opened: {why(error)}") from None
    if behind:
        raise UserError(
            f"the database is {len(behind)} steps behind this version of Priam; bring it up to "
            f"date with `priam init --data {folder}`"
        )
    if errors:
        raise UserError("; ".join(str(error.msg) for error in errors))
    return installation
