"""``priam rebuild``: the derived tables, made again from the events."""

from __future__ import annotations

from pathlib import Path

import click

from priam_office.commands.opening import data_option, open_installation

__all__ = ["rebuild"]


@click.command(short_help="Make all tables again from the events; --check only compares.")
@data_option
@click.option("--check", is_flag=True, help="Compare and say what differs; write nothing.")
def rebuild(folder: Path, check: bool) -> int:
    """Make all derived tables again from the events.

    With --check nothing is written, and the exit code is 1 where a row differs.
    """
    open_installation(folder)
    from priam_office.record import projection
    from priam_office.record import rebuild as tables

    differences = tables.check() if check else tables.rebuild()
    for difference in differences:
        click.echo(f"{'differs' if check else 'mended'}: {difference}")
    count = sum(model._default_manager.count() for model in projection.derived_models())
    if not differences:
        click.echo(f"All {count} rows are what the events make of them.")
    return 1 if check and differences else 0
