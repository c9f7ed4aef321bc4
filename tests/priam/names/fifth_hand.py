# ruff: noqa: SIM114, SIM905, T201
"""Two lists of the same war dead, by several hands, with the truth known (synthetic persons only).

List A models a ministry's register of missing and fallen persons: kept in Ukrainian, typed in
regional offices from relatives' statements and personnel files. List B models the other side's
list of bodies: Russian, Latin or badly keyed Ukrainian, by clerks who copy documents, listen, or
read handwriting. Quality varies by clerk and, continuously, by row. Relatives and namesakes occur
in both lists or in one. Given names and surnames are built from invented Slavic roots or are rare,
so that no table of names should hold most of them; their frequencies are Zipf-like.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

Row = dict[str, str]

A_HEADERS = {
    "id": "id",
    "surname": "прізвище",
    "given": "ім'я",
    "patronymic": "по батькові",
    "sex": "стать",
    "born": "дата народження",
    "place": "місце народження",
    "unit": "військова частина",
    "died": "дата загибелі",
    "died_place": "місце загибелі",
    "tag": "номер жетона",
}
B_HEADERS = {
    "id": "id",
    "name": "ФИО",
    "born": "дата рождения",
    "place": "место рождения",
    "unit": "в/ч",
    "died": "дата смерти",
    "died_place": "место смерти",
    "tag": "жетон",
}

# --- names -----------------------------------------------------------------------------------

ONSETS = (
    "б б в г г д д ж з к к к л м м н п п р с с т т х ц ч ш щ бр гр др кр пр тр ст ск сл см хв шк"
    " шл вл зд зв гл кл пл хр гн жм чм"
).split()
MIDDLES = "б в г д ж з к л м н п р с т х ч ш лб рд рт нд нч вч ск шт лт рг рб мп йд ст зг".split()
CODAS = "б в г д ж з к к л ль м н нь п р р с т т х ч ш рт нд".split()
VOWELS = "ааааооооооуууииииееееія"

# First and second elements of old two-part names, Ukrainian and Russian form.
FIRSTS = [
    pair.split("/") if "/" in pair else [pair, pair]
    for pair in (
        "Добро Радо Люто Жито Тихо Любо Мило Яро Світло/Светло Зоре Брато Остро Буди Рати Чести"
        " Хвали Твори Бистро/Быстро Невo Пере Само Судо Туро Хото Чудо Веле Вито Горди Госто"
        " Держи Жада Купо Межи Приби/Прибы Сили Толи Цвіто/Цвето Щедро Чорно/Черно Біло/Бело"
        " Дружи Ціло/Цело Вербо Звени Красо Дубо Сніго/Снего Вітро/Ветро Дивo Лихо Дани Моги"
        " Нізо/Низо Ясно Крипо/Крепо Рідо/Родо Віщо/Веще"
    )
    .replace("o", "о")
    .split()
]
SECONDS = [
    pair.split("/") if "/" in pair else [pair, pair]
    for pair in (
        "мир мир слав слав вит гост жир бор дан полк рад лад ріг/рог люб бій/бой тих мил ніг/нег"
        " год мисл/мысл стан дар кін/кон світ/свет дуб хват верх"
    ).split()
]
# Names that any table would hold are kept out, should the elements happen to make them.
COMMON = {
    "Любомир",
    "Ярослав",
    "Добромир",
    "Радослав",
    "Ратибор",
    "Велимир",
    "Остромир",
    "Милослав",
}
RARE_MEN = [
    pair.split("/") if "/" in pair else [pair, pair]
    for pair in (
        "Акепсим/Акепсим Варух Галактіон/Галактион Євпл/Евпл Єлпідій/Елпидий Іпатій/Ипатий Каліст/"
        "Каллист Лавр Мокій/Мокий Никандр Онисифор Пафнутій/Пафнутий Силуан Фавст Харитон Юст"
        " Полієн/Полиен Авксентій/Авксентий Вукол Геласій/Геласий Дометій/Дометий Єрм/Ерм Зотик"
        " Іринарх/Иринарх Кіндрат/Кондрат Левкій/Левкий Мардарій/Мардарий Неон Пігасій/Пигасий"
        " Рустик Созонт Тихін/Тихон Фирс Хрисанф Якун Маркел/Маркелл Севір/Север Терентій/Терентий"
    ).split()
]
RARE_WOMEN = [
    pair.split("/") if "/" in pair else [pair, pair]
    for pair in (
        "Гликерія/Гликерия Манефа Євлампія/Евлампия Фотинія/Фотиния Улита Калерія/Калерия Минодора"
        " Леонілла/Леонилла Хіонія/Хиония Платоніда/Платонида Текля/Фекла Мавра Соломонія/Соломония"
    ).split()
]
CALLS = (
    "Барс Кум Студент Дід Грач Механік Тихий Рижий Буран Вуж Козак Малий Лис Шаман Клен Турист"
    " Гном Бджоляр Док Сивий Мажор Граніт Сокіл Боцман Пілот Явір"
).split()


@dataclass(frozen=True)
class Surname:
    """One surname in both languages and both genders."""

    uk_m: str
    uk_f: str
    ru_m: str
    ru_f: str

    def form(self, lang: str, woman: bool) -> str:
        if lang == "uk":
            return self.uk_f if woman else self.uk_m
        return self.ru_f if woman else self.ru_m


@dataclass(frozen=True)
class Given:
    """One given name, with the patronymics made from it where it is a man's."""

    uk: str
    ru: str

    def patronymic(self, lang: str, woman: bool) -> str:
        name = self.uk if lang == "uk" else self.ru
        if lang == "uk":
            if name.endswith("й"):
                return name[:-1] + "ївна" if woman else name + "ович"
            return name + ("івна" if woman else "ович")
        if name.endswith("й"):
            return name[:-1] + ("евна" if woman else "евич")
        return name + ("овна" if woman else "ович")


def _ru_vowel(vowel: str, onset: str, closed: bool, rng: random.Random) -> str:
    """Russian counterpart of a Ukrainian vowel; the old i/o and i/e alternation included."""
    if vowel == "и":
        return "ы" if rng.random() < 0.35 and onset[-1:] not in "гкхжшчщ" else "и"
    if vowel == "і":
        draw = rng.random()
        if closed and draw < 0.25:
            return "о"
        return "е" if draw < 0.5 else "и"
    return vowel


