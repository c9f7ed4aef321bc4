"""``priam init``: data folder, keys, database."""

from __future__ import annotations

from pathlib import Path

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation, prepare

__all__ = ["init", "keep_private", "migrate"]


@click.command(short_help="Make an installation: data folder, keys, database.")
@data_option
@click.option(
    "--origin",
    default="priam.example/log",
    show_default=True,
    help="Name of the log: your host and a path, without a scheme. Cannot be changed later.",
)
def init(folder: Path, origin: str) -> None:
    """Make an installation, or bring the database of an older one up to date.

    Keys that are already there are kept.
    """
    from priam_office.installation import create

    there = (folder / "installation.toml").exists()
    try:
        installation = create(folder, origin)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}") from None
    prepare(folder)
    keep_private()
    migrate()
    open_installation(folder)
    click.echo(f"{'Checked' if there else 'Made'} the installation in {folder}.")
    click.echo(f"  log      {installation.origin()}")
    for signer in installation.signers():
        click.echo(f"  key      {signer.vkey}")
    click.echo(f"  database {_shown(installation.database_url)}")


def keep_private() -> None:
    """Let only its owner read an SQLite database: it holds payloads and salts.

    Made before the first connection, since SQLite gives its side files the mode of the database.
    """
    from django.conf import settings

    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return
    path = Path(database["NAME"])
    try:
        path.touch(mode=0o600)
        for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if file.exists():
                file.chmod(0o600)
    except OSError as error:
        raise UserError(f"the database {path} cannot be kept private: {error.strerror}") from None


def migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        first = str(error).splitlines()[0]
        raise UserError(f"the database cannot be opened or written: {first}") from None


def _shown(url: str) -> str:
    """The address without user and password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
