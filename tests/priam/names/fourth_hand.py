# ruff: noqa: SIM905, E501  (words in a line read better than a list of quoted ones)
"""A fourth generator of test lists, written without a look at the other three or at the matcher's
errors, and tuned for nothing: the held-out check of an earlier model.

List A is a register kept in Ukrainian or Russian, whole names in one column. List B is the Excel
export of an aid organisation, filled in by fourteen clerks who each spell in their own way and
differ in care. Care is no matter of two classes: it varies by clerk and by row without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["fourth_lists"]

Row = dict[str, str]

# Ukrainian and Russian forms of frequent given names, the rest is invented below.
_MEN = """Олександр Александр,Сергій Сергей,Володимир Владимир,Андрій Андрей,Микола Николай,
Іван Иван,Дмитро Дмитрий,Віталій Виталий,Олексій Алексей,Михайло Михаил,Юрій Юрий,Ігор Игорь,
Василь Василий,Віктор Виктор,Євген Евгений,Роман Роман,Максим Максим,Анатолій Анатолий,
Павло Павел,Петро Пётр,Богдан Богдан,Ярослав Ярослав,Степан Степан,Тарас Тарас,Артем Артём,
Григорій Григорий,Костянтин Константин,Антон Антон,Денис Денис,Назар Назар""".replace("\n", "")
_WOMEN = "Олена Елена,Ірина Ирина,Тетяна Татьяна,Наталія Наталья,Оксана Оксана,Марія Мария"
_HEADS = "Б В Г Д Ж З К Л М Н П Р С Т Х Ч Ш Бр Гр Др Кр Пл Ст Тр Хв Шк".split()
_MIDDLES = "ад ав ел ер ир ол ом ош ук уб ац ей іл ін их ож ур".split()
_ENDS = "м н р т с д л в к б г".split()
_SURNAME_ENDS = "енко чук ський ов ин як ко ець ук иця аш ій".split()
_PLACES = "Верхні Нижні Нова Стара Велика Мала Красна Біла".split()

# Signs of the Ukrainian and Russian alphabets in five habits of romanising.
_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъ"
_HABITS = {
    "passport": "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch . iu ia y e e .",
    "american": "a b v g g d e ye zh z i i yi y k l m n o p r s t u f kh ts ch sh shch . yu ya y e yo .",
    "german": "a b w g g d e je sh s y i ji j k l m n o p r s t u f ch z tsch sch schtsch . ju ja y e jo .",
    "polish": "a b w h g d e je ż z y i ji j k l m n o p r s t u f ch c cz sz szcz . ju ja y e jo .",
    "french": "a b v g g d e ie j z i i i i k l m n o p r s t ou f kh ts tch ch chtch . iou ia y e io .",
    "by ear": "a b v h g d e e zh z i i i i k l m n o p r s t u f h c ch sh sh . yu ya i e o .",
}  # fmt: skip
_TABLES = {
    name: dict(zip(_LETTERS, ("" if sign == "." else sign for sign in text.split()), strict=True))
    for name, text in _HABITS.items()
}
_RUSSIAN = str.maketrans("іїєґиІЇЄҐИ", "ииегыИИЕГИ")
_NEAR = dict(zip("аоеиіугхкшщцчбпдтзсмн", "оаииишхгхщшчцпбтдсзнм", strict=True))
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True)
class _Person:
    surname: str
    given: int
    father: int
    woman: bool
    born: tuple[int, int, int]
    village: str
    district: str
    unit: int
    died: tuple[int, int, int]
    tag: str


class _World:
    """Names, places and units that both lists draw from."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        known = [tuple(pair.split()) for pair in _MEN.split(",")]
        made = [(name, name.translate(_RUSSIAN)) for name in (self.invented() for _ in range(170))]
        self.men = [*known, *made]
        self.women = [tuple(pair.split()) for pair in _WOMEN.split(",")]
        self.men_share = self.falling(len(self.men), 6)
        self.surnames = [self.invented() + self.pick(_SURNAME_ENDS) for _ in range(6000)]
        self.surname_share = self.falling(len(self.surnames), 60)
        self.villages = [f"{self.pick(_PLACES)} {self.invented()}івка" for _ in range(900)]
        self.districts = [f"{self.invented()}ський" for _ in range(60)]

    def invented(self) -> str:
        parts = [self.pick(_HEADS), self.pick(_MIDDLES)]
        if self.rng.random() < 0.6:
            parts += [self.pick(_ENDS), self.pick("аоеуи")]
        return "".join([*parts, self.pick(_ENDS)])

    def pick(self, choices: list[str] | str) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    @staticmethod
    def falling(count: int, flat: float) -> np.ndarray:
        share = 1 / (np.arange(count) + flat)
        return share / share.sum()

    def day(self, low: int, high: int) -> tuple[int, int, int]:
        return tuple(int(self.rng.integers(a, b)) for a, b in ((low, high), (1, 13), (1, 29)))

    def person(self) -> _Person:
        rng = self.rng
        woman = rng.random() < 0.06
        village = int(rng.integers(len(self.villages)))
        return _Person(
            self.surnames[rng.choice(len(self.surnames), p=self.surname_share)],
            int(rng.integers(len(self.women))) if woman else self.man(),
            self.man(),
            woman,
            self.day(1962, 2006),
            self.villages[village],
            self.districts[village % len(self.districts)],
            int(rng.integers(1, 130)),
            self.day(2022, 2026),
            f"{self.pick('АВКТ')}{rng.integers(100000, 999999)}",
        )

    def man(self) -> int:
        return int(self.rng.choice(len(self.men), p=self.men_share))

    def relative(self, one: _Person) -> _Person:
        """A brother, now and then a twin, a sister or a son; the unit is often the same."""
        rng = self.rng
        kind = rng.random()
        father = one.given if kind < 0.2 and not one.woman else one.father
        born = one.born if kind > 0.96 else self.day(one.born[0] - 5, one.born[0] + 6)
        if kind < 0.2:
            born = self.day(one.born[0] + 19, one.born[0] + 30)
        born = (min(born[0], 2007), *born[1:])
        same_unit, together = rng.random() < 0.45, rng.random() < 0.15
        other = replace(self.person(), surname=one.surname, father=father, village=one.village)
        return replace(
            other,
            born=born,
            district=one.district,
            unit=one.unit if same_unit else other.unit,
            died=one.died if same_unit and together else other.died,
        )


