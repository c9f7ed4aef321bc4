"""Events that are evidence: whose keys are trusted, who signed which bytes, whose log was seen.

They change no count and no custody; they stand beside the acts of :mod:`priam.events`.
A signature is checked before it is recorded (``actions``, ``importing``): rules of events know
no cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.state import State
from priam.tlog.logkeys import REPLACED

__all__ = [
    "HOLDERS",
    "ActSigned",
    "CheckpointSeen",
    "KeyEnrolled",
    "KeyRevoked",
    "KeysReplaced",
    "KeysTrusted",
    "LogKeysReplaced",
    "ManifestSignatures",
    "ReceptionSigned",
]


HOLDERS = ("point", "recovery")  # roles besides the office itself
REASONS = ("rotation", "lost")
LOG_REASONS = ("rotation", "stolen", "lost")


@dataclass(frozen=True, slots=True)
class KeysTrusted(Event):
    """This installation trusts the keys on a party's card, which was compared by people.

    Where other keys of the party were trusted before, ``how`` says why these replace them:
    ``rotation``, ``recovery`` or ``confirmed``, the last by the people in ``confirmed_by``.
    """

    type: ClassVar[str] = "key.trusted"

    party: str
    log: str
    log_vkeys: tuple[str, ...]
    vkeys: tuple[str, ...]
    witness_vkeys: tuple[str, ...] = ()
    how: str | None = None
    confirmed_by: tuple[str, ...] | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.party)

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class KeyEnrolled(Event):
    """A role or a device of a party gets keys of its own.

    ``point``: signs what was counted, nothing else. ``recovery``: signs nothing but a new card,
    together with others, if the office's key is lost.
    """

    type: ClassVar[str] = "key.enrolled"

    by: str
    holder: str
    role: str
    vkeys: tuple[str, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)
        if self.role not in HOLDERS:
            raise RuleError(f"role {self.role!r} is none of {', '.join(HOLDERS)}")
        if not self.vkeys:
            raise RuleError(f"{self.holder!r} has no key to enrol")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class KeysReplaced(Event):
    """A party's office signs with new keys from here on: ``rotation``, or old ones ``lost``.

    ``card`` is the new card: signed with the new keys and with the old ones (rotation) or with
    recovery keys (lost).
    """

    type: ClassVar[str] = "key.replaced"

    by: str
    reason: str
    card: str

    def check(self, state: State, recorded: Recorded) -> None:
        state.party(self.by)
        if self.reason not in REASONS:
            raise RuleError(f"{self.reason!r} is no reason to replace keys: {', '.join(REASONS)}")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state


@dataclass(frozen=True, slots=True)
class LogKeysReplaced(Event):
    """A log is signed with new keys from here on; its old ones count no further.

    ``old`` and ``new`` are verifier keys. ``card``: the party's new card, which names all keys
    its log ever had; signed with the keys of its office, and with recovery keys where the old
    ones are ``lost``. A log of nobody's has none.
    """

    type: ClassVar[str] = REPLACED

    log: str
    reason: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    card: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.log != recorded.actor:
            raise RuleError(f"{recorded.actor!r} cannot replace the keys of the log {self.log!r}")
        if self.reason not in LOG_REASONS:
            raise RuleError(
                f"{self.reason!r} is no reason to replace a log's keys: {', '.join(LOG_REASONS)}"
            )
        if not self.old or not self.new or set(self.old) & set(self.new):
            raise RuleError("keys of a log are replaced by others")

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
class ActSigned(Event):
    """Somebody of this party's office signed an act of the party with a key of their own.

    ``act`` is the id of its event; ``signature`` holds the lines over
    :func:`priam_office.handovers.acting.statement`, which whoever writes the event has made. It
    stays in this log: other parties learn of the act, and not of the person.
    """

    type: ClassVar[str] = "act.signed"

    act: str
    signature: str

    def check(self, state: State, recorded: Recorded) -> None:
        if self.act not in state.event_ids:
            raise RuleError(f"there is no act {self.act!r} to sign")
        if not self.signature.strip():
            raise RuleError("an act is signed with signature lines")

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
