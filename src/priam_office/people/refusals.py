"""Why something was refused, in the reader's language.

Rules (:mod:`priam.events`), readers of files (:mod:`priam.formats`) and the record speak English,
because their sentences are part of a library without translations and stand in terminals and
logs. Pages show them through this module; :mod:`priam_office.people.refusal_forms` holds the
forms. A refusal that has no form is shown as it is.
"""

from __future__ import annotations

import re
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from priam_office.people.refusal_forms import FORMS, VALUES
from priam_office.people.sentences import Sentences

__all__ = ["FORMS", "in_words", "sentence"]

_LONGEST = 600  # characters: what is longer quotes more than it says, and forms take time on it
_MOST_PARTS = 6
_WHERE = (noop("line"), noop("column"))
_PLACE = re.compile(rf"\b({'|'.join(_WHERE)}) (?=\d)")


def _value(form: str, text: str) -> str:
    return _(text) if text in VALUES else text


_SENTENCES = Sentences(FORMS, _value)


def in_words(refusal: Exception | str) -> str:
    """The refusal as part of a sentence.

    A place before it (“list.csv, line 3, column 2 (bag): …”) is kept, and said too; several
    refusals in one text are said one after the other.
    """
    text = str(refusal)
    if len(text) > _LONGEST:
        return text
    return _one_by_one(text) or _SENTENCES.found(text) or _after_a_place(text) or text


def _after_a_place(text: str) -> str | None:
    for colon in islice(re.finditer(": ", text), _MOST_PARTS):
        if said := _SENTENCES.found(text[colon.end() :]):
            place = _PLACE.sub(lambda word: f"{_(word[1])} ", text[: colon.start()])
            return f"{place}: {said}" if place else said
    return None


def _one_by_one(text: str) -> str | None:
    """Refusals with a semicolon between them, where each has a form."""
    parts = text.split("; ")
    if not 1 < len(parts) <= 2 * _MOST_PARTS:
        return None
    said: list[str] = []
    waiting = ""
    for part in parts:  # a sentence may hold a semicolon itself
        waiting = f"{waiting}; {part}" if waiting else part
        if found := _SENTENCES.found(waiting):
            said.append(found)
            waiting = ""
    return None if waiting or len(said) < 2 else "; ".join(said)


def sentence(refusal: Exception | str) -> str:
    """The refusal as a sentence of its own."""
    text = in_words(refusal)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