def _feminine(surname: str) -> str:
    for end, form in (("ський", "ська"), ("ов", "ова"), ("ин", "ина")):
        if surname.endswith(end):
            return surname[: -len(end)] + form
    return surname


def _patronymic(father: str, woman: bool, russian: bool) -> str:
    soft = father[-1] in "йьяїі"
    stem = father[:-1] if father[-1] in "йьяаоиі" else father
    if russian:
        return stem + ("е" if soft else "о") + ("вна" if woman else "вич")
    return stem + ("йо" if soft else "о") + ("вич" if not woman else "вна")


class _Clerk:
    """One who writes rows down: alphabet, habits, care."""

    def __init__(self, world: _World, latin: bool) -> None:
        rng = self.rng = world.rng
        self.world = world
        self.habit = world.pick(sorted(_TABLES)) if latin and rng.random() < 0.75 else ""
        self.russian = rng.random() < (0.6 if latin else 0.4)
        self.order = world.pick(
            ["sgp", "sgp", "gps", "gs", "sg"] if latin else ["sgp", "sgp", "gps"]
        )
        self.care = float(rng.lognormal(0, 0.6))
        self.date = world.pick(
            ["day", "day", "month", "excel"] if latin else ["day", "day", "iso", "month"]
        )
        self.unit = world.pick(["bde", "code", "short"] if latin else ["long", "short", "code"])
        self.loose = world.pick(["village", "district", "both"])

    def slips(self, haste: float, rate: float) -> bool:
        return bool(self.rng.random() < min(rate * haste, 0.75))

    def typed(self, word: str, haste: float) -> str:
        """Misheard, misread or mistyped letters, more than one in a hasty row."""
        while len(word) > 2 and self.slips(haste, 0.035):
            at = int(self.rng.integers(1, len(word)))
            kind = self.rng.random()
            if kind < 0.45:
                word = word[:at] + _NEAR.get(word[at], word[at]) + word[at + 1 :]
            elif kind < 0.65:
                word = word[:at] + word[at + 1 :]
            elif kind < 0.8:
                word = word[:at] + self.world.pick(_LETTERS[:28]) + word[at:]
            else:
                word = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        return word

    def spelled(self, word: str) -> str:
        if not self.habit:
            return word
        table = _TABLES[self.habit]
        return "".join(table.get(char, char) for char in word.lower()).title()

    def name(self, one: _Person, haste: float) -> list[str]:
        given = (self.world.women if one.woman else self.world.men)[one.given][self.russian]
        father = self.world.men[one.father][self.russian]
        surname = _feminine(one.surname) if one.woman else one.surname
        if one.woman and self.rng.random() < 0.12:  # the name of the husband, or of the parents
            surname = _feminine(self.world.person().surname) + (
                f" ({surname})" if self.rng.random() < 0.4 else ""
            )
        if self.russian:
            surname = surname.replace("ський", "ский").replace("ська", "ская").translate(_RUSSIAN)
        words = {"s": surname, "g": given, "p": _patronymic(father, one.woman, self.russian)}
        order = self.order
        if self.slips(haste, 0.03):
            order = "gsp" if order[0] == "s" else "sgp"
        if self.slips(haste, 0.06):
            order = order.replace("p", "")
        short = self.slips(haste, 0.03)
        written = {key: self.spelled(self.typed(word, haste)) for key, word in words.items()}
        if short:
            written |= {key: written[key][:1] + "." for key in "gp"}
        return [written[key] for key in order]

    def written_date(self, date: tuple[int, int, int], haste: float) -> str:
        year, month, day = date
        if self.slips(haste, 0.04):
            kind = self.rng.random()
            year += int(self.rng.choice([-10, -1, 1, 10])) if kind < 0.4 else 0
            day = day % 28 + 1 if 0.4 <= kind < 0.7 else day
            month = month % 12 + 1 if 0.7 <= kind < 0.85 else month
            month, day = (day, month) if kind >= 0.85 and day <= 12 else (month, day)
        if self.slips(haste, 0.08):
            return "" if self.rng.random() < 0.3 else str(year)
        return {
            "day": f"{day:02}.{month:02}.{year}",
            "iso": f"{year}-{month:02}-{day:02}",
            "month": f"{month:02}.{year}",
            "excel": f"{day}-{_MONTHS[month - 1]}-{year % 100:02}",
        }[self.date]

    def written_unit(self, one: _Person, haste: float) -> str:
        number = one.unit
        if self.slips(haste, 0.06):
            number = int(self.rng.integers(1, 130))
        if self.slips(haste, 0.2):
            return ""
        return {
            "long": f"{number} окрема механізована бригада",
            "short": f"{number} ОМБр",
            "bde": f"{number} Bde",
            "code": f"в/ч А{1000 + one.unit * 17}" if self.rng.random() < 0.4 else f"{number} бр.",
        }[self.unit]

    def place(self, one: _Person, haste: float) -> str:
        if self.slips(haste, 0.05):  # where the family lives now, not where he came from
            one = self.world.person()
        if self.slips(haste, 0.12):
            return ""
        village, district = self.spelled(one.village), self.spelled(one.district)
        return {"village": village, "district": district, "both": f"{village}, {district}"}[
            self.loose
        ]

    def haste(self) -> float:
        return self.care * float(self.rng.gamma(0.8, 1 / 0.8))


