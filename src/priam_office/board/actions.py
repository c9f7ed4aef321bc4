"""Verbs of the board: propose, sign, withdraw, reopen, raise and settle conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from priam import events as ev
from priam.errors import UserError
from priam.events.board_rows import Decision as Row
from priam.identification.contradictions import contradictions
from priam_office.board import facts
from priam_office.board.models import Conflict, Decision
from priam_office.people.permissions import permits
from priam_office.people.signing import sign as sign_statement
from priam_office.record.acts import from_row
from priam_office.record.models import Event
from priam_office.record.state import known
from priam_office.record.write import Entry, record, record_all

__all__ = [
    "CAPACITY_PERMISSIONS",
    "after_search",
    "capacities_of",
    "look_again",
    "propose",
    "raise_conflict",
    "reopen",
    "settle",
    "sign",
    "statement",
    "withdraw",
]

#: Capacity -> who may sign in it.
CAPACITY_PERMISSIONS = {"science": "board.sign_science", "law": "board.sign_law"}
_SELF_EVIDENT = {
    "same person twice": "another decision names the same missing person for another individual",
    "two answers": "another decision gives one of these cases another answer",
    "linked case left out": "a case that is linked to this individual is left out",
    "person no longer sought": "the search for this missing person was closed",
}


def capacities_of(user: Any) -> list[str]:
    """In which capacities somebody may sign."""
    return [name for name, rule in CAPACITY_PERMISSIONS.items() if permits(user, rule)]


def propose(
    cases: Sequence[str],
    conclusion: str,
    words: str,
    *,
    by: Any,
    missing: str | None = None,
    search: str | None = None,
    extends: str | None = None,
) -> str:
    """Put an answer to the board; conflicts that it makes are raised with it. Returns its id."""
    decision = ev.new_event_id()
    event = ev.DecisionProposed(
        decision, tuple(cases), conclusion, words, missing, search or None, extends or None
    )
    row = Row(decision, event.cases, conclusion, missing, event.extends, "")
    entries = [Entry(event)]
    if all(case in known().state.cases for case in event.cases):
        entries += [Entry(found) for found in _found(row)]
    record_all(entries, by=by.actor)
    return decision


def look_again(decision: Decision, *, by: Any) -> int:
    """Raise what speaks against a decision now and was not raised before; how many conflicts."""
    row = known().state.decision(decision.decision)
    entries = [Entry(found) for found in _found(row)]
    if entries:
        record_all(entries, by=by.actor)
    return len(entries)


def statement(decision: Decision) -> bytes:
    """The canonical bytes that are signed."""
    event = from_row(Event.objects.get(event_id=decision.event_id)).event
    assert isinstance(event, ev.DecisionProposed)
    return ev.decision_bytes(event, decision.event_id)


def sign(decision: Decision, capacity: str, passphrase: str, *, by: Any) -> None:
    """Sign in one capacity, with the person's own key. What speaks against it now is raised
    first, and then nothing is signed."""
    if capacity not in capacities_of(by):
        raise UserError(_("Your role does not sign in this capacity."))
    if look_again(decision, by=by):
        raise UserError(_("Something speaks against this decision; it was raised as a conflict."))
    row = known().state.decision(decision.decision)
    if row.signed_by(by.actor):  # said before the passphrase is asked for
        raise UserError(_("No one person signs a decision in both capacities."))
    lines = sign_statement(by, passphrase, statement(decision))
    record(ev.DecisionSigned(decision.decision, capacity, lines), by=by.actor)


def withdraw(decision: Decision, reason: str, *, by: Any) -> None:
    """Take back a decision that two people have not signed."""
    record(ev.DecisionWithdrawn(decision.decision, reason), by=by.actor)


def reopen(decision: Decision, reason: str, listed: Iterable[str], *, by: Any) -> None:
    """Let a signed decision hold no longer; ``listed`` are the consequences that were shown."""
    record(ev.DecisionReopened(decision.decision, reason, tuple(listed)), by=by.actor)


def raise_conflict(cases: Sequence[str], words: str, *, by: Any, missing: str | None = None) -> str:
    """Say by hand that something does not fit; nothing of these cases is released until settled."""
    conflict = ev.new_event_id()
    record(ev.ConflictRaised(conflict, tuple(cases), "by hand", words, missing), by=by.actor)
    return conflict


def settle(conflict: str, words: str, *, by: Any) -> None:
    """Say why a conflict stands no longer."""
    record(ev.ConflictSettled(conflict, words), by=by.actor)


def after_search(_search: str) -> None:
    """Raise where a finished search speaks against what is signed or proposed."""
    entries: list[Entry] = []
    for row in list(known().state.decisions.values()):
        if row.lives:
            entries += [Entry(found) for found in _found(row)]
    if entries:
        record_all(entries, by="priam/worker")


# -- what speaks against ------------------------------------------------------------------------


def _found(row: Row) -> Iterator[ev.ConflictRaised]:
    """Conflicts of a decision that were not raised before, open or settled."""
    state = known().state
    earlier = Conflict.objects.filter(of_cases__case__in=row.cases)
    raised = {(kind, missing or None) for kind, missing in earlier.values_list("kind", "missing")}
    for event in (*_by_state(state, row), *_by_evidence(state, row), *_by_search(state, row)):
        if (event.kind, event.missing) not in raised:
            raised.add((event.kind, event.missing))
            yield event


def _by_state(state: ev.State, row: Row) -> Iterator[ev.ConflictRaised]:
    for kind, other in ev.conflicts_of_decision(state, row):
        decisions = (other,) if other in state.decisions else ()
        theirs = state.decisions[other].cases if decisions else ()
        cases = tuple(dict.fromkeys((*row.cases, *theirs)))
        yield _event(cases, kind, _SELF_EVIDENT[kind], row.missing, decisions)


def _by_evidence(state: ev.State, row: Row) -> Iterator[ev.ConflictRaised]:
    if row.missing is None or row.missing not in state.missing:
        return
    for case in row.cases:
        for found in contradictions(facts.facts_of(case, row.missing)):
            yield _event((case,), found.kind, found.words, row.missing, ())


def _by_search(state: ev.State, row: Row) -> Iterator[ev.ConflictRaised]:
    """The last search proposes somebody else for a case of a living decision."""
    for case in row.cases:
        proposal = state.proposals.get(case)
        if proposal is None or proposal.missing in (None, row.missing):
            continue
        if proposal.conclusion in ("identified", "probable"):
            words = "the last search proposes another missing person"
            yield _event((case,), "newer search disagrees", words, proposal.missing, ())


def _event(
    cases: tuple[str, ...], kind: str, words: str, missing: str | None, decisions: tuple[str, ...]
) -> ev.ConflictRaised:
    return ev.ConflictRaised(ev.new_event_id(), cases, kind, words, missing, decisions)
