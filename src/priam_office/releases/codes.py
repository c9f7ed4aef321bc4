"""Codes with which a family asks how far its case is.

Twelve characters that are not mistaken for each other, the last one a check character
(ISO 7064 MOD 37-2 over the alphabet of tags), in groups of four: 55 bits are never guessed
through a page that answers slowly. The record holds a keyed hash only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from stdnum.iso7064 import mod_37_2

from priam_office.vault.compartments import index_key

__all__ = ["make", "read", "token"]

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_FREE = 11


def make(draw: Callable[[int], int]) -> str:
    """A new code; ``draw(n)`` gives a random number below n."""
    while True:
        code = "".join(_ALPHABET[draw(len(_ALPHABET))] for _ in range(_FREE))
        check = mod_37_2.calc_check_digit(code)
        if check in _ALPHABET:  # never a sign that is mistaken, such as * or O
            whole = code + check
            return "-".join(whole[at : at + 4] for at in range(0, 12, 4))


def read(typed: str) -> str | None:
    """The code in its one form; None if it is none (a slip of one character is noticed)."""
    code = "".join(c for c in typed.upper() if c.isalnum() and c.isascii())[:20]
    if len(code) != _FREE + 1 or not set(code) <= set(_ALPHABET):
        return None
    if not mod_37_2.is_valid(code):
        return None
    return "-".join(code[at : at + 4] for at in range(0, 12, 4))


def token(code: str) -> str:
    """The keyed hash of a code, as the record holds it."""
    return hmac.new(index_key(), b"family code " + code.encode(), hashlib.sha256).hexdigest()[:24]
