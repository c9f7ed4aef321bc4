"""What the state knows of missing persons and families: links and status, never a name.

Seventy thousand rows of each are held in memory, so that a row is a few references.
"""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

__all__ = ["Family", "Missing", "Reference", "Relative"]

_NO_REVISIONS: Map[str, int] = Map()  # one for all rows: most missing persons have none


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who is looked for. ``status`` is ``open`` or ``closed``.

    ``sections`` counts the revisions of each ante-mortem section of each reporter, under
    ``"section reporter"``; ``reporters`` are those who told something and are no relatives.
    """

    missing: str
    family: str | None = None
    status: str = "open"
    revision: int = 1
    reporters: frozenset[str] = frozenset()
    sections: Map[str, int] = _NO_REVISIONS


@dataclass(frozen=True, slots=True)
class Family:
    """Those who look for one or several missing persons together.

    ``notify`` is what they want to be told: ``each`` finding, the ``first`` only, or all at the
    ``end``; None while nobody asked them. ``findings_told`` counts what they were told so far.
    """

    family: str
    missing: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    notify: str | None = None
    pedigree: int = 0  # the revision in force; 0 while none is drawn
    findings_told: int = 0


@dataclass(frozen=True, slots=True)
class Relative:
    """A person of a family. ``contact`` is ``authorised``, ``barred`` or None (neither);
    ``consents`` are the purposes that they agree to now."""

    person: str
    family: str
    contact: str | None = None
    consents: frozenset[str] = frozenset()
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference sample, by its label. ``destroyed`` once the material is no more."""

    sample: str
    person: str
    family: str
    destroyed: bool = False
