"""Take in an exchange file: verify all of it, then write what is new, or refuse it in a sentence.

What a party did after it had seen another's acts follows them here too, in whatever order the
files arrive: its file is taken in up to there, kept, and tried again after each other file. So
is a part of a long file that comes before the parts that it goes on from.

A party speaks for itself only. Its log may only grow from what was seen of it before; another
history under the same signature is kept as proof. Events keep their ids, so that a file that is
taken in twice, or again after a crash half-way, changes nothing more.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from priam.errors import UserError
from priam.events import BagsHandedOver, ManifestIssued, OfferMade, ReadingStated, decode
from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State, apply
from priam.tlog import notes
from priam.tlog.bundle import Bundle, BundleEvent, BundleParty, read_bundle
from priam.tlog.checkpoints import open_checkpoint, parse_checkpoint
from priam.tlog.cosignatures import verifier_of
from priam.tlog.dispute import verify_bundle
from priam.tlog.errors import LogError
from priam.tlog.leaves import parse_leaf
from priam.tlog.manifests import parse_reception
from priam.tlog.proofs import verify_consistency
from priam.tlog.splitview import SplitView
from priam.tlog.witnessfiles import write_durably
from priam_office.agreements.ids import content_id
from priam_office.handovers import documents, parties
from priam_office.handovers.cards import open_card
from priam_office.handovers.evidence import (
    CheckpointSeen,
    KeyEnrolled,
    KeyRevoked,
    KeysReplaced,
    KeysTrusted,
    LogKeysReplaced,
    ManifestSignatures,
    ReceptionSigned,
)
from priam_office.handovers.exporting import EXCHANGED, Stretch, sizes_of
from priam_office.handovers.parties import Own
from priam_office.handovers.trusted import of_card, same_keys
from priam_office.record import queries, restored
from priam_office.record.acts import body, opened
from priam_office.record.models import Event as Row
from priam_office.record.state import known
from priam_office.record.transactions import DiskFull
from priam_office.record.write import Entry, record_all

__all__ = ["Taken", "take"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file brought: from whom, how many acts, how many of them were new.

    ``waiting`` acts at its end cannot yet follow what is here, for the reason ``why``: another
    file has to come first; then these are taken in by themselves. ``freed`` acts of other files
    had waited for this one and were taken in after it.
    """

    sender: str
    events: int
    new: int
    waiting: int = 0
    why: str = ""
    freed: int = 0


def take(me: Own, data: bytes) -> Taken:
    """Take in a file that another installation exported for this one, and what waited for it."""
    taken, stretch = _take(me, data)
    given, size = _place_to_wait(me, taken.sender, stretch), -1
    _keep_waiting(given, data, taken)
    while size != (size := queries.head()[0]):
        for path in sorted(given.parent.glob("*.bundle")):
            again = None if _too_early(me, path) else _again(me, path)
            if again is None:
                continue
            if path == given:
                taken = replace(again, new=taken.new + again.new, freed=taken.freed)
            else:
                taken = replace(taken, freed=taken.freed + again.new)
    return taken


def _place_to_wait(me: Own, sender: str, stretch: Stretch) -> Path:
    """Where a file is kept while it waits: the sender's last whole one, and each part."""
    part = f".{stretch.start:012d}" if stretch.part else ""
    return me.folder / "waiting" / f"{sender}{part}.bundle"


def _too_early(me: Own, path: Path) -> bool:
    """Whether a part that waits goes on from more than is here; its name tells, unverified."""
    sender, _, start = path.name.removesuffix(".bundle").partition(".")
    keys = parties.trusted().get(sender)
    if not start or keys is None:
        return False
    last = _last_seen(me, keys.log)
    return int(start) > (0 if last is None else last[0])


def _keep_waiting(path: Path, data: bytes, taken: Taken) -> None:
    """Keep a file while acts in it wait. It can be had again from the sender."""
    if taken.waiting:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_file(path, data)
    else:
        path.unlink(missing_ok=True)


