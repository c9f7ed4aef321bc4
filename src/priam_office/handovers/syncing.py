"""The asking side of the exchange over HTTPS: send what is new, fetch what is new, go on."""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from priam.errors import UserError
from priam.tlog.errors import LogError
from priam.tlog.notes import Signer
from priam_office.handovers import importing, parties, transfer
from priam_office.handovers.importing import Taken
from priam_office.handovers.parties import Own
from priam_office.handovers.transfer import CHUNK, Greeting, Part
from priam_office.record import queries

__all__ = ["Synced", "returned", "sync"]

Progress = Callable[[str, int, int], None]  # what, bytes so far, bytes in all
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Synced:
    """What an exchange brought each side; None where there was nothing new to send."""

    sent: Taken | None
    received: Taken | None


def sync(
    me: Own,
    signers: Sequence[Signer],
    url: str,
    peer: str,
    *,
    pin: str | None = None,
    progress: Progress = lambda what, done, size: None,
) -> Synced:
    """Exchange records with ``peer`` at ``url``; after an interruption it goes on where it was.

    ``pin``: SHA-256 of the server's certificate, compared before anything is sent. Without it
    the peer's signature over the certificate is enough.
    """
    with _Line(url, pin) as line:
        greeting = _hello(me, signers, line, peer)
        line.session = greeting.session
        sent = _send_all(me, signers, line, greeting, progress)
        received = _receive_all(me, line, peer, progress)
    return Synced(sent, received)


def returned(me: Own, signers: Sequence[Signer], url: str, peer: str) -> list[bytes]:
    """This party's own files that ``peer`` holds and that go beyond what is left of its log."""
    with _Line(url, None) as line:
        # Nothing is to be sent, and the peer has seen more than is here: that is no surprise.
        line.session = _hello(me, signers, line, peer, behind=True).session
        size, _ = queries.head()
        listed = line.ask_json("GET", f"returned?since={size}").get("files", [])
        return [_fetched(line, "returned", _part(me, peer, line, one), one) for one in listed]


class _Line:
    """One TLS connection; its certificate is checked by the party's signature, not by a name."""

    def __init__(self, url: str, pin: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise UserError(f"{url!r} is no address of an installation; expected https://HOST:PORT")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the certificate is compared in `transfer.meet`
        self.url, self.session = url, ""
        self.http = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=_SECONDS, context=context
        )
        self.certificate = self._connect(pin)

    def _connect(self, pin: str | None) -> str:
        try:
            self.http.connect()
        except OSError as error:
            raise UserError(f"{self.url} does not answer: {error.strerror or error}") from None
        shown = self.http.sock.getpeercert(binary_form=True)
        found = hashlib.sha256(shown).hexdigest()
        if pin is not None and pin.replace(":", "").replace(" ", "").lower() != found:
            self.http.close()
            raise UserError(
                f"the certificate at {self.url} has the fingerprint {found}, not the one given; "
                "nothing was sent"
            )
        return found

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, Any]:
        """Status, body and headers of an answer; a lost connection is one sentence."""
        if self.session:
            headers["Authorization"] = f"Priam {self.session}"
        try:
            self.http.request(method, "/exchange/v1/" + path, body=body, headers=headers)
            answer = self.http.getresponse()
            data = answer.read(transfer.LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise UserError(
                f"the connection to {self.url} was lost ({error or type(error).__name__}); run the "
                "command again, it goes on from there"
            ) from None
        if answer.status >= 400 and answer.status != 409:
            words = data[:500].decode("utf-8", "replace").strip()
            raise UserError(f"{self.url} refuses ({answer.status}): {words}")
        return answer.status, data, answer.headers

    def ask_json(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        """The answer as JSON."""
        _, data, _ = self.ask(method, path, body)
        try:
            members = json.loads(data)
        except ValueError:
            members = None
        if not isinstance(members, dict):
            raise UserError(f"{self.url} does not answer as an installation does")
        return members


def _hello(
    me: Own, signers: Sequence[Signer], line: _Line, peer: str, *, behind: bool = False
) -> Greeting:
    own = transfer.greet(me, peer, secrets.token_hex(16), line.certificate)
    _, data, _ = line.ask("POST", "hello", own.note(signers))
    try:
        greeting = transfer.meet(me, data, line.certificate, own.nonce, behind=behind)
        if greeting.sender != peer or not greeting.session:
            raise LogError(f"it is {greeting.sender[:40]} who answers, not {peer}")
    except LogError as error:
        raise UserError(f"the answer of {line.url} is refused: {error}") from None
    return greeting


def _send_all(
    me: Own, signers: Sequence[Signer], line: _Line, greeting: Greeting, progress: Progress
) -> Taken | None:
    """File after file until nothing is new there, or acts wait for another party's file."""
    before, known, done = -1, greeting.known, None
    while before < known and transfer.has_news(me, known):
        path = transfer.outgoing(me, signers, greeting.sender, known)
        taken, there = _send(line, path.read_bytes(), progress)
        done = _together(done, taken)
        before, known = known, there
    return done


def _receive_all(me: Own, line: _Line, peer: str, progress: Progress) -> Taken | None:
    log, before, done = parties.trusted()[peer].log, -1, None
    while before < (known := transfer.seen_of(me, log)):
        taken = _receive(me, line, peer, known, progress)
        if taken is None:
            break
        before, done = known, _together(done, taken)
    return done


def _together(done: Taken | None, more: Taken) -> Taken:
    if done is None:
        return more
    return replace(
        more,
        events=done.events + more.events,
        new=done.new + more.new,
        freed=done.freed + more.freed,
    )


def _send(line: _Line, data: bytes, progress: Progress) -> tuple[Taken, int]:
    """What a file brought the other side, and how much of this log is there then."""
    path = f"incoming/{hashlib.sha256(data).hexdigest()}"
    offset = line.ask_json("GET", path)["offset"]
    for _ in range(2 + 2 * len(data) // CHUNK):
        piece = data[offset : offset + CHUNK]
        answer = line.ask_json("PUT", f"{path}?offset={offset}&size={len(data)}", piece)
        offset = int(answer["offset"])
        progress("sent", offset, len(data))
        if "taken" in answer:
            return Taken(**answer["taken"]), int(answer["known"])
    raise UserError(f"{line.url} does not take the file in; run the command again")


def _receive(me: Own, line: _Line, peer: str, known: int, progress: Progress) -> Taken | None:
    made = line.ask_json("POST", f"outgoing?known={known}")
    if made["sha256"] is None:
        return None
    part = _part(me, peer, line, made)
    data = _fetched(line, "outgoing", part, made, progress)
    taken = importing.take(me, data)
    part.drop()
    return taken


def _part(me: Own, peer: str, line: _Line, made: Mapping[str, Any]) -> Part:
    part, size = Part.of(me, peer, made["sha256"]), int(made["size"])
    if size > transfer.LARGEST or part.size > size:
        part.drop()
        raise UserError(f"{line.url} offers a file of {size} bytes, too large or changed")
    return part


def _fetched(
    line: _Line,
    where: str,
    part: Part,
    made: Mapping[str, Any],
    progress: Progress = lambda what, done, size: None,
) -> bytes:
    size = int(made["size"])
    while part.size < size:
        span = f"bytes={part.size}-"
        status, piece, _ = line.ask("GET", f"{where}/{part.digest}", Range=span)
        if status != 206 or not piece or not part.add(part.size, piece):
            raise UserError(f"{line.url} does not send the file; run the command again")
        progress("received", part.size, size)
    return part.whole()
