"""``priam kinship power FILE...``"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from priam.cli.kinship_files import FORMAT_OPTION, cases_of, echo_json, in_case, shown, table
from priam.errors import UserError

__all__ = ["power"]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--draws", type=click.IntRange(min=2), help="Simulated profiles (default: the case).")
@click.option("--seed", type=int, help="Seed of the simulation (default: the case's, or 1).")
@FORMAT_OPTION
def power(files: tuple[str, ...], draws: int | None, seed: int | None, form: str) -> None:
    """Exclusion and inclusion power of the cases in FILES, and whom to ask next.

    "fn" of a case is exclusionPower ("claim", "true", "ids"), missingPersonEP or
    missingPersonIP ("reference", "missing"), LRpower ("numerator", "denominator", "true",
    "ids"), or whomToAsk ("reference", "missing", "candidates").
    """
    from priam.kinship.power_cases import power_of_case

    answers = []
    for path in files:
        for name, case in cases_of(path):
            try:
                answers.append({"name": name, **power_of_case(case, draws, seed)})
            except (UserError, KeyError, TypeError, ValueError) as error:
                raise in_case(path, name, error) from None
    if form == "table":
        rows = [row for answer in answers for row in _rows(answer)]
        table(("case", "quantity", "value"), rows)
        return
    echo_json({"cases": answers})


def _rows(answer: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for key, value in answer.items():
        if key in ("name", "fn", "exact", "nsim", "seed"):
            continue
        if key == "order":
            rows += [
                (answer["name"], f"ask {number}: {one['person']}", _gain(one))
                for number, one in enumerate(value, 1)
            ]
        elif isinstance(value, dict):
            rows += [(answer["name"], f"{key} {k}", _shown(v)) for k, v in value.items()]
        elif not isinstance(value, list):
            rows.append((answer["name"], key, _shown(value)))
    return rows


def _shown(value: Any) -> str:
    return shown(value) if isinstance(value, float) else str(value)


def _gain(one: Mapping[str, Any]) -> str:
    return (
        f"expected log10 LR {one['mean_log10_LR']:.2f} "
        f"(+{one['gain_log10_LR']:.2f}, error {one['mc_se']:.2f})"
    )
