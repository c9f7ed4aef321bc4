"""``priam log``: sign, prove, verify."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from priam.cli.counted import counted
from priam.errors import InputError, UserError
from priam_office import unlocking
from priam_office.commands.keys import replacing_passphrase_option
from priam_office.commands.opening import PassphraseOption, data_option, open_installation
from priam_office.commands.witness import (
    authority_option,
    passphrase_option,
    poster,
    shown_option,
)

if TYPE_CHECKING:
    from priam_office.record.audit import Report

__all__ = ["log"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="The log over the events: sign it, prove an event, verify all.")
def log() -> None:
    """The log over the events."""


@log.command(short_help="Sign size and root of the log as it is now.")
@data_option
def checkpoint(folder: Path) -> None:
    """Sign size and root of the log and print the note. Keep a copy elsewhere."""
    open_installation(folder)
    from priam_office.record import checkpoints

    click.echo(checkpoints.checkpoint().note, nl=False)


@log.command("seal-key", short_help="Put the log's keys under a passphrase.")
@data_option
@click.option(
    "--passphrase",
    cls=PassphraseOption,
    envvar=unlocking.LOG,
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for twice, or taken from PRIAM_LOG_PASSPHRASE.",
)
def seal_key(folder: Path, passphrase: str) -> None:
    """Seal keys that lie open (`priam init --open-log-key`, or made before keys were sealed).

    From then on PRIAM_LOG_PASSPHRASE opens them, or whoever signs is asked.

    Reading and verifying need no passphrase. There is no way to the keys without it.
    """
    installation = open_installation(folder)
    installation.seal(passphrase)
    click.echo(f"The keys of {installation.origin()} are in {installation.sealed_key_file} now.")
    click.echo("Set PRIAM_LOG_PASSPHRASE where checkpoints are signed.")


@log.command("replace-key", short_help="New keys for the log; the old ones vouch for them.")
@data_option
@click.option(
    "--reason",
    type=click.Choice(["rotation", "stolen", "lost"]),
    default="rotation",
    show_default=True,
)
@click.option("--with", "files", multiple=True, type=_FILE, help="Lost: file of a recovery key.")
@click.option("--alone", is_flag=True, help="Lost: there is no quorum of recovery keys.")
@replacing_passphrase_option
def replace_key(
    folder: Path, reason: str, files: tuple[Path, ...], alone: bool, new_passphrase: str
) -> None:
    """Replace the keys that sign checkpoints. The change is an event in the log.

    The last checkpoint of the old keys is signed by both. A party's new card is signed with the
    keys of its office; if the old keys of the log are lost, with recovery keys too, and the others
    compare its fingerprint (docs/how-to/replace-keys.md). Run it again if it was interrupted.
    """
    installation = open_installation(folder)
    from priam.tlog.keys import load_key
    from priam_office.handovers import logkeys, parties

    speaks = (installation.folder / "party-card").exists()
    me = parties.own(installation) if speaks else None
    if logkeys.finish(installation, me):
        click.echo("A replacement that had been interrupted is finished.")
        return
    office = [] if me is None else me.signers(_passphrase_of(me.folder / "party-key"))
    pairs = [load_key(file, _asked(file)) for file in files]
    after = logkeys.replace(installation, reason, new_passphrase, me, office, pairs, alone=alone)
    click.echo(f"{installation.origin()} is signed with new keys from now on.")
    if after is not None:
        click.echo("Renew the annex (`priam exchange annex`) and send the next file to the others.")
        click.echo(f"Fingerprint of the new card: {parties.fingerprint(after.card)}")


def _passphrase_of(path: Path) -> str:
    return unlocking.given(unlocking.PARTY) or _asked(path)


def _asked(path: Path) -> str:
    return str(click.prompt(f"Passphrase of {path}", hide_input=True))


@log.command("catch-up", short_help="After a restore: ask what others saw of the log.")
@data_option
@click.option("--witness", "urls", multiple=True, help="Address of a witness of this log.")
@click.option("--alone", is_flag=True, help="No witness ever cosigned this log; nobody is asked.")
@authority_option
@shown_option
def catch_up(
    folder: Path, urls: tuple[str, ...], alone: bool, authority: Path | None, show: bool
) -> None:
    """Let a restored installation write again, if nobody has seen more of its log.

    A witness that remembers fewer events, or as many, cosigns the log as it is now; one that
    remembers more says how many, and the installation stays read-only. By file: `priam witness
    ask`, `priam witness take`.
    """
    installation = open_installation(folder)
    from priam_office.handovers import returning, trusted, witnessing
    from priam_office.record import queries, restored

    vkeys = [vkey for keys in trusted.trusted().values() for vkey in keys.witness_vkeys]
    size, _ = queries.head()
    for url in urls:
        if not vkeys:
            raise UserError("no keys of a witness are trusted here; see `priam exchange trust`")
        send = poster(installation.folder, url, authority, show)
        witnessing.cosigned_by(installation.folder, send, vkeys)
    if not urls and not alone and restored.held() is not None:
        raise UserError("name a witness to ask (--witness URL), or say that there is none: --alone")
    if alone and vkeys:
        raise UserError("this log has a witness: ask it (--witness URL)")
    if alone:
        restored.release(size)
    restored.check_may_write(size)
    returning.declare(installation)
    click.echo(f"Nobody is known to have seen more than the {size:,} events here; writing goes on.")


@log.command("take-back", short_help="After a restore: put back what others hold of the log.")
@data_option
@click.argument("files", type=_FILE, nargs=-1)
@click.option("--from", "url", help="Or: fetch them from the party at this https address.")
@click.option("--with", "peer", help="The party at --from.")
@passphrase_option
def take_back(
    folder: Path, files: tuple[Path, ...], url: str | None, peer: str | None, passphrase: str
) -> None:
    """Put lost events back from exchange files that this installation once made.

    Others give them back (`priam exchange give-back`), or are asked over the network. They must
    lead from the log as it is here to a checkpoint that it signed; all of them together, else
    nothing is changed. What no file holds is known by its hash from then on.
    """
    installation = open_installation(folder)
    from priam_office.handovers import parties, returning, syncing

    if bool(files) == bool(url) or bool(url) != bool(peer):
        raise UserError("name FILES, or a party: --from URL --with PARTY")
    if url and peer:
        me = parties.own(installation)
        found = syncing.returned(me, me.signers(passphrase), url, peer)
    else:
        found = [file.read_bytes() for file in files]
    done = returning.take_back(installation, found)
    returning.settle(installation)
    new = done.size - done.before
    click.echo(f"{counted(new, 'event')} put back; {done.size:,} are here.")
    if done.lost:
        click.echo(f"Of {counted(done.lost, 'event')} only the hash is known; the log says so.")
    _say_whether_held(done.size)


def _say_whether_held(size: int) -> None:
    from priam_office.record import restored

    reason = restored.behind(size)
    click.echo(f"Still read-only: {reason}" if reason else "Writing goes on.")


@log.command(short_help="Prove that one event stands in the log.")
@data_option
@click.argument("event")
def prove(folder: Path, event: str) -> None:
    """Print the proof of EVENT (its id, or its place in the log) as a C2SP tlog-proof."""
    open_installation(folder)
    from priam_office.record import queries

    row = queries.event(event)
    if row is None:
        raise UserError(f"no event {event!r}; expected an event id or a place in the log")
    proof = queries.proof(row)
    if proof is None:
        raise UserError(
            f"no checkpoint covers event {row.event_id} yet; run `priam log checkpoint` first"
        )
    click.echo(proof.text, nl=False)


@log.command(short_help="Check the whole log, then the tables made from it.")
@data_option
@click.option(
    "--checkpoint",
    "copies",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept elsewhere; may be given several times.",
)
@click.option(
    "--tables/--no-tables",
    default=True,
    show_default=True,
    help="Also compare the tables that pages read with what the events make of them.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def verify(folder: Path, copies: tuple[Path, ...], tables: bool, form: str) -> int:
    """Check the log and name each row that was changed, removed, moved or added.

    First the log: events, payloads, leaves, signatures, tree, guards. Its verdict is printed
    before the second part begins: all tables made from the events are made again and compared,
    which takes about five times as long. That part may be interrupted or left out; the output
    says what was not checked. The exit code is 1 where anything was found.
    """
    installation = open_installation(folder)
    from priam_office.record import audit, queries

    notes = [_read(path) for path in copies]
    size, quiet = queries.head()[0], form == "json"
    with _bar("the log", size, quiet) as advance:
        report = audit.audit_log(installation.verifiers(), installation.origin(), notes, advance)
    if not quiet:
        _say_log(report)
    if tables:
        report = _with_tables(report, size, quiet)
    if quiet:
        click.echo(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    elif not tables:
        click.echo(_NOT_COMPARED)
    return 0 if report.ok else 1


_NOT_COMPARED = (
    "Tables: NOT compared with the events. What pages and lists show may differ from the log."
)


def _with_tables(report: Report, size: int, quiet: bool) -> Report:
    """The second part, said as soon as it is done."""
    from priam_office.record import audit

    try:
        with _bar("the tables", size, quiet) as advance:
            rows, findings = audit.audit_tables(advance)
    except KeyboardInterrupt:
        if not quiet:
            click.echo(f"Interrupted. {_NOT_COMPARED}")
        raise
    for kind, text in findings if not quiet else ():
        click.echo(f"{kind}: {text}")
    if not quiet:
        click.echo(f"Tables: {counted(rows, 'row')} compared with what the events make of them.")
        click.echo(_verdict(len(findings)))
    return replace(report, rows=rows, findings=(*report.findings, *findings))


@contextmanager
def _bar(name: str, size: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; what it gives is told how many more events are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    console = Console(stderr=True)
    columns = (TextColumn(f"{name:12}"), BarColumn(), MofNCompleteColumn(), Elapsed())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden, transient=True) as bars:
        task = bars.add_task(name, total=size)
        yield lambda count: bars.advance(task, count)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read as text: {error}", file=path) from None


def _say_log(report: Report) -> None:
    size, signed = report.log.size, report.log.vouched
    for kind, text in report.findings:
        click.echo(f"{kind}: {text}")
    click.echo(
        f"Log: {counted(size, 'event')}, {counted(report.log.payloads, 'payload')}, "
        f"{counted(report.log.checkpoints, 'checkpoint')} "
        f"checked; root {report.log.root.hex()}"
    )
    if report.lost:
        click.echo(
            f"{counted(report.lost, 'event')} lost by an old backup: only the hash is known, and "
            "the log says so"
        )
    unread = size - report.log.payloads - report.lost
    if unread > 0:
        click.echo(
            f"{unread} payloads could not be read: their salt was destroyed or their compartment "
            "is locked"
        )
    if signed < size:
        click.echo(
            f"{size - signed} events are not covered by a checkpoint; "
            "`priam log checkpoint` signs them"
        )
    click.echo(_verdict(len(report.findings)))


def _verdict(count: int) -> str:
    return f"FOUND: {count}, see above." if count else "Nothing was found wrong."
