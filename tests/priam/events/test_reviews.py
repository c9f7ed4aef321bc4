"""Reviews of pairs: what may be queued, decided and taken back."""

from __future__ import annotations

import pytest

from priam import events as ev
from tests.priam.events.histories import after

LISTS = (ev.ReviewedList("a.csv", "a" * 64), ev.ReviewedList("b.csv", "b" * 64))
OPENED = after(ev.ReviewOpened("r", "June", LISTS, True))


def pair(number: int, a: int, b: int, **changes: object) -> ev.ReviewPair:
    values = {
        "number": number, "a": a, "b": b, "id_a": f"A{a}", "id_b": f"B{b}", "per_million": 500_000,
        "cells": (ev.PairCell("name", "x", "y"),),
        "weights": (ev.PairWeight("surname", "same", 210),),
    }  # fmt: skip
    return ev.ReviewPair(**{**values, **changes})


QUEUED = after(ev.PairsQueued("r", (pair(1, 0, 0), pair(2, 0, 1), pair(3, 1, 1))), state=OPENED)


def decided(number: int, answer: str, note: str | None = None) -> ev.Event:
    return ev.PairDecided("r", number, answer, note)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ev.ReviewOpened("r", "again", LISTS, True), "open already"),
        (ev.ReviewOpened("s", " ", LISTS, True), "needs its name and a title"),
        (ev.ReviewOpened("s", "x" * 501, LISTS, True), "500 characters"),
        (ev.ReviewOpened("s", "June", LISTS[:1], True), "of two lists"),
        (ev.PairsQueued("s", (pair(1, 0, 0),)), "no review 's'"),
        (ev.PairsQueued("r", ()), "1 to 200 pairs"),
        (ev.PairsQueued("r", (pair(9, 0, 0),)), "has the number 4, not 9"),
        (ev.PairsQueued("r", (pair(4, 0, 0, per_million=1_000_001),)), "no probability"),
        (ev.PairsQueued("r", (pair(4, -1, 0),)), "counted from 0"),
        (ev.PairsQueued("r", (pair(4, 0, 0, id_a=""),)), "need their id"),
        (ev.PairsQueued("r", (pair(4, 0, 0, id_b="x" * 501),)), "500 characters"),
        (decided(1, "perhaps"), "is no answer"),
        (decided(7, "match"), "no pair 7"),
        (decided(1, "match", ""), "1 to 500 characters"),
        (ev.PairDecisionWithdrawn("r", 1, "e"), "does not stand"),
    ],
)
def test_what_may_not_be(event: ev.Event, words: str) -> None:
    with pytest.raises(ev.RuleError, match=words):
        after(event, state=QUEUED)


def test_a_match_takes_both_rows_until_it_is_withdrawn() -> None:
    state = after(decided(1, "match"), decided(3, "no match"), state=QUEUED)
    with pytest.raises(ev.RuleError, match=r"another row \(pair 1\)"):
        after(decided(2, "match"), state=state)
    answer = state.review("r").answers[1]
    free = after(ev.PairDecisionWithdrawn("r", 1, answer.event_id), state=state)
    assert dict(free.review("r").matched) == {}
    again = after(decided(2, "match", "the same tag"), state=free)
    assert again.review("r").answers[2].answer == "match"


def test_no_name_and_no_id_of_a_list_is_in_the_state() -> None:
    state = after(decided(1, "undecided", "told by x"), state=QUEUED)
    assert not any(text in repr(state.review("r")) for text in ("A0", "B1", "told", "June", "csv"))
