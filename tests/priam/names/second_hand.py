"""A second generator of test lists, written apart from priam.simulation.lists and unlike it.

Whole names in one column, other orders, capitals, Belarusian, real places, namesakes in the same
unit planted in the *other* list only, twins, errors that come together in bad rows. It shares no
code and no name parts with the first one, and nothing was tuned to it.
"""

from __future__ import annotations

import random
import unicodedata

_SYL = ["ма", "ню", "ке", "ро", "ста", "ві", "гу", "лі", "шо", "дра", "пе", "жу", "чи", "нє", "бо"]
_SYL += ["фа", "хо", "зі", "ту", "ря", "цо"]
_FIRST_END = ["ян", "ет", "ом", "юс", "ар", "ій", "ек", "ур", "он", "ах"]
_LAST_END = ["енко", "ук", "ський", "ко", "ів", "ець", "уля", "яр", "ій", "ченко"]
_TOWNS = [
    ("Житомир", "Житомир", "Zhytomyr"), ("Суми", "Сумы", "Sumy"), ("Рівне", "Ровно", "Rivne"),
    ("Київ", "Киев", "Kiev"), ("Харків", "Харьков", "Kharkiv"), ("Мена", "Мена", "Mena"),
    ("Любешів", "Любешов", "Liubeshiv"), ("Гадяч", "Гадяч", "Hadiach"), ("Хуст", "Хуст", "Khust"),
]  # fmt: skip
_RU = str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ")
_KMU = dict(zip("абвгґдезиіїйклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True))
_KMU |= {"є": "ie", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
_KMU |= {"ю": "iu", "я": "ia", "ь": "", "'": ""}
_OLD = {**_KMU, "г": "g", "и": "i", "й": "j", "ю": "ju", "я": "ja", "є": "je", "х": "h", "ц": "c"}
_MONTHS_RU = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"


def _latin(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(c, c) for c in text.lower()).title()


def _name(r: random.Random, ends: list[str], least: int = 1) -> str:
    return ("".join(r.choice(_SYL) for _ in range(r.randint(least, 2))) + r.choice(ends)).title()


def second_lists(common: int, alone: int, seed: int) -> tuple[list[dict], list[dict], set]:
    """Rows of list A, rows of list B, true pairs of ids."""
    r = random.Random(seed)
    firsts = sorted({_name(r, _FIRST_END, 2) for _ in range(70)})
    lasts = sorted({_name(r, _LAST_END) for _ in range((common + 2 * alone) // 10)})
    people = [_invent(r, firsts, lasts) for _ in range(common + 2 * alone)]
    both, only_a, only_b = (
        people[:common],
        people[common : common + alone],
        people[common + alone :],
    )
    for index in range(0, len(only_b), 8):  # a namesake, brother or twin of a person of list A
        model = dict(r.choice(both + only_a))
        kind = r.choice(["brother", "twin", "namesake"])
        if kind != "namesake":
            model["first"] = r.choice([name for name in firsts if name[:3] != model["first"][:3]])
        if kind != "twin":
            model["born"] = (r.randint(1965, 2004), r.randint(1, 12), r.randint(1, 28))
        if kind == "namesake":
            model["father"] = r.choice(firsts)
        only_b[index] = model
    a = [(f"a{i + 1}", p) for i, p in enumerate(both + only_a)]
    b = [(f"Б-{i + 1}", p) for i, p in enumerate(both + only_b)]
    truth = {(a[i][0], b[i][0]) for i in range(common)}
    r.shuffle(a)
    r.shuffle(b)
    return [_row_a(r, i, p) for i, p in a], [_row_b(r, i, p) for i, p in b], truth


def _invent(r: random.Random, firsts: list[str], lasts: list[str]) -> dict:
    rank = min(int(r.paretovariate(0.7)) - 1, len(lasts) - 1)
    return {
        "last": lasts[rank] if r.random() < 0.3 else r.choice(lasts),
        "first": r.choice(firsts), "father": r.choice(firsts),
        "born": (r.randint(1964, 2005), r.randint(1, 12), r.randint(1, 28)),
        "town": r.choice(_TOWNS), "unit": r.choice([3, 14, 24, 28, 36, 47, 53, 72, 92, 93, 110]),
    }  # fmt: skip


def _father(name: str, russian: bool) -> str:
    stem = name[:-1] + ("й" if not russian else "е") if name.endswith("й") else name
    return stem + ("евич" if russian and name.endswith("й") else "ович")


def _typo(r: random.Random, text: str) -> str:
    if len(text) < 4:
        return text
    at = r.randint(1, len(text) - 2)
    return r.choice([
        text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[: at + 1] + text[at:], text[:at] + r.choice("аоіnuecr") + text[at + 1 :],
    ])  # fmt: skip


def _row_a(r: random.Random, identity: str, p: dict) -> dict:
    """Ukrainian, capitals, separate columns, ISO dates; a tenth of the rows is bad."""
    bad = r.random() < 0.1
    last, first, father = p["last"], p["first"], _father(p["father"], False)
    if r.random() < 0.15:
        last, first, father = (_latin(x, _KMU) for x in (last, first, father))
    if bad:
        last, first = _typo(r, last), _typo(r, first) if r.random() < 0.4 else first
        father = "" if r.random() < 0.5 else _typo(r, father)
    y, m, d = p["born"]
    if bad and r.random() < 0.3:
        d = d % 28 + 1
    born = f"{y}-{m:02d}-{d:02d}" if r.random() < 0.85 else r.choice([f"{y}", "", f"{y}-{m:02d}"])
    return {
        "Реєстраційний №": identity, "Прізвище": last.upper(), "Ім'я": first,
        "По батькові": father, "Дата народження": born,
        "Місце народження": f"м. {p['town'][0]}" if r.random() < 0.8 else "",
        "Військова частина": f"{p['unit']} ОМБр" if r.random() < 0.6 else "",
    }  # fmt: skip


def _row_b(r: random.Random, identity: str, p: dict) -> dict:
    """Russian or Latin, one column for the whole name in several orders, other dates."""
    bad = r.random() < 0.15
    last, first, father = (x.translate(_RU) for x in (p["last"], p["first"], p["father"]))
    last = last.replace("ський", "ский")[: len(last)]
    father = _father(father, True)
    town = p["town"][1]
    if r.random() < 0.3:
        table = r.choice([_KMU, _OLD])
        source = (p["last"], p["first"], _father(p["father"], False))
        last, first, father = (_latin(x, table) for x in source)
        town = p["town"][2]
    if bad:
        last = _typo(r, last)
        first = _typo(r, first) if r.random() < 0.3 else first
    if r.random() < 0.03:
        last = last.replace("о", "o").replace("е", "e")
    if r.random() < 0.25:
        father = ""
    name = r.choice([f"{last} {first} {father}"] * 4 + [f"{first} {father} {last}"])
    if not father:
        name = f"{last} {first}"
    y, m, d = p["born"]
    if bad and r.random() < 0.4:
        y, m, d = r.choice([(y, d, m), (y + 1, m, d)]) if d <= 12 else (y, m, 1 + (d + 9) % 28)
    born = f"{d} {_MONTHS_RU.split()[m - 1]} {y} г." if r.random() < 0.3 else f"{d:02d}.{m:02d}.{y}"
    if r.random() < 0.18:
        born = r.choice([str(y), "", f"{m:02d}.{y}"])
    return {
        "ид": identity, "ФИО": unicodedata.normalize("NFD", name), "дата рождения": born,
        "место рождения": town if r.random() < 0.7 else "",
        "часть": f"{p['unit']} бригада" if r.random() < 0.5 else "",
    }  # fmt: skip
