"""Victims, families and markers of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from priam.errors import UserError
from priam.kinship.locus import Locus
from priam.kinship.observations import observe
from priam.kinship.pedigree import Pedigree, Person, Sex

__all__ = ["DviCase", "DviFamily", "Victim", "case_from_record", "check_profiles"]

Genotypes = Mapping[str, Any]  # marker -> labels


@dataclass(frozen=True)
class Victim:
    """An unknown person with a profile."""

    id: str
    sex: Sex
    genotypes: Genotypes


@dataclass(frozen=True)
class DviFamily:
    """A pedigree, who of it is missing, and who is typed."""

    id: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    genotypes: Mapping[str, Genotypes]


@dataclass(frozen=True)
class DviCase:
    """A case. ``columns`` names the missing persons in the order of the answer.

    Each column is (name shown, family, person).
    """

    name: str
    loci: tuple[Locus, ...]
    victims: tuple[Victim, ...]
    families: tuple[DviFamily, ...]
    columns: tuple[tuple[str, int, str], ...]

    def fits(self, victim: Victim, column: int) -> bool:
        """Whether the sexes allow the pair; an unknown sex fits both."""
        _, family, person = self.columns[column]
        sex = self.families[family].pedigree[person].sex
        return Sex.UNKNOWN in (sex, victim.sex) or sex == victim.sex


def case_from_record(record: Mapping[str, Any]) -> DviCase:
    """A case of the form ``dvi/1``. Raises :class:`UserError` that names the part that is wrong."""
    for key in ("name", "markers", "victims", "families"):
        if key not in record:
            raise UserError(f"case {record.get('name', '?')!r} has no {key!r}")
    if record.get("theta"):
        raise UserError(
            f"case {record['name']!r} gives theta {record['theta']!r}; closed cases are computed "
            "without it, as dvir does. Leave it out, or use 'priam kinship lr' with --theta"
        )
    loci = tuple(Locus.from_record(marker) for marker in record["markers"])
    victims = tuple(
        Victim(str(v["id"]), Sex.of(v.get("sex")), dict(v.get("genotypes") or {}))
        for v in record["victims"]
    )
    families = tuple(_family(entry) for entry in record["families"])
    _check_unique([v.id for v in victims], "victim")
    columns = {m: (m, k, m) for k, family in enumerate(families) for m in family.missing}
    _check_unique([m for family in families for m in family.missing], "missing person")
    order = [str(m) for m in record.get("missing") or columns]
    if set(order) != set(columns):
        odd = sorted(set(order) ^ set(columns))
        raise UserError(f"case {record['name']!r}: 'missing' and the families differ in {odd}")
    return DviCase(str(record["name"]), loci, victims, families, tuple(columns[m] for m in order))


def check_profiles(case: DviCase) -> DviCase:
    """The case, if every profile can be read: :class:`UserError` names person, marker, value."""
    for victim in case.victims:
        person = Person(victim.id, sex=victim.sex)
        for locus in case.loci:
            observe(victim.genotypes.get(locus.name), locus, person)
    for family in case.families:
        for name, genotypes in family.genotypes.items():
            for locus in case.loci:
                observe(genotypes.get(locus.name), locus, family.pedigree[name])
    return case


def _family(entry: Mapping[str, Any]) -> DviFamily:
    name = str(entry.get("id", entry.get("family", "?")))
    pedigree = Pedigree.from_records(entry["pedigree"], name=name)
    given = entry.get("missing")
    missing = tuple(str(m) for m in ([given] if isinstance(given, str) else given or ()))
    if not missing:
        raise UserError(
            f"family {name!r} names no missing person; 'missing' lists whom it looks for"
        )
    for person in (*missing, *(entry.get("genotypes") or {})):
        if person not in pedigree.index:
            raise UserError(f"person {person!r} of family {name!r} is not in its pedigree")
    return DviFamily(name, pedigree, missing, dict(entry.get("genotypes") or {}))


def _check_unique(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(f"{what} {twice[0]!r} stands twice; names are unique in a case")
