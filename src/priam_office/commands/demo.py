"""``priam demo``: exchanges played with synthetic tags by several installations."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.cli.counted import counted
from priam.errors import UserError
from priam_office.commands.opening import data_option

if TYPE_CHECKING:
    from priam_office.handovers.attacks import Attack

__all__ = ["demo"]

_OUT = click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder for the installations and the evidence.",
)


@click.group(short_help="Exchanges played with synthetic tags by several installations.")
def demo() -> None:
    """Play an exchange between installations that do not trust each other."""


@demo.command(short_help="June 2025 by two parties and a witness.")
@_OUT
@click.option(
    "--account",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="An installation with public claims: bring the records there, to stand beside them.",
)
def parties(out: Path, account: Path | None) -> None:
    """Play June 2025: five batches, two counts of the last one, evidence for each side.

    A play that was finished in --out is used again. With --account the parties are called as in
    the public claims, and the account pages show the manifests beside these; the bags are marked
    as played under both signatures.
    """
    from priam_office.handovers import june

    started = time.monotonic()
    names = june.NAMES if account is None else june.PUBLIC_NAMES
    result = june.play(out, click.echo, names=names)
    if result["names"] != dict(names):
        raise UserError(f"{out} holds a play with other names; choose a new folder with --out")
    click.echo("")
    click.echo(manifest_table(result["figures"]))
    click.echo("")
    for date, files in result["bundles"].items():
        for file in files:
            click.echo(f"{date}, bundle of {names[file.stem[-1]]}: {verdict(file, result)}")
    if account is not None:
        acts, new = june.deliver(out, account, names)
        click.echo(f"\nThe public account in {account} holds {acts:,} acts of the play, {new} new.")
    file = next(iter(reversed(result["bundles"].values())))[0]
    click.echo(
        f"\nThree installations, {time.monotonic() - started:.0f} s. Read one bundle in full with\n"
        f"  priam dispute verify {file} --policy {result['policy']} --parties {result['parties']}"
    )


@demo.command(short_help="Casework on a simulated exchange, with an account for each role.")
@data_option
@click.argument("exchange", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--search/--no-search", default=True, help="Search and let the board decide a few.")
def casework(folder: Path, exchange: Path, search: bool) -> None:
    """Fill the installation --data with the exchange that `priam simulate exchange` wrote.

    The installation is marked as a demonstration for good: every page says that everybody in it is
    made up, and the guided day at /guide/ lets anybody sign in as anybody. Run again it changes
    nothing.
    """
    from priam_office.commands.opening import open_installation

    installation = open_installation(folder)
    from rich.progress import Progress

    from priam_office.demonstration import playing
    from priam_office.record.state import known

    started = time.monotonic()
    with Progress(transient=True) as bar:
        task = bar.add_task("events", total=None)
        count = playing.play(installation, exchange, lambda n: bar.advance(task, n))
        if count and search:
            from priam_office.demonstration import deciding

            bar.update(task, description="search")
            deciding.search(lambda stage, done, total: bar.update(task, description=stage))
            bar.update(task, description="board")
            decided = deciding.decide()
            count = known().size
    click.echo(f"{count:,} events of casework in {time.monotonic() - started:.0f} s.")
    if search and count:
        click.echo(
            f"{counted(decided, 'individual was', 'individuals were')} put to the board; "
            "the others wait."
        )
    click.echo("Sign in as anybody on the page /guide/ of the server.")


@demo.command(short_help="Accounts in the office of a party of the play.")
@data_option
def people(folder: Path) -> None:
    """Let anybody sign in as anybody in the office --data that `priam demo parties` made.

    It is marked as a demonstration for good, as by `priam demo casework`. Serve it, and answer an
    offer as its exchange office.
    """
    from priam_office.commands.opening import open_installation

    installation = open_installation(folder)
    from priam_office.demonstration import playing

    playing.populate(installation)
    click.echo(
        f"Serve it with `priam serve --data {folder} --port 8001`; sign in on its page /guide/.\n"
        f"The passphrase of every signature there is: {playing.PASSPHRASE}"
    )


def manifest_table(figures: dict[str, list[dict[str, Any]]]) -> str:
    """Manifests against the counts of giver and receiver, as every installation has them."""
    rows = [("batch", "from", "to", "listed", "giver counts", "receiver counts", "signed", "")]
    first = next(iter(figures.values()))
    for line in first:
        counts = {count["party"]: count["value"] for count in line["counts"]}
        differ = "differ" if counts.get(line["giver"]) != counts.get(line["receiver"]) else ""
        shown = [_number(line["listed"]), _number(counts.get(line["giver"]))]
        shown += [_number(counts.get(line["receiver"])), line["signed"], differ]
        rows.append((line["batch"], line["giver"], line["receiver"], *shown))  # type: ignore[arg-type]
    widths = [max(len(row[at]) for row in rows) for at in range(8)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows]
    core = {party: _all(lines_) for party, lines_ in figures.items()}
    same = all(value == _all(first) for value in core.values())
    lines.append(
        "All three installations hold the same figures."
        if same
        else "THE INSTALLATIONS HOLD DIFFERENT FIGURES."
    )
    return "\n".join(lines)


def _all(lines: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [_core(line) for line in lines]


def _core(line: dict[str, Any]) -> tuple[Any, ...]:
    """What must be the same everywhere: not the order in which records came in."""
    counts = tuple((c["party"], c["value"], c["reservations"]) for c in line["counts"])
    return line["manifest"], line["listed"], line["handed_over"], line["signed"], counts


def _number(value: int | None) -> str:
    return "no figure" if value is None else f"{value:,}"


def verdict(file: Path, result: dict[str, Any]) -> str:
    """What a reader who trusts the annex learns from a bundle, in one line."""
    from priam.tlog.bundle import parse_parties
    from priam.tlog.dispute import verify_bundle
    from priam.tlog.policy import parse_policy

    report = verify_bundle(
        file.read_bytes(),
        policy=parse_policy(result["policy"].read_bytes()),
        parties=parse_parties(result["parties"].read_bytes()),
    )
    words = f"{len(report.of('proved'))} proved, {len(report.of('claimed'))} claimed"
    if report.ok:
        return f"{words}, nothing contradicts"
    found = [s.text for s in (*report.of("contradiction"), *report.of("invalid"))]
    return f"{words}; CONTRADICTION: {'; '.join(found)}"


@demo.command(short_help="Seven attacks, and who finds them.")
@_OUT
def attacks(out: Path) -> int:
    """Try seven attacks on a small exchange. The exit code is 1 where one is not found."""
    from priam_office.handovers.attacks import run

    results = run(out)
    click.echo("Somebody has everything of A: its database, its keys, its machines.")
    click.echo("What is left is what others hold: B's signature, B's memory, the witness C.\n")
    click.echo(attack_table(results))
    missed = [one.name for one in results if not one.finder]
    if missed:
        click.echo(f"NOT FOUND: {', '.join(missed)}")
        return 1
    click.echo("All seven are found. None of it shows that a record is true, or who is right.")
    return 0


def attack_table(results: list[Attack]) -> str:
    """The attacks as a table, as wide as the terminal (100 columns where there is none)."""
    import io
    import shutil

    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    for title, share in (("", 1), ("What is tried", 9), ("Found by", 5), ("How it shows", 12)):
        table.add_column(title, ratio=share, overflow="fold")
    for number, one in enumerate(results, start=1):
        finder = one.finder or "NOBODY"
        table.add_row(str(number), f"{one.name.capitalize()}.\n{one.tried}", finder, one.found)
    out = io.StringIO()
    width = min(140, shutil.get_terminal_size((100, 24)).columns)
    Console(file=out, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
