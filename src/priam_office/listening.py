"""The one server (cheroot) of pages, of the exchange and of a witness; with TLS it is 1.3."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError

__all__ = ["address", "prepared", "server"]


def server(
    application: Callable[..., Any],
    host: str,
    port: int,
    tls: tuple[Path, Path] | None = None,
    *,
    clients: Path | None = None,
    threads: int = 4,
    largest: int,
    timeout: int = 60,
) -> Any:
    """A server of a WSGI application, to be :func:`prepared` and served.

    ``tls``: certificate and key, PEM. ``clients``: certificates (PEM), one of which, or one made
    by one of which, a caller has to show. ``largest``: bytes of a request.
    """
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from cheroot.wsgi import Server

    made = Server((host, port), application, numthreads=threads, server_name="priam")
    made.timeout = timeout
    made.software = "priam"
    made.max_request_body_size = largest
    made.max_request_header_size = 64 * 1024
    made.error_log = _quiet
    if tls is None:
        return made
    try:
        made.ssl_adapter = BuiltinSSLAdapter(*map(str, tls))
    except OSError as error:
        raise UserError(f"{tls[0]} and {tls[1]} do not fit ({_why(error)})") from None
    context = made.ssl_adapter.context
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if clients is not None:
        try:
            context.load_verify_locations(clients)
        except OSError as error:
            text = f"expected certificates in PEM form ({_why(error)})"
            raise InputError(text, file=clients) from None
        context.verify_mode = ssl.CERT_REQUIRED
    return made


def prepared(made: Any) -> Any:
    """The same server after its port was opened; ``server.serve()`` then answers."""
    host, port = made.bind_addr[:2]
    try:
        made.prepare()
    except OSError as error:
        raise UserError(
            f"port {port} on {host} cannot be opened ({_why(error)}); choose another with --port"
        ) from None
    return made


def address(made: Any) -> str:
    """Where a prepared server answers, such as ``https://127.0.0.1:8443``."""
    host, port = made.bind_addr[:2]
    scheme = "http" if made.ssl_adapter is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _quiet(*args: Any, **options: Any) -> None:
    """The server's own log would quote addresses; what fails is logged by the application."""


def _why(error: OSError) -> str:
    return error.strerror or str(error)
