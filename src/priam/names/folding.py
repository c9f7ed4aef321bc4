"""One spelling for many: folds that bring Ukrainian, Russian, Belarusian and Latin forms together.

:func:`fold` keeps consonants and main vowels, so that two folds may be compared by edit distance.
:func:`skeleton` keeps only consonant classes: it survives і/и, о/а, е/ё, ч/ш, ш/щ and g/h, and it
is the key for blocking. Both take one word in any of the alphabets. They are made for comparing,
not for reading: a fold is never shown as a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from priam.names.letters import APOSTROPHE, clean, mend_mixed, script

__all__ = ["consonants", "fold", "neighbour_spelling", "skeleton", "surname_base"]

# One sign a sound: j = ж, q = ч, w = ш and щ, c = ц, x = х and кс, g = г and ґ.
_SINGLE = "абвгґдеєёэжзиіїйыклмнопрстуўфхцчшщ"
_CYRILLIC = {
    **dict(
        zip("абвгґдеєёэжзиіїйыклмнопрстуўфхцчшщ", "abvggdeeeejziiiiiklmnoprstuvfxcqww", strict=True)
    ),
    "ю": "iu",
    "я": "ia",
    "ь": "",
    "ъ": "",
    "'": "",
    APOSTROPHE: "",
    "ә": "a",
    "ө": "o",
    "ү": "u",
    "ұ": "u",
    "қ": "k",
    "ғ": "g",
    "ң": "n",
    "һ": "g",
    "җ": "j",
    "ӏ": "",
    "ј": "i",
    "ѕ": "z",
    "ђ": "d",
    "ћ": "q",
    "џ": "j",
    "љ": "l",
    "њ": "n",
    "ӣ": "i",
    "ӯ": "u",
    "ҳ": "x",
    "ҷ": "j",
    "ќ": "k",
    "ѓ": "g",
    "ѣ": "e",
    "ѳ": "f",
    "ӑ": "a",
    "ӗ": "e",
    "ҫ": "s",
    "ў": "v",
}
# A sign made here is a capital, so that it is not read again as a Latin letter of its own.
_SIGNED = str.maketrans(
    {"š": "W", "ž": "J", "č": "Q", "ŝ": "W", "ż": "J", "ł": "l", "ć": "Q", "ß": "ss", "ğ": "g"}
    | {"ş": "W", "ç": "Q", "ı": "i", "ø": "o", "æ": "e", "œ": "e", "đ": "d", "ə": "a", "ě": "e"}
    | {"â": "ia", "û": "iu", "è": "e", "ê": "e", "ë": "e", "ï": "i", "ì": "i", "ŭ": "v"}
)
# Latin letter groups, longest first; a letter not named here stands for itself.
_GROUPS = {
    "schtsch": "w", "chtch": "w", "chtsch": "w", "shtch": "w", "shch": "w", "szcz": "w",
    "stch": "w", "tsch": "q", "dsch": "j", "tch": "q", "sch": "w", "shh": "w", "dzh": "j",
    "sh": "w", "sz": "w", "ch": "q", "cz": "q", "zh": "j", "kh": "x", "ks": "x",
    "ts": "c", "tc": "c", "tz": "c", "ck": "k", "ph": "f", "th": "t", "gh": "g", "ou": "u",
    "dj": "j", "h": "g", "w": "v", "y": "i", "j": "i", "q": "k",
}  # fmt: skip
_LATIN_GROUP = re.compile("|".join(sorted(_GROUPS, key=len, reverse=True)))
_BELARUSIAN_END = re.compile(r"(?<=[aeoiy])u$")
_OFF = re.compile(r"(?<=[aeoiy])ff?$")
_GLIDE = re.compile(r"i+(?=[aeou])")
_DOUBLE = re.compile(r"(.)\1+")
_LETTERS = re.compile(r"[^a-z]")


@lru_cache(maxsize=1 << 20)
def fold(word: str) -> str:
    """The comparison form of one word: lower-case a to z, no signs, no doubled letters.

    >>> fold("Щербак"), fold("Shcherbak"), fold("Szczerbak")
    ('werbak', 'werbak', 'werbak')
    """
    word = mend_mixed(clean(word)).lower()
    plain = _from_latin(word) if script(word) == "latin" else _from_cyrillic(word)
    plain = _LETTERS.sub("", plain.replace("ks", "x").replace("wq", "w"))
    return _DOUBLE.sub(r"\1", _GLIDE.sub("", plain))


def _from_cyrillic(word: str) -> str:
    return "".join(_CYRILLIC.get(char, char) for char in word)


def _from_latin(word: str) -> str:
    word = re.sub(r"[’`'\"”“ʺʹ″]", "", unicodedata.normalize("NFC", word)).translate(_SIGNED)
    word = "".join(
        char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char)
    )
    # The end of Belarusian and French forms comes before the groups: -ou, -off.
    word = _OFF.sub("v", _BELARUSIAN_END.sub("v", word))
    return _LATIN_GROUP.sub(lambda found: _GROUPS[found.group()], word).lower()


_POLISH = re.compile("w|sz|cz|ż|ł", re.IGNORECASE)
_CH = re.compile("(?<![st])ch", re.IGNORECASE)


def neighbour_spelling(texts: list[str]) -> list[str]:
    """Latin words of one person; if they show German or Polish habits, ch becomes kh.

    In English ch is ч, in German and Polish it is х: only the other words of the same row tell
    which. Other rows are returned as they are.
    """
    together = " ".join(texts)
    if script(together.replace(" ", "")) != "latin" or not _POLISH.search(together):
        return texts
    return [_CH.sub("kh", text) for text in texts]


_CLASSES = str.maketrans(
    {"g": "h", "x": "h", "q": "c", "w": "c", "j": "s", "z": "s"} | dict.fromkeys("aeiou", "")
)


@lru_cache(maxsize=1 << 20)
def skeleton(word: str) -> str:
    """Consonant classes of a word; a first vowel counts as ``a``.

    >>> skeleton("Олексієнко") == skeleton("Алексеенко")
    True
    """
    return consonants(fold(word))


@lru_cache(maxsize=1 << 20)
def consonants(folded: str) -> str:
    """The skeleton of a word that is folded already."""
    if not folded:
        return ""
    rest = folded.translate(_CLASSES)
    return ("a" if folded[0] in "aeiou" else "") + rest


_ENDINGS = (
    (re.compile(r"(?<=[cs]k)(?:a|oi|i|ei)$"), "i"),  # -ська, -ская, -ской, -ский
    (re.compile(r"(?<=.[oeia]v)a$"), ""),  # -ова, -ева
    (re.compile(r"(?<=..in)a$"), ""),  # -іна, -ина
    (re.compile(r"(?<=..[nlrdtkgxwq])(?:a|oi)$"), "i"),  # -ная, -ной, -ний
)


@lru_cache(maxsize=1 << 20)
def surname_base(word: str) -> str:
    """The fold of a surname without its gender: -ська and -ський, -ова and -ов give one form.

    It also takes the -a off a few men's surnames (Галушина); that is harmless where both lists
    are treated alike.
    """
    folded = fold(word)
    for pattern, ending in _ENDINGS:
        if pattern.search(folded):
            return pattern.sub(ending, folded)
    return folded
