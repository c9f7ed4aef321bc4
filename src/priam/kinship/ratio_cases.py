"""Cases of likelihood ratios: from JSON to hypotheses, profiles and loci."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.genetics.frequencies import (
    FrequencyTable,
    MarkerFrequencies,
    MinimumFrequency,
    load_packaged,
    packaged_names,
    parse_table,
)
from priam.genetics.markers import marker_of
from priam.genetics.mutation import MutationModel
from priam.kinship.cases import pedigree_of
from priam.kinship.locus import Locus
from priam.kinship.pedigree import Person
from priam.kinship.ratios import Hypothesis, Ratio, likelihood_ratio
from priam.strict_json import parse_text

__all__ = ["Rules", "ratios_of_case"]

Genotypes = Mapping[str, Mapping[str, Any]]
"""By marker, then by person, as in the files."""


@dataclass(frozen=True)
class Rules:
    """What to do where practice differs.

    Attributes:
        minimum: rule for alleles that the table lacks ("error" refuses).
        drop_three: leave out a marker of a person with three alleles.
        drop_unknown: leave out a marker that the table lacks.
    """

    minimum: str = "error"
    drop_three: bool = False
    drop_unknown: bool = False


def ratios_of_case(
    case: Mapping[str, Any],
    folder: Path,
    thetas: Sequence[float] = (),
    sources: Sequence[str] = (),
    rules: Rules = Rules(),
) -> dict[tuple[str, float], Ratio]:
    """LR of a case for every frequency table and theta: ``{(table, theta): ratio}``.

    Without ``thetas`` and ``sources`` the case's own are used.
    """
    numerator, denominator, genotypes = _hypotheses(case)
    profiles = _profiles(genotypes, rules)
    mutation = MutationModel.from_record(case.get("mutation_params"))
    result = {}
    for name, table in _tables(case, folder, sources):
        loci = list(_loci(table, genotypes, profiles, mutation, rules))
        for theta in thetas or (float(case.get("theta") or 0.0),):
            result[name, theta] = likelihood_ratio(
                numerator, denominator, profiles, loci, theta=theta
            )
    return result


def _hypotheses(case: Mapping[str, Any]) -> tuple[Hypothesis, Hypothesis, Genotypes]:
    if "reference" in case:
        return _missing(case)
    persons = case.get("persons") or {}
    made = [Hypothesis(pedigree_of(case, key), persons.get(key) or {}, key) for key in ("H1", "H2")]
    return made[0], made[1], _by_marker(case, "genotypes")


def _missing(case: Mapping[str, Any]) -> tuple[Hypothesis, Hypothesis, Genotypes]:
    pedigree = pedigree_of(case, "reference")
    missing, references = str(case["missing"]), _by_marker(case, "reference_genotypes")
    remains = _by_marker(case, "poi_genotypes")
    names = sorted({name for persons in remains.values() for name in persons})
    if len(names) != 1:
        raise UserError(f"poi_genotypes must hold one person, found {', '.join(names) or 'none'}")
    if any(missing in persons for persons in references.values()):
        raise UserError(f"person {missing!r} is missing and cannot have a reference profile")
    markers = list(dict.fromkeys([*references, *remains]))
    genotypes = {m: {**references.get(m, {}), **remains.get(m, {})} for m in markers}
    apart = pedigree.with_persons(Person(names[0], sex=pedigree[missing].sex))
    return (
        Hypothesis(pedigree, {names[0]: missing}, "missing person"),
        Hypothesis(apart, name="unrelated"),
        genotypes,
    )


def _by_marker(case: Mapping[str, Any], key: str) -> Genotypes:
    found = case[key]
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise UserError(f"{key!r} must hold, for each marker, the alleles of each person")
    return found


def _profiles(genotypes: Genotypes, rules: Rules) -> dict[str, dict[str, Any]]:
    profiles: dict[str, dict[str, Any]] = {}
    for marker, persons in genotypes.items():
        for person, alleles in persons.items():
            if not (rules.drop_three and isinstance(alleles, list) and len(set(alleles)) > 2):
                profiles.setdefault(person, {})[marker] = alleles
    return profiles


def _tables(
    case: Mapping[str, Any], folder: Path, sources: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any] | FrequencyTable]]:
    if sources:
        for source in sources:
            yield source, _load(source, Path())
        return
    own = case["frequencies"]
    if isinstance(own, str):
        yield own, _load(own, folder)
    else:
        yield "case", _records(own)


def _load(source: str, folder: Path) -> Mapping[str, Any] | FrequencyTable:
    """A packaged table by name, or a file: our own format, or a list of loci."""
    if source in packaged_names():
        return load_packaged(source)
    path = folder / source
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}; give a file or a packaged table "
            f"({', '.join(packaged_names())})",
            file=path,
        ) from None
    data = parse_text(text, path)
    return _records(data) if "loci" in data else parse_table(text, file=path)


def _records(data: Any) -> dict[str, Any]:
    """Records of loci by marker, from a list, ``{"loci": [...]}`` or {marker: {allele: p}}."""
    if isinstance(data, dict) and "loci" in data:
        data = data["loci"]
    if isinstance(data, dict):
        return {
            name: {"name": name, "alleles": list(table), "frequencies": list(table.values())}
            for name, table in data.items()
        }
    return {str(record["name"]): record for record in data}


def _loci(
    table: Mapping[str, Any] | FrequencyTable,
    genotypes: Genotypes,
    profiles: Mapping[str, Mapping[str, Any]],
    mutation: MutationModel,
    rules: Rules,
) -> Iterator[Locus]:
    minimum = MinimumFrequency.parse(rules.minimum)
    for marker, persons in genotypes.items():
        if marker not in table:
            if rules.drop_unknown:
                continue
            raise UserError(
                f"marker {marker!r} of person {next(iter(persons), '?')!r} is not in the frequency "
                "table; leave it out (option --unknown-marker drop) or use another table"
            )
        record = table[marker]
        wanted = {
            str(allele)
            for profile in profiles.values()
            for allele in profile.get(marker) or ()
            if allele is not None
        }
        yield _locus(marker, record, wanted, minimum, mutation)


def _locus(
    marker: str,
    record: Any,
    wanted: set[str],
    minimum: MinimumFrequency,
    mutation: MutationModel,
) -> Locus:
    if isinstance(record, MarkerFrequencies):
        alleles, frequencies = list(record.alleles), record.frequencies.tolist()
        chrom: Any = marker_of(marker).system
    else:
        alleles, frequencies = [str(a) for a in record["alleles"]], list(record["frequencies"])
        chrom = record.get("chrom")
    if minimum.kind != "error" and not wanted <= set(alleles):
        made = record
        if not isinstance(made, MarkerFrequencies):
            size = record.get("chromosomes")
            made = MarkerFrequencies.of(
                marker, dict(zip(alleles, frequencies)), chromosomes=size, sums="keep"
            )
        made = made.covering(wanted, minimum)
        alleles, frequencies = list(made.alleles), made.frequencies.tolist()
    return Locus.from_record(
        {"name": marker, "alleles": alleles, "frequencies": frequencies, "chrom": chrom}
    ).with_mutation(mutation)
