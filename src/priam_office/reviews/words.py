"""Words for fields, levels of agreement and answers, as the program codes them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from priam_office.public.words import number

__all__ = ["answer", "field", "level", "odds", "side"]

_FIELDS = {
    "name": gettext_noop("Whole name"),
    "surname": gettext_noop("Surname"),
    "given": gettext_noop("Given name"),
    "patronymic": gettext_noop("Patronymic"),
    "birth": gettext_noop("Born"),
    "birth_date": gettext_noop("Date of birth"),
    "death": gettext_noop("Died or missing since"),
    "place": gettext_noop("Place"),
    "unit": gettext_noop("Military unit"),
    "death_place": gettext_noop("Place of death"),
    "place_unit_death": gettext_noop("Place, unit and death"),
    "tag": gettext_noop("Tag number"),
    "together": gettext_noop("The row as a whole"),
}
_LEVELS = {
    "same": gettext_noop("same"),
    "a part of a double surname": gettext_noop("a part of a double surname"),
    "a part of a double surname, or a former one": gettext_noop(
        "a part of a double surname, or a former one"
    ),
    "same consonants": gettext_noop("same consonants"),
    "one letter apart": gettext_noop("one letter apart"),
    "two letters apart": gettext_noop("two letters apart"),
    "alike": gettext_noop("alike"),
    "partly alike": gettext_noop("partly alike"),
    "in the place of the given name": gettext_noop("in the place of the given name"),
    "in the place of the surname": gettext_noop("in the place of the surname"),
    "different": gettext_noop("different"),
    "initial": gettext_noop("an initial that fits"),
    "initials differ": gettext_noop("initials differ"),
    "no contradiction, parts missing": gettext_noop("no contradiction, parts missing"),
    "day and month exchanged": gettext_noop("day and month exchanged"),
    "one digit apart": gettext_noop("one digit apart"),
    "two of day, month and year": gettext_noop("two of day, month and year"),
    "one digit apart, day not known": gettext_noop("one digit apart, day not known"),
    "one digit of the year apart": gettext_noop("one digit of the year apart"),
    "year within one": gettext_noop("year within one"),
    "three or four agree": gettext_noop("three or four agree"),
    "two agree, none against": gettext_noop("two agree, none against"),
    "two agree, some against": gettext_noop("two agree, some against"),
    "one agrees, none against": gettext_noop("one agrees, none against"),
    "one agrees, some against": gettext_noop("one agrees, some against"),
    "none agrees": gettext_noop("none agrees"),
    "one sign apart": gettext_noop("one sign apart"),
    "not known in one of the lists": gettext_noop("not known in one of the lists"),
    "errors that come together": gettext_noop("errors that come together"),
    "no errors elsewhere": gettext_noop("no errors elsewhere"),
}


def field(code: str) -> str:
    """The name of a field; a code that is not known is shown as it is."""
    return _(_FIELDS[code]) if code in _FIELDS else code


def level(code: str) -> str:
    """How two values compare."""
    return _(_LEVELS[code]) if code in _LEVELS else code


def answer(code: str) -> str:
    """An answer, as a word."""
    return {
        "match": pgettext("answer", "Match"),
        "no match": pgettext("answer", "No match"),
        "undecided": pgettext("answer", "Undecided"),
    }[code]


def odds(hundredths: int) -> str:
    """A weight as odds, whichever side they are for: ``68 to 1``."""
    if abs(hundredths) < _LITTLE:
        return _("says little")
    times = 10 ** (abs(hundredths) / 100)
    return _("%s to 1") % number(round(times) if times >= 10 else round(times, 1))


def side(hundredths: int) -> str:
    """Which side a weight is for."""
    if abs(hundredths) < _LITTLE:
        return ""
    return _("for one person") if hundredths > 0 else _("for two persons")


_LITTLE = 15  # hundredths: less than 1.4 to 1
