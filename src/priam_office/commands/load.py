"""``priam load``: the claims of a file become events."""

from __future__ import annotations

from pathlib import Path

import click

from priam.cli.counted import counted
from priam_office.commands.opening import data_option, open_installation

__all__ = ["load"]


@click.command(short_help="Record the claims of a file as events.")
@data_option
@click.argument("claims", required=False)
def load(folder: Path, claims: str | None) -> None:
    """Record the statements of CLAIMS ("-": standard input) as events.

    Without CLAIMS the public statements that the package carries are taken. The file is taken
    whole or not at all; what is already recorded with the same content is not recorded twice.
    """
    from priam.accounting.claims_file import packaged_claims, read_claims
    from priam.accounting.recording import events_of

    file = read_claims(claims) if claims else packaged_claims()
    installation = open_installation(folder)
    from priam_office.agreements.ids import content_id
    from priam_office.record.queries import head
    from priam_office.record.write import Entry, record_all

    before, _ = head()
    entries = [Entry(event, content_id(event)) for event in events_of(file)]
    recorded = record_all(entries, by=installation.origin())
    after, _ = head()
    click.echo(
        f"{counted(after - before, 'event')} recorded, "
        f"{counted(len(recorded) - (after - before), 'was', 'were')} there before; "
        f"{counted(len(file.claims), 'claim')} from {counted(len(file.sources), 'source')}."
    )
