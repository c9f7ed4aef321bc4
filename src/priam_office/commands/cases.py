"""``priam cases``: bags, cases and samples from a table."""

from __future__ import annotations

from pathlib import Path

import click

from priam.cli.counted import counted
from priam.errors import InputError
from priam_office.commands.opening import data_option, open_installation

__all__ = ["cases"]

_SHOWN = 20


@click.group(short_help="The mortuary's records.")
def cases() -> None:
    """The mortuary's records."""


@cases.command("import", short_help="Take bags, cases and samples from a CSV file.")
@data_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Only say what would change.")
@click.option("--encoding", help="Encoding of the file; found out if not given.")
def import_file(folder: Path, file: Path, preview: bool, encoding: str | None) -> None:
    """Take the bags, cases and samples of FILE, all of them or none.

    Columns: bag, party, seal, finding, opened_on, case, sample, sample_kind, taken_on, place,
    note; only bag is needed. What is recorded already is left as it is.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=file) from None
    installation = open_installation(folder)
    from rich.console import Console

    from priam_office.cases.importing import Plan, import_rows, plan

    console = Console(stderr=True)
    with console.status("Checking the file ..."):
        made: Plan = plan(data, str(file), encoding=encoding)
    if made.problems:
        for problem in made.problems[:_SHOWN]:
            click.echo(f"{file.name}: {problem}", err=True)
        raise InputError(
            f"{counted(len(made.problems), 'problem')} (the first {_SHOWN} at most are above); "
            "nothing was written",
            file=file,
        )
    _say(made, "would be new" if preview else "new")
    if preview:
        return
    with console.status("Writing; an interruption leaves nothing half written ..."):
        count = import_rows(made, by=installation.origin())
    click.echo(f"{counted(count, 'event')} recorded.")


def _say(made: object, word: str) -> None:
    new, there = made.new, made.there  # type: ignore[attr-defined]
    rows = made.rows  # type: ignore[attr-defined]
    click.echo(
        f"{counted(rows, 'row')}: " + ", ".join(f"{n} {what} {word}" for what, n in new.items())
    )
    click.echo("there already: " + ", ".join(f"{n} {what}" for what, n in there.items() if n))
