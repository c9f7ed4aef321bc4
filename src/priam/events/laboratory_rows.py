"""What the state keeps of the laboratory: ids and standing, never a genotype."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Profile", "Search"]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of a sample: ``standing`` is ``stands`` or ``set aside``."""

    sample: str
    run: str
    standing: str = "stands"


@dataclass(frozen=True, slots=True)
class Search:
    """A comparison of all remains with all families.

    ``status`` is ``requested``, ``finished`` or ``stopped``; ``after`` counts the events that
    were recorded before it was asked for.
    """

    search: str
    status: str
    after: int
    event_id: str
