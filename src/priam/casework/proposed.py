"""What a comparison may propose of an individual: one list for the program that proposes, for the
events that keep it and for counts of it."""

from __future__ import annotations

__all__ = ["PROPOSED"]

PROPOSED = (
    "identified",
    "probable",
    "undecidable",
    "inconclusive",
    "no family fits",
    "likely of the other side",
)
