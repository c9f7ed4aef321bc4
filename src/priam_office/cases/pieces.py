"""Photographs of tablets, piece by piece: a network of minutes is enough, and none starts anew.

A tablet announces a photograph by a signed entry: its size, its SHA-256 and that of each piece.
The entry comes along with every piece, so that nothing is kept here that no registered tablet
has signed for. A piece that is not the one that was signed is not kept; one that is here already
is not written again. Pieces are sealed like the photograph that they become.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from priam.errors import UserError
from priam_office.cases.actions import tag_of
from priam_office.cases.tablet_acts import text
from priam_office.cases.uploads import LARGEST_UPLOAD
from priam_office.vault.files import read_sealed, write_sealed

__all__ = ["PIECE", "Announced", "announced", "forget", "joined", "keep", "missing"]

PIECE = 256 * 1024
"""Bytes of every piece but the last: some seconds on a poor network."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announced:
    """A photograph as its entry announces it; ``pieces`` are SHA-256 in hex, in their order."""

    photograph: str
    case: str
    note: str
    sha256: str
    pieces: tuple[str, ...]


def announced(photograph: str, body: dict[str, Any]) -> Announced:
    """Read an announcement; raises :class:`UserError` if it is none."""
    size, pieces = body.get("size"), body.get("pieces")
    if type(size) is not int or not 0 < size <= LARGEST_UPLOAD:
        raise UserError(f"a photograph has 1 to {LARGEST_UPLOAD:,} bytes")
    digests = [body.get("sha256"), *(pieces if isinstance(pieces, list) else [])]
    if not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in digests):
        raise UserError("a photograph is announced with the SHA-256 of it and of each piece")
    if len(digests) - 1 != -(-size // PIECE):
        raise UserError(f"a photograph of {size:,} bytes comes in pieces of {PIECE:,}")
    case, note = tag_of(text(body, "case")), text(body, "note")
    return Announced(photograph, case, note, digests[0], tuple(digests[1:]))


def missing(photo: Announced) -> list[int]:
    """Which pieces are not here yet."""
    return [at for at in range(len(photo.pieces)) if not _path(photo.photograph, at).exists()]


def keep(photo: Announced, at: int, data: bytes) -> None:
    """Seal piece number ``at``, if it is the one that was announced; else it stays missing."""
    if not 0 <= at < len(photo.pieces) or hashlib.sha256(data).hexdigest() != photo.pieces[at]:
        return
    try:
        write_sealed(_path(photo.photograph, at), data, "custody")
    except FileExistsError:  # it came before, and the answer was lost
        return


def joined(photo: Announced) -> bytes:
    """The photograph; raises :class:`UserError` if its pieces are not what was signed for."""
    count = range(len(photo.pieces))
    data = b"".join(read_sealed(_path(photo.photograph, at)) for at in count)
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise UserError("the pieces do not make the photograph that the tablet signed for")
    return data


def forget(photograph: str) -> None:
    """Remove the pieces of a photograph that is recorded."""
    shutil.rmtree(_folder(photograph), ignore_errors=True)


def _path(photograph: str, at: int) -> Path:
    return _folder(photograph) / f"{photograph}.{at}.piece"


def _folder(photograph: str) -> Path:
    folder: Path = settings.INSTALLATION.folder
    return folder / "photographs" / "incoming" / photograph
