"""A third generator of test lists, harder than the other two: bad scans, short given names,
fathers and sons, cousins of one name, French spellings, two-digit years.

It shares no code and no name parts with the others. It was written to find out what the matcher
gets wrong, and the model was changed after looking at what it found; so it is no held-out list.
"""

from __future__ import annotations

import random
from typing import Any

Person = dict[str, Any]
Quality = dict[str, float]

_CONSONANTS, _VOWELS = list("бвгдзклмнпрстфхжчш"), list("аоуеиіюя")
_LAST_END = [
    "енко",
    "чук",
    "ук",
    "ич",
    "ський",
    "цький",
    "ов",
    "ев",
    "ін",
    "ин",
    "ик",
    "ак",
    "ань",
    "ей",
    "ура",
    "ба",
    "уха",
    "иця",
    "ишин",
    "ейко",
    "адзе",
    "янц",
    "улін",
]
_FIRST_END = ["", *["ій", "о", "ан", "ис", "ус", "ім", "ор", "ель", "їл", "ад", "ен"]]
_KMU = dict(
    zip(
        "абвгґдезиіїйклмнопрстуфє",
        [
            "a",
            "b",
            "v",
            "h",
            "g",
            "d",
            "e",
            "z",
            "y",
            "i",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "ie",
        ],
    )
)
_KMU |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu"}
_KMU |= {"я": "ia", "ь": "", "'": "", "ы": "y", "э": "e", "ё": "io"}
_ICAO = {**_KMU, "г": "g", "и": "i", "й": "i", "є": "e", "ё": "e", "ъ": "ie"}
_BGN = {**_ICAO, "ю": "yu", "я": "ya", "й": "y"}
_FRENCH = {**_ICAO, "ш": "ch", "ч": "tch", "у": "ou", "ж": "j", "ю": "iou"}
_RUSSIAN = str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ")
_LOOKS = dict(zip("асеорхіуАВСЕНІКМОРТХ", "aceopxiyABCEHIKMOPTX", strict=True))
_MISREAD = dict(zip("инлпосшщвзетгжчакьйм", "ннплсощшзэсгтхцохъиш", strict=True)) | {"и": "н"}
_MISREAD |= {"н": "и"}
_MISREAD_LATIN = dict(zip("aoeclinuhbrvytsg", "oacoilunbhnyvf5q", strict=True)) | {"m": "rn"}
_PLACES = [
    "Гонтівка",
    "Заріччя",
    "Малий-Бір",
    "Устя",
    "Перемилів",
    "Солоне",
    "Крутеньке",
    "Дібрівка",
    "Вишгора",
    "Лозуватка",
    "Старий-Яр",
    "Млинки",
]


def _syllable(r: random.Random) -> str:
    closed = r.choice("нрлмск") if r.random() < 0.25 else ""
    return r.choice(_CONSONANTS) + r.choice(_VOWELS) + closed


def _word(r: random.Random, ends: list[str]) -> str:
    return "".join(_syllable(r) for _ in range(r.randint(1, 2))) + r.choice(ends)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _latin(word: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in word.lower())


def _patronymic(given: str, russian: bool) -> str:
    if given.endswith("ій"):
        return given[:-2] + ("ьевич" if russian else "ійович")
    if given.endswith("о"):
        return given[:-1] + "ович"
    if given[-1] in "аеиіюяуї":
        return given + ("евич" if russian else "йович")
    if given.endswith("ь"):
        return given[:-1] + ("евич" if russian else "ьович")
    return given + "ович"


