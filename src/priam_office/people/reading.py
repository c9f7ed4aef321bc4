"""Every read of identity or genetic data is an event: who, which record, for which page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State
from priam_office.record.write import record

__all__ = ["DataRead", "note_read"]


@dataclass(frozen=True, slots=True)
class DataRead(Event):
    """Somebody saw what is sealed. ``subject`` is an opaque id such as ``missing/0192...``;
    a list or a search names how many rows it showed instead. ``access`` names the exceptional
    access that was in force for the reader."""

    type: ClassVar[str] = "access.read"

    of: str
    subject: str
    page: str
    rows: int = 1
    access: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.of not in ("identity", "genetic"):
            raise RuleError(f"{self.of!r} is no compartment whose reads are recorded")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


def note_read(user: Any, of: str, subject: str, page: str, rows: int = 1) -> None:
    """Record a read before its answer is sent; ``page`` is the name of the address."""
    access = next(iter(user.exceptions.values()), None)
    used = access.right.removeprefix("access/") if access else None
    record(DataRead(of, subject, page, rows, used), by=user.actor)
