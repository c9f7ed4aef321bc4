"""Records between installations over HTTPS: what both sides say, and files that arrive in parts.

The bundle is the same as on a stick. Nothing rests on the network: no public authority, no
name, no clock. Each side opens with a note signed with its party keys that names the TLS
certificate which it sees or shows; somebody in between has another certificate and cannot sign.

============  =================================================================
``POST``      ``/exchange/v1/hello``: who, to whom, a nonce, the certificate, how much
              of the other's log is here; the answer has the same and a session
``GET``       ``/exchange/v1/incoming/SHA256``: how many bytes of this file arrived
``PUT``       ``/exchange/v1/incoming/SHA256?offset=N&size=M``: the next bytes; with the
              last of them the file is taken in
``POST``      ``/exchange/v1/outgoing?known=N``: make the next file for the caller, who has N
              events: hash and size; none where nothing is new
``GET``       ``/exchange/v1/outgoing/SHA256`` with ``Range: bytes=N-``
``GET``       ``/exchange/v1/returned?since=N``: hash and size of each file of the caller's that
              is here and goes beyond its first N events, for a caller that lost them
``GET``       ``/exchange/v1/returned/SHA256`` with ``Range: bytes=N-``
============  =================================================================
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from priam.errors import UserError
from priam.tlog import notes
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import LogError
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import MAX_NOTE_BYTES, Note, Signer
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers import evidence, exporting, parties
from priam_office.handovers.cards import open_card
from priam_office.handovers.evidence import KeysReplaced, KeysTrusted
from priam_office.handovers.parties import Own
from priam_office.handovers.trusted import of_card
from priam_office.record import checkpoints, queries, restored
from priam_office.record.acts import body
from priam_office.record.models import Event as Row

__all__ = ["CHUNK", "Greeting", "Part", "greet", "has_news", "meet", "outgoing", "seen_of"]

CHUNK = 64 * 1024  # bytes in one request
LARGEST = MAX_NOTE_BYTES
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What one side says first. ``known``: events of the receiver's log that are here.

    ``certificate`` is the SHA-256 (hex) of the server's TLS certificate; ``cards`` are the cards
    by which the sender replaced its keys, oldest first; ``session`` comes from the server only.
    """

    sender: str
    receiver: str
    nonce: str
    certificate: str
    known: int
    cards: tuple[str, ...] = ()
    session: str = ""

    def note(self, signers: Sequence[Signer]) -> bytes:
        """The greeting, signed with the party's keys."""
        text = canonical_json({"format": "priam-greeting/v1", **asdict(self)}).decode()
        return bytes(notes.sign(text + "\n", signers))


def greet(me: Own, to: str, nonce: str, certificate: str, session: str = "") -> Greeting:
    """This party's greeting for ``to``."""
    keys = parties.trusted().get(to)
    if keys is None or to == me.party:
        raise UserError(f"no keys of a party {to!r} are trusted; run `priam exchange trust CARD`")
    rows = Row.objects.filter(type=KeysReplaced.type, actor=me.actor).order_by("sequence")
    cards = tuple(KeysReplaced.from_payload(body(row)).card for row in rows)
    return Greeting(me.party, to, nonce, certificate, seen_of(me, keys.log), cards, session)


def meet(
    me: Own, data: bytes, certificate: str, nonce: str | None = None, *, behind: bool = False
) -> Greeting:
    """The other side's greeting, after everything in it was checked.

    ``behind``: it may have seen more of this log than is here, which then is held and not refused.

    Raises :class:`~priam.tlog.errors.LogError` where it is not for this party, was given over
    another connection, or is not signed with the keys that are trusted (or follow on them).
    """
    note = notes.parse(data[: LARGEST + 1])
    greeting = _greeting(note)
    keys = parties.trusted().get(greeting.sender)
    if keys is None or greeting.sender == me.party:
        raise LogError(f"no keys of {greeting.sender[:40]} are trusted here")
    if greeting.receiver != me.party:
        raise LogError(f"it speaks to {greeting.receiver[:40]}, and this is {me.party}")
    if greeting.certificate != certificate or (nonce is not None and greeting.nonce != nonce):
        raise LogError("it was made for another connection: somebody may stand in between")
    _check_keys(note, _present(keys, greeting.cards))
    _check_not_behind(greeting, refuse=not behind)
    return greeting


