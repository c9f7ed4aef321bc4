"""Tables equal the likelihood ratio computed pair by pair, for every model."""

from __future__ import annotations

import numpy as np
import pytest

from priam.errors import UserError
from priam.genetics.mutation import MutationModel
from priam.kinship import pedigree as shapes
from priam.kinship.likelihood import log_likelihoods
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Seen
from priam.kinship.pedigree import Person, Sex
from priam.kinship.tables import build_tables, build_tables_indexed, genotype_index, genotype_pairs

ALLELES = ("8", "9", "9.3", "10", "11")
P = [0.1, 0.3, 0.15, 0.25, 0.2]
STEPWISE = MutationModel.from_record(
    {
        "male": {"model": "stepwise", "rate": 0.01, "rate2": 1e-4, "range": 0.1},
        "female": {"model": "stepwise", "rate": 0.004, "rate2": 1e-4, "range": 0.2},
    }
)
MODELS = {
    "none": MutationModel(),
    "equal": MutationModel.same("equal", rate=0.01),
    "stepwise by sex": STEPWISE,
}

FAMILIES = {
    "one parent": (shapes.parent_and_child(sex=Sex.FEMALE), "child", ["parent"]),
    "two parents": (shapes.trio(sex=Sex.MALE), "child", ["father", "mother"]),
    "spouse and child": (shapes.trio(sex=Sex.MALE), "father", ["mother", "child"]),
    "two siblings": (shapes.siblings("a", "b", "m", sex=Sex.MALE), "m", ["a", "b"]),
    "two grandparents": (
        shapes.grandparents(sex=Sex.FEMALE),
        "grandchild",
        ["grandfather", "grandmother"],
    ),
    "nephew": (shapes.avuncular(sex=Sex.MALE), "uncle", ["nephew"]),
}


def _pairwise(pedigree, missing, family, locus, theta):
    """log P(R, m=g | related) - log P(R, u=g | unrelated) for all g, one by one."""
    beside = pedigree.with_persons(Person("u", sex=pedigree[missing].sex))
    if locus.chromosome == "X" and pedigree[missing].sex == Sex.MALE:
        genotypes = [(a,) for a in locus.alleles]
    else:
        low, high = genotype_pairs(len(locus))
        genotypes = [(locus.alleles[i], locus.alleles[j]) for i, j in zip(low, high)]
    with_m = [{**family, missing: g} for g in genotypes]
    with_u = [{**family, "u": g} for g in genotypes]
    with np.errstate(invalid="ignore"):  # -inf - -inf where the references are impossible
        return log_likelihoods(pedigree, locus, with_m, theta=theta) - log_likelihoods(
            beside, locus, with_u, theta=theta
        )


def _draw(rng, locus, person):
    size = 1 if locus.chromosome == "X" and person.sex == Sex.MALE else 2
    return tuple(str(a) for a in rng.choice(locus.alleles, size=size, p=locus.frequencies))


@pytest.mark.parametrize("chromosome", ["autosomal", "X"])
@pytest.mark.parametrize("theta", [0.0, 0.03])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("family", FAMILIES)
def test_tables_equal_the_pairwise_ratio(family, model, theta, chromosome):
    pedigree, missing, typed = FAMILIES[family]
    locus = Locus.of("L", ALLELES, P, MODELS[model], chromosome=chromosome)
    rng = np.random.default_rng(7)
    sexed = [p if p.sex else Person(p.id, p.father, p.mother, Sex.MALE) for p in pedigree.persons]
    pedigree = shapes.Pedigree(tuple(sexed))
    seen = [{n: _draw(rng, locus, pedigree[n]) for n in typed} for _ in range(3)]
    rows = [{n: {"L": g} for n, g in family.items()} for family in seen]
    tables = build_tables(pedigree, missing, rows, [locus], theta=theta)
    for number, one in enumerate(seen):
        expected = _pairwise(pedigree, missing, one, locus, theta)
        if tables.log_references[0, number] == -np.inf:
            assert np.all(tables.values[0][:, number] == -np.inf)
            continue
        np.testing.assert_allclose(
            np.exp(tables.values[0][:, number]), np.exp(expected), rtol=1e-9, atol=0
        )


