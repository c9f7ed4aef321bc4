"""Tables that are computed from events: kept up to date, rebuilt, compared.

A projection is a module with two names: ``MODELS``, the tables it alone fills, and
``rows(recorded, before)``, a pure function that gives the rows to add or replace for one event;
``before`` looks up a row that was there: ``before(Model, key) -> row or None``. The same
function serves the write, the rebuild and the comparison, so they cannot drift apart. A row
never goes away; what ended says so in a field. Settings ``PROJECTIONS`` lists the modules.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import models

from priam_office.record.acts import Recorded
from priam_office.record.insertion import put

__all__ = ["Difference", "Rows", "compare", "derived_models", "fold", "projections", "write"]


def projections() -> list[ModuleType]:
    """The projections in their order."""
    return list(_imported(tuple(settings.PROJECTIONS)))


@functools.cache
def _imported(names: tuple[str, ...]) -> tuple[ModuleType, ...]:
    return tuple(map(importlib.import_module, names))


def derived_models() -> list[type[models.Model]]:
    """All tables that events alone fill."""
    return [model for projection in projections() for model in projection.MODELS]


class Rows:
    """Rows by table and key; what is not here yet is looked up in the database if allowed."""

    def __init__(self, *, from_database: bool) -> None:
        self._rows: dict[type[models.Model], dict[Any, models.Model]] = {}
        self._from_database = from_database

    def before(self, model: type[models.Model], key: Any) -> models.Model | None:
        """The row of ``model`` under ``key`` as it is by now."""
        known = self._rows.setdefault(model, {})
        if key not in known and self._from_database:
            row = model._default_manager.filter(pk=key).first()
            if row is not None:
                known[key] = row
        return known.get(key)

    def put(self, row: models.Model) -> None:
        """Add a row or put it in place of an older one."""
        self._rows.setdefault(type(row), {})[row.pk] = row

    def of(self, model: type[models.Model]) -> dict[Any, models.Model]:
        """All rows of ``model`` that are known here."""
        return self._rows.get(model, {})


def fold(recorded: Iterable[Recorded], rows: Rows) -> Rows:
    """Let every projection see every event."""
    modules = projections()
    for one in recorded:
        for module in modules:
            for row in module.rows(one, rows.before):
                rows.put(row)
    return rows


def write(rows: Rows) -> None:
    """Insert or replace the rows, table by table in the order of the projections."""
    put((model, list(rows.of(model).values())) for model in derived_models())


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the events make of it."""

    table: str
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.table} {self.key!r}: {self.text}"


def compare(rows: Rows) -> list[Difference]:
    """Hold the tables against ``rows``, which were folded from all events."""
    found = []
    for model in derived_models():
        expected = {str(key): _values(row) for key, row in rows.of(model).items()}
        stored = {str(row.pk): _values(row) for row in model._default_manager.all().iterator(2000)}
        table = model._meta.db_table
        for key in sorted(expected.keys() | stored.keys()):
            text = _difference(stored.get(key), expected.get(key))
            if text:
                found.append(Difference(table, key, text))
    return found


def _values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _difference(stored: dict[str, Any] | None, expected: dict[str, Any] | None) -> str:
    if stored is None:
        return "the row is missing"
    if expected is None:
        return "no event made this row"
    wrong = [name for name in expected if expected[name] != stored[name]]
    return "; ".join(
        f"{name} is {stored[name]!r}, the events say {expected[name]!r}" for name in wrong
    )
