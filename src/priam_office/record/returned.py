"""Lost events are put back into the record; what they are worth the caller has checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from priam.errors import UserError
from priam.events.base import Recorded, RuleError, decode
from priam.tlog.leaves import Leaf as CheckedLeaf
from priam.tlog.tree import CompactRange
from priam_office.record import projection, state, tree
from priam_office.record.acts import apply, body, encode, stored
from priam_office.record.insertion import insert
from priam_office.record.lost import LOST, Lost, PutBack, id_of
from priam_office.record.models import Checkpoint, Leaf, Node, Salt
from priam_office.record.models import Event as Row
from priam_office.record.transactions import writing
from priam_office.record.write import now

__all__ = ["Given", "put_back", "undeclared"]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave back for one place: the leaf hash, and if it is known the event itself,
    which has been held against that hash."""

    hash: bytes
    leaf: CheckedLeaf | None = None
    salt: bytes = b""
    payload: str = ""

    def recorded(self, place: int, when: str, log: str) -> Recorded:
        """The event, or what stands for it; ``when`` it was put back."""
        if self.leaf is None:
            digest = self.hash.hex()
            return Recorded(id_of(digest), place, log, when, when, Lost(digest))
        members = json.loads(self.payload)
        event = decode(self.leaf.type, members["version"], members["body"])
        leaf = self.leaf
        return Recorded(
            leaf.event_id, place, leaf.actor, leaf.claimed_time, leaf.received_time, event
        )


def put_back(
    given: Sequence[Given], notes: dict[int, str], edge: CompactRange, log: str
) -> tuple[int, int]:
    """Write what was lost behind the ``edge`` of the log as it is; nothing was signed since.

    ``notes``: checkpoints of this log to be kept, by size; the caller has checked them. Returns
    the size of the log and how many events are known by their hash only.
    """
    with writing():
        start = state.known()
        if start.size != edge.size or start.partial:
            raise UserError(start.partial or "the log has grown meanwhile; try again")
        current, recorded, when = start.state, [], now()
        events, salts, leaves, checkpoints = [], [], [], []
        nodes: list[tuple[str, str]] = []
        for place, one in enumerate(given, start.size):
            made = one.recorded(place, when, log)
            try:
                current = apply(current, made)
            except RuleError as error:
                raise UserError(
                    f"the event at place {place} ({made.event.type}) cannot follow what is here "
                    f"({error}): an event before it is known by its hash only. Ask the others for "
                    "the files that they hold, too"
                ) from None
            payload = one.payload or encode(made.event)
            commitment = one.leaf.commitment if one.leaf else one.hash.hex()
            events.append(_row(made, commitment, stored(made, payload)))
            leaves.append((place, made.event_id, one.hash.hex()))
            if one.leaf:
                salts.append((place, one.salt.hex()))
            recorded.append(made)
            edge, more = tree.grown(edge, [one.hash])
            nodes += more
            if place + 1 in notes:
                hashes = " ".join(value.hex() for value in edge.hashes)
                checkpoints.append((place + 1, notes[place + 1], hashes))
        insert([(Row, events), (Salt, salts), (Leaf, leaves), (Node, nodes)])
        insert([(Checkpoint, checkpoints)])
        rows = projection.fold(recorded, projection.Rows(from_database=True))
        projection.write(rows)
    state.remember(state.Known(edge.size, leaves[-1][2], current, edge))
    return edge.size, sum(one.leaf is None for one in given)


def _row(made: Recorded, commitment: str, payload: str) -> tuple[Any, ...]:
    return (
        made.sequence,
        made.event_id,
        made.event.type,
        1,
        made.actor,
        made.claimed_time,
        made.received_time,
        commitment,
        payload,
    )


def undeclared() -> list[int]:
    """Places at which a hash stands for an event though no event says so."""

    said = {
        place
        for row in Row.objects.filter(type=PutBack.type)
        for place in body(row).get("lost", ())
    }
    places = Row.objects.filter(type=LOST).order_by("sequence").values_list("sequence", flat=True)
    return [place for place in places if place not in said]
