"""The memory of a witness in a folder: one note for each log, checked and replaced in one step.

A witness that forgets can be rolled back, so a note is on the disk before it is answered. The
lock of the folder is one of the operating system: it also holds between processes, and is
released when a process dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from priam.tlog.errors import LogError
from priam.tlog.splitview import SplitView

__all__ = ["FileStore", "write_durably"]


@dataclass(frozen=True, slots=True)
class FileStore:
    """A :class:`priam.tlog.witness.WitnessStore` in ``folder``.

    ``logs/HASH.note`` is the last cosigned note of a log (SHA-256 of its origin);
    ``split-views/HASH.txt`` are proofs against logs, kept for good.
    """

    folder: Path

    def __post_init__(self) -> None:
        for name in ("logs", "split-views"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self, origin: str) -> str | None:
        """The last cosigned note of this log."""
        try:
            return self._path(origin).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise LogError(f"{self._path(origin)} cannot be read: {error}") from None

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        """Durably store ``after`` if the note is still ``before``; say whether."""
        with self._locked():
            if self.load(origin) != before:
                return False
            write_durably(self._path(origin), after.encode())
            return True

    def keep(self, proof: SplitView) -> None:
        """Keep a proof against a log for good."""
        data = bytes(proof)
        path = self.folder / "split-views" / f"{hashlib.sha256(data).hexdigest()}.txt"
        if not path.exists():
            write_durably(path, data)

    def _path(self, origin: str) -> Path:
        return self.folder / "logs" / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def write_durably(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, whole and on the disk, or leave what was there."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
