"""``priam dispute``: verify a bundle of evidence, offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from priam.errors import InputError

if TYPE_CHECKING:
    from priam.tlog.dispute import Report

__all__ = ["dispute"]

T = TypeVar("T")

_HEADINGS = {
    "contradiction": "CONTRADICTIONS: two signed statements that cannot both hold",
    "invalid": "INVALID: evidence that does not verify and counts for nothing",
    "proved": "PROVED: by whom it was stated, and by when at the latest; not that it is true",
    "claimed": "CLAIMED: by those named, nobody else has to believe it",
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 40


@click.group(short_help="Verify a bundle of evidence about a handover, offline.")
def dispute() -> None:
    """Evidence about a handover."""


@dispute.command(short_help="Say what a bundle proves, who only claims, and what clashes.")
@click.argument("bundle", type=_FILE)
@click.option("--policy", type=_FILE, help="Your own copy of the trust policy (C2SP tlog-policy).")
@click.option("--parties", type=_FILE, help="Your own copy of the parties' keys (JSON).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def verify(bundle: Path, policy: Path | None, parties: Path | None, form: str) -> int:
    """Verify BUNDLE. The exit code is 1 where something clashes or does not verify, and 2 where
    the file itself was changed after it was exported."""
    from priam.tlog.bundle import parse_parties
    from priam.tlog.dispute import verify_bundle
    from priam.tlog.errors import LogError
    from priam.tlog.policy import parse_policy

    trusted = None if policy is None else _read(policy, parse_policy)
    known = None if parties is None else _read(parties, parse_parties)
    try:
        report = verify_bundle(bundle.read_bytes(), policy=trusted, parties=known)
    except LogError as error:
        raise InputError(f"the bundle is refused: {error}", file=bundle) from None
    if form == "json":
        click.echo(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    else:
        _print(report)
    return 0 if report.ok else 1


def _read(path: Path, parse: Callable[[bytes], T]) -> T:
    from priam.tlog.errors import LogError

    try:
        return parse(path.read_bytes())
    except LogError as error:
        raise InputError(str(error), file=path) from None


def _print(report: Report) -> None:
    by = ", ".join(report.exported_by)
    click.echo(f"{report.subject} (exported and signed by {by})")
    for status, heading in _HEADINGS.items():
        statements = report.of(status)
        if not statements:
            continue
        click.echo(f"\n{heading}")
        for statement in statements[:_SHOWN]:
            who = f" [{', '.join(statement.by)}]" if statement.by else ""
            click.echo(f"  {statement.about}: {statement.text}{who}")
        if len(statements) > _SHOWN:
            click.echo(f"  and {len(statements) - _SHOWN} more; --format json lists all")
    click.echo()
    click.echo(
        "Nothing clashes and everything verifies."
        if report.ok
        else "Not everything holds: see above."
    )
