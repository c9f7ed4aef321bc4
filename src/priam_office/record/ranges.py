"""The log read for an audit, range by range, by as many processes as the machine has cores.

What the log holds below its end can only be added to elsewhere, so that processes with a view of
their own read the same rows there. What lies at the end and beyond is read in the caller's view.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.pool import Pool
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from priam.errors import UserError
from priam.tlog.audit import Tables
from priam_office.record.acts import opened
from priam_office.record.state import head
from priam_office.record.transactions import reading
from priam_office.vault.compartments import CompartmentLocked
from priam_office.vault.sealing import is_sealed

__all__ = ["RANGE", "Advance", "Readers", "bytes_of", "readers"]

RANGE = 25_000  # events; a process is only worth starting for several times as many
_CHUNK = 2000

Advance = Callable[[int], None]
Task = tuple[int, int | None, set[int]]


class Readers:
    """Reads the two tables of the log into :class:`priam.tlog.audit.Tables`."""

    def __init__(self, pool: Pool | None) -> None:
        self._pool = pool

    def read(self, marks: set[int], advance: Advance) -> Tables:
        """All rows there are, also those at impossible places."""
        *inner, last = _tasks(_places(), marks)
        parts = []
        for part in self._pool.imap(_read_apart, inner) if self._pool else map(_read, inner):
            advance(RANGE)
            parts.append(part)
        parts.append(_read(last))
        advance(parts[-1].size - parts[-1].start)
        return Tables.joined(parts)


@contextmanager
def readers() -> Iterator[Readers]:
    """Processes are started before the caller takes its view: no connection may be open then."""
    count = os.cpu_count() or 1
    alone = connection.in_atomic_block or sys.platform != "linux" or count == 1
    if alone or head()[0] < 4 * RANGE:
        yield Readers(None)
        return
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(count, _begin) as pool:
        yield Readers(pool)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends this
    # A connection that this thread once had, before a loop ran in it, is to another place.
    with suppress(AttributeError):
        del connections[DEFAULT_DB_ALIAS]


def _places() -> int:
    """How many rows there are: no place can lie beyond unless rows are missing below."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COUNT(*) FROM record_event), (SELECT COUNT(*) FROM record_leaf)"
        )
        return max(cursor.fetchone())


def _tasks(size: int, marks: set[int]) -> list[Task]:
    """Ranges [start, end) with the marks in them; the last has no end."""
    starts = list(range(0, max(1, size), RANGE))
    within: dict[int, set[int]] = {start: set() for start in starts}
    for mark in marks:
        within[min(max(mark, 0) // RANGE * RANGE, starts[-1])].add(mark)
    ends = [*starts[1:], None]
    return [(start, end, within[start]) for start, end in zip(starts, ends, strict=True)]


def _read_apart(task: Task) -> Tables:
    with reading():
        return _read(task)


def _read(task: Task) -> Tables:
    start, end, marks = task
    tables = Tables(marks=marks, start=start)
    tables.read(_events(start, end), _leaves(start, end))
    return tables


def _events(start: int, end: int | None) -> Iterator[Any]:
    """Rows as :class:`priam.tlog.audit.EventRow` has them."""
    sql = (
        "SELECT e.sequence, e.event_id, e.type, e.version, e.actor, e.claimed_time, "
        "e.received_time, e.commitment, s.value, e.payload FROM record_event e "
        f"LEFT JOIN record_salt s ON s.sequence = e.sequence {_within('e.', start, end)}"
    )
    for row in _select(sql):
        salt, text = row[8], str(row[9])
        yield (
            *row[:8],
            None if salt is None else bytes_of(salt),
            _opened(row[2], row[1], text) if is_sealed(text) else text.encode(),
        )


def _opened(type: Any, event_id: Any, text: str) -> bytes | None:
    """The bytes under the commitment; None where the compartment is locked.

    A box that was changed does not open: its own bytes then fail against the commitment.
    """
    try:
        return opened(str(type), str(event_id), text).encode()
    except CompartmentLocked:
        return None
    except UserError:
        return text.encode()


def _leaves(start: int, end: int | None) -> Iterator[Any]:
    """Rows as :class:`priam.tlog.audit.LeafRow` has them."""
    sql = f"SELECT sequence, event_id, hash FROM record_leaf {_within('', start, end)}"
    for sequence, event_id, digest in _select(sql):
        yield sequence, event_id, bytes_of(digest)


def _within(table: str, start: int, end: int | None) -> str:
    """A range of places in order; the first range takes whatever lies before it, too."""
    limits = [f"{table}sequence >= {start}"] if start else []
    limits += [f"{table}sequence < {end}"] if end is not None else []
    where = f"WHERE {' AND '.join(limits)} " if limits else ""
    return f"{where}ORDER BY {table}sequence"


def _select(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def bytes_of(text: Any) -> bytes:
    """Bytes of stored hexadecimal; what is none cannot equal any hash."""
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return b"\xff not hexadecimal"
