"""``priam dispute``: verify bundles and proofs, offline, without a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from priam.errors import InputError, UserError

if TYPE_CHECKING:
    from priam.tlog.dispute import Report, Status

__all__ = ["dispute"]

T = TypeVar("T")

_HEADINGS: dict[Status, str] = {
    "contradiction": "CONTRADICTIONS: two signed statements that cannot both hold",
    "invalid": "INVALID: evidence that does not verify and counts for nothing",
    "proved": "PROVED: by whom it was stated, and by when at the latest; not that it is true",
    "claimed": "CLAIMED: by those named, nobody else has to believe it",
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 40


@click.group(short_help="Verify evidence about a handover, offline.")
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


@dispute.command(short_help="Write the second verifier: one page for a browser.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
def verifier(out: Path, force: bool) -> None:
    """Write the second verifier to the file OUT: a page that checks bundles in a browser.

    It shares no code with this command, needs no network and no installation.
    """
    from importlib.resources import files

    if out.exists() and not force:
        raise UserError(f"{out} is there already; --force overwrites it")
    page = files("priam.tlog").joinpath("verifier.html").read_bytes()
    try:
        partial = out.with_name(out.name + ".partial")
        partial.write_bytes(page)
        partial.replace(out)
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from None
    click.echo(f"{out}: open it in a browser (SHA-256 {hashlib.sha256(page).hexdigest()})")


@dispute.command(short_help="Verify the proof that one event stands in a log.")
@click.argument("file", type=_FILE)
@click.option("--policy", type=_FILE, required=True, help="Trust policy (C2SP tlog-policy).")
@click.option("--leaf", "leaf_file", type=_FILE, help="The leaf, if the proof does not hold it.")
@click.option("--payload", type=_FILE, help="The disclosed content of the event (JSON).")
@click.option("--salt", help="The disclosed salt, 64 hexadecimal digits.")
def proof(
    file: Path, policy: Path, leaf_file: Path | None, payload: Path | None, salt: str | None
) -> None:
    """Verify FILE, a C2SP tlog-proof, and say what the log holds.

    With --payload and --salt also whether the event has this content.
    """
    from priam.tlog.errors import LogError
    from priam.tlog.policy import parse_policy
    from priam.tlog.prooffiles import parse_proof, verify_proof

    trusted = _read(policy, parse_policy)
    parsed = _read(file, parse_proof)
    data = parsed.extra if leaf_file is None else leaf_file.read_bytes()
    if data is None:
        raise InputError("the proof does not hold the leaf; give it with --leaf", file=file)
    try:
        verdict = verify_proof(parsed, data, trusted)
    except LogError as error:
        raise InputError(f"the proof does not hold: {error}", file=file) from None
    _print_leaf(data, parsed.index, file)
    by = ", ".join(verdict.cosigned) or "nobody (the policy asks for nobody)"
    point = verdict.checkpoint
    click.echo(f"stands at place {parsed.index} of {point.origin}, which had {point.size} leaves")
    click.echo(f"cosigned by {by}")
    _print_content(data, payload, salt)


def _print_leaf(data: bytes, index: int, file: Path) -> None:
    from priam.tlog.leaves import parse_leaf

    leaf = _parsed(parse_leaf, data, file)
    if leaf.sequence != index:
        raise InputError(
            f"the leaf says it stands at place {leaf.sequence}, the proof says {index}", file=file
        )
    click.echo(f"event {leaf.event_id}: {leaf.type}")
    click.echo(f"by {leaf.actor}; said to have happened {leaf.claimed_time}")
    click.echo(f"received {leaf.received_time}")


def _print_content(data: bytes, payload: Path | None, salt: str | None) -> None:
    from priam.tlog.leaves import canonical_json, commitment, parse_leaf

    if payload is None and salt is None:
        click.echo("content: not disclosed")
        return
    if payload is None or salt is None:
        raise UserError("--payload and --salt go together")
    try:
        body, value = canonical_json(json.loads(payload.read_bytes())), bytes.fromhex(salt)
    except ValueError:
        raise UserError("--payload is a JSON file, --salt 64 hexadecimal digits") from None
    if commitment(value, body) != parse_leaf(data).commitment:
        raise InputError("this is not the content of the event, or not its salt", file=payload)
    click.echo("content: is the one given")


def _read(path: Path, parse: Callable[[bytes], T]) -> T:
    return _parsed(parse, path.read_bytes(), path)


def _parsed(parse: Callable[[bytes], T], data: bytes, path: Path) -> T:
    from priam.tlog.errors import LogError

    try:
        return parse(data)
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


# What needs a store comes from another distribution: `priam dispute export` is the office's.
for _point in entry_points(group="priam.dispute"):
    dispute.add_command(_point.load(), _point.name)
