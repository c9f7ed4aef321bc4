"""Lists of bags for a manifest: a tag a line, or a table with seals and the sender's own numbers.

A plain list has a tag and perhaps a seal on each line (``PRM-4K7Q2M9XT S-00412``). A table has a
first line with the names of its columns, among them ``tag``; known are ``tag``, ``seal``,
``number``, ``issuer``, ``category``, separated by commas, semicolons or tabs. A number means
nothing without who issued it: ``issuer`` says so for each line, else one issuer holds for all.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from priam.errors import InputError
from priam.events.values import Item, Number
from priam.labels.tags import TagError, parse

__all__ = ["COLUMNS", "read_bags", "read_tags"]

COLUMNS = ("tag", "seal", "number", "issuer", "category")
_LARGEST = 10_000_000  # bytes


def read_bags(path: Path, issuer: str) -> list[Item]:
    """The bags in a file; ``issuer`` issued the numbers whose line does not say who did.

    Raises :class:`priam.errors.InputError` with the line: a tag that is none (the likely right
    one is named), a tag twice, a seal twice, an unknown column.
    """
    lines = _lines(path)
    rows = _table(lines, path) if _has_header(lines) else _plain(lines)
    items: dict[str, Item] = {}
    seals: dict[str, int] = {}
    for number, row in rows:
        item = _item(row, issuer, path, number)
        if item.tag in items:
            raise InputError(f"the tag {item.tag} stands here twice", file=path, where=_at(number))
        if item.seal and seals.setdefault(item.seal, number) != number:
            message = f"the seal {item.seal!r} stands on line {seals[item.seal]} too; a seal is one"
            raise InputError(message, file=path, where=_at(number))
        items[item.tag] = item
    if not items:
        raise InputError("expected at least one bag, found none", file=path)
    return list(items.values())


def read_tags(path: Path, listed: Collection[str] = ()) -> list[str]:
    """The tags in a plain list, such as a scanner makes; likely ones are taken from ``listed``."""
    tags: dict[str, int] = {}
    for number, row in _plain(_lines(path)):
        try:
            tag = parse(row["tag"], listed)
        except TagError as error:
            raise InputError(str(error), file=path, where=_at(number)) from None
        if tags.setdefault(tag, number) != number:
            message = f"{tag} stands on line {tags[tag]} too; each bag is counted once"
            raise InputError(message, file=path, where=_at(number))
    return list(tags)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"the list has more than {_LARGEST:,} bytes", file=path)
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError("the list is not UTF-8 text", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None


def _has_header(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    return "tag" in {cell.strip().lower() for cell in first.replace(";", ",").split(",")} or (
        "tag" in first.lower().split("\t")
    )


def _plain(lines: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(lines, start=1):
        tag, _, seal = line.strip().partition(" ")
        if tag:
            yield number, {"tag": tag, "seal": seal.strip()}


def _table(lines: list[str], path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    start = next(n for n, line in enumerate(lines) if line.strip())
    gap = max(",;\t", key=lines[start].count)
    names = [cell.strip().lower() for cell in lines[start].split(gap)]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or len(set(names)) != len(names):
        found = ", ".join(map(repr, unknown)) or "one column twice"
        message = f"expected the columns {', '.join(COLUMNS)}; found {found}"
        raise InputError(message, file=path, where=_at(start + 1))
    reader = csv.reader(lines[start + 1 :], delimiter=gap)
    for number, row in enumerate(reader, start=start + 2):
        if len(row) > len(names):
            message = f"{len(row)} cells under {len(names)} columns"
            raise InputError(message, file=path, where=_at(number))
        if any(cell.strip() for cell in row):
            yield number, {name: cell.strip() for name, cell in zip(names, row, strict=False)}


def _item(row: dict[str, str], issuer: str, path: Path, line: int) -> Item:
    try:
        tag = parse(row.get("tag", ""))
    except TagError as error:
        raise InputError(str(error), file=path, where=_at(line)) from None
    own = row.get("number", "")
    numbers = (Number(row.get("issuer") or issuer, own),) if own else ()
    return Item(tag, row.get("seal") or None, numbers, row.get("category") or "unspecified")


def _at(line: int) -> str:
    return f"line {line}"
