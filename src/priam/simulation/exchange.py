"""A whole exchange with known truth: families, missing persons, remains, and what is wrong.

Every number drawn comes from the generator passed in, in a fixed order, so that one seed gives
one exchange on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.genetics.frequencies import FrequencyTable, load_packaged
from priam.simulation.families import (
    BROTHERS,
    SHAPES,
    Genes,
    Panel,
    Shape,
    drop_genes,
    shape_counts,
)
from priam.simulation.persons import describe_person, examine, note_side
from priam.simulation.plan import MARKERS, QUALITIES, ExchangePlan
from priam.simulation.remains import CaseProfile, observe, observe_mixture

__all__ = ["Exchange", "Family", "simulate_exchange"]


@dataclass(frozen=True)
class Family:
    """A simulated family: its record for ``families.json`` and where its missing persons are."""

    record: dict[str, Any]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """Everything that ``priam simulate exchange`` writes."""

    plan: ExchangePlan
    families: tuple[Family, ...]
    staff: tuple[dict[str, Any], ...]
    persons: tuple[dict[str, str], ...]
    examinations: tuple[dict[str, str], ...]
    cases: tuple[CaseProfile, ...]
    truth: dict[str, Any]


def simulate_exchange(plan: ExchangePlan, seed: int) -> Exchange:
    """Draw an exchange; equal ``plan`` and ``seed`` give an equal exchange."""
    rng = np.random.default_rng(seed)
    panel = _panel(load_packaged(plan.frequencies))
    families, genes = _families(plan, panel, rng)
    wrong = _spoil(families, genes, plan, panel, rng)
    missing = [person for family in families for person in family.missing]
    people = {p: genes[p] for p in missing}
    unsampled = [f"N{n + 1:05d}" for n in range(max(0, plan.missing - len(missing)))]
    drawn = panel.draw(len(unsampled), rng)
    people |= {p: drawn[k] for k, p in enumerate(unsampled)}
    home = {person: family.record["id"] for family in families for person in family.missing}
    rows = {p: describe_person(p, home.get(p, ""), rng) for p in people}
    for family in families:
        for entry in family.record["pedigree"]:
            if entry["id"] in rows:
                rows[entry["id"]]["sex"] = entry["sex"]
    staff_genes = panel.draw(plan.staff, rng)
    staff = tuple(
        {"id": f"STAFF{k + 1:02d}", "genotypes": _genotypes(staff_genes[k], panel)}
        for k in range(plan.staff)
    )
    cases, examinations, truth = _cases(plan, panel, people, home, rows, staff_genes, rng)
    # a generator of its own, so that the note changes nothing else of an exchange
    own_rng = np.random.default_rng([seed, 1])
    for row in examinations:
        row["side"] = note_side(truth["cases"][row["case"]]["kind"] == "other side", own_rng)
    truth = {"seed": seed, **wrong, **truth, "unsampled": unsampled}
    records = tuple(families)
    return Exchange(plan, records, staff, tuple(rows.values()), examinations, cases, truth)


def _panel(table: FrequencyTable) -> Panel:
    markers = tuple(m for m in MARKERS if m in table)
    columns = [table[m].normalised() for m in markers]
    return Panel(
        markers,
        tuple(c.alleles for c in columns),
        tuple(np.cumsum(c.frequencies) for c in columns),
    )


def _genotypes(genes: Genes, panel: Panel) -> dict[str, list[str]]:
    return {
        marker: [panel.alleles[k][a], panel.alleles[k][b]]
        for k, (marker, (a, b)) in enumerate(zip(panel.markers, np.sort(genes, axis=1).tolist()))
    }


def _families(
    plan: ExchangePlan, panel: Panel, rng: np.random.Generator
) -> tuple[list[Family], dict[str, Genes]]:
    """All families, with the genotypes of their missing persons and of the typed."""
    spare = plan.missing - plan.families
    pairs = min(int(rng.binomial(plan.families, plan.brothers)), spare)
    counts = [
        *zip(SHAPES, shape_counts(SHAPES, plan.families - pairs, rng)),
        *zip(BROTHERS, shape_counts(BROTHERS, pairs, rng)),
    ]
    number = iter(rng.permutation(plan.families) + 1)
    families: list[Family] = []
    genes: dict[str, Genes] = {}
    for shape, count in counts:
        dropped = drop_genes(shape, count, panel, plan.mutation_rate, rng)
        for k in range(count):
            family = f"F{next(number):05d}"
            families.append(_family(shape, family))
            for name in (*shape.missing, *shape.typed):
                genes[f"{family}-{name}"] = dropped[name][k]
    families.sort(key=lambda family: str(family.record["id"]))
    return families, genes


def _family(shape: Shape, family: str) -> Family:
    def own(name: str | None) -> str | None:
        return None if name is None else f"{family}-{name}"

    pedigree = [
        {"id": own(name), "father": own(father), "mother": own(mother), "sex": sex}
        for name, father, mother, sex in shape.persons
    ]
    missing = tuple(f"{family}-{name}" for name in shape.missing)
    record = {
        "id": family,
        "shape": shape.name,
        "pedigree": pedigree,
        "missing": list(missing),
        "genotypes": {f"{family}-{name}": None for name in shape.typed},
    }
    return Family(record, missing)


def _spoil(
    families: list[Family],
    genes: dict[str, Genes],
    plan: ExchangePlan,
    panel: Panel,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Put false fathers and swapped samples in, then write the genotypes of the typed."""
    false_fathers = []
    for family in families:
        typed = family.record["genotypes"]
        father = f"{family.record['id']}-F"
        if father in typed and rng.random() < plan.false_father:
            genes[father] = panel.draw(1, rng)[0]
            false_fathers.append(family.record["id"])
    picked = rng.permutation(len(families))[: 2 * int(plan.swapped * len(families) / 2)]
    swapped = []
    for one, two in zip(picked[::2], picked[1::2]):
        a, b = families[one], families[two]
        first, second = next(iter(a.record["genotypes"])), next(iter(b.record["genotypes"]))
        genes[first], genes[second] = genes[second], genes[first]
        swapped.append([a.record["id"], b.record["id"]])
    for family in families:
        typed = family.record["genotypes"]
        for person in typed:
            typed[person] = _genotypes(genes[person], panel)
    return {"false_fathers": false_fathers, "swapped_samples": sorted(swapped)}


