"""Cases of power: from JSON to the functions of :mod:`priam.kinship.power` and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from priam.errors import UserError
from priam.kinship.cases import loci_of, number_or_text, pedigree_of
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Sex
from priam.kinship.power import (
    Exclusion,
    Inclusion,
    exclusion_power,
    inclusion_power,
    missing_person_exclusion,
    ratio_power,
    whom_to_ask,
)

__all__ = ["FUNCTIONS", "power_of_case"]

Answer = dict[str, Any]
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
THRESHOLDS = (1.0, 10.0, 100.0, 10_000.0, 1e6)


def power_of_case(case: Mapping[str, Any], draws: int | None, seed: int | None) -> Answer:
    """The answer to one case; ``fn`` says which (see ``FUNCTIONS``).

    ``draws`` and ``seed`` override those of the case (``nsim``, ``seed``).
    """
    name = case.get("fn")
    if name not in FUNCTIONS:
        raise UserError(f"fn {name!r} is not known; it is one of {', '.join(FUNCTIONS)}")
    count = int(draws or case.get("nsim") or 2000)
    chosen = int(seed if seed is not None else case.get("seed") or 1)
    return {"fn": name, **FUNCTIONS[name](case, count, chosen)}


def _loci(case: Mapping[str, Any]) -> list[Locus]:
    """``markers``, or one marker given by ``alleles`` and ``frequencies`` of the case itself."""
    if "markers" in case:
        return loci_of(case)
    alleles = [str(allele) for allele in case["alleles"]]
    record = {"name": "marker", "alleles": alleles, "frequencies": case["frequencies"]}
    return [Locus.from_record({**record, "chrom": case.get("chrom")})]


def _references(case: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By person and marker, from the genotypes within the markers."""
    found: dict[str, dict[str, Any]] = {}
    for marker in case["markers"]:
        for person, alleles in (marker.get("genotypes") or {}).items():
            found.setdefault(person, {})[marker["name"]] = alleles
    return found


def _known(case: Mapping[str, Any], loci: Sequence[Locus]) -> dict[str, dict[str, Any]]:
    known = case.get("known") or {}
    if "markers" in case and not known:
        return _references(case)
    return {person: {locus.name: alleles for locus in loci} for person, alleles in known.items()}


def _exclusion(case: Mapping[str, Any], draws: int, seed: int) -> Answer:
    loci = _loci(case)
    wanted = case["ids"] if isinstance(case["ids"], list) else [case["ids"]]
    claim, truth = pedigree_of(case, "claim"), pedigree_of(case, "true")
    return _exclusion_answer(exclusion_power(claim, truth, wanted, loci, known=_known(case, loci)))


def _missing_exclusion(case: Mapping[str, Any], draws: int, seed: int) -> Answer:
    pedigree = pedigree_of(case, "reference")
    return _exclusion_answer(
        missing_person_exclusion(pedigree, case["missing"], _references(case), _loci(case))
    )


def _exclusion_answer(found: Exclusion) -> Answer:
    return {
        "exact": True,
        "EP": found.total,
        "EP_per_marker": list(found.per_marker),
        "expected_mismatch": found.expected,
        "distribution_mismatch": {str(k): value for k, value in enumerate(found.distribution)},
    }


def _inclusion(case: Mapping[str, Any], draws: int, seed: int) -> Answer:
    found = inclusion_power(
        pedigree_of(case, "reference"),
        case["missing"],
        _references(case),
        _loci(case),
        draws=draws,
        rng=np.random.default_rng(seed),
    )
    means = found.mean_lr or ()
    return {
        **_simulated(found, draws, seed),
        "IP": _reached(found, case),
        "meanLR": number_or_text(float(np.prod(means))),
        "mean_LR_per_marker": dict(zip(found.markers, means)),
        "mean_log10_LR": found.mean_log10,
        "sd_log10_LR": found.sd_log10,
    }


def _ratio(case: Mapping[str, Any], draws: int, seed: int) -> Answer:
    truth = str(case["true"])
    if truth not in ("numerator", "denominator"):
        raise UserError(f"'true' is {truth!r}; it is numerator or denominator")
    found = ratio_power(
        pedigree_of(case, "numerator"),
        pedigree_of(case, "denominator"),
        pedigree_of(case, truth),
        case["ids"] if isinstance(case["ids"], list) else [case["ids"]],
        _loci(case),
        draws=draws,
        rng=np.random.default_rng(seed),
    )
    return {
        **_simulated(found, draws, seed),
        "power": _reached(found, case),
        "meanLR": number_or_text(found.simulated_mean_lr),
        "mean_log10_LR_finite": number_or_text(found.mean_log10),
        "sd_log10_LR": number_or_text(found.sd_log10),
        "frac_zero": found.zero,
    }


def _simulated(found: Inclusion, draws: int, seed: int) -> Answer:
    """Quantities that come from simulation, with the Monte Carlo error."""
    values = found.quantiles(LEVELS)
    return {
        "exact": False,
        "nsim": draws,
        "seed": seed,
        "mc_se_mean_log10_LR": found.standard_error,
        "quantiles_log10_LR": {
            f"{level:.0%}": number_or_text(float(value)) for level, value in zip(LEVELS, values)
        },
    }


def _reached(found: Inclusion, case: Mapping[str, Any]) -> dict[str, float]:
    given = case.get("threshold") or THRESHOLDS
    listed = given if isinstance(given, list | tuple) else [given]
    return {f"{float(limit):.0f}": found.power(float(limit)) for limit in listed}


def _ask(case: Mapping[str, Any], draws: int, seed: int) -> Answer:
    pedigree, references = pedigree_of(case, "reference"), _references(case)
    missing = str(case["missing"])
    candidates = case.get("candidates") or [
        person.id
        for person in pedigree.persons
        if person.id != missing and person.id not in references and person.sex != Sex.UNKNOWN
    ]
    found = whom_to_ask(
        pedigree,
        missing,
        references,
        _loci(case),
        candidates,
        draws=draws,
        rng=np.random.default_rng(seed),
    )
    return {
        "exact": False,
        "nsim": draws,
        "seed": seed,
        "order": [
            {
                "person": one.person,
                "mean_log10_LR": one.mean_log10,
                "gain_log10_LR": one.gain,
                "mc_se": one.standard_error,
            }
            for one in found
        ],
    }


FUNCTIONS: dict[str, Callable[[Mapping[str, Any], int, int], Answer]] = {
    "exclusionPower": _exclusion,
    "missingPersonEP": _missing_exclusion,
    "missingPersonIP": _inclusion,
    "LRpower": _ratio,
    "whomToAsk": _ask,
}
"""What ``fn`` of a case may be."""