def test_partial_degraded_and_silent_references():
    pedigree, missing, _ = FAMILIES["two siblings"]
    locus = Locus.of("L", ALLELES, P, STEPWISE, silent=0.02)
    family = {"a": ("9", None), "b": Seen(("10",), DropModel(0.2, dropin=0.01))}
    tables = build_tables(pedigree, missing, [{n: {"L": v} for n, v in family.items()}], [locus])
    rows = [(locus.index[a], locus.index[b]) for a, b in [("9", "10"), ("9", "9.3"), ("8", "11")]]
    got = [tables.values[0][genotype_index(i, j), 0] for i, j in rows]
    for (i, j), value in zip(rows, got):
        genotype = (locus.alleles[i], locus.alleles[j])
        joint = log_likelihoods(pedigree, locus, [{**family, missing: genotype}])
        alone = log_likelihoods(pedigree, locus, [family])
        prior = np.log(2 * locus.frequencies[i] * locus.frequencies[j])
        assert value == pytest.approx(float((joint - alone)[0] - prior), rel=1e-9)


def test_degraded_rows_are_the_ratio_of_the_same_observation():
    pedigree, missing, typed = FAMILIES["spouse and child"]
    locus = Locus.of("L", ALLELES, P, STEPWISE)
    family = dict(zip(typed, [("9", "10"), ("10", "11")]))
    model = DropModel(0.3, dropin=0.02)
    tables = build_tables(
        pedigree, missing, [{n: {"L": v} for n, v in family.items()}], [locus]
    ).with_drop_model(model)
    base = tables.genotypes(0)
    for seen in [("11",), ("8", "11"), ("10",)]:
        places = [locus.index[a] for a in seen]
        row = base + genotype_index(places[0], places[-1])
        joint = log_likelihoods(pedigree, locus, [{**family, missing: Seen(seen, model)}])
        alone = log_likelihoods(pedigree, locus, [family])
        single = log_likelihoods(
            shapes.singletons("s", sex=Sex.MALE), locus, [{"s": Seen(seen, model)}]
        )
        expected = float((joint - alone - single)[0])
        assert tables.values[0][row, 0] == pytest.approx(expected, rel=1e-9)


def test_families_with_gaps_are_grouped():
    pedigree, missing, typed = FAMILIES["two parents"]
    locus = Locus.of("L", ALLELES, P, STEPWISE)
    families = [
        {"father": {"L": ("9", "10")}, "mother": {"L": ("8", "8")}},
        {"father": {"L": ("9", "10")}, "mother": {}},
        {"father": {"L": None}, "mother": {"L": ("8", "8")}},
        {},
    ]
    tables = build_tables(pedigree, missing, families, [locus])
    for number, family in enumerate(families):
        alone = build_tables(pedigree, missing, [family], [locus])
        np.testing.assert_allclose(tables.values[0][:, number], alone.values[0][:, 0], rtol=1e-12)
    plain = build_tables(pedigree, missing, [{}], [Locus("L", ALLELES, np.array(P))])
    np.testing.assert_allclose(plain.values[0], 0.0, atol=1e-12)  # nobody typed tells nothing
    assert typed == ["father", "mother"]


def test_indexed_families_and_search_layout():
    pedigree, missing, typed = FAMILIES["two parents"]
    loci = [Locus.of("L", ALLELES, P, STEPWISE), Locus.of("M", ALLELES[:3], [0.2, 0.3, 0.5])]
    rng = np.random.default_rng(3)
    count = 21
    arrays = {
        name: np.stack([rng.integers(len(locus), size=(2, count)) for locus in loci])
        for name in typed
    }
    tables = build_tables_indexed(pedigree, missing, arrays, loci)
    rows = [
        {
            name: {
                locus.name: tuple(locus.alleles[a] for a in arrays[name][k, :, f])
                for k, locus in enumerate(loci)
            }
            for name in typed
        }
        for f in range(count)
    ]
    named = build_tables(pedigree, missing, rows, loci)
    for one, other in zip(tables.values, named.values):
        np.testing.assert_allclose(np.exp(one), np.exp(other), rtol=1e-12)
    blocks = tables.blocks(8)
    assert blocks.shape == (3, 2, 15, 8) and blocks.dtype == np.float32
    family, genotype = 13, 4
    assert blocks[1, 0, genotype, 5] == np.float32(tables.values[0][genotype, family])
    assert np.all(blocks[2, :, :, 5:] == -np.inf)
    profile = {"L": ("9", "10"), "M": ("9", "9")}
    expected = tables.values[0][tables.index(0, ("9", "10"))] + tables.values[1][2]
    np.testing.assert_array_equal(tables.log_lr(profile), expected)


def test_a_missing_person_has_no_reference_profile():
    pedigree, missing, _ = FAMILIES["two parents"]
    locus = Locus("L", ALLELES, np.array(P))
    with pytest.raises(UserError, match="'child' is missing and cannot"):
        build_tables(pedigree, missing, [{"child": {"L": ("8", "8")}}], [locus])