def _cases(
    plan: ExchangePlan,
    panel: Panel,
    people: dict[str, Genes],
    home: dict[str, str],
    rows: dict[str, dict[str, str]],
    staff: Genes,
    rng: np.random.Generator,
) -> tuple[tuple[CaseProfile, ...], tuple[dict[str, str], ...], dict[str, Any]]:
    """Cut the dead into cases, spread them over batches, mix and contaminate some."""
    lengths = np.array([MARKERS[m] for m in panel.markers], dtype=np.float64)
    owners = _owners(plan, list(people), rng)
    others = sorted({owner for owner in owners if owner.startswith("OTHER")})
    strange = panel.draw(len(others), rng)
    everyone = people | {p: strange[k] for k, p in enumerate(others)}
    rows = rows | {p: describe_person(p, "", rng) for p in others}
    cases: list[CaseProfile] = []
    examinations: list[dict[str, str]] = []
    truth: dict[str, Any] = {}
    for number, owner in enumerate(owners):
        case = f"R{number + 1:05d}"
        quality = str(rng.choice(QUALITIES, p=plan.quality))
        alleles = observe(everyone[owner], quality, panel, lengths, rng)
        inside, kind = [owner], "other side" if owner in others else "single"
        sex = rows[owner]["sex"]
        draw = rng.random()
        if draw < plan.commingled:
            second = owners[int(rng.integers(0, len(owners)))]
            if second != owner:
                more = observe(everyone[second], quality, panel, lengths, rng)
                alleles, kind = observe_mixture([alleles, more]), "commingled"
                inside.append(second)
        elif draw < plan.commingled + plan.contaminated and len(staff):
            member = int(rng.integers(0, len(staff)))
            alleles = observe(staff[member], "good", panel, lengths, rng)
            inside, kind = [f"STAFF{member + 1:02d}"], "staff"
        batch = f"batch-{int(rng.integers(0, plan.batches)) + 1:02d}"
        cases.append(CaseProfile(case, batch, quality, alleles, sex))
        examinations.append(examine(case, rows[owner], rng))
        truth[case] = {"persons": inside, "kind": kind, "family": home.get(owner)}
    return tuple(cases), tuple(examinations), {"cases": truth, "other_side": others}


def _owners(plan: ExchangePlan, people: list[str], rng: np.random.Generator) -> list[str]:
    """Whose remains each case holds, in random order."""
    shuffled = [people[k] for k in rng.permutation(len(people))]
    owners: list[str] = []
    foreign = 0
    while len(owners) < plan.remains:
        parts = 1 + int(rng.choice(len(plan.several_cases), p=_shares(plan.several_cases)))
        if rng.random() < plan.other_side or not shuffled:
            foreign += 1
            owner = f"OTHER{foreign:04d}"
        else:
            owner = shuffled.pop()
        owners += [owner] * parts
    order = rng.permutation(plan.remains)
    return [owners[k] for k in order]


def _shares(values: tuple[float, ...]) -> npt.NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    shares: npt.NDArray[np.float64] = array / array.sum()
    return shares
