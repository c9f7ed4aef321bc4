"""Rows of the board for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from django.db import models

from priam import events as ev
from priam_office.board.models import (
    CaseConflict,
    CaseDecision,
    Conflict,
    Decision,
    Signature,
    Standing,
)
from priam_office.record.projection import Before, Makers, as_it_was

__all__ = ["MODELS", "WORTH_DECIDING", "rows"]

MODELS = (Standing, Conflict, CaseConflict, Decision, CaseDecision, Signature)
#: Proposals that the board looks at; the others wait for further samples.
WORTH_DECIDING = ("identified", "probable", "undecidable", "likely of the other side")
Rows = Iterator[models.Model]
makes = Makers()
rows = makes.rows


@makes(ev.ProposalRecorded)
def _proposal(event: ev.ProposalRecorded, one: ev.Recorded, before: Before) -> Rows:
    payload = event.to_payload()
    content = {name: payload[name] for name in ("reasons", "needs", "alternatives", "excluded")}
    for case in event.cases:
        row = _standing(before, case)
        row.cases, row.first = " ".join(event.cases), case == event.cases[0]
        row.search, row.conclusion, row.missing = (
            event.search,
            event.conclusion,
            event.missing or "",
        )
        row.posterior, row.required, row.reached = event.posterior, event.required, event.reached
        row.content, row.proposed_at = content, one.claimed_time
        yield _waiting(row)


@makes(ev.ConflictRaised)
def _raised(event: ev.ConflictRaised, one: ev.Recorded, before: Before) -> Rows:
    yield Conflict(
        conflict=event.conflict,
        cases=" ".join(event.cases),
        kind=event.kind,
        missing=event.missing or "",
        words=event.words,
        decisions=" ".join(event.decisions),
        raised_at=one.claimed_time,
        raised_by=one.actor,
        place=one.sequence,
    )
    for case in event.cases:
        yield CaseConflict(key=f"{case}/{event.conflict}", case=case, conflict_id=event.conflict)
        yield _changed(before, case, more_conflicts=1)


@makes(ev.ConflictSettled)
def _settled(event: ev.ConflictSettled, one: ev.Recorded, before: Before) -> Rows:
    row = as_it_was(before, Conflict, event.conflict)
    row.settled_at, row.settled_by, row.settled_words = one.claimed_time, one.actor, event.words
    yield row
    for case in row.cases.split():
        yield _changed(before, case, more_conflicts=-1)


@makes(ev.DecisionProposed)
def _proposed(event: ev.DecisionProposed, one: ev.Recorded, before: Before) -> Rows:
    yield Decision(
        decision=event.decision,
        cases=" ".join(event.cases),
        conclusion=event.conclusion,
        missing=event.missing or "",
        extends=event.extends or "",
        search=event.search or "",
        words=event.words,
        event_id=one.event_id,
        proposed_at=one.claimed_time,
        proposed_by=one.actor,
        place=one.sequence,
    )
    for case in event.cases:
        yield CaseDecision(key=f"{case}/{event.decision}", case=case, decision_id=event.decision)
        yield _changed(before, case, proposal=event.decision)


@makes(ev.DecisionSigned)
def _signed(event: ev.DecisionSigned, one: ev.Recorded, before: Before) -> Rows:
    yield Signature(
        event_id=one.event_id,
        decision_id=event.decision,
        capacity=event.capacity,
        by=one.actor,
        lines=event.signature,
        at=one.claimed_time,
        place=one.sequence,
    )
    row = as_it_was(before, Decision, event.decision)
    row.capacities = " ".join([*row.capacities.split(), event.capacity])
    if len(row.capacities.split()) == len(ev.CAPACITIES):
        row.status = "signed"
    yield row
    if row.status == "signed":
        for case in row.cases.split():
            yield _changed(before, case, proposal="", decision=event.decision)


@makes(ev.DecisionWithdrawn)
def _withdrawn(event: ev.DecisionWithdrawn, one: ev.Recorded, before: Before) -> Rows:
    yield from _ended(before, event.decision, "withdrawn", one, event.reason)


@makes(ev.DecisionReopened)
def _reopened(event: ev.DecisionReopened, one: ev.Recorded, before: Before) -> Rows:
    listed = [x.partition("/") for x in event.consequences]
    resting = [name for kind, _mark, name in listed if kind == "decision"]
    for name in (event.decision, *resting):
        for row in _ended(before, name, "reopened", one, event.reason):
            if isinstance(row, Decision) and row.decision == event.decision:
                row.consequences = " ".join(event.consequences)
            yield row


def _ended(before: Before, name: str, status: str, one: ev.Recorded, why: str) -> Rows:
    row = as_it_was(before, Decision, name)
    row.status, row.ended_words = status, why
    row.ended_at, row.ended_by = one.claimed_time, one.actor
    yield row
    for case in row.cases.split():
        standing = _standing(before, case)
        if standing.proposal == name:
            standing.proposal = ""
        if standing.decision == name:
            standing.decision = ""
        yield _waiting(standing)


def _standing(before: Before, case: str) -> Standing:
    row = before(Standing, case)
    found = Standing(case=case, content={}) if row is None else copy.copy(row)
    assert isinstance(found, Standing)
    return found


def _changed(before: Before, case: str, more_conflicts: int = 0, **values: Any) -> Standing:
    row = _standing(before, case)
    row.conflicts += more_conflicts
    for name, value in values.items():
        setattr(row, name, value)
    return _waiting(row)


def _waiting(row: Standing) -> Standing:
    if row.conflicts:
        row.waits = "conflict"
    elif row.proposal:
        row.waits = "signature"
    elif not row.decision and row.first and row.conclusion in WORTH_DECIDING:
        row.waits = "decision"
    else:
        row.waits = ""
    return row
