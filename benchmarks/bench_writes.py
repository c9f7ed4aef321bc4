"""Single durable appends a second, and the limit of the disk beside them.

    python benchmarks/bench_writes.py [--events 3000] [--folder DIR]

Target: 3,000 a second, or what the disk can do. An append is one call of ``record``: when it
returns, event, salt, leaf and tree nodes are on the disk. Beside it, in the same run and the same
folder: how often the disk takes a synced write of the same size (nothing can be faster that
waits for one sync an event), and SQLite alone with the same settings writing one row. The last
lines show the same appends where no sync is waited for: the cost of the program itself.
Rates are of wall time; CPU time is given for machines that are busy with other things.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
SYNCED = 44 * 1024  # bytes that one append adds to SQLite's write-ahead log, measured below
_FRESH = itertools.count(1000)  # blocks of numbers for tags that are not used yet
BLOCKS = 5  # the disks of shared machines change from second to second


def rate(work: Callable[[int], None], count: int) -> tuple[float, float, float, float]:
    """Median, slowest and fastest block in calls a second, and CPU microseconds a call."""
    rates, cpu = [], time.process_time()
    for block in range(BLOCKS):
        started = time.perf_counter()
        for number in range(block * count, (block + 1) * count):
            work(number)
        rates.append(count / (time.perf_counter() - started))
    spent = (time.process_time() - cpu) / (BLOCKS * count)
    return median(rates), min(rates), max(rates), spent * 1e6


def line(name: str, measured: tuple[float, float, float, float]) -> None:
    middle, low, high, cpu = measured
    print(f"{name:<58}{middle:>9,.0f} /s  ({low:,.0f} to {high:,.0f}){cpu:>9,.0f} µs of CPU")


def disk(folder: Path, sync: Callable[[int], None], size: int) -> Callable[[int], None]:
    """Writes of ``size`` bytes over a file that has its length, each synced."""
    file = os.open(folder / "plain", os.O_RDWR | os.O_CREAT)
    data, places = os.urandom(size), 64
    os.pwrite(file, bytes(size * places), 0)
    os.fsync(file)

    def write(number: int) -> None:
        os.pwrite(file, data, number % places * size)
        sync(file)

    return write


def plain_sqlite(folder: Path) -> Callable[[int], None]:
    """One row a transaction, with the office's settings."""
    from priam_office.database_url import SQLITE_PRAGMAS

    database = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    for name, value in SQLITE_PRAGMAS.items():
        database.execute(f"PRAGMA {name} = {value}")
    database.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, text TEXT)")

    def write(number: int) -> None:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 300))
        database.execute("COMMIT")

    return write


def office(folder: Path) -> Callable[[int], None]:
    """One event a call through the one function that writes."""
    from tests.office import databases

    from priam.events import BagRegistered, PartyDeclared
    from priam_office.record.write import record

    databases.point_django_at(f"sqlite:///{folder / 'priam.sqlite3'}")
    databases.migrate()
    record(PartyDeclared("A", "A"), by="a.example/log")

    def write(number: int) -> None:
        record(BagRegistered(f"PRM-{number}", "A", "S1"), by="a.example/log")

    return write


def log_bytes_an_event(folder: Path, write: Callable[[int], None]) -> float:
    """Bytes that an append adds to the write-ahead log."""
    log = folder / "priam.sqlite3-wal"
    _checkpoint()
    before = log.stat().st_size
    for number in range(20):
        write(10**9 + number)
    return (log.stat().st_size - before) / 20


def _checkpoint() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def together(write: Callable[[int], None], threads: int, count: int, *, shared: bool) -> float:
    """Appends a second by several threads, each with its own connection.

    Without ``shared`` each has its own transaction and waits for SQLite, as it was before
    :mod:`priam_office.record.turns`.
    """
    from unittest.mock import patch

    from django.db import connections

    from priam_office.record import write as module
    from priam_office.record.turns import take_turns

    take = take_turns if shared else lambda mine, write: write([mine])

    def work(first: int) -> None:
        for number in range(first, first + count // threads):
            write(number)
        connections.close_all()

    workers = [
        threading.Thread(target=work, args=(next(_FRESH) * 10**7 + n * count,))
        for n in range(threads)
    ]
    with patch.object(module, "take_turns", take):
        started = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return count / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--folder", type=Path, default=ROOT)
    options = parser.parse_args()
    count = options.events // BLOCKS
    with tempfile.TemporaryDirectory(dir=options.folder, prefix=".bench-") as here:
        folder = Path(here)
        _settings(folder)
        write = office(folder)
        size = log_bytes_an_event(folder, write)
        print(f"one append adds {size / 1024:.0f} KiB to SQLite's write-ahead log")
        line(
            f"disk: {SYNCED // 1024} KiB written, fdatasync",
            rate(disk(folder, os.fdatasync, SYNCED), count),
        )
        line("disk: 4 KiB written, fdatasync", rate(disk(folder, os.fdatasync, 4096), count))
        line("SQLite alone, one row of 300 bytes", rate(plain_sqlite(folder), count))
        line("record(): event, salt, leaf, nodes, guards", rate(write, count))
        line(
            f"disk again: {SYNCED // 1024} KiB written, fdatasync",
            rate(disk(folder, os.fdatasync, SYNCED), count),
        )
        for threads in (8, 16, 64):
            for shared in (False, True):
                did = together(write, threads, options.events, shared=shared)
                how = "who waits is written together" if shared else "a transaction for each"
                print(f"{f'record() by {threads} threads, {how}':<58}{did:>9,.0f} /s")
    if Path("/dev/shm").is_dir():
        with tempfile.TemporaryDirectory(dir="/dev/shm") as here:
            line("record() where a sync costs nothing (memory)", rate(office(Path(here)), count))


def _settings(folder: Path) -> None:
    from priam_office.installation import create

    os.environ["PRIAM_DATA"] = str(folder / "settings")
    os.environ["DJANGO_SETTINGS_MODULE"] = "priam_office.settings"
    create(folder / "settings", "bench.example/log")
    import django

    django.setup()


if __name__ == "__main__":
    main()
