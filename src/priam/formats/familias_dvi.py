"""The section of disaster victims in a Familias project: remains, and families that search."""

from __future__ import annotations

from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import Family
from priam.formats.familias_text import Section
from priam.formats.text import own_name
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["MISSING", "read_dvi"]

MISSING = "Missing person"
"""The name Familias gives to the person a family looks for."""

_REFERENCE = "Reference pedigree"
File = str | Path | None


def read_dvi(dvi: Section, file: File) -> tuple[tuple[Profile, ...], tuple[Family, ...]]:
    """Unidentified persons as profiles, reference families with the missing person marked."""
    unidentified = dvi.find("Unidentified persons")
    remains = _persons(unidentified, file) if unidentified else {}
    references = dvi.find("Reference Families")
    families = [_family(one, file) for one in references.numbered("Family")] if references else []
    if references is not None:
        _count(references, "nFamilies", len(families), "families", file)
    names = [family.name for family in families]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"family {twice!r} stands twice in the DVI section", file=file)
    return tuple(profile for profile, _ in remains.values()), tuple(families)


def _count(section: Section, key: str, found: int, what: str, file: File) -> None:
    """The section says how many entries follow; fewer means that the file is cut off."""
    said = section.value(key)
    if said and said.isdigit() and int(said[:9]) != found:
        raise InputError(
            f"the section {section.title!r} announces {said[:9]} {what} but holds {found}; the "
            "file may be cut off",
            file=file,
            where=f"line {section.line}",
        )


def _persons(section: Section, file: File) -> dict[str, tuple[Profile, Sex]]:
    found: dict[str, tuple[Profile, Sex]] = {}
    for person in section.numbered("Person"):
        name = person.value("Name")
        where = f"line {person.line}"
        if not name or name in found:
            fault = f"person {name!r} stands twice" if name else "a person without a name"
            raise InputError(fault, file=file, where=where)
        try:
            sex = Sex.of(person.value("Gender"))
            calls = _calls(person.find("DNA data"), file)
            profile = Profile.of(name, calls, male=sex == Sex.MALE, source=own_name(file))
        except InputError:
            raise
        except UserError as error:
            raise InputError(str(error), file=file, where=where) from None
        found[name] = (profile, sex)
    _count(section, "nPersons", len(found), "persons", file)
    return found


def _calls(data: Section | None, file: File) -> dict[str, list[str]]:
    """``SystemName``, ``Allele1`` and ``Allele2``, three lines a marker."""
    calls: dict[str, list[str]] = {}
    current: list[str] | None = None
    for key, value, line in data.entries if data else ():
        if key.casefold() == "systemname":
            if value in calls:
                raise InputError(f"marker {value!r} stands twice", file=file, where=f"line {line}")
            current = calls.setdefault(value, [])
        elif key.casefold().startswith("allele"):
            if current is None:
                raise InputError("an allele without a marker", file=file, where=f"line {line}")
            current.append(value)
    if data is not None:
        _count(data, "nSystems", len(calls), "markers", file)
    return calls


def _family(section: Section, file: File) -> Family:
    name = section.value("Name")
    where = f"line {section.line}"
    people = section.find("Persons")
    persons = _persons(people, file) if people else {}
    pedigrees = section.find("Pedigrees")
    listed = list(pedigrees.numbered("Pedigree")) if pedigrees else []
    if not name or not listed:
        raise InputError("a reference family needs a name and a pedigree", file=file, where=where)
    chosen = next((one for one in listed if one.value("Name") != _REFERENCE), listed[0])
    relations = _relations(chosen, file)
    try:
        pedigree = _pedigree(name, {k: sex for k, (_, sex) in persons.items()}, relations)
    except UserError as error:
        raise InputError(f"family {name!r}: {error}", file=file, where=where) from None
    profiles = {key: profile for key, (profile, _) in persons.items() if profile.genotypes}
    missing = tuple(one for one in pedigree.ids if one == MISSING)
    return Family(name, pedigree, profiles, missing)


def _relations(section: Section, file: File) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    parent = ""
    for key, value, line in section.entries:
        if key.casefold() == "parent":
            parent = value
        elif key.casefold() == "child":
            if not parent or not value:
                raise InputError("a child without a parent", file=file, where=f"line {line}")
            found.append((parent, value))
            parent = ""
    _count(section, "nRelations", len(found), "relations", file)
    return found


def _pedigree(name: str, sexes: dict[str, Sex], relations: list[tuple[str, str]]) -> Pedigree:
    everybody = dict(sexes)
    for pair in relations:
        for person in pair:
            everybody.setdefault(person, Sex.UNKNOWN)
    _decide_sexes(everybody, relations)
    records: dict[str, dict[str, object]] = {
        person: {"id": person, "sex": sex} for person, sex in everybody.items()
    }
    for parent, child in relations:
        side = "father" if everybody[parent] == Sex.MALE else "mother"
        known = records[child].setdefault(side, parent)
        if known != parent:
            raise UserError(f"{child!r} has two as {side}: {known!r} and {parent!r}")
    return Pedigree.from_records(records.values(), complete_parents=True, name=name)


def _decide_sexes(sexes: dict[str, Sex], relations: list[tuple[str, str]]) -> None:
    """A parent of unknown sex takes the one that the other parents of the children leave."""
    for parent in dict.fromkeys(parent for parent, _ in relations):
        if sexes[parent] != Sex.UNKNOWN:
            continue
        children = {child for one, child in relations if one == parent}
        spouses = {one for one, child in relations if child in children and one != parent}
        known = {sexes[spouse] for spouse in spouses} - {Sex.UNKNOWN}
        if len(known) != 1:
            raise UserError(
                f"the sex of the parent {parent!r} follows from nothing in the file; enter it in "
                "Familias"
            )
        sexes[parent] = Sex.FEMALE if known == {Sex.MALE} else Sex.MALE
