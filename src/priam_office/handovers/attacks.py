"""Seven attacks on a small exchange, each really tried, and who finds what.

The attacker has everything of A: its database, its keys, its processes. What is left to find
the attack is what others hold: B's signature, B's memory of A's log, the witness C.
"""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from priam.errors import UserError
from priam.tlog import notes
from priam.tlog.bundle import Bundle, parse_parties, read_bundle, write_bundle
from priam.tlog.checkpoints import Checkpoint, sign_checkpoint
from priam.tlog.dispute import Report, verify_bundle
from priam.tlog.keys import load_key
from priam.tlog.manifests import parse_manifest, sign_document
from priam.tlog.policy import parse_policy
from priam.tlog.splitview import SplitView
from priam.tlog.tree import Tree
from priam.tlog.witness import Request
from priam.tlog.witnesshttp import post
from priam_office import unlocking
from priam_office.handovers.june import Batch, June, installations
from priam_office.handovers.processes import PASSPHRASE, Office
from priam_office.installation import Installation

__all__ = ["Attack", "run"]


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack, what is tried, who finds it, and in which words; ``finder`` is empty where nobody
    did."""

    name: str
    tried: str
    finder: str
    found: str


class _Scene:
    """A finished exchange of two days, and what the attacker took on the way."""

    def __init__(self, folder: Path, june: June) -> None:
        self.folder, self.june = folder, june
        self.a, self.b = june.offices["A"], june.offices["B"]
        june.agree()
        june.day(Batch("2025-06-15", 4))
        self.old = folder / "old-file"
        shutil.copy(june.stick / "A-to-B", self.old)
        self.backup = folder / "restored"
        self.backup.mkdir()
        for name in ("secret-key", "installation.toml", "party-key", "party-card"):
            shutil.copy(folder / "A" / name, self.backup / name)
        for kept in (folder / "A").glob("log-key*"):
            shutil.copy(kept, self.backup / kept.name)
        with sqlite3.connect(folder / "A" / "priam.sqlite3") as source:
            source.backup(sqlite3.connect(self.backup / "priam.sqlite3"))
        self.first = folder / "first-bundle"
        self.a.do("dispute", "2025-06-15", self.first)
        june.day(Batch("2025-06-16", 5, missing=1))
        self.annex = (folder / "trust.policy", folder / "trust.json")
        self.a.do("annex", *self.annex)
        self.a.do("dispute", "2025-06-16", folder / "bundle")
        self.bundle = read_bundle((folder / "bundle").read_bytes())[0]
        self.keys = load_key(folder / "A" / "party-key", PASSPHRASE).signers()

    def report(self, bundle: Bundle) -> Report:
        """What a reader with the annex says of a bundle that the attacker signs as A."""
        policy = parse_policy(self.annex[0].read_bytes())
        parties = parse_parties(self.annex[1].read_bytes())
        return verify_bundle(write_bundle(bundle, self.keys), policy=policy, parties=parties)

    def leaves(self) -> list[bytes]:
        """The hashes of A's leaves."""
        with sqlite3.connect(self.folder / "A" / "priam.sqlite3") as database:
            rows = database.execute("SELECT hash FROM record_leaf ORDER BY sequence").fetchall()
        return [bytes.fromhex(row[0]) for row in rows]

    def ask_witness(self, leaves: list[bytes], old: int) -> tuple[int, str, str]:
        """Have C cosign a log of these leaves, signed with A's real key."""
        tree = Tree.from_hashes(b"".join(leaves))
        unlocking.remember(PASSPHRASE)
        signers = Installation(self.folder / "A").signers()
        size = len(leaves)
        note = sign_checkpoint(Checkpoint(signers[0].name, size, tree.root(size)), signers)
        proof = tuple(tree.consistency_proof(old, size)) if old < size else ()
        return (*post(self.june.witness)(bytes(Request(old, proof, note))), str(note))

    def cosigned(self) -> int:
        """The size that C last cosigned."""
        return max(int(path.stem) for path in (self.folder / "A" / "cosigned").glob("*.note"))


def _altered(scene: _Scene) -> tuple[str, str]:
    changed = [text.replace('"count":5', '"count":4') for text in scene.bundle.manifests]
    report = scene.report(dataclasses.replace(scene.bundle, manifests=tuple(changed)))
    return "any reader of the bundle", next(s.text for s in report.of("invalid"))


def _one_sided(scene: _Scene) -> tuple[str, str]:
    note = notes.parse(scene.bundle.manifests[0])
    own = {signer.key_id for signer in scene.keys}
    cut = notes.Note(note.text, tuple(s for s in note.signatures if s.key_id in own))
    report = scene.report(dataclasses.replace(scene.bundle, manifests=(str(cut),)))
    (found,) = [s.text for s in report.of("claimed") if "unilateral" in s.text]
    return "any reader of the bundle", found


