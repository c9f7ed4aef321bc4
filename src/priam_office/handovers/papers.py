"""Events about papers: whose keys are trusted, who signed which bytes, whose log was seen.

They change no count and no custody; they are evidence beside the acts of :mod:`priam.events`.
A signature is checked before it is recorded (``actions``, ``importing``): rules of events know
no cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State

__all__ = [
    "CheckpointSeen",
    "KeyRevoked",
    "KeysTrusted",
    "ManifestSignatures",
    "ReceptionSigned",
]


@dataclass(frozen=True, slots=True)
class KeysTrusted(Event):
    """This installation trusts the keys on a party's card, which was compared by people."""

    type: ClassVar[str] = "key.trusted"

    party: str
    log: str
    log_vkeys: tuple[str, ...]
    vkeys: tuple[str, ...]
    witness_vkeys: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.party)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class KeyRevoked(Event):
    """A party withdraws one of its keys; what it signs from here on counts for nothing."""

    type: ClassVar[str] = "key_revoked"  # the name that priam.tlog.dispute looks for

    by: str
    vkey: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class ManifestSignatures(Event):
    """The signature lines of one party under the bytes of a manifest."""

    type: ClassVar[str] = "manifest.signatures"

    manifest: str
    by: str
    lines: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        manifest = state.manifest(self.manifest)
        if self.by not in (manifest.giver, manifest.receiver):
            raise RuleError(f"{self.by!r} is neither giver nor receiver of {self.manifest!r}")
        if not self.lines:
            raise RuleError("a signature needs at least one line")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class ReceptionSigned(Event):
    """A party's signed note on what it counted, with its reservations."""

    type: ClassVar[str] = "reception.signed"

    manifest: str
    reception: str
    by: str
    note: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.manifest(self.manifest)
        state.party(self.by)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class CheckpointSeen(Event):
    """A party saw a signed checkpoint of another's log; the log can go back behind it no more."""

    type: ClassVar[str] = "checkpoint.seen"

    by: str
    log: str
    size: int
    note: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state
