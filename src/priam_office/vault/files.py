"""Seal and open bytes kept as files: AES-256-GCM under a data key, bound to the file's name.

A sealed file is one line of JSON (``{"key": id, "priam": "sealed-file/v1"}``), then nonce,
ciphertext and tag. It is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag

from priam.errors import UserError
from priam_office.vault import datakeys

__all__ = ["read_sealed", "write_sealed"]

_FORMAT = "sealed-file/v1"


def write_sealed(path: Path, data: bytes, compartment: str) -> None:
    """Seal ``data`` into ``path``, which must not be there yet."""
    key_id, cipher = datakeys.current(compartment)
    nonce = os.urandom(12)
    head = json.dumps({"key": key_id, "priam": _FORMAT}).encode() + b"\n"
    box = head + nonce + cipher.encrypt(nonce, data, _bound(compartment, path))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(box)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)  # fails where there is a file already; none is ever replaced
    finally:
        beside.unlink()


def read_sealed(path: Path) -> bytes:
    """What was sealed into ``path``."""
    try:
        head, _, box = path.read_bytes().partition(b"\n")
        compartment, cipher = datakeys.opened(json.loads(head)["key"])
        return cipher.decrypt(box[:12], box[12:], _bound(compartment, path))
    except FileNotFoundError:
        raise UserError("the sealed file is not in the data folder") from None
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise UserError("the sealed file does not open: it was changed or moved") from None


def _bound(compartment: str, path: Path) -> bytes:
    return f"{compartment}|{path.name}".encode()
