"""Log LR tables of many families, family by family of one shape, through the kinship engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from priam.genetics.mutation import MutationModel
from priam.identification.observations import MarkerAxis, ObservationAxis
from priam.identification.records import FamilyRecord
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.tables import build_tables_indexed, genotype_index

if TYPE_CHECKING:
    from priam.identification.search import Target

__all__ = ["MutationChoice", "family_pedigree", "genotype_tables", "locus_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MutationChoice:
    """A mutation model by name, so that it can travel to another process."""

    model: str = "none"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> MutationModel:
        """The model of genetics.mutation."""
        if self.model in ("none", "trivial"):
            return MutationModel()
        return MutationModel.same(self.model, **self.parameters)


def locus_of(marker: MarkerAxis, mutation: MutationModel) -> Locus:
    """The marker as the engine sees it."""
    return Locus.of(marker.name, marker.alleles, marker.frequencies, mutation)


def family_pedigree(family: FamilyRecord) -> Pedigree:
    """The family's pedigree under its own identifiers."""
    return Pedigree.from_records(family.pedigree, complete_parents=True, name=family.id)


def _standard(family: FamilyRecord) -> tuple[Pedigree, dict[str, str]]:
    """The pedigree with persons numbered, so that families of one shape are equal."""
    own = family_pedigree(family)
    names = {p.id: f"p{k}" for k, p in enumerate(own.persons)}
    rows = [
        Person(names[p.id], _new(p.father, names), _new(p.mother, names), _sex(p), p.inbreeding)
        for p in own.persons
    ]
    return Pedigree(tuple(rows)), names


def _new(name: str | None, names: Mapping[str, str]) -> str | None:
    return None if name is None else names[name]


def _sex(person: Person) -> Sex:
    return Sex(person.sex)


def genotype_tables(
    families: Sequence[FamilyRecord],
    targets: Sequence[Target],
    axis: ObservationAxis,
    mutation: MutationChoice,
) -> Iterator[tuple[MarkerAxis, Floats]]:
    """For each marker the natural-log LR of every genotype, shape (targets, genotypes).

    Genotypes are in the order of :class:`MarkerAxis`. Targets of equal pedigree, missing person
    and typed persons are computed together, each distinct set of genotypes once.
    """
    standard = [_standard(families[target.family]) for target in targets]
    model = mutation.build()
    for marker in axis.markers:
        locus = locus_of(marker, model)
        out = np.zeros((len(targets), marker.genotypes))
        for (pedigree, missing, typed), members in _groups(
            families, targets, standard, marker
        ).items():
            pairs = _typed_pairs(families, targets, standard, marker, typed, members)
            out[members] = _group_table(pedigree, missing, typed, pairs, locus, marker)
        yield marker, out


Group = tuple[Pedigree, str, tuple[str, ...]]


def _groups(
    families: Sequence[FamilyRecord],
    targets: Sequence[Target],
    standard: Sequence[tuple[Pedigree, dict[str, str]]],
    marker: MarkerAxis,
) -> dict[Group, list[int]]:
    """Targets that share a plan: equal pedigree, missing person, and typed at this marker."""
    groups: dict[Any, tuple[Group, list[int]]] = {}
    for k, target in enumerate(targets):
        pedigree, names = standard[k]
        genotypes = families[target.family].genotypes
        typed = tuple(sorted(names[p] for p, g in genotypes.items() if marker.name in g))
        key = (pedigree.persons, names[target.person], typed)
        groups.setdefault(key, ((pedigree, names[target.person], typed), []))[1].append(k)
    return dict(groups.values())


def _typed_pairs(
    families: Sequence[FamilyRecord],
    targets: Sequence[Target],
    standard: Sequence[tuple[Pedigree, dict[str, str]]],
    marker: MarkerAxis,
    typed: tuple[str, ...],
    members: Sequence[int],
) -> npt.NDArray[np.intp]:
    """Allele positions (members, typed, 2), the smaller first."""
    found = np.zeros((len(members), len(typed), 2), dtype=np.intp)
    place = {name: j for j, name in enumerate(typed)}
    for i, k in enumerate(members):
        names = standard[k][1]
        for person, genotypes in families[targets[k].family].genotypes.items():
            pair = genotypes.get(marker.name)
            if pair is not None:
                found[i, place[names[person]]] = sorted(marker.index[label] for label in pair)
    return found


def _group_table(
    pedigree: Pedigree,
    missing: str,
    typed: tuple[str, ...],
    pairs: npt.NDArray[np.intp],
    locus: Locus,
    marker: MarkerAxis,
) -> Floats:
    """Tables of one group, (members, genotypes); equal genotypes are computed once."""
    if not typed:
        return np.zeros((len(pairs), marker.genotypes))
    flat = pairs.reshape(len(pairs), -1)
    unique, back = np.unique(flat, axis=0, return_inverse=True)
    arrays = {name: unique[:, 2 * j : 2 * j + 2].T[None, :, :] for j, name in enumerate(typed)}
    made = build_tables_indexed(pedigree, missing, arrays, [locus])
    order = genotype_index(marker.pairs[:, 0], marker.pairs[:, 1])
    values: Floats = made.values[0][order].T
    return values[back.reshape(-1)]
