"""``priam check``: is this installation sound and safe."""

from __future__ import annotations

from pathlib import Path

import click

from priam_office.commands.opening import data_option, open_installation

__all__ = ["check", "warnings"]


@click.command(short_help="Name what is unsafe in the settings of an installation.")
@data_option
def check(folder: Path) -> int:
    """Check the database, the guards and the settings; exit code 1 if something is unsafe."""
    open_installation(folder)  # refuses where an acknowledged event could be lost
    found = warnings()
    for text in found:
        click.echo(text)
    click.echo(f"{len(found)} unsafe." if found else "Nothing unsafe was found.")
    return 1 if found else 0


def warnings() -> list[str]:
    """What is unsafe, a line each with what to do."""
    from django.core import checks
    from django.db import connection

    from priam_office import unsafe
    from priam_office.record import guards

    texts = [f"{m.id}  {m.msg}; {m.hint}" for m in checks.run_checks(tags=[unsafe.TAG])]
    missing = guards.missing(connection)
    return texts + [
        f"guard  {name} is absent from the database; run `priam init`" for name in missing
    ]
