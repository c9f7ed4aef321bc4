"""The two kinds of text in a Familias project: a list of values, and bracketed sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from priam.errors import InputError

__all__ = ["Section", "Values", "parse_sections"]


class Values:
    """Lines one after the other, each read as what is expected there."""

    def __init__(self, lines: list[str], file: str | Path | None) -> None:
        self.lines, self.file, self.place = lines, file, 0

    @property
    def line(self) -> int:
        """Number of the line read last, counted from 1."""
        return self.place

    def error(self, message: str) -> InputError:
        return InputError(message, file=self.file, where=f"line {self.place}")

    def peek(self) -> str:
        return self.lines[self.place].strip() if self.place < len(self.lines) else ""

    def raw(self, what: str) -> str:
        if self.place >= len(self.lines):
            self.place += 1
            raise self.error(f"the file ends where {what} is expected; it is cut off")
        self.place += 1
        return self.lines[self.place - 1].strip()

    def text(self, what: str) -> str:
        """A string in quotation marks (which old versions leave out)."""
        found = self.raw(what)
        return found[1:-1] if len(found) > 1 and found[0] == found[-1] == '"' else found

    def whole(self, what: str, low: int = 0, high: int = 100_000) -> int:
        """A whole number; what follows a blank or a tab on the line is a remark."""
        found = self.raw(what)
        match = re.match(r"-?[0-9]{1,9}(?=\s|$)", found)
        if not match or not low <= int(match[0]) <= high:
            raise self.error(
                f"expected {what}, a whole number from {low} to {high}; found {found[:60]!r}"
            )
        return int(match[0])

    def real(self, what: str, low: float = 0.0, high: float = 1.0) -> float:
        """A number; a decimal comma is read."""
        found = self.raw(what)
        try:
            value = float(found.replace(",", ".")) if len(found) < 60 else float("nan")
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.error(
                f"expected {what}, a number from {low:g} to {high:g}; found {found[:60]!r}"
            )
        return value

    def truth(self, what: str) -> bool:
        """``#TRUE#`` or ``#FALSE#`` at the beginning of the line."""
        found = self.raw(what)
        if not found.startswith(("#TRUE#", "#FALSE#")):
            raise self.error(f"expected {what}, #TRUE# or #FALSE#; found {found[:60]!r}")
        return found.startswith("#TRUE#")


@dataclass
class Section:
    """A bracketed section: ``key= value`` lines in order, and sections inside it."""

    title: str
    line: int
    entries: list[tuple[str, str, int]] = field(default_factory=list)
    inner: list[Section] = field(default_factory=list)

    def find(self, title: str) -> Section | None:
        wanted = title.casefold()
        return next((one for one in self.inner if one.title.casefold() == wanted), None)

    def numbered(self, stem: str) -> Iterator[Section]:
        """Sections called "stem 1", "stem 2", ..."""
        pattern = re.compile(re.escape(stem) + r"\s*[0-9]+", re.IGNORECASE)
        return (one for one in self.inner if pattern.fullmatch(one.title))

    def value(self, key: str) -> str:
        wanted = key.casefold()
        return next((value for name, value, _ in self.entries if name.casefold() == wanted), "")


_HEAD = re.compile(r"(\[{1,9})\s*([^\[\]]*?)\s*(\]{1,9})")


def parse_sections(lines: list[str], start: int, file: str | Path | None) -> Section:
    """Sections of ``lines`` from index ``start``; the number of brackets is the depth."""
    root = Section("", start)
    path = [root]
    for number, raw in enumerate(lines[start:], start=start + 1):
        content = raw.strip()
        head = _HEAD.fullmatch(content)
        if head:
            depth = len(head[1])
            if depth != len(head[3]) or depth > len(path):
                raise InputError(
                    f"section {content!r} does not fit into the one before it",
                    file=file,
                    where=f"line {number}",
                )
            section = Section(head[2], number)
            path[depth - 1].inner.append(section)
            path[depth:] = [section]
        elif "=" in content:
            key, _, value = content.partition("=")
            path[-1].entries.append((key.strip(), value.strip(), number))
    return root
