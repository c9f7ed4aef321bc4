"""``priam account``: what was agreed, claimed and counted, side by side."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from priam.accounting.account import Account, account_of
from priam.accounting.claims_file import packaged_claims, read_claims

__all__ = ["account"]


@click.command()
@click.argument("claims", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "html"]),
    default="table",
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead.")
def account(claims: str | None, form: str, out: Path | None) -> None:
    """Print the account of CLAIMS, a JSON file of public statements ("-": standard input).

    Without CLAIMS, the public statements of 2025-2026 that the package carries are used. Nothing
    is stored. `priam load` stores them as events.
    """
    file = read_claims(claims) if claims else packaged_claims()
    result = account_of(file)
    if form == "table" and out is None:
        _print_table(result)
    else:
        _write(_rendered(result, form), out)


def _rendered(result: Account, form: str) -> str:
    if form == "json":
        return json.dumps(result.to_json(), ensure_ascii=False, indent=1) + "\n"
    if form == "html":
        from priam.accounting.page import account_page

        return account_page(result)
    from io import StringIO

    from rich.console import Console

    from priam.accounting.table import print_account

    buffer = StringIO()
    print_account(result, Console(file=buffer, width=110))
    return buffer.getvalue()


def _print_table(result: Account) -> None:
    from rich.console import Console

    from priam.accounting.table import print_account

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 110
    print_account(result, Console(width=width))


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    part = out.with_name(out.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(out)
    click.echo(f"written: {out}")
