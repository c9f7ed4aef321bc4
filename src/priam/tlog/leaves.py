"""What one leaf of the log says about one event.

A leaf is the RFC 8785 JSON of eight members. The payload of the event is not in it, only a
commitment: SHA-256 over a 32-byte random salt and the payload in RFC 8785 form. Without the salt
a guessed name or genotype cannot be tested against the log; once the salt is destroyed the leaf
says nothing about a person, and the log still verifies.

``sequence`` is the index of the leaf in the tree, counted from 0.

>>> leaf = Leaf(
...     type="handed_over",
...     event_id="01976b4e-7a00-7cc3-98c4-dc0c0c07398f",
...     sequence=0,
...     actor="a.example/office+5a7c1f20",
...     claimed_time="2025-06-07T10:00:00Z",
...     received_time="2025-06-07T10:02:11Z",
...     commitment=commitment(bytes(32), b'{"bags":1212}'),
... )
>>> leaf_bytes(leaf)[:56]
b'{"actor":"a.example/office+5a7c1f20","claimed_time":"202'
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted
from typing import Any

import rfc8785

from priam.tlog.errors import FormatError, LogError
from priam.tlog.hashes import leaf_hash

__all__ = [
    "LEAF_VERSION",
    "SALT_SIZE",
    "Leaf",
    "canonical_json",
    "commitment",
    "leaf_bytes",
    "leaf_hash_of",
    "new_salt",
    "parse_leaf",
]

LEAF_VERSION = 1
SALT_SIZE = 32
MAX_SEQUENCE = 2**53 - 1  # the largest integer that RFC 8785 can write

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?Z",
    re.ASCII,  # else digits of other scripts pass, which RFC 3339 does not know
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf; all values are checked on construction.

    ``type``: the event's type. ``event_id``: UUIDv7 in lower case. ``actor``: name of the key or
    person that acts. ``claimed_time``: when the actor says it happened; ``received_time``: when
    this installation took it in; both RFC 3339 in UTC with ``Z``. ``commitment``: 64 hexadecimal
    digits, see :func:`commitment`.
    """

    type: str
    event_id: str
    sequence: int
    actor: str
    claimed_time: str
    received_time: str
    commitment: str
    version: int = LEAF_VERSION

    def __post_init__(self) -> None:
        if type(self.version) is not int or self.version != LEAF_VERSION:
            raise FormatError(f"leaf version {self.version!r} is unknown, expected {LEAF_VERSION}")
        if type(self.sequence) is not int or not 0 <= self.sequence <= MAX_SEQUENCE:
            raise FormatError(
                f"leaf sequence {self.sequence!r} is not a whole number from 0 to {MAX_SEQUENCE}"
            )
        for name in ("type", "actor"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise FormatError(f"leaf {name} is empty or not text")
        _match(_UUID7, self.event_id, "event_id", "a UUIDv7 in lower case")
        _match(_COMMITMENT, self.commitment, "commitment", "64 lower-case hexadecimal digits")
        for name in ("claimed_time", "received_time"):
            _match(_TIME, getattr(self, name), name, "a UTC time such as 2025-06-07T10:00:00Z")


def _match(pattern: re.Pattern[str], value: object, name: str, expected: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise FormatError(f"leaf {name} {value!r} is not {expected}")


def canonical_json(value: Any) -> bytes:
    """RFC 8785 form of a JSON value; what has none raises :class:`FormatError`."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, TypeError, UnicodeError, RecursionError) as error:
        raise FormatError(f"the value has no canonical JSON form: {error}") from None


def new_salt(source: Callable[[int], bytes]) -> bytes:
    """A fresh salt from ``source``, for instance :func:`os.urandom`."""
    salt = source(SALT_SIZE)
    if len(salt) != SALT_SIZE:
        raise LogError(f"the source of salts gave {len(salt)} bytes, expected {SALT_SIZE}")
    return salt


def commitment(salt: bytes, payload: bytes) -> str:
    """SHA-256(salt || payload) in hexadecimal; ``payload`` is canonical JSON already."""
    if len(salt) != SALT_SIZE:
        raise LogError(f"a salt has {SALT_SIZE} bytes, found {len(salt)}")
    return hashlib.sha256(salt + payload).hexdigest()


def leaf_bytes(leaf: Leaf) -> bytes:
    """The bytes that are hashed into the tree: RFC 8785 JSON, members sorted by name."""
    return encode_leaf(
        leaf.version,
        leaf.type,
        leaf.event_id,
        leaf.sequence,
        leaf.actor,
        leaf.claimed_time,
        leaf.received_time,
        leaf.commitment,
    )


def encode_leaf(
    version: int,
    type: str,
    event_id: str,
    sequence: int,
    actor: str,
    claimed_time: str,
    received_time: str,
    commitment: str,
) -> bytes:
    """Leaf bytes straight from column values, unchecked: the inner loop of an audit.

    For strings RFC 8785 is Python's own JSON escaping without the ASCII restriction, which runs
    in C; a law in ``tests/laws`` holds it equal to the rfc8785 library.
    """
    return (
        f'{{"actor":{_quoted(actor)},"claimed_time":{_quoted(claimed_time)},'
        f'"commitment":{_quoted(commitment)},"event_id":{_quoted(event_id)},'
        f'"received_time":{_quoted(received_time)},"sequence":{sequence:d},'
        f'"type":{_quoted(type)},"version":{version:d}}}'
    ).encode()


def leaf_hash_of(leaf: Leaf) -> bytes:
    """Hash of the leaf in the tree."""
    return leaf_hash(leaf_bytes(leaf))


_MEMBERS = frozenset(Leaf.__dataclass_fields__)


def parse_leaf(data: bytes) -> Leaf:
    """The leaf that has exactly these bytes; any other spelling of it is refused."""
    try:
        members = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise FormatError("a leaf is not UTF-8 JSON") from None
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise FormatError(f"a leaf has the members {', '.join(sorted(_MEMBERS))} and no others")
    leaf = Leaf(**members)
    try:
        same = leaf_bytes(leaf) == data
    except UnicodeEncodeError:
        same = False
    if not same:
        raise FormatError("a leaf is not in RFC 8785 form")
    return leaf
