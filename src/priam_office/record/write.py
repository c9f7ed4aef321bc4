"""The one function that writes an event: check, store, leaf, tables, in one transaction.

Nothing else changes a case. When :func:`record` returns, the event is on the disk.

Writers queue (:mod:`priam_office.record.transactions`). What is checked against the state is
therefore what is written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from django.db import connection

from priam.errors import UserError
from priam.tlog.leaves import LEAF_VERSION, commitment, leaf_hash_of, new_salt
from priam.tlog.leaves import Leaf as CheckedLeaf
from priam_office.record import projection, restored, state, tree
from priam_office.record.acts import (
    Event,
    Recorded,
    State,
    apply,
    encode,
    from_row,
    opened,
    stored,
)
from priam_office.record.destruction import SaltDestroyed
from priam_office.record.insertion import insert
from priam_office.record.models import Event as EventRow
from priam_office.record.models import Leaf, Node, Salt
from priam_office.record.transactions import writing
from priam_office.record.turns import Turn, take_turns

__all__ = ["Entry", "destroy_salt", "now", "record", "record_all"]

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be written.

    ``event_id`` (UUIDv7) comes from the caller where a write may be repeated, say by a tablet
    that lost its connection: the same id with the same content is written once. ``claimed_time``
    is when the actor says it happened; the time of the write where nothing is said. ``by`` acts
    in place of the one who writes the others.
    """

    event: Event
    event_id: str | None = None
    claimed_time: str | None = None
    by: str | None = None


def record(
    event: Event, *, by: str, event_id: str | None = None, claimed_time: str | None = None
) -> Recorded:
    """Write one event; ``by`` names the key or person that acts.

    Raises :class:`priam.errors.UserError` where the event may not follow what is recorded, or
    where its id already stands for something else. Then nothing is written.
    """
    return record_all([Entry(event, event_id, claimed_time)], by=by)[0]


def record_all(entries: Sequence[Entry], *, by: str) -> list[Recorded]:
    """Write several events: all of them or none, each checked against those before it.

    What other threads want written meanwhile may go into the same transaction
    (:mod:`priam_office.record.turns`); each is refused or written by itself.
    """
    asked = _Asked(entries, by)
    if connection.in_atomic_block:  # a mistake of the caller, which must not meet others
        _write([asked])
    else:
        take_turns(asked, _write)
    return asked.outcome()


class _Asked(Turn):
    """What one caller wants written, and what became of it."""

    def __init__(self, entries: Sequence[Entry], by: str) -> None:
        super().__init__()
        self.entries, self.by = entries, by
        self.results: list[Recorded] = []

    def outcome(self) -> list[Recorded]:
        """What was written; raises what this caller met."""
        if self.error is not None:
            raise self.error
        return self.results


def _write(asked: Sequence[_Asked]) -> None:
    ends = False
    try:
        with writing():
            after = _written(asked)
            ends = True
    except Exception as error:
        if not ends:
            raise
        for one in asked:  # it failed while it was put on the disk: it may be there or not
            one.error = error
        return
    state.remember(after)  # only now: a transaction that failed leaves no trace


def _written(asked: Sequence[_Asked]) -> state.Known:
    """Inside a transaction: check, store, update tables; the state is not yet remembered."""
    start = state.known()
    if start.partial:
        raise UserError(
            f"nothing can be recorded now, since no rule can be checked: {start.partial}"
        )
    new, current = _checked_each(asked, start)
    if not new:
        return start
    restored.check_may_write(start.size)
    after = _store(start, new, current)
    rows = projection.fold([one for one, _ in new], projection.Rows(from_database=True))
    projection.write(rows)
    return after


_New = dict[str, tuple[Recorded, str]]  # event id -> the event and its payload


def _checked_each(
    asked: Sequence[_Asked], start: state.Known
) -> tuple[list[tuple[Recorded, str]], State]:
    """What is new, with payload, and the state after; who is refused leaves nothing in it."""
    new: _New = {}
    current = start.state
    for one in asked:
        one.error, more = None, dict(new)
        try:
            one.results, current = _checked(one, start, current, more)
        except UserError as error:
            one.error = error
        else:
            new = more
    return list(new.values()), current


