"""``priam serve``: the pages, on this machine or, with TLS, on its network."""

from __future__ import annotations

import ipaddress
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from priam.errors import UserError
from priam_office.commands.check import warnings
from priam_office.commands.opening import data_option, open_installation

__all__ = ["serve"]

_LARGEST_REQUEST = 256 * 2**20  # bytes; refused by the server before a byte reaches a view
_THREADS = 8
_MANY = 50_000  # events from which on a word is said


@click.command(short_help="Serve the pages; with --tls also to tablets on the network.")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.",
)
@click.option("--tls", is_flag=True, help="Serve HTTPS with a certificate of the office's own.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificate chain (PEM) to serve HTTPS with, together with --key.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Key (PEM) of --certificate.",
)
@click.option(
    "--worker/--no-worker",
    default=True,
    help="Run searches that are asked for on the pages; --no-worker leaves them to `priam work`.",
)
def serve(
    folder: Path,
    host: str,
    port: int,
    tls: bool,
    certificate: Path | None,
    key: Path | None,
    worker: bool,
) -> None:
    """Serve the pages until interrupted (Ctrl-C).

    Beyond this machine use --tls, or a proxy with TLS in front; see docs/how-to/run-a-server.md.
    """
    if (certificate is None) != (key is None):
        raise UserError("--certificate and --key go together")
    secure = tls or certificate is not None
    if secure:
        os.environ["PRIAM_HTTPS"] = "1"  # settings read it when Django starts
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped like by Ctrl-C
    installation = open_installation(folder)
    if tls and certificate is None:
        certificate, key = _own(installation.folder, host)
    _read_record()
    _load_pages()
    server = _server(host, port, certificate, key)
    for text in warnings():
        click.echo(f"unsafe: {text}", err=True)
    _say_where(server, certificate if secure else None)
    try:
        with _searching(folder if worker else None):
            server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


@contextmanager
def _searching(folder: Path | None) -> Iterator[None]:
    """Another process runs the searches, so that pages stay quick; it ends with the server."""
    if folder is None:
        yield
        return
    command = [sys.executable, "-m", "priam", "work", "--quiet", "--data", str(folder)]
    command += ["--parent", str(os.getpid())]  # a server that is killed leaves no worker behind
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)  # what is searched so far is kept
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _load_pages() -> None:
    """Load every page's code now, so that the first to ask does not wait for it."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns


def _read_record() -> None:
    """Fold the events before the first page is asked for: half a million take twenty seconds."""
    from django.db import connection

    from priam_office.record.state import head, known

    size, _ = head()
    if size > _MANY:
        click.echo(f"Reading {size:,} events ...", err=True)
    known()
    connection.close()


def _own(folder: Path, host: str) -> tuple[Path, Path]:
    from django.conf import settings

    from priam_office.certificate import own_certificate

    named = [h for h in settings.ALLOWED_HOSTS if h != "*"]
    return own_certificate(folder, [*named, *([] if _everywhere(host) else [host])])


def _everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _server(host: str, port: int, certificate: Path | None, key: Path | None) -> Any:
    from priam_office import listening
    from priam_office.wsgi import application

    tls = None if certificate is None or key is None else (certificate, key)
    made = listening.server(
        application, host, port, tls, threads=_THREADS, largest=_LARGEST_REQUEST, timeout=30
    )
    return listening.prepared(made)


def _say_where(server: Any, certificate: Path | None) -> None:
    from priam_office import listening
    from priam_office.certificate import fingerprint

    click.echo(f"Serving on {listening.address(server)}/ (Ctrl-C ends)")
    if certificate:
        click.echo(f"Fingerprint of the certificate (SHA-256): {fingerprint(certificate)}")