def _write_file(path: Path, data: bytes) -> None:
    try:
        write_durably(path, data)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise
        raise DiskFull(
            "the disk is full: the file cannot be kept. Make room, then take it in again"
        ) from None


def _again(me: Own, path: Path) -> Taken | None:
    """Try a file that had to wait; one that a newer file has overtaken is dropped."""
    data = path.read_bytes()
    try:
        taken, _ = _take(me, data)
    except DiskFull:
        raise
    except UserError:
        path.unlink(missing_ok=True)
        return None
    _keep_waiting(path, data, taken)
    return taken


def _take(me: Own, data: bytes) -> tuple[Taken, Stretch]:
    try:
        bundle, note = read_bundle(data)
        keys, stretch = _sender(me, bundle)
        keys = _replaced(bundle, keys)
        _check_signatures(note, keys)
        policy = parties.policy(instead=keys)
        report = verify_bundle(data, policy=policy, parties=_parties(keys))
        if report.exported_by != (keys.party,):
            raise LogError(f"it is not signed by {keys.party} alone")
        wrong = [*report.of("contradiction"), *report.of("invalid")]
        if wrong:
            raise LogError(f"{wrong[0].about}: {wrong[0].text}")
        acts = [
            one
            for one in bundle.events
            if stretch.covers((leaf := parse_leaf(one.leaf)).sequence) and leaf.actor != me.actor
        ]
        entries = [_entry(one, keys) for one in acts]
        _check_not_behind(me, entries, keys)
        _check_taken_in(me, bundle, keys)
        here = _check_history(me, bundle, keys, stretch)
        if stretch.part and stretch.start > here:
            why = f"it goes on from {stretch.start} events, and {here} are here: the part before it"
            return Taken(keys.party, len(entries), 0, len(entries), why + " comes first"), stretch
        fitting = _fitting(me, acts, entries, bundle, keys, stretch.end)
    except LogError as error:
        raise UserError(f"the file is refused: {error}") from None
    known_before = known().state.event_ids
    chosen = entries[: fitting.count]
    new = sum(entry.event_id not in known_before for entry in chosen)
    seen = _kept_as_evidence(me, bundle, keys, fitting.seen, data)
    if chosen or seen:
        record_all([*chosen, *seen], by=keys.log)
    waiting = len(entries) - fitting.count
    return Taken(keys.party, len(entries), new, waiting, fitting.why), stretch


def _check_taken_in(me: Own, bundle: Bundle, keys: KeysTrusted) -> None:
    """Acts of this party that the sender took in must be as they were."""
    leaves = ((parse_leaf(one.leaf), one) for one in bundle.events)
    back = [(leaf, one) for leaf, one in leaves if leaf.actor == me.actor]
    known_rows = {
        row.event_id: row
        for at in range(0, len(back), 500)
        for row in Row.objects.filter(
            actor=me.actor, event_id__in=[leaf.event_id for leaf, _ in back[at : at + 500]]
        )
    }
    for leaf, one in back:
        row = known_rows.get(leaf.event_id)
        same = row is not None and (row.type, row.claimed_time) == (leaf.type, leaf.claimed_time)
        if row is None or not same or not _same_content(row, one.payload):
            raise LogError(
                f"{keys.party} has entered an act of {me.party} in its log that {me.party} did "
                f"not do: {leaf.type} {leaf.event_id} at place {leaf.sequence}"
            )


def _same_content(row: Row, payload: bytes | None) -> bool:
    """Whether an act that comes back says what it said; one without its salt says nothing."""
    return payload is None or opened(row.type, row.event_id, row.payload).encode() == payload


