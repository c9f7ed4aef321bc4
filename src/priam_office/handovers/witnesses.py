"""Which witnesses of this log have fallen silent: read from the cosignatures that are kept here.

A witness that says nothing protects nobody: from its last cosignature on, the log could be
rewritten unseen. So its silence is said on every page and in the public account.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from priam.tlog import notes
from priam.tlog.cosignatures import timestamp_of
from priam.tlog.notes import VerifierKey
from priam_office.handovers.evidence import KeysTrusted
from priam_office.handovers.trusted import trusted
from priam_office.record import queries
from priam_office.record.models import Event as Row

__all__ = ["WitnessStatus", "alarms", "statuses"]

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class WitnessStatus:
    """What a witness last stated of this log.

    ``size``: events in the last checkpoint that it cosigned, None if it never did; ``at``: the
    time it stated, else of the day it was first trusted (seconds since the Epoch); ``days``:
    whole days since then; ``missing``: events it has not seen.
    """

    party: str
    witness: str
    size: int | None
    at: int
    days: int
    missing: int
    silent: bool

    @property
    def when(self) -> str:
        """The day of ``at``, in UTC."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d")

    def to_json(self) -> dict[str, Any]:
        """JSON-safe values; a witness that never cosigned has no ``size``."""
        day = self.when if self.size is not None else None
        return {**asdict(self), "last_cosigned": day}


def statuses(now: float | None = None) -> list[WitnessStatus]:
    """Every witness that is trusted here, but for the one of this very log."""
    folder: Path = settings.INSTALLATION.folder
    if not (folder / "party-card").exists():
        return []  # this installation trusts nobody
    moment = time.time() if now is None else now
    size, _ = queries.head()
    own = settings.INSTALLATION.origin()
    return [
        _status(keys, size, moment)
        for keys in trusted().values()
        if keys.witness_vkeys and keys.log != own
    ]


def _status(keys: KeysTrusted, log_size: int, now: float) -> WitnessStatus:
    name = VerifierKey.parse(keys.witness_vkeys[0]).name
    last = _last(settings.INSTALLATION.folder / "cosigned", keys.witness_vkeys)
    size, at = (None, _trusted_at(keys)) if last is None else last
    days = max(0, int(now - at) // _DAY)
    missing = log_size - (size or 0)
    return WitnessStatus(keys.party, name, size, at, days, missing, days >= settings.WITNESS_DAYS)


def _last(folder: Path, vkeys: tuple[str, ...]) -> tuple[int, int] | None:
    """Size and time of the newest checkpoint with a line of one of these keys."""
    ids = {(key.name, key.key_id) for key in map(VerifierKey.parse, vkeys)}
    sizes = sorted((int(p.stem) for p in folder.glob("*.note") if p.stem.isdecimal()), reverse=True)
    for size in sizes:  # verified when they were taken in
        lines = notes.parse((folder / f"{size}.note").read_bytes()).signatures
        times = [timestamp_of(s.value) for s in lines if (s.name, s.key_id) in ids]
        if times:
            return size, max(times)
    return None


def _trusted_at(keys: KeysTrusted) -> int:
    rows = Row.objects.filter(type=KeysTrusted.type).order_by("sequence")
    for row in rows.values_list("payload", "received_time"):
        if f'"log":"{keys.log}"' in row[0]:
            return int(datetime.fromisoformat(row[1].replace("Z", "+00:00")).timestamp())
    return 0


# A page is asked for often and a witness falls silent over days: once a minute is enough.
_FRESH = 60.0
_kept: dict[str, Any] = {"until": 0.0, "key": None, "silent": []}


def alarms() -> list[WitnessStatus]:
    """The witnesses that are silent, as of the last minute; no query where nobody is trusted."""
    folder: Path = settings.INSTALLATION.folder
    if not (folder / "party-card").exists():
        return []
    cosigned = folder / "cosigned"
    key = folder, cosigned.stat().st_mtime_ns if cosigned.exists() else 0
    if _kept["key"] != key or time.monotonic() > _kept["until"]:
        silent = [one for one in statuses() if one.silent]
        _kept.update(until=time.monotonic() + _FRESH, key=key, silent=silent)
    found: list[WitnessStatus] = _kept["silent"]
    return found
