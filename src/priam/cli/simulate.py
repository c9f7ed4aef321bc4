"""``priam simulate``: synthetic exchanges with known truth."""

from __future__ import annotations

import json
from pathlib import Path

import click

from priam.cli.counted import counted

__all__ = ["simulate"]


@click.group()
def simulate() -> None:
    """Synthetic exchanges with known truth."""


@simulate.command()
@click.option("--remains", default=6060, show_default=True, help="Cases (bags) handed over.")
@click.option("--families", default=12000, show_default=True, help="Families with samples.")
@click.option("--missing", default=15000, show_default=True, help="Missing persons in all.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same exchange.")
@click.option("--frequencies", default="nist1036-cauc", show_default=True, help="Allele table.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder."
)
def exchange(
    remains: int, families: int, missing: int, seed: int, frequencies: str, out: Path
) -> None:
    """Draw a whole exchange: remains, families, persons, and the truth about them."""
    from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

    plan = ExchangePlan(remains, families, missing, frequencies)
    made = simulate_exchange(plan, seed)
    write_exchange(made, out)
    kinds: dict[str, int] = {}
    for entry in made.truth["cases"].values():
        kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    click.echo(
        f"{out}: {counted(len(made.cases), 'case')}, "
        f"{counted(len(made.families), 'family', 'families')}, seed {seed}"
    )
    click.echo("cases by kind: " + json.dumps(dict(sorted(kinds.items()))))
