"""The small values that events are made of."""

from __future__ import annotations

from dataclasses import dataclass, fields

__all__ = ["Item", "Number", "Obligation", "Reservation", "Scalar", "Subject"]

Scalar = str | int  # a count, or words: a share, a date, a description


@dataclass(frozen=True, slots=True)
class Obligation:
    """One party owes another: ``count`` units, or an open amount where ``count`` is None."""

    giver: str
    receiver: str
    count: int | None
    unit: str
    deadline: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that somebody gave a bag, with who issued it: 0347 means nothing alone."""

    issuer: str
    number: str


@dataclass(frozen=True, slots=True)
class Item:
    """One bag on a manifest. No names: an opaque tag, a seal, numbers, a category."""

    tag: str
    seal: str | None = None
    numbers: tuple[Number, ...] = ()
    category: str = "unspecified"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a party notes instead of agreeing in silence.

    ``kind`` is one of ``missing``, ``seal broken``, ``damaged``, ``not on manifest``,
    ``count differs``, ``other``. Without ``tag`` it is about the batch as a whole.
    """

    kind: str
    text: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a claim is about: an agreement, its reading, an offer, a batch, a total, a window.

    ``batch`` and ``offer`` are the labels reports use, usually the date. ``since`` and
    ``through`` are inclusive dates, possibly partial (``2025-01``). ``giver`` narrows a count
    to what one party gave, where a receiver has several givers.
    """

    agreement: str | None = None
    reading: str | None = None
    offer: str | None = None
    batch: str | None = None
    total: bool | None = None
    since: str | None = None
    through: str | None = None
    year: int | None = None
    giver: str | None = None

    def to_json(self) -> dict[str, str | int]:
        """The subject as the claims file writes it: only what is stated, ``giver`` as ``from``."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        stated = {name: value for name, value in pairs if value is not None}
        return {("from" if name == "giver" else name): value for name, value in stated.items()}
