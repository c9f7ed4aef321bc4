"""Priam's own frequency tables: JSON with population, source, licence, sample size and rule."""

from __future__ import annotations

from pathlib import Path

from priam.errors import UserError
from priam.formats.content import Content, Tables
from priam.genetics.frequencies import FORMAT, dump_table, parse_table

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "Priam frequency table"
HOLDS = "frequencies"


def sniff(text: str) -> bool:
    """JSON that names the format."""
    return text.lstrip("\ufeff \n\t").startswith("{") and f'"{FORMAT}"' in text[:2000]


def read(text: str, *, file: str | Path | None = None) -> Tables:
    """One table."""
    return Tables((parse_table(text.lstrip("\ufeff"), file=file),))


def write(content: Content) -> str:
    """One table."""
    if not isinstance(content, Tables) or len(content.tables) != 1:
        raise UserError("this file holds the frequencies of one population; choose one table")
    return dump_table(content.tables[0])
