"""``priam witness``: cosign other installations' checkpoints, or ask another for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from priam.cli.counted import counted
from priam.errors import InputError, UserError
from priam_office import unlocking
from priam_office.commands.opening import PassphraseOption, data_option, open_installation

if TYPE_CHECKING:
    from priam.tlog.witness import Witness
    from priam.tlog.witnesshttp import Post

__all__ = [
    "authority_option",
    "new_passphrase_option",
    "open_witness",
    "passphrase_option",
    "poster",
    "shown_option",
    "witness",
]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
passphrase_option = click.option(
    "--passphrase",
    cls=PassphraseOption,
    envvar=unlocking.PARTY,
    prompt=True,
    hide_input=True,
    help="Opens the key; asked for, or taken from PRIAM_PASSPHRASE.",
)
new_passphrase_option = click.option(
    "--passphrase",
    cls=PassphraseOption,
    envvar=unlocking.PARTY,
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,  # there is no way to a key whose passphrase was mistyped
    help="Seals the new key; asked for twice, or taken from PRIAM_PASSPHRASE.",
)
_KEY = click.option("--key", required=True, type=_FILE, help="Key file of the witness.")
_LOGS = click.option(
    "--logs", required=True, type=_FILE, help="Logs to cosign: a C2SP tlog-policy file."
)
_STORE = click.option(
    "--store",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which the witness remembers what it cosigned.",
)


authority_option = click.option(
    "--authority",
    type=_FILE,
    help="Certificate (PEM) of the witness at an https address, where it made its own.",
)
shown_option = click.option(
    "--show-certificate",
    "show",
    is_flag=True,
    help="Show this installation's own TLS certificate, where the witness asks for one.",
)


@click.group(short_help="Cosign checkpoints of other logs, or ask a witness to.")
def witness() -> None:
    """A witness states that a log has only grown since it last saw it."""


@witness.command(short_help="When each witness was last heard; exit 1 if one is silent.")
@data_option
def status(folder: Path) -> int:
    """Say what each trusted witness last cosigned and how long ago."""
    open_installation(folder)
    from django.conf import settings

    from priam_office.handovers import witnesses

    found = witnesses.statuses()
    if not found:
        click.echo("No witness of this log is trusted here; see `priam exchange trust`.")
    for one in found:
        since = "trusted" if one.size is None else "heard"
        days = counted(one.days, "day")
        word = f"SILENT for {days}" if one.silent else f"{since} {days} ago"
        size = "never cosigned" if one.size is None else counted(one.size, "event")
        seen = size if one.size is None else f"{size} on {one.when}"
        missing = counted(one.missing, "event")
        click.echo(f"{one.party}  {one.witness}  {word}; {seen}; {missing} not seen")
    click.echo(f"A witness is silent after {settings.WITNESS_DAYS} days (PRIAM_WITNESS_DAYS).")
    return 1 if any(one.silent for one in found) else 0


@witness.command(short_help="Make the key of a witness.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the witness, such as c.example/witness.")
@new_passphrase_option
def key(file: Path, name: str, passphrase: str) -> None:
    """Write a new key to FILE, sealed by the passphrase, and print its public lines."""
    from priam.tlog.keys import KeyPair, save_key

    pair = KeyPair.generate(name, "witness")
    save_key(pair, file, passphrase)
    click.echo("\n".join(pair.vkeys()))


@witness.command(short_help="Answer requests over HTTP (C2SP tlog-witness).")
@_KEY
@_LOGS
@_STORE
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535))
@click.option("--tls", is_flag=True, help="Serve HTTPS with a certificate of the witness's own.")
@click.option("--tls-certificate", type=_FILE, help="Certificate (PEM) for HTTPS, with --tls-key.")
@click.option("--tls-key", type=_FILE, help="Key (PEM) of --tls-certificate.")
@click.option(
    "--clients",
    type=_FILE,
    help="Answer only who shows one of these certificates (PEM), or one made by one of them.",
)
@passphrase_option
def serve(
    key: Path,
    logs: Path,
    store: Path,
    host: str,
    port: int,
    tls: bool,
    tls_certificate: Path | None,
    tls_key: Path | None,
    clients: Path | None,
    passphrase: str,
) -> None:
    """Serve POST /add-checkpoint until interrupted (Ctrl-C).

    A cosignature is public and its line proves itself. TLS hides which log grows when, and with
    --clients strangers cost the witness nothing.
    """
    from priam.tlog.witness import MAX_REQUEST_BYTES
    from priam.tlog.witnesshttp import wsgi
    from priam_office import listening
    from priam_office.certificate import fingerprint, own_certificate

    if (tls_certificate is None) != (tls_key is None):
        raise UserError("--tls-certificate and --tls-key go together")
    pair = None if tls_certificate is None or tls_key is None else (tls_certificate, tls_key)
    if clients is not None and not tls and pair is None:
        raise UserError("--clients needs HTTPS: --tls, or --tls-certificate and --tls-key")
    application = wsgi(open_witness(key, logs, store, passphrase))
    if tls and pair is None:
        pair = own_certificate(store, [host])
    made = listening.server(
        application, host, port, pair, clients=clients, largest=MAX_REQUEST_BYTES
    )
    server = listening.prepared(made)
    click.echo(f"Witness on {listening.address(server)} (Ctrl-C ends)")
    if pair is not None:
        click.echo(f"Fingerprint of the certificate (SHA-256): {fingerprint(pair[0])}")
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


@witness.command(short_help="Answer one request that came as a file.")
@click.argument("request", type=_FILE)
@_KEY
@_LOGS
@_STORE
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
def answer(request: Path, key: Path, logs: Path, store: Path, out: Path, passphrase: str) -> None:
    """Answer REQUEST, a file made by `priam witness ask`, into --out."""
    from priam.tlog.witnessfiles import write_durably

    result = open_witness(key, logs, store, passphrase).add_checkpoint(request.read_bytes())
    if result.status != 200:
        raise InputError(f"not cosigned ({result.status}): {result.body.strip()}", file=request)
    write_durably(out, result.body.encode())
    click.echo(f"Cosigned; carry {out} back.")


@witness.command(short_help="Write the request for a witness to a file.")
@data_option
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--known", default=0, show_default=True, help="Size that the witness cosigned last.")
def ask(folder: Path, out: Path, known: int) -> None:
    """Write a request for a cosignature of the log as it is now, to be carried to a witness."""
    open_installation(folder)
    from priam.tlog.witnessfiles import write_durably
    from priam_office.handovers import witnessing

    write_durably(out, witnessing.request_file(known))
    click.echo(f"Carry {out} to the witness.")


@witness.command(short_help="Take in the answer of a witness that came as a file.")
@data_option
@click.argument("file", type=_FILE)
@click.option("--vkey", "vkeys", multiple=True, required=True, help="Public key of the witness.")
def take(folder: Path, file: Path, vkeys: tuple[str, ...]) -> None:
    """Add the cosignatures in FILE to the newest checkpoint."""
    installation = open_installation(folder)
    from priam_office.handovers import witnessing

    note = witnessing.take_answer(installation.folder, file.read_text("utf-8"), vkeys)
    click.echo(note, nl=False)


@witness.command(short_help="Ask a witness over HTTP to cosign the newest checkpoint.")
@data_option
@click.argument("url")
@click.option("--vkey", "vkeys", multiple=True, required=True, help="Public key of the witness.")
@authority_option
@shown_option
def request(
    folder: Path, url: str, vkeys: tuple[str, ...], authority: Path | None, show: bool
) -> None:
    """Sign a checkpoint of the log as it is now and have the witness at URL cosign it."""
    installation = open_installation(folder)
    from priam_office.handovers import witnessing

    send = poster(installation.folder, url, authority, show)
    click.echo(witnessing.cosigned_by(installation.folder, send, vkeys), nl=False)


def poster(folder: Path, url: str, authority: Path | None, show: bool) -> Post:
    """How to send a request to a witness, with what :data:`authority_option` and
    :data:`shown_option` say."""
    from priam.tlog.witnesshttp import post, tls_context
    from priam_office.certificate import own_certificate

    if authority is None and not show:
        return post(url)
    pair = own_certificate(folder, []) if show else None
    return post(url, context=tls_context(authority, pair))


def open_witness(key: Path, logs: Path, store: Path, passphrase: str) -> Witness:
    """The witness with this key, these logs and this memory."""
    from priam.tlog.cosignatures import verifier_of
    from priam.tlog.keys import load_key
    from priam.tlog.policy import parse_policy
    from priam.tlog.witness import Witness
    from priam.tlog.witnessfiles import FileStore

    pair = load_key(key, passphrase)
    if pair.role != "witness":
        raise InputError(f"this is the key of a {pair.role}, expected a witness", file=key)
    trusted: dict[str, list[object]] = {}
    for log in parse_policy(logs.read_bytes()).logs:
        trusted.setdefault(log.vkey.name, []).append(verifier_of(log.vkey))
    return Witness(pair.signers(), trusted, FileStore(store))  # type: ignore[arg-type]
