"""JSON from strangers: limits are checked before anything is built.

``json.loads`` alone would take a key twice and keep the last, read ``NaN``, and fall over on
200 MB of brackets. Here each of those is one sentence.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from priam.errors import InputError

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_PARTS", "parse_json", "read_json"]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_PARTS = 500_000  # lists and objects together; ten times what so many bytes of claims need

# Strings are skipped whole, so that brackets inside them do not count. The possessive "*+" never
# goes back: one long string costs its length, not gigabytes of places to return to.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def read_json(path: str | Path) -> Any:
    """Parse a file; ``-`` is standard input. Raises :class:`InputError`."""
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
    """Parse bytes that came from ``file``. Raises :class:`InputError`."""
    if len(data) > MAX_BYTES:
        raise InputError(
            f"is larger than {MAX_BYTES // 2**20} MB; a claims file holds statements, "
            "so split it by exchange",
            file=file,
        )
    _check_depth(data, file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "is not UTF-8 text; save it as UTF-8", file=file, where=f"line {line}"
        ) from None
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_int
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"is not JSON: {error.msg}", file=file, where=where) from None
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
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _Refused(f"has the key {key!r} twice in one object; keep one of them")
        result[key] = value
    return result


def _int(digits: str) -> int:
    # Python itself refuses more than 4,300 digits, with an error that names no file.
    if len(digits) > 20:
        raise _Refused(f"holds a number of {len(digits)} digits; no count is so large")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise _Refused(f"holds {name}, which is no JSON number; a figure nobody gave is left out")
