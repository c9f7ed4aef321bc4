"""``priam compartments``: the keys under which sealed data are kept."""

from __future__ import annotations

from pathlib import Path

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation

__all__ = ["compartments"]


@click.group(short_help="The keys of the sealed compartments: state, rotation.")
def compartments() -> None:
    """The keys under which custody, identity and genetic data are sealed."""


@compartments.command(short_help="Which compartments are open, with how many data keys.")
@data_option
def status(folder: Path) -> None:
    """Say of each compartment whether its key is here."""
    open_installation(folder)
    from priam_office.vault.compartments import SEALED, CompartmentLocked, wrapping_key
    from priam_office.vault.datakeys import opened
    from priam_office.vault.models import DataKey

    for compartment in SEALED:
        ids = DataKey.objects.filter(compartment=compartment).values_list("key_id", flat=True)
        try:
            wrapping_key(compartment)
            for key_id in ids:
                opened(key_id)
            state = "open"
        except CompartmentLocked as error:
            state = str(error)
        click.echo(f"{compartment:<10} {len(ids)} data keys, {state}")


@compartments.command(short_help="Seal with a new data key from now on.")
@data_option
@click.argument("compartment")
def rotate(folder: Path, compartment: str) -> None:
    """Begin a new data key for COMPARTMENT. What was sealed before still opens."""
    open_installation(folder)
    from priam_office.vault import datakeys

    click.echo(f"{_known(compartment)}: data key {datakeys.rotate(compartment)} from now on.")


@compartments.command(short_help="Exchange the key file of a compartment.")
@data_option
@click.argument("compartment")
def rewrap(folder: Path, compartment: str) -> None:
    """Make a new key file for COMPARTMENT and wrap its data keys with it.

    Do this when the old file may have been copied. The old file is kept beside the new one as
    COMPARTMENT.key.old until you destroy it; backups made before still need it.
    """
    open_installation(folder)
    from priam_office.vault import compartments as files
    from priam_office.vault import datakeys

    path = files.folder() / f"{_known(compartment)}.key"
    old = files.wrapping_key(compartment)
    kept = path.with_suffix(".key.old")
    if kept.exists():
        raise UserError(f"{kept} is still there; destroy it or move it away first")
    count = datakeys.rewrap(compartment, old, files.exchange(path, kept))
    click.echo(f"{compartment}: {count} data keys wrapped anew; the old key is {kept}.")


def _known(compartment: str) -> str:
    from priam_office.vault.compartments import SEALED

    if compartment not in SEALED:
        raise UserError(f"{compartment!r} is no sealed compartment; known are {', '.join(SEALED)}")
    return compartment
