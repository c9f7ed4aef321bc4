"""Writing Familias projects: the same list of values that reading takes apart."""

from __future__ import annotations

from priam.errors import UserError
from priam.formats.content import Content, Family, KinshipCase
from priam.genetics.frequencies import MarkerFrequencies
from priam.genetics.mutation import Mutation, MutationModel
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["write"]

VERSION = "3.2.8"
_MISSING = "Missing person"


def write(content: Content) -> str:
    """A project that Familias 3 reads; :class:`UserError` for what Familias cannot hold."""
    if not isinstance(content, KinshipCase):
        raise UserError("a Familias project holds a whole case, with frequencies and pedigrees")
    people = _people(content)
    dvi = bool(content.families or content.remains.profiles)
    lines = [
        f'"Output from Familias, version {VERSION}"',
        '"(written by Priam)"',
        VERSION + (" (DVI)" if dvi else ""),
        '""',
        str(len(people)),
    ]
    for name, sex in people.items():
        lines += _person(content, name, sex)
    lines += ['"Known relations"', "0", "0", "0", str(len(content.hypotheses))]
    for place, (name, pedigree) in enumerate(content.hypotheses.items()):
        lines += _pedigree(place, name, pedigree, list(people))
    lines.append(f"#FALSE# (#Databases: 1 ;Theta/Kinship/Fst: {content.theta!r} )")
    lines += [str(len(content.table)), "#TRUE#", f'"{_plain(content.table.name)}"']
    for marker in content.table.markers.values():
        lines += _locus(content, marker)
    if dvi:
        lines += ["", *_dvi(content)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    if '"' in text or not text.isprintable():
        raise UserError(f"the name {text!r} holds a quotation mark or a control character")
    return text


def _people(content: KinshipCase) -> dict[str, Sex]:
    people: dict[str, Sex] = {}
    for pedigree in content.hypotheses.values():
        for person in pedigree.persons:
            if person.sex == Sex.UNKNOWN:
                raise UserError(f"Familias needs the sex of {person.id!r}")
            if people.setdefault(person.id, person.sex) != person.sex:
                raise UserError(f"person {person.id!r} has two sexes in two pedigrees")
            if person.inbreeding:
                raise UserError(f"Familias has no inbred founders, but {person.id!r} is one")
    unknown = next((name for name in content.profiles if name not in people), None)
    if unknown is not None:
        raise UserError(f"the profile of {unknown!r} belongs to nobody in the pedigrees")
    return people


def _person(content: KinshipCase, name: str, sex: Sex) -> list[str]:
    profile = content.profiles.get(name)
    flag = "-1" + (" (Consider dropouts)" if name in content.consider_dropout else "")
    lines = [f'"{_plain(name)}"', "#FALSE#", flag, "#FALSE#"]
    lines.append("#TRUE#" if sex == Sex.MALE else "#FALSE#")
    calls = _calls(content, profile) if profile else []
    return [*lines, str(len(calls)), *(str(value) for call in calls for value in call)]


def _calls(content: KinshipCase, profile: Profile) -> list[tuple[int, int, int]]:
    places = {marker: place for place, marker in enumerate(content.table)}
    found = []
    for marker, alleles in profile.genotypes.items():
        if marker not in places:
            raise UserError(f"marker {marker!r} of {profile.sample!r} is not in the table")
        pair = _pair(profile, marker)
        index = content.table[marker].index
        wrong = next((label for label in alleles if label not in index), None)
        if wrong is not None:
            raise UserError(
                f"allele {wrong!r} of {profile.sample!r} at {marker} is not in the table"
            )
        found.append((index[pair[0]], index[pair[1]], places[marker]))
    return found


def _pair(profile: Profile, marker: str) -> tuple[str, str]:
    alleles = profile.genotypes[marker]
    known = [label for label in alleles if label is not None]
    if len(known) < len(alleles) or not 1 <= len(known) <= 2:
        raise UserError(
            f"Familias needs two alleles of {profile.sample!r} at {marker}; it has "
            f"{'/'.join(str(label) for label in alleles)}"
        )
    return known[0], known[-1]


def _pedigree(place: int, name: str, pedigree: Pedigree, people: list[str]) -> list[str]:
    pairs = [
        (parent, person.id)
        for person in pedigree.persons
        for parent in (person.father, person.mother)
        if parent is not None
    ]
    lines = [str(place), f'"{_plain(name)}"', "0", "0", str(len(pairs))]
    return [*lines, *(str(people.index(who)) for pair in pairs for who in pair)]


def _locus(content: KinshipCase, marker: MarkerFrequencies) -> list[str]:
    model = content.mutation.get(marker.marker, MutationModel())
    sides = [_code(marker.marker, model.female), _code(marker.marker, model.male)]
    silent = content.silent.get(marker.marker, 0.0)
    count = len(marker)
    lines = [f'"{_plain(marker.marker)}"', *(repr(side[1]) for side in sides)]
    lines += [str(side[0]) for side in sides]
    lines += [str(count + (1 if silent else 0)), *(repr(side[3]) for side in sides)]
    lines += [repr(side[2]) for side in sides]
    lines += ["#TRUE#" if silent else "#FALSE#", repr(silent)]
    lines.append(
        f"{count}\t(DatabaseSize = {marker.chromosomes or 0} , Dropout probability = "
        f"{content.dropout.get(marker.marker, 0.0)!r} , Minor allele frequency = 0 )"
    )
    for label, share in zip(marker.alleles, marker.frequencies.tolist()):
        lines += [f'"{_plain(label)}"', repr(share * (1.0 - silent) if silent else share)]
    return lines


def _code(marker: str, mutation: Mutation) -> tuple[int, float, float, float]:
    """Code, rate, second rate and range of a model."""
    found = {k: float(v) for k, v in mutation.parameters.items() if isinstance(v, int | float)}
    rate, rate2, scale = (found.get(key, 0.0) for key in ("rate", "rate2", "range"))
    codes = {"trivial": 0, "equal": 0, "proportional": 1, "stepwise": 4}
    code = 3 if mutation.model == "stepwise" and mutation.transform == "PM" else None
    if code is None and not mutation.transform:
        code = codes.get(mutation.model)
    if code is None:
        raise UserError(f"Familias has no mutation model {mutation.describe()} (marker {marker!r})")
    return code, rate, rate2, scale


def _dvi(content: KinshipCase) -> list[str]:
    lines = ["[DVI]", "[[Unidentified persons]]", f"nPersons= {len(content.remains.profiles)}"]
    for place, profile in enumerate(content.remains.profiles, start=1):
        gender = profile.sex.capitalize() if profile.sex != "unknown" else "Unknown"
        lines += _victim(place, profile.sample, gender, profile, 3)
    lines += ["[[Reference Families]]", f"nFamilies= {len(content.families)}"]
    for place, family in enumerate(content.families, start=1):
        lines += _family(place, family)
    return lines


def _victim(place: int, name: str, gender: str, profile: Profile | None, depth: int) -> list[str]:
    opening, closing = "[" * depth, "]" * depth
    lines = [f"{opening}Person {place}{closing}", f"Name= {_plain(name)}", f"Gender= {gender}"]
    genotypes = profile.genotypes if profile else {}
    lines += [f"[{opening}DNA data{closing}]", f"nSystems= {len(genotypes)}"]
    for marker in genotypes:
        assert profile is not None
        first, second = _pair(profile, marker)
        lines += [f"SystemName= {marker}", f"Allele1= {first}", f"Allele2= {second}"]
    return lines


def _family(place: int, family: Family) -> list[str]:
    if len(family.missing) != 1:
        raise UserError(
            f"Familias looks for one person in a family; {family.name!r} has {len(family.missing)}"
        )
    gone = family.missing[0]
    others = [person for person in family.pedigree.persons if person.id != gone]
    lines = [f"[[[Family {place} ]]]", f"Name= {_plain(family.name)}"]
    lines += ["[[[[Persons]]]]", f"nPersons= {len(others)}"]
    for number, person in enumerate(others, start=1):
        gender = person.sex.name.capitalize()
        lines += _victim(number, person.id, gender, family.profiles.get(person.id), 5)
    relations = [
        (parent, person.id)
        for person in family.pedigree.persons
        for parent in (person.father, person.mother)
        if parent is not None
    ]
    lines += ["[[[[Pedigrees]]]]", "nPedigrees= 2"]
    for number, title in enumerate(("Reference pedigree", family.name), start=1):
        lines += [f"[[[[[Pedigree {number}]]]]]", f"Name= {title}", f"nRelations= {len(relations)}"]
        for parent, child in relations:
            shown = [_MISSING if who == gone else who for who in (parent, child)]
            lines += [f"Parent= {shown[0]}", f"Child= {shown[1]}"]
    return lines
