"""The log at a million leaves: verification, proofs, bundles, and two peers in the same run.

    python benchmarks/bench_tlog.py [--leaves 1000000] [--peers 100000]

Targets: at least 200,000 leaves a second verified, all of 1,000,000 events with their payload
commitments in under 15 s, one proof in under 5 ms, a bundle of a batch of 1,250 bags exported
and verified in under 3 s. One core; wall and CPU time, for on a busy machine they differ. The
plain loop is what the hashing alone costs in Python; pymerkle is the other RFC 6962 tree in
Python (fewer leaves: it is slow).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import median

from pymerkle import InmemoryTree

from priam.tlog.audit import EventRow, LeafRow, row_hash, verify_log
from priam.tlog.bundle import Bundle, BundleEvent, BundleParty, write_bundle
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.dispute import verify_bundle
from priam.tlog.keys import KeyPair
from priam.tlog.leaves import commitment, encode_leaf
from priam.tlog.manifests import Item, Manifest, sign_document
from priam.tlog.notes import VerifierKey
from priam.tlog.policy import Policy, PolicyLog
from priam.tlog.proofs import inclusion_proof
from priam.tlog.tiles import TiledHashes
from priam.tlog.tree import CompactRange, Tree, leaf_hash, verify_inclusion

ORIGIN = "bench.example/log"
BAGS = 1250


def row(number: int) -> EventRow:
    """A row as the office stores it, payload of some 330 bytes."""
    salt = hashlib.sha256(b"%d" % number).digest()
    payload = (b'{"bag":"PRM-%08d","seal":"%08d","note":"' % (number, number)) + b"x" * 280 + b'"}'
    return EventRow(
        number,
        f"01976b4e-7a00-7{number >> 12 & 0xFFF:03x}-98c4-{number:012x}",
        "handed_over",
        1,
        "a.example/office+5a7c1f20",
        "2025-06-07T10:00:00Z",
        "2025-06-07T10:02:11Z",
        commitment(salt, payload),
        salt,
        payload,
    )


@dataclass(frozen=True)
class Took:
    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


def line(name: str, count: int, took: Took) -> None:
    rate = f"{count / took.cpu:>12,.0f} /s of CPU" if count > 1 else ""
    print(f"{name:<48}{count:>10,}{took.wall:>9.2f} s{took.cpu:>9.2f} s{rate}")


def plain_loop(leaves: list[bytes]) -> None:
    """Leaf hashes and levels, nothing else."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ] + level[len(level) & ~1 :]


def other_library(leaves: list[bytes]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    tree.get_root()


def one_by_one(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    tree.root()


def audit(events: Iterable[EventRow], leaves: Iterable[LeafRow], points: list[Checkpoint]) -> None:
    result = verify_log(events, leaves, points)
    assert result.ok and result.vouched == points[-1].size


def one_proof(tree: Tree, index: int) -> None:
    proof = tree.inclusion_proof(index)
    verify_inclusion(tree.node(0, index), index, tree.size, proof, tree.root())


def cold_proof(tree: Tree, index: int) -> None:
    """As from a database: tiles of 256 stored hashes, nothing in memory before."""

    def read(level: int, number: int, width: int) -> bytes:
        first = number * 256
        return b"".join(tree.node(8 * level, node) for node in range(first, first + width))

    inclusion_proof(TiledHashes(read, tree.size), index, tree.size)


def proofs(tree: Tree) -> None:
    places = random.Random(1).sample(range(tree.size), min(tree.size, 200))
    for name, work in (("made and verified in memory", one_proof), ("cold tiles", cold_proof)):
        took = [timed(partial(work, tree, place)).wall * 1e3 for place in places]
        print(f"one proof of {tree.size:,}, {name}: median {median(took):.3f} ms", end=", ")
        print(f"slowest {max(took):.3f} ms")


def bundle(rows: list[EventRow], tree: Tree) -> bytes:
    """One batch of 1,250 bags, every event of it disclosed."""
    log, office = KeyPair.generate(ORIGIN, "log"), KeyPair.generate("a.example/office", "person")
    point = Checkpoint(ORIGIN, tree.size, tree.root())
    items = tuple(Item(f"PRM-{i:06d}", f"S{i}") for i in range(BAGS))
    manifest = Manifest("x", "y", 1, None, "A", "B", "bags", items, BAGS)
    policy = Policy(tuple(PolicyLog(VerifierKey.parse(v)) for v in log.vkeys()))
    events = tuple(
        BundleEvent(
            ORIGIN,
            encode_leaf(r.version, r.type, r.event_id, r.sequence, *r[4:8]),
            tree.size,
            tuple(tree.inclusion_proof(r.sequence)),
            r.salt,
            r.payload,
        )
        for r in rows[:BAGS]
    )
    made = Bundle(
        "y",
        "2025-06-07T10:00:00Z",
        bytes(policy).decode(),
        (BundleParty("A", ORIGIN, tuple(office.vkeys())),),
        (str(sign_checkpoint(point, log.signers())),),
        events=events,
        manifests=(str(sign_document(manifest, office.signers())),),
    )
    return write_bundle(made, office.signers())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--peers", type=int, default=100_000)
    options = parser.parse_args()
    count = max(options.leaves, BAGS)
    rows = [row(number) for number in range(count)]
    leaves = [LeafRow(r.sequence, r.event_id, row_hash(r)) for r in rows]
    hashes = b"".join(leaf.hash for leaf in leaves)
    tree = Tree.from_hashes(hashes)
    sizes = sorted({*range(BAGS, count, BAGS), count})
    points = [Checkpoint(ORIGIN, size, tree.root(size)) for size in sizes]
    sealed = [r._replace(salt=None, payload=None) for r in rows]
    print(f"{'':<48}{'leaves':>10}{'wall':>11}{'CPU':>11}")
    line(
        "verify rows, payloads, leaves, checkpoints",
        count,
        timed(lambda: audit(rows, leaves, points)),
    )
    line("the same without payloads", count, timed(lambda: audit(sealed, leaves, points)))
    line("root from stored leaf hashes", count, timed(lambda: CompactRange().extend(hashes)))
    entries = [b"x" * 340 + b"%d" % i for i in range(options.peers)]
    line("plain hashlib loop, 340-byte leaves", len(entries), timed(lambda: plain_loop(entries)))
    line("Priam, appended one by one", len(entries), timed(lambda: one_by_one(entries)))
    line("pymerkle, appended one by one", len(entries), timed(lambda: other_library(entries)))
    made: list[bytes] = []
    line("bundle of 1,250 bags, exported", 1, timed(lambda: made.append(bundle(rows, tree))))
    line("bundle of 1,250 bags, verified", 1, timed(lambda: verify_bundle(made[0])))
    proofs(tree)


if __name__ == "__main__":
    main()