def _deleted(scene: _Scene) -> tuple[str, str]:
    leaves = scene.leaves()
    del leaves[3]  # an event goes; the log is grown and signed again
    leaves += [bytes([number]) * 32 for number in range(4)]
    status, body, _ = scene.ask_witness(leaves, scene.cosigned())
    if status == 200:
        return "", "the witness cosigned it"
    return "the witness C", f"not cosigned ({status}): {body.strip()}"


def _restored(scene: _Scene) -> tuple[str, str]:
    office = Office(scene.backup, "A")
    try:
        office.do("witness_request", scene.june.witness, "C")
        return "", "the witness cosigned it"
    except UserError:
        pass  # it says that the log was rolled back; from now on A's office holds itself
    try:
        office.do("propose", "another agreement", ["B"])
    except UserError as error:
        return "the witness C, then A's own office", str(error)
    finally:
        office.close()
    return "", "the restored office went on writing"


def _two_histories(scene: _Scene) -> tuple[str, str]:
    size = scene.cosigned()
    leaves = scene.leaves()[:size]
    leaves[3] = bytes(32)
    status, _, _ = scene.ask_witness(leaves, size)
    proofs = list((scene.folder / "C" / "witness" / "split-views").glob("*.txt"))
    if status == 200 or len(proofs) != 1:
        return "", "no proof was kept"
    view = SplitView.parse(proofs[0].read_bytes())
    one, _ = view.verify(Installation(scene.folder / "A").verifiers())
    report = scene.report(dataclasses.replace(scene.bundle, split_views=(proofs[0].read_text(),)))
    text = next(s.text for s in report.of("contradiction") if "histories" in s.text)
    return "the witness C, then everybody", f"{text} (size {one.size}); the proof is kept"


def _replayed(scene: _Scene) -> tuple[str, str]:
    """The old file again; then the manifest of day 1 as one of day 2, with B's old signature."""
    try:
        scene.b.do("import", scene.old)
        return "", "B took the old file in"
    except UserError as error:
        refused = str(error)
    old, note = parse_manifest(read_bundle(scene.first.read_bytes())[0].manifests[0])
    new, _ = parse_manifest(scene.bundle.manifests[0])
    again = dataclasses.replace(
        old, batch="2025-06-17", sequence=new.sequence + 1, previous=new.digest
    )
    own = {signer.key_id for signer in scene.keys}
    copied = [line for line in note.signatures if line.key_id not in own]
    forged = notes.Note(sign_document(again, scene.keys).text, ()).with_signatures(copied)
    forged = notes.sign(forged, scene.keys)
    one_sided = sign_document(again, scene.keys)
    manifests = (scene.bundle.manifests[0], str(sign_document(note, [])), str(one_sided))
    report = scene.report(dataclasses.replace(scene.bundle, manifests=(str(forged),)))
    if not any("does not verify" in s.text for s in report.of("invalid")):
        return "", "B's old signature was taken for a new one"
    report = scene.report(dataclasses.replace(scene.bundle, manifests=manifests))
    (seen,) = [s.text for s in report.of("claimed") if "stand in an earlier manifest" in s.text]
    return "the receiver B, and any reader of the bundle", f"{refused}; as a new manifest: {seen}"


def _stolen(scene: _Scene) -> tuple[str, str]:
    vkey = str(load_key(scene.folder / "A" / "party-key", PASSPHRASE).vkeys()[0])
    scene.a.do("revoke_key", vkey, "the key was stolen")
    scene.june.carry("AB")
    try:
        scene.june.carry("AB")
    except UserError as error:
        return "the receiver B", str(error)
    return "", "B took it in"


_ATTACKS: dict[str, tuple[str, Callable[[_Scene], tuple[str, str]]]] = {
    "count altered after signing": (
        "Both sides signed 5 bags. A changes the 5 to a 4 and shows the manifest.",
        _altered,
    ),
    "one-sided manifest shown as agreed": (
        "A shows a manifest that it alone has signed as if both had.",
        _one_sided,
    ),
    "event deleted, log signed again": (
        "A removes an event from its database, recomputes everything and signs its log anew.",
        _deleted,
    ),
    "yesterday's backup restored": (
        "A's office goes on from a backup made before the last handover.",
        _restored,
    ),
    "two histories shown to two parties": (
        "A signs a second log of the same length in which one event is another.",
        _two_histories,
    ),
    "a manifest replayed": (
        "A sends an old file again, and shows the manifest of day 1 as one of day 3.",
        _replayed,
    ),
    "stolen key used after revocation": (
        "A has revoked a stolen key; the thief signs records with it.",
        _stolen,
    ),
}


def run(folder: Path) -> list[Attack]:
    """Try all seven in ``folder``, which must be new."""
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty; choose a new folder with --out")
    stick = folder / "stick"
    stick.mkdir(parents=True)
    with installations(folder) as offices:
        scene = _Scene(folder, June(offices, stick, lambda text: None))
        return [Attack(name, tried, *attack(scene)) for name, (tried, attack) in _ATTACKS.items()]
