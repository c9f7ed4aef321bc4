"""``priam serve``: the pages, on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from priam.errors import UserError
from priam_office.commands.opening import data_option, open_installation

__all__ = ["serve"]


@click.command(short_help="Serve the public pages on 127.0.0.1.")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.",
)
def serve(folder: Path, host: str, port: int) -> None:
    """Serve the public pages until interrupted (Ctrl-C).

    To reach them from other machines put a proxy with TLS in front; see docs/reference/settings.md.
    """
    open_installation(folder)
    from waitress.server import create_server

    from priam_office.wsgi import application

    try:
        server = create_server(application, host=host, port=port, threads=8, ident=None)
    except OSError as error:
        raise UserError(
            f"port {port} on {host} cannot be opened ({error.strerror}); choose another with --port"
        ) from None
    click.echo(f"Serving on http://{server.effective_host}:{server.effective_port}/ (Ctrl-C ends)")
    try:
        server.run()
    except KeyboardInterrupt:  # pragma: no cover  waitress usually swallows it
        pass
    finally:
        server.close()
