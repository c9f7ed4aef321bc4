"""Handover manifests and receptions: notes over RFC 8785 JSON that parties sign.

A **manifest** says what is handed over; giver and receiver sign the same bytes. With one
signature it is *unilateral*: a claim of who signed. A **reception** says what one side found on
receiving a manifest, with reservations for single items; it names the manifest by hash, so that
"two of three received, one seal broken" never changes what was signed before.

Tags, seals and categories only: a manifest has no place for a name or a genotype.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from priam.tlog import notes
from priam.tlog.errors import FormatError
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import Note, Signer

__all__ = [
    "REFUSED",
    "Item",
    "Manifest",
    "Reception",
    "Reservation",
    "hash_of",
    "may_sign",
    "parse_manifest",
    "parse_reception",
    "sign_document",
]

MANIFEST = "priam-manifest/v1"
RECEPTION = "priam-reception/v1"
REFUSED = "refused: "  # how the reason for a bag begins that the receiver did not take
T = TypeVar("T", "Manifest", "Reception")
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of the handover: its opaque tag and the number of its seal, if it has one."""

    tag: str
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the receiver says of one item; ``received``: whether it was there at all."""

    tag: str
    received: bool
    reason: str

    @property
    def refused(self) -> bool:
        """Whether the bag was not handed over, because the receiver refused it."""
        return not self.received and self.reason.startswith(REFUSED)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``giver`` hands over to ``receiver``: ``count`` units of ``category``.

    ``sequence`` numbers the manifests of an agreement in one direction from 1, ``previous`` is
    :func:`hash_of` the manifest before (None for the first): a manifest cannot be left out or
    slipped in.
    ``count`` is what the signers state; it should be the number of ``items``.
    """

    agreement: str
    batch: str
    sequence: int
    previous: str | None
    giver: str
    receiver: str
    category: str
    items: tuple[Item, ...]
    count: int

    @property
    def series(self) -> tuple[str, str, str]:
        """What ``sequence`` counts in, the rule of :data:`priam.events.state.Series` too."""
        return self.agreement, self.giver, self.receiver

    @property
    def text(self) -> str:
        """The note text: one line of RFC 8785 JSON."""
        return _line(
            {
                "format": MANIFEST,
                "agreement": self.agreement,
                "batch": self.batch,
                "sequence": self.sequence,
                "previous": self.previous,
                "giver": self.giver,
                "receiver": self.receiver,
                "category": self.category,
                "items": [{"tag": item.tag, "seal": item.seal} for item in self.items],
                "count": self.count,
            }
        )

    @property
    def digest(self) -> str:
        """Name of the manifest in receptions, logs and the next manifest."""
        return hash_of(self.text)

    @classmethod
    def from_text(cls, text: str) -> Manifest:
        """Read a note text; only the one canonical spelling is taken."""
        members = _members(text, MANIFEST)
        try:
            items = tuple(
                Item(_string(item["tag"]), _optional(item["seal"])) for item in members["items"]
            )
            manifest = cls(
                _string(members["agreement"]),
                _string(members["batch"]),
                _whole(members["sequence"]),
                _optional_hash(members["previous"]),
                _string(members["giver"]),
                _string(members["receiver"]),
                _string(members["category"]),
                items,
                _whole(members["count"]),
            )
        except (KeyError, TypeError):
            raise FormatError(f"a member of the {MANIFEST} is missing or of a wrong type") from None
        if manifest.giver == manifest.receiver:
            raise FormatError(f"{manifest.giver!r} cannot hand over to itself")
        return _same(manifest, text)


@dataclass(frozen=True, slots=True)
class Reception:
    """What ``party`` counted on receiving the manifest with the hash ``manifest``.

    ``role``: giver, receiver or observer. ``received``: number of units counted.
    """

    manifest: str
    party: str
    role: str
    received: int
    reservations: tuple[Reservation, ...] = ()

    @property
    def text(self) -> str:
        """The note text: one line of RFC 8785 JSON."""
        return _line(
            {
                "format": RECEPTION,
                "manifest": self.manifest,
                "party": self.party,
                "role": self.role,
                "received": self.received,
                "reservations": [
                    {"tag": r.tag, "received": r.received, "reason": r.reason}
                    for r in self.reservations
                ],
            }
        )

    @property
    def digest(self) -> str:
        """Name of the reception in logs."""
        return hash_of(self.text)

    @classmethod
    def from_text(cls, text: str) -> Reception:
        """Read a note text; only the one canonical spelling is taken."""
        members = _members(text, RECEPTION)
        try:
            reservations = tuple(
                Reservation(_string(r["tag"]), _truth(r["received"]), _string(r["reason"]))
                for r in members["reservations"]
            )
            reception = cls(
                _hash(members["manifest"]),
                _string(members["party"]),
                _one_of(members["role"], ("giver", "receiver", "observer")),
                _whole(members["received"]),
                reservations,
            )
        except (KeyError, TypeError):
            raise FormatError(
                f"a member of the {RECEPTION} is missing or of a wrong type"
            ) from None
        return _same(reception, text)


def hash_of(text: str) -> str:
    """SHA-256 of a note text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def may_sign(key_name: str, what: str) -> bool:
    """Whether a key of a party may sign a ``manifest``, a ``reception`` or a ``bundle``.

    ``HOST/office`` signs all of them. ``HOST/point/NAME``, a device at the exchange point, signs
    receptions; ``HOST/recovery/NAME`` signs nothing but a new card of the party. The name is part
    of the key (its id is a hash over both), so a key cannot change its role.
    """
    role = key_name.partition("/")[2].partition("/")[0]
    return role not in ("point", "recovery") or (role == "point" and what == "reception")


def sign_document(document: Manifest | Reception | Note, signers: Sequence[Signer]) -> Note:
    """A note over the document, or a further party's signature on it."""
    return notes.sign(document if isinstance(document, Note) else document.text, signers)


def parse_manifest(data: Note | bytes | str) -> tuple[Manifest, Note]:
    """Take a signed manifest apart; nothing is verified."""
    note = data if isinstance(data, Note) else notes.parse(data)
    return Manifest.from_text(note.text), note


def parse_reception(data: Note | bytes | str) -> tuple[Reception, Note]:
    """Take a signed reception apart; nothing is verified."""
    note = data if isinstance(data, Note) else notes.parse(data)
    return Reception.from_text(note.text), note


def _line(members: Mapping[str, Any]) -> str:
    return canonical_json(members).decode() + "\n"


def _members(text: str, form: str) -> dict[str, Any]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict) or members.get("format") != form:
        raise FormatError(f"the text is no {form} in RFC 8785 JSON")
    return members


def _same(document: T, text: str) -> T:
    if document.text != text:
        raise FormatError("the document is not in RFC 8785 form, or has further members")
    tags = [item.tag for item in _tagged(document)]
    if len(set(tags)) != len(tags):
        raise FormatError("the document names one tag twice")
    return document


def _tagged(document: Manifest | Reception) -> Sequence[Item | Reservation]:
    return document.items if isinstance(document, Manifest) else document.reservations


def _string(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _optional(value: Any) -> str | None:
    return None if value is None else _string(value)


def _hash(value: Any) -> str:
    if len(_string(value)) != 64 or not set(value) <= _HEX:
        raise TypeError
    return str(value)


def _optional_hash(value: Any) -> str | None:
    return None if value is None else _hash(value)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError
    return value


def _one_of(value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise TypeError
    return str(value)
