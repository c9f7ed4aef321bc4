"""Log LR tables of many families at once, through the kinship engine.

Families whose pedigree, missing person and typed persons are alike share one plan, and equal
genotypes of the typed are computed once: at a marker two thousand mothers have a few dozen
genotypes between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.genetics.mutation import MODELS, MutationModel
from priam.identification.observations import MarkerAxis, ObservationAxis
from priam.identification.records import FamilyRecord
from priam.identification.settings import Likelihood
from priam.kinship.likelihood import log_likelihoods_indexed
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person
from priam.kinship.tables import build_tables_indexed, genotype_index

if TYPE_CHECKING:
    from priam.identification.search import Target

__all__ = [
    "FamilyArrays",
    "MarkerTable",
    "MutationChoice",
    "family_arrays",
    "family_pedigree",
    "genotype_tables",
    "locus_of",
    "mutation_choice",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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


def mutation_choice(settings: Likelihood) -> MutationChoice:
    """The model of the settings, with those parameters that it takes.

    Raises :class:`UserError` for a model that does not exist, before hours of work.
    """
    model = MODELS.get(settings.mutation.lower())
    takes = (*model.parameters, *model.optional) if model else ()
    given: dict[str, Any] = {
        name: getattr(settings, name) for name in ("rate", "rate2", "range") if name in takes
    }
    made = MutationChoice(settings.mutation, given)
    made.build()
    return made


@dataclass(frozen=True)
class FamilyArrays:
    """A family with its persons numbered, so that families of one shape are equal.

    ``genotypes`` (typed, markers): column of the genotype on the marker's axis, -1 untyped.
    """

    id: str
    pedigree: Pedigree
    names: Mapping[str, str]
    typed: tuple[str, ...]
    genotypes: Ints

    @cached_property
    def present(self) -> tuple[tuple[str, ...], ...]:
        """Typed persons at each marker."""
        return tuple(
            tuple(n for n, g in zip(self.typed, column) if g >= 0) for column in self.genotypes.T
        )


@dataclass(frozen=True)
class MarkerTable:
    """``log_lr`` (targets, genotypes); ``prior`` (1 or targets, genotypes): P(g) of somebody
    unrelated, with theta given the family's typed relatives; ``fit`` (targets,): log P(typed as
    related) less the log probability of the same persons as unrelated.
    """

    marker: MarkerAxis
    log_lr: Floats
    prior: Floats
    fit: Floats


def locus_of(marker: MarkerAxis, mutation: MutationModel) -> Locus:
    """The marker as the engine sees it."""
    return Locus.of(marker.name, marker.alleles, marker.frequencies, mutation)


def family_pedigree(family: FamilyRecord) -> Pedigree:
    """The family's pedigree under its own identifiers."""
    return Pedigree.from_records(family.pedigree, complete_parents=True, name=family.id)


def family_arrays(families: Sequence[FamilyRecord], axis: ObservationAxis) -> list[FamilyArrays]:
    """All families in numbers; equal pedigrees are one object."""
    known: dict[Any, Pedigree] = {}
    return [_arrays(family, axis, known) for family in families]


def _arrays(
    family: FamilyRecord, axis: ObservationAxis, known: dict[Any, Pedigree]
) -> FamilyArrays:
    own = family_pedigree(family)
    names = {p.id: f"p{k}" for k, p in enumerate(own.persons)}
    rows = tuple(
        Person(
            names[p.id],
            None if p.father is None else names[p.father],
            None if p.mother is None else names[p.mother],
            p.sex,
            p.inbreeding,
        )
        for p in own.persons
    )
    if rows not in known:
        known[rows] = Pedigree(rows)
    typed = sorted(family.genotypes, key=lambda person: names[person])
    columns = np.full((len(typed), len(axis.markers)), -1, dtype=np.int64)
    for j, person in enumerate(typed):
        for marker, (one, other) in family.genotypes[person].items():
            k = axis.by_name.get(marker)
            if k is not None:
                index = axis.markers[k].index
                columns[j, k] = axis.markers[k].genotype(index[one], index[other])
    return FamilyArrays(family.id, known[rows], names, tuple(names[p] for p in typed), columns)


