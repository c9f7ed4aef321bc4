"""Familias projects, version 3 (``.fam``), with the section of disaster victims.

Familias (Kling, Tillmar and Egeland, Forensic Sci Int Genet 2014; 13:121-127, doi
10.1016/j.fsigen.2014.07.004) stores a list of values: persons with genotypes as positions in the
allele lists, relations as parent and child, the pedigrees, then the markers with mutation models.
The layout was learnt from files and from the documentation of the R package pedFamilias.

Mutation models: 0 equal, 1 proportional, 2 stepwise, 3 stepwise made stationary (PM), 4 extended
stepwise. A person with one parent gets an untyped founder as the other. Refused, with the reason:
twins, and files that carry computed probabilities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from priam.errors import InputError, UserError
from priam.formats.content import KinshipCase, Samples
from priam.formats.familias_dvi import read_dvi
from priam.formats.familias_text import Values, parse_sections
from priam.formats.familias_write import write
from priam.formats.text import own_name
from priam.genetics.alleles import canonical_allele
from priam.genetics.frequencies import FrequencyTable, MarkerFrequencies, SumRule
from priam.genetics.mutation import Mutation, MutationModel
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["HOLDS", "TITLE", "read", "sniff", "write"]

TITLE = "Familias project (.fam)"
HOLDS = "case"


def sniff(text: str) -> bool:
    """The first line says Familias, or the relations come where they belong."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    return "familias" in first.casefold() or '\n"Known relations"\n' in text


@dataclass
class _Person:
    name: str
    male: bool
    calls: list[tuple[int, int, int, int]]  # first, second allele, marker, line
    dropout: bool


@dataclass
class _Locus:
    marker: str
    labels: list[str]
    frequencies: MarkerFrequencies
    mutation: MutationModel
    silent: float
    dropout: float


@dataclass
class _Plan:
    """Parents found so far: position of the child -> positions of father and mother."""

    sexes: list[bool]
    names: list[str]
    parents: dict[int, dict[str, int]] = field(default_factory=dict)


def read(text: str, *, file: str | Path | None = None) -> KinshipCase:
    """The case of a project: table, models, pedigrees, profiles, victims and families."""
    lines = text.lstrip("\ufeff").split("\n")
    values = Values(lines, file)
    values.text("the title")
    values.text("the second line")
    version = values.text("the version")
    if not re.match(r"[0-9]+\.[0-9]", version):
        raise values.error(
            f"expected the version of Familias, such as 3.3.1; found {version[:40]!r}"
        )
    if values.peek() in ('""', ""):
        values.raw("an empty line")
    persons = [_person(values) for _ in range(values.whole("the number of persons"))]
    plans = _pedigrees(values, persons)
    theta = _theta(values)
    loci, title = _loci(values)
    sections = parse_sections(lines, values.place, file)
    dvi = sections.find("DVI")
    remains, families = read_dvi(dvi, file) if dvi else ((), ())
    profiles = {p.name: found for p in persons if (found := _profile(values, p, loci)) is not None}
    return KinshipCase(
        table=_table(values, loci, title, file),
        mutation={locus.marker: locus.mutation for locus in loci},
        hypotheses={name: _pedigree(values, name, plan) for name, plan in plans.items()},
        profiles=profiles,
        theta=theta,
        silent={locus.marker: locus.silent for locus in loci if locus.silent},
        dropout={locus.marker: locus.dropout for locus in loci if locus.dropout},
        consider_dropout=frozenset(person.name for person in persons if person.dropout),
        remains=Samples(remains),
        families=families,
        version=version,
    )


def _person(values: Values) -> _Person:
    name = values.text("the name of a person")
    values.truth("a flag of the person")
    remark = values.raw("the year of birth")
    values.truth("a flag of the person")
    male = values.truth("whether the person is male")
    count = values.whole(f"the number of genotypes of {name!r}")
    calls = []
    for _ in range(count):
        first = values.whole("the position of an allele")
        second = values.whole("the position of an allele")
        calls.append((first, second, values.whole("the position of a marker"), values.line))
    return _Person(name, male, calls, "Consider dropouts" in remark)


def _pedigrees(values: Values, persons: list[_Person]) -> dict[str, _Plan]:
    if values.text("the words Known relations") != "Known relations":
        raise values.error("expected the words Known relations")
    base = _Plan([p.male for p in persons], [p.name for p in persons])
    twice = next((name for name in base.names if base.names.count(name) > 1), None)
    if twice is not None:
        raise values.error(f"person {twice!r} stands twice")
    _extend(values, base, "extra")
    plans: dict[str, _Plan] = {}
    for _ in range(values.whole("the number of pedigrees")):
        values.whole("the position of the pedigree")
        name = values.text("the name of the pedigree")
        copied = {child: dict(sides) for child, sides in base.parents.items()}
        plan = _Plan(list(base.sexes), list(base.names), copied)
        _extend(values, plan, "added")
        if name in plans:
            raise values.error(f"pedigree {name!r} stands twice")
        plans[name] = plan
    if not plans and base.names:
        plans["pedigree"] = base
    return plans


def _extend(values: Values, plan: _Plan, word: str) -> None:
    """Extra women, extra men, and relations: parent and child on two lines."""
    women, men = values.whole("the number of extra women"), values.whole("the number of extra men")
    plan.names += [f"{word} woman {n + 1}" for n in range(women)]
    plan.names += [f"{word} man {n + 1}" for n in range(men)]
    plan.sexes += [False] * women + [True] * men
    for _ in range(values.whole("the number of relations")):
        if "Direct" in values.peek():
            values.raw("a parent")
            raise values.error("the file has twins (a direct relation), which Priam has not yet")
        parent = values.whole("the position of a parent", high=len(plan.names) - 1)
        child = values.whole("the position of a child", high=len(plan.names) - 1)
        side = "father" if plan.sexes[parent] else "mother"
        known = plan.parents.setdefault(child, {}).setdefault(side, parent)
        if known != parent:
            raise values.error(f"{plan.names[child]!r} has two as {side}")


