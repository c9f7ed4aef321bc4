"""Two brothers of whom one, or both, would stay below the threshold by themselves."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from priam.genetics.frequencies import load_packaged
from priam.identification.run import identify
from priam.identification.settings import Settings
from priam.kinship.locus import loci_of_table
from priam.kinship.pedigree import Pedigree, Person, Sex
from priam.kinship.sampling import drop_genotypes

TABLE = "nist1036-cauc"
FAMILY = (
    ("F", None, None, "male"), ("M", None, None, "female"), ("MP", "F", "M", "male"),
    ("MP2", "F", "M", "male"), ("W", None, None, "female"), ("C", "MP", "W", "male"),
)  # fmt: skip
STRANGERS = 12


@pytest.fixture(scope="module")
def loci():
    return loci_of_table(load_packaged(TABLE))[:20]


def _write(folder, loci, seed, typed):
    """One family with two missing brothers, both among the remains, and strangers."""
    rng = np.random.default_rng(seed)
    sex = {"male": Sex.MALE, "female": Sex.FEMALE}
    persons = [Person(i, f, m, sex[s]) for i, f, m, s in FAMILY]
    persons += [Person(f"S{k}") for k in range(STRANGERS)]
    pedigree = Pedigree(tuple(persons))
    drawn = {locus.name: drop_genotypes(pedigree, locus, 1, rng) for locus in loci}

    def profile(person):
        found = {}
        for locus in loci:
            pair = drawn[locus.name][person][:, 0]
            found[locus.name] = sorted(locus.alleles[a] for a in pair)
        return found

    folder.mkdir()
    with (folder / "remains.csv").open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["case", "batch", "marker", "allele_1", "allele_2", "quality"])
        for case in ("MP", "MP2", *(f"S{k}" for k in range(STRANGERS))):
            for marker, pair in profile(case).items():
                out.writerow([f"R-{case}", "b1", marker, *pair, "good"])
    rows = [{"id": i, "father": f, "mother": m, "sex": s} for i, f, m, s in FAMILY]
    family = {
        "id": "F1",
        "pedigree": rows,
        "missing": ["MP", "MP2"],
        "genotypes": {name: profile(name) for name in typed},
    }
    record = {"frequencies": TABLE, "families": [family]}
    (folder / "families.json").write_text(json.dumps(record))


def _settings(keep):
    base = Settings()
    return replace(
        base,
        population=replace(base.population, missing=20),
        search=replace(base.search, keep_log10=keep),
        likelihood=replace(base.likelihood, mutation="none"),
    )


def _proposal(outcome, case):
    return next(p for p in outcome.proposals if p.individual == f"I-R-{case}")


@pytest.mark.parametrize("seed", [2, 3])
def test_a_second_brother_is_found_beside_the_first(tmp_path, loci, seed):
    """By himself he is an uncle of the typed child; beside his brother he is a brother."""
    _write(tmp_path / "in", loci, seed, ("C", "W"))
    outcome = identify(tmp_path / "in", tmp_path / "out", _settings(2.0))
    own = {(c.individual, c.person): c.log_lr / np.log(10) for c in outcome.candidates}
    assert own[1, 1] < 2.0  # below the threshold
    for case in ("MP", "MP2"):
        proposal = _proposal(outcome, case)
        assert proposal.person == case and proposal.posterior > 0.999


def test_both_brothers_are_named_where_one_is_below_the_threshold(tmp_path, loci):
    """One child and one threshold: the individual is likelier the father, and may be the uncle."""
    _write(tmp_path / "in", loci, 3, ("F",))
    low = identify(tmp_path / "in", tmp_path / "a", _settings(2.0))
    for case in ("MP", "MP2"):
        proposal = _proposal(low, case)
        assert proposal.kind == "undecidable"
        assert set(proposal.between) == {"MP", "MP2"}
        assert proposal.ask[0].person == "C"
