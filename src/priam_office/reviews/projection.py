"""Rows of reviews and pairs for each event; pure, see :mod:`priam_office.record.projection`."""

from __future__ import annotations

import dataclasses

from django.db import models

from priam.events import (
    PairDecided,
    PairDecisionWithdrawn,
    PairsQueued,
    Recorded,
    ReviewOpened,
    ReviewPair,
)
from priam_office.record.projection import Before, as_it_was
from priam_office.reviews.models import Pair, Review

__all__ = ["MODELS", "rows"]

MODELS = (Review, Pair)


def rows(recorded: Recorded, before: Before) -> list[models.Model]:
    """The rows that this event adds or replaces."""
    match recorded.event:
        case ReviewOpened() as event:
            return [_review(event, recorded)]
        case PairsQueued() as event:
            return [_pair(event.review, pair) for pair in event.pairs]
        case PairDecided() as event:
            return [_decided(event, recorded, before)]
        case PairDecisionWithdrawn() as event:
            return [_open_again(event, before)]
    return []


def _review(event: ReviewOpened, recorded: Recorded) -> Review:
    return Review(
        review=event.review,
        title=event.title,
        lists=[dataclasses.asdict(one) for one in event.lists],
        one_to_one=event.one_to_one,
        opened_by=recorded.actor,
        opened_at=recorded.claimed_time,
    )


def _key(review: str, number: int) -> str:
    return f"{review}/{number}"


def _pair(review: str, pair: ReviewPair) -> Pair:
    return Pair(
        key=_key(review, pair.number),
        review_id=review,
        number=pair.number,
        row_a=pair.a,
        row_b=pair.b,
        shown={
            "id_a": pair.id_a,
            "id_b": pair.id_b,
            "per_million": pair.per_million,
            "cells": [dataclasses.asdict(cell) for cell in pair.cells],
            "weights": [dataclasses.asdict(weight) for weight in pair.weights],
        },
    )


def _decided(event: PairDecided, recorded: Recorded, before: Before) -> Pair:
    pair = as_it_was(before, Pair, _key(event.review, event.pair))
    pair.answer, pair.note = event.answer, event.note or ""
    pair.decision, pair.decided_by = recorded.event_id, recorded.actor
    pair.decided_at, pair.decided_place = recorded.claimed_time, recorded.sequence
    return pair


def _open_again(event: PairDecisionWithdrawn, before: Before) -> Pair:
    pair = as_it_was(before, Pair, _key(event.review, event.pair))
    pair.answer = pair.note = pair.decision = pair.decided_by = pair.decided_at = ""
    pair.decided_place = None
    return pair
