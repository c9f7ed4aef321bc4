"""Editing a drawn family: pure functions from members to members, and what is wrong with them.

Members are :class:`priam.events.Member`; their ids are small numbers within one family. A member
with one known parent is completed by an unnamed one only where the pedigree is computed with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from priam.errors import UserError
from priam.events import Member, RelativeAdded
from priam.kinship.pedigree import Pedigree

__all__ = [
    "changed",
    "couples",
    "members_of",
    "of_missing",
    "pedigree_of",
    "problem",
    "relation",
    "removed",
    "with_child",
    "with_missing",
    "with_parents",
    "with_partner",
    "with_relative",
    "with_sibling",
    "without_missing",
]

Members = tuple[Member, ...]
_OPPOSITE = {"male": "female", "female": "male", "unknown": "unknown"}
_SEX = {
    "father": "male",
    "son": "male",
    "brother": "male",
    "mother": "female",
    "daughter": "female",
    "sister": "female",
}


def members_of(data: Iterable[Mapping[str, Any]]) -> Members:
    """Members from stored plain data."""
    return tuple(Member(**entry) for entry in data)


def relation(members: Sequence[Member], who: str, of: str) -> str:
    """What the member ``who`` is to the member ``of``, as a code of relations; "" for kin further
    away than grandparents and for those of no known sex."""
    by_id = {member.id: member for member in members}
    one, other = by_id[who], by_id[of]
    parents = {other.father, other.mother} - {None}
    own = {one.father, one.mother} - {None}
    above = {p for parent in parents for p in (by_id[parent].father, by_id[parent].mother) if p}
    children = [member for member in members if of in (member.father, member.mother)]
    spouses = {p for child in children for p in (child.father, child.mother)} | {other.partner}
    pairs = (
        (who in parents, ("father", "mother")),
        (who in above, ("grandfather", "grandmother")),
        (of in own, ("son", "daughter")),
        (bool(own) and own == parents, ("brother", "sister")),
        (bool(own & parents), ("half-brother", "half-sister")),
        (who in spouses or one.partner == of, ("spouse", "spouse")),
    )
    place = {"male": 0, "female": 1}.get(one.sex)
    if place is None or who == of:
        return ""
    return next((words[place] for holds, words in pairs if holds), "")


def pedigree_of(members: Sequence[Member], keep: Iterable[str] = ()) -> Pedigree:
    """The pedigree that is computed with; raises :class:`UserError` where there is none.

    With ``keep``, only the groups of kin in which one of these members is.
    """
    if found := problem(members, lambda member: member.id):
        raise UserError(found)
    whole = Pedigree.from_records(
        ({"id": m.id, "sex": m.sex, "father": m.father, "mother": m.mother} for m in members),
        complete_parents=True,
    )
    wanted = set(keep)
    if not wanted:
        return whole
    kin = {one for group in whole.components if wanted & set(group) for one in group}
    return Pedigree(tuple(p for p in whole.persons if p.id in kin))


def problem(members: Sequence[Member], name: Callable[[Member], str]) -> str:
    """What is wrong with the drawing, in one sentence that uses ``name`` for persons; or ""."""
    known = {member.id: member for member in members}
    for member in members:
        for role, sex, parent in (
            ("father", "male", known.get(member.father or "")),
            ("mother", "female", known.get(member.mother or "")),
        ):
            if parent is not None and parent.sex != sex:
                return _wrong_parent(role, parent, member, name)
        if member.father and member.father == member.mother:
            return _("%s has one person as both parents.") % name(member)
    for member in members:
        if _above(known, member.id, member.id):
            return _("%s would be their own ancestor; check the parents along that line.") % name(
                member
            )
    return ""


def _wrong_parent(role: str, parent: Member, child: Member, name: Callable[[Member], str]) -> str:
    names = {"parent": name(parent), "child": name(child)}
    if parent.sex == "unknown":
        return _("The sex of %(parent)s is unknown; a parent of %(child)s must have one.") % names
    if role == "father":
        return _("%(child)s would have two mothers: %(parent)s is female.") % names
    return _("%(child)s would have two fathers: %(parent)s is male.") % names


def _above(known: Mapping[str, Member], start: str, wanted: str) -> bool:
    """Whether ``wanted`` is among the ancestors of ``start``."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        member = known[stack.pop()]
        for parent in (member.father, member.mother):
            if parent == wanted:
                return True
            if parent and parent in known and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return False


def couples(members: Sequence[Member]) -> list[tuple[str, str]]:
    """Partners without common children, each couple once, the man first where there is one."""
    known = {member.id: member for member in members}
    parents = {frozenset((m.father, m.mother)) for m in members if m.father and m.mother}
    found = {
        frozenset((m.id, m.partner)) for m in members if m.partner and m.partner in known
    } - parents
    return sorted(
        (one, other) if known[one].sex != "female" else (other, one)
        for one, other in (sorted(pair) for pair in found)
    )


# -- editing ---------------------------------------------------------------------------------


def _next(members: Sequence[Member]) -> str:
    return str(max((int(m.id) for m in members if m.id.isdigit()), default=0) + 1)


def _of(members: Sequence[Member], one: str) -> Member:
    for member in members:
        if member.id == one:
            return member
    raise UserError(_("This person is no longer in the drawing; look at it again."))


