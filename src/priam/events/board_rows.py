"""What the state keeps of the board's work: ids, standing and who signed, never words or names."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Against", "Conflict", "Decision", "Proposal", "Signature"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the last search that saw a case proposed for it."""

    search: str
    conclusion: str
    missing: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two records that cannot both be right; open until somebody settles it with words."""

    conflict: str
    cases: tuple[str, ...]
    kind: str
    missing: str | None
    event_id: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """One person signed in one capacity, ``science`` or ``law``."""

    capacity: str
    by: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The board's answer for one individual, over all the cases that belong to it.

    ``status`` is ``proposed``, ``signed``, ``withdrawn`` or ``reopened``. ``extends`` names the
    decision in force about the same missing person that this one adds cases to.
    """

    decision: str
    cases: tuple[str, ...]
    conclusion: str
    missing: str | None
    extends: str | None
    event_id: str
    status: str = "proposed"
    signatures: tuple[Signature, ...] = ()

    @property
    def lives(self) -> bool:
        """Whether it is proposed or signed, neither withdrawn nor reopened."""
        return self.status in ("proposed", "signed")

    def signed_by(self, actor: str) -> bool:
        """Whether this person signed it in any capacity."""
        return any(one.by == actor for one in self.signatures)


@dataclass(frozen=True, slots=True)
class Against:
    """One reason why remains may not be released: its kind, and the case and record behind it."""

    kind: str
    case: str
    record: str | None = None

    def __str__(self) -> str:
        return _WORDS[self.kind].format(case=self.case, record=self.record)


_WORDS = {
    "no case": "there is no case {case}: open its bag first",
    "open conflict": "conflict {record} of case {case} is open: the board settles it first",
    "link not decided": "case {case} is linked to {record}, which the decision leaves out",
    "no decision": "case {case} has no decision signed by two people: the board decides first",
    "not identified": "the decision {record} on case {case} names no missing person",
    "own side": "the decision {record} does not say that case {case} is of the other side",
    "other side": "the decision {record} says that case {case} is of the other side",
    "unknown way": "case {case} can be released to the family, a temporary grave or the other side",
}
