"""Reads of reviews: how far they are, which pair comes next, what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from priam.names.review import event
from priam_office.reviews.models import Pair, Review

__all__ = ["Progress", "decisions", "last_by", "next_open", "progress", "reviews"]

#: Answer of the office -> answer in files of decisions.
FILE_ANSWERS = {"match": "same", "no match": "different", "undecided": "unsure"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many pairs there are and how they were answered."""

    pairs: int
    match: int
    no_match: int
    undecided: int

    @property
    def done(self) -> int:
        """Pairs with an answer, "undecided" included."""
        return self.match + self.no_match + self.undecided

    @property
    def open(self) -> int:
        """Pairs without an answer."""
        return self.pairs - self.done


def _counts() -> dict[str, Count]:
    return {
        "n_pairs": Count("pairs"),
        **{
            f"n_{answer.replace(' ', '_')}": Count("pairs", filter=Q(pairs__answer=answer))
            for answer in FILE_ANSWERS
        },
    }


def _progress(row: Any) -> Progress:
    return Progress(row.n_pairs, row.n_match, row.n_no_match, row.n_undecided)


def reviews() -> list[tuple[Review, Progress]]:
    """All reviews, the newest first, with their progress."""
    return [(row, _progress(row)) for row in Review.objects.annotate(**_counts())]


def progress(review: str) -> Progress:
    """The progress of one review."""
    return _progress(Review.objects.annotate(**_counts()).get(pk=review))


def next_open(review: str, after: int = 0) -> Pair | None:
    """The next pair without an answer, behind ``after`` first, then from the start."""
    waiting: QuerySet[Pair] = Pair.objects.filter(review_id=review, answer="")
    return waiting.filter(number__gt=after).first() or waiting.first()


def last_by(review: str, actor: str) -> Pair | None:
    """The pair that this person answered last, of those whose answer stands."""
    theirs = Pair.objects.filter(review_id=review, decided_by=actor).exclude(answer="")
    return theirs.order_by("-decided_place").first()


def decisions(review: Review) -> Iterator[dict[str, Any]]:
    """The answers that stand, as lines of a file for ``priam names match --decisions``."""
    lists = [one["sha256"] for one in review.lists]
    for pair in review.pairs.exclude(answer="").order_by("decided_place").iterator(2000):
        yield event(
            (pair.shown["id_a"], pair.shown["id_b"]),
            FILE_ANSWERS[pair.answer],
            by=pair.decided_by,
            at=pair.decided_at,
            lists=lists,
        )
