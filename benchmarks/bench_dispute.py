"""Evidence about one batch of 1,250 bags: exported from an office's database, verified.

    python benchmarks/bench_dispute.py [--bags 1250] [--others 10000] [--folder DIR]

Target: exported and verified in under 3 s. Two installations carry a handover out as they would:
listed, handed over, counted with three reservations, signed by both, exchanged by file.
``--others`` are bags that A's log holds besides. The exchange file with every act of A since the
beginning, a proof for each, is measured too. The baseline only hashes what a bundle proves: each
leaf, each payload and each node of a path, once.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
TOGETHER = 1000


@contextmanager
def timed(name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<58}{wall:>8.2f} s wall{cpu:>8.2f} s CPU", flush=True)


def record(node: Any, *acts: Any) -> None:
    from tests.office.faults.world import event_id

    chance = random.Random(len(acts))
    for at in range(0, len(acts), TOGETHER):
        some = acts[at : at + TOGETHER]
        node.call(
            "record", [(act, event_id(chance, int(time.time() * 1000)), None) for act in some]
        )


def carry(one: Any, other: Any) -> None:
    for part in one.call("export", other.party):
        waiting, why = other.call("take", part)
        assert not waiting, why


def handed_over(a: Any, b: Any, bags: int, others: int) -> str:
    """The whole handover in both logs; returns the manifest's name."""
    from priam import events
    from priam.events.values import Item, Reservation
    from priam_office.handovers.documents import document

    record(a, *(events.BagRegistered(f"PRM-X{n}", "A", f"S{n}") for n in range(others)))
    carry(a, b)
    items = tuple(Item(f"PRM-{n}", f"S{n}") for n in range(bags))
    name = document(
        agreement="x", batch="one", sequence=1, previous=None, giver="A", receiver="B", items=items
    ).digest
    record(a, events.AgreementProposed("x", "A", ("A", "B")))
    record(a, *(events.BagRegistered(item.tag, "A", item.seal) for item in items))
    record(
        a,
        events.ManifestIssued(name, "one", 1, "A", "B", items, "x"),
        events.HandoverOpened("h", "the point", "2025-06-16", (name,)),
        events.BagsHandedOver(name, tuple(item.tag for item in items)),
        events.CountStated(name, "A", bags),
    )
    a.call("sign", name)
    carry(a, b)
    reserved = tuple(item.tag for item in items[:3])
    record(
        b,
        *(
            events.ReservationMade(name, "B", Reservation("missing", "not there", tag))
            for tag in reserved
        ),
    )
    record(b, events.CountStated(name, "B", bags - 3))
    b.call("sign", name)
    carry(b, a)
    return str(name)


def hashed(bundle: Any) -> None:
    """What no verifier can do without."""
    for event in bundle.events:
        hashlib.sha256(event.leaf).digest()
        hashlib.sha256(event.salt + event.payload).digest()
        for node in event.hashes:
            hashlib.sha256(node + node).digest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bags", type=int, default=1250)
    parser.add_argument("--others", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=ROOT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix=".bench-") as here:
        from tests.office.faults.prepared import prepared

        template, keys = prepared(Path(here))
        from tests.office.faults.nodes import Local

        a, b = (Local(party, template / party, keys[party]) for party in "AB")
        with timed(
            f"a handover of {options.bags:,} bags and {options.others:,} others, twice logged"
        ):
            handed_over(a, b, options.bags, options.others)
        measure(a)
        a.close()
        b.close()


def measure(a: Any) -> None:
    from priam.tlog.bundle import read_bundle
    from priam.tlog.dispute import verify_bundle
    from priam_office.handovers import exporting, parties

    with a._here():
        size = exporting.known().state.size
        with timed(f"evidence exported from a log of {size:,} events"):
            data = exporting.dispute(a._me, a.keys.signers, "one")
        policy, known = parties.policy(), parties.bundle_parties()
    bundle, _ = read_bundle(data)
    print(f"  {len(bundle.events)} events, {len(bundle.manifests)} manifests, {len(data):,} bytes")
    with timed("  baseline: leaves, payloads and paths hashed once"):
        hashed(bundle)
    with timed("  verified"):
        report = verify_bundle(data, policy=policy, parties=known)
    assert not report.of("invalid"), report.of("invalid")
    print(f"  {len(report.of('proved'))} proved, {len(report.of('claimed'))} claimed by somebody")
    with a._here(), timed("an exchange file of all of A's acts exported"):
        stretches = exporting.stretches(a._me, "B", 0)
        parts = [exporting.export(a._me, a.keys.signers, "B", one) for one in stretches]
    for data in parts:
        bundle, _ = read_bundle(data)
        print(f"  {len(bundle.events):,} events, {len(data):,} bytes")
        with timed("  baseline: leaves, payloads and paths hashed once"):
            hashed(bundle)
        with timed("  verified"):
            verify_bundle(data, policy=policy, parties=known)


if __name__ == "__main__":
    main()
