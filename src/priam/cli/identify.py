"""``priam identify``: remains to persons, a whole exchange at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from priam.cli.counted import counted

__all__ = ["identify"]

STAGES = ("read", "re-associate", "search", "joint")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--settings", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="TOML; 'priam identify' writes one with all defaults into OUT.")  # fmt: skip
@click.option("--keep-going", is_flag=True, help="Set bad records aside in rejected.csv.")
@click.option("--combine", is_flag=True, help="Let evidence other than DNA into the posterior.")
@click.option("--missing", type=click.IntRange(min=1), help="Persons missing in all.")
@click.option("--cluster", help="Address of a Dask scheduler for the search.")
@click.option("--no-pdf", is_flag=True, help="Write report.html only.")
@click.option("--reuse", is_flag=True,
              help="Do nothing where OUT holds the finished run of the same input.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress bars.")
def identify(
    folder: Path, out: Path, settings: Path | None, keep_going: bool, combine: bool,
    missing: int | None, cluster: str | None, no_pdf: bool, reuse: bool, quiet: bool,
) -> None:  # fmt: skip
    """Compare the remains of an exchange with its families.

    FOLDER holds remains.csv and families.json (persons.csv and examinations.csv if there are).
    OUT gets candidates.parquet, clusters.json, joint.json, report.html, report.pdf and
    settings.toml. Ctrl-C keeps the blocks already searched; the same command goes on from there.
    """
    from priam.errors import UserError
    from priam.identification.outputs import counts, write_outputs
    from priam.identification.report import write_report
    from priam.identification.run import identify as run
    from priam.identification.settings import read_settings

    chosen = _changed(read_settings(settings), combine, missing)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file; --out names a folder")
    if reuse and _finished(folder, out, chosen, keep_going, pdf=not no_pdf):
        click.echo(f"{out} holds the finished run of the same inputs, settings and versions")
        return
    bars = _Bars(quiet)
    try:
        with bars:
            outcome = run(
                folder, out, chosen, keep_going=keep_going, cluster=cluster, progress=bars.show
            )
            write_outputs(outcome, out)
            write_report(outcome, out, pdf=not no_pdf)
    except KeyboardInterrupt:
        click.echo(f"interrupted; finished blocks are kept in {out}, run again to go on", err=True)
        raise click.exceptions.Exit(130) from None
    _summary(outcome, out, counts(outcome))


def _finished(folder: Path, out: Path, chosen: Any, keep_going: bool, *, pdf: bool) -> bool:
    """A run that set records aside counts only where that is still allowed."""
    from priam.identification.finished import is_finished

    aside = (out / "rejected.csv").exists() and not keep_going
    return not aside and is_finished(folder, out, chosen, pdf=pdf)


def _changed(settings: Any, combine: bool, missing: int | None) -> Any:
    from dataclasses import replace

    if combine:
        settings = replace(settings, evidence=replace(settings.evidence, combine=True))
    if missing is not None:
        settings = replace(settings, population=replace(settings.population, missing=missing))
    return settings


def _summary(outcome: Any, out: Path, tally: dict[str, int]) -> None:
    click.echo(
        f"{counted(len(outcome.records.cases), 'case')}, {len(outcome.gate.aside)} set aside, "
        f"{counted(outcome.minimum_individuals, 'individual')} at least; "
        f"{counted(len(outcome.records.rejected), 'record')} rejected"
    )
    for kind, count in tally.items():
        click.echo(f"  {kind:26s}{count:8,d}")
    click.echo(f"report: {out / 'report.html'}")


class _Bars:
    """One progress bar a stage, in the terminal only."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        console = Console(stderr=True)
        self.bars = Progress(
            TextColumn("{task.description:14s}"), BarColumn(), MofNCompleteColumn(), Elapsed(),
            console=console, disable=quiet or not console.is_terminal,
        )  # fmt: skip
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bars:
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            self.tasks[stage] = self.bars.add_task(stage, total=total)
        self.bars.update(self.tasks[stage], completed=done, total=total)
