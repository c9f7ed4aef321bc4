"""GA4GH Pedigree as JSON: individuals and relationships, and the older Phenopackets Pedigree.

Read: the GA4GH Pedigree Standard, version 1 (``individuals`` with ``egg_parent_id`` and
``sperm_parent_id`` or ``relationships`` with ``biological_relationship``) and version 0.1 (one
``relation`` each); terms of the Kinship Ontology: KIN:027 isBiologicalMotherOf, KIN:028
isBiologicalFatherOf, KIN:003 isBiologicalParentOf, ovum donor KIN:038 and sperm donor KIN:039.
Phenopackets ``pedigree.persons`` with ``paternalId`` and ``maternalId``. Names in camel case and
in snake case are the same. Written: version 1.

Monozygotic twins are refused: this program has no twins yet, and treating them as siblings would
be wrong. Social relations (adoption, fostering) carry no genetics and are left out.
``index_patients`` are the missing persons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.formats.content import Content, Families, Family
from priam.kinship.pedigree import Pedigree, Sex
from priam.strict_json import parse_text

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "GA4GH Pedigree (JSON)"
HOLDS = "families"

_MOTHER = {"KIN:027", "KIN:038", "isbiologicalmotherof", "isbiologicalmother", "isovumdonorof"}
_FATHER = {"KIN:028", "KIN:039", "isbiologicalfatherof", "isbiologicalfather", "isspermdonorof"}
_PARENT = {"KIN:003", "isbiologicalparentof", "isbiologicalparent"}
_TWINS = {"KIN:010", "ismonozygoticmultiplebirthsiblingof", "ismonozygotictwinof"}
_SEXES = {
    "assignedmale": Sex.MALE,
    "assignedfemale": Sex.FEMALE,
    "male": Sex.MALE,
    "female": Sex.FEMALE,
    "1": Sex.MALE,
    "2": Sex.FEMALE,
}


def sniff(text: str) -> bool:
    """JSON with individuals or persons (perhaps inside ``pedigree``)."""
    head = text.lstrip("\ufeff \n\t")
    if not head.startswith(("{", "[")):
        return False
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return '"individuals"' in head[:4000] or '"persons"' in head[:4000]
    data = data[0] if isinstance(data, list) and data else data
    if not isinstance(data, dict):
        return False
    inner = data.get("pedigree", data)
    return isinstance(inner, dict) and ("individuals" in inner or "persons" in inner)


def read(text: str, *, file: str | Path | None = None) -> Families:
    """One family for each pedigree (the file holds one, or a list)."""
    data = parse_text(text.lstrip("\ufeff"), file)
    try:
        json.dumps(data, ensure_ascii=False).encode()  # half a character has no UTF-8
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", file=file) from None
    listed = data if isinstance(data, list) else [data]
    families = []
    for position, entry in enumerate(listed):
        where = f"$[{position}]" if isinstance(data, list) else "$"
        if not isinstance(entry, dict):
            raise InputError("a pedigree is an object", file=file, where=where)
        families.append(_Reader(file, where).family(_snake(entry), position))
    if not families:
        raise InputError("there is no pedigree in the file", file=file)
    return Families(tuple(families))


def _snake(value: Any) -> Any:
    """Keys in snake case, at every level."""
    if isinstance(value, dict):
        return {
            re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", str(key)).lower(): _snake(inner)
            for key, inner in value.items()
        }
    return [_snake(inner) for inner in value] if isinstance(value, list) else value


class _Reader:
    """Reads one pedigree; knows the file and the JSON path for its errors."""

    def __init__(self, file: str | Path | None, where: str) -> None:
        self.file, self.where = file, where

    def error(self, message: str, path: str = "") -> InputError:
        return InputError(message, file=self.file, where=f"{self.where}{path}")

    def family(self, entry: Mapping[str, Any], position: int) -> Family:
        inner = entry.get("pedigree", entry)
        if not isinstance(inner, dict):
            raise self.error("'pedigree' is not an object", ".pedigree")
        name = str(inner.get("id") or entry.get("id") or position + 1)
        if "individuals" in inner:
            records = self.individuals(self.items(inner, "individuals"))
            self.relationships(self.items(inner, "relationships"), records)
            index = inner.get("index_patients") or inner.get("proband") or []
        else:
            records = self.persons(self.items(inner, "persons"))
            proband = entry.get("proband")
            index = proband.get("subject", {}).get("id") if isinstance(proband, dict) else []
        missing = tuple(str(one) for one in (index if isinstance(index, list) else [index]) if one)
        return self.build(name, records, missing)

    def build(
        self, name: str, records: dict[str, dict[str, Any]], missing: tuple[str, ...]
    ) -> Family:
        try:
            pedigree = Pedigree.from_records(records.values(), complete_parents=True, name=name)
        except UserError as error:
            raise self.error(f"pedigree {name!r}: {error}") from None
        unknown = [one for one in missing if one not in pedigree]
        if unknown:
            raise self.error(f"the index person {unknown[0]!r} is not among the individuals")
        deceased = frozenset(one for one, record in records.items() if record["deceased"])
        return Family(name, pedigree, {}, missing, {}, deceased)

    def items(self, inner: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        listed = inner.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self.error(f"{key!r} is not a list of objects", f".{key}")
        return listed

    def individuals(self, listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        records: dict[str, dict[str, Any]] = {}
        for position, one in enumerate(listed):
            subject = one.get("subject", one)
            subject = subject if isinstance(subject, dict) else one
            name = subject.get("id", one.get("id"))
            path = f".individuals[{position}]"
            if name in (None, ""):
                raise self.error("an individual without an id", path)
            if str(name) in records:
                raise self.error(f"individual {str(name)!r} stands twice", path)
            records[str(name)] = {
                "id": str(name),
                "sex": _sex(subject.get("sex_assigned_at_birth", subject.get("sex"))),
                "father": one.get("sperm_parent_id") or None,
                "mother": one.get("egg_parent_id") or None,
                "deceased": _deceased(subject),
            }
        return records

    def relationships(
        self, listed: list[dict[str, Any]], records: dict[str, dict[str, Any]]
    ) -> None:
        for position, one in enumerate(listed):
            path = f".relationships[{position}]"
            parent = str(one.get("individual", one.get("individual_id", "")))
            child = str(one.get("relative", one.get("relative_id", "")))
            terms = _terms(one)
            for name in (parent, child):
                if name not in records:
                    raise self.error(f"person {name!r} is not among the individuals", path)
            if terms & _TWINS or "MONOZYGOTIC" in (one.get("twin_group") or []):
                raise self.error(
                    f"{parent!r} and {child!r} are monozygotic twins, which Priam cannot compute "
                    "yet; give one of them",
                    path,
                )
            side = self.side(terms, records[parent], path)
            if side is None:
                continue
            known = records[child][side]
            if known not in (None, parent):
                raise self.error(f"{child!r} has two as {side}: {known!r} and {parent!r}", path)
            records[child][side] = parent

    def side(self, terms: set[str], parent: Mapping[str, Any], path: str) -> str | None:
        if terms & _MOTHER:
            return "mother"
        if terms & _FATHER:
            return "father"
        if not terms & _PARENT:
            return None
        if parent["sex"] == Sex.UNKNOWN:
            raise self.error(
                f"{parent['id']!r} is a parent of unknown sex; say mother or father", path
            )
        return "father" if parent["sex"] == Sex.MALE else "mother"

    def persons(self, listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        records: dict[str, dict[str, Any]] = {}
        for position, one in enumerate(listed):
            name = str(one.get("individual_id") or "")
            if not name or name in records:
                fault = "stands twice" if name else "has no individualId"
                raise self.error(f"person {name!r} {fault}", f".persons[{position}]")
            records[name] = {
                "id": name,
                "sex": _sex(one.get("sex")),
                "father": one.get("paternal_id"),
                "mother": one.get("maternal_id"),
                "deceased": False,
            }
        return records


def _sex(value: object) -> Sex:
    return _SEXES.get(re.sub(r"[^a-z0-9]", "", str(value).lower()), Sex.UNKNOWN)


def _deceased(subject: Mapping[str, Any]) -> bool:
    vital = subject.get("vital_status")
    status = vital.get("status") if isinstance(vital, dict) else vital
    return subject.get("deceased") is True or str(status).upper() == "DECEASED"


def _terms(one: Mapping[str, Any]) -> set[str]:
    listed = one.get("biological_relationship", one.get("relation", one.get("relationship", [])))
    found: set[str] = set()
    for term in listed if isinstance(listed, list) else [listed]:
        parts = [term.get("id"), term.get("label")] if isinstance(term, dict) else [term]
        for part in parts:
            text = str(part or "").strip()
            found |= {text.upper(), text.rpartition(":")[2].replace(" ", "").lower()}
    return found


def write(content: Content) -> str:
    """GA4GH Pedigree version 1, one object, or a list of them."""
    if not isinstance(content, Families):
        raise UserError("a GA4GH Pedigree holds families only")
    listed = [_entry(family) for family in content.families]
    return (
        json.dumps(listed[0] if len(listed) == 1 else listed, indent=1, ensure_ascii=False) + "\n"
    )


_WORDS = {
    Sex.MALE: "ASSIGNED_MALE",
    Sex.FEMALE: "ASSIGNED_FEMALE",
    Sex.UNKNOWN: "SEX_ASSIGNED_AT_BIRTH_UNSPECIFIED",
}


def _entry(family: Family) -> dict[str, Any]:
    individuals, relationships = [], []
    for person in family.pedigree.persons:
        one: dict[str, Any] = {"id": person.id, "sex_assigned_at_birth": _WORDS[person.sex]}
        if person.id in family.deceased:
            one["deceased"] = True
        sides = (
            (person.mother, "egg_parent_id", "KIN:027", "isBiologicalMotherOf"),
            (person.father, "sperm_parent_id", "KIN:028", "isBiologicalFatherOf"),
        )
        for parent, key, term, label in sides:
            if parent is not None:
                one[key] = parent
                relation = [{"id": term, "label": label}]
                relationships.append(
                    {
                        "individual": parent,
                        "relative": person.id,
                        "biological_relationship": relation,
                    }
                )
        individuals.append(one)
    return {
        "id": family.name,
        "index_patients": list(family.missing),
        "individuals": individuals,
        "relationships": relationships,
    }
