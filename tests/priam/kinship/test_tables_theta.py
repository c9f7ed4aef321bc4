"""Tables with theta: alleles that nobody shows are merged, and the numbers are the same."""

from __future__ import annotations

import numpy as np
import pytest

from priam.genetics.mutation import MutationModel
from priam.kinship import tables
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree, Person, Sex

FAMILY = Pedigree(
    (
        Person("F", sex=Sex.MALE), Person("M", sex=Sex.FEMALE),
        Person("A", "F", "M", Sex.MALE), Person("B", "F", "M", Sex.FEMALE),
        Person("X", "A", "B", Sex.MALE),  # of siblings, so that two copies of one draw meet
    )
)  # fmt: skip
MODELS = (
    MutationModel(),
    MutationModel.same("proportional", rate=0.03),
    MutationModel.same("equal", rate=0.03),
    MutationModel.same("stepwise", rate=0.03, rate2=0.001, range=0.5),
)


@pytest.mark.parametrize("chromosome", ["autosomal", "X"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.describe()[:12])
@pytest.mark.parametrize("typed", [("M",), ("A", "B"), ("F", "B")])
def test_each_genotype_equals_the_likelihood_of_the_family(chromosome, model, typed):
    """P(R, missing = g) over P(R, stranger = g), each by the ordinary likelihood."""
    rng = np.random.default_rng(5)
    p = 0.05 + rng.dirichlet(np.ones(5))
    locus = Locus.of("L", ("9", "10", "11", "12", "13"), p / p.sum(), model, chromosome=chromosome)
    count = 3
    places = {name: rng.integers(0, 5, (1, 2, count)) for name in typed}
    made = tables.build_tables_indexed(FAMILY, "X", places, [locus], theta=0.04)
    beside = FAMILY.with_persons(Person("stranger", sex=Sex.MALE))
    for k in range(count):
        known = {n: _labels(locus, FAMILY[n], places[n][0, :, k]) for n in typed}
        alone = log_likelihoods(beside, locus, [known], theta=0.04)[0]
        if alone == -np.inf:  # these relatives cannot be related as said
            assert np.all(made.values[0][:, k] == -np.inf)
            continue
        for number, pair in enumerate(_genotypes(locus)):
            related = {**known, "X": pair}
            other = {**known, "stranger": pair}
            top, below = (
                log_likelihoods(beside, locus, [seen], theta=0.04)[0] for seen in (related, other)
            )
            assert made.values[0][number, k] == pytest.approx(top - below, abs=1e-9)
            assert made.log_prior[0][number, k] == pytest.approx(below - alone, abs=1e-9)


def _labels(locus, person, pair):
    labels = tuple(locus.alleles[a] for a in pair)
    return labels[:1] if locus.chromosome == "X" and person.sex == Sex.MALE else labels


def _genotypes(locus):
    if locus.chromosome == "X":
        return [(a,) for a in locus.alleles]
    low, high = tables.genotype_pairs(len(locus))
    return [(locus.alleles[i], locus.alleles[j]) for i, j in zip(low, high)]
