"""Data keys in use: made once, unwrapped once in a process."""

from __future__ import annotations

import base64
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from priam.errors import UserError
from priam_office.vault.compartments import (
    SEALED,
    CompartmentLocked,
    folder,
    forget,
    key_files,
    make_keys,
    wrapping_key,
)
from priam_office.vault.models import DataKey

__all__ = ["complete", "current", "make_missing", "opened", "rewrap", "rotate"]

_opened: dict[str, tuple[str, AESGCM]] = {}
_current: dict[tuple[str, str], str] = {}


def make_missing() -> None:
    """Give each compartment whose key is at hand its first data key."""
    have = set(DataKey.objects.values_list("compartment", flat=True))
    for compartment in SEALED:
        if compartment not in have:
            try:
                rotate(compartment)
            except CompartmentLocked:
                continue


def complete() -> None:
    """Give compartments that this database does not know yet their key file and first data key.

    A key file that sealed something and is not there is asked for: a new one would open nothing.
    """
    sealing = set(DataKey.objects.values_list("compartment", flat=True))
    for path, compartment in key_files(folder()):
        if compartment in sealing and not path.exists():
            raise CompartmentLocked(
                f"the key file {path} is not there; put it back first, since a new one would not "
                "open what this database holds",
                file=path.name,
            )
    make_keys(folder())
    make_missing()


def rotate(compartment: str) -> str:
    """Make a new data key; what is sealed from now on uses it. Returns its id."""
    key_id, key = secrets.token_hex(8), AESGCM.generate_key(256)
    wrapped = _wrap(wrapping_key(compartment), key_id, compartment, key)
    DataKey.objects.create(key_id=key_id, compartment=compartment, wrapped=wrapped)
    _current.pop(_here(compartment), None)
    return key_id


def rewrap(compartment: str, old: bytes, new: bytes) -> int:
    """Wrap every data key of ``compartment`` with ``new`` in place of ``old``; how many.

    The data themselves stay as they are: that is what the envelope is for.
    """
    rows = list(DataKey.objects.filter(compartment=compartment))
    for row in rows:
        key = _unwrap(old, row)
        row.wrapped = _wrap(new, row.key_id, compartment, key)
    with transaction.atomic():
        DataKey.objects.bulk_update(rows, ["wrapped"])
    return len(rows)


def current(compartment: str) -> tuple[str, AESGCM]:
    """Id and cipher of the data key that seals now."""
    here = _here(compartment)
    if here not in _current:
        rows = DataKey.objects.filter(compartment=compartment).order_by("-made", "-key_id")
        row = rows.first()
        if row is None:
            wrapping_key(compartment)  # says that it is locked, if it is
            raise UserError(f"there is no data key of {compartment!r}; run `priam init` again")
        _current[here] = row.key_id
    return _current[here], opened(_current[here])[1]


def opened(key_id: str) -> tuple[str, AESGCM]:
    """Compartment and cipher of a data key."""
    if key_id not in _opened:
        row = DataKey.objects.filter(pk=key_id).first()
        if row is None:
            raise UserError(f"the data key {key_id} is not in this database")
        cipher = AESGCM(_unwrap(wrapping_key(row.compartment), row))
        _opened[key_id] = (row.compartment, cipher)
    return _opened[key_id]


def _here(compartment: str) -> tuple[str, str]:
    return str(connection.settings_dict["NAME"]), compartment


def _wrap(wrapping: bytes, key_id: str, compartment: str, key: bytes) -> str:
    nonce = os.urandom(12)
    box = AESGCM(wrapping).encrypt(nonce, key, f"{key_id}|{compartment}".encode())
    return base64.b64encode(nonce + box).decode()


def _unwrap(wrapping: bytes, row: DataKey) -> bytes:
    box = base64.b64decode(row.wrapped)
    try:
        return AESGCM(wrapping).decrypt(
            box[:12], box[12:], f"{row.key_id}|{row.compartment}".encode()
        )
    except InvalidTag:
        forget()  # so that the right file is read once it is there
        raise CompartmentLocked(
            f"the key of compartment {row.compartment!r} is not the one this database was sealed "
            "with; put back the right key file",
            file=f"{row.compartment}.key",
            why="another",
        ) from None