def _syllable(onset: str, rng: random.Random, closed: bool) -> tuple[str, str]:
    vowel = rng.choice(VOWELS)
    if vowel == "я" and onset[-1:] in "гкхжшчщц":
        vowel = "а"
    return onset + vowel, onset + _ru_vowel(vowel, onset, closed, rng)


def _root(rng: random.Random) -> tuple[str, str]:
    onset = "" if rng.random() < 0.05 else rng.choice(ONSETS)
    coda = rng.choice(CODAS)
    if not onset:
        # Few Slavic names begin with other vowels than these.
        start = rng.choice("оуа")
        uk = ru = start
    else:
        uk, ru = _syllable(onset, rng, True)
    if not onset or rng.random() < 0.62:
        more_uk, more_ru = _syllable(rng.choice(MIDDLES), rng, True)
        uk, ru = uk + more_uk, ru + more_ru
    return uk + coda, ru + coda


SUFFIXES = (
    "енко енко енко енко чук чук ук ук ський ський ський ко ко ець ак ик ович ів ишин ило ейко ура"
    " ов ов ов ев ін ьонок bare bare bare а а ий ань уха compound"
).split()
COMPOUND = [
    ("Біло", "Бело"), ("Чорно", "Черно"), ("Криво", "Криво"), ("Сухо", "Сухо"), ("Голо", "Голо"),
    ("Сиво", "Сиво"), ("Пере", "Пере"), ("Недо", "Недо"), ("Загни", "Загни"), ("Пали", "Пали"),
]  # fmt: skip