def _checked(
    asked: _Asked, start: state.Known, current: State, new: _New
) -> tuple[list[Recorded], State]:
    """What each entry amounts to, and the state after; what is new is added to ``new``."""
    earlier_rows = _stored_before(asked.entries, start.state)
    moment = now()
    results: list[Recorded] = []
    for entry in asked.entries:
        payload = encode(entry.event)
        actor = entry.by or asked.by
        seen = _seen(entry, payload, actor, earlier_rows, new)
        if seen is None:
            seen = _recorded(entry, actor, start.size + len(new), moment)
            current = apply(current, seen)
            new[seen.event_id] = (seen, payload)
        results.append(seen)
    return results, current


def _stored_before(entries: Sequence[Entry], known: State) -> dict[str, EventRow]:
    ids = [entry.event_id for entry in entries if entry.event_id in known.event_ids]
    found: dict[str, EventRow] = {}
    for at in range(0, len(ids), _BATCH):
        rows = EventRow.objects.filter(event_id__in=ids[at : at + _BATCH])
        found.update((row.event_id, row) for row in rows)
    return found


def _seen(
    entry: Entry,
    payload: str,
    by: str,
    earlier_rows: dict[str, EventRow],
    new: dict[str, tuple[Recorded, str]],
) -> Recorded | None:
    """The event that already has this id; its content must be the same."""
    if entry.event_id in earlier_rows:
        row = earlier_rows[entry.event_id]
        earlier, text = from_row(row), opened(row.type, row.event_id, row.payload)
    elif entry.event_id in new:
        earlier, text = new[entry.event_id]
    else:
        return None
    same_time = entry.claimed_time in (None, earlier.claimed_time)
    if text != payload or earlier.actor != by or not same_time:
        raise UserError(
            f"event {entry.event_id} is already recorded with other content; "
            "a new event needs a new id"
        )
    return earlier


def _recorded(entry: Entry, by: str, sequence: int, now: str) -> Recorded:
    return Recorded(
        event_id=entry.event_id or str(uuid_utils.uuid7()),
        sequence=sequence,
        actor=by,
        claimed_time=entry.claimed_time or now,
        received_time=now,
        event=entry.event,
    )


def _store(start: state.Known, new: Sequence[tuple[Recorded, str]], current: State) -> state.Known:
    """Rows of events, salts, leaves and tree nodes; what is known after them."""
    events, salts, leaves, hashes = [], [], [], []
    for one, payload in new:
        salt = new_salt(os.urandom)
        leaf = _leaf(one, commitment(salt, payload.encode()))
        digest = leaf_hash_of(leaf)
        events.append(_event_row(leaf, stored(one, payload)))
        salts.append((leaf.sequence, salt.hex()))
        leaves.append((leaf.sequence, leaf.event_id, digest.hex()))
        hashes.append(digest)
    edge, nodes = tree.grown(start.edge or tree.compact_range(start.size), hashes)
    insert([(EventRow, events), (Salt, salts), (Leaf, leaves), (Node, nodes)])
    return state.Known(start.size + len(new), hashes[-1].hex(), current, edge)


def destroy_salt(event_id: str, reason: str, *, by: str) -> Recorded:
    """Record that the salt of an event is destroyed, and destroy it, in one transaction."""
    with writing():
        asked = _Asked([Entry(SaltDestroyed(event_id, reason))], by)
        after = _written([asked])
        recorded = asked.outcome()
        Salt.objects.filter(sequence=after.state.event_ids[event_id]).delete()
    state.remember(after)
    return recorded[0]


def _leaf(one: Recorded, commitment: str) -> CheckedLeaf:
    """The leaf; every value is checked on the way, for it can never be mended."""
    return CheckedLeaf(
        type=one.event.type,
        event_id=one.event_id,
        sequence=one.sequence,
        actor=one.actor,
        claimed_time=one.claimed_time,
        received_time=one.received_time,
        commitment=commitment,
        version=LEAF_VERSION,
    )


def _event_row(leaf: CheckedLeaf, payload: str) -> tuple[Any, ...]:
    return (
        leaf.sequence,
        leaf.event_id,
        leaf.type,
        leaf.version,
        leaf.actor,
        leaf.claimed_time,
        leaf.received_time,
        leaf.commitment,
        payload,
    )


def now() -> str:
    """The present time as leaves have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
