"""Records for another party, and evidence for a dispute: both are one signed bundle file.

An exchange file holds this party's own acts since what the other side last acknowledged, each
with its leaf, salt, payload and inclusion proof, the signed checkpoints in between, and proofs
that the log only grew. What does not fit into one file is cut between two acts: each part ends at
a checkpoint of its own and can be taken in by itself once those before it are there. Claims of
the press, other parties' acts and anything outside :data:`EXCHANGED` never leave by this road.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from priam import events
from priam.errors import UserError
from priam.events.base import Event
from priam.events.state import State
from priam.tlog.bundle import Bundle, BundleEvent, Growth, LeafHashes, read_bundle, write_bundle
from priam.tlog.checkpoints import parse_checkpoint
from priam.tlog.leaves import parse_leaf
from priam.tlog.notes import MAX_NOTE_BYTES, Signer
from priam.tlog.proofs import consistency_proof, inclusion_proof
from priam.tlog.witnessfiles import write_durably
from priam_office.handovers import documents, evidence, parties, witnessing
from priam_office.handovers.parties import Own
from priam_office.record import checkpoints, queries
from priam_office.record.acts import body, opened
from priam_office.record.models import Checkpoint, Leaf, Salt
from priam_office.record.models import Event as Row
from priam_office.record.state import known
from priam_office.record.tree import StoredTree

__all__ = [
    "EXCHANGED",
    "Stretch",
    "acknowledged",
    "dispute",
    "export",
    "first_stretch",
    "stretches",
    "write_files",
]

# By these the keys change with which a file is signed, and the checkpoints in it.
_REPLACED = (evidence.KeysReplaced.type, evidence.LogKeysReplaced.type)

LARGEST = MAX_NOTE_BYTES  # bytes of one exchange file

EXCHANGED: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (
        events.AgreementProposed,
        events.AgreementCountersigned,
        events.ReadingStated,
        events.ReadingHeld,
        events.AmendmentProposed,
        events.AmendmentCountersigned,
        events.OfferMade,
        events.OfferAccepted,
        events.OfferPostponed,
        events.OfferRefused,
        events.OfferWithdrawn,
        events.OfferCharacterised,
        events.BagRegistered,
        events.BagFoundOtherSide,
        events.ManifestIssued,
        events.ManifestSigned,
        events.HandoverOpened,
        events.BagsHandedOver,
        events.BagRefused,
        events.ReservationMade,
        events.BagsReceived,
        events.CountStated,
        events.HandoverClosed,
        events.TransportDeparted,
        events.TransportArrived,
        events.Corrected,
        evidence.KeyEnrolled,
        evidence.KeyRevoked,
        evidence.KeysReplaced,
        evidence.LogKeysReplaced,
        evidence.ManifestSignatures,
        evidence.ReceptionSigned,
        evidence.CheckpointSeen,
    )
}


_SUBJECT = re.compile(
    r"priam-exchange/v1 from (\S+) to (\S+) since (\d{1,18})(?: until (\d{1,18}) of (\d{1,18}))?"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The places of a log that one exchange file covers: from ``start`` up to, without, ``end``.

    ``size``: events of the log when the file was planned; a file that ends before it, or was cut
    off from one that did, is a part (``part``), and ``first`` is where the first of them starts.
    """

    start: int
    end: int
    size: int
    part: bool = False
    first: int = 0

    def covers(self, place: int) -> bool:
        """Whether the act at this place is the file's own, and not there for its keys only."""
        return place < self.end and (place >= self.start or not self.part)

    def subject(self, sender: str, receiver: str) -> str:
        """The subject line of the file; it is under the signature."""
        text = f"priam-exchange/v1 from {sender} to {receiver} since {self.start}"
        return f"{text} until {self.end} of {self.size}" if self.part else text

    @classmethod
    def of(cls, bundle: Bundle) -> tuple[str, str, Self] | None:
        """Sender, receiver and stretch of a file; None where it is no exchange file."""
        match = _SUBJECT.fullmatch(bundle.subject)
        if match is None:
            return None
        sender, receiver, start, end, size = match.groups()
        if end is not None:
            return sender, receiver, cls(int(start), int(end), int(size), part=True)
        sizes = [parse_checkpoint(text)[0].size for text in bundle.checkpoints]
        newest = max(sizes, default=0)
        return sender, receiver, cls(int(start), newest, newest)


def acknowledged(log: str, by: str) -> int:
    """The largest size of ``log`` that party ``by`` is known here to have seen."""
    rows = Row.objects.filter(type=evidence.CheckpointSeen.type)
    seen = (evidence.CheckpointSeen.from_payload(body(row)) for row in rows)
    return max((one.size for one in seen if (one.log, one.by) == (log, by)), default=0)