def _sender(me: Own, bundle: Bundle) -> tuple[KeysTrusted, Stretch]:
    said = Stretch.of(bundle)
    if said is None:
        raise LogError(f"it is no exchange of records but about {bundle.subject[:60]!r}")
    sender, receiver, stretch = said
    if receiver != me.party:
        raise LogError(f"it is addressed to {receiver}, and this is the installation of {me.party}")
    keys = parties.trusted().get(sender)
    if keys is None or sender == me.party:
        raise LogError(f"no keys of {sender} are trusted here; run `priam exchange trust CARD`")
    return keys, stretch


def _replaced(bundle: Bundle, keys: KeysTrusted) -> KeysTrusted:
    """The sender's keys as of the end of the file: a card signed with the keys before replaces
    them; one in place of lost keys does only where people have trusted it."""
    ids = known().state.event_ids
    for one in sorted(bundle.events, key=lambda event: parse_leaf(event.leaf).sequence):
        leaf = parse_leaf(one.leaf)
        if leaf.event_id in ids:
            continue
        if leaf.type == LogKeysReplaced.type:
            keys = _log_goes_on(bundle, one, keys)
        if leaf.type != KeysReplaced.type:
            continue
        event = _entry(one, keys).event
        assert isinstance(event, KeysReplaced)
        new, note = _new_card(event.card, keys)
        if new.log_vkeys != keys.log_vkeys:
            raise LogError(f"{keys.party} replaces keys of its log without saying so")
        if event.reason == "rotation":
            if not parties.may_follow(keys, note):
                raise LogError(f"{keys.party} replaces its keys by a card not signed with them")
            keys = new
        elif not same_keys(keys, new):
            raise LogError(
                f"{keys.party} says that its keys are lost and signs with new ones; get its new "
                "card, compare the fingerprint over another line, run `priam exchange trust`"
            )
    return keys


def _new_card(text: str | None, keys: KeysTrusted) -> tuple[KeysTrusted, notes.Note]:
    card, note = open_card(text or "")
    if (card.party, card.log) != (keys.party, keys.log):
        raise LogError(f"{keys.party} replaces the keys of {card.party}")
    return of_card(card), note


def _log_goes_on(bundle: Bundle, one: BundleEvent, keys: KeysTrusted) -> KeysTrusted:
    """The keys of the sender with those that its log has from here on.

    The checkpoint that ends with the event is signed by the old keys and by the new ones; where
    the old ones are lost, people must have trusted the new card.
    """
    event, place = _entry(one, keys).event, parse_leaf(one.leaf).sequence
    assert isinstance(event, LogKeysReplaced)
    if event.reason == "lost":
        if not set(event.new) <= set(keys.log_vkeys):
            raise LogError(
                f"{keys.party} says that the keys of its log are lost; get its new card, compare "
                "the fingerprint over another line, run `priam exchange trust`"
            )
        return keys
    new, _ = _new_card(event.card, keys)
    if new.vkeys != keys.vkeys or new.log_vkeys != (*keys.log_vkeys, *event.new):
        if set(event.new) <= set(keys.log_vkeys):
            return keys  # the card was trusted by people before
        raise LogError(f"{keys.party} replaces the keys of its log by a card that does not fit")
    point = sizes_of(bundle, keys.log).get(place + 1)
    if point is None:
        raise LogError(f"it has no checkpoint of {keys.log} where its keys were replaced")
    old = [vkey for vkey in parties.log_keys_of_today(keys) if vkey in event.old]
    for vkeys in (old, event.new):
        open_checkpoint(point[1], [verifier_of(vkey) for vkey in vkeys], origin=keys.log)
    return new


def _parties(keys: KeysTrusted) -> list[BundleParty]:
    """The trusted parties; the sender also with keys that this file brings."""
    known_parties = parties.bundle_parties()
    more = {p.name: p for p in known_parties}[keys.party]
    merged = dict.fromkeys((*more.vkeys, *keys.vkeys))
    rest = [p for p in known_parties if p.name != keys.party]
    return [*rest, BundleParty(keys.party, keys.log, tuple(merged))]


