"""A pairs.json of invented persons, as ``priam names match`` leaves it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["content", "data"]

_NAMES = [
    ("Щеброгост Мирон Келемилович", "Shchebrohost Myron", "1985-03-09", "1985-03"),
    ("Вітродан Іван Зорівитович", "Ветродан Иван Зоривитович", "1990-01-17", "1990-01-17"),
    ("Лужосил Дунорад", "Лужосил Келерад", "1988-12-01", "1988-12-01"),
    ("Чарнобор Тирномил", "Чернобор Тирномил", "", "1971"),
]


def _record(identity: str, name: str, birth: str, place: str) -> dict[str, str]:
    return {
        "id": identity, "name": name, "birth": birth, "place": place, "unit": "93 ОМБр",
        "death_place": "", "tag": "", "death": "",
    }  # fmt: skip


def _pair(number: int, a: int, b: int, probability: float) -> dict[str, Any]:
    left, right = _NAMES[a % len(_NAMES)], _NAMES[b % len(_NAMES)]
    same = a == b
    return {
        "type": "link.possible", "id_a": f"A{a}", "id_b": f"Б-{b}", "band": "possible",
        "probability": probability, "weight": 2.5, "words": "for: surname (same)",
        "fields": [
            {"field": "surname", "level": "same consonants" if same else "different",
             "weight": 1.83 if same else -1.7},
            {"field": "given", "level": "same" if same else "different",
             "weight": 1.41 if same else -3.2},
            {"field": "patronymic", "level": "not known in one of the lists", "weight": 0.0},
            {"field": "birth_date", "level": "no contradiction, parts missing", "weight": 1.8},
            {"field": "place_unit_death", "level": "one agrees, none against", "weight": 0.9},
            {"field": "together", "level": "errors that come together", "weight": 0.21},
        ],
        "a": _record(f"A{a}", left[0], left[2], "Тарнівка"),
        "b": _record(f"Б-{b}", right[1], right[3], "Тарновка"),
    }  # fmt: skip


def content(pairs: int = 5, one_to_one: bool = True) -> dict[str, Any]:
    """Pairs of four rows each way; the last but one is a rival of the first."""
    wanted = [(0, 0, 0.52), (1, 1, 0.61), (2, 2, 0.31), (0, 1, 0.12), (3, 3, 0.08)]
    more = [(n, n, 0.06) for n in range(4, pairs)]
    return {
        "version": 1,
        "lists": ["a" * 64, "b" * 64],
        "list_names": ["manifest.csv", "reception.csv"],
        "one_to_one": one_to_one,
        "pairs": [_pair(n, *pair) for n, pair in enumerate([*wanted, *more][:pairs])],
    }


def data(pairs: int = 5, one_to_one: bool = True) -> bytes:
    """The file."""
    return json.dumps(content(pairs, one_to_one), ensure_ascii=False).encode()
