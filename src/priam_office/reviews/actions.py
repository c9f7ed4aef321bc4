"""What is done in a review, one verb a function, through the one write path."""

from __future__ import annotations

import secrets

from priam.errors import UserError
from priam.events import (
    MOST_PAIRS_AT_ONCE,
    Event,
    PairDecided,
    PairDecisionWithdrawn,
    PairsQueued,
    ReviewOpened,
)
from priam.names.review import parse_pairs, queue
from priam_office.record.write import Entry, record, record_all
from priam_office.reviews.models import Pair

__all__ = ["decide", "open_review", "take_back"]


def open_review(data: bytes, title: str, *, by: str, file: str = "pairs.json") -> str:
    """Open a review of the pairs in a ``pairs.json`` of ``priam names match``; its name.

    All pairs are taken, or none and :class:`priam.errors.InputError` says why.
    """
    queued = queue(parse_pairs(data, file=file), file=file)
    review = secrets.token_hex(6)
    title = title.strip() or " / ".join(one.name for one in queued.lists)
    events: list[Event] = [ReviewOpened(review, title, queued.lists, queued.one_to_one)]
    events += [
        PairsQueued(review, queued.pairs[at : at + MOST_PAIRS_AT_ONCE])
        for at in range(0, len(queued.pairs), MOST_PAIRS_AT_ONCE)
    ]
    record_all([Entry(event) for event in events], by=by)
    return review


def decide(
    review: str, pair: int, answer: str, *, by: str, note: str = "", event_id: str | None = None
) -> None:
    """Record an answer; the same ``event_id`` twice is one answer (a form sent twice)."""
    record(PairDecided(review, pair, answer, note.strip() or None), by=by, event_id=event_id)


def take_back(review: str, pair: int, *, by: str) -> None:
    """Withdraw what stands for a pair, whoever said it."""
    stands = Pair.objects.filter(review_id=review, number=pair).exclude(answer="").first()
    if stands is None:
        raise UserError(f"pair {pair} has no answer that could be taken back")
    record(PairDecisionWithdrawn(review, pair, stands.decision), by=by)
