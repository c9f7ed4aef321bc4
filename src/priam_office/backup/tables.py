"""Rows of all tables that events cannot make again, as lines of JSON, and back.

Tables made from events are not kept: a restore makes them anew and so proves them. Sessions are
not kept either. Sealed columns stay sealed on the way; no key is needed to back up.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.serializers import sort_dependencies
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import F, Func

from priam.errors import UserError
from priam_office.record.projection import derived_models
from priam_office.vault.fields import Sealed, SealedText

__all__ = ["dump", "kept_models", "load", "reset_sequences"]

_CHUNK = 2000
_NOT_KEPT = {"contenttypes", "auth", "sessions"}


def kept_models() -> list[type[models.Model]]:
    """The tables of a backup, each after those it points to."""
    derived = set(derived_models())
    configs = [(c, None) for c in apps.get_app_configs() if c.label not in _NOT_KEPT]
    found: list[type[models.Model]] = []
    for model in sort_dependencies(configs):
        through = [f.remote_field.through for f in model._meta.many_to_many]
        found += [model, *(t for t in through if t._meta.auto_created)]
    return [m for m in found if m not in derived and m._meta.managed and not m._meta.proxy]


def dump(model: type[models.Model]) -> Iterator[bytes]:
    """The rows of one table in blocks of lines."""
    fields = model._meta.concrete_fields
    columns = [TextOf(F(f.attname)) if isinstance(f, SealedText) else f.attname for f in fields]
    rows = model._default_manager.order_by(model._meta.pk.attname)
    names = {f"raw_{i}": c for i, c in enumerate(columns) if not isinstance(c, str)}
    order = [c if isinstance(c, str) else f"raw_{i}" for i, c in enumerate(columns)]
    block: list[str] = []
    for row in rows.annotate(**names).values_list(*order).iterator(_CHUNK):
        block.append(json.dumps([_out(v) for v in row], cls=DjangoJSONEncoder))
        if len(block) == _CHUNK:
            yield ("\n".join(block) + "\n").encode()
            block = []
    if block:
        yield ("\n".join(block) + "\n").encode()


class TextOf(Func):
    """A column as the database holds it."""

    template = "%(expressions)s"
    output_field = models.TextField()


def _out(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return value.isoformat()  # Django's encoder would cut it to milliseconds
    return value


def load(table: str, data: bytes) -> int:
    """Insert the rows of one block; returns how many."""
    model = _by_table().get(table)
    if model is None:
        raise UserError(f"this version of Priam has no table {table!r} of the backup; update it")
    rows = [_row(model, json.loads(line)) for line in data.decode().splitlines()]
    _insert(model, rows)
    return len(rows)


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    # raw: bulk_create would put the time of the restore into columns that fill themselves
    fields = model._meta.concrete_fields
    step = connection.ops.bulk_batch_size(fields, rows) or len(rows)
    for at in range(0, len(rows), step):
        model._base_manager._insert(
            rows[at : at + step], fields=fields, using=connection.alias, raw=True
        )


def _by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in kept_models()}


def _row(model: type[models.Model], values: list[Any]) -> models.Model:
    fields = model._meta.concrete_fields
    if len(values) != len(fields):
        raise UserError(
            f"rows of {model._meta.db_table!r} in the backup have {len(values)} columns, this "
            f"version of Priam has {len(fields)}; restore with the version that made it"
        )
    row = model()
    for field, value in zip(fields, values, strict=True):
        setattr(row, field.attname, _in(field, value))
    return row


def _in(field: Any, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"} and not _holds_json(field):
        return base64.b64decode(value["base64"])
    if isinstance(field, SealedText):
        return None if value is None else Sealed(value)
    return value if _holds_json(field) else field.to_python(value)


def _holds_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def reset_sequences(loaded: Iterable[type[models.Model]]) -> None:
    """Let PostgreSQL go on counting after the rows that were put in with their own numbers."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(loaded)):
            cursor.execute(sql)
