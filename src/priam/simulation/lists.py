"""Two lists of invented persons with known truth, spelt and misspelt as two clerks would.

The persons never lived: given names and surname stems are made of syllables that no table of
names holds, so that a matcher cannot look them up. Each person has a Ukrainian and a Russian form;
each list writes each row in one of several alphabets and systems, then makes errors.

>>> import numpy as np
>>> lists = make_lists(ListOptions(common=3, only_a=1, only_b=1), np.random.default_rng(1))
>>> len(lists.a), len(lists.b), len(lists.truth)
(4, 4, 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

__all__ = [
    "COLUMNS",
    "ListOptions",
    "SyntheticName",
    "TestLists",
    "make_lists",
    "synthetic_names",
    "synthetic_relative",
]

COLUMNS = (
    "id", "surname", "given", "patronymic", "birth_date", "place", "unit", "death_date", "tag",
)  # fmt: skip

Row = dict[str, str]

_GIVEN_HEADS = (
    "Вітро Дуно Келе Зорі Мове Тирно Орле Ґрано Сойме Щебро Лужо Чарно Жарі Хвило Явро Пишо"
)
_GIVEN_TAILS = "бор дан мил рад вит гост сил вой тан ліс"
_HEADS = "Ба Ве Гри До Жо Зу Ка Ли Мо Не Пе Ро Са Ту Хи Це Чо Шу Ще Я Ю Кри Пло Тро Сві Бре Хво"
_MIDDLES = "ба ве го ди жа зе ки ло му на пи ря су те фо ха ці чу ше лю йо рі дзе гу в'я"
_TAILS = "б в г д ж з к л м н п р с т х ш щ"
# (Ukrainian man, woman; Russian man, woman)
_ENDINGS = (
    ("енко", "енко", "енко", "енко"), ("чук", "чук", "чук", "чук"), ("юк", "юк", "юк", "юк"),
    ("ський", "ська", "ский", "ская"), ("ов", "ова", "ов", "ова"), ("ець", "ець", "ец", "ец"),
    ("иненко", "иненко", "иненко", "иненко"), ("ів", "ів", "ив", "ив"), ("ак", "ак", "ак", "ак"),
    ("ин", "ина", "ин", "ина"), ("ало", "ало", "ало", "ало"),
)  # fmt: skip
_PLACES = "Тарнівка Зуболози Мирогоща Кревець Ольшинка Гудзівка Сторожів Вербляни Чаплище Жовтопіль"
_TO_RUSSIAN = str.maketrans({"і": "и", "І": "И", "ї": "и", "є": "е", "ґ": "г", "Ґ": "Г", "'": "ь"})

_LATIN = dict(zip("абвгґдезийіклмнопрстуфы", "abvggdeziiiklmnoprstufy", strict=True))
_LATIN |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "'": ""}
_LATIN |= {"ю": "iu", "я": "ia", "є": "ie", "ї": "i", "э": "e", "ё": "e"}
#: Differences of each way of writing in Latin letters from the table above.
_WAYS: dict[str, dict[str, str]] = {
    "uk-national": {"г": "h", "и": "y"},
    "uk-older": {"г": "h", "и": "y", "ю": "yu", "я": "ya", "є": "ye", "ї": "yi", "й": "y"},
    "ru-passport": {},
    "ru-bgn": {"ю": "yu", "я": "ya", "й": "y", "ь": "'"},
    "ru-scholarly": {"ж": "ž", "х": "h", "ц": "c", "ч": "č", "ш": "š", "щ": "šč", "ю": "ju",
                     "я": "ja", "й": "j"},
    "german": {"в": "w", "ж": "sch", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch",
               "щ": "schtsch", "ю": "ju", "я": "ja", "й": "j"},
    "polish": {"в": "w", "ж": "ż", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz",
               "ю": "iu", "я": "ia", "й": "j"},
}  # fmt: skip
_LOOKALIKE = dict(zip("асеіорхАВСЕНІКМОРТХ", "aceiopxABCEHIKMOPTX", strict=True))
_MISREAD = {"о": "0", "л": "п", "п": "л", "и": "н", "н": "и", "ш": "щ", "щ": "ш", "і": "1"}
_MISREAD |= {"l": "1", "i": "l", "o": "0", "e": "c", "n": "m", "u": "v", "rn": "m", "c": "e"}


@dataclass(frozen=True)
class ListOptions:
    """Sizes, ways of writing (weights by list) and rates of errors (by row and list)."""

    common: int = 12_000
    only_a: int = 8_000
    only_b: int = 8_000
    ways_a: dict[str, float] = field(
        default_factory=lambda: {"uk": 0.6, "ru": 0.1, "uk-national": 0.2, "uk-older": 0.1}
    )
    ways_b: dict[str, float] = field(
        default_factory=lambda: {
            "ru": 0.5, "uk": 0.1, "ru-passport": 0.15, "ru-bgn": 0.1, "ru-scholarly": 0.05,
            "german": 0.05, "polish": 0.05,
        }
    )  # fmt: skip
    women: float = 0.04
    brothers: float = 0.04
    typing: float = 0.08
    misread: float = 0.03
    lookalike: float = 0.06
    no_patronymic: float = 0.15
    initials: float = 0.05
    exchanged: float = 0.04
    no_birth: float = 0.06
    year_only: float = 0.08
    month_only: float = 0.03
    day_month: float = 0.02
    wrong_digit: float = 0.03
    no_place: float = 0.25
    no_unit: float = 0.3
    no_death: float = 0.3
    no_tag: float = 0.7


@dataclass(frozen=True)
class TestLists:
    """Two lists of rows (see :data:`COLUMNS`) and the true pairs of their ids."""

    __test__ = False  # not a test class

    a: list[Row]
    b: list[Row]
    truth: list[tuple[str, str]]


@dataclass(frozen=True)
class _Person:
    surname: tuple[str, str]
    given: str
    father: str
    woman: bool
    birth: date
    place: str
    unit: int
    death: date
    tag: str


def make_lists(options: ListOptions, rng: np.random.Generator) -> TestLists:
    """Invent the persons, write each into its list or lists, and shuffle both."""
    total = options.common + options.only_a + options.only_b
    persons = _people(total, options, rng)
    rng.shuffle(persons)
    common, both = options.common, options.common + options.only_a
    in_a = list(range(both))
    in_b = [*range(common), *range(both, total)]
    a, place_a = _write(persons, in_a, "A", options.ways_a, options, rng)
    b, place_b = _write(persons, in_b, "B", options.ways_b, options, rng)
    return TestLists(a, b, [(place_a[index], place_b[index]) for index in range(common)])


@dataclass(frozen=True, slots=True)
class SyntheticName:
    """A made-up Ukrainian name. Stems are put together at random, so that it is nobody's."""

    surname: str
    given: str
    patronymic: str
    woman: bool


