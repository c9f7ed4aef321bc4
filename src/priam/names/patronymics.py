"""Patronymics: their root, in Ukrainian, Russian, Belarusian and Latin spellings.

Іванович, Іванівна, Ivanovich, Иванович, Иванычъ and Iванавіч have the root of Іван; Ілліч that
of Ілля. Turkic forms (оглу, кызы) keep the father's name. The root is looked up as a given name,
so that Володимирович and Владимирович agree.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from priam.names.folding import fold
from priam.names.given import given_folds, given_key

__all__ = ["is_patronymic", "patronymic_key"]

# On folds: q = ч. A female and a male ending of all three languages, longest first.
_ENDING = re.compile(r"(?:[oeaiu]vi[qwcxz]|[oeiau]vna|iniqna|iqna|iq|ic)$")
_SURE = re.compile(r"(?:[oea]viq|[oeia]vna|iniqna|iliq|ilniqna|kuzmiq|lukiq|fomiq|xomiq|iqna)$")
_TURKIC = re.compile(r"[\s-]*(?:оглы|оглу|огли|кызы|кизи|гызы|угли|oglu|ogly|kyzy|kizi|qizi|ugli)$")


def is_patronymic(word: str) -> bool:
    """Whether a word looks like a patronymic (a surname in -ович does, too)."""
    return bool(_SURE.search(fold(word)) or _TURKIC.search(word.lower()))


@lru_cache(maxsize=1 << 18)
def patronymic_key(word: str) -> str:
    """The key of the father's given name; the bare root where no table knows it.

    >>> patronymic_key("Михайлович") == patronymic_key("Mykhailivna")
    True
    """
    folded = fold(_TURKIC.sub("", word.lower()).strip())
    root = _ENDING.sub("", folded).rstrip("aeiou")
    if not root or len(folded) <= 2:
        return folded
    return patronymic_stems().get(root, root)


# Roots that differ from the name by more than its last vowel.
_IRREGULAR = {
    "il": "Ілля", "lv": "Лев", "akovl": "Яків", "akavl": "Яків", "ak": "Яків", "arosl": "Ярослав",
    "mstisl": "Мстислав", "vaqesl": "В'ячеслав", "izasl": "Ізяслав", "vladisl": "Владислав",
    "svatosl": "Святослав", "mikit": "Микита", "mixal": "Михайло",
}  # fmt: skip


@cache
def patronymic_stems() -> dict[str, str]:
    """Fold of a name without its last vowels -> key of the name; our own table goes first."""
    stems = {root: given_key(name) for root, name in _IRREGULAR.items()}
    for form, key in given_folds().items():
        stems.setdefault(form.rstrip("aeiou"), key)
    return stems
