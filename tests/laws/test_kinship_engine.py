"""The engine against enumeration, and laws that every likelihood obeys.

Random small pedigrees (loops, inbreeding, several components, inbred founders), random
genotypes, every kind of model.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priam.genetics.mutation import MutationModel
from priam.kinship import pedigree as shapes
from priam.kinship.enumeration import likelihood_by_enumeration
from priam.kinship.lanes import log_likelihoods_by_lane
from priam.kinship.likelihood import (
    log_likelihood,
    log_likelihood_linked,
    log_likelihoods,
    log_likelihoods_indexed,
)
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Seen, observe
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.ratios import identity

ALLELES = ("9", "10", "11")
SEXED = MutationModel.from_record(
    {
        "male": {"model": "stepwise", "rate": 0.05, "rate2": 0.01, "range": 0.3},
        "female": {"model": "equal", "rate": 0.02},
    }
)
MODELS = st.sampled_from(
    [
        MutationModel(),
        MutationModel.same("equal", rate=0.05),
        MutationModel.same("proportional", rate=0.05),
        SEXED,
        MutationModel.same("random", rate=0.1, seed=3),
    ]
)


@st.composite
def pedigrees(draw, most=5):
    """Founders of both sexes, then children of any couple that exists (loops come by chance)."""
    persons = [Person("1", sex=Sex.MALE), Person("2", sex=Sex.FEMALE)]
    if draw(st.booleans()):
        persons[0] = Person("1", sex=Sex.MALE, inbreeding=draw(st.sampled_from([0.0, 0.25, 1.0])))
    for number in range(3, draw(st.integers(3, most)) + 1):
        sex = draw(st.sampled_from([Sex.MALE, Sex.FEMALE]))
        if draw(st.integers(0, 4)) == 0:
            persons.append(Person(str(number), sex=sex))
            continue
        father = draw(st.sampled_from([p.id for p in persons if p.sex == Sex.MALE]))
        mother = draw(st.sampled_from([p.id for p in persons if p.sex == Sex.FEMALE]))
        persons.append(Person(str(number), father, mother, sex))
    return Pedigree(tuple(persons))


@st.composite
def loci(draw, chromosome=None, silent=True):
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=3, max_size=3)), dtype=float)
    chromosome = chromosome or draw(st.sampled_from(["autosomal", "X"]))
    hidden = draw(st.sampled_from([0.0, 0.1])) if silent else 0.0
    p = weights / weights.sum()
    if hidden:
        two = p[:2] / p[:2].sum()
        model = draw(st.sampled_from([MutationModel(), MutationModel.same("equal", rate=0.05)]))
        return Locus.of("L", ALLELES[:2], two, model, chromosome=chromosome, silent=hidden)
    return Locus.of("L", ALLELES, p, draw(MODELS), chromosome=chromosome)


@st.composite
def observations(draw, pedigree, locus, degraded=True):
    """For some persons: complete, half known, or degraded."""
    shown = [a for k, a in enumerate(locus.alleles) if k != locus.silent]
    allele = st.sampled_from(shown)
    seen = {}
    for person in pedigree.persons:
        kind = draw(st.integers(0, 5 if degraded else 2))
        haploid = locus.chromosome == "X" and person.sex == Sex.MALE
        if kind in (1, 2, 3):
            seen[person.id] = (draw(allele),) if haploid else (draw(allele), draw(allele))
        elif kind == 4 and not haploid:
            seen[person.id] = (draw(allele), None)
        elif kind == 5:
            labels = draw(st.lists(allele, max_size=2, unique=True))
            model = DropModel(0.2, draw(st.sampled_from([None, 0.1])), 0.05)
            seen[person.id] = Seen(tuple(labels), model)
    return seen


def _by_enumeration(pedigree, locus, seen, theta=0.0):
    found = {n: observe(v, locus, pedigree[n]) for n, v in seen.items()}
    return likelihood_by_enumeration(pedigree, [locus], [found], theta=theta)


def _log(value):
    return math.log(value) if value > 0 else -math.inf


@settings(max_examples=120)
@given(data=st.data())
def test_engine_equals_enumeration(data):
    pedigree = data.draw(pedigrees())
    locus = data.draw(loci())
    seen = data.draw(observations(pedigree, locus))
    theta = data.draw(st.sampled_from([0.0, 0.0, 0.05]))
    if theta:
        pedigree = data.draw(pedigrees(most=4))
        seen = data.draw(observations(pedigree, locus))
    expected = _log(_by_enumeration(pedigree, locus, seen, theta))
    for lump in (True, False):
        got = log_likelihoods(pedigree, locus, [seen], theta=theta, lump=lump)[0]
        assert got == pytest.approx(expected, rel=1e-10, abs=1e-10)
    many = log_likelihoods(pedigree, locus, [seen] * 9, theta=theta)  # reading put off
    np.testing.assert_allclose(many, got, rtol=1e-10, atol=1e-10)


@settings(max_examples=60)
@given(data=st.data())
def test_lanes_of_different_loci_equal_one_by_one(data):
    """Any mixture of models, chromosomes, silent alleles and degraded observations."""
    pedigree = data.draw(pedigrees(most=4))
    theta = data.draw(st.sampled_from([0.0, 0.0, 0.05]))
    different = [data.draw(loci()) for _ in range(data.draw(st.integers(1, 3)))]
    lanes = [
        (k, data.draw(observations(pedigree, different[k])))
        for k in data.draw(st.lists(st.integers(0, len(different) - 1), min_size=1, max_size=6))
    ]
    got = log_likelihoods_by_lane(pedigree, different, lanes, theta=theta)
    expected = [_log(_by_enumeration(pedigree, different[k], s, theta)) for k, s in lanes]
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


@settings(max_examples=25)
@given(data=st.data())
def test_linked_markers_equal_enumeration(data):
    pedigree = data.draw(pedigrees(most=4))
    pedigree = pedigree.with_inbreeding({"1": 0.0})
    chromosome = data.draw(st.sampled_from(["autosomal", "X"]))
    pair = []
    for name in ("A", "B"):
        model = data.draw(st.sampled_from([MutationModel(), MutationModel.same("equal", rate=0.1)]))
        pair.append(Locus.of(name, ("1", "2"), [0.3, 0.7], model, chromosome=chromosome))
    rate = data.draw(st.sampled_from([0.0, 0.1, 0.5]))
    seen = [data.draw(observations(pedigree, locus, degraded=False)) for locus in pair]
    found = [
        {n: observe(v, locus, pedigree[n]) for n, v in row.items()}
        for locus, row in zip(pair, seen)
    ]
    expected = _log(likelihood_by_enumeration(pedigree, pair, found, rates=[rate]))
    genotypes: dict = {}
    for locus, row in zip(pair, seen):
        for name, value in row.items():
            genotypes.setdefault(name, {})[locus.name] = value
    got = log_likelihood_linked(pedigree, pair, genotypes, rate)
    assert got.total == pytest.approx(expected, rel=1e-10, abs=1e-10)
    if rate == 0.5:
        apart = log_likelihood(pedigree, pair, genotypes)
        assert got.total == pytest.approx(apart.total, rel=1e-10, abs=1e-10)


@settings(max_examples=40)
@given(data=st.data())
def test_names_order_and_spelling_of_a_genotype_do_not_matter(data):
    pedigree = data.draw(pedigrees(most=6))
    locus = data.draw(loci())
    seen = data.draw(observations(pedigree, locus))
    before = log_likelihoods(pedigree, locus, [seen])[0]
    names = {name: f"person {name}" for name in pedigree.ids}
    turned = Pedigree(tuple(reversed(pedigree.relabel(names).persons)))
    swapped = {names[n]: tuple(reversed(v)) if isinstance(v, tuple) else v for n, v in seen.items()}
    after = log_likelihoods(turned, locus, [swapped])[0]
    assert after == pytest.approx(before, rel=1e-11, abs=1e-11)


@settings(max_examples=30)
@given(data=st.data(), order=st.permutations(range(3)))
def test_order_of_alleles_does_not_matter(data, order):
    pedigree = data.draw(pedigrees(most=5))
    locus = data.draw(loci(silent=False))
    places = list(order)
    matrices = [
        None if m is None else m[np.ix_(places, places)] for m in (locus.male, locus.female)
    ]
    other = Locus(
        "L",
        tuple(locus.alleles[k] for k in places),
        locus.frequencies[places],
        *matrices,
        locus.chromosome,
    )
    seen = data.draw(observations(pedigree, locus))
    one, two = (log_likelihoods(pedigree, at, [seen])[0] for at in (locus, other))
    assert one == pytest.approx(two, rel=1e-11, abs=1e-11)


@settings(max_examples=25)
@given(data=st.data())
def test_probabilities_of_all_genotypes_sum_to_one(data):
    """Over everything that one more person can show, the likelihood sums to that without him."""
    pedigree = data.draw(pedigrees(most=6))
    locus = data.draw(loci(silent=False))
    theta = data.draw(st.sampled_from([0.0, 0.04]))
    person = data.draw(st.sampled_from(pedigree.persons))
    seen = data.draw(observations(pedigree, locus, degraded=False))
    seen.pop(person.id, None)
    size = len(locus)
    if locus.chromosome == "X" and person.sex == Sex.MALE:
        genotypes = [(a,) for a in locus.alleles]
    else:
        genotypes = [
            (locus.alleles[i], locus.alleles[j]) for i in range(size) for j in range(i, size)
        ]
    whole = log_likelihoods(
        pedigree, locus, [{**seen, person.id: g} for g in genotypes], theta=theta
    )
    without = log_likelihoods(pedigree, locus, [seen], theta=theta)[0]
    assert np.exp(whole).sum() == pytest.approx(np.exp(without), rel=1e-10)


@settings(max_examples=25)
@given(data=st.data())
def test_components_multiply(data):
    one, other = data.draw(pedigrees(most=5)), data.draw(pedigrees(most=5))
    other = other.relabel({name: f"b{name}" for name in other.ids})
    locus = data.draw(loci())
    first, second = (data.draw(observations(p, locus)) for p in (one, other))
    both = log_likelihoods(Pedigree((*one.persons, *other.persons)), locus, [{**first, **second}])[
        0
    ]
    parts = log_likelihoods(one, locus, [first])[0] + log_likelihoods(other, locus, [second])[0]
    assert both == pytest.approx(parts, rel=1e-11, abs=1e-11)


@settings(max_examples=25)
@given(data=st.data())
def test_small_theta_and_small_rates_reach_their_limits(data):
    pedigree = data.draw(pedigrees(most=5))
    seen = data.draw(observations(pedigree, Locus("L", ALLELES, np.array([0.2, 0.3, 0.5]))))
    plain = Locus("L", ALLELES, np.array([0.2, 0.3, 0.5]))
    base = np.exp(log_likelihoods(pedigree, plain, [seen])[0])
    nearly = np.exp(log_likelihoods(pedigree, plain, [seen], theta=1e-9)[0])
    assert nearly == pytest.approx(base, rel=1e-6, abs=1e-12)
    rare = plain.with_mutation(MutationModel.same("equal", rate=1e-10))
    moved = np.exp(log_likelihoods(pedigree, rare, [seen])[0])
    assert moved == pytest.approx(base, rel=1e-6, abs=1e-9)


@settings(max_examples=20)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_arrays_and_labels_are_one(data, seed):
    pedigree = data.draw(pedigrees(most=6))
    locus = data.draw(loci(silent=False))
    rng = np.random.default_rng(seed)
    typed, rows = {}, [{} for _ in range(10)]
    for person in pedigree.persons[-3:]:
        haploid = locus.chromosome == "X" and person.sex == Sex.MALE
        typed[person.id] = rng.integers(len(locus), size=(1 if haploid else 2, 10))
        for k, row in enumerate(rows):
            row[person.id] = tuple(locus.alleles[a] for a in typed[person.id][:, k])
    np.testing.assert_allclose(
        np.exp(log_likelihoods_indexed(pedigree, locus, typed)),
        np.exp(log_likelihoods(pedigree, locus, rows)),
        rtol=1e-12,
    )


GENOTYPE = st.tuples(st.sampled_from(ALLELES), st.sampled_from(ALLELES))


@settings(max_examples=20)
@given(one=GENOTYPE, other=GENOTYPE, theta=st.sampled_from([0.0, 0.03]))
def test_identity_and_siblings_are_symmetric(one, other, theta):
    locus = Locus.of("L", ALLELES, [0.2, 0.3, 0.5], MutationModel.same("equal", rate=0.01))
    model = DropModel(0.2, dropin=0.01)
    seen = [{"L": Seen(tuple(dict.fromkeys(g)), model)} for g in (one, other)]
    ahead, back = identity(*seen, [locus], theta=theta), identity(*seen[::-1], [locus], theta=theta)
    assert ahead.total == pytest.approx(back.total, rel=1e-12)
    sibs = shapes.siblings("a", "b")
    pair = [{"a": one, "b": other}, {"a": other, "b": one}]
    values = log_likelihoods(sibs, locus, pair, theta=theta)
    assert values[0] == pytest.approx(values[1], rel=1e-12)