def _pedigree(values: Values, name: str, plan: _Plan) -> Pedigree:
    records = [
        {
            "id": person,
            "sex": Sex.MALE if plan.sexes[place] else Sex.FEMALE,
            **{side: plan.names[who] for side, who in plan.parents.get(place, {}).items()},
        }
        for place, person in enumerate(plan.names)
    ]
    try:
        return Pedigree.from_records(records, complete_parents=True, name=name)
    except UserError as error:
        raise InputError(f"pedigree {name!r}: {error}", file=values.file) from None


def _theta(values: Values) -> float:
    line = values.raw("the line of the frequency database")
    if line.startswith("#TRUE#"):
        raise values.error(
            "the file carries computed probabilities; save it in Familias without results"
        )
    if not line.startswith("#FALSE#"):
        raise values.error(f"expected #FALSE# and the database; found {line[:60]!r}")
    found = re.search(r"Fst:\s*([0-9.,eE+-]+)", line)
    try:
        theta = float(found[1].replace(",", ".")) if found else 0.0
    except ValueError:
        theta = -1.0
    if not 0.0 <= theta <= 1.0:
        raise values.error(f"theta is to lie in [0, 1]; found {line[:80]!r}")
    return theta


def _loci(values: Values) -> tuple[list[_Locus], str]:
    count = values.whole("the number of markers")
    title = values.text("the name of the database") if values.truth("whether named") else ""
    loci = [_locus(values) for _ in range(count)]
    names = [locus.marker for locus in loci]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise values.error(f"marker {twice!r} stands twice")
    return loci, title


def _locus(values: Values) -> _Locus:
    name = values.text("the name of a marker")
    rates = [values.real(f"the {sex} mutation rate") for sex in ("female", "male")]
    codes = [values.whole(f"the {sex} mutation model", high=4) for sex in ("female", "male")]
    values.whole("the number of alleles")
    ranges = [values.real("the mutation range", high=1e6) for _ in range(2)]
    rates2 = [values.real("the second mutation rate") for _ in range(2)]
    has_silent = values.truth("whether there is a silent allele")
    silent = values.real("the silent frequency")
    count = values.whole(f"the number of alleles of {name!r}", low=1)
    remark = values.lines[values.place - 1]
    labels, shares = [], []
    for _ in range(count):
        labels.append(values.text(f"an allele of {name!r}"))
        shares.append(values.real(f"the frequency of allele {labels[-1]!r} of {name!r}"))
    try:
        labels = [canonical_allele(label) for label in labels]
        total = sum(shares) + (silent if has_silent else 0.0)
        how: SumRule = "normalise" if has_silent and abs(total - 1.0) < 1e-3 else "error"
        size = re.search(r"DatabaseSize = ([0-9]{1,9})", remark)
        made = MarkerFrequencies.of(
            name,
            _pairs(name, labels, shares),
            chromosomes=int(size[1]) if size and int(size[1]) else None,
            sums=how,
        )
        female, male = (_mutation(codes[i], rates[i], rates2[i], ranges[i]) for i in range(2))
    except UserError as error:
        raise values.error(f"marker {name!r}: {error}") from None
    dropout = re.search(r"Dropout probability = ([0-9.eE+-]+)", remark)
    return _Locus(
        made.marker,
        labels,
        made,
        MutationModel(male, female),
        silent if has_silent else 0.0,
        float(dropout[1]) if dropout else 0.0,
    )


def _pairs(name: str, labels: list[str], shares: list[float]) -> dict[str, float]:
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise UserError(f"allele {twice!r} stands twice at {name!r}")
    return dict(zip(labels, shares))


def _mutation(code: int, rate: float, rate2: float, scale: float) -> Mutation:
    if rate == 0.0 and (code < 2 or rate2 == 0.0):
        return Mutation("trivial")
    if code < 2:
        return Mutation(("equal", "proportional")[code], {"rate": rate})
    parameters = {"rate": rate, "rate2": rate2, "range": scale or 0.1}
    return Mutation("stepwise", parameters, "PM" if code == 3 else None)


def _profile(values: Values, person: _Person, loci: list[_Locus]) -> Profile | None:
    if not person.calls:
        return None
    calls: dict[str, list[str]] = {}
    for first, second, marker, line in person.calls:
        if marker >= len(loci) or max(first, second) >= len(loci[marker].labels):
            raise InputError(
                f"the genotype of {person.name!r} names marker {marker}, alleles {first} and "
                f"{second} (counted from 0), which the database does not have",
                file=values.file,
                where=f"line {line}",
            )
        locus = loci[marker]
        if locus.marker in calls:
            raise InputError(
                f"person {person.name!r} has marker {locus.marker!r} twice",
                file=values.file,
                where=f"line {line}",
            )
        calls[locus.marker] = [locus.labels[first], locus.labels[second]]
    return Profile.of(person.name, calls, male=person.male, source=own_name(values.file))


def _table(
    values: Values, loci: list[_Locus], title: str, file: str | Path | None
) -> FrequencyTable:
    if not loci:
        raise InputError("the file has no marker", file=values.file)
    return FrequencyTable(
        title or "unknown",
        {locus.marker: locus.frequencies for locus in loci},
        population=title,
        source=f"Familias project {own_name(file)}".strip(),
    )
