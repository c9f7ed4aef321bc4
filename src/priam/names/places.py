"""Places, units and tags reduced to what two clerks would both write down."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from priam.names.folding import skeleton
from priam.names.letters import clean

__all__ = ["place_keys", "tag_key", "unit_keys"]

# Words that say what kind of place it is; they are left out.
_KINDS = frozenset(
    resources.files("priam.names").joinpath("data/place_kinds.txt").read_text("utf-8").split()
)
# Well-known towns whose names differ by language more than letters do.
_SAME = {
    "kiev": "Київ", "kyiv": "Київ", "киев": "Київ", "кіеў": "Київ",
    "львов": "Львів", "lvov": "Львів",
    "lwow": "Львів", "lemberg": "Львів", "одеса": "Одеса", "odesa": "Одеса", "odessa": "Одеса",
    "днепропетровск": "Дніпро", "dnipropetrovsk": "Дніпро",
    "дніпропетровськ": "Дніпро",
    "днепр": "Дніпро", "dnieper": "Дніпро", "dnepr": "Дніпро", "артемовск": "Бахмут",
    "артёмовск": "Бахмут", "artemivsk": "Бахмут", "артемівськ": "Бахмут", "artemovsk": "Бахмут",
    "кировоград": "Кропивницький", "кіровоград": "Кропивницький", "kirovohrad": "Кропивницький",
    "kirovograd": "Кропивницький", "moscow": "Москва", "moskau": "Москва", "rovno": "Рівне",
    "ровно": "Рівне", "rivne": "Рівне", "запорожье": "Запоріжжя", "zaporozhye": "Запоріжжя",
    "николаев": "Миколаїв", "nikolaev": "Миколаїв", "mykolaiv": "Миколаїв", "bila": "Біла",
    "белая": "Біла", "чернигов": "Чернігів", "chernigov": "Чернігів", "vinnitsa": "Вінниця",
    "винница": "Вінниця", "vinnytsia": "Вінниця", "petersburg": "Петербург",
}  # fmt: skip


@lru_cache(maxsize=1 << 17)
def place_keys(text: str) -> tuple[str, ...]:
    """Skeletons of the words that name a place, sorted; kinds of places are left out.

    >>> place_keys("м. Київ") == place_keys("Kiev") == place_keys("г. Киев")
    True
    """
    words = re.findall(r"[\w’-]+", clean(text).lower())
    keys = {_place_key(word) for word in words if word not in _KINDS and not word.isdigit()}
    return tuple(sorted(key for key in keys if len(key) > 1))


@lru_cache(maxsize=1 << 17)
def _place_key(word: str) -> str:
    key = skeleton(_SAME.get(word, word))
    # Харків, Харківська, Kharkiv's: an adjective has the town in it.
    short = re.sub(r"(?:ck|sk|c)$", "", key)
    return short if len(short) >= 3 else key


_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=1 << 17)
def unit_keys(text: str) -> tuple[str, ...]:
    """The numbers in the name of a unit, else skeletons of its words.

    >>> unit_keys("93 ОМБр") == unit_keys("93rd Mechanised Brigade") == unit_keys("93-тя бригада")
    True
    """
    numbers = {str(int(number)) for number in _NUMBER.findall(text)}
    if numbers:
        return tuple(sorted(numbers))
    words = re.findall(r"[\w’-]{3,}", clean(text).lower())
    return tuple(sorted({skeleton(word) for word in words} - {""}))


_LOOKS = str.maketrans("АВСЕНІКМОРТХУБГДЗЧО", "ABCEHIKMOPTXYBGDZ4O")


@lru_cache(maxsize=1 << 17)
def tag_key(text: str) -> str:
    """A tag number without blanks and dashes; letters that look alike are one."""
    return "".join(char for char in clean(text).upper().translate(_LOOKS) if char.isalnum())
