"""Letters before names: Unicode forms, apostrophes, look-alikes, alphabets."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["APOSTROPHE", "clean", "guess_language", "mend_mixed", "script"]

#: The one apostrophe used inside Priam; all others are mapped to it.
APOSTROPHE = "’"

_APOSTROPHES = dict.fromkeys(map(ord, "'`´ʼʹ′‘‛＇\u02bb\u02bd\u02c8"), APOSTROPHE)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t\r\n"), " ")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0301"), None)
_PLAIN = {**_APOSTROPHES, **_SPACES, **_DASHES, **_INVISIBLE}

# Pairs that look the same in print. Source: Unicode Technical Standard 39, confusables.
_LATIN = "aceiopxyABCEHIKMOPTXYjsS"
_CYRILLIC = "асеіорхуАВСЕНІКМОРТХУјѕЅ"
_TO_CYRILLIC = str.maketrans(_LATIN + "kmtbnuïëgh0", _CYRILLIC + "кмтвнцїёдһо")
_SAFE_TO_CYRILLIC = str.maketrans(_LATIN + "ïëk0", _CYRILLIC + "їёко")
_TO_LATIN = str.maketrans(_CYRILLIC + "кту0", _LATIN + "ktyo")


def clean(text: str) -> str:
    """``text`` in NFC, with one apostrophe, one dash, single blanks and no invisible marks."""
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return " ".join(text.split())


def _is_cyrillic(char: str) -> bool:
    return "\u0400" <= char <= "\u052f"


def _is_latin(char: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN")


@lru_cache(maxsize=65536)
def script(word: str) -> str:
    """``"cyrillic"``, ``"latin"``, ``"mixed"``, ``"other"`` or ``""`` when there is no letter."""
    cyrillic = any(map(_is_cyrillic, word))
    latin = any(map(_is_latin, word))
    if cyrillic and latin:
        return "mixed"
    if cyrillic or latin:
        return "cyrillic" if cyrillic else "latin"
    return "other" if any(char.isalpha() for char in word) else ""


@lru_cache(maxsize=65536)
def mend_mixed(word: str) -> str:
    """One alphabet in one word: look-alike letters of the rarer alphabet are replaced.

    ``Шевчeнкo`` typed with Latin e and o becomes all Cyrillic. A word that stays mixed (letters
    without a twin) is returned unchanged. A zero between letters is read as the letter o.
    """
    kind = script(word)
    if kind == "cyrillic" and "0" in word and not word.strip("0").isdigit():
        return word.replace("0", "о")
    if kind != "mixed":
        return word
    cyrillic = sum(map(_is_cyrillic, word))
    latin = sum(map(_is_latin, word))
    first, second = (_SAFE_TO_CYRILLIC, _TO_LATIN)
    if latin > cyrillic:
        first, second = second, first
    for table in (first, second):
        mended = word.translate(table)
        if script(mended) != "mixed":
            return mended
    return word


_UKRAINIAN = set("іїєґІЇЄҐ")
_RUSSIAN = set("ыъэёЫЪЭЁ")
_BELARUSIAN = set("ўЎ")


def guess_language(text: str) -> str:
    """``"uk"``, ``"ru"``, ``"be"``, ``"latin"`` or ``""`` (Cyrillic that fits several).

    Only letters decide: ў is Belarusian; і with ы, э or ё as well; ї, є, ґ or і alone Ukrainian;
    ы, ъ, э, ё alone Russian.
    """
    letters = set(text)
    if letters & _BELARUSIAN:
        return "be"
    if letters & _UKRAINIAN:
        return "be" if letters & _RUSSIAN else "uk"
    if letters & _RUSSIAN:
        return "ru"
    return "latin" if script(text) == "latin" else ""
