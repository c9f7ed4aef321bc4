"""Check a whole log and its tables against signed checkpoints, and name what was changed.

Three records of one history are held against each other: the **event rows** (what happened), the
**leaf rows** (sequence, event id, hash of the leaf) and the **checkpoints** (signed, best kept
elsewhere too). Where two of them agree against the third, the third was changed, and the finding
names the event. ``docs/explanation/log.md`` says which acts can be named and which only bounded.

How to call it (the office feeds it from two ordered queries, nothing is loaded at once):

>>> from priam.tlog.tree import Tree
>>> row = EventRow(0, "01976b4e-7a00-7cc3-98c4-dc0c0c07398f", "handed_over", 1, "a.example",
...                "2025-06-07T10:00:00Z", "2025-06-07T10:02:11Z", "", bytes(32), b'{"bags":3}')
>>> row = row._replace(commitment=commitment(row.salt, row.payload))
>>> leaf = LeafRow(0, row.event_id, row_hash(row))
>>> tree = Tree.from_hashes(leaf.hash)
>>> checkpoint = Checkpoint("a.example/log", tree.size, tree.root())
>>> verify_log([row], [leaf], [checkpoint]).ok
True
>>> edited = row._replace(actor="b.example")
>>> for finding in verify_log([edited], [leaf], [checkpoint]).findings:
...     print(finding.kind, finding.sequence, finding.event_id)
row_edited 0 01976b4e-7a00-7cc3-98c4-dc0c0c07398f
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from priam.tlog.checkpoints import Checkpoint
from priam.tlog.errors import LogError
from priam.tlog.hashes import HASH_SIZE
from priam.tlog.leaves import commitment
from priam.tlog.tables import KINDS, EventRow, Finding, LeafRow, Tables, row_hash
from priam.tlog.tree import CompactRange
from priam.tlog.verdicts import judge, name_findings

__all__ = [
    "KINDS",
    "Audit",
    "EventRow",
    "Finding",
    "LeafRow",
    "Tables",
    "commitment",
    "marks",
    "row_hash",
    "verify_log",
    "verify_tables",
]


@dataclass(frozen=True, slots=True)
class Audit:
    """Result of :func:`verify_log`.

    ``size`` and ``root`` are of the stored leaves; ``vouched`` is how many leaves a checkpoint
    confirmed; leaves after that may be honest, no signature covers them yet. ``payloads`` is how
    many commitments were recomputed.
    """

    size: int
    root: bytes
    vouched: int
    payloads: int
    checkpoints: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_log(
    events: Iterable[EventRow],
    leaves: Iterable[LeafRow],
    checkpoints: Iterable[Checkpoint],
    *,
    edges: Mapping[int, Sequence[bytes]] | None = None,
    copies: Mapping[int, bytes] | None = None,
) -> Audit:
    """Check event rows and leaf rows against each other and against checkpoints.

    ``events`` and ``leaves`` come ordered by sequence. ``checkpoints`` are of this log and their
    signatures have been verified (:func:`priam.tlog.checkpoints.open_checkpoint`). ``edges``
    gives, for the size of a checkpoint, the edge hashes stored with it
    (:attr:`~priam.tlog.tree.CompactRange.hashes`): they are believed only where they fold to the
    signed root, and let the check go on behind a damaged part. ``copies`` are leaf hashes known
    from elsewhere (the other party's copy, an old proof), by sequence.
    """
    checkpoints = list(checkpoints)
    tables = Tables(marks=marks(checkpoints, copies))
    tables.read(events, leaves)
    return verify_tables(tables, checkpoints, edges=edges, copies=copies)


def marks(checkpoints: Iterable[Checkpoint], copies: Iterable[int] | None = None) -> set[int]:
    """The places whose event ids :func:`verify_tables` wants to know, for its sentences."""
    around = (place for point in checkpoints for place in (point.size - 1, point.size))
    return {0, *(copies or ()), *around}


def verify_tables(
    tables: Tables,
    checkpoints: Iterable[Checkpoint],
    *,
    edges: Mapping[int, Sequence[bytes]] | None = None,
    copies: Mapping[int, bytes] | None = None,
) -> Audit:
    """:func:`verify_log` of rows that were read already, say in parts by several processes."""
    points, findings = _ordered(checkpoints)
    copies = copies or {}
    spans, edge = judge(tables, points, edges or {}, copies)
    findings += tables.findings + name_findings(tables, points, spans, copies)
    findings.sort(key=lambda f: (f.sequence is None, f.sequence or 0, f.kind))
    if edge is None or tables.rows or tables.leaves or tables.holes:
        edge = CompactRange()  # the tables as they are, not as they should be
    edge.extend(bytes(tables.hashes[edge.size * HASH_SIZE :]))
    return Audit(
        size=edge.size,
        root=edge.root(),
        vouched=sum(span.end - span.start for span in spans if span.verdict),
        payloads=tables.payloads,
        checkpoints=len(points),
        findings=tuple(findings),
    )


def _ordered(checkpoints: Iterable[Checkpoint]) -> tuple[list[Checkpoint], list[Finding]]:
    """Checkpoints by size, one a size; different roots for one size are a finding."""
    by_size: dict[int, Checkpoint] = {}
    findings = []
    origins = set()
    for point in checkpoints:
        origins.add(point.origin)
        first = by_size.setdefault(point.size, point)
        if first.root != point.root:
            text = f"two signed checkpoints of {point.size} leaves state different roots"
            findings.append(Finding("two_roots", text, point.size))
    if len(origins) > 1:
        raise LogError(f"checkpoints of several logs: {', '.join(sorted(origins))}")
    return [by_size[size] for size in sorted(by_size)], findings
