"""``priam work``: a worker that takes the searches which geneticists ask for."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import click

from priam_office.commands.opening import data_option, open_installation

__all__ = ["work"]


@click.command(short_help="Take and run the searches that wait.")
@data_option
@click.option("--once", is_flag=True, help="End when nothing waits; otherwise wait for more.")
@click.option(
    "--every",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="Seconds between two looks for a search that waits.",
)
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.option(
    "--parent",
    type=int,
    help="End when the process of this number, which started this one, has ended.",
)
def work(folder: Path, once: bool, every: float, quiet: bool, parent: int | None) -> None:
    """Run searches until interrupted (Ctrl-C). What is searched so far is kept, and the next
    worker goes on from there. Several workers may run; each search has one of them."""
    open_installation(folder)
    from priam_office.board.actions import after_search
    from priam_office.laboratory.work import run_next

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not once:
        click.echo("Waiting for searches (Ctrl-C ends)")
    try:
        while parent is None or os.getppid() == parent:
            with _Bars(quiet) as bars:
                search = run_next(bars.show, after_search)
            if search is not None:
                click.echo(f"search {search} has ended")
            elif once:
                return
            else:
                time.sleep(every)
    except KeyboardInterrupt:
        click.echo("interrupted; what is searched so far is kept, run it again to go on", err=True)
        raise click.exceptions.Exit(130) from None


class _Bars:
    """One progress bar a stage, in a terminal only, shown once there is work."""

    def __init__(self, quiet: bool) -> None:
        self.quiet, self.bars, self.tasks = quiet, None, {}  # type: ignore[var-annotated]

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars is not None:
            self.bars.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage."""
        if self.bars is None:
            self.bars = _made(self.quiet)
            self.bars.start()
        if stage not in self.tasks:
            self.tasks[stage] = self.bars.add_task(stage, total=total)
        self.bars.update(self.tasks[stage], completed=done, total=total)


def _made(quiet: bool) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:14s}"), BarColumn(), MofNCompleteColumn(), Elapsed(),
        console=console, disable=quiet or not console.is_terminal,
    )  # fmt: skip
