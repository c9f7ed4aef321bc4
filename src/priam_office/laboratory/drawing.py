"""A family drawn for geneticists: letters for names, the typed filled, the sought marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from priam.errors import UserError
from priam.events import Member
from priam.kinship.drawing import draw
from priam_office.families.drawing import in_words
from priam_office.families.pedigrees import members_of, pedigree_of

__all__ = ["draw_family"]


def draw_family(
    pedigree: Iterable[Mapping[str, Any]], typed: Collection[str], sought: Collection[str]
) -> tuple[dict[str, str], str]:
    """Letters of the relatives and missing persons, and the drawing as SVG (empty if none).

    ``typed`` are relatives whose profile counts; ``sought`` the missing persons in question.
    """
    members = members_of(pedigree)
    named = [m for m in members if m.person or m.missing]
    letters = {str(m.person or m.missing): _letter(n) for n, m in enumerate(named)}
    of = {m.id: letters[str(m.person or m.missing)] for m in named}
    try:
        kin = pedigree_of(members, [m.id for m in members if m.missing in sought])
    except UserError:
        return letters, ""
    inside = set(kin.ids)
    svg = draw(
        kin,
        typed=[m.id for m in members if m.person in typed and m.id in inside],
        missing=[m.id for m in members if m.missing and m.id in inside],
        deceased=[m.id for m in members if m.deceased and m.id in inside],
        labels={one: letter for one, letter in of.items() if one in inside},
        title=_("Family of the missing person"),
        words=_in_words([m for m in members if m.id in inside], of, typed),
    )
    return letters, svg


def _in_words(members: list[Member], letters: Mapping[str, str], typed: Collection[str]) -> str:
    label = {m.id: letters.get(m.id, f"№ {m.id}") for m in members}
    return " ".join(
        in_words(
            m,
            label[m.id],
            label.get(m.father or "", ""),
            label.get(m.mother or "", ""),
            m.person in typed,
        )
        for m in members
    )


def _letter(number: int) -> str:
    """A, B, ... Z, A2, B2, ..."""
    turn, place = divmod(number, 26)
    return chr(ord("A") + place) + (str(turn + 1) if turn else "")
