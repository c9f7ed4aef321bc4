"""Closed cases from beginning to end against a sum over everything.

Random small cases: missing persons who are relatives of each other, more victims than missing
and the reverse, victims of unknown sex, gaps in profiles, silent alleles, X markers, mutation.
Every assignment is listed, and its likelihood comes from ``priam.kinship.enumeration``, which
shares no code with the engine.
"""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from priam.errors import InputError, UserError
from priam.identification.dvi import case_from_record, pairwise_lr, read_cases, solve_case
from priam.kinship.enumeration import likelihood_by_enumeration
from priam.kinship.observations import observe
from priam.kinship.pedigree import Pedigree, Person

TRIO = [("F", None, None, "male"), ("M", None, None, "female"), ("C", "F", "M", "male")]
SIBS = [*TRIO, ("D", "F", "M", "female")]
THREE = [*TRIO, ("W", None, None, "female"), ("G", "C", "W", "male")]
MODELS = (
    None,
    {"model": "equal", "rate": 0.05},
    {"model": "proportional", "rate": 0.05},
    {"model": "stepwise", "rate": 0.05, "rate2": 0.001, "range": 0.5},
    {"male": {"model": "onestep", "rate": 0.1}, "female": {"model": "equal", "rate": 0.02}},
)


def _case(rng):
    markers = [_marker(rng, k) for k in range(rng.integers(1, 3))]
    families = [_family(rng, k, markers) for k in range(rng.integers(1, 3))]
    victims = []
    for k in range(rng.integers(1, 4)):
        sex = str(rng.choice(["male", "female"]))
        shown = sex if any(m["chrom"] == "X" for m in markers) or rng.random() < 0.8 else "unknown"
        victims.append({"id": f"V{k}", "sex": shown, "genotypes": _profile(rng, sex, markers)})
    return {"name": "random", "markers": markers, "victims": victims, "families": families}


def _marker(rng, number):
    alleles = ["9", "10", "11"][: 2 + (rng.random() < 0.15)]
    p = 0.05 + rng.dirichlet([2.0] * len(alleles))
    p = p / p.sum()
    model = MODELS[rng.integers(len(MODELS))]
    chromosome = "X" if rng.random() < 0.2 else "autosomal"
    silent = 0.05 if len(alleles) == 2 and rng.random() < 0.15 else 0.0
    return {"name": f"L{number}", "alleles": alleles, "frequencies": p.tolist(),
            "chrom": chromosome, "mutation": model, "silent_frequency": silent}  # fmt: skip


def _family(rng, number, markers):
    shape = (TRIO, SIBS, THREE)[rng.choice(3, p=[0.65, 0.3, 0.05])]
    rows = [
        {"id": f"{name}{number}", "father": father and f"{father}{number}",
         "mother": mother and f"{mother}{number}", "sex": sex}
        for name, father, mother, sex in shape
    ]  # fmt: skip
    order = [rows[k] for k in rng.permutation(len(rows))]
    missing = [row["id"] for row in order[: rng.integers(1, 3)]]
    typed = order[len(missing) : len(missing) + int(rng.integers(0, 3))]
    genotypes = {row["id"]: _profile(rng, row["sex"], markers) for row in typed}
    return {"id": f"family {number}", "pedigree": rows, "missing": missing, "genotypes": genotypes}


def _profile(rng, sex, markers):
    found = {}
    for marker in markers:
        if rng.random() < 0.15:
            continue
        count = 1 if marker["chrom"] == "X" and sex == "male" else 2
        found[marker["name"]] = [str(a) for a in rng.choice(marker["alleles"], count)]
    return found


def _likelihood(pedigree, typed, loci):
    """Probability of all that was seen on one pedigree."""
    result = 1.0
    for locus in loci:
        seen = {n: observe(g.get(locus.name), locus, pedigree[n]) for n, g in typed.items()}
        result *= likelihood_by_enumeration(pedigree, [locus], [seen])
    return result


