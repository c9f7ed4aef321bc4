"""Which word is the surname, which the given name, which the patronymic.

Lists write "Коваль Іван Петрович", "Іван Петрович Коваль", "Koval, Ivan", "Коваль І. П.", or put
the words into the wrong columns. Three things decide: the shape of patronymics and surnames, the
table of given names, and the lists themselves (a word that stands often as a given name is one,
also where no table knows it).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from priam.names.folding import fold, surname_base
from priam.names.given import common_given, given_key, known_given
from priam.names.patronymics import is_patronymic, patronymic_key
from priam.names.reading import NameList, Person

__all__ = ["Habits", "NameParts", "learn_habits", "split_name"]

_SURNAME_SHAPE = re.compile(
    r"(?:enko|nko|uk|qak|[cs]ki|[oei]v|[iy]n|ik|ak|ka|enk|anc|ec|idze|vili|ian|an|[oe]viq|ix|ets)$"
)

_TURKIC = re.compile("огл[иу]|кизи|кызы|oglu|ogly|kyzy")


@dataclass(frozen=True)
class NameParts:
    """A name in its parts; a missing part is empty, an initial is one letter.

    ``former``: surnames in brackets, before a marriage or in another document.
    """

    surname: str = ""
    given: str = ""
    patronymic: str = ""
    former: str = ""


@dataclass(frozen=True)
class Habits:
    """How often each folded word stands as a given name and as a surname in the lists."""

    given: Counter[str]
    surname: Counter[str]

    def givenness(self, word: str) -> float:
        """Log odds, roughly, that ``word`` is a given name and not a surname."""
        seen = self.given[given_key(word)] + 0.5
        score = math.log(seen / (self.surname[surname_base(word)] + 0.5))
        score += 2.0 if common_given(word) else 1.0 if known_given(word) else 0.0
        return score - (1.0 if _SURNAME_SHAPE.search(fold(word)) else 0.0)


def learn_habits(lists: Iterable[NameList]) -> Habits:
    """Count the words of all lists by the place where they stand."""
    habits = Habits(Counter(), Counter())
    for names in lists:
        for person in names.persons:
            _count(person, habits)
    return habits


def _count(person: Person, habits: Habits) -> None:
    texts = person.texts
    parts = NameParts(texts.get("surname", ""), texts.get("given", ""), texts.get("patronymic", ""))
    if texts.get("name"):
        words = _words(texts["name"])
        if len(words) != 3 or not any(map(is_patronymic, words[1:])):
            return
        parts = _three(words)
    for word in parts.given.split()[:1]:
        habits.given[given_key(word)] += 1
    for word in parts.surname.split()[:1]:
        habits.surname[surname_base(word)] += 1
    if parts.patronymic:
        habits.given[patronymic_key(parts.patronymic)] += 1


def split_name(person: Person, habits: Habits) -> NameParts:
    """The parts of a person's name, put right where the words stand in the wrong places."""
    texts, former = {}, []
    for part in ("name", "surname", "given", "patronymic"):
        written = person.texts.get(part, "")
        texts[part], found = _bracketed(written)
        former += found if part in ("name", "surname") or _BORN.search(written) else []
    return replace(_split(texts, habits), former=" ".join(former))


_BRACKETS = re.compile(r"\(([^()]*)\)?")
_SURNAME = re.compile(r"[^\W\d_][^\d_.,;]*")
_BORN = re.compile(
    r"\b(?:дів|дев|урожд|nee|née|born|roz|geb|колишн\w*|бывш\w*)\b\.?", re.IGNORECASE
)


def _bracketed(text: str) -> tuple[str, list[str]]:
    """A text without its brackets, and the surnames in them: Коваль (дів. Бойко)."""
    if "(" not in text:
        return text, []
    plain = " ".join(_BRACKETS.sub(" ", text).split())
    if not plain:
        return text.strip("() "), []
    found = [_BORN.sub("", inside).strip(" .,:") for inside in _BRACKETS.findall(text)]
    return plain, [one for one in found if _SURNAME.fullmatch(one)]


def _split(texts: dict[str, str], habits: Habits) -> NameParts:
    if texts["name"]:
        return _whole(texts["name"], habits)
    surname, given, patronymic = texts["surname"], texts["given"], texts["patronymic"]
    if not given and len(surname.split()) > 1:
        return _whole(" ".join(filter(None, (surname, patronymic))), habits)
    words = _words(given)
    if not patronymic and len(words) == 2:
        given, patronymic = words
    if patronymic and _clear_patronymic(given) and not is_patronymic(patronymic):
        given, patronymic = patronymic, given
    return _ordered(surname, given, patronymic, habits)


def _clear_patronymic(word: str) -> bool:
    return is_patronymic(word) and not known_given(word)


def _ordered(
    surname: str, given: str, patronymic: str, habits: Habits, least: float = 2.5
) -> NameParts:
    """Turn surname and given name round where each fits better in the other's place."""
    if len(surname) > 1 and len(given) > 1:
        here = habits.givenness(given) - habits.givenness(surname)
        if here < -least:
            return NameParts(given, surname, patronymic)
    elif len(surname.strip(".")) == 1 and len(given) > 1:
        return NameParts(given, surname.strip("."), patronymic)
    return NameParts(surname, given.strip("."), patronymic.strip("."))


def _words(text: str) -> list[str]:
    """Words of a name; "І.П." gives two initials, brackets (former names) are left out."""
    text = re.sub(r"\([^)]*\)", " ", text)
    return [word for word in re.sub(r"[.,;]", ". ", text).replace(".", " ").split() if word]


def _whole(text: str, habits: Habits) -> NameParts:
    before, comma, after = text.partition(",")
    if comma and after.strip():
        rest = _words(after)
        return NameParts(before.strip(), rest[0] if rest else "", " ".join(rest[1:]))
    words = _words(text)
    if len(words) >= 3:
        return _three(words, habits)
    if len(words) == 2:
        return _ordered(words[0], words[1], "", habits, least=0.5)
    return NameParts(words[0] if words else "")


def _three(words: list[str], habits: Habits | None = None) -> NameParts:
    """Three words or more: the patronymic tells the order."""
    if len(words) > 3 and re.fullmatch(
        r"[\w]*(?:огл[иу]|кизи|кызы|oglu|ogly|kyzy)", words[3].lower()
    ):
        words = [*words[:2], f"{words[2]} {words[3]}", *words[4:]]
    if len(words) > 3:
        words = ["-".join(words[: len(words) - 2]), *words[-2:]]
    first, second, third = words
    if len(second) == 1 and len(third) == 1 and len(first) > 1:
        return NameParts(first, second, third)
    if len(first) == 1 and len(third) == 1 and len(second) > 1:
        return NameParts(second, first, third)
    if len(first) == 1 and len(second) == 1:
        return NameParts(third, first, second)
    if is_patronymic(second) and not is_patronymic(third):
        return NameParts(third, first, second)
    if habits is None or is_patronymic(third):
        return _first_two(first, second, third, habits)
    middle = habits.givenness(second) - habits.givenness(first)
    return NameParts(first, second, third) if middle >= 0 else NameParts(third, first, second)


def _first_two(first: str, second: str, patronymic: str, habits: Habits | None) -> NameParts:
    if habits is None:
        return NameParts(first, second, patronymic)
    return _ordered(first, second, patronymic, habits)
