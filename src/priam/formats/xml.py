"""XML of strangers: no entities, no DTD, bounded depth; elements by local name, with lines."""

from __future__ import annotations

import io
import re
import xml.sax
import xml.sax.handler
import xml.sax.xmlreader
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import defusedxml
import defusedxml.sax

from priam.errors import InputError

__all__ = ["Element", "parse", "root_name"]

MAX_DEPTH = 40
MAX_ELEMENTS = 5_000_000


@dataclass
class Element:
    """An element without its namespace: name, attributes, text, children, line and column."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """Children of that local name (case does not matter)."""
        return (child for child in self.children if child.name.casefold() == name.casefold())

    def first(self, name: str) -> Element | None:
        return next(self.all(name), None)

    def value(self, name: str) -> str:
        """Text of the first child of that name, stripped; empty if there is none."""
        child = self.first(name)
        return child.text.strip() if child else ""

    def attribute(self, name: str) -> str:
        """An attribute by local name (case does not matter); empty if there is none."""
        for key, value in self.attributes.items():
            if key.casefold() == name.casefold():
                return value.strip()
        return ""

    @property
    def where(self) -> str:
        return f"line {self.line}, column {self.column}"


class _Builder(xml.sax.handler.ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self.stack: list[Element] = []
        self.parts: list[list[str]] = []
        self.count = 0
        self.locator: Any = None

    def setDocumentLocator(self, locator: xml.sax.xmlreader.Locator) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: xml.sax.xmlreader.AttributesImpl) -> None:
        self.count += 1
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise xml.sax.SAXParseException("too deeply nested or too large", None, self.locator)
        inside = {key.rpartition(":")[2]: value for key, value in attrs.items()}
        line, column = self.locator.getLineNumber(), self.locator.getColumnNumber() + 1
        element = Element(name.rpartition(":")[2], inside, line, column)
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)
        self.parts.append([])

    def characters(self, content: str) -> None:
        if self.parts:
            self.parts[-1].append(content)

    def endElement(self, name: str) -> None:
        self.stack.pop().text = "".join(self.parts.pop())


_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"<\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def root_name(text: str) -> str:
    """Local name of the first element, found without parsing; empty if it is no XML."""
    head = _DECLARATION.sub("", text[:65536].lstrip("\ufeff"))
    head = re.sub(r"(?s)<!--.*?-->", "", head)
    head = re.sub(r"(?s)\A\s*<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", "", head).lstrip()
    found = _ROOT.match(head) if head.startswith("<") else None
    return found[1] if found else ""


def parse(text: str, *, file: str | Path | None = None) -> Element:
    """The root element. Entities, DTDs and external references are refused."""
    body = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text.lstrip("\ufeff"))
    builder = _Builder()
    try:
        reader = defusedxml.sax.make_parser()
        reader.forbid_dtd = True
        reader.setContentHandler(builder)
        source = xml.sax.xmlreader.InputSource()
        source.setByteStream(io.BytesIO(body.encode("utf-8")))
        source.setEncoding("utf-8")
        reader.parse(source)
    except defusedxml.DefusedXmlException:
        raise InputError(
            "the XML declares a document type or entities; laboratory files have none, and they "
            "are refused",
            file=file,
        ) from None
    except xml.sax.SAXParseException as error:
        where = f"line {error.getLineNumber()}, column {(error.getColumnNumber() or 0) + 1}"
        raise InputError(
            f"the XML is damaged: {error.getMessage()}", file=file, where=where
        ) from None
    except (UnicodeEncodeError, ValueError) as error:
        raise InputError(f"the XML is damaged: {error}", file=file) from None
    if builder.root is None:  # pragma: no cover - expat raises before
        raise InputError("the XML has no element", file=file)
    return builder.root
