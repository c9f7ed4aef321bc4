"""A dispute bundle: one file with all evidence about one matter, verified offline.

A bundle is a C2SP signed note over one line of RFC 8785 JSON, signed by who exports it, so that
every byte of it is covered by a signature. It holds checkpoints, consistency proofs, events with
inclusion proofs (and, where disclosed, salt and payload), signed manifests and receptions, the
trust policy and the parties' keys. ``docs/reference/bundle-format.md`` describes each member.
:mod:`priam.tlog.dispute` says what a bundle proves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from priam.tlog import notes
from priam.tlog.errors import FormatError
from priam.tlog.hashes import HASH_SIZE, decode_base64, decode_hash, encode_base64
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import Note, Signer

__all__ = [
    "Bundle",
    "BundleEvent",
    "BundleParty",
    "Growth",
    "LeafHashes",
    "parse_parties",
    "read_bundle",
    "write_bundle",
]

FORMAT = "priam-bundle/v1"


@dataclass(frozen=True, slots=True)
class BundleParty:
    """A party: its name, the origin of its log, the verifier keys its manifests are signed with."""

    name: str
    log: str
    vkeys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """Consistency proof of the log ``log`` from size ``start`` to size ``end``."""

    log: str
    start: int
    end: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BundleEvent:
    """One event: the exact bytes of its leaf, its inclusion proof in the checkpoint of ``size``
    leaves, and, where it is disclosed, salt and payload (RFC 8785 JSON)."""

    log: str
    leaf: bytes
    size: int
    hashes: tuple[bytes, ...]
    salt: bytes | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class LeafHashes:
    """Leaf hashes of ``log`` from place ``start`` on, 32 bytes each, one after the other. They
    prove nothing; a log that lost events can be made again with them."""

    log: str
    start: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """Evidence about ``subject``. ``checkpoints``, ``manifests``, ``receptions`` and
    ``split_views`` hold the texts of signed files as they are; ``created`` is a claim."""

    subject: str
    created: str
    policy: str
    parties: tuple[BundleParty, ...] = ()
    checkpoints: tuple[str, ...] = ()
    growth: tuple[Growth, ...] = ()
    events: tuple[BundleEvent, ...] = ()
    manifests: tuple[str, ...] = ()
    receptions: tuple[str, ...] = ()
    split_views: tuple[str, ...] = field(default=())
    leaves: tuple[LeafHashes, ...] = ()

    @property
    def text(self) -> str:
        """The note text: one line of RFC 8785 JSON."""
        members: dict[str, Any] = {
            "format": FORMAT,
            "subject": self.subject,
            "created": self.created,
            "policy": self.policy,
            "parties": [
                {"name": p.name, "log": p.log, "vkeys": list(p.vkeys)} for p in self.parties
            ],
            "checkpoints": list(self.checkpoints),
            "growth": [
                {"log": g.log, "start": g.start, "end": g.end, "hashes": _encoded(g.hashes)}
                for g in self.growth
            ],
            "events": [_event_members(event) for event in self.events],
            "manifests": list(self.manifests),
            "receptions": list(self.receptions),
            "split_views": list(self.split_views),
        }
        if self.leaves:
            members["leaves"] = [
                {"log": run.log, "start": run.start, "hashes": encode_base64(run.hashes)}
                for run in self.leaves
            ]
        return canonical_json(members).decode() + "\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a note text; only the one canonical spelling is taken."""
        try:
            members = json.loads(text)
            if members["format"] != FORMAT:
                raise KeyError
            bundle = cls(
                subject=_string(members["subject"]),
                created=_string(members["created"]),
                policy=_string(members["policy"]),
                parties=tuple(map(_party, members["parties"])),
                checkpoints=_strings(members["checkpoints"]),
                growth=tuple(map(_growth, members["growth"])),
                events=tuple(map(_event, members["events"])),
                manifests=_strings(members["manifests"]),
                receptions=_strings(members["receptions"]),
                split_views=_strings(members["split_views"]),
                leaves=tuple(map(_leaves, members.get("leaves", []))),
            )
            same = bundle.text == text
        except FormatError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
            same = False
        if not same:
            raise FormatError(f"the text is no {FORMAT} in RFC 8785 JSON")
        return bundle


def write_bundle(bundle: Bundle, signers: Sequence[Signer]) -> bytes:
    """The bundle as a file, signed by who exports it; a file that nobody could read is not made."""
    data = bytes(notes.sign(bundle.text, signers))
    if len(data) > notes.MAX_NOTE_BYTES:
        raise FormatError(
            f"the evidence has {len(data):,} bytes and a bundle at most {notes.MAX_NOTE_BYTES:,}"
        )
    return data


def read_bundle(data: bytes) -> tuple[Bundle, Note]:
    """Take a bundle file apart; nothing is verified."""
    note = notes.parse(data)
    return Bundle.from_text(note.text), note


def parse_parties(data: bytes) -> list[BundleParty]:
    """A file of parties: a JSON list of ``name``, ``log``, ``vkeys``, as in a bundle."""
    try:
        parties = [_party(members) for members in json.loads(data)]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise FormatError("the parties are no JSON list of name, log and vkeys") from None
    return parties


def _event_members(event: BundleEvent) -> dict[str, Any]:
    return {
        "log": event.log,
        "leaf": event.leaf.decode(),
        "size": event.size,
        "hashes": _encoded(event.hashes),
        "salt": None if event.salt is None else encode_base64(event.salt),
        "payload": None if event.payload is None else event.payload.decode(),
    }


def _encoded(hashes: Sequence[bytes]) -> list[str]:
    return [encode_base64(value) for value in hashes]


def _party(members: Any) -> BundleParty:
    vkeys = _strings(members["vkeys"])
    return BundleParty(_string(members["name"]), _string(members["log"]), vkeys)


def _growth(members: Any) -> Growth:
    return Growth(
        _string(members["log"]),
        _whole(members["start"]),
        _whole(members["end"]),
        tuple(map(decode_hash, _strings(members["hashes"]))),
    )


def _leaves(members: Any) -> LeafHashes:
    hashes = decode_base64(_string(members["hashes"]), "leaf hashes")
    if len(hashes) % HASH_SIZE:
        raise FormatError(f"leaf hashes have {HASH_SIZE} bytes each")
    return LeafHashes(_string(members["log"]), _whole(members["start"]), hashes)


def _event(members: Any) -> BundleEvent:
    salt, payload = members["salt"], members["payload"]
    return BundleEvent(
        _string(members["log"]),
        _string(members["leaf"]).encode(),
        _whole(members["size"]),
        tuple(map(decode_hash, _strings(members["hashes"]))),
        None if salt is None else decode_base64(_string(salt), "a salt"),
        None if payload is None else _string(payload).encode(),
    )


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _strings(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_string, values))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value
