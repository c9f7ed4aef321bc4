"""Which relative to ask for a sample: the one whose profile is expected to bring most.

For a family of this shape (pedigree, who is typed, who is missing) families are simulated, and
with each further relative the distribution of the true person's LR is looked at
(``priam.kinship.power``). Families of one shape share the answer. Where two missing persons of
one family cannot be told apart, the LR of one against the other counts instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from priam.identification.observations import ObservationAxis
from priam.identification.records import FamilyRecord
from priam.identification.tables import (
    FamilyArrays,
    MutationChoice,
    family_arrays,
    locus_of,
)
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.power import Expectation, expected_ratios

__all__ = ["Ask", "Asking"]

WORTH = 0.3  # log10 LR that a sample must be expected to bring
_Key = tuple[Pedigree, tuple[str, ...], str, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A sample that would help, with what is expected of it and of the family as it is.

    ``reach``: chance that the true person's LR reaches what is required; ``mean_log10``: his
    expected log10 LR. ``exists`` is false for a relative of whom the file says nothing.
    """

    person: str
    reach: float
    mean_log10: float
    reach_now: float
    mean_log10_now: float
    exists: bool = True

    @property
    def words(self) -> str:
        """One need, in plain words."""
        who = self.person if self.exists else f"{self.person}, if there is one"
        return (
            f"a sample of {who}: {100 * self.reach:.0f} of 100 such families then reach the "
            f"required LR, now {100 * self.reach_now:.0f} (expected log10 LR "
            f"{self.mean_log10:.1f}, now {self.mean_log10_now:.1f})"
        )


@dataclass
class Asking:
    """Answers for all families of a run. ``required_log10``: LR required against unrelated."""

    axis: ObservationAxis
    mutation: MutationChoice
    required_log10: float
    draws: int
    seed: int
    known: dict[_Key, list[Expectation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        model = self.mutation.build()
        self.loci: list[Locus] = [locus_of(marker, model) for marker in self.axis.markers]

    def whom(
        self, family: FamilyRecord, missing: str, rival: str | None = None, level: float = 0.0
    ) -> tuple[Ask, ...]:
        """Relatives worth asking, best first; with ``rival``, those who tell the two apart.

        ``level``: log10 LR required; 0 is that of the population.
        """
        arrays = family_arrays([family], self.axis)[0]
        present = _living(family)
        listed = [arrays.names[p] for p in present]
        back = {short: person for person, short in arrays.names.items()}
        found = self._best(arrays, arrays.pedigree, missing, rival, listed, level)
        asks = [_ask(e, found[0], back[e.person], True) for e in found[1:]]
        if any(_helps(ask) for ask in asks):
            return tuple(ask for ask in asks if _helps(ask))
        larger, further = _with_further(arrays, missing, rival, back)
        found = self._best(arrays, larger, missing, rival, list(further), level)
        asks = [_ask(e, found[0], further[e.person], False) for e in found[1:]]
        return tuple(ask for ask in asks if _helps(ask))

    def _best(
        self,
        arrays: FamilyArrays,
        pedigree: Pedigree,
        missing: str,
        rival: str | None,
        candidates: Sequence[str],
        level: float,
    ) -> list[Expectation]:
        one, other = arrays.names[missing], arrays.names[rival] if rival else None
        found = self._expected(arrays, pedigree, one, other, candidates, level)
        if other is None:
            return found
        turned = self._expected(arrays, pedigree, other, one, candidates, level)
        return _either(found, turned)

    def _expected(
        self,
        arrays: FamilyArrays,
        pedigree: Pedigree,
        missing: str,
        other: str | None,
        candidates: Sequence[str],
        level: float,
    ) -> list[Expectation]:
        key = (pedigree, arrays.typed, missing, other, tuple(candidates))
        if key not in self.known:
            self.known[key] = expected_ratios(
                pedigree,
                missing,
                arrays.typed,
                candidates,
                self.loci,
                required=10.0 ** (level or self.required_log10),
                draws=self.draws,
                rng=self._generator(key),
                rival=other,
            )
        return self.known[key]

    def _generator(self, key: _Key) -> np.random.Generator:
        """The same for a shape whenever it is asked for, so that runs can be repeated."""
        digest = hashlib.sha256(repr((key[0].persons, *key[1:])).encode()).digest()
        return np.random.default_rng([self.seed, *digest[:8]])


def _either(one: list[Expectation], other: list[Expectation]) -> list[Expectation]:
    """Means over which of two missing persons it truly is; the family as it is stays first."""
    by_person = {e.person: e for e in other}
    made = [
        Expectation(
            e.person,
            (e.mean_log10 + by_person[e.person].mean_log10) / 2.0,
            (e.reach + by_person[e.person].reach) / 2.0,
            max(e.standard_error, by_person[e.person].standard_error),
        )
        for e in one
    ]
    return [made[0], *sorted(made[1:], key=lambda e: (-e.reach, -e.mean_log10, e.person))]


def _ask(with_it: Expectation, now: Expectation, person: str, exists: bool) -> Ask:
    return Ask(person, with_it.reach, with_it.mean_log10, now.reach, now.mean_log10, exists)


def _helps(ask: Ask) -> bool:
    return ask.mean_log10 - ask.mean_log10_now >= WORTH


def _living(family: FamilyRecord) -> list[str]:
    """Persons of the pedigree who are neither missing nor typed nor said to be dead."""
    return [
        str(row["id"])
        for row in family.pedigree
        if str(row["id"]) not in family.missing
        and str(row["id"]) not in family.genotypes
        and not row.get("deceased")
    ]


def _with_further(
    arrays: FamilyArrays, missing: str, rival: str | None, names: dict[str, str]
) -> tuple[Pedigree, dict[str, str]]:
    """The pedigree with relatives that it does not list, and what they are called."""
    pedigree = arrays.pedigree
    added: list[Person] = []
    called: dict[str, str] = {}
    for short in (arrays.names[m] for m in (missing, rival) if m):
        person = pedigree[short]
        if person.father is not None and not called:
            added.append(Person("sibling", person.father, person.mother, Sex.MALE))
            called["sibling"] = f"a further brother or sister of {names[short]}"
        partner, child = f"partner of {short}", f"child of {short}"
        man = person.sex != Sex.FEMALE
        added.append(Person(partner, sex=Sex.FEMALE if man else Sex.MALE))
        parents = (short, partner) if man else (partner, short)
        added.append(Person(child, *parents, Sex.MALE))
        called[child] = f"a child of {names[short]}"
    return pedigree.with_persons(*added), called
