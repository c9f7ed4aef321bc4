"""Rows of the record and of derived tables are put in by plain SQL, because every act waits for it.

The statements are made from the models, so that columns are named in one place, and values pass
through the fields, so that a sealed column is sealed. The object layer took four fifths of a
write (``benchmarks/bench_writes.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
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
    return tuple(
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in row._meta.concrete_fields
    )


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
