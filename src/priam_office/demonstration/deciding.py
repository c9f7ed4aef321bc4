"""A search, and what the board of the demonstration makes of its first proposals.

It goes the way of the pages: the worker's search, the board's verbs, keys that are opened with a
passphrase, the release's verbs. Most proposals are left for whoever plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from priam import events as ev
from priam.identification.settings import Settings
from priam_office.board import actions as board
from priam_office.demonstration.playing import PASSPHRASE, accounts
from priam_office.laboratory.actions import request_search
from priam_office.laboratory.work import run_next
from priam_office.people import signing
from priam_office.people.models import User
from priam_office.record.state import known
from priam_office.releases import actions as releases

__all__ = ["DECIDED", "decide", "search"]

DECIDED = 6  # individuals that are decided before the play begins
_SIGNED = 5  # of these, how many both have signed


def search(progress: Callable[[str, int, int], None]) -> None:
    """Compare all remains with all families, as `priam work` does."""
    request_search(Settings(), by=accounts()["laboratory"])
    run_next(progress, board.after_search)


def decide() -> int:
    """Decide the first proposals; returns how many decisions were put to the board."""
    people = accounts()
    for signer in ("examiner", "legal"):
        if signing.key_of(people[signer]) is None:
            signing.make_key(people[signer], PASSPHRASE)
    made = [_decided(number, *found, people) for number, found in enumerate(_proposed())]
    _release([decision for decision in made if decision], people)
    return len(made)


def _proposed() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(cases, missing person, search) of the first proposals to identify."""
    state = known().state
    individuals: dict[str, list[str]] = {}
    for case, proposal in sorted(state.proposals.items()):
        if proposal.conclusion == "identified" and proposal.missing and not state.decided.get(case):
            individuals.setdefault(proposal.event_id, []).append(case)
    for cases in list(individuals.values())[:DECIDED]:
        proposal = state.proposals[cases[0]]
        yield tuple(cases), proposal.missing or "", proposal.search


def _decided(
    number: int, cases: tuple[str, ...], missing: str, search: str, people: dict[str, User]
) -> str:
    """Put one to the board and sign it; its case if both signed and nothing speaks against it."""
    examiner, legal = people["examiner"], people["legal"]
    words = "DNA and everything else fit."
    decision = board.propose(
        cases, "identified", words, by=examiner, missing=missing, search=search
    )
    row = board.Decision.objects.get(pk=decision)
    if any(known().state.open_conflicts.get(case) for case in cases):
        return ""
    board.sign(row, "science", PASSPHRASE, by=examiner)
    if number >= _SIGNED:
        return ""
    board.sign(row, "law", PASSPHRASE, by=legal)
    return cases[0]


def _release(cases: list[str], people: dict[str, User]) -> None:
    """Arrange two releases and lay one in a grave; the rest waits."""
    state = known().state
    for case in cases[:2]:
        decision = state.decision_in_force(case)
        family = state.missing[decision.missing or ""].family if decision else None
        receiver = _receiver(state, family)
        if family is None or receiver is None or state.families[family].notify != "each":
            continue
        releases.plan(
            state.individual(case),
            "family",
            "Tuesday at nine, two relatives come.",
            family=family,
            person=receiver,
            by=people["liaison"],
        )
    if len(cases) > 2:
        release = releases.plan(
            state.individual(cases[2]),
            "temporary grave",
            "The family lives abroad and asked for time.",
            by=people["mortuary"],
        )
        releases.lay_in_grave(
            release, "N-0417", "North cemetery", "12B", "row 3, place 5", by=people["mortuary"]
        )


def _receiver(state: ev.State, family: str | None) -> str | None:
    if family is None:
        return None
    relatives = (state.relatives[person] for person in state.families[family].relatives)
    return next((one.person for one in relatives if one.contact == "authorised"), None)
