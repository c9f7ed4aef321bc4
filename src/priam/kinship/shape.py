"""From a pedigree, and who is typed or asked for, to a network of allele variables.

A :class:`Shape` says who is *typed* (two alleles are known), who has *evidence* (a probability of
what was seen for each genotype: partial, degraded, silent) and who is *asked* (the answer is a
table over his alleles). All families of one shape share one :class:`Skeleton` and one order of
elimination, for every marker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import prod

from priam.errors import UserError
from priam.kinship.locus import Chromosome
from priam.kinship.network import Allele, Network, Switch, Table, plan_order
from priam.kinship.pedigree import Pedigree, Sex

__all__ = ["MEMORY_LIMIT", "Shape", "Skeleton", "Term", "order_of", "skeleton_of"]

MEMORY_LIMIT = 2**30
"""Bytes that the largest table of one family may take; above, :class:`UserError` says so."""
LARGEST_JOINT = 2**14
"""Entries that a table over all untyped founder alleles may have (theta above 0)."""


@dataclass(frozen=True)
class Shape:
    """Who is typed, who has evidence, who is asked, on which chromosome, at how many loci.

    ``theta`` keeps the founders' alleles apart from the answer, so that they can be merged.
    """

    pedigree: Pedigree
    typed: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    chromosome: Chromosome = "autosomal"
    loci: int = 1
    theta: bool = False

    def __post_init__(self) -> None:
        for name in (*self.typed, *self.evidence, *self.asked):
            person = self.pedigree[name]
            if self.chromosome == "X" and person.sex == Sex.UNKNOWN:
                raise UserError(
                    f"person {name!r} has unknown sex; an X marker needs male or female"
                )
        both = self.typed & {*self.evidence, *self.asked}
        if both:
            raise UserError(f"person {sorted(both)[0]!r} is typed and asked for at once")


@dataclass(frozen=True, slots=True)
class Term:
    """A table to be filled in with numbers: what kind, over which variables, for whom."""

    kind: str
    axes: tuple[int, ...]
    person: int = -1
    locus: int = 0
    # for what parents pass on
    alleles: tuple[Allele, ...] = ()
    child: Allele | None = None
    father: bool = False


@dataclass
class Skeleton:
    """Variables and terms of a shape.

    Attributes:
        shape: what it was made from.
        kinds: of every variable: the locus number for an allele variable, -1 for a binary one.
        terms: tables to fill.
        kept: variables of the answer, two for each asked person (one for a male on X).
        pool: allele variables of founders without type, in order of drawing (for theta).
        typed_founders: persons whose alleles are drawn first (for theta), with their number.
        inbred: founders with inbreeding that have variables, with those variables.
    """

    shape: Shape
    kinds: list[int] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    pool: list[int] = field(default_factory=list)
    typed_founders: list[tuple[int, int]] = field(default_factory=list)
    inbred: list[tuple[int, tuple[int, int]]] = field(default_factory=list)

    def sizes(self, alleles: Sequence[int]) -> list[int]:
        """Size of each variable, for loci with these numbers of alleles."""
        return [2 if kind < 0 else alleles[kind] for kind in self.kinds]

    def new(self, kind: int) -> int:
        self.kinds.append(kind)
        return len(self.kinds) - 1


@lru_cache(maxsize=4096)
def skeleton_of(shape: Shape) -> Skeleton:
    """The network of a shape; persons that tell nothing are left out."""
    return _Builder(shape).build()


class _Builder:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.pedigree = shape.pedigree
        self.told = {*shape.typed, *shape.evidence, *shape.asked}
        self.needed = _needed(self.pedigree, self.told)
        self.out = Skeleton(shape)
        self.alleles: dict[tuple[str, int], tuple[Allele | None, Allele]] = {}
        self.meioses: dict[tuple[str, bool, int], int] = {}

    def build(self) -> Skeleton:
        for name in self.pedigree.order:
            if name in self.needed:
                for locus in range(self.shape.loci):
                    self._person(name, locus)
        self._meiosis_terms()
        for name in self.shape.asked:
            for locus in range(self.shape.loci):
                self._ask(name, locus)
        return self.out

    # -- persons ---------------------------------------------------------------------------

    def _haploid(self, name: str) -> bool:
        return self.shape.chromosome == "X" and self.pedigree[name].sex == Sex.MALE

    def _single(self, name: str) -> bool:
        """A founder who only hands one allele to one child: his other allele tells nothing."""
        person = self.pedigree[name]
        children = [c for c in self.pedigree.children[name] if c in self.needed]
        return person.is_founder and name not in self.told and len(children) == 1

    def _person(self, name: str, locus: int) -> None:
        person = self.pedigree[name]
        if name in self.shape.typed:
            self._typed(name, locus)
        elif self._haploid(name) or self._single(name):
            only = Allele(self.out.new(locus))
            self.alleles[name, locus] = (None, only)
        else:
            self.alleles[name, locus] = (
                Allele(self.out.new(locus)),
                Allele(self.out.new(locus)),
            )
        if name in self.shape.evidence:
            self._add("evidence", self._variables(name, locus), name, locus)
        if person.is_founder:
            self._founder(name, locus)
        else:
            self._inherit(name, locus)

    def _typed(self, name: str, locus: int) -> None:
        number = self.pedigree.index[name]
        if self._haploid(name):
            self.alleles[name, locus] = (None, Allele(None, (number, locus, 0)))
            return
        fixed = self.pedigree[name].is_founder and self.shape.loci == 1
        if fixed:
            pair = (Allele(None, (number, locus, 0)), Allele(None, (number, locus, 1)))
        else:
            z = self.out.new(-1)
            pair = (Allele(z, (number, locus, 2)), Allele(z, (number, locus, 3)))
            if not self.pedigree[name].is_founder:
                self._add("phase", (z,), name, locus)
        self.alleles[name, locus] = pair

    def _founder(self, name: str, locus: int) -> None:
        number, person = self.pedigree.index[name], self.pedigree[name]
        pat, mat = self.alleles[name, locus]
        if name in self.shape.typed:
            self.out.typed_founders.append((number, 1 if pat is None else 2))
            axes = () if mat.variable is None else (mat.variable,)
            self._add("typed founder", axes, name, locus)
            return
        variables = self._variables(name, locus)
        self.out.pool.extend(variables)
        if person.inbreeding and len(variables) == 2:
            self.out.inbred.append((number, (variables[0], variables[1])))
            self._add("inbred founder", variables, name, locus)
            return
        for variable in variables:
            self._add("prior", (variable,), name, locus)

    # -- meioses ---------------------------------------------------------------------------

    def _inherit(self, name: str, locus: int) -> None:
        person = self.pedigree[name]
        assert person.father is not None and person.mother is not None
        pat, mat = self.alleles[name, locus]
        if not self._haploid(name):
            assert pat is not None
            self._pass(person.father, name, pat, True, locus)
        self._pass(person.mother, name, mat, False, locus)

    def _pass(self, parent: str, child: str, to: Allele, father: bool, locus: int) -> None:
        pat, mat = self.alleles[parent, locus]
        number = self.pedigree.index[child]
        if pat is None:
            axes = _axes(mat, to)
            self.out.terms.append(Term("pass", axes, number, locus, (mat,), to, father))
            return
        s = self.out.new(-1)
        self.meioses[child, father, locus] = s
        axes = (s, *_axes(pat, mat, to))
        self.out.terms.append(Term("switch", axes, number, locus, (pat, mat), to, father))

    def _meiosis_terms(self) -> None:
        """One half for each meiosis; at two loci, its recombination."""
        done: set[tuple[str, bool]] = set()
        for child, father, _ in self.meioses:
            if (child, father) in done:
                continue
            done.add((child, father))
            chain = [
                self.meioses[child, father, locus]
                for locus in range(self.shape.loci)
                if (child, father, locus) in self.meioses
            ]
            self._add("half", (chain[0],))
            for place, (one, other) in enumerate(pairwise(chain)):
                self._add("recombination", (one, other), locus=place)

    # -- answers ---------------------------------------------------------------------------

    def _ask(self, name: str, locus: int) -> None:
        copy = self.shape.theta and self.pedigree[name].is_founder
        for variable in self._variables(name, locus):
            if not copy:
                self.out.kept.append(variable)
                continue
            answer = self.out.new(locus)
            self._add("equal", (answer, variable), locus=locus)
            self.out.kept.append(answer)

    def _variables(self, name: str, locus: int) -> tuple[int, ...]:
        both = self.alleles[name, locus]
        return tuple(a.variable for a in both if a is not None and a.variable is not None)

    def _add(self, kind: str, axes: tuple[int, ...], name: str = "", locus: int = 0) -> None:
        number = self.pedigree.index[name] if name else -1
        self.out.terms.append(Term(kind, axes, number, locus))


def _axes(*alleles: Allele) -> tuple[int, ...]:
    return tuple(dict.fromkeys(a.variable for a in alleles if a.variable is not None))


def _needed(pedigree: Pedigree, told: set[str]) -> set[str]:
    """Those of whom something is told or asked, and their ancestors."""
    found = set(told)
    for name in reversed(pedigree.order):
        if name in found:
            person = pedigree[name]
            found |= {parent for parent in (person.father, person.mother) if parent is not None}
    return found


def symbolic(
    skeleton: Skeleton, alleles: Sequence[int], merged: dict[int, int], *, joint: bool = False
) -> Network:
    """The network without numbers; ``merged`` maps variables to those that stand for them.

    ``joint``: one table over all untyped founder alleles stands for theirs.
    """
    sizes = skeleton.sizes(alleles)
    tables, switches = [], []
    if joint:
        tables.append(Table(tuple(skeleton.pool), None, True))
    for term in skeleton.terms:
        if joint and term.kind == "prior":
            continue
        if term.kind == "switch":
            s = term.axes[0]
            x, y = (renamed(a, merged) for a in term.alleles)
            assert term.child is not None
            to = renamed(term.child, merged)
            below = () if to.variable is None else (to.variable,)
            lanes = to.slot is not None
            switches.append(Switch(s, x, y, below, None, lanes, alleles[term.locus]))
        else:
            axes = tuple(dict.fromkeys(merged.get(a, a) for a in term.axes))
            tables.append(Table(axes, None, _has_lanes(term, skeleton.shape.theta)))
    network = Network(sizes, tables, switches)
    network.alleles = frozenset(v for v, kind in enumerate(skeleton.kinds) if kind >= 0)
    return network


def _has_lanes(term: Term, theta: bool) -> bool:
    if term.kind in ("prior", "inbred founder"):
        return theta
    if term.kind == "pass":
        ends = (*term.alleles, term.child)
        return any(allele is not None and allele.slot is not None for allele in ends)
    return term.kind in ("typed founder", "phase", "evidence")


def renamed(allele: Allele, merged: dict[int, int]) -> Allele:
    """The allele under the variable that its own was merged with, if it was."""
    if allele.variable is None or allele.slot is not None:
        return allele
    return Allele(merged.get(allele.variable, allele.variable))


def order_of(shape: Shape, alleles: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Order of elimination for a shape and (a bound on) the entries of its largest table.

    Loci of similar size share a plan, made for the largest of them. Raises :class:`UserError`,
    before anything is allocated, where that table would pass ``MEMORY_LIMIT``.
    """
    joint = draws_together(shape, alleles)
    order, peak = _planned(shape, tuple(_rounded(size) for size in alleles), joint)
    if peak * 8 > MEMORY_LIMIT:
        order, peak = _planned(shape, alleles, joint)
        _check_size(shape, peak, alleles)
    return order, peak


