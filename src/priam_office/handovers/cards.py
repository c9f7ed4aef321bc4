"""A party's card: a note that it signs with its own keys: name, log, public keys.

Cards travel by hand; people compare the fingerprint aloud before they trust one. A card that
replaces another carries more lines: of the old keys, or of recovery keys.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.tlog import notes
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import LogError
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import Note

__all__ = ["Card", "fingerprint", "open_card", "read_card", "signed_with"]

FORMAT = "priam-party/v1"
_PARTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Card:
    """What a party publishes of itself. ``role``: party, mediator or observer."""

    party: str
    name: str
    role: str
    log: str
    log_vkeys: tuple[str, ...]
    vkeys: tuple[str, ...]
    witness_vkeys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _PARTY.fullmatch(self.party):
            raise UserError(
                f"{self.party[:60]!r} is no short name of a party; expected letters, digits, - or _"
            )

    @property
    def text(self) -> str:
        """The note text: one line of RFC 8785 JSON."""
        members = {name: getattr(self, name) for name in self.__dataclass_fields__}
        members = {n: list(v) if isinstance(v, tuple) else v for n, v in members.items()}
        return canonical_json({"format": FORMAT, **members}).decode() + "\n"


def open_card(data: bytes | str) -> tuple[Card, Note]:
    """A card whose own signatures hold, all of them; further lines are for :func:`signed_with`.

    Raises :class:`~priam.tlog.errors.LogError` where they do not, or where it is no card.
    """
    note = notes.parse(data)
    try:
        card = _card(json.loads(note.text))
    except (KeyError, TypeError, ValueError, RecursionError):
        raise LogError(f"it is no card of a party ({FORMAT})") from None
    if card.text != note.text:
        raise LogError("it is not in RFC 8785 form")
    if not signed_with(note, card.vkeys):
        raise LogError("it is not signed with all the keys that it names")
    return card, note


def read_card(path: Path) -> Card:
    """A card, after its own signatures were checked."""
    try:
        return open_card(path.read_bytes())[0]
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    except LogError as error:
        raise InputError(f"this card of a party is refused: {error}", file=path) from None


def signed_with(note: Note, vkeys: tuple[str, ...]) -> bool:
    """Whether each of these keys, and there is one, has signed the note."""
    keys = [verifier_of(vkey) for vkey in vkeys]
    try:
        opened = notes.verify(note, keys)
    except LogError:
        return False
    return len(opened.verified) == len(keys)


def _card(members: dict[str, Any]) -> Card:
    if members.pop("format") != FORMAT:
        raise KeyError
    lists = {name for name, value in members.items() if isinstance(value, list)}
    if lists != {"log_vkeys", "vkeys", "witness_vkeys"}:
        raise TypeError
    return Card(**{n: tuple(v) if n in lists else v for n, v in members.items()})


def fingerprint(card: Card) -> str:
    """Eight groups of four characters, to be read aloud over another line."""
    digest = hashlib.sha256(card.text.encode()).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))
