"""Families for identification, in the form that ``priam identify`` reads (``families.json``).

Only what persons agree to goes in: a profile enters with the consent of its person to the
purpose, as the events stand at this moment. No name, no date and no address is in the result;
persons are opaque ids. The laboratory gives the genotypes; families know none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from priam import events as ev
from priam.errors import UserError
from priam.identification.records import FamilyRecord
from priam_office.families.models import FamilyRow
from priam_office.families.pedigrees import members_of, pedigree_of
from priam_office.record.state import known

__all__ = ["Genotypes", "families", "family_record", "family_records"]

#: Marker -> both alleles.
Genotypes = Mapping[str, tuple[str, str]]
_BATCH = 500


def families(
    genotypes: Mapping[str, Genotypes],
    *,
    purpose: str = "identification",
    frequencies: str = "nist1036-cauc",
) -> dict[str, Any]:
    """The content of ``families.json``: all families with somebody missing and a usable profile.

    ``genotypes`` holds one consensus profile for each reference sample that was typed; of several
    samples of one person the last one taken counts.
    """
    state = known().state
    typed = {
        reference.person: genotypes[reference.sample]
        for reference in ev.usable_references(state, purpose)
        if reference.sample == _last_typed(state, reference.person, genotypes)
    }
    return {
        "format": "priam-families/1",
        "note": f"consent to {purpose}",
        "frequencies": frequencies,
        "families": [
            {
                "id": record.id,
                "pedigree": list(record.pedigree),
                "missing": list(record.missing),
                "genotypes": {
                    person: {marker: list(pair) for marker, pair in found.items()}
                    for person, found in record.genotypes.items()
                },
            }
            for record in family_records(typed, state)
        ],
    }


def _last_typed(state: ev.State, person: str, typed: Collection[str]) -> str | None:
    samples = state.relatives[person].samples
    return next((sample for sample in reversed(samples) if sample in typed), None)


def family_records(typed: Mapping[str, Genotypes], state: ev.State) -> Iterator[FamilyRecord]:
    """The families of these relatives, by id; ``typed`` holds those who agree, and no others."""
    wanted = sorted({state.relatives[person].family for person in typed})
    sought = {missing for missing, row in state.missing.items() if row.status == "open"}
    for at in range(0, len(wanted), _BATCH):
        batch = wanted[at : at + _BATCH]
        for row in FamilyRow.objects.filter(family__in=batch).order_by("family"):
            made = family_record(row.family, row.pedigree, typed, sought)
            if made is not None:
                yield made


def family_record(
    family: str,
    pedigree: Iterable[Mapping[str, Any]],
    typed: Mapping[str, Genotypes],
    sought: Iterable[str],
) -> FamilyRecord | None:
    """The family as a search reads it; None where nobody is sought or nobody is typed.

    Members go by the opaque ids of the missing persons and relatives they stand for; who is no
    kin of anybody sought is left out. A drawing that cannot be computed with is none: its page
    says what is wrong.
    """
    members, wanted = members_of(pedigree), set(sought)
    missing = [m for m in members if m.missing in wanted]
    if not missing:
        return None
    names = {
        m.id: (m.missing if m.missing in wanted else m.person) or f"{family}:{m.id}"
        for m in members
    }
    try:
        kin = pedigree_of(members, [m.id for m in missing])
    except UserError:
        return None

    def name(one: str | None) -> str | None:
        return None if one is None else names.get(one, f"{family}:{one}")

    records = tuple(
        {
            "id": name(p.id),
            "father": name(p.father),
            "mother": name(p.mother),
            "sex": p.sex.name.lower() if p.sex else "",
        }
        for p in kin.persons
    )
    inside = {str(record["id"]) for record in records}
    genotypes = {p: dict(typed[p]) for p in names.values() if p in typed and p in inside}
    genotypes = {p: g for p, g in genotypes.items() if g}
    if not genotypes:
        return None
    return FamilyRecord(family, records, tuple(str(m.missing) for m in missing), genotypes)