def stretches(me: Own, to: str, since: int | None = None) -> list[Stretch]:
    """What this party did since ``to`` last acknowledged, or ``since``, cut into files."""
    start, size = _span(me, to, since)
    found = list(_cut(me, to, start, size))
    return [Stretch(one.start, one.end, size, len(found) > 1, start) for one in found]


def first_stretch(me: Own, to: str, since: int) -> Stretch:
    """The first of :func:`stretches`; the rest need not be looked at for it."""
    start, size = _span(me, to, since)
    first = next(_cut(me, to, start, size))
    return Stretch(start, first.end, size, first.end < size, start)


def export(me: Own, signers: Sequence[Signer], to: str, stretch: Stretch) -> bytes:
    """The file for party ``to`` with this party's acts of ``stretch``.

    A part also holds the newest checkpoint, and from the other parts the cards by which keys are
    replaced, those of a log with the checkpoint that both keys signed: all parts are signed with
    the keys of today, whichever comes first.
    """
    checkpoints.checkpoint(stretch.end)
    elsewhere = [
        row
        for start, end in ((stretch.first, stretch.start), (stretch.end, stretch.size))
        for row in _acts(me, start, end).filter(type__in=_REPLACED)
    ]
    both = {row.sequence + 1 for row in elsewhere if row.type == evidence.LogKeysReplaced.type}
    sizes = sorted({*_signed_sizes(stretch.start, stretch.end), *both, stretch.size})
    notes = {row.size: row for row in Checkpoint.objects.filter(size__in=sizes)}
    theirs = parties.trusted()[to].log
    acts = _acts(me, stretch.start, stretch.end, theirs)
    bundle = Bundle(
        subject=stretch.subject(me.party, to),
        created=_now(),
        policy=bytes(parties.policy()).decode(),
        parties=tuple(parties.bundle_parties()),
        checkpoints=tuple(witnessing.note_of(me.folder, notes[size]) for size in sizes),
        growth=tuple(_growth(me.actor, sizes)),
        events=(
            *_disclosed(me.actor, acts, stretch.end),
            *_disclosed(me.actor, elsewhere, stretch.size),
        ),
        leaves=(LeafHashes(me.actor, stretch.start, _leaf_hashes(stretch.start, stretch.end)),),
    )
    return write_bundle(bundle, signers)


def _leaf_hashes(start: int, end: int) -> bytes:
    rows = Leaf.objects.filter(sequence__gte=start, sequence__lt=end).order_by("sequence")
    return b"".join(map(bytes.fromhex, rows.values_list("hash", flat=True).iterator(5000)))


def write_files(
    me: Own, signers: Sequence[Signer], to: str, out: Path, since: int | None = None
) -> list[Path]:
    """Write all of :func:`stretches`: to ``out``, or to numbered parts beside it."""
    found = stretches(me, to, since)
    several = len(found) > 1
    paths = [
        out.with_name(f"{out.name}.{number}-of-{len(found)}") if several else out
        for number in range(1, len(found) + 1)
    ]
    for path, stretch in zip(paths, found, strict=True):
        write_durably(path, export(me, signers, to, stretch))
    return paths


def _span(me: Own, to: str, since: int | None) -> tuple[int, int]:
    if to == me.party or to not in parties.trusted():
        raise UserError(f"no keys of a party {to!r} are trusted; run `priam exchange trust CARD`")
    size = checkpoints.checkpoint().size
    start = acknowledged(me.actor, to) if since is None else since
    if start and not Checkpoint.objects.filter(size=start).exists():
        raise UserError(f"there is no checkpoint of {start} events to go on from")
    return start, size


def _acts(me: Own, start: int, end: int, theirs: str = "") -> Any:
    """Rows of this party's acts that others may see, at places from ``start`` before ``end``.

    With those of the party whose log is ``theirs``, as they were taken in here: it sees that they
    were, and holds all that this log needs to be made again if it is lost.
    """
    actors = [actor for actor in (me.actor, theirs) if actor]
    rows = Row.objects.filter(sequence__gte=start, sequence__lt=end, actor__in=actors)
    return rows.filter(type__in=EXCHANGED).order_by("sequence")


def _signed_sizes(start: int, end: int) -> list[int]:
    found = Checkpoint.objects.filter(size__gte=start, size__lte=end)
    return list(found.order_by("size").values_list("size", flat=True))