def genotype_tables(
    families: Sequence[FamilyArrays],
    targets: Sequence[Target],
    axis: ObservationAxis,
    mutation: MutationChoice,
    theta: float = 0.0,
) -> Iterator[MarkerTable]:
    """Marker by marker the natural-log LR of every genotype for every target.

    The LR is P(references, missing = g) over P(references, somebody unrelated = g). With
    ``theta`` the alleles of the unrelated person are further draws from the population that the
    founders of the family were drawn from.
    """
    model = mutation.build()
    missing = [families[t.family].names[t.person] for t in targets]
    for number, marker in enumerate(axis.markers):
        locus = locus_of(marker, model)
        log_lr = np.zeros((len(targets), marker.genotypes))
        prior = marker.alone(theta)[None, :]
        if theta > 0.0:
            prior = np.repeat(prior, len(targets), axis=0)
        fit = np.zeros(len(targets))
        for (_, who, typed), members in _groups(families, targets, missing, number).items():
            if typed:
                family = families[targets[members[0]].family]
                columns = _columns(families, targets, members, typed, number)
                made = _group_table(family, who, typed, columns, locus, marker, theta)
                log_lr[members], fit[members] = made[0], made[2]
                if theta > 0.0:
                    prior[members] = made[1]
        yield MarkerTable(marker, log_lr, prior, fit)


def _groups(
    families: Sequence[FamilyArrays],
    targets: Sequence[Target],
    missing: Sequence[str],
    number: int,
) -> dict[tuple[int, str, tuple[str, ...]], list[int]]:
    """Targets that share a plan at a marker, by (pedigree object, missing, typed)."""
    groups: dict[tuple[int, str, tuple[str, ...]], list[int]] = {}
    for k, target in enumerate(targets):
        family = families[target.family]
        key = (id(family.pedigree), missing[k], family.present[number])
        groups.setdefault(key, []).append(k)
    return groups


def _columns(
    families: Sequence[FamilyArrays],
    targets: Sequence[Target],
    members: Sequence[int],
    typed: tuple[str, ...],
    number: int,
) -> Ints:
    """Genotype column of every typed person, (members, typed)."""
    found = []
    for k in members:
        column = families[targets[k].family].genotypes[:, number]
        found.append(column[column >= 0])
    return np.array(found, dtype=np.int64).reshape(len(members), len(typed))


def _group_table(
    family: FamilyArrays,
    missing: str,
    typed: tuple[str, ...],
    columns: Ints,
    locus: Locus,
    marker: MarkerAxis,
    theta: float,
) -> tuple[Floats, Floats, Floats]:
    """Tables (members, genotypes), prior (1 or members, genotypes) and fit (members,)."""
    unique, back = np.unique(columns, axis=0, return_inverse=True)
    pairs = marker.pairs[unique]  # (distinct, typed, 2)
    arrays = {name: pairs[None, :, j].transpose(0, 2, 1) for j, name in enumerate(typed)}
    try:
        made = build_tables_indexed(family.pedigree, missing, arrays, [locus], theta=theta)
    except UserError as error:
        raise UserError(f"family {family.id!r}: {error}") from None
    order = genotype_index(marker.pairs[:, 0], marker.pairs[:, 1])
    values: Floats = made.values[0][order].T
    prior: Floats = np.exp(made.log_prior[0][order].T)
    fit: Floats = made.log_references[0] - _unrelated(unique, arrays, locus, marker, theta)
    back = back.reshape(-1)
    return values[back], prior[back if theta > 0.0 else [0]], fit[back]


def _unrelated(
    columns: Ints, arrays: Mapping[str, Ints], locus: Locus, marker: MarkerAxis, theta: float
) -> Floats:
    """Log probability of the typed persons if nobody were related to anybody, (distinct,)."""
    if theta == 0.0:
        found: Floats = np.log(marker.prior[columns]).sum(axis=1)
        return found
    strangers = Pedigree(tuple(Person(name) for name in arrays))
    typed = {name: pair[0] for name, pair in arrays.items()}
    return log_likelihoods_indexed(strangers, locus, typed, theta=theta)
