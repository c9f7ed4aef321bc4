"""What a file may hold: profiles, frequency tables, families, a whole kinship case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from priam.genetics.frequencies import FrequencyTable
from priam.genetics.mutation import MutationModel
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree

__all__ = ["Content", "Families", "Family", "KinshipCase", "Samples", "Tables"]


@dataclass(frozen=True)
class Samples:
    """Profiles in the order of the file; several runs of one sample stand as several profiles.

    ``about`` has what else the file says of a sample (category, batch, quality), by position in
    ``profiles``.
    """

    profiles: tuple[Profile, ...]
    about: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.about:
            object.__setattr__(self, "about", tuple({} for _ in self.profiles))

    def runs(self) -> dict[str, list[Profile]]:
        """Profiles by sample."""
        found: dict[str, list[Profile]] = {}
        for profile in self.profiles:
            found.setdefault(profile.sample, []).append(profile)
        return found


@dataclass(frozen=True)
class Tables:
    """Frequency tables, one a population."""

    tables: tuple[FrequencyTable, ...]


@dataclass(frozen=True)
class Family:
    """A pedigree with the profiles of typed members and the persons who are missing."""

    name: str
    pedigree: Pedigree
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    phenotypes: Mapping[str, str] = field(default_factory=dict)
    deceased: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Families:
    """Families in the order of the file."""

    families: tuple[Family, ...]


@dataclass(frozen=True)
class KinshipCase:
    """A case with everything needed to compute: what a Familias project holds.

    Attributes:
        table: allele frequencies.
        mutation: model of each marker.
        hypotheses: pedigrees over the same persons, by name, in the order of the file.
        profiles: by person.
        theta: co-ancestry coefficient.
        silent: frequency of a silent allele, where a marker has one.
        dropout: drop-out probability of a marker, where it has one; it counts for the persons of
            ``consider_dropout``.
        remains: unidentified persons of the DVI section.
        families: reference families of the DVI section.
    """

    table: FrequencyTable
    mutation: Mapping[str, MutationModel] = field(default_factory=dict)
    hypotheses: Mapping[str, Pedigree] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    theta: float = 0.0
    silent: Mapping[str, float] = field(default_factory=dict)
    dropout: Mapping[str, float] = field(default_factory=dict)
    consider_dropout: frozenset[str] = frozenset()
    remains: Samples = field(default_factory=lambda: Samples(()))
    families: tuple[Family, ...] = ()
    version: str = ""
    notes: tuple[str, ...] = ()


Content = Samples | Tables | Families | KinshipCase
