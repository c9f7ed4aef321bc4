"""Rows of the state about opened bags, cases and what is taken from them: ids, links, status.

Kept small: no words, no findings, no photographs. Those are in the events and in tables.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Case",
    "Device",
    "Element",
    "Opening",
    "Packet",
    "Photograph",
    "Place",
    "PostMortem",
    "Sample",
]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a bag was found to hold, as it is known now, and the cases that came out of it."""

    bag: str
    finding: str
    cases: tuple[str, ...]
    event_id: str


@dataclass(frozen=True, slots=True)
class Case:
    """Remains under one number and one label. ``kind`` is the finding of the bag it came from,
    ``split`` for one taken out of another case (``parent``); ``status`` is ``open`` until it
    ends, and then says how."""

    case: str
    bag: str
    kind: str
    parent: str | None
    parts: tuple[str, ...]
    links: tuple[str, ...]
    status: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One bone or body part; ``case`` is where it lies now. ``withdrawn``: entered by mistake."""

    element: str
    case: str
    bone: str
    side: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """``status`` is ``taken``, ``sent``, ``received`` or ``consumed``."""

    sample: str
    case: str
    element: str | None
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class PostMortem:
    """One section of a case: its last revision, the event that wrote it, and the event ids of
    versions that were written beside it and are not settled."""

    revision: int
    event_id: str
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph of a case; ``digest`` is the SHA-256 of the original, hexadecimal."""

    photograph: str
    case: str
    digest: str


@dataclass(frozen=True, slots=True)
class Packet:
    """Effects in a sealed packet, of a case or of a bag that held no remains."""

    packet: str
    case: str | None
    bag: str | None
    seal: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are kept; ``within`` is the place around it."""

    place: str
    within: str | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A tablet's key for one account. ``key`` is the public key, SubjectPublicKeyInfo, base64."""

    device: str
    actor: str
    algorithm: str
    key: str
    revoked: bool = False
