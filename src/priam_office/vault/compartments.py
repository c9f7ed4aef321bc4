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

from priam.errors import UserError

__all__ = [
    "SEALED",
    "CompartmentLocked",
    "exchange",
    "folder",
    "forget",
    "index_key",
    "key_files",
    "key_problem",
    "locked",
    "make_keys",
    "wrapping_key",
]

#: What is sealed, by compartment; ``access`` holds the secrets of second factors. Other
#: compartments (negotiation, public) are kept readable.
SEALED = ("custody", "identity", "genetic", "access")
_INDEX = "search-index"


class CompartmentLocked(UserError):
    """The key of the compartment is not at hand.

    ``file`` is the name of its key file, ``why`` says what is wrong with it: ``missing``,
    ``unreadable`` (by the account that runs the server), ``damaged`` (no key is in it) or
    ``another`` (than the database was sealed with).
    """

    def __init__(self, message: str, *, file: str = "", why: str = "missing") -> None:
        self.file, self.why = file, why
        super().__init__(message)


def folder() -> Path:
    """Where the keys lie."""
    from django.conf import settings

    where: Path = settings.COMPARTMENT_KEYS
    return where


def make_keys(where: Path) -> None:
    """Make the keys that are missing, readable by their owner alone; none is ever replaced."""
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path, _ in key_files(where):
        if not path.exists():
            _make(path)


def key_files(where: Path) -> list[tuple[Path, str]]:
    """Every key file, with the compartment it is of; names are searched within ``identity``."""
    files = [(where / f"{name}.key", name) for name in SEALED]
    return [*files, (where / f"{_INDEX}.key", "identity")]


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
    forget()
    return _key(path, path.stem)


def wrapping_key(compartment: str) -> bytes:
    """The 32-byte key that wraps the data keys of ``compartment``."""
    if compartment not in SEALED:
        raise ValueError(f"{compartment!r} is no sealed compartment")
    return _key(folder() / f"{compartment}.key", compartment)


def locked() -> bool:
    """Whether a compartment's key is not at hand."""
    return any(key_problem(folder() / f"{name}.key", name) is not None for name in SEALED)


def key_problem(path: Path, compartment: str) -> CompartmentLocked | None:
    """What is wrong with a key file as it lies there now; None if a key is in it."""
    try:
        _read_key(path, compartment)
    except CompartmentLocked as error:
        return error
    return None


def forget() -> None:
    """Read the key files anew when they are next asked for."""
    _key.cache_clear()


def index_key() -> bytes:
    """The 32-byte key of search tokens (:mod:`priam_office.vault.tokens`)."""
    return _key(folder() / f"{_INDEX}.key", _INDEX)


@functools.lru_cache(maxsize=16)
def _key(path: Path, compartment: str) -> bytes:
    return _read_key(path, compartment)


def _read_key(path: Path, compartment: str) -> bytes:
    locked = f"the compartment {compartment!r} is locked: its key {path.name}"
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise CompartmentLocked(f"{locked} is not in its folder", file=path.name) from None
    except OSError as error:
        raise CompartmentLocked(
            f"{locked} cannot be read ({error.strerror})", file=path.name, why="unreadable"
        ) from None
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CompartmentLocked(
            f"{locked} holds no key: expected 64 hexadecimal digits", file=path.name, why="damaged"
        )
    return key