class _Slow:
    """Likelihood of every assignment, family by family; equal questions are asked once."""

    def __init__(self, case):
        self.case, self.known = case, {}

    def family(self, k, placed):
        if (k, placed) not in self.known:
            family = self.case.families[k]
            typed = {**family.genotypes, **{m: self.case.victims[v].genotypes for m, v in placed}}
            self.known[k, placed] = _likelihood(family.pedigree, typed, self.case.loci)
        return self.known[k, placed]

    def alone(self, v):
        victim = self.case.victims[v]
        pedigree = Pedigree((Person(victim.id, sex=victim.sex),))
        return _likelihood(pedigree, {victim.id: victim.genotypes}, self.case.loci)

    def assignment(self, columns):
        """``columns``: for each victim the number of a missing person, or None."""
        result = math.prod(self.alone(v) for v, c in enumerate(columns) if c is None)
        for k in range(len(self.case.families)):
            placed = tuple(
                (self.case.columns[c][2], v)
                for v, c in enumerate(columns)
                if c is not None and self.case.columns[c][1] == k
            )
            result *= self.family(k, placed)
        return result

    def every(self, columns=()):
        """Every assignment that the sexes allow."""
        if len(columns) == len(self.case.victims):
            yield columns
            return
        yield from self.every((*columns, None))
        victim = self.case.victims[len(columns)]
        for c in range(len(self.case.columns)):
            if c not in columns and self.case.fits(victim, c):
                yield from self.every((*columns, c))


def _check(case):
    slow = _Slow(case)
    empty = slow.assignment((None,) * len(case.victims))
    try:
        answer = solve_case(case, 1000)
    except UserError:
        assert empty == 0.0
        return False
    if any(slow.family(k, ()) == 0.0 for k in range(len(case.families))):
        assert answer.skipped
        return False
    listed = {columns: slow.assignment(columns) for columns in slow.every()}
    total = sum(listed.values())
    name = [c[0] for c in case.columns]
    found = {tuple(a.values()): (loglik, p) for a, loglik, p in answer.listed}
    assert len(found) == len(listed)
    for columns, likelihood in listed.items():
        loglik, posterior = found[tuple("*" if c is None else name[c] for c in columns)]
        assert math.exp(loglik) == pytest.approx(likelihood, rel=1e-8)
        assert posterior == pytest.approx(likelihood / total, rel=1e-8)
    pairs = pairwise_lr(case)
    for v, victim in enumerate(case.victims):
        for c in (*range(len(name)), None):
            share = sum(p for columns, p in listed.items() if columns[v] == c) / total
            shown = "*" if c is None else name[c]
            assert answer.marginal[victim.id][shown] == pytest.approx(share, rel=1e-8)
        for c in range(len(name)):
            single = tuple(c if k == v else None for k in range(len(case.victims)))
            if single in listed:
                assert pairs[victim.id][name[c]] == pytest.approx(listed[single] / empty, rel=1e-8)
            else:
                assert pairs[victim.id][name[c]] is None
    return True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.update(theta=0.02), "without it"),
        (lambda c: c["victims"][0]["genotypes"].update(L0=["9", "99"]), "'V0', marker L0"),
        (lambda c: c["victims"].append(c["victims"][0]), "stands twice"),
        (lambda c: c["families"][0].update(missing=[]), "names no missing person"),
    ],
)
def test_a_bad_case_is_one_sentence_with_its_place(tmp_path, change, words):
    record = _case(np.random.default_rng(0))
    record["markers"][0]["chrom"] = "autosomal"
    change(record)
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"cases": [record]}))
    with pytest.raises(InputError, match=words) as caught:
        read_cases(path)
    assert "case.json" in str(caught.value) and "$.cases[0]" in str(caught.value)


def _run(first, count):
    done = 0
    for seed in range(first, first + count):
        done += _check(case_from_record(_case(np.random.default_rng(seed))))
    assert done > 0.6 * count  # the others are impossible in themselves


@pytest.mark.parametrize("block", range(2))
def test_closed_cases_equal_a_sum_over_everything(block):
    _run(1000 * block, 60)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(8))
def test_thousands_of_closed_cases_equal_a_sum_over_everything(block):
    _run(100_000 + 1000 * block, 500)
