"""What is done about releases: one verb, one transaction, ``by`` the account that acts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from priam import events as ev
from priam_office.record.write import record
from priam_office.releases import codes
from priam_office.vault.files import read_sealed, write_sealed

__all__ = [
    "cancel",
    "hand_over",
    "issue",
    "lay_in_grave",
    "new_code",
    "open_grave",
    "pack",
    "paper",
    "paper_file",
    "plan",
    "returned",
]


def plan(
    cases: Sequence[str],
    to: str,
    words: str,
    *,
    family: str = "",
    person: str = "",
    complete: bool = False,
    by: Any,
) -> str:
    """Arrange that cases of one individual leave; returns the id of the release."""
    release = ev.new_event_id()
    record(
        ev.ReleasePlanned(
            release, tuple(cases), to, words, family or None, person or None, complete
        ),
        by=by.actor,
        event_id=release,
    )
    return release


def cancel(release: str, reason: str, *, by: Any) -> None:
    """Call it off; the cases stay."""
    record(ev.ReleaseCancelled(release, reason), by=by.actor)


def issue(release: str, kind: str, language: str, file: bytes, *, by: Any) -> str:
    """Keep a paper sealed in the data folder and record its hash; returns the hash.

    The file is written first: a crash in between leaves a file that nothing names, never an
    event without its paper.
    """
    digest = hashlib.sha256(file).hexdigest()
    path = paper_file(digest)
    if not path.exists():
        write_sealed(path, file, "identity")
    record(ev.ReleaseDocumentIssued(release, kind, language, digest), by=by.actor)
    return digest


def paper_file(digest: str) -> Path:
    """Where a paper lies."""
    folder: Path = settings.INSTALLATION.folder
    return folder / "papers" / f"{digest}.sealed"


def paper(digest: str) -> bytes:
    """A paper as it was issued."""
    return read_sealed(paper_file(digest))


def hand_over(
    release: str, person: str, place: str, identity_seen: str, note: str = "", *, by: Any
) -> None:
    """The family has received the remains."""
    record(ev.ReleaseHandedOver(release, person, place, identity_seen, note), by=by.actor)


def lay_in_grave(
    release: str, grave: str, cemetery: str, plot: str, place: str, note: str = "", *, by: Any
) -> None:
    """Remains lie in a numbered grave."""
    record(ev.GraveRecorded(release, grave, cemetery, plot, place, note), by=by.actor)


def open_grave(grave: str, case: str, reason: str, *, by: Any) -> None:
    """A case was taken out of its grave."""
    record(ev.GraveOpened(grave, case, reason), by=by.actor)


def pack(release: str, bag: str, *, by: Any) -> None:
    """Remains of the other side lie in a new bag, ready for a manifest."""
    record(ev.ReleasePacked(release, bag), by=by.actor)


def returned(release: str, manifest: str, *, by: Any) -> None:
    """The bag was handed over from a manifest."""
    record(ev.RemainsReturned(release, manifest), by=by.actor)


def new_code(family: str, *, by: Any) -> str:
    """A code for a family, seen only now; the one before ends."""
    code = codes.make(secrets.randbelow)
    record(ev.FamilyCodeIssued(family, codes.token(code)), by=by.actor)
    return code
