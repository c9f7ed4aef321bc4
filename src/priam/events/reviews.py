"""Clerical review: people decide whether two rows of two lists are one person.

A program proposes pairs and says why (:mod:`priam.names`); here stands what people answered. The
pairs are in the events with all that was shown, so that an answer can be understood later; they
are identity, and an installation keeps them sealed. Nothing is merged by an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from priam.events.base import Event, Recorded, RuleError
from priam.events.reviews_rows import PairAnswer, Review
from priam.events.state import State

__all__ = [
    "ANSWERS",
    "MOST_PAIRS_AT_ONCE",
    "PairCell",
    "PairDecided",
    "PairDecisionWithdrawn",
    "PairWeight",
    "PairsQueued",
    "ReviewOpened",
    "ReviewPair",
    "ReviewedList",
]

ANSWERS = ("match", "no match", "undecided")
MOST_PAIRS_AT_ONCE = 200
_LONG = 500  # characters
_HASH = 64


@dataclass(frozen=True, slots=True)
class ReviewedList:
    """A list that was matched: its file's name and SHA-256 in hexadecimal digits."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PairCell:
    """A field of both rows as it is written in the lists; empty where a list has nothing."""

    field: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class PairWeight:
    """How two fields compare, in words, and hundredths of the log10 of the likelihood ratio."""

    field: str
    level: str
    hundredths: int


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """Two rows. ``a`` and ``b`` number the rows within the review; ``per_million`` is how
    probable the program found it that they are one person."""

    number: int
    a: int
    b: int
    id_a: str
    id_b: str
    per_million: int
    cells: tuple[PairCell, ...]
    weights: tuple[PairWeight, ...]


@dataclass(frozen=True, slots=True)
class ReviewOpened(Event):
    """Two lists were matched and pairs are left for people."""

    type: ClassVar[str] = "review.opened"
    compartment: ClassVar[str] = "identity"

    review: str
    title: str
    lists: tuple[ReviewedList, ...]
    one_to_one: bool

    def check(self, state: State, recorded: Recorded) -> None:
        if self.review in state.reviews:
            raise RuleError(f"the review {self.review!r} is open already; name another")
        if not self.review or not self.title.strip():
            raise RuleError("a review needs its name and a title")
        if len(self.title) > _LONG:
            raise RuleError(f"a title has {_LONG} characters at most")
        if len(self.lists) != 2 or any(len(one.sha256) != _HASH for one in self.lists):
            raise RuleError("a review is of two lists, each with the SHA-256 of its file")

    def effect(self, state: State, recorded: Recorded) -> State:
        return state.put("reviews", self.review, Review(self.review, self.one_to_one))


@dataclass(frozen=True, slots=True)
class PairsQueued(Event):
    """Pairs were added to a review, in the order in which they are to be seen."""

    type: ClassVar[str] = "review.pairs_queued"
    compartment: ClassVar[str] = "identity"

    review: str
    pairs: tuple[ReviewPair, ...]

    def check(self, state: State, recorded: Recorded) -> None:
        review = state.review(self.review)
        if not 0 < len(self.pairs) <= MOST_PAIRS_AT_ONCE:
            raise RuleError(f"one event holds 1 to {MOST_PAIRS_AT_ONCE} pairs")
        for place, pair in enumerate(self.pairs, len(review.pairs) + 1):
            if pair.number != place:
                raise RuleError(f"the next pair has the number {place}, not {pair.number}")
            for problem in _problems(pair):
                raise RuleError(f"pair {pair.number}: {problem}")

    def effect(self, state: State, recorded: Recorded) -> State:
        review = state.review(self.review)
        pairs = review.pairs.update({pair.number: (pair.a, pair.b) for pair in self.pairs})
        return state.put("reviews", self.review, replace(review, pairs=pairs))


def _problems(pair: ReviewPair) -> Iterator[str]:
    if not 0 <= pair.per_million <= 1_000_000:
        yield f"{pair.per_million} per million is no probability"
    if pair.a < 0 or pair.b < 0:
        yield "rows are counted from 0"
    texts = [pair.id_a, pair.id_b, *(w.level for w in pair.weights)]
    texts += [text for cell in pair.cells for text in (cell.field, cell.a, cell.b)]
    if not pair.id_a or not pair.id_b:
        yield "both rows need their id"
    if any(len(text) > _LONG for text in texts):
        yield f"a text has more than {_LONG} characters"


@dataclass(frozen=True, slots=True)
class PairDecided(Event):
    """A person said whether a pair is one person; ``answer`` is one of :data:`ANSWERS`."""

    type: ClassVar[str] = "review.pair_decided"
    compartment: ClassVar[str] = "identity"

    review: str
    pair: int
    answer: str
    note: str | None = None

    def check(self, state: State, recorded: Recorded) -> None:
        review = state.review(self.review)
        if self.answer not in ANSWERS:
            raise RuleError(f"{self.answer!r} is no answer; known are {', '.join(ANSWERS)}")
        if self.note is not None and not 0 < len(self.note) <= _LONG:
            raise RuleError(f"a note has 1 to {_LONG} characters, or is left out")
        if self.pair not in review.pairs:
            raise RuleError(f"the review {self.review!r} has no pair {self.pair}")
        if self.pair in review.answers:
            raise RuleError(
                f"pair {self.pair} is decided already ({review.answers[self.pair].answer}); "
                "withdraw that answer first"
            )
        if self.answer == "match" and review.one_to_one:
            for row in _rows(review, self.pair):
                if row in review.matched:
                    raise RuleError(
                        f"a row of pair {self.pair} is already one person with another row "
                        f"(pair {review.matched[row]}); withdraw that answer first"
                    )

    def effect(self, state: State, recorded: Recorded) -> State:
        review = state.review(self.review)
        answers = review.answers.set(self.pair, PairAnswer(self.answer, recorded.event_id))
        matched = review.matched
        if self.answer == "match" and review.one_to_one:
            matched = matched.update(dict.fromkeys(_rows(review, self.pair), self.pair))
        return state.put("reviews", self.review, replace(review, answers=answers, matched=matched))


@dataclass(frozen=True, slots=True)
class PairDecisionWithdrawn(Event):
    """An answer was taken back; ``decision`` is the event that gave it. The pair is open again."""

    type: ClassVar[str] = "review.decision_withdrawn"
    compartment: ClassVar[str] = "identity"

    review: str
    pair: int
    decision: str

    def check(self, state: State, recorded: Recorded) -> None:
        standing = state.review(self.review).answers.get(self.pair)
        if standing is None or standing.event_id != self.decision:
            raise RuleError(f"that answer to pair {self.pair} does not stand; look at it again")

    def effect(self, state: State, recorded: Recorded) -> State:
        review = state.review(self.review)
        matched = review.matched
        for row in _rows(review, self.pair):
            if matched.get(row) == self.pair:
                matched = matched.delete(row)
        answers = review.answers.delete(self.pair)
        return state.put("reviews", self.review, replace(review, answers=answers, matched=matched))


def _rows(review: Review, pair: int) -> tuple[str, str]:
    a, b = review.pairs[pair]
    return f"a/{a}", f"b/{b}"
