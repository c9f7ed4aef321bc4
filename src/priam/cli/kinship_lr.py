"""``priam kinship lr FILE...``"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from priam.cli.kinship_files import FORMAT_OPTION, cases_of, echo_json, in_case, shown, table
from priam.errors import UserError

if TYPE_CHECKING:
    from priam.kinship.ratios import Ratio

__all__ = ["lr"]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--theta", type=float, multiple=True, help="F_ST; several give a sensitivity table.")
@click.option(
    "--frequencies",
    multiple=True,
    help="Frequency table in place of the case's (JSON); several give a sensitivity table.",
)
@click.option(
    "--minimum-frequency",
    default="error",
    show_default=True,
    help="For alleles not in the table: 5/2N, a constant such as 0.001, or error.",
)
@click.option(
    "--three-alleles",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="A genotype of three alleles: refuse it, or leave that person's marker out.",
)
@click.option(
    "--unknown-marker",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="A marker that the frequency table lacks: refuse it, or leave it out.",
)
@FORMAT_OPTION
def lr(
    files: tuple[str, ...],
    theta: tuple[float, ...],
    frequencies: tuple[str, ...],
    minimum_frequency: str,
    three_alleles: str,
    unknown_marker: str,
    form: str,
) -> None:
    """Likelihood ratios of the cases in FILES.

    A case holds either "H1", "H2" and "genotypes", or "reference", "missing",
    "reference_genotypes" and "poi_genotypes"; "frequencies" (a file beside it, or a table), and
    "mutation_params". "persons" may map profiles to persons: {"H1": {"remains": "MP"}}.
    Prints {"cases": [{"name", "LR_total", "log10_LR", "LR_per_marker", ...}]}.
    """
    from priam.kinship.ratio_cases import Rules, ratios_of_case

    rules = Rules(minimum_frequency, three_alleles == "drop", unknown_marker == "drop")
    answers: list[dict[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for path in files:
        for name, case in cases_of(path):
            try:
                found = ratios_of_case(case, Path(path).parent, theta, frequencies, rules)
            except (UserError, KeyError, TypeError, ValueError) as error:
                raise in_case(path, name, error) from None
            answers.append(_answer(name, found))
            rows.extend(_rows(name, found))
    if form == "table":
        table(("case", "frequencies", "theta", "marker", "LR", "log10 LR"), rows)
        return
    echo_json({"cases": answers})


def _answer(name: str, found: Mapping[tuple[str, float], Ratio]) -> dict[str, Any]:
    """The first setting under the names of the case files, all of them under "sensitivity"."""
    from priam.kinship.cases import number_or_text

    first = next(iter(found.values()))
    answer: dict[str, Any] = {
        "name": name,
        "LR_total": number_or_text(_exp(first.total)),
        "log10_LR": number_or_text(first.log10),
        "LR_per_marker": _named(first.markers, first.per_marker),
        "lik_per_marker_H1": _named(first.markers, first.numerator),
        "lik_per_marker_H2": _named(first.markers, first.denominator),
    }
    if len(found) > 1:
        answer["sensitivity"] = [
            {"frequencies": source, "theta": theta, "log10_LR": number_or_text(ratio.log10)}
            for (source, theta), ratio in found.items()
        ]
    return answer


def _named(markers: tuple[str, ...], logs: tuple[float, ...]) -> dict[str, Any]:
    from priam.kinship.cases import number_or_text

    return {name: number_or_text(_exp(value)) for name, value in zip(markers, logs)}


def _exp(value: float) -> float:
    """exp that overflows to infinity (said as "inf") where a float cannot hold it."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _rows(name: str, found: Mapping[tuple[str, float], Ratio]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for (source, theta), ratio in found.items():
        values = [*zip(ratio.markers, ratio.per_marker), ("all", ratio.total)]
        if len(found) > 1:
            values = values[-1:]
        for marker, value in values:
            lr10 = value / math.log(10.0)
            rows.append((name, source, f"{theta:g}", marker, shown(_exp(value)), shown(lr10)))
    return rows