def draws_together(shape: Shape, alleles: tuple[int, ...]) -> bool:
    """Whether with theta one table over all untyped founder alleles is small enough to be made."""
    skeleton = skeleton_of(shape)
    entries = prod(alleles) ** len(skeleton.pool)
    return shape.theta and not skeleton.inbred and entries <= LARGEST_JOINT


def _rounded(alleles: int) -> int:
    """The next of 2, 3, 4, 6, 8, 12, 16, 24, ..."""
    size = 2
    while size < alleles:
        size = size * 3 // 2 if size & (size - 1) == 0 else size * 4 // 3
    return size


@lru_cache(maxsize=16384)
def _planned(shape: Shape, alleles: tuple[int, ...], joint: bool) -> tuple[tuple[int, ...], int]:
    skeleton = skeleton_of(shape)
    return plan_order(symbolic(skeleton, alleles, {}, joint=joint), skeleton.kept)


def _check_size(shape: Shape, peak: int, alleles: Sequence[int]) -> None:
    """Raise :class:`UserError` where a table of ``peak`` float64 would pass ``MEMORY_LIMIT``."""
    if peak * 8 > MEMORY_LIMIT:
        raise UserError(
            f"this pedigree of {len(shape.pedigree)} persons is too entangled: with "
            f"{prod(alleles)} alleles its largest table needs {peak:.3g} entries "
            f"({peak * 8 / 2**30:.3g} GiB, limit {MEMORY_LIMIT / 2**30:.3g} GiB); type more "
            "persons, leave out distant untyped ones, or use a mutation model that can be lumped"
        )