def changed(members: Sequence[Member], one: str, **values: Any) -> Members:
    """The members with fields of one of them set."""
    _of(members, one)
    return tuple(dataclasses.replace(m, **values) if m.id == one else m for m in members)


def _added(members: Sequence[Member], **values: Any) -> tuple[Members, str]:
    new = Member(_next(members), **values)
    return (*members, new), new.id


def with_parents(members: Sequence[Member], one: str) -> Members:
    """Both parents of a member; those who are there stay."""
    after = tuple(members)
    for role, sex in (("father", "male"), ("mother", "female")):
        if getattr(_of(after, one), role) is None:
            after, new = _added(after, sex=sex)
            after = changed(after, one, **{role: new})
    return after


def with_partner(members: Sequence[Member], one: str) -> Members:
    """A partner of a member, of the other sex where the sex is known."""
    after, _new = _added(members, sex=_OPPOSITE[_of(members, one).sex], partner=one)
    return after


def with_sibling(members: Sequence[Member], one: str, sex: str = "unknown") -> Members:
    """A brother or sister of the same two parents, who are added where they are not there."""
    after = with_parents(members, one)
    member = _of(after, one)
    return _added(after, sex=sex, father=member.father, mother=member.mother)[0]


def with_child(
    members: Sequence[Member], one: str, sex: str = "unknown", other: str = ""
) -> Members:
    """A child of a member and of ``other``; without one, of the only partner or of a new one."""
    member = _of(members, one)
    if member.sex == "unknown":
        raise UserError(_("Say first whether this person is male or female; a parent must be one."))
    after = tuple(members)
    partner = other or _only_partner(members, one)
    if not partner:
        after, partner = _added(after, sex=_OPPOSITE[member.sex])
    father, mother = (one, partner) if member.sex == "male" else (partner, one)
    return _added(after, sex=sex, father=father, mother=mother)[0]


def _only_partner(members: Sequence[Member], one: str) -> str:
    """The partner of a member where there is exactly one."""
    found = {m.mother for m in members if m.father == one}
    found |= {m.father for m in members if m.mother == one}
    found |= {m.id for m in members if m.partner == one}
    found |= {_of(members, one).partner}
    found -= {None}
    return str(found.pop()) if len(found) == 1 else ""


def removed(members: Sequence[Member], one: str) -> Members:
    """Without a member who has no children in the drawing and stands for no missing person."""
    member = _of(members, one)
    if any(one in (m.father, m.mother) for m in members):
        raise UserError(_("This person has children in the drawing; take those out first."))
    if member.missing:
        raise UserError(
            _("A missing person stays in the drawing of the family that looks for them.")
        )
    left = tuple(m for m in members if m.id != one)
    return tuple(dataclasses.replace(m, partner=None) if m.partner == one else m for m in left)


# -- whom members stand for ------------------------------------------------------------------


def of_missing(missing: Sequence[tuple[str, str]]) -> Members:
    """A drawing to begin with: each missing person (id, sex) with both parents unnamed.

    Several missing persons of one family stand unrelated until somebody says how they are kin:
    two brothers, or father and son, are for a person to say.
    """
    members: Members = ()
    for one, sex in missing:
        members = with_missing(members, one, sex)
    return members


def with_missing(members: Sequence[Member], missing: str, sex: str) -> Members:
    """A member for a missing person who is not drawn yet."""
    if any(member.missing == missing for member in members):
        return tuple(members)
    after, new = _added(members, sex=sex, missing=missing, deceased=False)
    return with_parents(after, new)


def without_missing(members: Sequence[Member], missing: str) -> Members:
    """The members, none of whom stands for the person any longer."""
    return tuple(
        dataclasses.replace(m, missing=None) if m.missing == missing else m for m in members
    )


def with_relative(members: Sequence[Member], event: RelativeAdded) -> Members:
    """A member for a new relative, where the relation to a drawn missing person says which.

    Father, mother, brother, sister, child and spouse are drawn; of others nobody but the family
    can say on which side they are, so the editor is for them.
    """
    about = next((m for m in members if m.missing and m.missing == event.of), None)
    if about is None:
        return tuple(members)
    person, relation = event.person, event.relation
    if relation in ("father", "mother"):
        after = with_parents(members, about.id)
        slot = getattr(_of(after, about.id), relation)
        taken = _of(after, slot)
        free = taken.person is None and taken.missing is None
        return changed(after, slot, person=person) if free else tuple(members)
    if relation in ("brother", "sister"):
        after = with_sibling(members, about.id, _SEX[relation])
    elif relation in ("son", "daughter") and about.sex != "unknown":
        after = with_child(members, about.id, _SEX[relation])
    elif relation == "spouse":
        return _with_spouse(members, about, person)
    else:
        return tuple(members)
    return changed(after, after[-1].id, person=person)


def _with_spouse(members: Sequence[Member], about: Member, person: str) -> Members:
    """The unnamed other parent of the children becomes the spouse, or a new partner is drawn."""
    partner = _only_partner(members, about.id)
    if partner and _of(members, partner).person is None:
        return changed(members, partner, person=person)
    after = with_partner(members, about.id)
    return changed(after, after[-1].id, person=person)
