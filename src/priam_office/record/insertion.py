"""Rows of the record are inserted by plain SQL: the write of an act waits for little else.

The statements are made from the models, so that columns are named in one place. Measured: the
object layer took four fifths of a write (``benchmarks/bench_writes.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

__all__ = ["insert"]


def insert(model: type[models.Model], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, values in the order of the model's fields; the database's guards apply."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_statement(model), rows)


@functools.cache
def _statement(model: type[models.Model]) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})"
