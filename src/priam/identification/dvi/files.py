"""Read case files (``dvi/1``) and the larger pairwise workloads (``bench/1``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from priam.errors import InputError, UserError
from priam.genetics.mutation import NO_MUTATION, MutationModel
from priam.identification.dvi.cases import DviCase, case_from_record, check_profiles
from priam.kinship.locus import Locus
from priam.strict_json import read_json

__all__ = ["read_cases", "read_pairwise"]


def read_cases(path: Path) -> list[DviCase]:
    """Cases of a file: an object with ``cases``, or one case by itself."""
    record = read_json(path)
    if isinstance(record, Mapping) and "victims" in record and "cases" not in record:
        record = {"cases": [record]}
    if not isinstance(record, Mapping) or not isinstance(record.get("cases"), list):
        raise InputError(
            "needs a list 'cases' of victims, families and markers", file=path, where="$"
        )
    found = []
    for k, entry in enumerate(record["cases"]):
        try:
            found.append(check_profiles(case_from_record(entry)))
        except (UserError, KeyError, TypeError, AttributeError) as error:
            raise InputError(_why(error), file=path, where=f"$.cases[{k}]") from None
    return found


def _why(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, KeyError):
        return f"key {error.args[0]!r} is missing"
    return f"has another form than a case: {error}"


def read_pairwise(
    path: Path, mutation: MutationModel = NO_MUTATION, frequencies: Path | None = None
) -> DviCase:
    """A workload of many victims and families of one missing person each.

    The frequencies stand in the file (``markers``), in ``frequencies``, or in the file that its
    ``source`` names, taken from the workload's own folder.
    """
    record = read_json(path)
    if not isinstance(record, Mapping) or "victims" not in record or "families" not in record:
        raise InputError("needs 'victims' and 'families'", file=path, where="$")
    loci = _loci(record, path, mutation, frequencies)
    victims = record["victims"]
    listed = (
        [{"id": name, **value} for name, value in victims.items()]
        if isinstance(victims, Mapping)
        else victims
    )
    try:
        families = [_own_names(entry) for entry in record["families"]]
        case = case_from_record(
            {"name": record.get("name", path.stem), "markers": [], "victims": listed,
             "families": families}
        )  # fmt: skip
        made = DviCase(case.name, loci, case.victims, case.families, case.columns)
        return check_profiles(made)
    except (UserError, KeyError, TypeError, AttributeError) as error:
        raise InputError(_why(error), file=path, where="$") from None


def _own_names(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A family whose missing person is called by family and name, so that names are unique."""
    family = str(entry.get("family", entry.get("id")))
    given = entry["missing"]
    people = [str(given)] if isinstance(given, str) else [str(m) for m in given]
    new = {person: f"{family}_{person}" for person in people}
    rows = [
        {
            **p,
            "id": new.get(p["id"], p["id"]),
            "father": new.get(p.get("father"), p.get("father")),
            "mother": new.get(p.get("mother"), p.get("mother")),
        }
        for p in entry["pedigree"]
    ]
    return {"id": family, "pedigree": rows, "missing": list(new.values()),
            "genotypes": entry.get("genotypes") or {}}  # fmt: skip


def _loci(
    record: Mapping[str, Any], path: Path, mutation: MutationModel, frequencies: Path | None
) -> tuple[Locus, ...]:
    entries = record.get("markers")
    if entries is None:
        source = frequencies or _named_source(record, path)
        content = read_json(source)
        entries = content.get("loci") or content.get("markers")
    by_name = {str(entry["name"]): entry for entry in entries}
    names = [str(n) for n in record.get("loci") or by_name]
    lacking = [name for name in names if name not in by_name]
    if lacking:
        raise InputError(f"marker {lacking[0]!r} has no frequencies", file=path, where="$.loci")
    return tuple(
        Locus.of(n, [str(a) for a in by_name[n]["alleles"]], by_name[n]["frequencies"], mutation)
        for n in names
    )


def _named_source(record: Mapping[str, Any], path: Path) -> Path:
    found = re.search(r"[\w./-]+\.json", str(record.get("frequencies") or record.get("source", "")))
    if found:
        source = path.parent / found.group(0)
        if source.is_file():
            return source
    raise InputError(
        "names no readable file of allele frequencies; give one with --frequencies", file=path
    )
