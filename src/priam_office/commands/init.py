"""``priam init``: data folder, keys, database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from priam.errors import UserError
from priam_office import unlocking
from priam_office.commands.opening import (
    PassphraseOption,
    data_option,
    open_installation,
    prepare,
    why,
)

if TYPE_CHECKING:
    from priam_office.installation import Installation

__all__ = ["init", "keep_private", "migrate", "speak_for"]


@click.command(short_help="Make an installation: data folder, keys, database.")
@data_option
@click.option(
    "--origin",
    help="Name of the log: your host and a path, without a scheme. Cannot be changed later."
    " Default: priam.example/log, or PARTY.example/log with --party.",
)
@click.option("--party", help="Speak for this party, such as A: make its keys and its card too.")
@click.option("--name", help="The party's name in full.")
@click.option("--role", type=click.Choice(["party", "mediator", "observer"]), default="party")
@click.option("--witness", is_flag=True, help="Make a witness key too.")
@click.option(
    "--passphrase",
    cls=PassphraseOption,
    envvar=unlocking.PARTY,
    help="Seals new keys; asked for twice, or taken from PRIAM_PASSPHRASE. The log's keys may have"
    " one of their own: PRIAM_LOG_PASSPHRASE.",
)
@click.option(
    "--open-log-key",
    is_flag=True,
    envvar="PRIAM_OPEN_LOG_KEY",
    help="Do not seal the keys that sign checkpoints. Unsafe; for demonstrations and tests.",
)
def init(
    folder: Path,
    origin: str | None,
    party: str | None,
    name: str | None,
    role: str,
    witness: bool,
    passphrase: str | None,
    open_log_key: bool,
) -> None:
    """Make an installation, or bring the database of an older one up to date.

    Keys that are already there are kept. The keys that sign checkpoints are sealed by a
    passphrase; who only reads, records or serves pages does not need it. With --party it speaks
    for a party to an exchange.
    """
    from priam_office.installation import Installation, create

    old = Installation(folder)
    if origin is None:
        host = f"{party.lower()}.example" if party and party.isalnum() else "priam.example"
        origin = old.origin() if old.exists else f"{host}/log"
    there = old.exists
    if party is not None and passphrase is None and not (folder / "party-key").exists():
        passphrase = _asked(f"Passphrase for the keys of {party}")
    seal = None if old.exists or open_log_key else _log_passphrase(passphrase)
    try:
        installation = create(folder, origin, seal)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}") from None
    prepare(folder)
    from priam_office.vault import datakeys

    keep_private()
    migrate()
    datakeys.complete()
    open_installation(folder)
    click.echo(f"{'Checked' if there else 'Made'} the installation in {folder}.")
    click.echo(f"  log      {installation.origin()}")
    for key in installation.vkeys():
        click.echo(f"  key      {key if len(key) < 120 else key[:72] + '…'}")
    if not installation.sealed_key_file.exists():
        click.echo("  unsafe   the log's keys lie open; `priam log seal-key` seals them")
    click.echo(f"  database {_shown(installation.database_url)}")
    if party is not None:
        speak_for(installation, party, passphrase, name=name, role=role, witness=witness)


def _log_passphrase(of_party: str | None) -> str:
    """What seals new keys of a log."""
    found = unlocking.given(unlocking.LOG) or of_party
    if found is None and sys.stdin.isatty():
        found = _asked("Passphrase for the keys that sign checkpoints")
    if not found:
        raise UserError(
            "the keys that sign checkpoints need a passphrase: set PRIAM_LOG_PASSPHRASE, or name a "
            "file with PRIAM_LOG_PASSPHRASE_FILE (docs/how-to/run-a-server.md); for a trial, "
            "--open-log-key leaves them unsealed"
        )
    return found


def _asked(words: str) -> str:
    passphrase = str(click.prompt(words, hide_input=True, confirmation_prompt=True))
    unlocking.remember(passphrase)
    return passphrase


def speak_for(
    installation: Installation,
    party: str,
    passphrase: str | None,
    *,
    name: str | None,
    role: str,
    witness: bool,
) -> None:
    """Make the party's keys and card, and say what to read to the others."""
    from priam_office.handovers import parties

    if passphrase is None:
        text = f"Passphrase for the keys of {party}"
        new = not (installation.folder / "party-key").exists()
        passphrase = _asked(text) if new else str(click.prompt(text, hide_input=True))
    me = parties.found(installation, party, passphrase, name=name, role=role, witness=witness)
    card = installation.folder / "party-card"
    click.echo(f"This installation speaks for {me.party}. Its card: {card}")
    click.echo(f"Read this to the others over the telephone: {parties.fingerprint(me.card)}")


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
    """Bring the tables of the open installation to those of this version."""
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise UserError(f"the database cannot be opened or written: {why(error)}") from None


def _shown(url: str) -> str:
    """The address without user and password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
