"""Model fields that are sealed in the database and plain in Python."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from priam_office.vault.compartments import SEALED
from priam_office.vault.sealing import open_text, seal

__all__ = ["Sealed", "SealedJSON", "SealedText"]


class Sealed(str):
    """A text that is a box already, as a backup carries it; it is stored as it is."""


class SealedText(models.TextField):
    """Text sealed under ``compartment``. Empty text stays empty; it cannot be searched."""

    def __init__(self, *args: Any, compartment: str, **kwargs: Any) -> None:
        if compartment not in SEALED:
            raise ValueError(f"{compartment!r} is no sealed compartment")
        self.compartment = compartment
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "compartment": self.compartment}

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return str(value)
        text = self._text(value)
        return text if text in (None, "") else seal(self.compartment, text, self._place())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value in (None, "") else self._value(open_text(value, self._place()))

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def _place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def _text(self, value: Any) -> Any:
        return None if value is None else str(value)

    def _value(self, text: str) -> Any:
        return text


class SealedJSON(SealedText):
    """Plain data (dictionaries, lists, text, numbers) sealed as JSON."""

    def _text(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def _value(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value
