"""A disk that forgets what was not synced, and a power cut at any moment of a recorded history.

Three steps. The office writes acts through its one write path, and every SQL statement of it is
taken down. The statements are played again through APSW on the real schema (tables, indexes,
guards) over a VFS in memory that takes down each write, truncation and sync. Then the power is
cut, thousands of times: of all that was written after a file's last sync, any part is on the
disk, a write torn at a sector; what the disk then holds is opened as it is.

What a disk that lies about its sync would lose is not shown here: nothing above it can help.
"""

from __future__ import annotations

import functools
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from priam.events.base import Recorded, decode
from priam.events.state import fold
from priam.tlog.leaves import Leaf, commitment, leaf_hash_of
from priam.tlog.tree import Tree

__all__ = ["Write", "cut_everywhere", "history", "taken_down"]

SECTOR = 512


@dataclass(frozen=True)
class Write:
    """One write of the office: its SQL from BEGIN to COMMIT, and the ids it acknowledged."""

    statements: tuple[str, ...]
    ids: tuple[str, ...]


def taken_down(writes: Sequence[Any]) -> list[Write]:
    """Run each callable (it returns recorded events) and take down its SQL."""
    from django.db import connection

    connection.ensure_connection()
    found, lines = [], []
    connection.connection.set_trace_callback(lines.append)
    try:
        for write in writes:
            lines.clear()
            ids = tuple(one.event_id for one in write())
            # A statement that fires triggers is reported once more for each of them.
            once = tuple(line for line, _ in itertools.groupby(lines) if line[:2] != "--")
            found.append(Write(once, ids))
    finally:
        connection.connection.set_trace_callback(None)
    return found


def history(number: int, chance: random.Random) -> list[Any]:
    """Writes of an exchange as the office makes them, one event or more at once.

    They carry their event ids, so that each may be made again.
    """
    from priam.events import BagRegistered, PartyDeclared
    from priam_office.record.write import Entry, record_all
    from tests.office.faults.world import event_id

    made: list[list[Any]] = [[PartyDeclared(party, party) for party in ("A", "B")]]
    for at in range(number - 1):
        size = chance.choice((1, 1, 1, 3))
        made.append([BagRegistered(f"PRM-{at}-{n}", "A", "S1") for n in range(size)])
    entries = [[Entry(event, event_id(chance, 0)) for event in events] for events in made]
    return [functools.partial(record_all, some, by="a.example/log") for some in entries]


# --- a disk that remembers what was synced


@dataclass
class Change:
    """What was done to one file: ``data`` at ``offset``, a new length, or a sync."""

    file: str
    kind: str  # write, truncate, sync, delete, acknowledged
    offset: int = 0
    data: bytes = b""


class Disk(apsw.VFS):  # type: ignore[misc]
    """A VFS in memory. ``changes`` is all that was asked of it, in order."""

    def __init__(self, files: dict[str, bytearray]) -> None:
        self.name = f"disk-{next(_numbers)}"
        self.files = files
        self.changes: list[Change] = []
        super().__init__(self.name, "", maxpathname=200)

    def xFullPathname(self, name: str) -> str:
        return name

    def xAccess(self, path: str, flags: int) -> bool:
        return path in self.files

    def xDelete(self, path: str, sync: bool) -> None:
        self.files.pop(path, None)
        self.changes.append(Change(path, "delete"))

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        return _File(self, path or f"temporary {next(_numbers)}")

    def xRandomness(self, size: int) -> bytes:
        return random.Random(size).randbytes(size)

    def xSleep(self, microseconds: int) -> int:
        return microseconds

    def xCurrentTime(self) -> float:
        return 2460000.5


_numbers = itertools.count()


