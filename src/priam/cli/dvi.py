"""``priam dvi``: closed cases of a few victims and families."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import click

__all__ = ["dvi"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--top", default=300, show_default=True, help="Assignments listed, best first.")
@click.option("--pairwise", is_flag=True, help="FILE is a larger workload: pairwise LR only.")
@click.option(
    "--mutation", default="none", show_default=True,
    help="With --pairwise: none, or a model of 'priam kinship mutation'.",
)  # fmt: skip
@click.option("--rate", default=0.001, show_default=True, help="Mutation rate.")
@click.option("--rate2", type=float, help="Rate of non-integer steps (stepwise).")
@click.option("--range", "range_", type=float, help="Decrease per further step (stepwise).")
@click.option(
    "--frequencies", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --pairwise: file of allele frequencies, where FILE names none.",
)  # fmt: skip
@click.option("--details", is_flag=True, help="Add mismatches, exclusions, undisputed matches.")
def dvi(
    file: Path, top: int, pairwise: bool, mutation: str, rate: float, rate2: float | None,
    range_: float | None, frequencies: Path | None, details: bool,
) -> None:  # fmt: skip
    """Pairwise LR, joint assignments and marginals of the cases in FILE, as JSON.

    A pair that the sexes rule out is null. A log likelihood of "-inf" is an impossible
    assignment; those come last.
    """
    from priam.errors import UserError
    from priam.identification.dvi import read_cases, read_pairwise

    if top < 1:
        raise UserError(f"--top {top} lists nothing; give at least 1")
    if pairwise:
        parameters = {"rate": rate, "rate2": rate2, "range": range_}
        cases = [read_pairwise(file, _model(mutation, parameters), frequencies)]
    else:
        cases = read_cases(file)
    answers = [_answer(case, top, pairwise, details) for case in cases]
    click.echo(json.dumps({"cases": answers}, allow_nan=False))


def _model(name: str, parameters: dict[str, float | None]) -> Any:
    from priam.genetics.mutation import MODELS, NO_MUTATION, MutationModel

    if name.lower() in ("none", "trivial"):
        return NO_MUTATION
    model = MODELS.get(name.lower())
    takes = (*model.parameters, *model.optional) if model else ()
    given: dict[str, Any] = {
        k: v for k, v in parameters.items() if v is not None and (k in takes or not model)
    }
    return MutationModel.same(name, **given)


def _answer(case: Any, top: int, pairwise: bool, details: bool) -> dict[str, Any]:
    from priam.identification.dvi import pairwise_lr, solve_case

    answer: dict[str, Any] = {"name": case.name, "pairwise_LR": pairwise_lr(case)}
    if not pairwise:
        joint = solve_case(case, top)
        answer["joint"] = [
            {"assignment": a, "loglik": "-inf" if loglik == -inf else loglik, "posterior": p}
            for a, loglik, p in joint.listed
        ]
        answer["marginal_flat_prior"] = joint.marginal
        if joint.skipped:
            click.echo(
                f"{case.name}: families {', '.join(joint.skipped)} are impossible in themselves "
                "(no mutation is modelled) and take no part in the joint answer",
                err=True,
            )
        if joint.method == "sampled":
            click.echo(f"{case.name}: too wide for exact sums; marginals are sampled", err=True)
    if details:
        answer |= _details(case)
    return answer


def _details(case: Any) -> dict[str, Any]:
    from priam.identification.dvi import excluded, mismatch_count, undisputed

    counts = mismatch_count(case)
    victims, missing = excluded(counts)
    return {
        "mismatch_count": counts,
        "excluded": {"victims": victims, "missing": missing},
        "undisputed": undisputed(case),
    }
