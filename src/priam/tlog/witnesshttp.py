"""C2SP tlog-witness over HTTP: the answering side as a WSGI application, the asking side.

Protocol: https://c2sp.org/tlog-witness. ``POST /add-checkpoint`` is the only request. By file
the same bytes travel: a request file goes to the witness, an answer file comes back.
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from priam.tlog import notes
from priam.tlog.errors import LogError
from priam.tlog.notes import Note, Verifier
from priam.tlog.witness import MAX_REQUEST_BYTES, Answer, Request, Witness

__all__ = ["RolledBackError", "add_lines", "ask", "post", "tls_context", "wsgi"]

PATH = "/add-checkpoint"
Post = Callable[[bytes], tuple[int, str]]  # request -> status and body


class RolledBackError(LogError):
    """The witness has cosigned more of this log, ``size`` events, than there is."""

    def __init__(self, size: int, message: str) -> None:
        super().__init__(message)
        self.size = size


def wsgi(witness: Witness) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The WSGI application of a witness."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answer = _answer(witness, environ)
        body = answer.body.encode()
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(body)))]
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [body]

    return application


def _answer(witness: Witness, environ: dict[str, Any]) -> Answer:
    if environ.get("PATH_INFO") != PATH:
        return Answer(404, f"a witness answers POST {PATH} only\n")
    if environ.get("REQUEST_METHOD") != "POST":
        return Answer(405, "use POST\n")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_REQUEST_BYTES:
        return Answer(413, f"the request has more than {MAX_REQUEST_BYTES} bytes\n")
    return witness.add_checkpoint(environ["wsgi.input"].read(length))


def tls_context(authority: Path | None, client: tuple[Path, Path] | None) -> ssl.SSLContext:
    """TLS 1.3 to a witness whose certificate is, or is made by, one in ``authority`` (PEM; the
    system's authorities if None). ``client``: certificate and key to show it."""
    try:
        context = ssl.create_default_context(cafile=authority)
        if client is not None:
            context.load_cert_chain(*client)
    except OSError as error:  # ssl.SSLError is one
        files = ", ".join(map(str, (authority, *(client or ()))))
        raise LogError(f"no certificate can be read from {files} ({error})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def post(url: str, *, timeout: float = 20.0, context: ssl.SSLContext | None = None) -> Post:
    """How to send a request to the witness at ``url``; ``context`` for https, if not the usual."""
    address = url.rstrip("/") + PATH
    if context is not None and not address.startswith("https://"):
        raise LogError(f"{url!r} is no https address; certificates would not be looked at")
    if not address.startswith(("http://", "https://")):
        raise LogError(f"{url!r} is no address of a witness; expected http:// or https://")

    def send(body: bytes) -> tuple[int, str]:
        request = urllib.request.Request(address, data=body, method="POST")
        request.add_header("Content-Type", "text/plain; charset=utf-8")
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=context) as response:
                return response.status, response.read(MAX_REQUEST_BYTES).decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read(MAX_REQUEST_BYTES).decode("utf-8", "replace")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "reason", error)
            raise LogError(f"the witness at {url} does not answer: {reason}") from None

    return send


def ask(
    send: Post,
    checkpoint: str,
    proof: Callable[[int], Sequence[bytes]],
    verifiers: Sequence[Verifier],
    *,
    known: int = 0,
) -> Note:
    """Ask for a cosignature and return the checkpoint with it.

    ``proof(n)`` is the consistency proof from size n; ``known`` is the size that the witness is
    believed to hold. If it holds another, it says so (409) and is asked once more.
    """
    note, old = notes.parse(checkpoint), known
    for _ in range(2):
        status, body = send(bytes(Request(old, tuple(proof(old)), note)))
        if status == 200:
            return add_lines(note, body, verifiers)
        if status != 409 or not body.strip().isdecimal() or int(body) == old:
            break
        old = int(body)
        if old > _size(note):
            raise RolledBackError(
                old,
                f"the witness has cosigned {old} events and this log has {_size(note)}: the log "
                "was rolled back, for instance by an old backup; it must catch up first",
            )
    raise LogError(f"the witness refuses the checkpoint ({status}): {body.strip()[:200]}")


def add_lines(note: Note, lines: str, verifiers: Sequence[Verifier]) -> Note:
    """The checkpoint with a witness's answer; every line must be of a known key and hold."""
    parsed = notes.parse(f"{note.text}\n{lines}")
    notes.verify(parsed, verifiers, require_all=True)
    merged = list(note.signatures)
    merged += [line for line in parsed.signatures if line not in merged]
    return Note(note.text, tuple(merged))


def _size(note: Note) -> int:
    return int(note.text.split("\n")[1])
