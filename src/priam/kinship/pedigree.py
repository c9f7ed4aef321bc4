"""Who descends from whom: a frozen pedigree, its checks, and constructors of the usual shapes.

A pedigree is a set of persons; each has both parents in it or neither (then he is a *founder*).
Loops, inbreeding, several components (unrelated groups) and inbred founders are allowed. Sex
follows the PED convention: 1 male, 2 female, 0 unknown; a person of unknown sex may have
parents but no children.

Identifiers are strings. Order of the persons is kept, except that nothing depends on it:
``order`` gives parents before children.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

from priam.errors import UserError

__all__ = [
    "Pedigree",
    "Person",
    "Sex",
    "avuncular",
    "cousins",
    "double_cousins",
    "grandparents",
    "great_nephew",
    "half_siblings",
    "nuclear",
    "parent_and_child",
    "siblings",
    "singletons",
    "spouse_and_children",
    "trio",
]


class Sex(IntEnum):
    """PED codes of sex."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2

    @classmethod
    def of(cls, value: object) -> Sex:
        """``Sex`` from a PED code, a word or a letter: 1, "male", "M", "f", "unknown", None."""
        if isinstance(value, Sex):
            return value
        text = "" if value is None else str(value).strip().casefold()
        try:
            return _SEX_WORDS[text]
        except KeyError:
            raise UserError(
                f"sex {value!r} is not known; use male, female or unknown (1, 2 or 0)"
            ) from None


