"""Given names known as one: Володимир, Владимир, Уладзімір, Volodymyr, Vladimir.

Two sources: a table of our own (``data/given_names.txt``) and the Ukrainian-Russian dictionary of
names-translator (MIT, Dmitry Chaplinsky), whose keys are freed from look-alike letters first. A
name that is in neither is compared by its fold, so the table helps but is never needed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from priam.names.folding import fold

__all__ = [
    "common_given",
    "given_folds",
    "given_key",
    "initials",
    "known_given",
    "own_table",
]


@cache
def own_table() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The rows of our own table: for each name its (uk, ru, be, Latin) forms."""
    text = resources.files("priam.names").joinpath("data/given_names.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(tuple(tuple(part.split()) for part in line.split(";")) for line in lines)


@cache
def given_folds() -> dict[str, str]:
    """Fold of a form -> key of its name. Our own table decides; the dictionary only adds."""
    keys: dict[str, str] = {}
    for row in own_table():
        key = fold(row[0][0])
        for forms in row:
            for form in forms:
                keys.setdefault(fold(form), key)
        for forms in row:  # romanisations differ from the Cyrillic fold in е/ё and the like
            for form in forms:
                keys.setdefault(fold(form.replace("ё", "йо")), key)
    for ukrainian, russian in _dictionary().items():
        key = keys.get(ukrainian) or keys.get(russian) or ukrainian
        keys.setdefault(ukrainian, key)
        keys.setdefault(russian, key)
    return keys


def _dictionary() -> dict[str, str]:
    """Ukrainian fold -> fold of the commonest Russian form, from names-translator."""
    from names_translator.dicts import default_dicts

    pairs = default_dicts().as_dict("first")
    return {fold(uk): fold(ru[0]) for uk, ru in pairs.items() if len(uk) > 2 and ru}


@lru_cache(maxsize=1 << 18)
def given_key(name: str) -> str:
    """One key for all forms of a given name; the fold where the name is in no table.

    >>> given_key("Сергей") == given_key("Serhii") == given_key("Сяргей")
    True
    """
    folded = fold(name)
    return given_folds().get(folded, folded)


@cache
def _first_letters() -> dict[str, frozenset[str]]:
    """Key of a name -> first letters of its forms: О and А for Олександр."""
    letters: dict[str, set[str]] = {}
    for form, key in given_folds().items():
        letters.setdefault(key, set()).add(form[:1])
    return {key: frozenset(found) for key, found in letters.items()}


@lru_cache(maxsize=1 << 18)
def initials(name: str, key: str) -> tuple[str, ...]:
    """Letters (folded) that may stand for a name of this key, sorted.

    ``А.`` may be Олександр, whose Russian form begins so; a Latin ``Y.`` may be Євген, Юрій, Яків
    and ``S.`` Шамиль, whose first sign takes two letters.
    """
    folded = fold(name)
    found = set(_first_letters().get(key, ())) | {folded[:1]}
    if len(name.strip(".")) == 1:
        found |= set(_FIRST_OF_TWO.get(name[0].upper(), ""))
    return tuple(sorted(found - {""}))


# Latin letters with which the romanisation of another sign begins: Ya, Yu, Ye; Sh; Ch; Kh; Zh; Ts.
_FIRST_OF_TWO = {"Y": "iaue", "J": "iaue", "I": "iaue", "S": "sw", "C": "ckqx", "K": "kx"}
_FIRST_OF_TWO |= {"Z": "zj", "T": "tcq", "D": "dj"}


@cache
def _own_folds() -> frozenset[str]:
    return frozenset(fold(form) for row in own_table() for forms in row for form in forms)


@lru_cache(maxsize=1 << 18)
def common_given(name: str) -> bool:
    """Whether our own table knows this form; the dictionary also holds some surnames."""
    return fold(name) in _own_folds()


@lru_cache(maxsize=1 << 18)
def known_given(name: str) -> bool:
    """Whether the tables know this form."""
    return fold(name) in given_folds()
