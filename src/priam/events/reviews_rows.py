"""What the state knows of reviews of pairs: row numbers and answers, never a name or an id."""

from __future__ import annotations

from dataclasses import dataclass, field

from immutables import Map

__all__ = ["PairAnswer", "Review"]


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What stands for a pair: ``match``, ``no match`` or ``undecided``, and its event."""

    answer: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review of pairs of two lists.

    ``pairs``: number -> (row of the first list, row of the second), as the review counts them.
    ``answers``: number -> what stands. ``matched``: ``"a/row"`` or ``"b/row"`` -> the pair that
    was found to be one person, kept only where each list holds a person once.
    """

    review: str
    one_to_one: bool
    pairs: Map[int, tuple[int, int]] = field(default_factory=Map)
    answers: Map[int, PairAnswer] = field(default_factory=Map)
    matched: Map[str, int] = field(default_factory=Map)