def _check_signatures(note: notes.Note, keys: KeysTrusted) -> None:
    """All keys of the sender have signed, and none of them was revoked before."""
    notes.verify(note, [verifier_of(vkey) for vkey in keys.vkeys], require_all=True)
    if parties.keys_of(keys.party).revoked & set(keys.vkeys):
        raise LogError(f"it is signed with a key that {keys.party} has revoked")


def _check_history(me: Own, bundle: Bundle, keys: KeysTrusted, stretch: Stretch) -> int:
    """The sender's log continues what was seen of it; returns how much of it is here."""
    points = sizes_of(bundle, keys.log)
    if stretch.end not in points or stretch.size not in points:
        raise LogError(f"it has no checkpoint of {keys.log} where it ends")
    last = _last_seen(me, keys.log)
    size, root = (last[0], last[1]) if last else (0, b"")
    _check_keys_of_log(points, keys, size)
    if last and size in points and points[size][0] != root:
        _keep_lie(me, SplitView(last[2], points[size][1]))
        raise LogError(f"{keys.party} signed two histories of its log; the proof is kept")
    for start, end in pairwise(n for n in points if stretch.part or n >= size):
        steps = [g for g in bundle.growth if (g.log, g.start, g.end) == (keys.log, start, end)]
        if not steps:
            raise LogError(f"it does not show that the log only grew from {start} to {end}")
        verify_consistency(start, points[start][0], end, points[end][0], steps[0].hashes)
    if stretch.end < size and not (stretch.part and _all_here(bundle, stretch)):
        raise LogError(
            f"it ends at {stretch.end} events, and {size} were taken in before: a replay"
        )
    if stretch.part and (stretch.start > size or stretch.end < size):
        return size
    if stretch.start > size or (last and size not in points):
        raise LogError(
            f"it goes on from {stretch.start} events, and {size} are here; ask {keys.party} to run "
            f"`priam exchange export --to {me.party} --since {size}`"
        )
    return size


def _check_keys_of_log(
    points: Mapping[int, tuple[bytes, str]], keys: KeysTrusted, size: int
) -> None:
    """Keys that the log had replaced before it had ``size`` events sign no larger one."""
    today = [verifier_of(vkey) for vkey in parties.log_keys_of_today(keys)]
    for point, (_, note) in points.items():
        if point > size:
            try:
                open_checkpoint(note, today, origin=keys.log)
            except LogError as error:
                raise LogError(
                    f"its checkpoint of {point} events is not signed with the keys that the log "
                    f"of {keys.party} has today ({error})"
                ) from None


def _all_here(bundle: Bundle, stretch: Stretch) -> bool:
    """Whether every act of a part was taken in before; it may come again, and changes nothing."""
    ids = known().state.event_ids
    leaves = [parse_leaf(one.leaf) for one in bundle.events]
    return all(leaf.event_id in ids for leaf in leaves if stretch.covers(leaf.sequence))


def _check_not_behind(me: Own, entries: Sequence[Entry], keys: KeysTrusted) -> None:
    """What the sender saw of this log must be here; else this is an old backup, and is held."""
    size, _ = queries.head()
    seen = [one.event for one in entries if isinstance(one.event, CheckpointSeen)]
    own = [one for one in seen if one.log == me.actor and one.size > size]
    if not own:
        return
    newest = max(own, key=lambda one: one.size)
    open_checkpoint(newest.note, [verifier_of(vkey) for vkey in me.card.log_vkeys])
    restored.hold(f"{keys.party} has seen more of this log", newest.size)
    restored.check_may_write(size)


def _last_seen(me: Own, log: str) -> tuple[int, bytes, str] | None:
    rows = Row.objects.filter(type=CheckpointSeen.type, actor=me.actor)
    seen = [CheckpointSeen.from_payload(body(row)) for row in rows]
    mine = [one for one in seen if one.log == log and one.by == me.party]
    if not mine:
        return None
    last = max(mine, key=lambda one: one.size)
    return last.size, parse_checkpoint(last.note)[0].root, last.note