class _File:
    """A file of :class:`Disk`; nothing else opens it, so locks always succeed."""

    def __init__(self, disk: Disk, path: str) -> None:
        self.disk, self.path = disk, path
        disk.files.setdefault(path, bytearray())

    @property
    def _data(self) -> bytearray:
        return self.disk.files[self.path]

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        _write(self._data, bytes(data), offset)
        self.disk.changes.append(Change(self.path, "write", offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        _truncate(self._data, size)
        self.disk.changes.append(Change(self.path, "truncate", size))

    def xSync(self, flags: int) -> None:
        self.disk.changes.append(Change(self.path, "sync"))

    def xFileSize(self) -> int:
        return len(self._data)

    def xLock(self, level: int) -> None: ...
    def xUnlock(self, level: int) -> None: ...
    def xClose(self) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0  # nothing is promised: no atomic sectors, no order, no safe append


def _write(into: bytearray, data: bytes, offset: int) -> None:
    if len(into) < offset:
        into += bytes(offset - len(into))
    into[offset : offset + len(data)] = data


def _truncate(file: bytearray, size: int) -> None:
    if size <= len(file):
        del file[size:]
    else:
        file += bytes(size - len(file))


# --- the history played on that disk


def opened(disk: Disk, synchronous: str, checkpoint_pages: int) -> apsw.Connection:
    """The database as the office opens it. EXCLUSIVE only because this VFS has no shared memory."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection("priam.sqlite3", flags=flags, vfs=disk.name)
    for pragma in (
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "recursive_triggers = ON",
        "foreign_keys = ON",
        f"wal_autocheckpoint = {checkpoint_pages}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def played(
    before: bytes, writes: Sequence[Write], *, synchronous: str, checkpoint_pages: int
) -> Disk:
    """The disk after the writes were played on the database file ``before``."""
    disk = Disk({"priam.sqlite3": bytearray(before)})
    connection = opened(disk, synchronous, checkpoint_pages)
    for number, write in enumerate(writes):
        for statement in write.statements:
            connection.execute(statement).fetchall()
        disk.changes.append(Change("", "acknowledged", number))
    connection.close()
    return disk


# --- the cut


@dataclass
class _Kept:
    """A file on the disk, and what was asked since its last sync."""

    durable: bytearray
    pending: list[Change] = field(default_factory=list)


def after_cut(
    before: bytes, changes: Sequence[Change], chance: random.Random
) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """Cut the power once after every change: how many writes were acknowledged, what is left."""
    files = {"priam.sqlite3": _Kept(bytearray(before))}
    acknowledged = 0
    for change in changes:
        if change.kind == "acknowledged":
            acknowledged = change.offset + 1
        else:
            _remember(files, change)
        yield acknowledged, {path: _left(kept, chance) for path, kept in files.items()}


def _remember(files: dict[str, _Kept], change: Change) -> None:
    kept = files.setdefault(change.file, _Kept(bytearray()))
    if change.kind == "delete":
        del files[change.file]
    elif change.kind == "sync":
        for one in kept.pending:
            _apply(kept.durable, one)
        kept.pending.clear()
    else:
        kept.pending.append(change)


def _apply(file: bytearray, change: Change) -> None:
    if change.kind == "truncate":
        _truncate(file, change.offset)
    else:
        _write(file, change.data, change.offset)


def _left(kept: _Kept, chance: random.Random) -> bytearray:
    """What is on the disk: all that was synced, and of the rest whatever happened to be written."""
    left = bytearray(kept.durable)
    share = chance.choice((0.0, 0.5, 0.9, 1.0))
    for change in kept.pending:
        if chance.random() < share:
            _apply(left, change)
        elif change.kind == "write" and chance.random() < 0.3:
            torn = chance.randrange(0, len(change.data) + 1, SECTOR)
            _write(left, change.data[:torn], change.offset)
    return left


# --- what must be true afterwards


def cut_everywhere(
    before: bytes, writes: Sequence[Write], *, seed: int, synchronous: str, checkpoint_pages: int
) -> Counter[str]:
    """Cut after every change of the disk; count the cuts and what was found after them.

    ``lost``: cuts after which an acknowledged event was not there. Anything else that is wrong
    (half a write, a damaged file, a tree that does not fit, another content) raises.
    """
    disk = played(before, writes, synchronous=synchronous, checkpoint_pages=checkpoint_pages)
    counted: Counter[str] = Counter()
    for acknowledged, left in after_cut(before, disk.changes, random.Random(seed)):
        whole = _whole_writes(left, writes)
        counted["cuts"] += 1
        counted["lost"] += whole < acknowledged
        counted["events lost"] += sum(len(w.ids) for w in writes[whole:acknowledged])
        counted["not yet acknowledged and kept"] += whole > acknowledged
    return counted


def _whole_writes(left: dict[str, bytearray], writes: Sequence[Write]) -> int:
    """How many writes are there, each whole, and nothing else; the tables fit each other."""
    connection = opened(Disk(left), "FULL", 1000)
    (fit,) = connection.execute("PRAGMA integrity_check").fetchone()
    assert fit == "ok", fit
    rows = connection.execute(
        "SELECT e.event_id, e.sequence, e.actor, e.claimed_time, e.received_time, e.type, "
        "e.payload, e.commitment, s.value, l.hash FROM record_event e "
        "JOIN record_salt s USING (sequence) JOIN record_leaf l USING (sequence) ORDER BY sequence"
    ).fetchall()
    nodes = dict(connection.execute("SELECT place, hash FROM record_node").fetchall())
    connection.close()
    _check_content(rows, nodes)
    ids, whole = [row[0] for row in rows], 0
    while whole < len(writes) and ids[: len(writes[whole].ids)] == list(writes[whole].ids):
        ids = ids[len(writes[whole].ids) :]
        whole += 1
    assert not ids, f"half a write is there: {ids}"
    return whole


def _check_content(rows: Sequence[Any], nodes: dict[str, str]) -> None:
    """Commitments, leaves and tree nodes fit, and the events fold."""
    for row in rows:
        assert commitment(bytes.fromhex(row[8]), row[6].encode()) == row[7]
        said = Leaf(row[5], row[0], row[1], row[2], row[3], row[4], row[7])
        assert leaf_hash_of(said).hex() == row[9]
    tree = Tree.from_hashes(bytes.fromhex("".join(row[9] for row in rows)))
    expected = {
        f"{level}/{index}": tree.node(level, index).hex()
        for level in range(1, tree.size.bit_length())
        for index in range(tree.size >> level)
    }
    assert nodes == expected, "the tree does not fit its leaves"
    assert fold(map(_recorded, rows)).size == len(rows)


def _recorded(row: Sequence[Any]) -> Recorded:
    payload = json.loads(row[6])
    return Recorded(*row[:5], decode(row[5], payload["version"], payload["body"]))
