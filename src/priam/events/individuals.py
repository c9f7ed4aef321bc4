"""Which cases are one individual by the board's decisions, and what stands against release.

Functions over the state that both the state itself and the board's events ask; they hold no rule
about a single event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from priam.events.board_rows import Against, Decision

if TYPE_CHECKING:
    from priam.events.state import State

__all__ = ["WAYS", "against_release", "cases_together", "chain", "root", "signed"]

#: Where remains may go.
WAYS = ("family", "temporary grave", "other side")


def root(state: State, decision: Decision) -> str:
    """The first decision of a chain of extensions."""
    while decision.extends is not None:
        decision = state.decisions[decision.extends]
    return decision.decision


def chain(state: State, decision: Decision) -> tuple[Decision, ...]:
    """The living decisions of one individual: what it extends, itself, what extends it."""
    if decision.missing is None:
        return (decision,)
    first = root(state, decision)
    named = (state.decisions[name] for name in state.named.get(decision.missing, ()))
    found = tuple(d for d in named if d.lives and root(state, d) == first)
    return found if decision in found else (*found, decision)


def cases_together(state: State, decision: Decision) -> frozenset[str]:
    """All cases of the individual that the decision is about."""
    return frozenset(case for one in chain(state, decision) for case in one.cases)


def signed(state: State, case: str) -> Decision | None:
    """The decision on this case that two people signed and nobody reopened, if any."""
    return next((d for d in state.decisions_of(case) if d.status == "signed"), None)


def against_release(state: State, case: str, to: str) -> Iterator[Against]:
    """Every reason why the case may not be released ``to`` a place of :data:`WAYS`."""
    if case not in state.cases:
        yield Against("no case", case)
        return
    if to not in WAYS:
        yield Against("unknown way", case)
    decision = signed(state, case)
    cases = (case,) if decision is None else sorted(cases_together(state, decision))
    yield from _conflicts(state, cases)
    yield from _links(state, cases)
    if decision is not None:
        yield from _by_decision(decision, case, to)
    elif to != "temporary grave":
        yield Against("no decision", case)


def _conflicts(state: State, cases: tuple[str, ...] | list[str]) -> Iterator[Against]:
    seen: set[str] = set()
    for one in cases:
        for conflict in state.open_conflicts.get(one, ()):
            if conflict not in seen:
                seen.add(conflict)
                yield Against("open conflict", one, conflict)


def _links(state: State, cases: tuple[str, ...] | list[str]) -> Iterator[Against]:
    for one in cases:
        for other in sorted(set(state.cases[one].links) - set(cases)):
            yield Against("link not decided", one, other)


def _by_decision(decision: Decision, case: str, to: str) -> Iterator[Against]:
    if to == "family" and decision.conclusion == "other side":
        yield Against("other side", case, decision.decision)
    elif to == "family" and decision.conclusion != "identified":
        yield Against("not identified", case, decision.decision)
    elif to == "other side" and decision.conclusion != "other side":
        yield Against("own side", case, decision.decision)
