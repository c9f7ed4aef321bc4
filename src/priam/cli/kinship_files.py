"""Reading case files and writing answers, for the subcommands of ``priam kinship``."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from priam.errors import InputError, UserError
from priam.strict_json import read_json

__all__ = ["FORMAT_OPTION", "cases_of", "echo_json", "shown", "table"]

FORMAT_OPTION = click.option(
    "--format",
    "form",
    type=click.Choice(["json", "table"]),
    default="json",
    show_default=True,
    help="JSON for programs, or a table to read.",
)


def cases_of(path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of each case: a list under ``cases``, a bare list, or one case."""
    data = read_json(path)
    cases = data.get("cases", [data]) if isinstance(data, dict) else data
    if not isinstance(cases, list):
        raise InputError("expected a list of cases", file=path, where="$.cases")
    for number, case in enumerate(cases):
        if not isinstance(case, dict):
            raise InputError("expected a JSON object", file=path, where=f"$.cases[{number}]")
        yield str(case.get("name", number)), case


def in_case(path: str, name: str, error: Exception) -> UserError:
    """``error`` with the place of the case in front of it."""
    if isinstance(error, KeyError):
        return InputError(f"the key {error.args[0]!r} is missing", file=path, where=f"case {name}")
    if not isinstance(error, UserError):
        return InputError(
            f"a value is not of the kind expected here ({error})", file=path, where=f"case {name}"
        )
    return InputError(str(error), file=path, where=f"case {name}")


def echo_json(value: Any) -> None:
    """Print JSON that every reader accepts (never NaN or Infinity)."""
    click.echo(json.dumps(value, allow_nan=False, ensure_ascii=False))


def shown(value: float, digits: int = 6) -> str:
    """A number for a table; ``-inf`` is shown as "impossible"."""
    if value == -math.inf:
        return "impossible"
    return f"{value:.{digits}g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; all columns but the first are flushed right."""
    from rich.console import Console
    from rich.table import Table

    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for number, name in enumerate(head):
        made.add_column(name, justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        made.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(made)
