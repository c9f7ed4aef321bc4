"""Two parties and a witness with logs of their own, for bundles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from priam.tlog import notes
from priam.tlog.bundle import Bundle, BundleEvent, BundleParty, Growth
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.keys import KeyPair
from priam.tlog.leaves import Leaf, canonical_json, commitment, leaf_bytes
from priam.tlog.manifests import Item, Manifest, Reception, Reservation, sign_document
from priam.tlog.notes import Note, VerifierKey
from priam.tlog.policy import Policy, PolicyLog, PolicyWitness
from priam.tlog.tree import Tree, leaf_hash
from tests.priam.tlog.histories import event_id

NOW = 1749290531  # 2025-06-07T10:02:11Z


def pair(name: str, role: str) -> KeyPair:
    seed = hashlib.sha256(f"{name} {role}".encode()).digest()
    return KeyPair(name, role, seed, seed)


@dataclass
class Installation:
    """A party's office: its log, its keys, its events."""

    name: str
    tree: Tree = field(default_factory=Tree)
    leaves: list[bytes] = field(default_factory=list)
    opened: list[tuple[bytes, bytes]] = field(default_factory=list)
    checkpoints: dict[int, Note] = field(default_factory=dict)
    log_keys: list[KeyPair] = field(default_factory=list)  # the last signs today

    def __post_init__(self) -> None:
        self.log_keys = self.log_keys or [pair(self.origin, "log")]

    @property
    def origin(self) -> str:
        return f"{self.name.lower()}.example/log"

    @property
    def log_key(self) -> KeyPair:
        return self.log_keys[-1]

    @property
    def office_key(self) -> KeyPair:
        return pair(f"{self.name.lower()}.example/office", "person")

    @property
    def party(self) -> BundleParty:
        return BundleParty(self.name, self.origin, tuple(self.office_key.vkeys()))

    def record(self, type_: str, payload: dict[str, Any]) -> int:
        index = len(self.leaves)
        salt = hashlib.sha256(f"{self.name} {index}".encode()).digest()
        body = canonical_json(payload)
        leaf = Leaf(
            type=type_,
            event_id=event_id(index),
            sequence=index,
            actor=self.office_key.name,
            claimed_time="2025-06-07T10:00:00Z",
            received_time="2025-06-07T10:02:11Z",
            commitment=commitment(salt, body),
        )
        self.leaves.append(leaf_bytes(leaf))
        self.opened.append((salt, body))
        self.tree.append(leaf_hash(self.leaves[-1]))
        return index

    def replace_log_key(self) -> int:
        """New keys for the log; the last checkpoint of the old ones is signed by both."""
        old = self.log_key
        seed = hashlib.sha256(f"{self.origin} {len(self.log_keys)}".encode()).digest()
        self.log_keys.append(KeyPair(self.origin, "log", seed, seed))
        payload = {"old": old.vkeys(), "new": self.log_key.vkeys(), "reason": "rotation"}
        place = self.record("log_key_replaced", payload)
        self.checkpoint(EYE, [old, self.log_key])
        return place

    def checkpoint(self, witness: KeyPair | None, keys: list[KeyPair] | None = None) -> int:
        size = self.tree.size
        point = Checkpoint(self.origin, size, self.tree.root())
        signers = [s for key in keys or [self.log_key] for s in key.signers(lambda: NOW)]
        note = sign_checkpoint(point, signers)
        if witness is not None:
            note = notes.sign(note, witness.signers(lambda: NOW + 60))
        self.checkpoints[size] = note
        return size

    def event(self, index: int, size: int, *, disclosed: bool = True) -> BundleEvent:
        salt, body = self.opened[index]
        hashes = tuple(self.tree.inclusion_proof(index, size))
        shown = (salt, body) if disclosed else (None, None)
        return BundleEvent(self.origin, self.leaves[index], size, hashes, *shown)


A, B = "A", "B"
EYE = pair("neutral.example/witness", "witness")


def policy(*installations: Installation) -> Policy:
    """Both logs and one witness, who must have cosigned."""
    keys = [key for one in installations for key in one.log_keys]
    logs = [PolicyLog(VerifierKey.parse(vkey)) for key in keys for vkey in key.vkeys()]
    witness = PolicyWitness("neutral", VerifierKey.parse(EYE.vkeys()[0]))
    return Policy(tuple(logs), (witness,), (), "neutral")


def manifest(bags: int, **changes: Any) -> Manifest:
    items = tuple(Item(f"PRM-{number:06d}", f"S{number}") for number in range(bags))
    made = Manifest("istanbul-2025", "2025-06-16", 1, None, A, B, "bags", items, bags)
    return replace(made, **changes)


@dataclass
class Dispute:
    """One handover: manifest signed by both, entered in both logs, received with reservations."""

    a: Installation
    b: Installation
    manifest: Manifest
    bundle: Bundle


def dispute(bags: int = 8, missing: int = 3) -> Dispute:
    """Party A hands over ``bags`` units, B counts ``missing`` fewer; both logs are witnessed."""
    a, b = Installation(A), Installation(B)
    handed = manifest(bags)
    note = sign_document(handed, a.office_key.signers())
    note = sign_document(note, b.office_key.signers())
    lost = tuple(Reservation(f"PRM-{n:06d}", False, "not in the truck") for n in range(missing))
    reception = Reception(handed.digest, B, "receiver", bags - missing, lost)
    received = sign_document(reception, b.office_key.signers())
    for office in (a, b):
        office.record("agreed", {"agreement": handed.agreement})
        office.checkpoint(EYE)
        office.record("manifest_entered", {"manifest": handed.digest})
    b.record("received", {"reception": reception.digest, "manifest": handed.digest})
    for office in (a, b):
        office.checkpoint(EYE)
    bundle = Bundle(
        subject="batch 2025-06-16",
        created="2025-06-17T09:00:00Z",
        policy=bytes(policy(a, b)).decode(),
        parties=(a.party, b.party),
        checkpoints=tuple(str(n) for office in (a, b) for n in office.checkpoints.values()),
        growth=tuple(
            Growth(o.origin, 1, o.tree.size, tuple(o.tree.consistency_proof(1))) for o in (a, b)
        ),
        events=(a.event(1, 2), b.event(1, 3), b.event(2, 3)),
        manifests=(str(note),),
        receptions=(str(received),),
    )
    return Dispute(a, b, handed, bundle)
