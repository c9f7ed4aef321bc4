"""Entry point of ``priam``.

Commands are imported only when they are called (``LAZY``), so that ``priam --help`` and
``priam account`` do not pay for Numba. Other distributions add a command through the entry
point group ``priam.commands``; ``priam_office`` does.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint, entry_points

import click

from priam import __version__
from priam.errors import UserError

# command name -> (module:attribute, one line for the overview)
LAZY: dict[str, tuple[str, str]] = {
    "account": ("priam.cli.account:account", "What was agreed, claimed and counted, side by side."),
    "convert": ("priam.cli.convert:convert", "Laboratory files: what they hold, other formats."),
    "dispute": ("priam.cli.dispute:dispute", "Verify a bundle of evidence, offline."),
    "dvi": ("priam.cli.dvi:dvi", "Disaster victim identification cases: pairwise LR and joint."),
    "identify": ("priam.cli.identify:identify", "Remains to persons: a whole exchange at once."),
    "kinship": ("priam.cli.kinship:kinship", "Pedigree likelihoods, likelihood ratios, power."),
    "labels": ("priam.cli.labels:labels", "Tags of bags, cases and samples: issue, print, read."),
    "names": ("priam.cli.names:names", "Reconcile lists of persons in several spellings."),
    "simulate": ("priam.cli.simulate:simulate", "Synthetic exchanges with known truth."),
    "totals": ("priam.cli.totals:totals", "How many, estimated from several incomplete lists."),
}


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*LAZY, *(point.name for point in _points())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LAZY:
            module, _, attribute = LAZY[cmd_name][0].partition(":")
            command = getattr(importlib.import_module(module), attribute)
        else:
            found = [point for point in _points() if point.name == cmd_name]
            if not found:
                return None
            command = found[0].load()
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            if name in LAZY:
                rows.append((name, LAZY[name][1]))
            else:
                command = self.get_command(ctx, name)
                rows.append((name, command.get_short_help_str(100) if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _points() -> list[EntryPoint]:
    return list(entry_points(group="priam.commands"))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="priam")
def cli() -> None:
    """Priam: the negotiated return of the war dead, in numbers that can be checked."""


def main() -> None:
    """Run ``priam``; bad input ends with one sentence on stderr and exit code 2."""
    try:
        code = cli.main(standalone_mode=False)
    except UserError as error:
        click.echo(f"priam: {error}", err=True)
        sys.exit(2)
    except click.exceptions.Abort:
        click.echo("priam: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