def _keep_lie(me: Own, proof: SplitView) -> None:
    name = hashlib.sha256(bytes(proof)).hexdigest()
    (me.folder / "split-views").mkdir(exist_ok=True)
    write_durably(me.folder / "split-views" / f"{name}.txt", bytes(proof))


def _entry(one: BundleEvent, keys: KeysTrusted) -> Entry:
    leaf = parse_leaf(one.leaf)
    if one.payload is None:
        raise LogError(f"event {leaf.event_id} is not disclosed")
    if leaf.actor != keys.log or one.log != keys.log or leaf.type not in EXCHANGED:
        raise LogError(f"event {leaf.event_id} ({leaf.type}) is not an act of {keys.party}")
    try:
        payload = json.loads(one.payload)
        event = decode(leaf.type, payload["version"], payload["body"])
    except (KeyError, TypeError, ValueError):
        raise LogError(f"event {leaf.event_id} cannot be read") from None
    return Entry(event, leaf.event_id, leaf.claimed_time)


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The first ``count`` acts of a file can follow what is here; ``why`` the next one cannot.

    ``seen``: up to which of its checkpoints the sender's log is then here, 0 if to none.
    """

    count: int
    seen: int
    why: str = ""


def _fitting(
    me: Own,
    acts: Sequence[BundleEvent],
    entries: Sequence[Entry],
    bundle: Bundle,
    keys: KeysTrusted,
    size: int,
) -> _Fitting:
    """How many of the entries can follow what is here, each checked.

    Between three parties acts interleave. An act that came after another party's acts waits for
    them, and what is taken in then ends at a checkpoint: so the mark that is set for it
    (:class:`CheckpointSeen`) says to everybody else what this party's next acts come after. An
    act that contradicts what is here waits too, but those before it do not.
    """
    state, signing = known().state, _Signing.of(keys.party)
    places = [parse_leaf(one.leaf).sequence for one in acts]
    points = sizes_of(bundle, keys.log)
    for at, (entry, place) in enumerate(zip(entries, places, strict=True)):
        event, event_id = entry.event, str(entry.event_id)
        if event_id in state.event_ids:
            continue  # record_all compares its content
        when = str(entry.claimed_time)
        seen = max((point for point in points if point <= place), default=0)
        missing = _not_here_yet(me, state, event, keys)
        if missing:
            return _Fitting(sum(one < seen for one in places), seen, missing)
        try:
            state = apply(state, Recorded(event_id, state.size, keys.log, when, when, event))
        except RuleError as error:
            return _Fitting(at, seen, str(error))
        _check_words(event, state, keys, signing, place)
    return _Fitting(len(entries), size)


def _not_here_yet(me: Own, state: State, event: Event, keys: KeysTrusted) -> str:
    """What the sender had seen of another party before it went on, and is not here yet.

    A meeting is closed, or an offer withdrawn, in view of what the other side had done by then.
    Taken in without that, the other side's acts would come too late here, for good. An observer
    decides nothing, so nobody waits for its log.
    """
    if not isinstance(event, CheckpointSeen) or event.log in (me.actor, keys.log):
        return ""
    other = next((one.party for one in parties.trusted().values() if one.log == event.log), "")
    if other not in state.parties or state.parties[other].role != "party":
        return ""
    last = _last_seen(me, event.log)
    if last is not None and last[0] >= event.size:
        return ""
    return f"it goes on from {event.size} events of {other}; take in a file of {other} first"


@dataclass
class _Signing:
    """With which keys the sender may have signed at a place of its log; place is the only time.

    ``office`` and ``point``: sets of keys, all of which must have signed. ``revoked``: key ->
    place of its revocation, -1 where it was revoked in an earlier file.
    """

    office: list[tuple[str, ...]]
    point: list[tuple[str, ...]]
    revoked: dict[str, int]

    @classmethod
    def of(cls, party: str) -> _Signing:
        held = parties.keys_of(party)
        point = [one.vkeys for one in held.enrolled if one.role == "point"]
        return cls(list(held.sets), point, dict.fromkeys(held.revoked, -1))

    def learn(self, event: Event, place: int) -> None:
        """What an event of the sender says of its keys."""
        if isinstance(event, KeyRevoked):
            self.revoked.setdefault(event.vkey, place)
        elif isinstance(event, KeysReplaced):
            self.office.append(open_card(event.card)[0].vkeys)
        elif isinstance(event, KeyEnrolled) and event.role == "point":
            self.point.append(event.vkeys)

    def check(self, note: notes.Note, what: str, place: int) -> None:
        """Raise unless one whole set of keys, not revoked before ``place``, has signed."""
        wrong: LogError = LogError("no keys are known")
        for vkeys in (*self.office, *(self.point if what == "reception" else ())):
            try:
                notes.verify(note, [verifier_of(vkey) for vkey in vkeys], require_all=True)
            except LogError as error:
                wrong = error
                continue
            if any(self.revoked.get(vkey, place) < place for vkey in vkeys):
                raise LogError(f"a {what} is signed with a key that was revoked before")
            return
        raise wrong


def _check_words(
    event: Event, state: State, keys: KeysTrusted, signing: _Signing, place: int
) -> None:
    """Nobody speaks for another, a manifest has its name, signatures hold; in the state after."""
    speaker = _speaker(event, state)
    if speaker not in (None, keys.party):
        raise LogError(f"{keys.party} speaks for {speaker} in a {event.type}")
    signing.learn(event, place)
    if isinstance(event, ManifestIssued):
        if documents.of_state(state, event.manifest).digest != event.manifest:
            raise LogError(f"manifest {event.manifest[:16]} is not what its name says")
    elif isinstance(event, ManifestSignatures):
        text = documents.of_state(state, event.manifest).text
        signing.check(notes.parse(f"{text}\n{''.join(event.lines)}"), "manifest", place)
    elif isinstance(event, ReceptionSigned):
        document, note = parse_reception(event.note)
        signing.check(note, "reception", place)
        # Who signed before it heard of a refusal has not signed something wrong.
        heard = [noted.tag for noted in document.reservations if noted.refused]
        all_ = event.by == state.manifest(event.manifest).receiver
        recorded = documents.reception(
            state, event.manifest, event.by, heard=None if all_ else heard
        )
        if document.text != recorded.text:
            raise LogError("a signed reception is not what its party recorded")
        if document.digest != event.reception:
            raise LogError("a reception is not the one that its event names")


def _speaker(event: Event, state: State) -> str | None:
    """Who acts in this event; None where anybody present may record it."""
    if isinstance(event, OfferMade | ManifestIssued):
        return event.giver
    if isinstance(event, BagsHandedOver):
        return state.manifest(event.manifest).giver
    if isinstance(event, ReadingStated):
        return event.held_by[0] if len(event.held_by) == 1 else "several parties"
    by: str | None = getattr(event, "by", None)
    return by


def _kept_as_evidence(
    me: Own, bundle: Bundle, keys: KeysTrusted, size: int, data: bytes
) -> list[Entry]:
    """Keep the file, and give what says that the sender's log is here up to ``size``.

    That is written together with the acts: else this party could go on in view of them, and
    nobody would know that it had.
    """
    last = _last_seen(me, keys.log)
    if size == 0 or (last is not None and last[0] >= size):
        return []
    folder = me.folder / "received"
    folder.mkdir(mode=0o700, exist_ok=True)
    _write_file(folder / f"{keys.party}-{size:012d}.bundle", data)
    seen = CheckpointSeen(me.party, keys.log, size, sizes_of(bundle, keys.log)[size][1])
    return [Entry(seen, content_id(seen), by=me.actor)]
