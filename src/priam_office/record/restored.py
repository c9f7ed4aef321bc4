"""A restored backup may not write before it has caught up with what others saw of its log.

If it wrote, its log would grow another way from an old place: two histories under one signature.
Three things show that events are missing here: cosigned checkpoints in the data folder that state
more, a marker that ``priam restore`` leaves, and what a witness or another party answers. While
one of them stands, every write is refused with the reason and the way out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from priam.errors import UserError
from priam.tlog.checkpoints import parse_checkpoint
from priam.tlog.errors import LogError
from priam.tlog.witnessfiles import write_durably
from priam_office.record.tree import root

__all__ = ["Held", "behind", "check_may_write", "held", "hold", "release"]

MARKER = "restored.json"
WAY_OUT = (
    "It is read-only until it has caught up. Restore a newer backup, or the database that was "
    "lost, or have others give back what they hold (`priam log take-back`); then, or if nothing "
    "is missing after all, run `priam log catch-up`"
)


@dataclass(frozen=True, slots=True)
class Held:
    """Why nothing may be written. ``must_reach``: events that others saw; None: not asked yet."""

    why: str
    must_reach: int | None = None


def hold(why: str, must_reach: int | None = None, folder: Path | None = None) -> None:
    """From now on nothing is written here, until :func:`release`."""
    folder = folder or _folder()
    before = held(folder)
    if before is not None and (before.must_reach or 0) > (must_reach or 0):
        return
    write_durably(folder / MARKER, json.dumps(asdict(Held(why, must_reach))).encode())


def held(folder: Path | None = None) -> Held | None:
    """The marker, if it stands."""
    path = (folder or _folder()) / MARKER
    try:
        return Held(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        return Held(f"{path} cannot be read")


def release(size: int, folder: Path | None = None) -> None:
    """Nobody holds more than the ``size`` events that are here: writing goes on."""
    marker = held(folder)
    if marker is not None and (marker.must_reach or 0) > size:
        raise UserError(_sentence(marker, size))
    ((folder or _folder()) / MARKER).unlink(missing_ok=True)


def behind(size: int) -> str | None:
    """Why an installation with ``size`` events may not write; None if it may."""
    marker = held()
    if marker is not None and (marker.must_reach is None or marker.must_reach > size):
        return _sentence(marker, size)
    newest = _cosigned()
    if newest is None:
        return None
    if newest[0] > size:
        return _sentence(Held("a witness cosigned more", newest[0]), size)
    if _agrees(*newest):
        return None
    return (
        f"the checkpoint of {newest[0]:,} events that a witness cosigned states another root than "
        f"the events here. {WAY_OUT}"
    )


def check_may_write(size: int) -> None:
    """Raise :class:`priam.errors.UserError` where :func:`behind` says why not."""
    reason = behind(size)
    if reason is not None:
        raise UserError(reason)


def _sentence(marker: Held, size: int) -> str:
    if marker.must_reach is None:
        return f"{marker.why}: {size:,} events are here, and others may hold more. {WAY_OUT}"
    missing = marker.must_reach - size
    return (
        f"{marker.why}: {marker.must_reach:,} events were seen of this log and {size:,} are here, "
        f"{missing:,} are missing, as after an old backup was restored. {WAY_OUT}"
    )


def _folder() -> Path:
    folder: Path = settings.INSTALLATION.folder
    return folder


# The folder is looked at on each write; its files are read only when it changed.
_seen: dict[Path, tuple[int, tuple[int, Path] | None]] = {}
_agreed: set[tuple[Path, int, int]] = set()


def _cosigned() -> tuple[int, Path] | None:
    """Size and file of the newest cosigned checkpoint."""
    folder = _folder() / "cosigned"
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    known = _seen.get(folder)
    if known is None or known[0] != changed:
        sizes = [(int(path.stem), path) for path in folder.glob("*.note") if path.stem.isdecimal()]
        known = _seen[folder] = changed, max(sizes, default=None)
    return known[1]


def _agrees(size: int, path: Path) -> bool:
    """Whether the events here lead to the root that was cosigned."""
    key = path, size, path.stat().st_mtime_ns
    if key in _agreed:
        return True
    try:
        same = parse_checkpoint(path.read_bytes())[0].root == root(size)
    except (LogError, LookupError):
        return False
    if same:
        _agreed.add(key)
    return same
