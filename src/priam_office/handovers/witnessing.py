"""Cosigned checkpoints of this installation's log, kept as files in its data folder.

The checkpoint itself is a row of the record; the cosignatures of others come later and are kept
as ``cosigned/SIZE.note``: evidence that anyone may copy, not something events are folded into.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from priam.errors import UserError
from priam.tlog import notes
from priam.tlog.cosignatures import verifier_of
from priam.tlog.proofs import consistency_proof
from priam.tlog.witness import Request
from priam.tlog.witnessfiles import write_durably
from priam.tlog.witnesshttp import Post, RolledBackError, add_lines
from priam.tlog.witnesshttp import ask as ask_witness
from priam_office.record import checkpoints, queries, restored, tree
from priam_office.record.models import Checkpoint

__all__ = ["cosigned_by", "covering", "note_of", "request_file", "take_answer"]


def cosigned_by(folder: Path, send: Post, vkeys: Sequence[str]) -> str:
    """Sign the log as it is now, have the witness behind ``send`` cosign it, keep the note."""
    row = checkpoints.checkpoint()
    known = max(_kept_sizes(folder), default=0)
    verifiers = [verifier_of(vkey) for vkey in vkeys]
    try:
        answer = ask_witness(
            send, row.note, lambda old: _proof(old, row.size), verifiers, known=min(known, row.size)
        )
    except RolledBackError as error:
        restored.hold("a witness cosigned more", error.size, folder)
        raise
    return _keep(folder, row.size, str(answer))


def request_file(known: int) -> bytes:
    """The request as bytes, to be carried to a witness that last cosigned ``known`` events."""
    row = checkpoints.checkpoint()
    if not 0 <= known <= row.size:
        raise UserError(f"the witness cannot have cosigned {known} events: there are {row.size}")
    return bytes(Request(known, tuple(_proof(known, row.size)), notes.parse(row.note)))


def take_answer(folder: Path, lines: str, vkeys: Sequence[str]) -> str:
    """Add the lines that a witness sent back to the checkpoint that they are for."""
    row = queries.latest()
    if row is None:
        raise UserError("there is no checkpoint; run `priam log checkpoint` first")
    verifiers = [verifier_of(vkey) for vkey in vkeys]
    return _keep(folder, row.size, str(add_lines(notes.parse(row.note), lines, verifiers)))


def note_of(folder: Path, row: Checkpoint) -> str:
    """The note of a checkpoint with all cosignatures that are here."""
    path = _path(folder, row.size)
    return path.read_text("utf-8") if path.exists() else row.note


def covering(folder: Path, sequence: int) -> Checkpoint | None:
    """The newest cosigned checkpoint, if it states the event at ``sequence``."""
    size = max(_kept_sizes(folder), default=0)
    return Checkpoint.objects.filter(size=size).first() if size > sequence else None


def _keep(folder: Path, size: int, note: str) -> str:
    """Store the note; lines of other witnesses that were there stay."""
    path = _path(folder, size)
    merged = notes.parse(note)
    if path.exists():
        before = notes.parse(path.read_text("utf-8"))
        keys = {(line.name, line.key_id) for line in merged.signatures}
        old = [s for s in before.signatures if (s.name, s.key_id) not in keys]
        merged = merged.with_signatures(old)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_durably(path, bytes(merged))
    restored.release(size, folder)  # a witness that remembers more would not have cosigned
    return str(merged)


def _path(folder: Path, size: int) -> Path:
    return folder / "cosigned" / f"{size}.note"


def _kept_sizes(folder: Path) -> list[int]:
    return [int(path.stem) for path in (folder / "cosigned").glob("*.note")]


def _proof(old: int, size: int) -> list[bytes]:
    if old in (0, size):
        return []
    return list(consistency_proof(tree.StoredTree(), old, size))
