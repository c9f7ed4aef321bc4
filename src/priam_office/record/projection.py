"""Tables that are computed from events: kept up to date, rebuilt, compared.

A projection is a module with two names: ``MODELS``, the tables it alone fills, and
``rows(recorded, before)``, a pure function that gives the rows to add or replace for one event;
``before`` looks up a row that was there: ``before(Model, key) -> row or None``. The same
function serves the write, the rebuild and the comparison, so they cannot drift apart. A row
never goes away; what ended says so in a field. Settings ``PROJECTIONS`` lists the modules.
A projection of many types of events registers a function for each in its :class:`Makers`.
"""

from __future__ import annotations

import copy
import functools
import importlib
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

from priam_office.record.acts import Event, Recorded
from priam_office.record.insertion import put

__all__ = [
    "Before",
    "Difference",
    "Makers",
    "Rows",
    "as_it_was",
    "compare",
    "derived_models",
    "fold",
    "projections",
    "write",
]

Before = Callable[[type[models.Model], Any], models.Model | None]
Row = TypeVar("Row", bound=models.Model)
Make = TypeVar("Make", bound=Callable[[Any, Recorded, Before], Iterable[models.Model]])


class Makers:
    """What makes the rows of an event, by the type of the event.

    ``makes = Makers()``; above a function ``(event, recorded, before) -> rows`` stands
    ``@makes(ev.ThisHappened)``, with several types where they make the same rows. ``makes.rows``
    is the projection's ``rows``; an event of another type makes none.
    """

    def __init__(self) -> None:
        self._of: dict[type[Event], Callable[[Any, Recorded, Before], Iterable[models.Model]]] = {}

    def __call__(self, *types: type[Event]) -> Callable[[Make], Make]:
        """Let the function below make the rows of these types; a type has one maker."""

        def keep(make: Make) -> Make:
            twice = self._of.keys() & set(types)
            assert not twice, f"two functions of one projection make rows of {twice}"
            self._of.update(dict.fromkeys(types, make))
            return make

        return keep

    def rows(self, recorded: Recorded, before: Before) -> list[models.Model]:
        """The rows that this event adds or replaces."""
        make = self._of.get(type(recorded.event))
        return list(make(recorded.event, recorded, before)) if make else []


def as_it_was(before: Before, model: type[Row], key: Any) -> Row:
    """A copy of the row under ``key``, to be changed and given as a row.

    The rules of :mod:`priam.events` let nothing change that was not made, so there is one.
    """
    row = before(model, key)
    assert isinstance(row, model), (model, key)
    return copy.copy(row)


def projections() -> list[ModuleType]:
    """The projections in their order."""
    return list(_imported(tuple(settings.PROJECTIONS)))


@functools.cache
def _imported(names: tuple[str, ...]) -> tuple[ModuleType, ...]:
    return tuple(map(importlib.import_module, names))


def derived_models() -> tuple[type[models.Model], ...]:
    """All tables that events alone fill, in the order of their projections."""
    return _models_of(tuple(settings.PROJECTIONS))


@functools.cache
def _models_of(names: tuple[str, ...]) -> tuple[type[models.Model], ...]:
    return tuple(model for projection in _imported(names) for model in projection.MODELS)


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
    put((model, list(rows.of(model).values())) for model in derived_models() if rows.of(model))


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
    return [found for model in derived_models() for found in _compare(model, rows.of(model))]


def _compare(model: type[models.Model], expected: dict[Any, models.Model]) -> list[Difference]:
    names = [field.attname for field in model._meta.concrete_fields]
    values = operator.attrgetter(*names, names[0])  # twice, so that it is always a tuple
    place, table = names.index(model._meta.pk.attname), model._meta.db_table
    found, seen = [], set()
    for stored in model._default_manager.values_list(*names).iterator(5000):
        key = stored[place]
        row = expected.get(key)
        seen.add(key)
        if row is None:
            found.append(Difference(table, str(key), "no event made this row"))
        elif (should := values(row)[:-1]) != stored:
            found.append(Difference(table, str(key), _difference(names, stored, should)))
    missing = (str(key) for key in expected.keys() - seen)
    found += [Difference(table, key, "the row is missing") for key in missing]
    return sorted(found, key=lambda difference: difference.key)


def _difference(names: list[str], stored: tuple[Any, ...], should: tuple[Any, ...]) -> str:
    return "; ".join(
        f"{name} is {is_!r}, the events say {said!r}"
        for name, is_, said in zip(names, stored, should)
        if is_ != said
    )
