"""The log at a million leaves: verification, proofs, and two peers in the same run.

    python benchmarks/bench_tlog.py [--leaves 1000000] [--peers 100000]

Targets: at least 200,000 leaves a second verified, all of 1,000,000 events with their payload
commitments in under 15 s, one proof in under 5 ms. One core. The plain loop is what the hashing
alone costs in Python; pymerkle is the other RFC 6962 tree in Python (fewer leaves: it is slow).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Callable, Iterator

from pymerkle import InmemoryTree

from priam.tlog.audit import EventRow, LeafRow, row_hash, verify_log
from priam.tlog.checkpoints import Checkpoint
from priam.tlog.leaves import commitment
from priam.tlog.proofs import inclusion_proof
from priam.tlog.tiles import TiledHashes
from priam.tlog.tree import CompactRange, Tree, leaf_hash, verify_inclusion

ORIGIN = "bench.example/log"


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


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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


def one_proof(tree: Tree, index: int) -> None:
    proof = tree.inclusion_proof(index)
    verify_inclusion(tree.node(0, index), index, tree.size, proof, tree.root())


def cold_proof(tree: Tree, index: int) -> None:
    """As from a database: tiles of 256 stored hashes, nothing in memory before."""

    def read(level: int, number: int, width: int) -> bytes:
        first = number * 256
        return b"".join(tree.node(8 * level, node) for node in range(first, first + width))

    inclusion_proof(TiledHashes(read, tree.size), index, tree.size)


def line(name: str, count: int, seconds: float) -> None:
    print(f"{name:<58}{count:>10,}{seconds:>10.2f} s{count / seconds:>12,.0f} /s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--peers", type=int, default=100_000)
    options = parser.parse_args()
    count = options.leaves
    rows = [row(number) for number in range(count)]
    leaves = [LeafRow(r.sequence, r.event_id, row_hash(r)) for r in rows]
    tree = Tree.from_hashes(b"".join(leaf.hash for leaf in leaves))
    points = [Checkpoint(ORIGIN, n, tree.root(n)) for n in {*range(1250, count, 1250), count}]

    def audit(events: Iterator[EventRow]) -> Callable[[], None]:
        def work() -> None:
            result = verify_log(events, leaves, points)
            assert result.ok and result.vouched == count

        return work

    print(f"{'':<58}{'leaves':>10}{'time':>12}{'':>12}")
    line("verify rows, payloads, leaves, checkpoints", count, timed(audit(iter(rows))))
    sealed = [r._replace(salt=None, payload=None) for r in rows]
    line("the same without payloads", count, timed(audit(iter(sealed))))
    hashes = b"".join(leaf.hash for leaf in leaves)
    line("root from stored leaf hashes", count, timed(lambda: CompactRange().extend(hashes)))
    entries = [b"x" * 340 + b"%d" % i for i in range(count)]
    line("plain hashlib loop over 340-byte leaves", count, timed(lambda: plain_loop(entries)))
    fewer = entries[: options.peers]
    line("pymerkle, append and root", len(fewer), timed(lambda: other_library(fewer)))
    line("Priam, append one by one and root", len(fewer), timed(lambda: _appended(fewer)))
    places = random.Random(1).sample(range(count), min(count, 200))
    for name, work in (
        ("in memory, made and verified", one_proof),
        ("from cold tiles", cold_proof),
    ):
        took = [timed(lambda w=work, p=place: w(tree, p)) for place in places]  # type: ignore[misc]
        print(
            f"one proof of {count:,}, {name}: median {sorted(took)[len(took) // 2] * 1e3:.3f} ms,",
            end="",
        )
        print(f" slowest {max(took) * 1e3:.3f} ms")


def _appended(entries: list[bytes]) -> None:
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(entry))
    tree.root()


if __name__ == "__main__":
    main()
