"""Which relative to ask for a sample: those nearest to the missing person, not yet typed."""

from __future__ import annotations

from priam.identification.records import FamilyRecord
from priam.identification.tables import family_pedigree
from priam.kinship.pedigree import Pedigree

__all__ = ["who_to_ask"]


def who_to_ask(family: FamilyRecord) -> tuple[str, ...]:
    """Untyped relatives, best first: kinship with the missing persons, then relation.

    Kinship alone decides the order: a parent or child (1/4) helps more than a grandparent or
    uncle (1/8). The spouse of a missing person with a child counts by the child. A sibling is
    put after parents and children, because his genotype is only on average half shared.
    """
    pedigree = family_pedigree(family)
    scored = []
    for person in pedigree.persons:
        if person.id in family.missing or person.id in family.genotypes:
            continue
        value = max(pedigree.kinship(person.id, m) for m in family.missing)
        near = any(_parent_or_child(pedigree, person.id, m) for m in family.missing)
        if value > 0.0:
            scored.append((-value, not near, person.id))
    listed = [name for _, _, name in sorted(scored)]
    return tuple(listed) if listed else ("a further child, sibling or parent of the missing",)


def _parent_or_child(pedigree: Pedigree, one: str, other: str) -> bool:
    a, b = pedigree[one], pedigree[other]
    return one in (b.father, b.mother) or other in (a.father, a.mother)
