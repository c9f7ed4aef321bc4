"""Compartments and their keys, which lie in files outside the database.

``PRIAM_COMPARTMENT_KEYS`` names the folder (``compartments`` in the data folder if unset), so it
can be a stick that is taken out at night. A compartment whose file is not there is
locked: its fields and payloads cannot be read, what is open to everybody is still shown, and
nothing is recorded, because the rules could not be checked.
"""

from __future__ import annotations

import functools
import os
import secrets
from pathlib import Path

from priam.errors import InputError, UserError

__all__ = [
    "SEALED",
    "CompartmentLocked",
    "exchange",
    "folder",
    "index_key",
    "locked",
    "make_keys",
    "wrapping_key",
]

#: What is sealed, by compartment; ``access`` holds the secrets of second factors. Other
#: compartments (negotiation, public) are kept readable.
SEALED = ("custody", "identity", "genetic", "access")
_INDEX = "search-index"


class CompartmentLocked(UserError):
    """The key of the compartment is not at hand."""


def folder() -> Path:
    """Where the keys lie."""
    from django.conf import settings

    where: Path = settings.COMPARTMENT_KEYS
    return where


def make_keys(where: Path) -> None:
    """Make the keys that are missing, readable by their owner alone; none is ever replaced."""
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (*SEALED, _INDEX):
        path = where / f"{name}.key"
        if not path.exists():
            _make(path)


def _make(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())


def exchange(path: Path, kept: Path) -> bytes:
    """Put a new key in place of the file ``path``, which is kept as ``kept``; the new key.

    The old key is copied first: a crash in between leaves both, never neither.
    """
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    os.link(path, kept)
    _make(new)
    new.replace(path)
    _key.cache_clear()
    return _key(path, path.stem)


def wrapping_key(compartment: str) -> bytes:
    """The 32-byte key that wraps the data keys of ``compartment``."""
    if compartment not in SEALED:
        raise ValueError(f"{compartment!r} is no sealed compartment")
    return _key(folder() / f"{compartment}.key", compartment)


def locked() -> bool:
    """Whether a compartment's key is missing."""
    return not all((folder() / f"{compartment}.key").is_file() for compartment in SEALED)


def index_key() -> bytes:
    """The 32-byte key of search tokens (:mod:`priam_office.vault.tokens`)."""
    return _key(folder() / f"{_INDEX}.key", _INDEX)


@functools.lru_cache(maxsize=16)
def _key(path: Path, compartment: str) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise CompartmentLocked(
            f"the compartment {compartment!r} is locked: its key {path.name} is not in its folder"
        ) from None
    except (OSError, ValueError):
        raise InputError("expected 64 hexadecimal digits", file=path) from None
    if len(key) != 32:
        raise InputError("expected 64 hexadecimal digits", file=path)
    return key
