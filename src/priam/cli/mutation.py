"""``priam kinship mutation``: mutation matrices of the cases in JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np

from priam.errors import InputError, UserError
from priam.genetics.mutation import MODELS, MutationModel, lumped
from priam.strict_json import read_json

__all__ = ["mutation"]

_PARAMETERS = ("model", "rate", "rate2", "range", "seed", "matrix", "transform")


@click.command("mutation", epilog=f"Models: {', '.join(MODELS)}.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def mutation(files: tuple[Path, ...]) -> None:
    """Mutation matrices of the cases in FILES, as JSON on standard output.

    A case has "alleles", "frequencies" and "params" with "model" and what the model needs
    ("rate", "rate2", "range", "seed", "matrix", "transform"); with "lump" the named alleles are
    merged. The answer is {"cases": [{"name", "matrix"}]}; a model that cannot be built for a case
    has "error" in place of "matrix". Row = allele of the parent.
    """
    answers = [_answer(case, file, where) for file in files for where, case in _cases(file)]
    click.echo(json.dumps({"cases": answers}, allow_nan=False))


def _cases(file: Path) -> list[tuple[str, dict[str, Any]]]:
    data = read_json(file)
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise InputError('has no list under "cases"', file=file, where="$")
    found = []
    for part in ("cases", "errors"):
        listed = data.get(part, [])
        for position, case in enumerate(listed if isinstance(listed, list) else []):
            where = f"$.{part}[{position}]"
            if not isinstance(case, dict):
                raise InputError("a case is an object", file=file, where=where)
            found.append((where, case))
    return found


def _answer(case: Mapping[str, Any], file: Path, where: str) -> dict[str, Any]:
    alleles, frequencies = _alleles(case, file, where)
    answer: dict[str, Any] = {"name": str(case.get("name", where))}
    parameters = _parameters(case, file, where)
    try:
        model = MutationModel.from_record(parameters)
        male, female = model.matrices(alleles, frequencies)
        if "lump" in case:
            answer |= _lumped(case, alleles, frequencies, male)
        elif model.male == model.female:
            answer["matrix"] = male.tolist()
        else:
            answer |= {"matrix_male": male.tolist(), "matrix_female": female.tolist()}
    except UserError as error:
        answer["error"] = str(error)
    return answer


def _parameters(case: Mapping[str, Any], file: Path, where: str) -> Mapping[str, Any]:
    given = case.get("params", {name: case[name] for name in _PARAMETERS if name in case})
    if not isinstance(given, dict) or not given:
        raise InputError('names no model under "params"', file=file, where=where)
    return given


def _alleles(
    case: Mapping[str, Any], file: Path, where: str
) -> tuple[tuple[str, ...], np.ndarray[Any, np.dtype[np.float64]]]:
    alleles, frequencies = case.get("alleles"), case.get("frequencies")
    if not isinstance(alleles, list) or not isinstance(frequencies, list):
        raise InputError('needs "alleles" and "frequencies"', file=file, where=where)
    if len(alleles) != len(frequencies):
        raise InputError(
            f"has {len(alleles)} alleles but {len(frequencies)} frequencies",
            file=file,
            where=where,
        )
    try:
        values = np.array(frequencies, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("has a frequency that is no number", file=file, where=where) from None
    return tuple(str(label) for label in alleles), values


def _lumped(
    case: Mapping[str, Any],
    alleles: tuple[str, ...],
    frequencies: np.ndarray[Any, np.dtype[np.float64]],
    matrix: np.ndarray[Any, np.dtype[np.float64]],
) -> dict[str, Any]:
    lump = [str(label) for label in case["lump"]]
    merged, labels, shares = lumped(matrix, alleles, frequencies, lump)
    return {
        "matrix": merged.tolist(),
        "lumped_alleles": list(labels),
        "lumped_freq": shares.tolist(),
    }
