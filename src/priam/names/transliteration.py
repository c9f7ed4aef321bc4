"""Romanisation by published systems, and back where that is possible.

The systems are data (``data/transliteration.toml``), each with its source. :func:`romanise` goes
from Cyrillic to Latin. :func:`cyrillic_readings` goes back: it lists the Cyrillic words that a
system writes in just this way. For a reversible system there is one reading; for the others the
letters that the system drops (ь, apostrophe) cannot be restored, and the list says so by its
length.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from priam.errors import UserError
from priam.names.letters import APOSTROPHE, clean

__all__ = ["System", "cyrillic_readings", "foreign_letters", "romanise", "systems"]

_VOWELS = "аеєиіїоуюяыэё"
_SOFT = _VOWELS + "йъь" + APOSTROPHE
_FRONT = "еєиіїйыюяё"
_WORD = re.compile(rf"[\w{APOSTROPHE}\u0300]+")


@dataclass(frozen=True)
class System:
    """A romanisation system: its rules as data and where they were published."""

    key: str
    title: str
    source: str
    languages: tuple[str, ...]
    reversible: bool
    lost: str
    letters: dict[str, str]
    sequences: dict[str, str]
    start: dict[str, str]
    after_soft: dict[str, str]
    before_front: dict[str, str]


@cache
def systems() -> dict[str, System]:
    """All systems by key, as published in the data file."""
    text = resources.files("priam.names").joinpath("data/transliteration.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return {key: _system(key, raw) for key in raw}


def _system(key: str, raw: dict[str, Any]) -> System:
    entry = raw[key]
    base: System | None = _system(entry["base"], raw) if "base" in entry else None

    def rules(name: str) -> dict[str, str]:
        return dict(entry.get(name, getattr(base, name) if base else {}))

    letters = {**(base.letters if base else {}), **entry.get("letters", {})}
    return System(
        key=key,
        title=entry["title"],
        source=entry["source"],
        languages=tuple(entry["languages"]),
        reversible=entry["reversible"],
        lost=entry["lost"],
        letters=letters,
        sequences=rules("sequences"),
        start=rules("start"),
        after_soft=rules("after_soft"),
        before_front=rules("before_front"),
    )


def _named(system: str | System) -> System:
    if isinstance(system, System):
        return system
    known = systems()
    if system not in known:
        raise UserError(f"no romanisation system {system!r}; known are {', '.join(known)}")
    return known[system]


def romanise(text: str, system: str | System) -> str:
    """``text`` in Latin letters by ``system`` (a key of :func:`systems`).

    Words written in capitals stay in capitals; otherwise the first letter of a romanised capital
    is a capital. Letters that the system does not know are left as they are.
    """
    rules = _named(system)
    return _WORD.sub(lambda found: _word(found.group(), rules), clean(text))


def foreign_letters(text: str, system: str | System) -> str:
    """The Cyrillic letters of ``text`` that ``system`` has no rule for, each once."""
    rules = _named(system)
    known = set(rules.letters) | set(rules.start) | set("".join(rules.sequences))
    letters = dict.fromkeys(char for char in clean(text).lower() if "\u0400" <= char <= "\u052f")
    return "".join(char for char in letters if char not in known)


def _word(word: str, rules: System) -> str:
    capitals = sum(1 for char in word if char.isalpha()) > 1 and word.upper() == word
    lower = word.lower()
    pieces: list[str] = []
    position = 0
    while position < len(lower):
        width, latin = _piece(lower, position, rules)
        if word[position] != lower[position] and not capitals:
            latin = latin[:1].upper() + latin[1:]
        pieces.append(latin)
        position += width
    result = "".join(pieces)
    return result.upper() if capitals else result


def _piece(word: str, position: int, rules: System) -> tuple[int, str]:
    for sequence, latin in rules.sequences.items():
        if word.startswith(sequence, position):
            return len(sequence), latin
    char = word[position]
    if position == 0 and char in rules.start:
        return 1, rules.start[char]
    if position and word[position - 1] in _SOFT and char in rules.after_soft:
        return 1, rules.after_soft[char]
    if word[position + 1 : position + 2] in tuple(_FRONT) and char in rules.before_front:
        return 1, rules.before_front[char]
    return 1, rules.letters.get(char, char)


def cyrillic_readings(text: str, system: str | System, limit: int = 20) -> list[str]:
    """Cyrillic words that ``system`` writes as ``text``, at most ``limit``, plainest first.

    Each reading romanises to ``text`` again. A reversible system gives one reading. For the
    others, letters that the system drops are not put back: the list holds only words without
    them and may be empty. Plainest means: few rare letter pairs, then few letters.
    """
    rules = _named(system)
    lower = text.lower() if rules.reversible else clean(text).lower()
    most = 1 if rules.reversible else max(limit, 200)
    found = list(itertools.islice(_readings(lower, _inverse(rules.key), rules), most))
    found.sort(key=lambda word: (len(_RARE.findall(word)), len(word)))
    return [_cased(word, text) for word in found[:limit]]


# Letter pairs that names hardly show; they only order the readings.
_RARE = re.compile(
    r"[иы][іїы]|[йыіи]э|й[аоуеєі]|тс|шч|[бвгджзклмнпрстфхцчшщ]й|ї\b|[иі]і\b|зг|^[ыьъ]"
)


@cache
def _inverse(key: str) -> list[tuple[str, str]]:
    """(Latin, Cyrillic) pieces of a system, longest Latin first."""
    rules = systems()[key]
    allowed = {letter for language in rules.languages for letter in _ALPHABETS[language]}
    pairs: dict[tuple[str, str], None] = {}
    tables = (rules.sequences, rules.letters, rules.start, rules.after_soft, rules.before_front)
    for table in tables:
        for cyrillic, latin in table.items():
            if latin and set(cyrillic) <= allowed:
                pairs[(latin, cyrillic)] = None
    return sorted(pairs, key=lambda pair: -len(pair[0]))


_ALPHABETS = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя" + APOSTROPHE,
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "be": "абвгґдеёжзійклмнопрстуўфхцчшыьэюя" + APOSTROPHE,
}


def _readings(text: str, inverse: list[tuple[str, str]], rules: System) -> Iterator[str]:
    """Depth first over pieces; a branch dies when its own romanisation leaves ``text``."""
    budget = [20000]

    def walk(position: int, built: str) -> Iterator[str]:
        budget[0] -= 1
        if budget[0] < 0:
            return
        if position == len(text):
            if _lower(built, rules) == text:
                yield built
            return
        for latin, cyrillic in inverse:
            if text.startswith(latin, position):
                yield from walk(position + len(latin), built + cyrillic)
        if not text[position].isalpha() and text[position] not in "`’'”":
            yield from walk(position + 1, built + text[position])

    seen: set[str] = set()
    for reading in walk(0, ""):
        if reading not in seen:
            seen.add(reading)
            yield reading


def _lower(word: str, rules: System) -> str:
    return _WORD.sub(lambda found: _word(found.group(), rules), word)


def _cased(reading: str, text: str) -> str:
    if text.isupper() and len(text) > 1:
        return reading.upper()
    if not text[:1].isupper():
        return reading
    return re.sub(r"(^|[\s-])(\w)", lambda found: found[1] + found[2].upper(), reading)
