"""Make the derived tables again from the events, or only say where they differ."""

from __future__ import annotations

from django.db import transaction

from priam_office.record import projection
from priam_office.record.acts import from_row
from priam_office.record.models import Event
from priam_office.record.projection import Difference
from priam_office.record.transactions import writing

__all__ = ["check", "rebuild"]


def check() -> list[Difference]:
    """Where the tables differ from the events; nothing is written."""
    with transaction.atomic():
        return projection.compare(_folded())


def rebuild() -> list[Difference]:
    """Empty the tables and fill them from the events; returns what had differed."""
    with writing():
        rows = _folded()
        differences = projection.compare(rows)
        for model in reversed(projection.derived_models()):
            model._default_manager.all().delete()
        projection.write(rows)
    return differences


def _folded() -> projection.Rows:
    events = Event.objects.order_by("sequence").iterator(2000)
    return projection.fold(map(from_row, events), projection.Rows(from_database=False))
