"""``priam exchange serve`` and ``sync``: records between installations over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option
from priam_office.commands.witness import passphrase_option

if TYPE_CHECKING:
    from priam_office.handovers.importing import Taken

__all__ = ["serve", "sync"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Let the other parties exchange records with this one over HTTPS.")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8443,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.",
)
@click.option("--certificate", type=_FILE, help="Certificate (PEM), with --key; else our own.")
@click.option("--key", type=_FILE, help="Key (PEM) of --certificate.")
@passphrase_option
def serve(
    folder: Path, host: str, port: int, certificate: Path | None, key: Path | None, passphrase: str
) -> None:
    """Answer `priam exchange sync` of the parties that are trusted here, until Ctrl-C.

    Both sides sign with their party keys and name the TLS certificate, so no public authority is
    needed. The keys stay open in memory as long as it runs.
    """
    from priam_office.commands.exchange import own_party

    if (certificate is None) != (key is None):
        raise UserError("--certificate and --key go together")
    me = own_party(folder)
    from priam_office import listening
    from priam_office.certificate import fingerprint, own_certificate
    from priam_office.handovers import transfer
    from priam_office.handovers.answering import Answering

    if certificate is None or key is None:
        certificate, key = own_certificate(me.folder, [host])
    shown = fingerprint(certificate)
    digest = shown.replace(":", "").lower()
    application = Answering(me, me.signers(passphrase), digest, click.echo)
    tls, largest = (certificate, key), transfer.LARGEST
    server = listening.prepared(listening.server(application, host, port, tls, largest=largest))
    click.echo(f"Exchange of {me.party} on {listening.address(server)} (Ctrl-C ends)")
    click.echo(f"Fingerprint of the certificate (SHA-256): {shown}")
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


@click.command(short_help="Exchange what is new with another party over HTTPS.")
@data_option
@click.argument("url")
@click.option("--with", "peer", required=True, help="The party at URL.")
@click.option("--fingerprint", help="SHA-256 of its TLS certificate; compared before all else.")
@passphrase_option
def sync(folder: Path, url: str, peer: str, fingerprint: str | None, passphrase: str) -> None:
    """Send what is new to the party at URL and fetch what is new there.

    Run it as often as you like; if the line breaks, run it again and it goes on from there.
    """
    from priam_office.commands.exchange import own_party

    me = own_party(folder)
    from priam_office.handovers import syncing

    with _bar() as progress:
        done = syncing.sync(
            me, me.signers(passphrase), url, peer, pin=fingerprint, progress=progress
        )
    click.echo(_said(f"to {peer}", done.sent))
    click.echo(_said(f"from {peer}", done.received))


def _said(way: str, taken: Taken | None) -> str:
    if taken is None:
        return f"{way}: nothing new"
    words = f"{way}: {taken.events} acts, {taken.new} of them new"
    if taken.waiting:
        words += f"; {taken.waiting} wait ({taken.why})"
    if taken.freed:
        words += f"; {taken.freed} acts that had waited for them are taken in"
    return words


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, size: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=size)
            bar.update(tasks[what], completed=done)

        yield progress
