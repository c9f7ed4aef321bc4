"""The log of an installation at a million events: written, verified, proved, as the office does it.

    python benchmarks/bench_log.py [--events 1000000] [--folder DIR] [--keep DIR]

Targets at 1,000,000 events: full verification in under 15 s, one proof in under 5 ms. Verifying
the log means rows against commitments and leaves, leaves against signed checkpoints, salts and tree
nodes. ``priam log verify`` does that and then makes every derived table again from the events. The
baseline reads the same rows out of SQLite and hashes each payload once: less cannot be done.
``benchmarks/bench_tlog.py`` has the log alone, without a database, and two peers.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
BATCH = 1250
LOG = "bench.example/log"


@contextmanager
def timed(name: str, count: int = 0) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = f"{count / cpu:>12,.0f} /s of CPU" if count else ""
    print(f"{name:<58}{wall:>8.2f} s wall{cpu:>8.2f} s CPU{rate}", flush=True)


def written(events: int) -> None:
    """Batches of bags, each listed on a manifest and signed for."""
    from priam.events import BagRegistered, PartyDeclared
    from priam_office.record.checkpoints import checkpoint
    from priam_office.record.queries import head
    from priam_office.record.write import Entry, record_all

    if head()[0] == 0:
        record_all([Entry(PartyDeclared("A", "A"))], by=LOG)
    for start in range(head()[0], events, BATCH):
        tags = range(start, min(start + BATCH, events))
        record_all([Entry(BagRegistered(f"PRM-{n:07d}", "A", f"S{n}")) for n in tags], by=LOG)
        if start // BATCH % 80 == 0:
            checkpoint()
    checkpoint()


def read_and_hashed(file: Path) -> None:
    """All event rows, one hash of each payload."""
    database = sqlite3.connect(file)
    for salt, payload in database.execute(
        "SELECT s.value, e.payload FROM record_event e JOIN record_salt s USING (sequence)"
    ):
        hashlib.sha256(bytes.fromhex(salt) + payload.encode()).digest()


def log_alone() -> None:
    """Of the full verification what is about the log: rows, commitments, leaves, roots, nodes."""
    from priam_office.record import audit as a

    found = a._Found()
    statements = a._statements(_keys(), LOG, (), found)
    log = a.tlog.verify_log(a._event_rows(), a._leaf_rows(), statements, edges=a._edges())
    assert log.ok and not [*a._salts_missing(), *a._nodes()] and not found.items


def _keys() -> list[object]:
    from django.conf import settings

    return settings.INSTALLATION.verifiers()


def proofs(events: int) -> None:
    """Proofs of random events, each with the event looked up and the proof verified."""
    from priam.tlog.checkpoints import parse_checkpoint
    from priam.tlog.hashes import leaf_hash
    from priam.tlog.tree import verify_inclusion
    from priam_office.record import queries

    took = []
    for place in random.Random(1).sample(range(events), 300):
        started = time.perf_counter()
        row = queries.event(str(place))
        proof = queries.proof(row)
        took.append((time.perf_counter() - started) * 1e3)
        point = parse_checkpoint(proof.checkpoint.note)[0]
        verify_inclusion(leaf_hash(proof.leaf), place, point.size, proof.path, point.root)
    print(f"one proof of {events:,}: median {median(took):.2f} ms, slowest {max(took):.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
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
        run(options.events, folder / "priam.sqlite3")


def run(events: int, file: Path) -> None:
    from priam_office.record.audit import audit

    with timed(f"written in batches of {BATCH:,}", events):
        written(events)
    with timed("baseline: rows read, each payload hashed once", events):
        read_and_hashed(file)
    with timed("the log verified: rows, payloads, leaves, roots, nodes", events):
        log_alone()
    with timed("priam log verify: the log, then all tables from its events", events):
        report = audit(_keys(), LOG)
    assert report.ok and report.log.vouched == events, report.findings[:3]
    proofs(events)


if __name__ == "__main__":
    main()