def _suffixed(uk: str, ru: str, suffix: str, rng: random.Random) -> tuple[str, str, str, str]:
    """Masculine and feminine forms in both languages of a root with a suffix."""
    soft = uk.endswith("ь")
    uk0, ru0 = uk.rstrip("ь"), ru.rstrip("ь")
    last = uk0[-1]
    if suffix == "чук" and last not in "лнрвм":
        suffix = "ук"
    if suffix == "ко" and uk0[-2:] in ("рт", "нд"):
        suffix = "енко"
    if suffix == "ко" and last in "кгх":
        suffix = "ало"
    if suffix == "ський":
        if last in "кцч":
            stems = (uk0[:-1] + "цьк", ru0[:-1] + "цк")
        elif last in "гжз":
            stems = (uk0[:-1] + "зьк", (ru0 if last == "з" else ru0[:-1] + "ж") + "ск")
        elif last in "сшх":
            stems = (uk0[:-1] + "ськ", ru0[:-1] + "сск")
        else:
            stems = (uk + "ськ", ru + "ск")
        return stems[0] + "ий", stems[0] + "а", stems[1] + "ий", stems[1] + "ая"
    if suffix in ("ов", "ев"):
        ending = "ев" if soft or last in "жшчщц" else "ов"
        return uk0 + ending, uk0 + ending + "а", ru0 + ending, ru0 + ending + "а"
    if suffix == "ін":
        uk_end = "ин" if last in "жшчщ" else "ін"
        return uk0 + uk_end, uk0 + uk_end + "а", ru0 + "ин", ru0 + "ина"
    if suffix == "ий" and not soft:
        ru_end = "ий" if last in "гкхжшчщ" else rng.choice(("ый", "ый", "ой"))
        return uk0 + "ий", uk0 + "а", ru0 + ru_end, ru0 + "ая"
    if suffix == "ів":
        # The standard Russian rendering keeps -ив; part of the families had -ов in old papers.
        ru_end = "ив" if rng.random() < 0.75 else "ов"
        return (uk0 + "ів",) * 2 + (ru0 + ru_end,) * 2  # type: ignore[return-value]
    if suffix == "чук":
        forms = uk + "чук", ru + "чук"
    elif suffix == "ук":
        forms = (uk0 + ("юк" if soft else "ук"), ru0 + ("юк" if soft else "ук"))
    elif suffix == "ак":
        forms = (uk0 + ("як" if soft else "ак"), ru0 + ("як" if soft else "ак"))
    elif suffix == "ець":
        forms = uk0 + "ець", ru0 + "ец"
    elif suffix == "ьонок":
        hard = last in "гкхжшчщ"
        forms = uk0 + ("онок" if hard else "ьонок"), ru0 + ("енок" if hard else "ёнок")
    elif suffix == "а":
        forms = uk0 + ("я" if soft else "а"), ru0 + ("я" if soft else "а")
    elif suffix in ("bare", "ий"):
        forms = uk, ru
    elif suffix == "compound":
        front = rng.choice(COMPOUND)
        end = rng.choice(("", "а", "", "ко" if last not in "кгх" else "а"))
        root = (uk0, ru0) if end else (uk, ru)
        forms = front[0] + root[0] + end, front[1] + root[1] + end
    elif suffix == "ко":
        forms = uk + "ко", ru + "ко"
    else:
        forms = uk0 + suffix, ru0 + suffix
    return forms[0], forms[0], forms[1], forms[1]


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _surnames(count: int, rng: random.Random) -> list[Surname]:
    """Distinct surnames; several share a root, as Koval, Kovalenko and Kovalchuk do."""
    roots = [_root(rng) for _ in range(max(60, count // 4))]
    found: dict[str, Surname] = {}
    tries = 0
    while len(found) < count:
        tries += 1
        if tries > 6 * len(roots):
            roots += [_root(rng) for _ in range(max(60, count // 8))]
            tries = 0
        uk, ru = rng.choice(roots)
        forms = [_capital(w) for w in _suffixed(uk, ru, rng.choice(SUFFIXES), rng)]
        if 4 <= len(forms[0]) <= 14:
            found.setdefault(forms[0], Surname(*forms))
    return list(found.values())


def _givens(count: int, rng: random.Random, women: bool) -> list[Given]:
    rare = RARE_WOMEN if women else RARE_MEN
    found: dict[str, Given] = {}
    while len(found) < count:
        if rng.random() < 0.3:
            pick = rng.choice(rare)
            found.setdefault(pick[0], Given(pick[0], pick[-1]))
            if rng.random() < 0.6:
                continue
        first = rng.choice(FIRSTS)
        second = rng.choice(SECONDS[:5] if women else SECONDS)
        end = "а" if women else ""
        uk, ru = (_capital(first[k] + second[k] + end) for k in (0, 1))
        if uk.removesuffix("а") not in COMMON:
            found.setdefault(uk, Given(uk, ru))
    result = list(found.values())
    rng.shuffle(result)
    return result


# --- places and units ------------------------------------------------------------------------

OBLASTS = [
    ("Вінницька", "Винницкая"), ("Волинська", "Волынская"), ("Житомирська", "Житомирская"),
    ("Київська", "Киевская"), ("Кіровоградська", "Кировоградская"), ("Львівська", "Львовская"),
    ("Миколаївська", "Николаевская"), ("Одеська", "Одесская"), ("Полтавська", "Полтавская"),
    ("Рівненська", "Ровенская"), ("Сумська", "Сумская"), ("Тернопільська", "Тернопольская"),
    ("Харківська", "Харьковская"), ("Хмельницька", "Хмельницкая"), ("Черкаська", "Черкасская"),
    ("Чернігівська", "Черниговская"), ("Дніпропетровська", "Днепропетровская"),
    ("Запорізька", "Запорожская"), ("Донецька", "Донецкая"), ("Закарпатська", "Закарпатская"),
]  # fmt: skip
MORGUES = [("Донецьк", "Донецк"), ("Луганськ", "Луганск"), ("Ростов-на-Дону", "Ростов-на-Дону")]


@dataclass(frozen=True)
class Place:
    """A village or town, its district and its region, each in Ukrainian and Russian."""

    kind: str
    name: tuple[str, str]
    district: tuple[str, str]
    oblast: tuple[str, str]


# kind of unit: full Ukrainian, short Ukrainian, spoken Russian, short Russian, short English
UNIT_KINDS = [
    ("окрема механізована бригада", "ОМБр", "мех. бригада", "омбр", "Mech Bde"),
    ("окрема механізована бригада", "ОМБр", "мех. бригада", "омбр", "Mech Bde"),
    ("окрема десантно-штурмова бригада", "ОДШБр", "дшб бригада", "одшбр", "Air Aslt Bde"),
    ("окрема бригада територіальної оборони", "ОБр ТрО", "бригада теробороны", "бр ТрО", "TDF Bde"),
    ("окрема єгерська бригада", "ОЄБр", "егерская бригада", "оебр", "Jager Bde"),
    ("окрема танкова бригада", "ОТБр", "танковая бригада", "отбр", "Tank Bde"),
    ("окремий штурмовий батальйон", "ОШБ", "штурмовой батальон", "ошб", "Aslt Bn"),
    (
        "бригада оперативного призначення НГУ",
        "БрОП НГУ",
        "бригада нацгвардии",
        "броп НГУ",
        "NG Bde",
    ),
    ("прикордонний загін", "ПЗ ДПСУ", "погранотряд", "погз", "Border Det"),
]


@dataclass(frozen=True)
class Unit:
    number: int
    kind: int
    code: str


@dataclass(frozen=True)
class Event:
    """An action: one unit, one settlement, one span of days. Ties unit, place and date together."""

    unit: int
    place: Place
    day: dt.date


def _places(count: int, rng: random.Random, oblasts: Sequence[tuple[str, str]]) -> list[Place]:
    districts = []
    for _ in range(max(8, count // 9)):
        uk, ru = _root(rng)
        forms = _suffixed(uk, ru, "ський", rng)
        districts.append(((_capital(forms[0]), _capital(forms[2])), rng.choice(oblasts)))
    ends = [
        ("івка", "овка"), ("івка", "овка"), ("ичі", "ичи"), ("ине", "ино"), ("ове", "ово"),
        ("анка", "анка"), ("ани", "аны"), ("ець", "ец"), ("івці", "овцы"), ("ин", "ин"),
    ]  # fmt: skip
    places = []
    for _ in range(count):
        uk, ru = (part.rstrip("ь") for part in _root(rng))
        end = rng.choice(ends)
        district, oblast = rng.choice(districts)
        kind = "м." if rng.random() < 0.25 else ("смт" if rng.random() < 0.12 else "с.")
        places.append(Place(kind, (_capital(uk + end[0]), _capital(ru + end[1])), district, oblast))
    return places


# --- persons ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    surname: Surname
    given: Given
    father: Given
    woman: bool
    former: Surname | None
    born: dt.date
    home: Place
    lives: Place
    unit: Unit
    battalion: int
    died: dt.date
    fell: Place
    tag: str
    call: str


def _zipf(count: int, shift: float, power: float = 1.0) -> np.ndarray:
    weights = (np.arange(count) + shift) ** -power
    return weights / weights.sum()


class _World:
    """Everything persons are drawn from; made once per seed."""

    def __init__(self, size: int, rng: random.Random, np_rng: np.random.Generator) -> None:
        self.rng = rng
        men = _givens(170, rng, women=False)
        women = _givens(70, rng, women=True)
        homes = _places(max(60, size // 5), rng, OBLASTS)
        fronts = _places(max(12, min(160, size // 100)), rng, OBLASTS[-4:-1] + OBLASTS[12:13])
        numbers = rng.sample(range(1, 170), max(20, min(140, size // 60)))
        units = [
            Unit(n, rng.randrange(len(UNIT_KINDS)), f"А{rng.randrange(1000, 5000)}")
            for n in numbers
        ]
        unit_weights = _zipf(len(units), 8.0)
        start = dt.date(2022, 3, 1)
        # Each unit moves between a few settlements over the years.
        haunts = [rng.sample(fronts, 4) for _ in units]
        events = []
        for unit in np_rng.choice(len(units), size=max(10, size // 12), p=unit_weights):
            day = start + dt.timedelta(days=rng.randrange(1200))
            place = haunts[unit][min(3, (day - start).days // 300)]
            events.append(Event(int(unit), place, day))
        # Rank 1 gets about .3 %, as the most frequent Ukrainian surnames do; most are unique.
        ranks = np_rng.choice(3 * size + 200, size=2 * size, p=_zipf(3 * size + 200, 40.0))
        order = {int(r): k for k, r in enumerate(dict.fromkeys(ranks.tolist()))}
        names = _surnames(len(order), rng)
        self.surnames = iter([names[order[int(r)]] for r in ranks])
        self.men = iter([men[k] for k in np_rng.choice(170, size=5 * size, p=_zipf(170, 5.0, 1.1))])
        self.women = iter([women[k] for k in np_rng.choice(70, size=size, p=_zipf(70, 5.0))])
        self.homes = iter(
            [homes[k] for k in np_rng.choice(len(homes), size=4 * size, p=_zipf(len(homes), 30.0))]
        )
        weights = _zipf(len(events), 20.0, 0.8)
        self.events = iter([events[k] for k in np_rng.choice(len(events), size=size, p=weights)])
        self.all_events = events
        self.units = units
        self.fronts = fronts

    def birthday(self) -> dt.date:
        year = 0
        while not 1960 <= year <= 2005:
            year = round(self.rng.gauss(1985.5, 10.0))
        return dt.date(year, 1, 1) + dt.timedelta(days=self.rng.randrange(365))

    def person(self, earlier: Sequence[Person]) -> Person:
        """A new person; sometimes a relative or namesake of one already made."""
        rng = self.rng
        woman = rng.random() < 0.07
        event = next(self.events)
        home = next(self.homes)
        unit = self.units[event.unit]
        letters = "".join(rng.choice("АВЕКМНОРСТ") for _ in range(2))
        person = Person(
            surname=next(self.surnames),
            given=next(self.women) if woman else next(self.men),
            father=next(self.men),
            woman=woman,
            former=next(self.surnames) if woman and rng.random() < 0.14 else None,
            born=self.birthday(),
            home=home,
            lives=next(self.homes) if rng.random() < 0.3 else home,
            unit=unit,
            battalion=rng.randrange(1, 5),
            died=event.day + dt.timedelta(days=int(rng.expovariate(1 / 2.5))),
            fell=event.place,
            tag=f"{letters}-{rng.randrange(100000, 1000000)}",
            call=rng.choice(CALLS),
        )
        draw = rng.random()
        if earlier and draw < 0.085 and not woman:
            person = self._tied(person, rng.choice(earlier), draw)
        return person

    def _tied(self, person: Person, other: Person, draw: float) -> Person:
        rng = self.rng
        if draw >= 0.075:  # namesake: nothing shared but the name
            if other.woman:
                return person
            person = replace(person, surname=other.surname, given=other.given)
            if rng.random() < 0.5:
                person = replace(person, father=other.father)
            if rng.random() < 0.1:
                person = replace(person, unit=other.unit)
            return person
        person = replace(person, surname=other.former or other.surname, home=other.home)
        if draw < 0.035:  # brother (or the brother of a woman)
            person = replace(person, father=other.father)
            while person.given == other.given:
                person = replace(person, given=next(self.men))
            gap = 0 if rng.random() < 0.03 else rng.choice((-1, 1)) * rng.randrange(400, 3900)
            person = replace(person, born=other.born + dt.timedelta(days=gap))
        elif draw < 0.05 and not other.woman:  # father or son
            gap = dt.timedelta(days=rng.randrange(7300, 11300))
            if other.born.year >= 1981:
                person = replace(person, given=other.father, born=other.born - gap)
            elif other.born.year <= 1976:
                person = replace(person, father=other.given, born=other.born + gap)
        if person.born.year < 1957 or person.born.year > 2006:
            person = replace(person, born=self.birthday())
        draw = rng.random()
        if draw < 0.4:  # relatives are often called up into one unit, and sometimes fall together
            person = replace(person, unit=other.unit, battalion=other.battalion)
            if draw < 0.12:
                person = replace(person, died=other.died, fell=other.fell)
            else:
                mates = [e for e in self.all_events if self.units[e.unit] == other.unit]
                mate = rng.choice(mates)
                person = replace(person, died=mate.day, fell=mate.place)
        lives = person.home if rng.random() < 0.7 else next(self.homes)
        return replace(person, lives=lives)


# --- letters: transliteration and errors -----------------------------------------------------

_PLAIN = dict(zip("абвдзклмнопрстуф", "abvdzklmnoprstuf", strict=True))
KMU = _PLAIN | {
    "г": "h", "ґ": "g", "е": "e", "є": "ie", "ж": "zh", "и": "y", "і": "i", "ї": "i", "й": "i",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia",
    "'": "", "ё": "io", "ы": "y", "э": "e", "ъ": "",
}  # fmt: skip
KMU_INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
ICAO = KMU | {"г": "g", "є": "e", "и": "i", "й": "i", "ё": "e", "ъ": "ie"}
BGN = KMU | {"г": "g", "є": "ye", "и": "i", "й": "y", "ё": "yo", "ю": "yu", "я": "ya"}
# What a clerk without a table may write; one choice per clerk's row, kept through the row.
LOOSE = {
    "х": ("h", "kh", "kh"), "й": ("y", "j", "i"), "ц": ("ts", "ts", "c"), "щ": ("sch", "shch"),
    "ю": ("yu", "ju", "iu"), "я": ("ya", "ja", "ia"), "в": ("v", "v", "v", "w"),
    "ь": ("", "", "'"), "ж": ("zh", "zh", "j"), "є": ("ye", "e", "ie"), "ї": ("yi", "i"),
}  # fmt: skip


def _latin(text: str, system: str, lang: str, rng: random.Random) -> str:
    """Latin letters for Cyrillic text, by one published system or by a clerk's own mixture."""
    table = {"kmu": KMU, "icao": ICAO, "bgn": BGN}.get(system)
    if table is None:
        base = KMU if lang == "uk" else BGN
        table = base | {letter: rng.choice(options) for letter, options in LOOSE.items()}
        if lang == "uk":
            table |= {"г": rng.choice("hhg"), "и": rng.choice("yyi")}
    out = []
    for word in text.split(" "):
        letters = []
        low = word.lower()
        for k, letter in enumerate(low):
            new = table.get(letter, letter)
            if system == "kmu":
                if k == 0 or not low[k - 1].isalpha():
                    new = KMU_INITIAL.get(letter, new)
                elif letter == "г" and low[k - 1] == "з":
                    new = "gh"
            if system == "bgn" and letter == "е" and (k == 0 or low[k - 1] in "аеёиоуыэюяьъй"):
                new = "ye"
            if word[k].isupper():
                new = new.upper() if len(word) > 1 and word.isupper() else new[:1].upper() + new[1:]
            letters.append(new)
        latin = "".join(letters)
        if system == "loose" and latin.endswith(("yi", "yj", "iy", "ij", "yy")):
            latin = latin[:-2] + rng.choice(("y", "iy", "yi"))
        out.append(latin)
    return " ".join(out)


LOOKALIKE = dict(zip("аеорсхіуАЕОРСХІКМТВН", "aeopcxiyAEOPCXIKMTBH", strict=True))
KEYS_CYR = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
KEYS_LAT = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
OCR_CYR = {
    "и": "ипн", "н": "ип", "п": "н", "ш": "щ", "щ": "ш", "о": "с", "е": "с", "с": "е", "л": "п",
    "б": "6в", "з": "э", "в": "б", "ц": "щ", "й": "и", "м": "и", "т": "г", "г": "т", "ч": "г",
    "а": "о", "к": "х", "х": "к", "і": "1l", "ь": "ъ",
}  # fmt: skip
OCR_LAT = {
    "m": ["rn"], "n": ["u", "r"], "u": ["n"], "h": ["b", "n"], "c": ["e", "o"], "e": ["c"],
    "i": ["l", "1"], "l": ["i", "1"], "o": ["0", "a"], "v": ["y"], "a": ["o"], "t": ["f"],
    "b": ["h"], "k": ["h"], "s": ["5"],
}  # fmt: skip
EAR = {
    "о": "а", "а": "о", "е": "и", "и": "еы", "ы": "и", "і": "и", "г": "х", "х": "г", "щ": "ш",
    "я": "е", "д": "т", "з": "с", "ж": "ш", "б": "п", "в": "ф", "ё": "о", "ь": ("",),
    "ш": "щ", "т": "д", "с": "з", "к": "г",
}  # fmt: skip


def _put(word: str, k: int, new: str, width: int = 1) -> str:
    if new and word[k : k + 1].isupper():
        new = new.capitalize()
    return word[:k] + new + word[k + width :]


def _typo(word: str, rng: random.Random) -> str:
    """One slip of a typist: letter lost, doubled, exchanged, or the next key. Seldom the first."""
    if len(word) < 4:
        return word
    k = rng.randrange(0 if rng.random() < 0.08 else 1, len(word))
    draw = rng.random()
    if draw < 0.27:
        return word[:k] + word[k + 1 :] if k else word
    if draw < 0.42:
        return word[:k] + word[k].lower() + word[k:] if k else word
    if draw < 0.6 and 1 <= k < len(word) - 1:
        return word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    for row in KEYS_CYR + KEYS_LAT:
        at = row.find(word[k].lower())
        if at >= 0:
            near = row[max(0, at - 1) : at] + row[at + 1 : at + 2]
            return _put(word, k, rng.choice(near))
    return word


def _misread(word: str, table: dict[str, Sequence[str]], rng: random.Random, first: float) -> str:
    """One letter taken for another, by a scanner, a reader of handwriting, or by ear."""
    spots = [k for k, c in enumerate(word.lower()) if c in table]
    if len(word) < 4 or not spots:
        return word
    k = rng.choice(spots)
    if k == 0 and rng.random() > first:
        k = rng.choice(spots)
        if k == 0:
            return word
    return _put(word, k, rng.choice(table[word[k].lower()]))


def _hear(word: str, rng: random.Random) -> str:
    """By ear; endings are left, because a clerk knows the usual ones."""
    body, end = (word[:-3], word[-3:]) if len(word) > 6 else (word[:-1], word[-1:])
    return _misread(body, EAR, rng, 0.15) + end  # type: ignore[arg-type]


def _mix(text: str, rng: random.Random, share: float) -> str:
    """Latin look-alikes inside Cyrillic text, as two keyboard layouts in one office leave them."""
    return "".join(LOOKALIKE[c] if c in LOOKALIKE and rng.random() < share else c for c in text)


def _ru_keyboard(text: str) -> str:
    """Ukrainian keyed on a Russian layout: the missing letters are borrowed or replaced."""
    return text.translate(str.maketrans("іІїЇєЄґҐ", "iIiIеЕгГ"))


def _genitive(words: list[str], woman: bool) -> list[str]:
    """'(Body) of ...': names left in the Russian genitive by a clerk who copied a sentence."""
    if woman:
        return words
    out = []
    for word in words:
        if word.endswith(("ский", "цкий")):
            word = word[:-2] + "ого"
        elif word.endswith(("ый", "ой")) and len(word) > 6:
            word = word[:-2] + "ого"
        elif word.endswith("ий"):
            word = word[:-1] + "я"
        elif word[-1:] in "бвгджзклмнпрстфхцчшщ":
            word += "а"
        out.append(word)
    return out


# --- clerks ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clerk:
    """Habits of one hand; the rates are for an average row and are scaled row by row."""

    weight: float
    lang: str = "ru"  # form of the name written down: uk or ru
    latin: str = ""  # transliteration system, empty for Cyrillic
    other: float = 0.05  # share of rows taken from a document in the other language
    typo: float = 0.05
    ocr: float = 0.02
    ear: float = 0.03
    mix: float = 0.02
    no_patronymic: float = 0.08
    initials: float = 0.04
    order: str = "sgp"
    caps: bool = False
    no_born: float = 0.08
    year: float = 0.08
    bad_born: float = 0.035
    no_place: float = 0.2
    no_unit: float = 0.2
    bad_unit: float = 0.05
    no_died: float = 0.2
    date: str = "dmy"
    keyboard: bool = False


# Regional offices: same rules, unequal care. Two copy Russian-language papers now and then.
A_CLERKS = [
    Clerk(0.24, "uk", other=0.01, typo=0.012, ocr=0, ear=0.003, mix=0.004),
    Clerk(0.2, "uk", other=0.02, typo=0.02, ocr=0, ear=0.006, mix=0.01),
    Clerk(0.16, "uk", other=0.03, typo=0.03, ocr=0, ear=0.01, mix=0.05),
    Clerk(0.14, "uk", other=0.1, typo=0.03, ocr=0.01, ear=0.02, mix=0.03),
    Clerk(0.14, "uk", other=0.05, typo=0.04, ocr=0.04, ear=0.01, mix=0.02, date="iso"),
    Clerk(0.12, "uk", other=0.14, typo=0.07, ocr=0.01, ear=0.04, mix=0.06, caps=True),
]
A_CLERKS = [
    replace(
        clerk,
        no_patronymic=0.01 + 0.5 * clerk.typo,
        initials=0.002,
        no_born=0.5 * clerk.typo,
        year=0.4 * clerk.typo,
        bad_born=0.005 + 0.4 * clerk.typo,
        no_place=0.02 + clerk.typo,
        no_unit=0.03 + 2 * clerk.typo,
        bad_unit=0.01 + 0.5 * clerk.typo,
        no_died=0.02 + clerk.typo,
    )
    for clerk in A_CLERKS
]
B_CLERKS = [
    # The bureau's own typist, careful; documents at hand.
    Clerk(0.22, typo=0.02, ocr=0.01, ear=0.02, no_born=0.03, year=0.04, no_place=0.12),
    # A typist who takes dictation.
    Clerk(0.15, typo=0.05, ocr=0, ear=0.14, mix=0.01, year=0.12, no_place=0.25, date="short"),
    # A scan of typed or handwritten lists.
    Clerk(0.13, typo=0.02, ocr=0.16, ear=0.02, no_born=0.06, caps=True, no_unit=0.25),
    # A hospital: order of parts free, few military facts.
    Clerk(0.08, typo=0.05, ear=0.05, order="gps", no_unit=0.45, no_place=0.3, date="dmy"),
    # A field clerk: initials, years, little else.
    Clerk(
        0.09, typo=0.08, ocr=0.03, ear=0.1, mix=0.03, no_patronymic=0.15, initials=0.3, year=0.25,
        no_born=0.12, bad_unit=0.08, no_unit=0.15, no_place=0.35, date="year",
    ),
    # Copies Ukrainian papers letter by letter on a Russian keyboard.
    Clerk(0.1, "uk", other=0.25, typo=0.05, ocr=0.03, ear=0.02, mix=0.12, keyboard=True),
    # Latin letters: from identity documents, from Russian lists, and without any table.
    Clerk(0.09, "uk", "kmu", 0.1, 0.03, 0.01, 0.0, 0, 0.6, 0.01, "sg", date="iso"),
    Clerk(0.07, "ru", "icao", 0.15, 0.03, 0.03, 0.02, 0, 0.3, 0.02, caps=True, date="dmy"),
    Clerk(0.07, "uk", "loose", 0.45, 0.07, 0.03, 0.04, 0, 0.6, 0.03, "gs", date="text"),
]  # fmt: skip


class _Hand:
    """One clerk at one row: the row's own quality scales all the clerk's rates."""

    def __init__(self, clerk: Clerk, rng: random.Random) -> None:
        self.clerk = clerk
        self.rng = rng
        self.strain = rng.gammavariate(1.6, 1 / 1.6)
        self.lang = clerk.lang
        if rng.random() < clerk.other:
            self.lang = "ru" if clerk.lang == "uk" else "uk"
        self.latin = clerk.latin
        # Clerks mix systems: now and then another one is used for a row.
        if self.latin and rng.random() < 0.15:
            self.latin = rng.choice(("kmu", "icao", "bgn", "loose"))
        if self.latin in ("icao", "bgn"):
            self.lang = "ru"
        elif self.latin == "kmu":
            self.lang = "uk"

    def happens(self, rate: float) -> bool:
        return self.rng.random() < min(0.9, rate * self.strain)

    def pick(self, pair: tuple[str, str]) -> str:
        return pair[0] if self.lang == "uk" else pair[1]

    def script(self, text: str) -> str:
        """Text in this row's letters, without any errors of the hand."""
        if self.latin:
            return _latin(text, self.latin, self.lang, self.rng)
        if self.clerk.keyboard and self.lang == "uk":
            return _ru_keyboard(text)
        return text

    def word(self, text: str, care: float = 1.0) -> str:
        """A word as written, with this hand's errors; 'care' below 1 for careful parts."""
        clerk, rng = self.clerk, self.rng
        if self.happens(clerk.ear * care):
            text = _hear(text, rng)
        if not self.latin and self.lang == "ru" and rng.random() < 0.8:
            text = text.replace("ё", "е")
        text = self.script(text)
        if self.happens(clerk.ocr * care):
            table: dict[str, Sequence[str]] = OCR_LAT if self.latin else OCR_CYR  # type: ignore
            text = _misread(text, table, rng, 0.4)
        if self.happens(clerk.typo * care):
            text = _typo(text, rng)
        if not self.latin and self.happens(clerk.mix * care):
            text = _mix(text, rng, rng.choice((0.3, 0.6, 1.0)))
        return text

    def surname(self, person: Person, former: bool, both: bool) -> str:
        woman = person.woman
        # Masculine form for a woman: the commonest slip where a list is kept in one gender.
        if woman and self.happens(0.05):
            woman = False
        main = person.former if former and person.former else person.surname
        text = self.word(main.form(self.lang, woman))
        if both and person.former:
            rest = person.surname if former else person.former
            second = self.word(rest.form(self.lang, woman))
            text = f"{text} ({second})" if self.rng.random() < 0.5 else f"{text}-{second}"
        return text

    def date(self, day: dt.date, fmt: str) -> str:
        if fmt == "iso":
            return day.isoformat()
        if fmt == "text":
            months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
            return f"{day.day} {months[day.month - 1]} {day.year}"
        if fmt == "short":
            return f"{day.day}.{day.month:02d}.{day.year % 100:02d}"
        if fmt == "slash":
            return f"{day.day:02d}/{day.month:02d}/{day.year}"
        return f"{day.day:02d}.{day.month:02d}.{day.year}"

    def wrong_day(self, day: dt.date) -> dt.date:
        """A mistaken date near the true one, as copying and typing make it."""
        rng = self.rng
        draw = rng.random()
        try:
            if draw < 0.3:
                return day.replace(month=day.day, day=day.month)
            if draw < 0.55:
                return day.replace(day=max(1, min(28, day.day + rng.choice((-10, 10, -1, 1, 3)))))
            if draw < 0.75:
                return day.replace(month=rng.randrange(1, 13))
            if draw < 0.9:
                return day.replace(year=day.year + rng.choice((-1, 1, -1, 1, -10, 10)))
            text = str(day.year)
            return day.replace(year=int(text[:2] + text[3] + text[2]))
        except ValueError:
            return day.replace(day=min(28, day.day), year=day.year + rng.choice((-1, 1)))

    def born(self, day: dt.date) -> str:
        clerk, rng = self.clerk, self.rng
        if self.happens(clerk.no_born):
            return ""
        if self.happens(clerk.bad_born):
            wrong = self.wrong_day(day)
            # A typist notices a soldier born in 2048 or 1918.
            day = wrong if 1950 <= wrong.year <= 2007 else day
        if self.happens(clerk.year) or (clerk.date == "year" and rng.random() < 0.4):
            if self.latin or rng.random() < 0.5:
                return str(day.year)
            return f"{day.year} " + ("р.н." if self.lang == "uk" else "г.р.")
        if self.happens(0.01):
            return f"{day.month:02d}.{day.year}"
        return self.date(day, clerk.date if rng.random() < 0.93 else rng.choice(("dmy", "slash")))

    def place(self, person: Person) -> str:
        """Birthplace, or the last address put in its place; village, district or region alone."""
        rng = self.rng
        if self.happens(self.clerk.no_place):
            return ""
        where = person.lives if rng.random() < 0.12 else person.home
        uk = self.lang == "uk"
        obl, rn = "обл.", "р-н"
        kinds = {"м.": "г.", "смт": "пгт", "с.": "с."}
        kind = where.kind if uk else kinds[where.kind]
        village = self.word(self.pick(where.name), 0.7)
        district = self.word(self.pick(where.district), 0.7)
        oblast = self.script(self.pick(where.oblast))
        tail = f"{district} {self.script(rn)}"
        region = f"{oblast} {self.script(obl)}"
        if self.latin:
            kind = rng.choice(("", "v." if where.kind == "с." else ""))
            tail = f"{district} " + rng.choice(("r-n", "district"))
            region = f"{oblast} " + rng.choice(("obl.", "oblast"))
        spot = f"{kind} {village}".strip()
        draw = rng.random()
        rich = 0.62 if self.clerk in A_CLERKS else 0.3
        if draw < rich:
            parts = [region, tail, spot] if rng.random() < 0.4 else [spot, tail, region]
            return ", ".join(parts)
        if draw < rich + 0.16:
            return f"{spot}, {region}"
        if draw < rich + 0.24:
            return f"{tail}, {region}"
        if draw < rich + 0.3:
            return tail
        return spot if draw < 0.93 else region

    def unit(self, person: Person, world: _World) -> str:
        rng = self.rng
        if self.happens(self.clerk.no_unit):
            return ""
        unit = person.unit
        if self.happens(self.clerk.bad_unit):
            unit = rng.choice(world.units)
        kind = UNIT_KINDS[unit.kind]
        n, bn = unit.number, person.battalion
        if self.latin:
            ending = {1: "st", 2: "nd", 3: "rd"}.get(n % 10 if n % 100 not in (11, 12, 13) else 0)
            forms = (
                f"{n}{ending or 'th'} {kind[4]}", f"{n} {_latin(kind[3], 'bgn', 'ru', rng)}",
                f"A{unit.code[1:]}",
            )  # fmt: skip
            return rng.choice(forms)
        if self.lang == "uk":
            forms = (
                f"{n} {kind[1]}", f"{n} {kind[1]}", f"{n} {kind[0]}", f"в/ч {unit.code}",
                f"{bn} мб {n} {kind[1]}", f"в/ч {unit.code} ({n} {kind[1]})",
            )  # fmt: skip
            return self.script(rng.choice(forms))
        code = unit.code if rng.random() < 0.7 else "A" + unit.code[1:]
        forms = (
            f"{n} {kind[3]}", f"{n} {kind[3].upper()}", f"{n}-я {kind[2]}", f"в/ч {code}", code,
            f"{bn} б-н {n} {kind[3]}", f"{n} бригада ВСУ" if unit.kind != 6 else f"{n} ошб ВСУ",
        )  # fmt: skip
        return rng.choice(forms)

    def died(self, person: Person, finder: bool) -> str:
        """The day of loss in A; in B the day of death as judged, or of the finding."""
        rng = self.rng
        if self.happens(self.clerk.no_died):
            return ""
        day = person.died
        draw = rng.random()
        if finder:
            if draw < 0.25:
                day += dt.timedelta(days=rng.choice((-2, -1, 1, 1, 2, 3)))
            elif draw < 0.4:
                day += dt.timedelta(days=int(2 + rng.expovariate(1 / 14)))
            if rng.random() < 0.07:
                return f"{day.month:02d}.{day.year}"
        elif draw < 0.1:
            day += dt.timedelta(days=rng.choice((-1, 1, 2)))
        fmt = self.clerk.date if self.clerk.date != "year" else "short"
        return self.date(day, fmt)

    def fell(self, person: Person, finder: bool, world: _World) -> str:
        rng = self.rng
        if self.happens(0.8 * self.clerk.no_died + (0.06 if finder else 0.02)):
            return ""
        if finder and rng.random() < 0.06:
            city = self.script(self.pick(rng.choice(MORGUES)))
            return city if self.latin else f"морг г. {city}"
        where = person.fell
        if finder and rng.random() < 0.08:
            where = rng.choice(world.fronts)
        spot = self.word(self.pick(where.name), 0.7)
        if self.latin:
            return spot
        draw = rng.random()
        if finder and draw < 0.08:
            return (
                f"{rng.randrange(1, 6)} км {rng.choice(('западнее', 'севернее', 'южнее'))} {spot}"
            )
        label = rng.choice(("н.п.", "с.", "район н.п.", ""))
        spot = f"{label} {spot}".strip()
        if draw < (0.3 if finder else 0.6):
            spot += f", {self.pick(where.oblast)} обл."
        return self.script(spot)

    def tag(self, person: Person, rate: float) -> str:
        rng = self.rng
        if rng.random() >= rate:
            return ""
        text = person.tag
        if self.happens(0.05):
            k = rng.randrange(3, len(text))
            text = text[:k] + str(rng.randrange(10)) + text[k + 1 :]
        draw = rng.random()
        if draw < 0.2:
            text = text.replace("-", " ")
        elif draw < 0.4:
            text = text.replace("-", "")
        elif draw < 0.5:
            text = "№ " + text[3:]
        if self.latin or rng.random() < 0.2:
            text = "".join(LOOKALIKE.get(c, c) for c in text)
        return text


def _row_a(person: Person, clerk: Clerk, former: int, world: _World, rng: random.Random) -> Row:
    hand = _Hand(clerk, rng)
    surname = hand.surname(person, former in (1, 3), former == 3)
    given = hand.word(hand.pick((person.given.uk, person.given.ru)), 0.6)
    patronymic = hand.word(person.father.patronymic(hand.lang, person.woman), 0.7)
    if hand.happens(clerk.no_patronymic):
        patronymic = ""
    if hand.happens(clerk.initials):
        given, patronymic = given[:1] + ".", patronymic[:1] + "." if patronymic else ""
    if clerk.caps:
        surname = surname.upper()
    if hand.happens(0.006):
        surname, given = given, surname
    if rng.random() < 0.02:
        surname += rng.choice((" («{}»)", ' "{}"', " (поз. {})")).format(person.call)
    row = {
        "surname": surname,
        "given": given,
        "patronymic": patronymic,
        "sex": "" if hand.happens(0.02) else ("ж" if person.woman else "ч"),
        "born": hand.born(person.born),
        "place": hand.place(person),
        "unit": hand.unit(person, world),
        "died": hand.died(person, finder=False),
        "died_place": hand.fell(person, False, world),
        "tag": hand.tag(person, 0.14),
    }
    if not row["born"] and not row["place"]:
        # A register would not open a file on a name alone.
        row["born"] = str(person.born.year)
    return row


def _name_b(hand: _Hand, person: Person, former: int) -> str:
    clerk, rng = hand.clerk, hand.rng
    surname = hand.surname(person, former in (2, 4), former == 4)
    given = hand.word(hand.pick((person.given.uk, person.given.ru)), 0.7)
    patronymic = hand.word(person.father.patronymic(hand.lang, person.woman), 0.8)
    if hand.happens(clerk.no_patronymic):
        patronymic = ""
    if hand.happens(clerk.initials):
        given = given[:1] + "."
        patronymic = patronymic[:1] + "." if patronymic else ""
        gap = rng.choice(("", " "))
        name = f"{surname} {given}{gap}{patronymic}".strip()
    else:
        if hand.lang == "ru" and not hand.latin and hand.happens(0.006):
            surname, given, patronymic = _genitive([surname, given, patronymic], person.woman)
        order = clerk.order if rng.random() < 0.93 else rng.choice(("sgp", "gps", "gs"))
        if clerk.caps or (order[0] == "g" and rng.random() < 0.2):
            surname = surname.upper()
        parts = {"s": surname, "g": given, "p": patronymic}
        if "p" not in order and patronymic:
            order = order[:1] + "p" + order[1:] if order[0] == "g" else order + "p"
        if hand.latin and order[0] == "s" and rng.random() < 0.25:
            parts["s"] += ","
        name = " ".join(parts[k] for k in order if parts[k])
        if hand.happens(0.012):  # a space lost or won
            k = name.find(" ")
            name = name[:k] + name[k + 1 :] if rng.random() < 0.6 else name[:3] + " " + name[3:]
        if rng.random() < 0.03:
            name = name.upper()
    if rng.random() < 0.03:
        call = hand.script(person.call if rng.random() < 0.75 else rng.choice(CALLS))
        name += rng.choice((" ({})", " («{}»)", " (позывной {})", ' "{}"')).format(call)
    return name


def _row_b(person: Person, clerk: Clerk, former: int, world: _World, rng: random.Random) -> Row:
    hand = _Hand(clerk, rng)
    row = {
        "name": _name_b(hand, person, former),
        "born": hand.born(person.born),
        "place": hand.place(person),
        "unit": hand.unit(person, world),
        "died": hand.died(person, finder=True),
        "died_place": hand.fell(person, True, world),
        "tag": hand.tag(person, 0.1),
    }
    bare = not row["born"] and ("." in row["name"] or not row["place"])
    if bare and rng.random() < 0.85:
        # Most bodies listed by name had some paper on them; a name alone is the exception.
        row["born"] = str(person.born.year)
    return row


def _finish(
    rows: list[tuple[int, Row]], headers: dict[str, str], prefix: str, rng: random.Random
) -> tuple[list[Row], dict[int, str]]:
    """Shuffle, number after shuffling so that numbers tell nothing, and name the columns."""
    rng.shuffle(rows)
    listed, ids = [], {}
    for k, (who, row) in enumerate(rows, start=1):
        ids[who] = f"{prefix}{k:06d}"
        full = {"id": ids[who]} | row
        listed.append({headers[key]: full[key] for key in headers})
    return listed, ids


def fifth_lists(
    common: int, alone: int, seed: int
) -> tuple[list[dict[str, str]], list[dict[str, str]], set[tuple[str, str]]]:
    """Rows of list A, rows of list B, and the true pairs of ids.

    Each list has ``common + alone`` persons, each of them once; ``common`` are in both.
    """
    if common < 0 or alone < 0:
        raise ValueError("common and alone must not be negative")
    rng = random.Random(seed)
    np_rng = np.random.default_rng(seed)
    size = common + 2 * alone
    if not size:
        return [], [], set()
    world = _World(size, rng, np_rng)
    persons: list[Person] = []
    for _ in range(size):
        persons.append(world.person(persons))
    order = list(range(size))
    rng.shuffle(order)
    both = set(order[:common])
    in_a, in_b = order[: common + alone], order[:common] + order[common + alone :]

    def former(person: Person) -> int:
        # 0: same surname in both lists; 1/2: former one in A/B; 3/4: both names in A/B.
        return rng.choice((0, 1, 2, 2, 3, 4)) if person.former else 0

    states = [former(person) for person in persons]

    def write(
        who: list[int], clerks: list[Clerk], make: Callable[..., Row]
    ) -> list[tuple[int, Row]]:
        weights = [clerk.weight for clerk in clerks]
        hands = rng.choices(clerks, weights, k=len(who))
        return [
            (k, make(persons[k], hand, states[k], world, rng))
            for k, hand in zip(who, hands, strict=True)
        ]

    list_a, ids_a = _finish(write(in_a, A_CLERKS, _row_a), A_HEADERS, "A", rng)
    list_b, ids_b = _finish(write(in_b, B_CLERKS, _row_b), B_HEADERS, "B", rng)
    return list_a, list_b, {(ids_a[k], ids_b[k]) for k in both}


if __name__ == "__main__":
    demo_a, demo_b, demo_truth = fifth_lists(20, 10, 1)
    by_a = {row["id"]: row for row in demo_a}
    by_b = {row["id"]: row for row in demo_b}
    for id_a, id_b in sorted(demo_truth):
        print(" | ".join(by_a[id_a].values()))
        print("    " + " | ".join(by_b[id_b].values()))
