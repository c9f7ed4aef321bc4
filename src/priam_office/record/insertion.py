"""Rows of the record and of derived tables are put in by plain SQL, because every act waits for it.

The statements are made from the models, so that columns are named in one place, and values pass
through the fields, so that a sealed column is sealed. The object layer took four fifths of a
write (``benchmarks/bench_writes.py``).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

__all__ = ["insert", "put"]

Model = type[models.Model]


def insert(tables: Iterable[tuple[Model, Sequence[tuple[Any, ...]]]]) -> None:
    """Add rows to tables, values in the order of the fields; the database's guards apply."""
    _execute((_insert(model), rows) for model, rows in tables)


def put(tables: Iterable[tuple[Model, Sequence[models.Model]]]) -> None:
    """Add rows, or put them in place of rows with the same key."""
    _execute((_upsert(model), [_values(row) for row in rows]) for model, rows in tables)


def _execute(statements: Iterable[tuple[str, Sequence[tuple[Any, ...]]]]) -> None:
    with connection.cursor() as cursor:
        for statement, rows in statements:
            if rows:
                cursor.executemany(statement, rows)


def _values(row: models.Model) -> tuple[Any, ...]:
    read, prepared = _columns(type(row), connection.vendor)
    values = read(row)[:-1]
    if not prepared:
        return values
    changed = list(values)
    for place, field in prepared:
        changed[place] = field.get_db_prep_save(changed[place], connection)
    return tuple(changed)


# Fields whose values SQLite takes as they are; asking each field took a fifth of a write.
_AS_IT_IS = {
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.IntegerField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.TextField,
}


@functools.cache
def _columns(
    model: Model, vendor: str
) -> tuple[
    Callable[[models.Model], tuple[Any, ...]], tuple[tuple[int, models.Field[Any, Any]], ...]
]:
    """What reads the columns of a row, and the fields that must prepare their value."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    read = operator.attrgetter(*names, names[0])  # twice, so that it is always a tuple
    plain = _AS_IT_IS if vendor == "sqlite" else set()
    return read, tuple((at, one) for at, one in enumerate(fields) if type(one) not in plain)


@functools.cache
def _insert(model: Model) -> str:
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields]
    marks = ", ".join(["%s"] * len(columns))
    return f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) VALUES ({marks})'


@functools.cache
def _upsert(model: Model) -> str:
    key = f'"{model._meta.pk.column}"'
    columns = [f'"{f.column}"' for f in model._meta.concrete_fields if not f.primary_key]
    if not columns:
        return f"{_insert(model)} ON CONFLICT ({key}) DO NOTHING"
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"{_insert(model)} ON CONFLICT ({key}) DO UPDATE SET {changes}"
