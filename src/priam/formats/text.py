"""Bytes to text: which encoding a laboratory's file is in, and what is too much."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from priam.errors import InputError

__all__ = ["MAX_BYTES", "decode", "own_name", "read_text"]

MAX_BYTES = 256 * 2**20
"""Larger files are refused before they are read."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb'\A\s*<\?xml[^>]{0,200}?encoding=["\']([A-Za-z0-9_.-]{1,40})["\']')


def own_name(file: str | Path | None) -> str:
    """Name of a file without its folders, which have no place in results and reports."""
    return "" if file is None else Path(file).name


def read_text(path: str | Path, encoding: str | None = None) -> tuple[str, str]:
    """Text of a file and the encoding it was in; :class:`InputError` if it cannot be."""
    place = Path(path)
    try:
        size = place.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"has {size:,} bytes; files above {MAX_BYTES:,} are not read", file=place
            )
        data = place.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=place) from None
    return decode(data, file=place, encoding=encoding)


def decode(
    data: bytes, *, file: str | Path | None = None, encoding: str | None = None
) -> tuple[str, str]:
    """Text and encoding: as asked, else by byte order mark, XML declaration, UTF-16 without mark,
    UTF-8, and at last Windows-1251 (Cyrillic), which accepts nearly anything.
    """
    name = encoding or _guess(data)
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, LookupError):
        if encoding or name not in ("utf-8",):
            raise InputError(
                f"is not text in the encoding {name}; save it as UTF-8", file=file
            ) from None
        name = "cp1251"
        text = data.decode(name, errors="replace")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise InputError("is not a text file (it holds NUL)", file=file, where=f"line {line}")
    return text.replace("\r\n", "\n").replace("\r", "\n"), name


def _guess(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    declared = _DECLARED.match(data[:512])
    if declared:
        return declared[1].decode("ascii")
    head = data[:400]
    if len(head) >= 4 and head[1::2].count(0) > len(head) * 0.4:
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) > len(head) * 0.4:
        return "utf-16-be"
    return "utf-8"
