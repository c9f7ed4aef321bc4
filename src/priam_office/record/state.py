"""The state that events fold into, kept from one write to the next.

It is known up to a place in the log and to the hash of the leaf before that place. If the
database holds another leaf there (a restored backup, a transaction that was rolled back, another
database), what was kept is thrown away and folded anew; otherwise only what is new is folded.

While a compartment is locked its events are left out: what is open to everybody can still be
shown. The state is then ``partial``, says why, and nothing is written on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from priam.tlog.tree import CompactRange
from priam_office.record.acts import State, apply, from_row
from priam_office.record.models import Event, Leaf
from priam_office.vault.compartments import CompartmentLocked, locked

__all__ = ["Known", "head", "known", "remember"]


@dataclass(frozen=True, slots=True)
class Known:
    """The state after the first ``size`` events; ``last`` is the hash of the leaf before.

    ``edge`` is the right edge of the tree at that size, where a write has left it here.
    """

    size: int
    last: str
    state: State
    edge: CompactRange | None = field(default=None, compare=False)
    partial: str = ""


_EMPTY = Known(0, "", State())
# One value, replaced as a whole: threads either see the old one or the new one.
_kept: list[Known] = [_EMPTY]


def known() -> Known:
    """The state of the log as this transaction sees it."""
    kept = _kept[0]
    if kept.partial and not locked():
        kept = _EMPTY  # the key is back
    size, last = head()
    if size == 0:
        return _EMPTY
    if (kept.size, kept.last) == (size, last):
        return kept
    if kept.size and not _holds(kept):
        kept = _EMPTY
    return _catch_up(kept, size, last)


def head() -> tuple[int, str]:
    """Number of events and hash of the last leaf: they name one version of everything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, hash FROM record_leaf ORDER BY sequence DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0] + 1, row[1]) if row else (0, "")


def _holds(kept: Known) -> bool:
    return Leaf.objects.filter(sequence=kept.size - 1, hash=kept.last).exists()


def _catch_up(kept: Known, size: int, last: str) -> Known:
    state, partial = kept.state, kept.partial
    rows = Event.objects.filter(sequence__gte=kept.size, sequence__lt=size)
    for row in rows.iterator(2000):
        try:
            state = apply(state, from_row(row))
        except CompartmentLocked as error:
            ids = state.event_ids.set(row.event_id, row.sequence)
            state, partial = state.having(size=row.sequence + 1, event_ids=ids), str(error)
    return remember(Known(size, last, state, partial=partial))


def remember(value: Known) -> Known:
    """Keep ``value`` for the next caller."""
    _kept[0] = value
    return value
