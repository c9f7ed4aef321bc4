"""The file: a tar stream inside age (age-encryption.org/v1), to public keys only.

Members come in this order: ``about.json`` (what this is), ``files/...`` (of the data folder),
``tables/NAME/NUMBER.jsonl`` (rows), ``end.json`` (how many members and their SHA-256 in order).
Nothing is held in memory but one member, and nothing unencrypted touches the disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from priam.errors import InputError, UserError

__all__ = ["FORMAT", "identity_of", "make_identity", "read", "recipient_of", "write"]

FORMAT = "priam-backup/v1"
LARGEST_MEMBER = 256 * 2**20
_END = "end.json"

Member = tuple[str, bytes]


def make_identity() -> tuple[str, str]:
    """A fresh pair: the secret identity (one line) and the public key ``age1...``."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(text: str) -> Any:
    """A public key ``age1...``."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise UserError(
            f"{text.strip()[:12]!r}... is no public key; expected age1... as `priam backup key` "
            "prints it"
        ) from None


def identity_of(path: Path) -> Any:
    """The secret identity in a file: its line that begins with AGE-SECRET-KEY-."""
    try:
        lines = path.read_text(encoding="ascii").split()
        return next(
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line.startswith("AGE-SECRET-KEY-")
        )
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError):
        raise InputError(
            "expected a line AGE-SECRET-KEY-1... as `priam backup key` writes it", file=path
        ) from None


def write(path: Path, recipients: list[Any], members: Iterable[Member]) -> int:
    """Write the file whole or not at all; returns its size in bytes."""
    temporary = path.with_name(f".{path.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            with _beside(lambda pipe: _tar(pipe, members)) as source:
                pyrage.encrypt_io(source, out, recipients)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path.stat().st_size


def _tar(pipe: BinaryIO, members: Iterable[Member]) -> None:
    hashes = []
    with tarfile.open(fileobj=pipe, mode="w|") as tar:
        for name, data in members:
            hashes.append([name, hashlib.sha256(data).hexdigest()])
            _add(tar, name, data)
        _add(tar, _END, json.dumps(hashes).encode())


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o600
    tar.addfile(info, io.BytesIO(data))


def read(path: Path, identity: Any) -> Iterator[Member]:
    """The members in order; raises at the end if one is missing or not as it was written."""
    seen: list[list[str]] = []
    complete = False
    with _beside(lambda pipe: _decrypt(path, identity, pipe)) as source:
        try:
            with tarfile.open(fileobj=source, mode="r|") as tar:
                for info in tar:
                    data = _data(tar, info, path)
                    if info.name == _END:
                        complete = json.loads(data) == seen
                        continue
                    seen.append([info.name, hashlib.sha256(data).hexdigest()])
                    yield info.name, data
        except tarfile.TarError:
            pass  # the other thread says why
    if not complete:
        raise InputError("the backup is not complete; use another copy", file=path)


def _data(tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> bytes:
    file = tar.extractfile(info) if info.isreg() and info.size <= LARGEST_MEMBER else None
    if file is None:
        raise InputError(f"the member {info.name[:80]!r} is not one of a backup", file=path)
    return file.read()


def _decrypt(path: Path, identity: Any, pipe: BinaryIO) -> None:
    try:
        with path.open("rb") as source:
            pyrage.decrypt_io(source, pipe, [identity])
    except BrokenPipeError:
        raise  # the reader has given up
    except (pyrage.DecryptError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"this backup does not open with that identity, or was changed or cut short ({why})",
            file=path,
        ) from None


@contextmanager
def _beside(writer: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """A stream that ``writer`` fills from a thread of its own; its error is raised at the end."""
    there, here = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(here, "wb") as pipe:
                writer(pipe)
        except BrokenPipeError:
            pass  # the reader has given up and says why
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    source = os.fdopen(there, "rb")
    try:
        yield source
    finally:
        source.close()
        thread.join()
        if failed:
            raise failed[0]
