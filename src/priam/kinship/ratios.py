"""Likelihood ratios between hypotheses, each a pedigree and who of it gave which profile.

A :class:`Hypothesis` maps profiles to persons; profiles that it does not map are persons of the
same name, or else unrelated. Two profiles of one person (direct identity) multiply as evidence
of one genotype.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from priam.errors import UserError
from priam.kinship.likelihood import log_likelihood
from priam.kinship.locus import Locus
from priam.kinship.observations import Observation, observe
from priam.kinship.pedigree import Pedigree, Person, Sex, singletons

__all__ = [
    "Hypothesis",
    "Ratio",
    "identity",
    "likelihood_ratio",
    "missing_person_ratio",
    "sensitivity",
]

Profiles = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Hypothesis:
    """A pedigree and, where names differ, which person each profile belongs to."""

    pedigree: Pedigree
    persons: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def complete(self, profiles: Iterable[str], sexes: Mapping[str, Sex]) -> Hypothesis:
        """With an unrelated person for every profile that has none."""
        names = list(profiles)
        for profile, person in self.persons.items():
            if profile not in names:
                raise UserError(f"hypothesis {self.name!r} maps {profile!r}, which has no profile")
            self.pedigree[person]
        mapping = {profile: self.persons.get(profile, profile) for profile in names}
        strangers = [person for person in mapping.values() if person not in self.pedigree]
        added = [Person(person, sex=sexes.get(person, Sex.UNKNOWN)) for person in strangers]
        return Hypothesis(self.pedigree.with_persons(*added), mapping, self.name)


@dataclass(frozen=True)
class Ratio:
    """Log likelihoods of both hypotheses, natural, marker by marker.

    A ratio of impossible to impossible is not a number; of possible to impossible, infinite.
    """

    markers: tuple[str, ...]
    numerator: tuple[float, ...]
    denominator: tuple[float, ...]

    @property
    def per_marker(self) -> tuple[float, ...]:
        """log LR of each marker."""
        return tuple(_difference(a, b) for a, b in zip(self.numerator, self.denominator))

    @property
    def total(self) -> float:
        """log LR, natural."""
        return _difference(sum(self.numerator), sum(self.denominator))

    @property
    def log10(self) -> float:
        """log LR to base 10, for reports."""
        return self.total / math.log(10.0)


def _difference(a: float, b: float) -> float:
    if a == b == -math.inf:
        return math.nan
    return a - b


def likelihood_ratio(
    numerator: Hypothesis,
    denominator: Hypothesis,
    profiles: Profiles,
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
) -> Ratio:
    """LR of two hypotheses on ``profiles[name][marker]``.

    Persons that only one hypothesis relates are unrelated in the other, and with theta > 0 they
    still share the population.
    """
    sexes = {p.id: p.sex for h in (numerator, denominator) for p in h.pedigree.persons}
    both = [
        _likelihoods(hypothesis.complete(profiles, sexes), profiles, loci, theta)
        for hypothesis in (numerator, denominator)
    ]
    return Ratio(tuple(locus.name for locus in loci), *both)


def _likelihoods(
    hypothesis: Hypothesis, profiles: Profiles, loci: Sequence[Locus], theta: float
) -> tuple[float, ...]:
    genotypes: dict[str, dict[str, Observation]] = {}
    for profile, markers in profiles.items():
        person = hypothesis.pedigree[hypothesis.persons[profile]]
        own = genotypes.setdefault(person.id, {})
        for locus in loci:
            seen = observe(markers.get(locus.name), locus, person)
            before = own.get(locus.name)
            own[locus.name] = seen if before is None else before.times(seen, len(locus))
    return log_likelihood(hypothesis.pedigree, loci, genotypes, theta=theta).per_marker


def missing_person_ratio(
    pedigree: Pedigree,
    missing: str,
    references: Profiles,
    remains: Mapping[str, Any],
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
) -> Ratio:
    """LR of remains being ``missing`` of the family, against an unrelated person."""
    name = "remains"
    while name in pedigree:
        name += "'"
    if missing in references:
        raise UserError(f"person {missing!r} is missing and cannot have a reference profile")
    profiles = {**references, name: remains}
    apart = pedigree.with_persons(Person(name, sex=pedigree[missing].sex))
    return likelihood_ratio(
        Hypothesis(pedigree, {name: missing}, "missing person"),
        Hypothesis(apart, name="unrelated"),
        profiles,
        loci,
        theta=theta,
    )


def identity(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
    sex: Sex = Sex.UNKNOWN,
) -> Ratio:
    """LR of two profiles coming from one person, against two unrelated persons.

    Degraded profiles are given as :class:`~priam.kinship.observations.Seen` with their drop
    model; two complete profiles that differ have LR 0 (``-inf``).
    """
    return likelihood_ratio(
        Hypothesis(singletons("one", sex=sex), {"other": "one"}, "same person"),
        Hypothesis(singletons("one", "other", sex=sex), name="two persons"),
        {"one": one, "other": other},
        loci,
        theta=theta,
    )


def sensitivity(
    numerator: Hypothesis,
    denominator: Hypothesis,
    profiles: Profiles,
    tables: Mapping[str, Sequence[Locus]],
    thetas: Sequence[float] = (0.0, 0.01, 0.03),
) -> dict[tuple[str, float], Ratio]:
    """LR for every frequency table (loci by table name) and theta: ``{(table, theta): ratio}``."""
    return {
        (name, theta): likelihood_ratio(numerator, denominator, profiles, loci, theta=theta)
        for name, loci in tables.items()
        for theta in thetas
    }