_HASH, _LEAF = 47, 44  # bytes of a hash in a list of them, and of a leaf hash, in base64
_MEMBERS = 300  # bytes of the names of an act's members, its salt and numbers: at most


def _cut(me: Own, to: str, start: int, size: int) -> Iterator[Stretch]:
    """Stretches one after the other, each as long as fits into :data:`LARGEST` bytes.

    What an act takes is reckoned from above, so that no proof need be made twice.
    """
    later = list(_acts(me, start, size).filter(type__in=_REPLACED))
    both = [row.sequence + 1 for row in later if row.type == evidence.LogKeysReplaced.type]
    bare = Bundle("", "", bytes(parties.policy()).decode(), tuple(parties.bundle_parties()))
    fixed = len(bare.text.encode()) + sum(_weight(row, size) for row in later) + 16 * 1024
    fixed += sum(_point_weight(me, point, size) for point in both)
    first, room, cut = start, LARGEST - fixed, start
    for place, weight in _weights(me, parties.trusted()[to].log, start, size):
        if weight > room and cut > first:
            yield Stretch(first, cut, size)
            first, room = cut, LARGEST - fixed
        if weight > room:
            raise UserError(
                f"the act at place {place - 1} of the log does not fit into a file of "
                f"{LARGEST:,} bytes; what comes after it cannot be exchanged"
            )
        room, cut = room - weight, place
    yield Stretch(first, size, size)


_HASHES = 10_000  # leaf hashes after which a file may be cut, where no act stands between


def _weights(me: Own, theirs: str, start: int, size: int) -> Iterator[tuple[int, int]]:
    """Where the log stands after each act and each checkpoint, and the bytes that these take."""
    points = iter([*_signed_sizes(start, size), size + 1])
    point, at = next(points), start
    for row in [*_acts(me, start, size, theirs).iterator(chunk_size=500), None]:
        place = size if row is None else row.sequence
        while at + _HASHES < place:
            at += _HASHES
            yield at, _HASHES * _LEAF
        while point <= place:
            yield point, _point_weight(me, point, size)
            point = next(points)
        if row is not None:
            yield place + 1, _weight(row, size) + (place + 1 - at) * _LEAF
            at = place + 1


def _point_weight(me: Own, point: int, size: int) -> int:
    note = witnessing.note_of(me.folder, Checkpoint.objects.get(size=point))
    return len(note.encode()) + 40 + _MEMBERS + 2 * size.bit_length() * _HASH


def _weight(row: Row, size: int) -> int:
    """Bytes of an act in a file, from above: each quote in it is escaped."""
    texts = queries.leaf(row), opened(row.type, row.event_id, row.payload).encode()
    inside = sum(len(text) + text.count(b'"') + text.count(b"\\") for text in texts)
    return inside + len(row.actor) + size.bit_length() * _HASH + _MEMBERS


def dispute(me: Own, signers: Sequence[Signer], batch: str) -> bytes:
    """All evidence about a batch that is here, of this log and of the logs that were received.

    The agreement under which it stands, in each reading, and the offers of that day are with it;
    so is what became of an offer that led to no manifest.
    """
    state = known().state
    about = _About.of(state, batch)
    names = sorted(about.manifests)
    if not names and not about.offers:
        batches = sorted({m.batch for m in state.manifests.values()})
        raise UserError(
            f"there is no manifest of batch {batch!r}; known: {', '.join(batches) or 'none'}"
        )
    rows = Row.objects.filter(type__in=_ABOUT_PAPERS).order_by("sequence")
    chosen = [row for row in rows if about.touches(row.type, body(row))]
    newest = witnessing.covering(me.folder, chosen[-1].sequence) or checkpoints.checkpoint()
    received = [read_bundle(path.read_bytes())[0] for path in received_files(me)]
    signed = [documents.note_of(state, name) for name in names]
    bundle = Bundle(
        subject=f"batch {batch}",
        created=_now(),
        policy=bytes(parties.policy()).decode(),
        parties=tuple(parties.bundle_parties()),
        checkpoints=(
            witnessing.note_of(me.folder, newest),
            *_most_signed(text for one in received for text in one.checkpoints),
        ),
        growth=tuple(_unique(step for one in received for step in one.growth)),
        events=(
            *_disclosed(me.actor, chosen, newest.size),
            *_first_copies(e for one in received for e in one.events if about.relevant(e)),
        ),
        manifests=tuple(str(note) for note in signed if note.signatures),
        receptions=tuple(text for name in names for text in documents.kept_receptions(name)),
        split_views=tuple(p.read_text() for p in sorted(me.folder.glob("split-views/*.txt"))),
    )
    return write_bundle(bundle, signers)


