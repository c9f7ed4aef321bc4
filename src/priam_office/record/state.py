"""The state that events fold into, kept from one write to the next.

It is known up to a place in the log and to the hash of the leaf before that place. If the
database holds another leaf there (a restored backup, a transaction that was rolled back, another
database), what was kept is thrown away and folded anew; otherwise only what is new is folded.
"""

from __future__ import annotations

from dataclasses import dataclass

from priam_office.record.acts import State, apply, from_row
from priam_office.record.models import Event, Leaf

__all__ = ["Known", "known", "remember"]


@dataclass(frozen=True, slots=True)
class Known:
    """The state after the first ``size`` events; ``last`` is the hash of the leaf before."""

    size: int
    last: str
    state: State


_EMPTY = Known(0, "", State())
# One value, replaced as a whole: threads either see the old one or the new one.
_kept: list[Known] = [_EMPTY]


def known() -> Known:
    """The state of the log as this transaction sees it."""
    kept = _kept[0]
    head = Leaf.objects.order_by("-sequence").first()
    if head is None:
        return _EMPTY
    if kept.size == head.sequence + 1 and kept.last == head.hash:
        return kept
    if kept.size and not _holds(kept):
        kept = _EMPTY
    return _catch_up(kept, head)


def _holds(kept: Known) -> bool:
    return Leaf.objects.filter(sequence=kept.size - 1, hash=kept.last).exists()


def _catch_up(kept: Known, head: Leaf) -> Known:
    state = kept.state
    rows = Event.objects.filter(sequence__gte=kept.size, sequence__lte=head.sequence)
    for row in rows.iterator(2000):
        state = apply(state, from_row(row))
    return remember(Known(head.sequence + 1, head.hash, state))


def remember(value: Known) -> Known:
    """Keep ``value`` for the next caller."""
    _kept[0] = value
    return value
