"""The two hashes of RFC 6962, section 2.1, and how they are written in text.

A leaf is hashed with a leading 0x00, an inner node with a leading 0x01, so that a leaf can never
be passed off as a node. Hashes are 32 bytes; in text they are canonical base64 (RFC 4648,
sections 4 and 3.5): of the several strings that lenient decoders take for the same bytes, only
one is accepted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from priam.tlog.errors import FormatError, NotCanonicalError

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "decode_base64",
    "decode_hash",
    "encode_base64",
    "leaf_hash",
    "node_hash",
]

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf holding ``data``: SHA-256(0x00 || data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node over its two children: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, what: str = "value") -> bytes:
    """Bytes of canonical base64; ``what`` names the value in the error."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise FormatError(f"{what} is not base64: {_shown(text)}") from None
    if encode_base64(data) != text:
        raise NotCanonicalError(f"{what} is not canonical base64: {_shown(text)}")
    return data


def decode_hash(text: str, what: str = "hash") -> bytes:
    """A 32-byte hash from canonical base64."""
    data = decode_base64(text, what)
    if len(data) != HASH_SIZE:
        raise FormatError(f"{what} has {len(data)} bytes, expected {HASH_SIZE}")
    return data


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