class _World:
    """Names, villages and how often each occurs."""

    def __init__(self, r: random.Random, people: int) -> None:
        self.r = r
        self.givens = sorted({w for _ in range(160) if len(w := _word(r, _FIRST_END)) > 2})
        r.shuffle(self.givens)
        self.given_weights = [1 / (i + 5) for i in range(len(self.givens))]
        self.surnames = sorted({_word(r, _LAST_END) for _ in range(people // 8)})
        r.shuffle(self.surnames)
        self.surname_weights = [1 / (i + 30) for i in range(len(self.surnames))]
        more = [_capital(_word(r, ["івка", "не", "ичі", "поль"])) for _ in range(300)]
        self.villages = _PLACES + more
        self.village_weights = [1 / (i + 4) for i in range(len(self.villages))]

    def given(self) -> str:
        return self.r.choices(self.givens, self.given_weights)[0]

    def died(self) -> tuple[int, int, int]:
        return (2022 + self.r.randint(0, 3), self.r.randint(1, 12), self.r.randint(1, 28))

    def person(self) -> Person:
        r = self.r
        return {
            "surname": r.choices(self.surnames, self.surname_weights)[0],
            "given": self.given(), "father": self.given(),
            "born": (int(r.triangular(1962, 2006, 1985)), r.randint(1, 12), r.randint(1, 28)),
            "place": r.choices(self.villages, self.village_weights)[0],
            "unit": r.randint(1, 160), "died": self.died(),
        }  # fmt: skip

    def relative(self, of: Person) -> Person | None:
        """Now and then a brother (some are twins), a cousin of the same name, or a son."""
        r, kind, new = self.r, self.r.random(), dict(of)
        year = of["born"][0]
        if kind < 0.05:
            new["given"] = r.choice([name for name in self.givens if name != of["given"]])
            if r.random() < 0.92:
                new["born"] = (year + r.choice([-7, -4, -3, -2, 2, 3, 5]), r.randint(1, 12), 5)
            if r.random() < 0.5:
                new["unit"], new["died"] = r.randint(1, 160), self.died()
        elif kind < 0.07:
            new["father"], new["unit"] = self.given(), r.randint(1, 160)
            new["born"] = (year + r.randint(-9, 9), r.randint(1, 12), r.randint(1, 28))
        elif kind < 0.08:
            new["father"], new["given"] = of["given"], self.given()
            new["born"] = (year - 24, r.randint(1, 12), r.randint(1, 28))
        else:
            return None
        return new


def third_lists(common: int, alone: int, seed: int) -> tuple[list[dict], list[dict], set]:
    """Rows of list A, rows of list B, true pairs of ids."""
    r = random.Random(seed * 7919 + 5)
    total = common + 2 * alone
    world = _World(r, total)
    people: list[Person] = []
    while len(people) < total:
        people.append(world.person())
        relative = world.relative(people[-1])
        people += [relative] if relative else []
    people = people[:total]
    r.shuffle(people)
    both = people[:common]
    a, b = both + people[common : common + alone], both + people[common + alone :]
    order_a, order_b = (r.sample(range(len(rows)), len(rows)) for rows in (a, b))
    ids_a = {index: f"U{place:06d}" for place, index in enumerate(order_a)}
    ids_b = {index: f"{place + 100000}" for place, index in enumerate(order_b)}
    truth = {(ids_a[index], ids_b[index]) for index in range(common)}
    rows_a = [_row_a(r, ids_a[index], a[index]) for index in order_a]
    return rows_a, [_row_b(r, ids_b[index], b[index]) for index in order_b], truth


def _quality(r: random.Random) -> Quality:
    """Most rows are good; some are careless, some were read from a bad scan."""
    kind = r.random()
    if kind < 0.80:
        return {"typing": 0.03, "scan": 0.0, "looks": 0.04, "date": 0.01}
    if kind < 0.93:
        return {"typing": 0.25, "scan": 0.02, "looks": 0.1, "date": 0.06}
    return {"typing": 0.3, "scan": 0.10, "looks": 0.15, "date": 0.15}


def _mistyped(r: random.Random, word: str) -> str:
    if len(word) < 3:
        return word
    at, kind = r.randrange(len(word)), r.random()
    if kind < 0.3:
        return word[:at] + word[at + 1 :]
    if kind < 0.5:
        return word[:at] + word[at] + word[at:]
    if kind < 0.7 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + r.choice("aeioutnrs" if word.isascii() else "аеиоутнрс") + word[at + 1 :]


def _spoilt(r: random.Random, word: str, quality: Quality) -> str:
    if r.random() < quality["typing"]:
        word = _mistyped(r, word)
    table = _MISREAD_LATIN if word.isascii() else _MISREAD
    word = "".join(table.get(c, c) if r.random() < quality["scan"] else c for c in word)
    word = _capital(word)
    if r.random() < quality["looks"]:
        word = "".join(_LOOKS.get(c, c) if r.random() < 0.5 else c for c in word)
    return word


def _born(r: random.Random, born: tuple[int, int, int], quality: Quality, full: float) -> Any:
    """(year, month, day) with errors, or the text of a partial date."""
    year, month, day = born
    if r.random() < quality["date"]:
        kind = r.random()
        if kind < 0.35 and day <= 12:
            month, day = day, month
        elif kind < 0.7:
            day = max(1, min(28, day + r.choice([-1, 1, 10, -10, 3, 5])))
        elif kind < 0.85:
            month = month % 12 + 1
        else:
            year += r.choice([-1, 1, 10, -10])
    if r.random() > full:
        partial = [str(year), str(year), f"{month:02d}.{year}", "", f"??.{month:02d}.{year}"]
        return r.choice(partial)
    return year, month, day


def _row_a(r: random.Random, identity: str, p: Person) -> dict[str, str]:
    """Ukrainian, sometimes romanised; separate columns."""
    quality = _quality(r)
    names = (p["surname"], p["given"], _patronymic(p["father"], False))
    if r.random() < 0.12:
        names = tuple(_latin(name, _KMU) for name in names)
    surname, given, father = (_spoilt(r, name, quality) for name in names)
    kind = r.random()
    if kind < 0.1:
        father = ""
    elif kind < 0.14:
        father = father[:1] + "."
        given = given[:1] + "." if r.random() < 0.6 else given
    if r.random() < 0.04:
        surname, given = given, surname
    born = _born(r, p["born"], quality, 0.8)
    if not isinstance(born, str):
        born = f"{born[2]:02d}.{born[1]:02d}.{born[0]}"
    year, month, day = p["died"]
    return {
        "№ з/п": identity, "Прізвище": surname, "Ім'я": given, "По батькові": father,
        "Дата народження": born,
        "Місце проживання": "" if r.random() < 0.3 else f"с. {p['place']}",
        "Підрозділ": "" if r.random() < 0.4 else f"{p['unit']} ОМБр",
        "Дата загибелі": "" if r.random() < 0.5 else f"{day:02d}.{month:02d}.{year}",
    }  # fmt: skip


def _row_b(r: random.Random, identity: str, p: Person) -> dict[str, str]:
    """Russian, Ukrainian or one of four Latin spellings; the whole name in one column."""
    quality = _quality(r)
    place = p["place"].translate(_RUSSIAN)
    ukrainian = (p["surname"], p["given"], _patronymic(p["father"], False))
    russian = (p["surname"].replace("ький", "кий"), p["given"], _patronymic(p["father"], True))
    names = tuple(name.translate(_RUSSIAN) for name in russian)
    kind = r.random()
    if 0.5 <= kind < 0.6:
        names = ukrainian
    elif kind >= 0.6:
        table = r.choice([_KMU, _ICAO, _BGN, _BGN, _FRENCH])
        names = tuple(_latin(name, table) for name in (ukrainian if table is _KMU else names))
        place = _capital(_latin(place, table))
    surname, given, father = (_spoilt(r, name, quality) for name in names)
    father = "" if r.random() < 0.2 else father
    if r.random() < 0.04:
        given, father = given[:1] + ".", father[:1] + "." if father else ""
    order = (surname, given, father) if r.random() < 0.8 else (given, father, surname)
    name = f"{surname}, {given} {father}" if r.random() < 0.05 else " ".join(order)
    born = _born(r, p["born"], quality, 0.7)
    if not isinstance(born, str):
        year, month, day = born
        written = [f"{year}-{month:02d}-{day:02d}", f"{day:02d}/{month:02d}/{year}"]
        born = r.choice(written) if r.random() < 0.9 else f"{day:02d}.{month:02d}.{year % 100:02d}"
    return {
        "record": identity, "full name": " ".join(name.split()), "born": born,
        "residence": "" if r.random() < 0.35 else place,
        "brigade": "" if r.random() < 0.4 else f"{p['unit']} brigade",
        "died": "" if r.random() < 0.5 else "-".join(f"{part:02d}" for part in p["died"]),
    }  # fmt: skip
