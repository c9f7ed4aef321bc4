"""The picture of a family, the same in words, and who is not in it yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from priam.events import Member
from priam.kinship.drawing import draw
from priam_office.families import pedigrees
from priam_office.families.queries import FamilyPage, display_name, written
from priam_office.families.words import word

__all__ = ["Drawn", "drawn", "in_words", "label", "picture", "sampled", "undrawn"]


_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Drawn:
    """A member as a row of the table beside the picture."""

    member: Member
    label: str
    who: str
    father: str
    mother: str
    partner: str
    sampled: bool
    barred: bool
    withdrawn: bool = False  # gave a sample that may not be used for identification any more

    @property
    def unnamed(self) -> bool:
        """Whether the member stands for nobody yet."""
        return self.member.missing is None and self.member.person is None


def sampled(page: FamilyPage) -> set[str]:
    """Relatives with a reference sample that may be used for identification."""
    consenting = {row.person for row in page.relatives if "identification" in row.consents}
    return {sample.person_id for sample in page.samples} & consenting


def label(page: FamilyPage, member: Member, members: Sequence[Member]) -> str:
    """A short name for one of the members: the given name, or for somebody unnamed what they are
    to the missing person and their number."""
    if member.missing:
        facts = next((m.facts for m in page.missing if m.missing == member.missing), None)
        first = facts["names"][0] if facts else {}
    else:
        row = page.by_person.get(member.person or "")
        first = row.told["name"] if row else {}
    name = first.get("given") or first.get("surname") or _unnamed(member, members)
    return _DIRECTION.sub("", name)  # the words of a drawing have no element to isolate them


def _unnamed(member: Member, members: Sequence[Member]) -> str:
    missing = next((one.id for one in members if one.missing), None)
    code = pedigrees.relation(members, member.id, missing) if missing else ""
    return f"{word('relation', code)} (№ {member.id})" if code else f"№ {member.id}"


def drawn(page: FamilyPage) -> list[Drawn]:
    """All members, parents before children where the drawing has no mistake."""
    members = pedigrees.members_of(page.row.pedigree)
    names = {member.id: label(page, member, members) for member in members}
    with_sample, gave = sampled(page), {sample.person_id for sample in page.samples}
    barred = {row.person for row in page.barred}
    return [
        Drawn(
            member,
            names[member.id],
            _who(page, member),
            names.get(member.father or "", ""),
            names.get(member.mother or "", ""),
            names.get(member.partner or "", ""),
            member.person in with_sample,
            member.person in barred,
            member.person in gave and member.person not in with_sample,
        )
        for member in members
    ]


def _who(page: FamilyPage, member: Member) -> str:
    if member.missing:
        found = next((m for m in page.missing if m.missing == member.missing), None)
        return display_name(found.facts) if found else ""
    row = page.by_person.get(member.person or "")
    return written(row.told["name"]) if row else ""


def undrawn(page: FamilyPage) -> list[tuple[str, str]]:
    """Relatives who stand nowhere in the drawing: (person, name)."""
    held = {member.get("person") for member in page.row.pedigree}
    return [
        (row.person, written(row.told["name"])) for row in page.relatives if row.person not in held
    ]


def picture(page: FamilyPage) -> SafeString:
    """The drawing as SVG; empty where nothing is drawn or the drawing has a mistake."""
    members = pedigrees.members_of(page.row.pedigree)
    if not members or pedigrees.problem(members, lambda member: member.id):
        return SafeString("")
    rows = drawn(page)
    svg = draw(
        pedigrees.pedigree_of(members),
        typed=[row.member.id for row in rows if row.sampled],
        missing=[row.member.id for row in rows if row.member.missing],
        deceased=[row.member.id for row in rows if row.member.deceased],
        labels={row.member.id: row.label for row in rows},
        title=_("Pedigree"),
        partners=pedigrees.couples(members),
        words=" ".join(in_words(r.member, r.label, r.father, r.mother, r.sampled) for r in rows),
    )
    return mark_safe(svg)  # every text in it is escaped by the library


def in_words(member: Member, label: str, father: str, mother: str, sampled: bool) -> str:
    """One member of a drawing, for those who do not see it."""
    parts = [label, word("sex", member.sex)]
    if father and mother:
        parts.append(_("child of %(father)s and %(mother)s") % {"father": father, "mother": mother})
    parts += [_("missing")] if member.missing else []
    parts += [_("with a sample")] if sampled else []
    parts += [_("dead")] if member.deceased else []
    return ", ".join(parts) + "."
