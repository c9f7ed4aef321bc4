"""``priam backup`` and ``priam restore``: one encrypted file, verified on the way back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from priam.cli.counted import counted
from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation, prepare

__all__ = ["backup", "restore"]

Progressed = Callable[[str, int], None]
to_option = click.option(
    "--to",
    "recipients",
    multiple=True,
    required=True,
    metavar="age1...",
    help="Public key that can open the file; may be given several times.",
)
out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)


@click.group(short_help="Back up an installation, encrypted to a public key.")
def backup() -> None:
    """Back up an installation. The file opens only with the secret half of the public key."""


@backup.command(short_help="Make the pair of keys: the secret half goes into a safe.")
@out_option
def key(out: Path) -> None:
    """Write a secret identity to a file and print its public key."""
    from priam_office.backup.archive import make_identity

    secret, public = make_identity()
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UserError(f"{out} cannot be made: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"# Opens the backups of Priam made to {public}\n{secret}\n")
    click.echo(public)


@backup.command(short_help="Write the data folder and the database into one file.")
@data_option
@to_option
@out_option
def create(folder: Path, recipients: tuple[str, ...], out: Path) -> None:
    """Write a backup. The keys of the compartments are not in it: see `priam backup keys`."""
    installation = open_installation(folder)
    from priam_office.backup.archive import recipient_of
    from priam_office.backup.making import back_up

    to = [recipient_of(text) for text in recipients]
    with _shown("Backing up") as progress:
        size = back_up(installation, out, to, progress)
    click.echo(f"{out}: {size:,} bytes. The keys of the compartments are not in it.")


@backup.command(short_help="Write the keys of the compartments into a file of their own.")
@data_option
@to_option
@out_option
def keys(folder: Path, recipients: tuple[str, ...], out: Path) -> None:
    """Write the keys of the compartments. Keep them with another person than the data."""
    open_installation(folder)
    from priam_office.backup.archive import recipient_of
    from priam_office.backup.making import back_up_keys

    size = back_up_keys(out, [recipient_of(text) for text in recipients])
    click.echo(f"{out}: {size:,} bytes. Keep it apart from the backups of the data.")


@click.command(short_help="Bring an installation back from a backup, and verify it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the secret half, as `priam backup key` wrote it.",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of `priam backup keys`; without it the compartments stay locked.",
)
@click.option(
    "--keys-identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The secret half for --keys, if it is another.",
)
@data_option
def restore(
    file: Path, identity: Path, keys_file: Path | None, keys_identity: Path | None, folder: Path
) -> None:
    """Bring back an installation from FILE into the new folder --data.

    The folder (and the database of PRIAM_DATABASE_URL, if set) must be empty. The log is verified
    against the checkpoint in the backup before the command says that all is well. What was
    recorded after the backup is not in it; see docs/how-to/back-up.md before writing to it.
    """
    from priam_office.backup import archive, restoring
    from priam_office.commands.init import keep_private, migrate
    from priam_office.installation import compartment_keys

    secret = archive.identity_of(identity)
    expected = restoring.about(file, secret)
    if expected["kind"] != "installation":
        raise UserError(f"{file} holds keys of compartments; give it with --keys")
    with restoring.all_or_nothing(folder):
        restoring.restore_files(file, secret, folder)
        if keys_file:
            opener = archive.identity_of(keys_identity) if keys_identity else secret
            restoring.restore_keys(keys_file, opener, compartment_keys(folder))
        prepare(folder)
        keep_private()
        migrate()
        with _shown("Restoring") as progress:
            rows = restoring.restore_tables(file, secret, progress)
    wrong = restoring.verify(expected)
    if wrong:
        raise UserError("the restored installation does not verify: " + "; ".join(wrong[:5]))
    open_installation(folder)
    held = hold_restored(folder, expected["made"])
    click.echo(
        f"Restored {counted(expected['events'], 'event')} ({counted(rows, 'row')}) "
        f"of {expected['origin']}."
    )
    click.echo(f"Made on {expected['made']}; the log verifies against its last checkpoint.")
    if held:
        click.echo("Others may have seen more of this log: it is read-only for now. Next:")
        click.echo(f"  priam log catch-up --data {folder} --witness URL")


def hold_restored(folder: Path, made: str) -> bool:
    """Keep a restored party from writing before a witness says that nothing is missing."""
    if not (folder / "party-card").exists() and not (folder / "cosigned").is_dir():
        return False  # nobody else ever saw its log
    from priam_office.record import restored

    restored.hold(f"this installation was restored from a backup of {made}", folder=folder)
    return True


@contextmanager
def _shown(title: str) -> Iterator[Progressed]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(title)
        counts: dict[str, int] = {}

        def progress(name: str, number: int) -> None:
            counts[name] = counts.get(name, 0) + number
            bar.update(task, description=f"{title}: {name} {counts[name]:,}")

        yield progress
