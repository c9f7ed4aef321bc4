"""The board: proposals, conflicts, and decisions that two people of two capacities sign.

The rules keep one promise above all: no decision is in force with one signer, with an open
conflict, or beside another decision that gives the same case a second name or the same name to a
second individual. What may be released follows from it (:meth:`State.may_release`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import rfc8785

from priam.casework.proposed import PROPOSED
from priam.events.base import Event, Recorded, RuleError
from priam.events.board_rows import Conflict, Decision, Proposal, Signature
from priam.events.individuals import cases_together, root
from priam.events.state import State

__all__ = [
    "CAPACITIES",
    "CONCLUSIONS",
    "CONFLICT_KINDS",
    "PROPOSALS",
    "AlternativePerson",
    "ConflictRaised",
    "ConflictSettled",
    "DecisionProposed",
    "DecisionReopened",
    "DecisionSigned",
    "DecisionWithdrawn",
    "ProposalRecorded",
    "conflicts_of_decision",
    "consequences",
    "decision_bytes",
]

CAPACITIES = ("science", "law")
CONCLUSIONS = ("identified", "other side", "not identified")
#: What a computed proposal may say: the kinds of ``priam identify``, and what its gate set aside.
PROPOSALS = (*PROPOSED, "set aside")
CONFLICT_KINDS = (
    "same person twice",  # one missing person decided for two individuals
    "two answers",  # one case in two decisions
    "linked case left out",
    "newer search disagrees",
    "sex differs",
    "seen alive later",
    "excluded by DNA",
    "age differs",
    "person no longer sought",
    "by hand",
)
#: A case that ended so is nobody's remains, and takes no decision.
NOBODY = ("not human", "entered by mistake", "emptied by splitting")
_WHOLE = 1_000_000  # millionths


@dataclass(frozen=True, slots=True)
class AlternativePerson:
    """A person the individual may be: ``posterior`` in millionths, log10 LRs in thousandths.

    ``other_log10`` is evidence beside DNA, ``together`` the posterior with both; None where there
    is no such evidence.
    """

    missing: str
    family: str
    posterior: int
    log10_lr: int
    markers: int
    mismatches: int
    other_log10: int | None = None
    together: int | None = None


@dataclass(frozen=True, slots=True)
class ProposalRecorded(Event):
    """What a search proposes for one individual, with its reasons; a person decides.

    ``required`` and ``reached`` are log10 LRs in thousandths; ``posterior`` counts millionths.
    """

    type: ClassVar[str] = "proposal.recorded"
    compartment: ClassVar[str] = "identity"

    search: str
    cases: tuple[str, ...]
    conclusion: str
    posterior: int
    required: int
    reasons: tuple[str, ...]
    needs: tuple[str, ...] = ()
    alternatives: tuple[AlternativePerson, ...] = ()
    excluded: tuple[str, ...] = ()
    missing: str | None = None
    reached: int | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.search not in state.searches:
            raise RuleError(f"there is no search {self.search!r}: request it first")
        _check_cases(state, self.cases)
        if self.conclusion not in PROPOSALS:
            raise RuleError(f"{self.conclusion!r} is no conclusion of a search")
        for name in (self.missing, *(a.missing for a in self.alternatives)):
            _check_missing(state, name)
        if not 0 <= self.posterior <= _WHOLE:
            raise RuleError(f"a posterior of {self.posterior} millionths is none")
        if self.conclusion == "identified" and self.missing is None:
            raise RuleError("an identification names the missing person")

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Proposal(self.search, self.conclusion, self.missing, recorded.event_id)
        proposals = state.proposals.update(dict.fromkeys(self.cases, row))
        return state.having(proposals=proposals)


@dataclass(frozen=True, slots=True)
class ConflictRaised(Event):
    """Two records about these cases cannot both be right. Nothing of them is released until it
    is settled."""

    type: ClassVar[str] = "conflict.raised"
    compartment: ClassVar[str] = "identity"

    conflict: str
    cases: tuple[str, ...]
    kind: str
    words: str
    missing: str | None = None
    decisions: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        if self.conflict in state.conflicts:
            raise RuleError(f"conflict {self.conflict!r} is already raised")
        _check_cases(state, self.cases)
        _check_missing(state, self.missing)
        if self.kind not in CONFLICT_KINDS:
            raise RuleError(f"{self.kind!r} is no kind of conflict")
        if not self.words.strip():
            raise RuleError("a conflict says in words what does not fit")
        for decision in self.decisions:
            state.decision(decision)

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Conflict(self.conflict, self.cases, self.kind, self.missing, recorded.event_id)
        return _with_conflict(state, row)


@dataclass(frozen=True, slots=True)
class ConflictSettled(Event):
    """Why a conflict stands no longer: what was found, and what holds."""

    type: ClassVar[str] = "conflict.settled"
    compartment: ClassVar[str] = "identity"

    conflict: str
    words: str

    def check(self, state: State, recorded: Recorded) -> None:
        conflict = state.conflict(self.conflict)
        if not conflict.open:
            raise RuleError(f"conflict {self.conflict!r} is already settled")
        if not self.words.strip():
            raise RuleError("a conflict is settled with words: what was found, and what holds")
        rivals = _rivals_in_force(state, conflict)
        if rivals:
            raise RuleError(
                f"conflict {self.conflict!r} holds as long as the decisions {' and '.join(rivals)} "
                "both stand: withdraw or reopen one of them first"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        settled = dataclasses.replace(state.conflicts[self.conflict], open=False)
        return _with_conflict(state, settled)


@dataclass(frozen=True, slots=True)
class DecisionProposed(Event):
    """An answer for one individual is put to the board: whose all these cases are.

    A later fragment of somebody decided already is a decision that ``extends`` the earlier one.
    """

    type: ClassVar[str] = "decision.proposed"
    compartment: ClassVar[str] = "identity"

    decision: str
    cases: tuple[str, ...]
    conclusion: str
    words: str
    missing: str | None = None
    search: str | None = None
    extends: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        if self.decision in state.decisions:
            raise RuleError(f"decision {self.decision!r} is already proposed")
        _check_cases(state, self.cases)
        _check_missing(state, self.missing)
        for case in self.cases:
            if state.cases[case].status in NOBODY:
                raise RuleError(f"case {case!r} is {state.cases[case].status}: nothing to decide")
        if self.conclusion not in CONCLUSIONS:
            raise RuleError(f"{self.conclusion!r} is no conclusion of the board")
        if (self.conclusion == "identified") != (self.missing is not None):
            raise RuleError("an identification, and nothing else, names a missing person")
        if not self.words.strip():
            raise RuleError("a decision gives its reasons in words")
        if self.search is not None and self.search not in state.searches:
            raise RuleError(f"there is no search {self.search!r}")
        self._check_extends(state)
        waiting = [d for c in self.cases for d in state.decisions_of(c) if d.status == "proposed"]
        if waiting:
            raise RuleError(
                f"decision {waiting[0].decision!r} on one of these cases waits for signatures: "
                "sign it or withdraw it first"
            )

    def _check_extends(self, state: State) -> None:
        if self.extends is None:
            return
        before = state.decision(self.extends)
        if before.status != "signed" or before.missing != self.missing or self.missing is None:
            raise RuleError(
                f"decision {self.extends!r} is not in force about the same missing person"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        row = Decision(
            self.decision,
            self.cases,
            self.conclusion,
            self.missing,
            self.extends,
            recorded.event_id,
        )
        decided = state.decided
        for case in self.cases:
            decided = decided.set(case, (*decided.get(case, ()), self.decision))
        after = state.having(decided=decided).put("decisions", self.decision, row)
        if self.missing is None:
            return after
        named = (*state.named.get(self.missing, ()), self.decision)
        return after.put("named", self.missing, named)


@dataclass(frozen=True, slots=True)
class DecisionSigned(Event):
    """One person signs a decision in one capacity, with a key that is theirs.

    ``signature`` is the signature line over :func:`decision_bytes`; whoever writes the event has
    verified it.
    """

    type: ClassVar[str] = "decision.signed"
    compartment: ClassVar[str] = "identity"

    decision: str
    capacity: str
    signature: str

    def check(self, state: State, recorded: Recorded) -> None:
        decision = state.decision(self.decision)
        if decision.status != "proposed":
            raise RuleError(f"decision {self.decision!r} is {decision.status}; it takes no signer")
        if self.capacity not in CAPACITIES:
            raise RuleError(f"{self.capacity!r} is no capacity; it is science or law")
        if not self.signature.strip():
            raise RuleError("a decision is signed with a signature line")
        if any(one.capacity == self.capacity for one in decision.signatures):
            raise RuleError(f"decision {self.decision!r} is already signed for {self.capacity}")
        if decision.signed_by(recorded.actor):
            raise RuleError("no one person signs a decision in both capacities")
        _check_free(state, decision)

    def effect(self, state: State, recorded: Recorded) -> State:
        before = state.decisions[self.decision]
        one = Signature(self.capacity, recorded.actor, recorded.event_id)
        signatures = (*before.signatures, one)
        status = "signed" if len(signatures) == len(CAPACITIES) else "proposed"
        after = dataclasses.replace(before, signatures=signatures, status=status)
        return state.put("decisions", self.decision, after)


@dataclass(frozen=True, slots=True)
class DecisionWithdrawn(Event):
    """A decision that is not yet signed by two is taken back."""

    type: ClassVar[str] = "decision.withdrawn"
    compartment: ClassVar[str] = "identity"

    decision: str
    reason: str

    def check(self, state: State, recorded: Recorded) -> None:
        decision = state.decision(self.decision)
        if decision.status != "proposed":
            raise RuleError(
                f"decision {self.decision!r} is {decision.status}; one that is signed is reopened"
            )
        if not self.reason.strip():
            raise RuleError("a decision is withdrawn with a reason")

    def effect(self, state: State, recorded: Recorded) -> State:
        return _ended(state, self.decision, "withdrawn")


@dataclass(frozen=True, slots=True)
class DecisionReopened(Event):
    """A signed decision holds no longer. ``consequences`` lists what it touches, as it was shown
    to whoever reopened it: other cases, other decisions, the family that may hold the wrong
    person."""

    type: ClassVar[str] = "decision.reopened"
    compartment: ClassVar[str] = "identity"

    decision: str
    reason: str
    consequences: tuple[str, ...] = ()

    def check(self, state: State, recorded: Recorded) -> None:
        decision = state.decision(self.decision)
        if decision.status != "signed":
            raise RuleError(f"decision {self.decision!r} is {decision.status}, not signed")
        if not self.reason.strip():
            raise RuleError("a decision is reopened with a reason")
        if self.consequences != consequences(state, self.decision):
            raise RuleError(
                f"the consequences of reopening {self.decision!r} have changed since they were "
                "listed; look at them again"
            )

    def effect(self, state: State, recorded: Recorded) -> State:
        after = _ended(state, self.decision, "reopened")
        # what was decided as an extension of it rests on nothing now
        for name in state.named.get(state.decisions[self.decision].missing or "", ()):
            if name in _resting_on(state, self.decision):
                after = _ended(after, name, "reopened")
        return after


def decision_bytes(event: DecisionProposed, event_id: str) -> bytes:
    """What is signed: the decision and the id of the event that proposed it, as RFC 8785 JSON."""
    record: Any = {
        "decision": event.to_payload(),
        "event": event_id,
        "format": "priam-decision/1",
    }
    return rfc8785.dumps(record)


def conflicts_of_decision(state: State, decision: Decision) -> tuple[tuple[str, str], ...]:
    """What in the state itself speaks against a decision: (kind, record that clashes with it).

    Evidence (sex, dates, DNA) is weighed elsewhere; here only decisions and links count.
    """
    found = [("same person twice", d.decision) for d in _same_person(state, decision)]
    found += [("two answers", d.decision) for d in _same_case(state, decision)]
    own = cases_together(state, decision)
    for case in decision.cases:
        linked = sorted(set(state.cases[case].links) - own)
        found += [("linked case left out", other) for other in linked]
    if decision.missing is not None and state.missing[decision.missing].status != "open":
        found.append(("person no longer sought", decision.missing))
    return tuple(dict.fromkeys(found))


def consequences(state: State, decision: str) -> tuple[str, ...]:
    """What reopening a decision touches, each as ``kind/id``, in a fixed order.

    ``case``: cases without an answer again. ``decision``: extensions that fall with it.
    ``family``: who may hold the wrong person. ``conflict``: conflicts that are still open on it.
    """
    one = state.decision(decision)
    resting = sorted(_resting_on(state, decision))
    cases = {c for name in (decision, *resting) for c in state.decisions[name].cases}
    found = [f"case/{case}" for case in sorted(cases)]
    found += [f"decision/{name}" for name in resting]
    if one.missing is not None and state.missing[one.missing].family:
        found.append(f"family/{state.missing[one.missing].family}")
    opened = {c for case in cases for c in state.open_conflicts.get(case, ())}
    return (*found, *(f"conflict/{name}" for name in sorted(opened)))


def _check_free(state: State, decision: Decision) -> None:
    """Nothing open and nothing signed stands against the decision."""
    for case in cases_together(state, decision):
        for conflict in state.open_conflicts.get(case, ()):
            raise RuleError(f"conflict {conflict!r} of case {case!r} is open: settle it first")
    for other in (*_same_person(state, decision), *_same_case(state, decision)):
        if other.status == "signed":
            raise RuleError(
                f"decision {other.decision!r} says otherwise and is signed: reopen it first, or "
                "propose a decision that extends it"
            )
    if decision.extends is not None and state.decisions[decision.extends].status != "signed":
        raise RuleError(f"decision {decision.extends!r}, which this one extends, was reopened")


def _same_person(state: State, decision: Decision) -> list[Decision]:
    """Other living decisions about the same missing person that are not one chain with this."""
    if decision.missing is None:
        return []
    others = [state.decisions[name] for name in state.named.get(decision.missing, ())]
    first = root(state, decision)
    return [
        other
        for other in others
        if other.decision != decision.decision and other.lives and root(state, other) != first
    ]


def _same_case(state: State, decision: Decision) -> list[Decision]:
    """Other living decisions about a case of this one."""
    others = {
        other.decision: other
        for case in decision.cases
        for other in state.decisions_of(case)
        if other.decision != decision.decision and other.lives
    }
    return list(others.values())


def _resting_on(state: State, decision: str) -> set[str]:
    """Living decisions that extend this one, directly or not."""
    named = state.named.get(state.decisions[decision].missing or "", ())
    found: set[str] = set()
    for name in named:  # in the order they were proposed: what is extended comes first
        one = state.decisions[name]
        if one.lives and one.extends in {decision, *found}:
            found.add(name)
    return found


def _rivals_in_force(state: State, conflict: Conflict) -> list[str]:
    """Decisions that both live and clash, where that is what the conflict is about."""
    if conflict.kind not in ("same person twice", "two answers"):
        return []
    for case in conflict.cases:
        for decision in state.decisions_of(case):
            if not decision.lives:
                continue
            rivals = {d.decision for d in _same_person(state, decision)}
            rivals |= {d.decision for d in _same_case(state, decision)}
            if rivals:
                return sorted({decision.decision, *rivals})
    return []


def _with_conflict(state: State, row: Conflict) -> State:
    opened = state.open_conflicts
    for case in row.cases:
        rest = tuple(name for name in opened.get(case, ()) if name != row.conflict)
        now = (*rest, row.conflict) if row.open else rest
        opened = opened.set(case, now) if now else opened.delete(case)
    return state.having(open_conflicts=opened).put("conflicts", row.conflict, row)


def _ended(state: State, decision: str, status: str) -> State:
    after = dataclasses.replace(state.decisions[decision], status=status)
    return state.put("decisions", decision, after)


def _check_cases(state: State, cases: tuple[str, ...]) -> None:
    if not cases or len(set(cases)) != len(cases):
        raise RuleError("name the cases of one individual, each once")
    for case in cases:
        if case not in state.cases:
            raise RuleError(f"there is no case {case!r}: open its bag first")


def _check_missing(state: State, missing: str | None) -> None:
    if missing is not None and missing not in state.missing:
        raise RuleError(f"there is no missing person {missing!r}: register it first")
