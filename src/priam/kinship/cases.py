"""Case files: pedigree, markers and genotypes in one JSON, as the command line reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from priam.errors import UserError
from priam.kinship.likelihood import Likelihood, log_likelihood, log_likelihood_linked
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Pedigree

__all__ = ["likelihood_of_case", "loci_of", "number_or_text", "pedigree_of"]


def likelihood_of_case(case: Mapping[str, Any]) -> Likelihood:
    """Log likelihood of one case: ``pedigree``, ``markers`` with genotypes, ``theta`` or ``rho``.

    Linked markers (``rho``) give log P(first), then log P(second | first).
    """
    pedigree = pedigree_of(case, "pedigree")
    loci = loci_of(case)
    genotypes: dict[str, dict[str, Any]] = {}
    for marker, locus in zip(case["markers"], loci):
        for person, alleles in (marker.get("genotypes") or {}).items():
            genotypes.setdefault(str(person), {})[locus.name] = alleles
    if case.get("rho") is not None:
        if case.get("theta"):
            raise UserError("linked markers with theta above 0 are not computed")
        return log_likelihood_linked(pedigree, loci, genotypes, case["rho"])
    return log_likelihood(pedigree, loci, genotypes, theta=float(case.get("theta") or 0.0))


def pedigree_of(case: Mapping[str, Any], key: str) -> Pedigree:
    """The pedigree under ``key``."""
    records = case.get(key)
    if not isinstance(records, list):
        raise UserError(f"expected a list of persons under {key!r}")
    return Pedigree.from_records(records, name=str(case.get("name", "")))


def loci_of(case: Mapping[str, Any]) -> list[Locus]:
    """The loci under ``markers``; names must differ."""
    records = case.get("markers")
    if not isinstance(records, list):
        raise UserError("expected a list under 'markers'")
    loci = [_locus(record) for record in records]
    names = [locus.name for locus in loci]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"marker {twice!r} stands twice; each marker has one name")
    return loci


def _locus(record: Any) -> Locus:
    if not isinstance(record, Mapping):
        raise UserError(f"expected a marker as a JSON object, found {record!r}")
    for key in ("alleles", "frequencies"):
        if not isinstance(record.get(key), list):
            raise UserError(f"marker {record.get('name', '?')!r} lacks the list {key!r}")
    for value in record["frequencies"]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UserError(f"marker {record.get('name', '?')!r}: frequency {value!r} is no number")
    return Locus.from_record(record)


def number_or_text(value: float) -> float | str | None:
    """A number for JSON; infinities as ``"inf"`` and ``"-inf"``, not a number as ``None``."""
    if value != value:
        return None
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value