def received_files(me: Own) -> list[Any]:
    """The exchange files that were taken in, oldest first for each sender."""
    found = (me.folder / "received").glob("*.bundle")
    return sorted(found, key=lambda path: (len(path.name), path.name))


# Of the exchanged events those that can be about a batch and its terms, and those about keys:
# an installation has a thousand times as many others, which dispute() need not read.
_ABOUT_KEYS = (evidence.KeyRevoked.type, evidence.KeyEnrolled.type, *_REPLACED)
_ABOUT_PAPERS = {
    *_ABOUT_KEYS,
    *(
        name
        for name, kind in EXCHANGED.items()
        if {"manifest", "manifests", "transport", "offer"} & {field.name for field in fields(kind)}
        or name.startswith("agreement.")
    ),
}


@dataclass(frozen=True, slots=True)
class _About:
    """What a dispute over one batch is about: names of manifests and of what stands with them."""

    manifests: frozenset[str]
    transports: frozenset[str]
    offers: frozenset[str]
    agreements: frozenset[str]

    @classmethod
    def of(cls, state: State, batch: str) -> _About:
        listed = [m for m in state.manifests.values() if m.batch == batch]
        names = frozenset(m.manifest for m in listed)
        met = [h for h in state.handovers.values() if names & set(h.manifests)]
        offered = {o.offer for o in state.offers.values() if batch in (o.offer, o.date)}
        offers = offered | {h.offer for h in met if h.offer}
        terms = {m.agreement for m in listed} | {state.offers[name].agreement for name in offers}
        moved = [t for t in state.transports.values() if names & set(t.manifests)]
        return cls(
            names,
            frozenset(t.transport for t in moved),
            frozenset(offers),
            frozenset(name for name in terms if name),
        )

    def touches(self, kind: str, members: Mapping[str, Any]) -> bool:
        """Whether an event with these members belongs to it; what is said of keys always does."""
        if kind in _ABOUT_KEYS:
            return True
        if kind.startswith("agreement."):
            return members.get("agreement") in self.agreements
        if kind.startswith("offer."):
            return members.get("offer") in self.offers
        if members.get("transport") in self.transports:
            return True
        named = {members.get("manifest"), *members.get("manifests", ())}
        return bool(named & self.manifests)

    def relevant(self, event: BundleEvent) -> bool:
        """The same for an event that another party sent."""
        members = json.loads(event.payload or b"{}").get("body", {})
        return self.touches(parse_leaf(event.leaf).type, members)


def _most_signed(texts: Iterable[str]) -> list[str]:
    """Of copies of one checkpoint, the one with the most signature lines."""
    best: dict[str, str] = {}
    for text in texts:
        statement = text.partition("\n\n")[0]
        best[statement] = max(best.get(statement, ""), text, key=len)
    return list(best.values())


def _first_copies(events: Iterable[BundleEvent]) -> list[BundleEvent]:
    """Each event once; a file that had to wait holds some that the next one brings again."""
    found: dict[tuple[str, bytes], BundleEvent] = {}
    for event in events:
        found.setdefault((event.log, event.leaf), event)
    return list(found.values())


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _disclosed(log: str, rows: Iterable[Row], size: int) -> list[BundleEvent]:
    """Events with leaf, proof, salt and payload; where the salt was destroyed, without both."""
    chosen, tree = list(rows), StoredTree()
    salts = _salts([row.sequence for row in chosen])
    return [
        BundleEvent(
            log,
            queries.leaf(row),
            size,
            tuple(inclusion_proof(tree, row.sequence, size)),
            bytes.fromhex(salts[row.sequence]) if row.sequence in salts else None,
            opened(row.type, row.event_id, row.payload).encode() if row.sequence in salts else None,
        )
        for row in chosen
    ]


def _salts(sequences: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at in range(0, len(sequences), 500):
        some = Salt.objects.filter(sequence__in=sequences[at : at + 500])
        found.update(some.values_list("sequence", "value"))
    return found


def _growth(log: str, sizes: Sequence[int]) -> list[Growth]:
    tree = StoredTree()
    return [Growth(log, a, b, tuple(consistency_proof(tree, a, b))) for a, b in pairwise(sizes)]


def sizes_of(bundle: Bundle, log: str) -> dict[int, tuple[bytes, str]]:
    """Size -> root and note of the bundle's checkpoints of ``log``."""
    points = [(parse_checkpoint(text)[0], text) for text in bundle.checkpoints]
    return {p.size: (p.root, text) for p, text in sorted(points, key=_size) if p.origin == log}


def _size(pair: Any) -> int:
    return int(pair[0].size)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
