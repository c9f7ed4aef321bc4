"""What the state knows of releases and graves: which cases, whereto, how far; never a name."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Grave", "Release"]


@dataclass(frozen=True, slots=True)
class Release:
    """Remains of one individual on their way out. ``to`` is ``family``, ``temporary grave`` or
    ``other side``; ``status`` is ``planned``, ``done`` or ``cancelled``.

    ``decision`` is the one it rests on, ``bag`` the one packed for the other side, ``grave``
    where it was laid. ``documents`` are (kind, language, SHA-256) of papers that were issued.
    """

    release: str
    cases: tuple[str, ...]
    to: str
    decision: str | None
    family: str | None
    person: str | None
    event_id: str
    status: str = "planned"
    documents: tuple[tuple[str, str, str], ...] = ()
    bag: str | None = None
    grave: str | None = None


@dataclass(frozen=True, slots=True)
class Grave:
    """A numbered grave; ``cases`` are those that lie in it now."""

    grave: str
    cases: tuple[str, ...]
    event_id: str