_SEX_WORDS = {
    **dict.fromkeys(["", "0", "u", "unknown", "other", "unknown_sex", "other_sex"], Sex.UNKNOWN),
    **dict.fromkeys(["1", "m", "male", "man"], Sex.MALE),
    **dict.fromkeys(["2", "f", "female", "woman"], Sex.FEMALE),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a pedigree.

    ``inbreeding`` is the probability that the two alleles of a *founder* descend from one
    allele (0 for everybody else, whose inbreeding follows from the pedigree).
    """

    id: str
    father: str | None = None
    mother: str | None = None
    sex: Sex = Sex.UNKNOWN
    inbreeding: float = 0.0

    @property
    def is_founder(self) -> bool:
        return self.father is None


@dataclass(frozen=True)
class Pedigree:
    """Persons with their parents; checked when made.

    Raises :class:`UserError` for: no person, an identifier twice, an unknown parent, one parent
    without the other, a father who is not male or a mother who is not female, a person who is
    his own ancestor, founder inbreeding outside [0, 1] or given for a person with parents.
    """

    persons: tuple[Person, ...]
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "persons", tuple(self.persons))
        _check_ids(self.persons)
        index = {person.id: person for person in self.persons}
        for person in self.persons:
            _check_person(person, index)
        _ = self.order  # raises where a person is his own ancestor

    @classmethod
    def of(cls, *rows: tuple[Any, ...] | Person, name: str = "") -> Pedigree:
        """Pedigree from rows ``(id, father, mother, sex)``; missing ones may be left out.

        >>> Pedigree.of(("F", None, None, 1), ("M", None, None, 2), ("C", "F", "M", 1)).founders
        ('F', 'M')
        """
        return cls(tuple(_person(row) for row in rows), name)

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], *, complete_parents: bool = False, name: str = ""
    ) -> Pedigree:
        """Pedigree from mappings with ``id``, ``father``, ``mother``, ``sex`` and, if inbred,
        ``founder_inbreeding``; other keys are ignored.

        With ``complete_parents`` a person with one known parent gets an added, untyped founder
        (id ``"parent of X"``) as the other; otherwise that is an error.
        """
        persons = [_from_record(record) for record in records]
        return cls(tuple(_completed(persons) if complete_parents else persons), name)

    # -- looking things up ---------------------------------------------------------------

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(person.id for person in self.persons)

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each identifier in ``persons``."""
        return {name: position for position, name in enumerate(self.ids)}

    def __contains__(self, person: object) -> bool:
        return person in self.index

    def __len__(self) -> int:
        return len(self.persons)

    def __getitem__(self, person: str) -> Person:
        try:
            return self.persons[self.index[person]]
        except KeyError:
            known = ", ".join(self.ids[:12]) + (" ..." if len(self) > 12 else "")
            raise UserError(
                f"person {person!r} is not in the pedigree{_named(self.name)}; it has: {known}"
            ) from None

    @property
    def founders(self) -> tuple[str, ...]:
        return tuple(person.id for person in self.persons if person.is_founder)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """Children of every person, in the order of the pedigree."""
        found: dict[str, list[str]] = {name: [] for name in self.ids}
        for person in self.persons:
            for parent in (person.father, person.mother):
                if parent is not None:
                    found[parent].append(person.id)
        return {name: tuple(children) for name, children in found.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Identifiers with every parent before his children."""
        left = {
            person.id: sum(parent is not None for parent in (person.father, person.mother))
            for person in self.persons
        }
        ready = [name for name in self.ids if left[name] == 0]
        done: list[str] = []
        while ready:
            name = ready.pop(0)
            done.append(name)
            for child in self.children[name]:
                left[child] -= 1
                if left[child] == 0:
                    ready.append(child)
        if len(done) < len(self):
            raise UserError(
                f"{_own_ancestor(self, set(done))!r} is his or her own ancestor"
                f"{_named(self.name)}; check the parents along that line"
            )
        return tuple(done)

    def ancestors(self, person: str) -> frozenset[str]:
        """All ancestors of ``person``, himself not included."""
        found: set[str] = set()
        stack = [person]
        while stack:
            current = self[stack.pop()]
            for parent in (current.father, current.mother):
                if parent is not None and parent not in found:
                    found.add(parent)
                    stack.append(parent)
        return frozenset(found)

    @cached_property
    def components(self) -> tuple[tuple[str, ...], ...]:
        """Groups of persons connected by parentage; groups are unrelated to one another."""
        group: dict[str, int] = {}
        for start in self.ids:
            if start in group:
                continue
            number, stack = len(set(group.values())), [start]
            while stack:
                name = stack.pop()
                if name in group:
                    continue
                group[name] = number
                person = self[name]
                parents = [parent for parent in (person.father, person.mother) if parent]
                stack.extend([*parents, *self.children[name]])
        numbers = sorted(set(group.values()))
        return tuple(tuple(n for n in self.ids if group[n] == number) for number in numbers)

    # -- relationship coefficients ------------------------------------------------------

    def kinship(self, one: str, other: str) -> float:
        """Probability that an allele drawn from each of two persons descends from one allele.

        Karigl's recursion (Ann Hum Genet 1981; 45:299-305), autosomal, founder inbreeding
        included.
        """
        rank = {name: position for position, name in enumerate(self.order)}
        memo: dict[tuple[str, str], float] = {}

        def phi(a: str, b: str) -> float:
            if rank[a] < rank[b]:
                a, b = b, a
            if (a, b) not in memo:
                memo[a, b] = step(a, b)
            return memo[a, b]

        def step(a: str, b: str) -> float:
            person = self[a]
            if person.father is None or person.mother is None:
                return 0.5 * (1.0 + person.inbreeding) if a == b else 0.0
            if a == b:
                return 0.5 * (1.0 + phi(person.father, person.mother))
            return 0.5 * (phi(person.father, b) + phi(person.mother, b))

        return phi(self[one].id, self[other].id)

    def inbreeding(self, person: str) -> float:
        """Probability that the two alleles of ``person`` descend from one allele."""
        found = self[person]
        if found.father is None or found.mother is None:
            return found.inbreeding
        return self.kinship(found.father, found.mother)

    @cached_property
    def loops(self) -> int:
        """Independent cycles of the marriage graph; 0 for a pedigree without loops."""
        couples = {(p.father, p.mother) for p in self.persons if not p.is_founder}
        edges = 2 * len(couples) + sum(not p.is_founder for p in self.persons)
        return edges - (len(self) + len(couples)) + len(self.components)

    # -- making other pedigrees ----------------------------------------------------------

    def relabel(self, names: Mapping[str, str]) -> Pedigree:
        """The same pedigree with other identifiers; those not in ``names`` keep theirs."""
        for old in names:
            self[old]

        def new(name: str | None) -> str | None:
            return None if name is None else names.get(name, name)

        persons = [
            replace(p, id=names.get(p.id, p.id), father=new(p.father), mother=new(p.mother))
            for p in self.persons
        ]
        return Pedigree(tuple(persons), self.name)

    def with_persons(self, *persons: Person) -> Pedigree:
        """The pedigree with further persons."""
        return Pedigree((*self.persons, *persons), self.name)

    def with_inbreeding(self, values: Mapping[str, float]) -> Pedigree:
        """The pedigree with founder inbreeding coefficients set."""
        for name in values:
            self[name]
        persons = [replace(p, inbreeding=values.get(p.id, p.inbreeding)) for p in self.persons]
        return Pedigree(tuple(persons), self.name)

    def subset(self, wanted: Iterable[str]) -> Pedigree:
        """The pedigree of ``wanted`` and all their ancestors."""
        keep = set(wanted)
        for name in tuple(keep):
            keep |= self.ancestors(name)
        return Pedigree(tuple(p for p in self.persons if p.id in keep), self.name)

    def check_sex(self, person: str, male: bool, *, what: str = "amelogenin") -> None:
        """Raise :class:`UserError` where ``person`` is recorded with the other sex."""
        sex = self[person].sex
        if sex != Sex.UNKNOWN and (sex == Sex.MALE) != male:
            shown = "X/Y (male)" if male else "X/X (female)"
            raise UserError(
                f"person {person!r} is {sex.name.lower()} in the pedigree but {what} shows "
                f"{shown}; correct the pedigree or exclude the sample"
            )


def _named(name: str) -> str:
    return f" {name!r}" if name else ""


def _person(row: tuple[Any, ...] | Person) -> Person:
    if isinstance(row, Person):
        return row
    name, father, mother, sex = [*row, None, None, None][:4]
    return Person(str(name), father, mother, Sex.of(sex))


def _from_record(record: Mapping[str, Any]) -> Person:
    if "id" not in record:
        raise UserError(f"a person without 'id': {dict(record)!r}")
    father, mother = (
        None if record.get(key) in (None, "", "0") else str(record[key])
        for key in ("father", "mother")
    )
    inbreeding = record.get("founder_inbreeding") or 0.0
    return Person(str(record["id"]), father, mother, Sex.of(record.get("sex")), float(inbreeding))


def _completed(persons: list[Person]) -> list[Person]:
    """Add an unnamed founder where one parent is known and the other is not."""
    added: list[Person] = []
    mended: list[Person] = []
    for person in persons:
        if (person.father is None) == (person.mother is None):
            mended.append(person)
            continue
        new = f"parent of {person.id}"
        sex = Sex.MALE if person.father is None else Sex.FEMALE
        added.append(Person(new, sex=sex))
        mended.append(replace(person, father=person.father or new, mother=person.mother or new))
    return [*added, *mended]


def _check_ids(persons: tuple[Person, ...]) -> None:
    if not persons:
        raise UserError("a pedigree needs at least one person")
    seen: set[str] = set()
    for person in persons:
        if not person.id:
            raise UserError("a person of the pedigree has an empty identifier")
        if person.id in seen:
            raise UserError(f"person {person.id!r} stands twice in the pedigree; ids are unique")
        seen.add(person.id)


def _check_person(person: Person, index: Mapping[str, Person]) -> None:
    if (person.father is None) != (person.mother is None):
        known = "father" if person.mother is None else "mother"
        raise UserError(
            f"person {person.id!r} has only a {known}; give both parents or none "
            "(an unknown parent is an untyped founder with an id of his own)"
        )
    sides = (("father", person.father, Sex.MALE), ("mother", person.mother, Sex.FEMALE))
    for side, parent, sex in sides:
        if parent is None:
            continue
        if parent not in index:
            raise UserError(
                f"the {side} {parent!r} of person {person.id!r} is not in the pedigree; add him "
                "or her as a founder"
            )
        if index[parent].sex != sex:
            raise UserError(
                f"the {side} {parent!r} of person {person.id!r} is "
                f"{index[parent].sex.name.lower()}; a {side} is {sex.name.lower()}"
            )
    if not 0.0 <= person.inbreeding <= 1.0:
        raise UserError(
            f"founder inbreeding {person.inbreeding!r} of person {person.id!r} is not in [0, 1]"
        )
    if person.inbreeding and not person.is_founder:
        raise UserError(
            f"person {person.id!r} has parents, so that the inbreeding follows from the pedigree; "
            "founder inbreeding is for persons without parents"
        )


def _own_ancestor(pedigree: Pedigree, done: set[str]) -> str:
    """A person on a directed cycle: walk up among those that could not be ordered."""
    current = next(name for name in pedigree.ids if name not in done)
    seen: set[str] = set()
    while current not in seen:
        seen.add(current)
        person = pedigree[current]
        current = next(p for p in (person.father, person.mother) if p and p not in done)
    return current


# -- the usual shapes -------------------------------------------------------------------


def singletons(*ids: str, sex: Sex = Sex.UNKNOWN) -> Pedigree:
    """Unrelated persons."""
    return Pedigree(tuple(Person(name, sex=sex) for name in ids), "unrelated")


def trio(
    father: str = "father", mother: str = "mother", child: str = "child", sex: Sex = Sex.UNKNOWN
) -> Pedigree:
    """Father, mother and one child."""
    return nuclear(father, mother, [child], sex)


def parent_and_child(
    parent: str = "parent",
    child: str = "child",
    parent_sex: Sex = Sex.MALE,
    sex: Sex = Sex.UNKNOWN,
    other: str = "other parent",
) -> Pedigree:
    """One parent (``parent_sex``) and a child; the other parent is an untyped founder."""
    father, mother = (parent, other) if parent_sex == Sex.MALE else (other, parent)
    return nuclear(father, mother, [child], sex)


def nuclear(
    father: str, mother: str, children: Iterable[str], sex: Sex | Iterable[Sex] = Sex.UNKNOWN
) -> Pedigree:
    """A couple and their children; ``sex`` is that of all children, or one a child."""
    names = list(children)
    sexes = [sex] * len(names) if isinstance(sex, Sex) else list(sex)
    couple = (Person(father, sex=Sex.MALE), Person(mother, sex=Sex.FEMALE))
    return Pedigree(
        (*couple, *(Person(n, father, mother, s) for n, s in zip(names, sexes, strict=True)))
    )


def siblings(*ids: str, sex: Sex = Sex.UNKNOWN) -> Pedigree:
    """Full siblings of parents ``father`` and ``mother``."""
    return nuclear("father", "mother", ids, sex)


def half_siblings(
    one: str = "one", other: str = "other", shared: Sex = Sex.MALE, sex: Sex = Sex.UNKNOWN
) -> Pedigree:
    """Two persons with one parent in common (``shared``: the sex of that parent)."""
    kind = Sex.FEMALE if shared == Sex.MALE else Sex.MALE
    founders = (
        Person("shared parent", sex=shared),
        Person("parent 1", sex=kind),
        Person("parent 2", sex=kind),
    )

    def child(name: str, second: str) -> Person:
        parents = ("shared parent", second) if shared == Sex.MALE else (second, "shared parent")
        return Person(name, *parents, sex)

    return Pedigree((*founders, child(one, "parent 1"), child(other, "parent 2")))


def grandparents(
    grandchild: str = "grandchild",
    grandfather: str = "grandfather",
    grandmother: str = "grandmother",
    through: Sex = Sex.MALE,
    sex: Sex = Sex.UNKNOWN,
) -> Pedigree:
    """A grandchild and the parents of his father (or mother: ``through``)."""
    other = Sex.FEMALE if through == Sex.MALE else Sex.MALE
    parents = ("parent", "in-law") if through == Sex.MALE else ("in-law", "parent")
    return Pedigree(
        (
            Person(grandfather, sex=Sex.MALE),
            Person(grandmother, sex=Sex.FEMALE),
            Person("parent", grandfather, grandmother, through),
            Person("in-law", sex=other),
            Person(grandchild, *parents, sex),
        )
    )


def avuncular(
    uncle: str = "uncle",
    nephew: str = "nephew",
    through: Sex = Sex.MALE,
    uncle_sex: Sex = Sex.MALE,
    sex: Sex = Sex.UNKNOWN,
) -> Pedigree:
    """An uncle (or aunt) and the child of his brother (or sister: ``through``)."""
    base = grandparents(nephew, through=through, sex=sex)
    return base.with_persons(Person(uncle, "grandfather", "grandmother", uncle_sex))


def cousins(one: str = "one", other: str = "other", sex: Sex = Sex.UNKNOWN) -> Pedigree:
    """First cousins: children of two brothers."""
    return Pedigree(
        (
            Person("grandfather", sex=Sex.MALE),
            Person("grandmother", sex=Sex.FEMALE),
            Person("father 1", "grandfather", "grandmother", Sex.MALE),
            Person("father 2", "grandfather", "grandmother", Sex.MALE),
            Person("mother 1", sex=Sex.FEMALE),
            Person("mother 2", sex=Sex.FEMALE),
            Person(one, "father 1", "mother 1", sex),
            Person(other, "father 2", "mother 2", sex),
        )
    )


def double_cousins(one: str = "one", other: str = "other", sex: Sex = Sex.UNKNOWN) -> Pedigree:
    """Double first cousins: two brothers married two sisters."""
    founders = (
        Person("grandfather 1", sex=Sex.MALE),
        Person("grandmother 1", sex=Sex.FEMALE),
        Person("grandfather 2", sex=Sex.MALE),
        Person("grandmother 2", sex=Sex.FEMALE),
    )
    middle = tuple(
        Person(f"{role} {n}", f"grandfather {side}", f"grandmother {side}", kind)
        for role, kind, side in (("father", Sex.MALE, 1), ("mother", Sex.FEMALE, 2))
        for n in (1, 2)
    )
    last = (
        Person(one, "father 1", "mother 1", sex),
        Person(other, "father 2", "mother 2", sex),
    )
    return Pedigree((*founders, *middle, *last))


def great_nephew(
    uncle: str = "uncle", nephew: str = "great-nephew", sex: Sex = Sex.UNKNOWN
) -> Pedigree:
    """A man and the grandchild of his brother."""
    return avuncular(uncle, "nephew", sex=Sex.MALE).with_persons(
        Person("wife", sex=Sex.FEMALE), Person(nephew, "nephew", "wife", sex)
    )


def spouse_and_children(
    person: str = "person",
    spouse: str = "spouse",
    children: Iterable[str] = ("child",),
    person_sex: Sex = Sex.MALE,
) -> Pedigree:
    """A person, the spouse and their children."""
    father, mother = (person, spouse) if person_sex == Sex.MALE else (spouse, person)
    return nuclear(father, mother, children)
