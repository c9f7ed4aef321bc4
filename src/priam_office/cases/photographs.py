"""Photographs: the original sealed as it came, a copy without metadata to look at.

The original is evidence and is kept byte for byte; its metadata (place, camera, time, sometimes
a person's name) are in it, and only examiners open it. The copy is made of the pixels alone.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from priam import events as ev
from priam.errors import UserError
from priam.events import Recorded, new_event_id
from priam_office.cases.models import Photograph
from priam_office.cases.uploads import LARGEST_UPLOAD
from priam_office.record.write import record
from priam_office.vault.files import read_sealed, write_sealed

__all__ = ["MAX_PIXELS", "PhotographRefused", "add_photograph", "copy_of", "original_of", "strip"]

MAX_PIXELS = 120_000_000
"""Pixels are counted from the head of the file, before one of them is unpacked."""
_LONGEST_SIDE = 3000  # of the copy
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")


class PhotographRefused(UserError):
    """The file is not taken as a photograph; nothing of it is kept."""


def strip(data: bytes) -> bytes:
    """The picture as JPEG, turned as the camera meant it, without any metadata."""
    if len(data) > LARGEST_UPLOAD:
        raise PhotographRefused(f"the file has {len(data):,} bytes, at most {LARGEST_UPLOAD:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _check_pixels(image)
                image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
                return _encoded(image)
    except PhotographRefused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotographRefused(
            "this is no photograph in a form that is taken: JPEG, PNG, WebP or TIFF"
        ) from None
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError):
        raise PhotographRefused("the photograph is damaged; take or copy it again") from None


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise PhotographRefused(
            f"the photograph has {image.width} x {image.height} pixels, more than "
            f"{MAX_PIXELS:,}; save it smaller"
        )


def _encoded(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    # a new picture of the pixels alone: whatever else hung on the file is not there to be saved
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=88)
    return out.getvalue()


def add_photograph(
    case: str,
    data: bytes,
    note: str,
    *,
    by: Any,
    entry: str | None = None,
    claimed_time: str | None = None,
) -> Recorded:
    """Seal a photograph of a case and record it; its file name is never used.

    ``entry`` is the id of a tablet's entry: photograph and event are named by it, so that what
    was sealed before the power went is found again, and a second delivery writes nothing.
    """
    stripped = strip(data)
    photograph = entry or new_event_id()
    original = _sealed(_path(photograph, "original"), data)
    copy = _sealed(_path(photograph, "copy"), stripped)
    event = ev.PhotographSealed(
        photograph,
        case,
        hashlib.sha256(original).hexdigest(),
        hashlib.sha256(copy).hexdigest(),
        note or None,
    )
    try:
        return record(event, by=by.actor, event_id=entry, claimed_time=claimed_time)
    except BaseException:
        if entry is None:  # else the same photograph may just be recorded by another delivery
            for kind in ("original", "copy"):
                _path(photograph, kind).unlink(missing_ok=True)
        raise


def _sealed(path: Path, data: bytes) -> bytes:
    """Seal ``data`` into the file, or give what an earlier try had sealed there."""
    try:
        write_sealed(path, data, "custody")
    except FileExistsError:
        return read_sealed(path)
    return data


def copy_of(row: Photograph) -> bytes:
    """The copy without metadata, as it was hashed into the record."""
    return _checked(row.photograph, "copy", row.copy)


def original_of(row: Photograph) -> bytes:
    """The original, byte for byte, as it was hashed into the record."""
    return _checked(row.photograph, "original", row.original)


def _checked(photograph: str, kind: str, digest: str) -> bytes:
    data = read_sealed(_path(photograph, kind))
    if hashlib.sha256(data).hexdigest() != digest:
        raise UserError("the photograph is not the one that was recorded")
    return data


def _path(photograph: str, kind: str) -> Path:
    folder: Path = settings.INSTALLATION.folder
    # the last characters of a UUIDv7 are random, so that folders fill evenly
    return folder / "photographs" / photograph[-2:] / f"{photograph}.{kind}"
