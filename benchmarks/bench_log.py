"""The log of an installation at a million events: verified and proved, as the office does it.

    python benchmarks/bench_log.py [--events 1000000] [--sealed 0.5] [--tables 20000]
                                   [--folder DIR] [--keep DIR]

Targets at 1,000,000 events: full verification of the log in under 15 s, one proof in under 5 ms.
Verifying the log means rows and payloads against commitments and leaves (a sealed payload is
opened for that), leaves against signed checkpoints, salts and tree nodes. The tables made from
events are the other part of ``priam log verify``, measured on a smaller log.

The baseline reads the same rows out of SQLite and hashes each payload once: less cannot be done.
The log is put in by the functions of the write, without the rules and the derived tables, since a
million acts one by one would take an hour; ``bench_writes.py`` measures those.
``benchmarks/bench_tlog.py`` has the log alone, without a database, and two peers.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
BATCH = 1250
BLOCK = 5000
LOG = "a.example/log"
TIME = "2025-06-07T10:00:00Z"


@contextmanager
def timed(name: str, count: int = 0) -> Iterator[None]:
    """Print wall time and the CPU time of this process and of those that it started."""
    wall, cpu = time.perf_counter(), _cpu()
    yield
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    rate = f"{count / cpu:>12,.0f} /s of CPU" if count else ""
    print(f"{name:<66}{wall:>8.2f} s wall{cpu:>8.2f} s CPU{rate}", flush=True)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def put_in(events: int, sealed: float) -> None:
    """A log of bags and of what was found in them, of which the latter is sealed."""
    from django.db import transaction

    from priam_office.record import checkpoints, queries, state, write
    from priam_office.record.acts import State, encode

    chance = random.Random(1)
    size = queries.head()[0]
    known = state.Known(size, "", State())
    while known.size < events:
        new = []
        for place in range(known.size, min(known.size + BLOCK, events)):
            entry = write.Entry(_act(place, chance.random() < sealed))
            new.append((write._recorded(entry, LOG, place, TIME), encode(entry.event)))
        with transaction.atomic():
            known = write._store(known, new, known.state)
        if known.size // BLOCK % 20 == 0:
            checkpoints.checkpoint()
    checkpoints.checkpoint()


def _act(place: int, sealed: bool) -> Any:
    from priam.events import BagRegistered
    from priam.events.cases import BagOpened

    if not sealed:
        return BagRegistered(f"PRM-{place:07d}", "A", f"S{place}")
    return BagOpened(f"PRM-{place:07d}", "one", (f"PRM-C{place:06d}",), "clothing, no papers")


def read_and_hashed(file: Path) -> None:
    """All event rows, one hash of each payload."""
    database = sqlite3.connect(file)
    for salt, payload in database.execute(
        "SELECT s.value, e.payload FROM record_event e JOIN record_salt s USING (sequence)"
    ):
        hashlib.sha256(bytes.fromhex(salt) + payload.encode()).digest()


def verified(events: int, *, alone: bool = False) -> None:
    """The first part of ``priam log verify``, by all cores or by this process alone."""
    from django.db import connection, transaction

    from priam_office.record.audit import audit_log

    # In a transaction there is one view for all, hence one process.
    if alone:
        with transaction.atomic():
            report = audit_log(_keys(), LOG)
    else:
        report = audit_log(_keys(), LOG)
    connection.close()
    assert report.ok and report.log.vouched == report.log.payloads == events, report.findings[:3]


def _keys() -> list[Any]:
    from django.conf import settings

    return settings.INSTALLATION.verifiers()


def proofs(events: int) -> None:
    """Proofs of random events, each with the event looked up and the proof verified."""
    from priam.tlog.checkpoints import parse_checkpoint
    from priam.tlog.hashes import leaf_hash
    from priam.tlog.tree import verify_inclusion
    from priam_office.record import queries

    took, spent = [], []
    for place in random.Random(1).sample(range(events), 300):
        started, cpu = time.perf_counter(), time.process_time()
        row = queries.event(str(place))
        proof = queries.proof(row)
        took.append((time.perf_counter() - started) * 1e3)
        spent.append((time.process_time() - cpu) * 1e3)
        point = parse_checkpoint(proof.checkpoint.note)[0]
        verify_inclusion(leaf_hash(proof.leaf), place, point.size, proof.path, point.root)
    print(
        f"one proof of {events:,}: median {median(took):.2f} ms, slowest {max(took):.2f} ms; "
        f"CPU {median(spent):.2f} ms"
    )


def tables(events: int) -> None:
    """Both parts on a smaller log whose tables are filled, in a database of its own."""
    from priam.events import BagRegistered, PartyDeclared
    from priam_office.record import audit
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.write import Entry, record_all

    record_all([Entry(PartyDeclared("A", "A"))], by=LOG)
    with timed(f"  {events:,} acts recorded in batches of {BATCH:,}", events):
        for start in range(1, events, BATCH):
            tags = range(start, min(start + BATCH, events))
            record_all([Entry(BagRegistered(f"PRM-{n:07d}", "A", f"S{n}")) for n in tags], by=LOG)
    checkpoint()
    with timed(f"  the log of {events:,} verified", events):
        assert audit.audit_log(_keys(), LOG).ok
    with timed(f"  the tables of {events:,} made again and compared", events):
        rows, findings = audit.audit_tables()
    assert rows and not findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--sealed", type=float, default=0.5, help="share of sealed payloads")
    parser.add_argument("--tables", type=int, default=20_000, help="events of the smaller log")
    parser.add_argument("--folder", type=Path, default=ROOT)
    parser.add_argument("--keep", type=Path, help="use the installation here, or leave it here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix=".bench-") as here:
        folder = options.keep or Path(here)
        os.environ["PRIAM_DATA"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "priam_office.settings"
        from priam_office.installation import create

        create(folder, LOG)
        import django

        django.setup()
        from tests.office import databases

        databases.migrate()
        run(options.events, options.sealed, folder / "priam.sqlite3")
        if options.tables:
            databases.point_django_at(f"sqlite:///{here}/tables.sqlite3")
            databases.migrate()
            _data_keys()
            tables(options.tables)


def _data_keys() -> None:
    from priam_office.vault.datakeys import make_missing

    make_missing()


def run(events: int, sealed: float, file: Path) -> None:
    """The log alone."""
    _data_keys()
    with timed(f"put in, {sealed:.0%} of the payloads sealed"):
        put_in(events, sealed)
    with timed("baseline: rows read, each payload hashed once", events):
        read_and_hashed(file)
    with timed("the log verified: rows, payloads, leaves, roots, nodes, salts", events):
        verified(events)
    with timed("the same by one process", events):
        verified(events, alone=True)
    proofs(events)


if __name__ == "__main__":
    main()
