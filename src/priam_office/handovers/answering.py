"""The answering side of the exchange over HTTPS: a WSGI application for one party."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from django.db import connections

from priam.errors import UserError
from priam.tlog.errors import LogError
from priam.tlog.notes import Signer
from priam_office.handovers import importing, parties, returning, transfer
from priam_office.handovers.parties import Own
from priam_office.handovers.transfer import Part

__all__ = ["Answering"]

_LIFE = 3600.0  # seconds of a session
_SESSIONS = 64
_RANGE = re.compile(r"bytes=(\d{1,12})-")
Start = Callable[..., Any]


class _RefusedError(Exception):
    """An answer with an error status and one sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass
class _Session:
    party: str
    until: float


@dataclass
class Answering:
    """Callable as WSGI. ``certificate`` is the SHA-256 (hex) of the certificate that is shown.

    ``say`` is told in a line what was taken in; addresses and contents are never logged.
    """

    me: Own
    signers: Sequence[Signer]
    certificate: str
    say: Callable[[str], None] = lambda text: None
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        headers: list[tuple[str, str]] = []
        try:
            with self._lock:  # one after the other: every request may write
                status, body = self._answer(environ, headers)
        except _RefusedError as error:
            status, body = error.status, f"{error}\n".encode()
        except UserError as error:
            status, body = 422, f"{error}\n".encode()
        except OSError as error:
            status, body = 507, f"not stored: {error.strerror}\n".encode()
        finally:
            connections.close_all()
        headers += [("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    def _answer(self, environ: dict[str, Any], headers: list[Any]) -> tuple[int, bytes]:
        method, path = environ.get("REQUEST_METHOD"), environ.get("PATH_INFO", "")
        head, _, digest = path.rpartition("/")
        if (method, path) == ("POST", "/exchange/v1/hello"):
            return 200, self._hello(_body(environ, transfer.LARGEST))
        session = self._session(environ)
        if (method, path) == ("POST", "/exchange/v1/outgoing"):
            return 200, self._make(session, _number(environ, "known"))
        if (method, head) == ("GET", "/exchange/v1/outgoing"):
            made = (self.me.folder / "outgoing").glob(f"{session.party}-*.bundle")
            return self._send(made, digest, environ, headers)
        if (method, path) == ("GET", "/exchange/v1/returned"):
            return 200, self._returned(session, _number(environ, "since"))
        if (method, head) == ("GET", "/exchange/v1/returned"):
            kept = returning.give_back(self.me, session.party, 0)
            return self._send(kept, digest, environ, headers)
        if (method, head) == ("GET", "/exchange/v1/incoming"):
            return 200, _json(offset=Part.of(self.me, session.party, digest).size)
        if (method, head) == ("PUT", "/exchange/v1/incoming"):
            return self._take(session, digest, environ)
        raise _RefusedError(404, "an exchange answers nothing here")

    def _hello(self, data: bytes) -> bytes:
        try:
            greeting = transfer.meet(self.me, data, self.certificate)
        except LogError as error:
            raise _RefusedError(403, f"the greeting is refused: {error}") from None
        now = time.monotonic()
        self._sessions = {k: s for k, s in self._sessions.items() if s.until > now}
        if len(self._sessions) >= _SESSIONS:
            raise _RefusedError(503, "too many sessions are open; try again later")
        token = secrets.token_hex(32)
        self._sessions[token] = _Session(greeting.sender, now + _LIFE)
        answer = transfer.greet(self.me, greeting.sender, greeting.nonce, self.certificate, token)
        return answer.note(self.signers)

    def _session(self, environ: dict[str, Any]) -> _Session:
        given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Priam ")
        session = self._sessions.get(given)
        if session is None or session.until < time.monotonic():
            raise _RefusedError(401, "there is no such session; say hello first")
        return session

    def _make(self, session: _Session, known: int) -> bytes:
        if not transfer.has_news(self.me, known):
            return _json(sha256=None, size=0)
        path = transfer.outgoing(self.me, self.signers, session.party, known)
        data = path.read_bytes()
        return _json(sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    def _returned(self, session: _Session, since: int) -> bytes:
        files = [path.read_bytes() for path in returning.give_back(self.me, session.party, since)]
        found = [{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for data in files]
        return _json(files=found)

    def _send(
        self, files: Iterable[Path], digest: str, environ: dict[str, Any], headers: list[Any]
    ) -> tuple[int, bytes]:
        for path in files:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                continue
            match = _RANGE.fullmatch(environ.get("HTTP_RANGE", "bytes=0-"))
            first = int(match[1]) if match else len(data)
            if first >= len(data):
                raise _RefusedError(416, f"the file has {len(data)} bytes")
            piece = data[first : first + transfer.CHUNK]
            last = first + len(piece) - 1
            headers.append(("Content-Range", f"bytes {first}-{last}/{len(data)}"))
            return 206, piece
        raise _RefusedError(404, "there is no such file any more; ask for a new one")

    def _take(self, session: _Session, digest: str, environ: dict[str, Any]) -> tuple[int, bytes]:
        offset, size = (_number(environ, name) for name in ("offset", "size"))
        if size > transfer.LARGEST:
            raise _RefusedError(413, f"a file has at most {transfer.LARGEST} bytes")
        part = Part.of(self.me, session.party, digest)
        data = _body(environ, transfer.CHUNK)
        if offset + len(data) > size or not part.add(offset, data):
            return 409, _json(offset=part.size)
        if part.size < size:
            return 200, _json(offset=part.size)
        taken = importing.take(self.me, part.whole())
        part.drop()
        self.say(f"{taken.sender}: {taken.events} acts, {taken.new} of them new")
        known = transfer.seen_of(self.me, parties.trusted()[session.party].log)
        return 200, _json(offset=size, taken=asdict(taken), known=known)


def _json(**members: Any) -> bytes:
    return json.dumps(members).encode()


def _body(environ: dict[str, Any], largest: int) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if not 0 <= length <= largest:
        raise _RefusedError(413, f"a request has at most {largest} bytes")
    data: bytes = environ["wsgi.input"].read(length)
    return data


def _number(environ: dict[str, Any], name: str) -> int:
    text = parse_qs(environ.get("QUERY_STRING", "")).get(name, [""])[0]
    if not (text.isascii() and text.isdecimal() and len(text) < 13):
        raise _RefusedError(400, f"{name} is no number of bytes")
    return int(text)
