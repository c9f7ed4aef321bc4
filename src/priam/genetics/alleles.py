"""Allele labels: one spelling for each, and the order of the ladder.

An STR allele is a number of repeats, with the bases of an incomplete repeat behind a dot: 9.3
stands between 9 and 10. Labels stay strings, because 9.10 is not 9.1 and a SNP allele is "A".
Kinds of labels:

==============  =======================  ========================================================
kind            examples                 rule
==============  =======================  ========================================================
repeats         9, 9.3, 10, 262          ordered by their number
below, above    <8, >20                  outside the ladder: below all numbers, above all numbers;
                                         equal only to the same label
off ladder      OL, OL?                  no allele could be called: read as *not observed* unless
                                         the caller keeps it
text            A, C, ins                ordered by the alphabet, after the numbers
==============  =======================  ========================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from priam.errors import UserError

__all__ = ["AlleleKind", "allele_kind", "allele_value", "canonical_allele", "sort_alleles"]

AlleleKind = Literal["repeats", "below", "above", "off ladder", "text"]

_NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,18})?")
_OFF_LADDER = re.compile(r"OL\??|OFF[ _-]?LADDER", re.IGNORECASE)
_OUTSIDE = re.compile(r"([<>])=?\s*([0-9]{1,6}(?:[.,][0-9]{1,3})?)")


@lru_cache(maxsize=65536)
def canonical_allele(label: str) -> str:
    """The one spelling of an allele label.

    ``" 9.0"``, ``"09"`` and ``"9"`` are 9; ``"9,3"`` and the spreadsheet's
    ``"9.3000000000000007"`` are 9.3; ``"ol"`` is OL; ``"< 8"`` is <8; other text is only
    stripped. Raises :class:`UserError` for an empty label and for control characters.
    """
    text = label.strip()
    if not text or not text.isprintable():
        raise UserError(f"allele {label!r} is empty or has unprintable characters")
    if _NUMBER.fullmatch(text):
        return _number(text)
    if _OFF_LADDER.fullmatch(text):
        return "OL"
    outside = _OUTSIDE.fullmatch(text)
    return outside[1] + _number(outside[2]) if outside else text


def _number(text: str) -> str:
    value = Decimal(text.replace(",", "."))
    if len(text) > 10:  # a binary fraction printed in full
        value = round(value, 6)
    return format(value.normalize(), "f")


@lru_cache(maxsize=65536)
def allele_kind(label: str) -> AlleleKind:
    """The kind of a canonical label (see the head of this module)."""
    if _NUMBER.fullmatch(label):
        return "repeats"
    if label[:1] in "<>" and _OUTSIDE.fullmatch(label):
        return "below" if label[0] == "<" else "above"
    return "off ladder" if label == "OL" else "text"


def allele_value(label: str) -> float | None:
    """Repeat number of a label as a float (9.3 for "9.3"); None for every other kind."""
    if allele_kind(label) != "repeats":
        return None
    try:
        return float(Decimal(label.replace(",", ".")))
    except InvalidOperation:  # pragma: no cover - the pattern admits numbers only
        return None


_RANK = {"below": 0, "repeats": 1, "above": 2, "text": 3, "off ladder": 4}


def _key(label: str) -> tuple[int, Decimal, str]:
    kind = allele_kind(label)
    digits = label.lstrip("<>").replace(",", ".")
    value = Decimal(0) if kind in ("text", "off ladder") else Decimal(digits)
    return _RANK[kind], value, label


def sort_alleles(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in the order of the ladder: <8, 8, 9, 9.3, 10, >20, then text."""
    return tuple(sorted(labels, key=_key))
