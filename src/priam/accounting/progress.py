"""How far a family's case is, in one word, for the family's own eyes.

The page that shows it is open to whoever holds the code, so it never tells a finding before a
person has: ``told`` follows the contact diary, not the board.
"""

from __future__ import annotations

from priam.events.state import State

__all__ = ["STAGES", "stage"]

#: Stages from first to last.
STAGES = ("registered", "sampled", "compared", "told", "returned")


def stage(state: State, family: str) -> str:
    """The stage of the family: one of :data:`STAGES`."""
    row = state.family(family)
    if state.received.get(family):
        return "returned"
    if row.findings_told:
        return "told"
    samples = {sample for person in row.relatives for sample in state.relative(person).samples}
    if not samples:
        return "registered"
    profiled = any(profile.sample in samples for profile in state.profiles.values())
    finished = any(search.status == "finished" for search in state.searches.values())
    return "compared" if profiled and finished else "sampled"
