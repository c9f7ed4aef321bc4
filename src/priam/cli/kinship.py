"""``priam kinship``: likelihoods, likelihood ratios, tables, power, mutation matrices.

Subcommands live in modules of their own and are imported when they are called.
"""

from __future__ import annotations

import importlib

import click

__all__ = ["LAZY", "kinship"]

# subcommand -> (module:attribute, one line for the overview)
LAZY: dict[str, tuple[str, str]] = {
    "familias": ("priam.cli.kinship_familias:familias", "Compute a Familias project."),
    "draw": ("priam.cli.kinship_draw:draw_families", "Draw a family as SVG."),
    "likelihood": (
        "priam.cli.kinship_likelihood:likelihood",
        "Log likelihoods of case files.",
    ),
    "lr": ("priam.cli.kinship_lr:lr", "Likelihood ratios between hypotheses."),
    "mutation": ("priam.cli.mutation:mutation", "Mutation matrices of models."),
    "power": ("priam.cli.kinship_power:power", "Exclusion and inclusion power; whom to ask next."),
}


class Subcommands(click.Group):
    """A group that imports a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LAZY:
            return None
        module, _, attribute = LAZY[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, LAZY[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Subcommands)
def kinship() -> None:
    """Pedigree likelihoods, likelihood ratios, power."""