def synthetic_names(total: int, rng: np.random.Generator) -> list[SyntheticName]:
    """Names of ``total`` persons who never were."""
    people = _people(total, ListOptions(), rng)
    return [SyntheticName(*_spell(person, "uk"), person.woman) for person in people]


def synthetic_relative(of: SyntheticName, woman: bool, given: str) -> SyntheticName:
    """Somebody of the same family: the same surname, another given name."""
    ending = "івна" if woman else "ович"
    root = of.patronymic.removesuffix("івна").removesuffix("ович")
    return SyntheticName(of.surname, given, root + ending, woman)


def _people(total: int, options: ListOptions, rng: np.random.Generator) -> list[_Person]:
    stems = _stems(max(60, total // 12), rng)
    weights = 1 / (np.arange(len(stems)) + 8.0)
    givens = [head + tail for head in _GIVEN_HEADS.split() for tail in _GIVEN_TAILS.split()]
    givens = [givens[index] for index in rng.permutation(len(givens))[:90]]
    often = 1 / (np.arange(len(givens)) + 3.0)
    chosen = rng.choice(len(stems), total, p=weights / weights.sum())
    names = rng.choice(len(givens), (total, 2), p=often / often.sum())
    people: list[_Person] = []
    for stem, (given, father) in zip(chosen, names, strict=True):
        if people and rng.random() < options.brothers:
            people.append(_brother(people[-1], givens[given], rng))
        else:
            woman = bool(rng.random() < options.women)
            people.append(_person(stems[stem], givens[given], givens[father], woman, rng))
    return people


def _stems(count: int, rng: np.random.Generator) -> list[tuple[str, int]]:
    """(stem, number of its ending), all different."""
    found: dict[tuple[str, int], None] = {}
    while len(found) < count:
        stem = str(rng.choice(_HEADS.split()))
        for _ in range(int(rng.integers(0, 3))):
            stem += str(rng.choice(_MIDDLES.split()))
        stem += str(rng.choice(_TAILS.split()))
        found[(stem, int(rng.integers(len(_ENDINGS))))] = None
    return list(found)


def _person(
    stem: tuple[str, int], given: str, father: str, woman: bool, rng: np.random.Generator
) -> _Person:
    root, number = stem
    ending = _ENDINGS[number]
    forms = (root + ending[woman], root.translate(_TO_RUSSIAN) + ending[2 + woman])
    birth = date(1960, 1, 1) + timedelta(days=int(rng.integers(0, 365 * 45)))
    death = date(2022, 3, 1) + timedelta(days=int(rng.integers(0, 1300)))
    place = (
        str(rng.choice(_PLACES.split())) if rng.random() < 0.5 else _stems(1, rng)[0][0] + "івка"
    )
    tag = f"{rng.choice(list('АБВГД'))}{rng.integers(100000, 999999)}"
    unit = int(rng.integers(1, 130))
    return _Person(forms, given, father, woman, birth, place, unit, death, tag)


def _brother(of: _Person, given: str, rng: np.random.Generator) -> _Person:
    """Same surname, father and village; often the same unit."""
    if given == of.given:
        given = of.father if of.father != of.given else given[::-1].capitalize()
    born = of.birth + timedelta(days=int(rng.integers(400, 3000)))
    unit = of.unit if rng.random() < 0.5 else int(rng.integers(1, 130))
    death = of.death if rng.random() < 0.2 else of.death + timedelta(days=int(rng.integers(1, 300)))
    tag = f"{of.tag[0]}{rng.integers(100000, 999999)}"
    return _Person(of.surname, given, of.father, False, born, of.place, unit, death, tag)


def _write(
    persons: Sequence[_Person],
    chosen: list[int],
    prefix: str,
    ways: dict[str, float],
    options: ListOptions,
    rng: np.random.Generator,
) -> tuple[list[Row], dict[int, str]]:
    names = list(ways)
    picked = rng.choice(
        len(names), len(chosen), p=np.array(list(ways.values())) / sum(ways.values())
    )
    rows, ids = [], {}
    for row, index in enumerate(rng.permutation(len(chosen))):
        person = persons[chosen[index]]
        ids[chosen[index]] = f"{prefix}{row + 1:06d}"
        rows.append({"id": ids[chosen[index]], **_row(person, names[picked[index]], options, rng)})
    return rows, ids


def _row(person: _Person, way: str, options: ListOptions, rng: np.random.Generator) -> Row:
    def spoil(text: str) -> str:
        return _spoil(text, options, rng)

    surname, given, patronymic = (spoil(part) for part in _spell(person, way))
    if rng.random() < options.no_patronymic:
        patronymic = ""
    if rng.random() < options.initials:
        given, patronymic = given[0] + ".", patronymic[:1] + "." if patronymic else ""
    elif rng.random() < options.exchanged:
        surname, given = given, surname
    return {
        "surname": surname,
        "given": given,
        "patronymic": patronymic,
        "birth_date": _birth(person.birth, options, rng),
        "place": "" if rng.random() < options.no_place else spoil(_spell_word(person.place, way)),
        "unit": "" if rng.random() < options.no_unit else _unit(person.unit, way),
        "death_date": "" if rng.random() < options.no_death else person.death.isoformat(),
        "tag": "" if rng.random() < options.no_tag else person.tag,
    }


def _unit(number: int, way: str) -> str:
    names = {"uk": "{}-та окрема бригада", "ru": "{} отд. бригада"}
    return names.get(way, "{} Brigade").format(number)


def _spell(person: _Person, way: str) -> tuple[str, str, str]:
    russian = way.startswith(("ru", "german"))
    surname = person.surname[1] if russian else person.surname[0]
    ending = ("івна", "овна") if person.woman else ("ович", "ович")
    parts = (surname, person.given, person.father + ending[russian])
    return (_spell_word(parts[0], way), _spell_word(parts[1], way), _spell_word(parts[2], way))


def _spell_word(word: str, way: str) -> str:
    if way == "uk":
        return word
    if way.startswith(("ru", "german")):
        word = word.translate(_TO_RUSSIAN)
    if way == "ru":
        return word
    table = {**_LATIN, **_WAYS[way]}
    return "".join(table.get(char, char) for char in word.lower()).capitalize()


def _birth(birth: date, options: ListOptions, rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < options.no_birth:
        return ""
    kind -= options.no_birth
    if kind < options.year_only:
        return str(birth.year)
    kind -= options.year_only
    if kind < options.month_only:
        return f"{birth.month:02d}.{birth.year}"
    day, month, year = birth.day, birth.month, birth.year
    if rng.random() < options.day_month and day <= 12:
        day, month = month, day
    if rng.random() < options.wrong_digit:
        which = int(rng.integers(3))
        day = 1 + (day + int(rng.integers(1, 9))) % 28 if which == 0 else day
        month = 1 + (month + int(rng.integers(1, 9))) % 12 if which == 1 else month
        year = year + int(rng.choice([-10, -1, 1, 10])) if which == 2 else year
    if rng.random() < 0.5:
        return f"{day:02d}.{month:02d}.{year}"
    return f"{year}-{month:02d}-{day:02d}"


def _spoil(word: str, options: ListOptions, rng: np.random.Generator) -> str:
    """Typing, misreading and look-alike letters, each at its own rate for a word."""
    if rng.random() < options.lookalike:
        word = "".join(_LOOKALIKE.get(c, c) if rng.random() < 0.4 else c for c in word)
    if rng.random() < options.misread:
        at = int(rng.integers(len(word)))
        word = word[:at] + _MISREAD.get(word[at], word[at]) + word[at + 1 :]
    if rng.random() < options.typing and len(word) > 3:
        word = _mistype(word, rng)
    return word


def _mistype(word: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(4))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    letters = "аеиолнрстк" if word[at] > "z" else "aeiolnrstk"
    return word[:at] + str(rng.choice(list(letters))) + word[at + 1 :]
