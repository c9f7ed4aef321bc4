"""What a dispute bundle proves, what is only claimed and by whom, and what contradicts what.

Every statement of a report has one of four statuses. **proved**: it follows from signatures and
hashes, whoever made the bundle. **claimed**: somebody said it, named in ``by``; nobody else has
to believe it. **contradiction**: two signed statements cannot both hold. **invalid**: a piece of
evidence does not verify and counts for nothing. A proof shows who stated what and when at the
latest; it never shows that a statement is true.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal

from priam.tlog import notes
from priam.tlog.bundle import Bundle, BundleEvent, BundleParty, read_bundle
from priam.tlog.checkpoints import Checkpoint, open_checkpoint
from priam.tlog.cosignatures import verifier_of
from priam.tlog.errors import FormatError, LogError, SignatureError
from priam.tlog.hashes import leaf_hash
from priam.tlog.leaves import Leaf, canonical_json, commitment, parse_leaf
from priam.tlog.logkeys import REPLACED, check_not_replaced
from priam.tlog.manifests import Manifest, Reception, may_sign, parse_manifest, parse_reception
from priam.tlog.notes import Note, Verifier
from priam.tlog.policy import Policy, Verdict, evaluate, parse_policy
from priam.tlog.proofs import verify_consistency, verify_inclusion
from priam.tlog.splitview import Place, SplitView

__all__ = ["Report", "Statement", "verify_bundle"]

Status = Literal["proved", "claimed", "contradiction", "invalid"]
REVOKED = "key_revoked"  # type of the event; its payload names the key under "vkey"


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a report; ``about`` names the piece of evidence, ``by`` who stands behind it."""

    status: Status
    about: str
    text: str
    by: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The statement for programs."""
        return {
            "status": self.status,
            "about": self.about,
            "text": self.text,
            "by": list(self.by),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All statements about a bundle. ``split_views`` are proofs against logs, to be kept."""

    subject: str
    exported_by: tuple[str, ...]
    statements: tuple[Statement, ...]
    split_views: tuple[SplitView, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts and nothing is invalid; claims may remain."""
        return not any(s.status in ("contradiction", "invalid") for s in self.statements)

    def of(self, status: Status) -> tuple[Statement, ...]:
        """Statements of one status."""
        return tuple(s for s in self.statements if s.status == status)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "subject": self.subject,
            "exported_by": list(self.exported_by),
            "ok": self.ok,
            "statements": [statement.as_json() for statement in self.statements],
        }


def verify_bundle(
    data: bytes,
    *,
    policy: Policy | None = None,
    parties: Sequence[BundleParty] | None = None,
) -> Report:
    """Verify a bundle file and say what follows from it.

    ``policy`` and ``parties`` are what the reader trusts (the annex of the agreement); where they
    are not given, those inside the bundle are used and the report says so. A file whose own
    signature does not hold is refused with :class:`~priam.tlog.errors.LogError`: it was changed
    after it was exported.
    """
    bundle, note = read_bundle(data)
    check = _Check(bundle, policy, parties)
    exported_by = check.exporter(note)
    check.checkpoints()
    check.events()
    check.revoked_export(note)
    check.documents()
    check.split_views()
    return Report(bundle.subject, exported_by, tuple(check.statements), tuple(check.found_splits))


@dataclass(frozen=True, slots=True)
class _Seen:
    """An event whose inclusion verified."""

    source: BundleEvent
    leaf: Leaf
    payload: Mapping[str, Any]
    witnessed: bool


@dataclass(frozen=True, slots=True)
class _Signed:
    """A manifest or reception with the parties whose signatures verified, and their keys."""

    document: Manifest | Reception
    parties: dict[str, str]  # party -> vkey


@dataclass
class _Check:
    bundle: Bundle
    given_policy: Policy | None
    given_parties: Sequence[BundleParty] | None
    statements: list[Statement] = field(default_factory=list)
    found_splits: list[SplitView] = field(default_factory=list)
    heads: dict[tuple[str, int], tuple[Verdict, str]] = field(default_factory=dict)
    seen: list[_Seen] = field(default_factory=list)
    replaced: dict[str, dict[str, int]] = field(default_factory=dict)  # log -> vkey -> place

    def __post_init__(self) -> None:
        own = self.given_policy is None or self.given_parties is None
        self.policy = self.given_policy or parse_policy(self.bundle.policy.encode())
        parties = self.bundle.parties if self.given_parties is None else self.given_parties
        self.parties = {party.name: party for party in parties}
        self.names = {party.log: party.name for party in parties}
        self.keys = {
            vkey: (party.name, verifier_of(vkey)) for party in parties for vkey in party.vkeys
        }
        if own:
            text = "keys and policy are those inside the bundle; compare them with the agreement"
            self.say("claimed", "trust", text)

    def say(self, status: Status, about: str, text: str, by: Iterable[str] = ()) -> None:
        self.statements.append(Statement(status, about, text, tuple(by)))

    def exporter(self, note: Note) -> tuple[str, ...]:
        """Who exported the bundle; a line of an unknown key is not accepted here."""
        verifiers = [verifier for _, verifier in self.keys.values()]
        opened = notes.verify(note, verifiers)
        if opened.unknown:
            raise SignatureError(
                f"the bundle has a signature of an unknown key {opened.unknown[0].name}"
            )
        signed = {(line.name, line.key_id) for line in opened.verified}
        names = {n for n, v in self.keys.values() if (v.name, v.key_id) in signed}
        wrong = sorted(line.name for line in opened.verified if not may_sign(line.name, "bundle"))
        if wrong:
            raise SignatureError(f"the key {wrong[0]} may not sign a bundle")
        for name in names:
            self._all_keys(name, signed)
        return tuple(sorted(names))

    def _all_keys(self, name: str, signed: set[tuple[str, bytes]]) -> None:
        """A party that exports signs with all keys of one name: none was cut away."""
        own = [v for n, v in self.keys.values() if n == name]
        used = {v.name for v in own if (v.name, v.key_id) in signed}
        if any(v.name in used and (v.name, v.key_id) not in signed for v in own):
            raise SignatureError(f"a signature of {name} on the bundle was removed")

    # --- checkpoints

    def checkpoints(self) -> None:
        """Each checkpoint by itself, then in pairs of one log."""
        judged = [
            (verdict, text)
            for text in self.bundle.checkpoints
            if (verdict := self._judged(text)) is not None
        ]
        self._learn_replaced([verdict for verdict, _ in judged])
        for verdict, text in judged:
            self._checkpoint(verdict, text)
        by_log: dict[str, list[Checkpoint]] = defaultdict(list)
        for (origin, _), (verdict, _) in sorted(self.heads.items(), key=lambda item: item[0]):
            by_log[origin].append(verdict.checkpoint)
        for origin, points in by_log.items():
            for earlier, later in pairwise(points):
                self._growth(origin, earlier, later)

    def _judged(self, text: str) -> Verdict | None:
        try:
            return evaluate(self.policy, text)
        except LogError as error:
            self.say("invalid", "checkpoint", f"a checkpoint does not verify: {error}")
            return None

    def _learn_replaced(self, verdicts: Sequence[Verdict]) -> None:
        """Which keys of logs were replaced, and where; a head that such keys made says nothing."""
        for place, source in sorted(self._replacements(), key=lambda item: item[0]):
            known = self.replaced.setdefault(source.log, {})
            for verdict in verdicts:
                point = verdict.checkpoint
                if (point.origin, point.size) != (source.log, source.size) or not verdict.log:
                    continue
                try:
                    check_not_replaced(point.origin, point.size, verdict.log_keys, known)
                    digest = leaf_hash(source.leaf)
                    verify_inclusion(digest, place, point.size, source.hashes, point.root)
                    old = _opened(source, parse_leaf(source.leaf)).get("old")
                except LogError:
                    continue  # what is wrong with it is said where it is looked at as an event
                for vkey in old if isinstance(old, list) else ():
                    known.setdefault(str(vkey), place)

    def _replacements(self) -> Iterable[tuple[int, BundleEvent]]:
        for source in self.bundle.events:
            try:
                leaf = parse_leaf(source.leaf)
            except LogError:
                continue
            if leaf.type == REPLACED:
                yield leaf.sequence, source

    def _checkpoint(self, verdict: Verdict, text: str) -> None:
        point = verdict.checkpoint
        about = f"checkpoint {point.origin} {point.size}"
        if verdict.log is None:
            self.say("invalid", about, "it is not signed by a log of the policy")
            return
        known_old = self.replaced.get(point.origin, {})
        try:
            check_not_replaced(point.origin, point.size, verdict.log_keys, known_old)
        except LogError as error:
            self.say("invalid", about, f"it does not count: {error}")
            return
        known = self.heads.get((point.origin, point.size))
        if known and known[0].checkpoint.root != point.root:
            self._lie(SplitView(known[1], text), point.origin)
            return
        self.heads[point.origin, point.size] = (verdict, text)
        if verdict.quorum:
            times = sorted(filter(None, verdict.cosigned.values()))
            when = f", first at {_time(times[0])}" if times else ""
            who = ", ".join(sorted(verdict.cosigned)) or "nobody, and the policy asks for nobody"
            text = f"signed by the log, cosigned by {who}{when}"
            self.say("proved", about, text, [point.origin, *sorted(verdict.cosigned)])
        else:
            text = "signed by the log only; the policy's quorum of witnesses has not cosigned it"
            self.say("claimed", about, text, [point.origin])

    def _growth(self, origin: str, earlier: Checkpoint, later: Checkpoint) -> None:
        about = f"growth {origin} {earlier.size} to {later.size}"
        if earlier.size == 0:
            return
        proofs = [
            g
            for g in self.bundle.growth
            if (g.log, g.start, g.end) == (origin, earlier.size, later.size)
        ]
        if not proofs:
            self.say("claimed", about, "that the log only grew is not shown", [origin])
            return
        try:
            verify_consistency(earlier.size, earlier.root, later.size, later.root, proofs[0].hashes)
        except LogError as error:
            self.say("invalid", about, f"the proof of growth does not verify: {error}")
        else:
            self.say("proved", about, "the log only grew", [origin])

    def _lie(self, view: SplitView, origin: str) -> None:
        self.found_splits.append(view)
        text = "the log signed two histories that exclude each other"
        self.say("contradiction", f"log {origin}", text, [origin])

    # --- events

    def events(self) -> None:
        """Each event against its checkpoint; two leaves at one place are a lie of the log."""
        places: dict[tuple[str, int], BundleEvent] = {}
        for source in self.bundle.events:
            try:
                event = self._event(source)
            except LogError as error:
                self.say("invalid", f"event in {source.log}", f"it does not verify: {error}")
                continue
            self.seen.append(event)
            other = places.setdefault((source.log, event.leaf.sequence), source)
            if other.leaf != source.leaf:
                self._fork(other, source, event.leaf.sequence)

    def _event(self, source: BundleEvent) -> _Seen:
        leaf = parse_leaf(source.leaf)
        head = self.heads.get((source.log, source.size))
        if head is None:
            raise LogError(
                f"there is no valid checkpoint of {source.log} with {source.size} leaves"
            )
        verdict, point = head[0], head[0].checkpoint
        verify_inclusion(
            leaf_hash(source.leaf), leaf.sequence, point.size, source.hashes, point.root
        )
        payload = _opened(source, leaf)
        about = f"event {leaf.event_id}"
        what = "with this content" if source.payload is not None else "content not disclosed"
        status: Status = "proved" if verdict.quorum else "claimed"
        by = self.names.get(source.log, source.log)
        text = f"{leaf.type}, at place {leaf.sequence} of {source.log}, {what}"
        self.say(status, about, text, [by])
        return _Seen(source, leaf, payload, verdict.quorum)

    def _fork(self, one: BundleEvent, two: BundleEvent, index: int) -> None:
        texts = [self.heads[event.log, event.size][1] for event in (one, two)]
        places = [Place(index, leaf_hash(e.leaf), e.hashes) for e in (one, two)]
        self._lie(SplitView(texts[0], texts[1], (places[0], places[1])), one.log)

    # --- manifests and receptions

    def documents(self) -> None:
        """Who signed which manifest, what was counted on receiving it, and what clashes."""
        manifests = self._signed(self.bundle.manifests, parse_manifest, "manifest")
        receptions = self._signed(self.bundle.receptions, parse_reception, "reception")
        for signed in manifests.values():
            self._manifest(signed)
        self._chains([s for s in manifests.values() if isinstance(s.document, Manifest)])
        counted: dict[str, Reception] = {}  # manifest -> the first count that fits it
        for signed in receptions.values():
            if self._reception(signed, manifests):
                self._against(signed, counted)

    def _signed(self, texts: Sequence[str], parse: Any, what: str) -> dict[str, _Signed]:
        """Documents by hash; signatures on several copies of the same bytes are put together."""
        found: dict[str, _Signed] = {}
        for text in texts:
            try:
                document, note = parse(text)
                opened = notes.verify(note, [verifier for _, verifier in self.keys.values()])
            except LogError as error:
                self.say("invalid", what, f"a {what} does not verify: {error}")
                continue
            signed = {(line.name, line.key_id) for line in opened.verified}
            entry = found.setdefault(document.digest, _Signed(document, {}))
            for vkey, (party, verifier) in self.keys.items():
                if (verifier.name, verifier.key_id) in signed and may_sign(verifier.name, what):
                    if self._revoked(vkey, party, document.digest):
                        continue
                    entry.parties.setdefault(party, vkey)
        return found

    def _revoked(self, vkey: str, party: str, digest: str) -> bool:
        """Whether the key was revoked in the party's log before the document was entered there."""
        place = self._revocation(vkey, party)
        if place is None:
            return False
        log = self.parties[party].log
        entered = [e.leaf.sequence for e in self._entries(digest) if e.source.log == log]
        if entered and min(entered) < place:
            return False
        text = f"signed with a key of {party} that was revoked at place {place} of its log"
        self.say("contradiction", _about(digest), text, [party])
        return True

    def _revocation(self, vkey: str, party: str) -> int | None:
        """The place in the party's log at which the key was revoked."""
        log = self.parties[party].log
        places = [
            e.leaf.sequence
            for e in self.seen
            if e.source.log == log and e.leaf.type == REVOKED and e.payload.get("vkey") == vkey
        ]
        return min(places, default=None)

    def revoked_export(self, note: Note) -> None:
        """Whoever stole a key that was revoked can still export what is true."""
        signed = {(line.name, line.key_id) for line in note.signatures}
        said = set()
        for vkey, (party, verifier) in self.keys.items():
            place = self._revocation(vkey, party)
            if place is None or party in said or (verifier.name, verifier.key_id) not in signed:
                continue
            said.add(party)
            text = f"exported with a key of {party} that was revoked at place {place} of its log; "
            self.say("claimed", "bundle", text + "whoever holds that key may have done so", [party])

    def _entries(self, digest: str) -> list[_Seen]:
        return [
            e
            for e in self.seen
            if digest in (e.payload.get("manifest"), e.payload.get("reception"))
        ]

    def _manifest(self, signed: _Signed) -> None:
        manifest = signed.document
        assert isinstance(manifest, Manifest)
        about, by = _about(manifest.digest), tuple(sorted(signed.parties))
        what = f"batch {manifest.batch}: {manifest.count} {manifest.category}"
        what += f" from {manifest.giver} to {manifest.receiver}"
        both = {manifest.giver, manifest.receiver} <= set(by)
        if both:
            self.say("proved", about, f"{what}; both parties signed the same bytes", by)
        elif by:
            self.say("claimed", about, f"{what}; unilateral, signed by {', '.join(by)} only", by)
        else:
            self.say("invalid", about, f"{what}; no valid signature of a party")
        if manifest.count != len(manifest.items):
            text = f"it states {manifest.count} units and lists {len(manifest.items)}"
            self.say("contradiction", about, text, by)
        first: dict[str, _Seen] = {}
        for entry in sorted(self._entries(manifest.digest), key=lambda e: e.leaf.sequence):
            first.setdefault(entry.source.log, entry)
        for log, entry in first.items():
            owner = self.names.get(log, log)
            text = f"entered in the log of {owner} at place {entry.leaf.sequence}"
            self.say("proved" if entry.witnessed else "claimed", about, text, [owner])

    def _chains(self, signed: Sequence[_Signed]) -> None:
        manifests = [s for s in signed if s.parties]
        places: dict[tuple[str, str, str, int], _Signed] = {}
        tags: dict[str, Manifest] = {}
        for item in sorted(manifests, key=lambda s: _order(s.document)):
            manifest = item.document
            assert isinstance(manifest, Manifest)
            place = (*manifest.series, manifest.sequence)
            if place in places:
                text = f"a second manifest has number {manifest.sequence} from {manifest.giver} to "
                text += f"{manifest.receiver} under this agreement"
                by = sorted(set(item.parties) & set(places[place].parties))
                self.say("contradiction", _about(manifest.digest), text, by)
                continue
            places[place] = item
            self._link(manifest, places)
            self._repeated(manifest, tags)

    def _link(
        self, manifest: Manifest, places: Mapping[tuple[str, str, str, int], _Signed]
    ) -> None:
        before = places.get((*manifest.series, manifest.sequence - 1))
        about = _about(manifest.digest)
        if manifest.sequence == 1 and manifest.previous is not None:
            self.say("contradiction", about, "the first manifest names one before it")
        elif before is not None and before.document.digest != manifest.previous:
            text = f"it does not follow on manifest {manifest.sequence - 1} of this bundle"
            self.say("contradiction", about, text)

    def _repeated(self, manifest: Manifest, tags: dict[str, Manifest]) -> None:
        again = [item.tag for item in manifest.items if item.tag in tags]
        tags.update({item.tag: manifest for item in manifest.items})
        if again:
            text = f"{len(again)} tags stand in an earlier manifest too: {_some(again)}; "
            text += "offered again, or counted twice"
            self.say("claimed", _about(manifest.digest), text, [manifest.giver])

    def _reception(self, signed: _Signed, manifests: Mapping[str, _Signed]) -> bool:
        """Say what was counted; whether the count fits the manifest, refused bags apart."""
        reception = signed.document
        assert isinstance(reception, Reception)
        about, by = _about(reception.digest, "reception"), tuple(sorted(signed.parties))
        if reception.party not in signed.parties:
            self.say("invalid", about, f"it speaks for {reception.party}, who has not signed it")
            return False
        target = manifests.get(reception.manifest)
        if target is None or not isinstance(target.document, Manifest):
            self.say("invalid", about, "its manifest is not in the bundle")
            return False
        manifest = target.document
        refused = sum(r.refused for r in reception.reservations)
        apart = f", {refused} refused" if refused else ""
        text = f"batch {manifest.batch}: {reception.party} ({reception.role}) counted "
        text += f"{reception.received} of {manifest.count}{apart}"
        self.say("claimed", about, text + _reserved(reception), by)
        unknown = {r.tag for r in reception.reservations} - {i.tag for i in manifest.items}
        if unknown:
            text = f"it has reservations on tags not in the manifest: {_some(sorted(unknown))}"
            self.say("contradiction", about, text, by)
        due = manifest.count - refused
        if reception.received == due:
            return True
        missing = [r.tag for r in reception.reservations if not r.received and not r.refused]
        text = f"batch {manifest.batch}: the manifest states {manifest.count}{apart}, "
        text += f"{reception.party} counted {reception.received}, "
        text += f"a difference of {abs(due - reception.received)}"
        text += f"; not received: {_some(missing)}" if missing else ""
        sides = sorted({*target.parties, reception.party})
        self.say("contradiction", about, text, sides)
        return False

    def _against(self, signed: _Signed, counted: dict[str, Reception]) -> None:
        """Two counts that each fit the manifest may still differ: one side says more refused."""
        reception = signed.document
        assert isinstance(reception, Reception)
        first = counted.setdefault(reception.manifest, reception)
        if first.received == reception.received:
            return
        text = f"{first.party} counted {first.received}, {reception.party} {reception.received}: "
        text += "they do not agree on what was refused"
        by = sorted({first.party, reception.party})
        self.say("contradiction", _about(reception.digest, "reception"), text, by)

    # --- proofs against logs that came with the bundle

    def split_views(self) -> None:
        """Split views in the bundle, each checked against the policy's log keys."""
        verifiers = [verifier_of(log.vkey) for log in self.policy.logs]
        for text in self.bundle.split_views:
            try:
                view = SplitView.parse(text.encode())
                one, _ = view.verify(verifiers)
                for side in (view.first, view.second):
                    self._check_side(side, verifiers)
            except LogError as error:
                self.say("invalid", "split view", f"it proves nothing: {error}")
                continue
            if view not in self.found_splits:
                self._lie(view, one.origin)

    def _check_side(self, text: str, verifiers: Sequence[Verifier]) -> None:
        """One side of a split view; a log does not lie by what its replaced keys sign."""
        found = open_checkpoint(text, verifiers)
        point, signed = found.checkpoint, found.opened.verified
        lines = {(line.name, line.key_id) for line in signed if line.name == point.origin}
        keys = [v.vkey for v in verifiers if (v.name, v.key_id) in lines]
        check_not_replaced(point.origin, point.size, keys, self.replaced.get(point.origin, {}))


def _opened(source: BundleEvent, leaf: Leaf) -> Mapping[str, Any]:
    """The disclosed payload, if it opens the commitment."""
    if source.payload is None or source.salt is None:
        if source.payload is not None:
            raise LogError("a payload is disclosed without its salt")
        return {}
    if commitment(source.salt, source.payload) != leaf.commitment:
        raise LogError("the disclosed payload does not open the commitment")
    try:
        payload = json.loads(source.payload.decode())
        same = canonical_json(payload) == source.payload
    except FormatError:
        same = False
    except (ValueError, RecursionError):
        raise LogError("the disclosed payload is not JSON") from None
    if not same:  # readers that differ on doubled members or on NaN must not differ on evidence
        raise LogError("the disclosed payload is not in RFC 8785 form")
    if isinstance(payload, dict) and isinstance(payload.get("body"), dict):
        payload = payload["body"]  # a store commits to {"version", "body"}
    return payload if isinstance(payload, dict) else {}


def _about(digest: str, what: str = "manifest") -> str:
    return f"{what} {digest[:16]}"


def _order(document: Manifest | Reception) -> tuple[str, int, str]:
    assert isinstance(document, Manifest)
    return document.agreement, document.sequence, document.digest


def _reserved(reception: Reception) -> str:
    if not reception.reservations:
        return ", without reservation"
    reasons = [f"{r.tag}: {r.reason}" for r in reception.reservations]
    return f", with {len(reasons)} reservations ({_some(reasons, '; ')})"


def _some(values: Sequence[str], gap: str = ", ") -> str:
    shown = gap.join(values[:10])
    return shown + (f" and {len(values) - 10} more" if len(values) > 10 else "")


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} seconds after 1970"
