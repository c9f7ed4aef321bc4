"""Whether a row is visibly of a woman or of a man.

A column that says it goes first, then the patronymic, a given name that a table knows, and the
surname's form. What is not plain stays unknown: an initial, or a given name in no table beside a
surname without gender.
"""

from __future__ import annotations

import re

from priam.names.folding import fold
from priam.names.given import given_key, known_given

__all__ = ["sex_of_names", "sex_said"]

_WORDS = {
    "male": ("m", "male", "man", "1", "ч", "чол", "чоловік", "чоловіча", "м", "муж", "мужской"),
    "female": ("f", "female", "woman", "2", "ж", "жін", "жінка", "жіноча", "жен", "женский"),
}
_SAID = {word: sex for sex, words in _WORDS.items() for word in words}

# On folds: q = ч, w = ш.
_DAUGHTER = re.compile(r"(?:[oeiau]vna|iqna|k[iu]z[iu]|giz[iu])$")
_SON = re.compile(r"(?:[oeiau]vi[qwcxz]|iq|ogl[iu]|ugl[iu])$")
_HER_SURNAME = re.compile(r".{3}(?:[cs]ka|[oe]va)$")
_MENS_IN_A = "Микола Ілля Микита Сава Хома Кузьма Лука Ярема Данила Гаврила Сила Іса Муса"
_MENS = frozenset(fold(name) for name in _MENS_IN_A.split())
_WOMENS = frozenset({fold("Любов")})


def sex_said(cell: str) -> str:
    """``female`` or ``male`` as a cell of a column of sexes says it, else empty."""
    return _SAID.get(cell.casefold().strip(" ."), "")


def sex_of_names(surname: str, given: str, patronymic: str) -> str:
    """``female`` or ``male`` where the names show it, else empty.

    >>> sex_of_names("Коваль", "Олена", ""), sex_of_names("", "О.", "Петрівна")
    ('female', 'female')
    >>> sex_of_names("Koval", "Mykola", ""), sex_of_names("Ковальська", "О.", "П.")
    ('male', 'female')
    >>> sex_of_names("Коваль", "О.", "П.")
    ''
    """
    father = fold(patronymic)
    if _DAUGHTER.search(father):
        return "female"
    if _SON.search(father):
        return "male"
    if len(given) > 2 and known_given(given):
        key = given_key(given)
        hers = key in _WOMENS or (key.endswith("a") and key not in _MENS)
        return "female" if hers else "male"
    return "female" if _HER_SURNAME.search(fold(surname)) else ""
