"""Families for identification, in the form that ``priam identify`` reads (``families.json``).

Only what persons agree to goes in: a profile enters with the consent of its person to the
purpose, as the events stand at this moment. No name, no date and no address is in the result;
persons are opaque ids. The laboratory gives the genotypes; families know none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from priam import events as ev
from priam.errors import UserError
from priam_office.families import pedigrees
from priam_office.families.models import FamilyRow, MissingPerson
from priam_office.record.state import known

__all__ = ["Genotypes", "families"]

#: Reference sample -> marker -> both alleles.
Genotypes = Mapping[str, Mapping[str, tuple[str, str]]]


def families(
    genotypes: Genotypes,
    *,
    purpose: str = "identification",
    frequencies: str = "nist1036-cauc",
    staff: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The record of all families that look for somebody and have a usable profile.

    ``genotypes`` holds one consensus profile for each reference sample that was typed; of several
    samples of one person the last one taken counts. A family whose drawing has a mistake is left
    out (its page says what is wrong), and so are persons who are no kin of anybody missing.
    """
    by_person = _profiles(genotypes, purpose)
    looked_for = set(
        MissingPerson.objects.filter(status="open")
        .exclude(family=None)
        .values_list("missing", flat=True)
    )
    rows = FamilyRow.objects.exclude(pedigree_revision=0).order_by("place").iterator(500)
    made = (_family(row, looked_for, by_person) for row in rows)
    return {
        "format": "priam-families/1",
        "note": f"consent to {purpose}",
        "frequencies": frequencies,
        "staff": list(staff),
        "families": [record for record in made if record is not None],
    }


def _profiles(genotypes: Genotypes, purpose: str) -> dict[str, Mapping[str, tuple[str, str]]]:
    """Usable profiles by person, as the events stand now."""
    state = known().state
    found = {}
    for relative in state.relatives.values():
        if purpose not in relative.consents:
            continue
        typed = [sample for sample in relative.samples if sample in genotypes]
        if typed:
            found[relative.person] = genotypes[typed[-1]]
    return found


def _family(
    row: FamilyRow, looked_for: set[str], profiles: Mapping[str, Any]
) -> dict[str, Any] | None:
    members = pedigrees.members_of(row.pedigree)
    missing = {m.id: m.missing for m in members if m.missing in looked_for}
    typed = {m.id: m.person for m in members if m.person in profiles}
    if not missing or not typed:
        return None
    try:
        pedigree = pedigrees.pedigree_of(members, missing)
    except UserError:
        return None
    kin = set(pedigree.ids)
    genotypes = {
        _id(row.family, members, one): {marker: list(pair) for marker, pair in profile.items()}
        for one, profile in ((one, profiles[person]) for one, person in typed.items())
        if one in kin
    }
    if not genotypes:
        return None
    return {
        "id": row.family,
        "pedigree": [
            {
                "id": _id(row.family, members, person.id),
                "father": _id(row.family, members, person.father),
                "mother": _id(row.family, members, person.mother),
                "sex": person.sex.name.lower(),
            }
            for person in pedigree.persons
        ],
        "missing": [_id(row.family, members, one) for one in missing if one in kin],
        "genotypes": genotypes,
    }


def _id(family: str, members: Iterable[ev.Member], one: str | None) -> str | None:
    """A missing person or relative by their own id; others by family and place in the drawing."""
    if one is None:
        return None
    member = next((m for m in members if m.id == one), None)
    own = member and (member.missing or member.person)
    return own or f"{family}/{one}"
