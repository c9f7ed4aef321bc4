"""JSON files, read strictly: the one way in for every file in JSON that somebody hands over.

``json.loads`` alone would take a key twice and keep the last, so that a relative's second profile
replaced the first unseen; it would read ``NaN``, and end in a traceback on a row of brackets. Here
each of those is one sentence. What strangers publish is *bounded* besides: size, depth and number
of parts are looked at before anything is built.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from priam.errors import InputError

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_PARTS",
    "parse_json",
    "parse_text",
    "read_bounded",
    "read_json",
]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_PARTS = 500_000  # lists and objects together; ten times what so many bytes of claims need

# Strings are skipped whole, so that brackets inside them do not count. The possessive "*+" never
# goes back: one long string costs its length, not gigabytes of places to return to.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def read_json(path: str | Path) -> Any:
    """Parse a file of one's own, of any size. Raises :class:`InputError`."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    return parse_text(_decoded(data, path), path)


def read_bounded(path: str | Path) -> Any:
    """Parse a file of strangers; ``-`` is standard input. Raises :class:`InputError`."""
    if str(path) == "-":
        import sys

        return parse_json(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from error
    return parse_json(data, path)


def parse_json(data: bytes, file: str | Path) -> Any:
    """Parse bounded bytes that came from ``file``. Raises :class:`InputError`."""
    if len(data) > MAX_BYTES:
        raise InputError(
            f"is larger than {MAX_BYTES // 2**20} MB; a claims file holds statements, "
            "so split it by exchange",
            file=file,
        )
    _check_depth(data, file)
    return parse_text(_decoded(data, file), file)


def _decoded(data: bytes, file: str | Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "is not UTF-8 text; save it as UTF-8", file=file, where=f"line {line}"
        ) from None


def parse_text(text: str, file: str | Path | None) -> Any:
    """Parse a text that came from ``file``. Raises :class:`InputError`."""
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_int
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"is not JSON: {error.msg}", file=file, where=where) from None
    except RecursionError:
        raise InputError("is JSON nested too deeply to be meant", file=file) from None
    except _Refused as error:
        raise InputError(str(error), file=file) from None


class _Refused(Exception):
    """Raised inside the parser's hooks, which do not know the file."""


def _check_depth(data: bytes, file: str | Path) -> None:
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        raise InputError(
            f"holds more than {MAX_PARTS:,} lists and objects; split it by exchange", file=file
        )
    depth = 0
    for token in _TOKEN.finditer(data):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = data.count(b"\n", 0, token.start()) + 1
                raise InputError(
                    f"is nested more than {MAX_DEPTH} levels deep; a claims file needs six",
                    file=file,
                    where=f"line {line}",
                )
        elif first in b"]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [key for key, _ in pairs]
        key = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"has the key {key[:80]!r} twice in one object; keep one of them")
    return result


def _int(digits: str) -> int:
    # Python itself refuses more than 4,300 digits, with an error that names no file.
    if len(digits) > 20:
        raise _Refused(f"holds a number of {len(digits)} digits; none here is so large")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise _Refused(f"holds {name}, which is no JSON number; a figure nobody gave is left out")
