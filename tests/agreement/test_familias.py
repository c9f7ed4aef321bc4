"""The published example of pedFamilias: paternity, ten markers, LR 760.3445.

The file here is our own (written by our writer); the genotypes, the frequencies (those of
forrel::NorwegianFrequencies, in the reference folder) and the mutation rates are the published
ones: https://github.com/magnusdv/pedFamilias, README, `forrel::kinshipLR(readFam(fam))`.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from priam.cli.kinship_familias import familias
from priam.formats import Family, KinshipCase, Samples, load, save
from priam.genetics.frequencies import FrequencyTable
from priam.genetics.mutation import Mutation, MutationModel
from priam.genetics.profiles import Profile
from priam.kinship.pedigree import Pedigree, Sex, singletons, trio

# positions in the allele lists (counted from 0) of father and child
FATHER = [(7, 7), (1, 5), (7, 13), (5, 8), (7, 8), (4, 5), (4, 6), (2, 11), (3, 4), (3, 6)]
CHILD = [(6, 7), (1, 6), (7, 7), (7, 8), (7, 7), (5, 6), (4, 6), (11, 11), (4, 4), (6, 6)]
MARKERS = [
    "D3S1358",
    "TH01",
    "D21S11",
    "D18S51",
    "PENTA_E",
    "D5S818",
    "D13S317",
    "D7S820",
    "D16S539",
    "CSF1PO",
]


@pytest.fixture(scope="module")
def case(shared: Path) -> KinshipCase:
    text = (shared / "reference/kinship_lr/frequencies_norwegian35.json").read_text()
    loci = {locus["name"]: locus for locus in json.loads(text)["loci"]}
    figures = {m: dict(zip(loci[m]["alleles"], loci[m]["frequencies"])) for m in MARKERS}
    table = FrequencyTable.of("Norwegian", figures)
    calls: dict[str, dict[str, list[str]]] = {"AF": {}, "CH": {}}
    for person, positions in (("AF", FATHER), ("CH", CHILD)):
        for marker, pair in zip(MARKERS, positions):
            calls[person][marker] = [loci[marker]["alleles"][place] for place in pair]
    male, female = (
        Mutation("stepwise", {"rate": rate, "rate2": 1e-6, "range": 0.1}) for rate in (0.002, 0.001)
    )
    return KinshipCase(
        table=table,
        mutation={marker: MutationModel(male, female) for marker in table},
        hypotheses={
            "H1": trio("AF", "MO", "CH", Sex.MALE),
            "H2": singletons("AF", "CH", sex=Sex.MALE),
        },
        profiles={name: Profile.of(name, found) for name, found in calls.items()},
    )


def _paternity_lr(case: KinshipCase) -> float:
    """Product over markers of P(child | father) / P(child), in closed form.

    The child has a from one parent and b from the other; the father passes on a with
    probability f_a = (M[i,a] + M[j,a]) / 2, the unknown mother with m_a = sum_k p_k F[k,a].
    """
    total = 0.0
    for marker in case.table:
        entry = case.table[marker]
        male, female = case.mutation[marker].matrices(entry.alleles, entry.frequencies)
        i, j = (entry.index[str(label)] for label in case.profiles["AF"].genotypes[marker])
        a, b = (entry.index[str(label)] for label in case.profiles["CH"].genotypes[marker])
        father, mother = (male[i] + male[j]) / 2.0, entry.frequencies @ female
        related = father[a] * mother[b] + (father[b] * mother[a] if a != b else 0.0)
        unrelated = (1.0 if a == b else 2.0) * entry.frequencies[a] * entry.frequencies[b]
        total += math.log(related / unrelated)
    return math.exp(total)


def test_the_published_likelihood_ratio(case: KinshipCase) -> None:
    assert _paternity_lr(case) == pytest.approx(760.3445, abs=5e-5)


def test_the_file_round_trips_and_keeps_the_ratio(case: KinshipCase, tmp_path: Path) -> None:
    save(case, tmp_path / "paternity.fam", format="familias")
    loaded = load(tmp_path / "paternity.fam")
    assert loaded.format == "familias"
    back = loaded.content
    assert isinstance(back, KinshipCase)
    assert _paternity_lr(back) == pytest.approx(_paternity_lr(case), rel=1e-12)
    assert list(back.hypotheses) == ["H1", "H2"]
    assert back.hypotheses["H1"]["CH"].father == "AF"
    assert back.hypotheses["H2"]["CH"].is_founder
    assert all(back.table[marker] == case.table[marker] for marker in case.table)
    assert np.isclose(back.theta, 0.0)


def _computed(case: KinshipCase, path: Path, *options: str) -> dict:
    save(case, path, format="familias")
    result = CliRunner().invoke(familias, [str(path), *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_likelihood_engine_gives_the_published_ratio(case: KinshipCase, tmp_path: Path) -> None:
    answer = _computed(case, tmp_path / "paternity.fam")
    assert answer["pedigrees"][0]["LR"] == pytest.approx(760.3445, abs=5e-5)
    assert answer["pedigrees"][0]["LR"] == pytest.approx(_paternity_lr(case), rel=1e-9)
    assert answer["pedigrees"][1]["LR"] == 1.0
    turned = _computed(case, tmp_path / "paternity.fam", "--against", "H1")
    assert turned["pedigrees"][1]["LR"] == pytest.approx(1.0 / 760.3445, rel=1e-6)


def test_the_dvi_section_is_computed(case: KinshipCase, tmp_path: Path) -> None:
    """The child as remains, a family with the father: the same paternity in other words."""
    family = Pedigree.of(
        ("AF", None, None, 1), ("MO", None, None, 2), ("Missing person", "AF", "MO", 1)
    )
    father = Family("F1", family, {"AF": case.profiles["AF"]}, ("Missing person",))
    dvi = replace(
        case,
        hypotheses={},
        profiles={},
        remains=Samples((case.profiles["CH"],)),
        families=(father,),
    )
    answer = _computed(dvi, tmp_path / "dvi.fam")
    assert answer["pedigrees"] == []
    (only,) = answer["dvi"]
    assert (only["remains"], only["family"]) == ("CH", "F1")
    assert only["LR"] == pytest.approx(760.3445, abs=5e-5)


def test_impossible_pedigrees_have_the_ratio_zero(case: KinshipCase, tmp_path: Path) -> None:
    strange = Profile.of("CH", {"TH01": ["5", "5"]})
    wrong = replace(case, mutation={}, profiles={**case.profiles, "CH": strange})
    first = _computed(wrong, tmp_path / "x.fam")["pedigrees"][0]
    assert (first["LR"], first["log10_LR"], first["loglik"]) == (0.0, None, None)
