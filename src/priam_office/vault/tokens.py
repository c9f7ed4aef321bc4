"""Search over sealed names: keyed hashes of folded words and of their beginnings.

A stolen database shows only which rows share a token; without the index key no name can be
tried against it. Words are folded as the linkage of lists folds them, so that one person is
found under the spellings of several alphabets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from priam.names.folding import fold
from priam_office.vault.compartments import index_key

__all__ = ["search_tokens", "tokens_of"]

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`´")
_SHORTEST = 3  # letters of the shortest beginning that can be searched for


def tokens_of(texts: Iterable[str]) -> set[str]:
    """Tokens to store for a row: every word and every beginning of three letters or more."""
    words = {word for text in texts for word in _words(text)}
    starts = {word[:length] for word in words for length in range(_SHORTEST, len(word) + 1)}
    key = index_key()
    return {_token(key, part) for part in words | starts}


def search_tokens(text: str) -> list[str]:
    """Tokens that a row must all have to be found for the typed ``text``."""
    key = index_key()
    return [_token(key, word) for word in dict.fromkeys(_words(text))]


def _words(text: str) -> list[str]:
    plain = text.casefold().translate(_APOSTROPHES)
    return [(fold(word) or word) if word.isalpha() else word for word in _WORD.findall(plain)]


def _token(key: bytes, word: str) -> str:
    return hmac.digest(key, word.encode(), hashlib.sha256).hex()[:24]
