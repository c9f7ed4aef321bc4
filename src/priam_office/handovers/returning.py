"""Events of this log that an old backup lost, from the files that others took in.

An exchange file holds the sender's own acts with leaf, salt and payload, those acts of the
receiver that it had taken in, the leaf hash of every place in between, and checkpoints that its
log signed. So whoever received it can give it back. What comes back is believed for nobody's
word: the hashes must lead from the log as it is here to a checkpoint that it signed, and each
event must have the hash of its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from priam.errors import UserError
from priam.tlog.bundle import Bundle, BundleEvent, read_bundle
from priam.tlog.checkpoints import open_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.hashes import HASH_SIZE, leaf_hash
from priam.tlog.leaves import commitment, parse_leaf
from priam_office.handovers.exporting import received_files, sizes_of
from priam_office.handovers.parties import Own
from priam_office.installation import Installation
from priam_office.record import queries, restored, tree
from priam_office.record.lost import PutBack
from priam_office.record.returned import Given, put_back, undeclared
from priam_office.record.write import Entry, record_all

__all__ = ["Returned", "declare", "give_back", "settle", "take_back"]


@dataclass(frozen=True, slots=True)
class Returned:
    """How many events there were, how many there are, and how many of the new ones are known by
    their hash only."""

    before: int
    size: int
    lost: int


def give_back(me: Own, party: str, since: int) -> list[Path]:
    """The files of ``party`` here that hold anything behind its first ``since`` events."""
    waiting = sorted((me.folder / "waiting").glob(f"{party}.*bundle"))
    found = []
    for path in [*received_files(me), *waiting]:
        if path.name.startswith((f"{party}-", f"{party}.")):
            bundle, _ = read_bundle(path.read_bytes())
            log = next((one.log for one in bundle.parties if one.name == party), "")
            if max(sizes_of(bundle, log), default=0) > since:
                found.append(path)
    return found


def take_back(installation: Installation, files: Iterable[bytes]) -> Returned:
    """Put lost events back from files that this installation once exported, as far as they lead.

    Raises :class:`~priam.errors.UserError` where they do not lead on from what is here.
    """
    origin, (before, _) = installation.origin(), queries.head()
    found, points = _Found(origin, before), {}
    for data in files:
        try:
            bundle, _ = read_bundle(data)
        except LogError as error:
            raise UserError(f"a file is refused: {error}") from None
        found.take(bundle)
        points.update(_own_checkpoints(installation, bundle))
    end = before + len(found.consecutive())
    larger = [size for size in points if before < size <= end]
    if not larger:
        raise UserError(
            f"these files do not lead on from the {before:,} events that are here to a checkpoint "
            f"of {origin}: they need every place from {before:,} on, and reach to {end:,}"
        )
    size = max(larger)
    given = found.consecutive()[: size - before]
    edge = tree.compact_range(before)
    grown = edge
    for place, one in enumerate(given, before):
        grown, _ = tree.grown(grown, [one.hash])
        if place + 1 in points and points[place + 1][0] != grown.root():
            raise UserError(
                f"what these files hold up to place {place} is not what the checkpoint of "
                f"{place + 1:,} events states; nothing was changed"
            )
    notes = {size: text for size, (_, text) in points.items()}
    size, lost = put_back(given, notes, edge, origin)
    return Returned(before, size, lost)


def settle(installation: Installation) -> None:
    """Let writing go on where all is here again that others are known to have seen."""
    size, _ = queries.head()
    marker = restored.held()
    if marker is not None and marker.must_reach is not None and marker.must_reach <= size:
        restored.release(size)
    declare(installation)


def declare(installation: Installation) -> int:
    """Say in the log what was put back, once it may be written to; how many events are lost."""
    places, (size, _) = undeclared(), queries.head()
    if places and restored.behind(size) is None:
        event = PutBack(max(places) + 1, tuple(places))
        record_all([Entry(event)], by=installation.origin())
    return len(places)


class _Found:
    """What the files hold of the places from ``start`` on."""

    def __init__(self, log: str, start: int) -> None:
        self.log, self.start = log, start
        self.given: dict[int, Given] = {}

    def take(self, bundle: Bundle) -> None:
        for run in bundle.leaves:
            if run.log == self.log:
                for number in range(len(run.hashes) // HASH_SIZE):
                    at = number * HASH_SIZE
                    self._add(run.start + number, Given(run.hashes[at : at + HASH_SIZE]))
        for event in bundle.events:
            if event.log == self.log:
                self._event(event)

    def _event(self, event: BundleEvent) -> None:
        leaf = parse_leaf(event.leaf)
        one = Given(leaf_hash(event.leaf))
        if event.salt is not None and event.payload is not None:
            if commitment(event.salt, event.payload) != leaf.commitment:
                raise UserError(f"event {leaf.event_id} in a file is not what its leaf says")
            one = Given(one.hash, leaf, event.salt, event.payload.decode())
        self._add(leaf.sequence, one)

    def _add(self, place: int, one: Given) -> None:
        if place < self.start:
            return
        other = self.given.get(place)
        if other is not None and other.hash != one.hash:
            raise UserError(f"the files hold two different events at place {place} of {self.log}")
        if other is None or other.leaf is None:
            self.given[place] = one

    def consecutive(self) -> Sequence[Given]:
        """From the first place on, without a gap."""
        places = range(self.start, self.start + len(self.given))
        found = []
        for place in places:
            if place not in self.given:
                break
            found.append(self.given[place])
        return found


def _own_checkpoints(installation: Installation, bundle: Bundle) -> dict[int, tuple[bytes, str]]:
    """Checkpoints that this log signed, by size: root and note. Others are passed over."""
    verifiers = installation.verifiers()
    own: dict[int, tuple[bytes, str]] = {}
    for size, (root, text) in sizes_of(bundle, installation.origin()).items():
        try:
            open_checkpoint(text, verifiers, origin=installation.origin())
        except LogError:
            continue
        own[size] = root, text
    return own