def _greeting(note: Note) -> Greeting:
    try:
        members = json.loads(note.text)
        if members.pop("format") != "priam-greeting/v1" or type(members["known"]) is not int:
            raise KeyError
        members["cards"] = tuple(members["cards"])
        greeting = Greeting(**members)
    except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
        raise LogError("it is no greeting of an installation") from None
    return greeting


def _present(keys: KeysTrusted, cards: Sequence[str]) -> KeysTrusted:
    """The keys that follow on those that are trusted, card by card."""
    for text in cards:
        card, note = open_card(text)
        if (card.party, card.log) != (keys.party, keys.log) or card.vkeys == keys.vkeys:
            continue
        if parties.may_follow(keys, note):
            keys = of_card(card)
    return keys


def _check_keys(note: Note, keys: KeysTrusted) -> None:
    try:
        notes.verify(note, [verifier_of(vkey) for vkey in keys.vkeys], require_all=True)
    except LogError as error:
        raise LogError(
            f"it is not signed with the keys of {keys.party} that are trusted ({error}); if "
            f"{keys.party} lost its keys, get its new card and run `priam exchange trust`"
        ) from None
    if parties.keys_of(keys.party).revoked & set(keys.vkeys):
        raise LogError(f"it is signed with a key that {keys.party} has revoked")


def _check_not_behind(greeting: Greeting, *, refuse: bool) -> None:
    size, _ = queries.head()
    if greeting.known > size:
        restored.hold(f"{greeting.sender} has seen more of this log", greeting.known)
        if refuse:
            restored.check_may_write(size)


def seen_of(me: Own, log: str) -> int:
    """How many events of another's log were taken in here."""
    return exporting.acknowledged(log, me.party)


def has_news(me: Own, since: int) -> bool:
    """Whether this party did anything since ``since`` but acknowledge what others did."""
    kinds = set(exporting.EXCHANGED) - {evidence.CheckpointSeen.type}
    rows = Row.objects.filter(sequence__gte=since, actor=me.actor, type__in=kinds)
    return rows.exists()


def outgoing(me: Own, signers: Sequence[Signer], to: str, since: int) -> Path:
    """The next file for ``to``, the same bytes as long as nothing was added: it can be resumed."""
    folder = me.folder / "outgoing"
    folder.mkdir(mode=0o700, exist_ok=True)
    size = checkpoints.checkpoint().size
    path = folder / f"{to}-{since}-{size}-{signers[0].key_id.hex()}.bundle"
    if not path.exists():
        stretch = exporting.first_stretch(me, to, since)
        data = exporting.export(me, signers, to, stretch)
        for old in folder.glob(f"{to}-*.bundle"):
            old.unlink()
        write_durably(path, data)
    return path


@dataclass(frozen=True, slots=True)
class Part:
    """A file that arrives piece by piece, known by its SHA-256; what arrived survives a crash."""

    path: Path
    digest: str

    @classmethod
    def of(cls, me: Own, sender: str, digest: str) -> Part:
        """The part of a sender's file here; ``digest`` in hex."""
        if not _HASH.fullmatch(digest):
            raise UserError("a file is known by its SHA-256, 64 hexadecimal digits")
        folder = me.folder / "incoming"
        folder.mkdir(mode=0o700, exist_ok=True)
        return cls(folder / f"{sender}-{digest}.part", digest)

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    def add(self, offset: int, data: bytes) -> bool:
        """Append at ``offset``, if that is where the file ends; say whether."""
        if offset != self.size:
            return False
        with self.path.open("ab") as file:
            file.write(data)
        return True

    def whole(self) -> bytes:
        """The file once all of it is here; one whose hash differs is thrown away."""
        data = self.path.read_bytes() if self.path.exists() else b""
        if hashlib.sha256(data).hexdigest() != self.digest:
            self.drop()
            raise UserError("the file was damaged on the way; it has to be sent again")
        return data

    def drop(self) -> None:
        """Forget what arrived."""
        self.path.unlink(missing_ok=True)
