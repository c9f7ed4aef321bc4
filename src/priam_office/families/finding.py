"""Under which tokens a missing person or a relative is found, and which tokens a search asks for.

All filters of the lists go through tokens, so that a stolen database shows neither a name nor a
year of birth, a region or a unit. A token is a keyed hash (:mod:`priam_office.vault.tokens`); its
first 60 bits are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any

from priam.names.folding import fold
from priam_office.vault.compartments import index_key
from priam_office.vault.tokens import search_tokens, tokens_of

__all__ = [
    "MISSING",
    "RELATIVE",
    "filters",
    "likely",
    "of_facts",
    "of_name",
    "row_key",
    "searched",
    "words_of",
]

MISSING, RELATIVE = 1, 2
_MOST_YEARS = 12  # a span of birth longer than that is no filter
_NAME_PARTS = ("surname", "given", "patronymic")


def of_name(name: Mapping[str, Any]) -> set[int]:
    """Tokens of one written name."""
    return {_short(token) for token in tokens_of(str(name.get(part, "")) for part in _NAME_PARTS)}


def of_facts(facts: Mapping[str, Any]) -> set[int]:
    """Tokens of a missing person."""
    found = set().union(*(of_name(name) for name in facts["names"]))
    for number in facts.get("numbers", ()):
        found |= {_short(token) for token in search_tokens(str(number["number"]))}
        found.add(_kept("number", number["number"]))
    found.add(_kept("sex", facts.get("sex", "unknown")))
    found |= {_kept("born", str(year)) for year in _years(facts.get("born", {}))}
    found |= {_kept(kind, facts[kind]) for kind in ("region", "unit") if _plain(facts.get(kind))}
    return found


def likely(facts: Mapping[str, Any]) -> list[frozenset[int]]:
    """Sets of tokens, any of which a record of the same person would hold wholly: the first name
    with the year of birth, or a number."""
    name = facts["names"][0]
    found = [frozenset({_kept("number", number["number"])}) for number in facts.get("numbers", ())]
    year = facts.get("born", {}).get("since", "")[:4]
    if year and name.get("surname") and name.get("given"):
        words = searched(" ".join(str(name.get(part, "")) for part in _NAME_PARTS))
        found.append(frozenset([*words, _kept("born", year)]))
    return found


def searched(text: str) -> list[int]:
    """Tokens that a row must all have, for words of names or a number as somebody types them."""
    return [_short(token) for token in search_tokens(text)]


def words_of(facts: Mapping[str, Any]) -> list[str]:
    """The words of names and the numbers, each of which may be searched for."""
    words = [str(name.get(part, "")) for name in facts["names"] for part in _NAME_PARTS]
    return [*words, *(str(number["number"]) for number in facts.get("numbers", ()))]


def filters(chosen: Mapping[str, str]) -> list[int]:
    """Tokens for the chosen ``sex``, ``born``, ``region``, ``unit``; empty ones ask nothing."""
    return [
        _kept(kind, chosen[kind])
        for kind in ("sex", "born", "region", "unit")
        if _plain(chosen.get(kind))
    ]


def row_key(of: int, place: int, token: int) -> int:
    """The key of a row of tokens: 62 bits of a hash of what it says."""
    text = f"{of}|{place}|{token}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 2


def _years(span: Mapping[str, str]) -> Iterable[int]:
    since, through = (span.get(end, "")[:4] for end in ("since", "through"))
    if not since or not through:
        return [int(year) for year in (since or through,) if year]
    years = range(int(since), int(through) + 1)
    return years if len(years) <= _MOST_YEARS else []


def _plain(text: Any) -> str:
    """Words folded across alphabets, digits as they are: "81 бригада" is "81-а Бригада"."""
    words = re.findall(r"\d+|[^\W\d_]+", str(text or "").casefold())
    return " ".join((fold(word) or word) for word in words if word.isdigit() or len(word) > 1)


def _kept(kind: str, value: Any) -> int:
    text = f"{kind}|{_plain(value)}".encode()
    return int(hmac.new(index_key(), text, hashlib.sha256).hexdigest()[:15], 16)


def _short(token: str) -> int:
    return int(token[:15], 16)
