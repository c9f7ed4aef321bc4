"""``priam kinship likelihood FILE...``"""

from __future__ import annotations

from typing import Any

import click

from priam.cli.kinship_files import FORMAT_OPTION, cases_of, echo_json, in_case, shown, table
from priam.errors import UserError

__all__ = ["likelihood"]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@FORMAT_OPTION
def likelihood(files: tuple[str, ...], form: str) -> None:
    """Natural log likelihood of every case in FILES, per marker and in all.

    A case holds "pedigree", "markers" with "genotypes", and "theta" or (for linked markers)
    "rho". Prints {"cases": [{"name", "loglik_per_marker", "loglik"}]}; impossible is "-inf".
    For linked markers the values per marker are log P(first), then log P(second | first).
    """
    from priam.kinship.cases import likelihood_of_case, number_or_text

    found: list[tuple[str, Any]] = []
    for path in files:
        for name, case in cases_of(path):
            try:
                found.append((name, likelihood_of_case(case)))
            except (UserError, KeyError, TypeError, ValueError) as error:
                raise in_case(path, name, error) from None
    if form == "table":
        rows = [
            (name, marker, shown(value, 10))
            for name, result in found
            for marker, value in [
                *zip(result.markers, result.per_marker),
                ("all", result.total),
            ]
        ]
        table(("case", "marker", "log likelihood"), rows)
        return
    echo_json(
        {
            "cases": [
                {
                    "name": name,
                    "loglik_per_marker": [number_or_text(value) for value in result.per_marker],
                    "loglik": number_or_text(result.total),
                }
                for name, result in found
            ]
        }
    )
