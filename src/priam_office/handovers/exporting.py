"""Records for another party, and evidence for a dispute: both are one signed bundle file.

An exchange file holds this party's own acts since what the other side last acknowledged, each
with its leaf, salt, payload and inclusion proof, the signed checkpoints in between, and proofs
that the log only grew. Claims of the press, other parties' acts and anything outside
:data:`EXCHANGED` never leave by this road.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from priam import events
from priam.errors import UserError
from priam.events.base import Event
from priam.events.state import State
from priam.tlog.bundle import Bundle, BundleEvent, Growth, read_bundle, write_bundle
from priam.tlog.checkpoints import parse_checkpoint
from priam.tlog.leaves import parse_leaf
from priam.tlog.notes import Signer
from priam.tlog.proofs import consistency_proof, inclusion_proof
from priam_office.handovers import documents, papers, parties, witnessing
from priam_office.handovers.parties import Own
from priam_office.record import checkpoints, queries
from priam_office.record.acts import body, opened
from priam_office.record.models import Checkpoint, Salt
from priam_office.record.models import Event as Row
from priam_office.record.state import known
from priam_office.record.tree import StoredTree

__all__ = ["EXCHANGED", "acknowledged", "dispute", "export", "subject"]

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
        papers.KeyEnrolled,
        papers.KeyRevoked,
        papers.KeysReplaced,
        papers.ManifestSignatures,
        papers.ReceptionSigned,
        papers.CheckpointSeen,
    )
}


def subject(sender: str, receiver: str, since: int) -> str:
    """The subject line of an exchange file; it is under the signature."""
    return f"priam-exchange/v1 from {sender} to {receiver} since {since}"


def acknowledged(log: str, by: str) -> int:
    """The largest size of ``log`` that party ``by`` is known here to have seen."""
    rows = Row.objects.filter(type=papers.CheckpointSeen.type)
    seen = (papers.CheckpointSeen.from_payload(body(row)) for row in rows)
    return max((one.size for one in seen if (one.log, one.by) == (log, by)), default=0)


def export(me: Own, signers: Sequence[Signer], to: str, since: int | None = None) -> bytes:
    """The file for party ``to``: what this party did since it last acknowledged, or ``since``."""
    if to == me.party or to not in parties.trusted():
        raise UserError(f"no keys of a party {to!r} are trusted; run `priam exchange trust CARD`")
    newest = checkpoints.checkpoint()
    start = acknowledged(me.actor, to) if since is None else since
    if start and not Checkpoint.objects.filter(size=start).exists():
        raise UserError(f"there is no checkpoint of {start} events to go on from")
    rows = Row.objects.filter(sequence__gte=start, sequence__lt=newest.size, actor=me.actor)
    sizes = list(Checkpoint.objects.filter(size__gte=start).order_by("size"))
    chosen = rows.filter(type__in=EXCHANGED).order_by("sequence")
    bundle = Bundle(
        subject=subject(me.party, to, start),
        created=_now(),
        policy=bytes(parties.policy()).decode(),
        parties=tuple(parties.bundle_parties()),
        checkpoints=tuple(witnessing.note_of(me.folder, row) for row in sizes),
        growth=tuple(_growth(me.actor, [row.size for row in sizes])),
        events=tuple(_disclosed(me.actor, chosen, newest.size)),
    )
    return write_bundle(bundle, signers)


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
_ABOUT_KEYS = (papers.KeyRevoked.type, papers.KeyEnrolled.type, papers.KeysReplaced.type)
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
