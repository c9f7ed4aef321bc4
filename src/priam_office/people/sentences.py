"""Sentences of the library, which knows no translation, in the reader's language.

The library says “bag 'PRM-…' is not opened; open it first”. A form is that sentence with places,
``bag '%(a)s' is not opened; open it first``, marked for translation; a text that fits a form is
said in the present language, any other as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

__all__ = ["Sentences"]

_PLACE = re.compile(r"%\\?\((\w)\\?\)s")


class Sentences:
    """Forms, tried in their order: one that begins like another but says more stands first."""

    def __init__(
        self, forms: Iterable[str], value: Callable[[str, str], str] | None = None
    ) -> None:
        self._patterns = [(form, _pattern(form)) for form in forms]
        self._value = value or (lambda form, text: text)

    def in_words(self, text: str) -> str:
        """The text in the present language, where it has a known form."""
        return self.found(text) or text

    def found(self, text: str) -> str | None:
        """The text in the present language; None where it has no known form."""
        for form, pattern in self._patterns:
            if found := pattern.fullmatch(text):
                told = {name: self._value(form, value) for name, value in found.groupdict().items()}
                return _(form) % told if told else _(form)
        return None


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(form)))