def _row_a(clerk: _Clerk, one: _Person, number: int) -> Row:
    haste, rng = clerk.haste(), clerk.rng
    return {
        "№": f"R-{number}",
        "ПІБ": " ".join(clerk.name(one, haste)),
        "Дата народження": clerk.written_date(one.born, haste),
        "Звідки": clerk.place(one, haste),
        "Частина": clerk.written_unit(one, haste),
        "Дата загибелі": clerk.written_date(one.died, haste) if rng.random() < 0.7 else "",
        "Жетон": clerk.typed(one.tag, haste) if rng.random() < 0.25 else "",
    }


def _row_b(clerk: _Clerk, one: _Person, number: int) -> Row:
    haste, rng = clerk.haste(), clerk.rng
    died = one.died if rng.random() < 0.8 else (*one.died[:2], min(one.died[2] + 3, 28))
    return {
        "Case no.": f"N{number:06}",
        "Full name": " ".join(clerk.name(one, haste)),
        "DOB": clerk.written_date(one.born, haste),
        "Home place": clerk.place(one, haste),
        "Unit": clerk.written_unit(one, haste),
        "Date of death": clerk.written_date(died, haste) if rng.random() < 0.5 else "",
        "Tag no.": clerk.typed(one.tag, haste) if rng.random() < 0.2 else "",
    }


def _people(world: _World, count: int) -> list[_Person]:
    """Persons, a fifth of them relatives of one before."""
    people: list[_Person] = []
    while len(people) < count:
        if people and world.rng.random() < 0.2:
            people.append(world.relative(people[int(world.rng.integers(len(people)))]))
        else:
            people.append(world.person())
    return people


def fourth_lists(
    common: int, alone: int, seed: int
) -> tuple[list[Row], list[Row], set[tuple[str, str]]]:
    """Rows of two lists and the true pairs of their ids: ``common`` persons stand in both."""
    rng = np.random.default_rng([4, seed])
    world = _World(rng)
    people = _people(world, common + 2 * alone)
    shuffled = rng.permutation(len(people))
    both, only_a, only_b = np.split(shuffled, (common, common + alone))
    clerks = {side: [_Clerk(world, side == "b") for _ in range(14)] for side in "ab"}
    lists: dict[str, list[Row]] = {}
    numbers: dict[str, dict[int, int]] = {}
    for side, own, row in (("a", only_a, _row_a), ("b", only_b, _row_b)):
        chosen = rng.permutation(np.concatenate([both, own]))
        numbers[side] = {int(who): at for at, who in enumerate(chosen, 1)}
        lists[side] = [
            row(clerks[side][int(rng.integers(14))], people[who], at)
            for who, at in numbers[side].items()
        ]
    truth = {(f"R-{numbers['a'][int(w)]}", f"N{numbers['b'][int(w)]:06}") for w in both}
    return lists["a"], lists["b"], truth
