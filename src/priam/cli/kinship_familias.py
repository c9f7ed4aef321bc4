"""``priam kinship familias``: compute what a Familias project asks."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

from priam.errors import UserError
from priam.formats import KinshipCase, load
from priam.genetics.mutation import NO_MUTATION
from priam.genetics.profiles import Profile
from priam.kinship.likelihood import log_likelihood
from priam.kinship.locus import Locus
from priam.kinship.observations import DropModel, Seen
from priam.kinship.ratios import missing_person_ratio

__all__ = ["familias"]


@click.command("familias")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", metavar="NAME", help="Pedigree to compare with.  [default: the last]")
@click.option("--theta", type=click.FloatRange(0.0, 0.99), help="In place of the theta of FILE.")
def familias(file: Path, against: str | None, theta: float | None) -> None:
    """Likelihood ratios of a Familias project (.fam).

    Every pedigree is compared with one of them; in a DVI project every unidentified person is
    held against every reference family. Prints {"pedigrees": [{"name", "loglik", "LR",
    "log10_LR", "log10_LR_per_marker"}], "dvi": [{"remains", "family", "LR", "log10_LR"}]}.
    """
    content = load(file, format="familias").content
    assert isinstance(content, KinshipCase)
    chosen = content.theta if theta is None else theta
    answer = {
        "theta": chosen,
        "frequencies": content.table.describe(),
        "pedigrees": _pedigrees(content, against, chosen),
        "dvi": _dvi(content, chosen),
    }
    click.echo(json.dumps(answer, allow_nan=False, ensure_ascii=False))


def _loci(content: KinshipCase) -> list[Locus]:
    return [
        Locus.from_frequencies(
            marker,
            content.mutation.get(marker.marker, NO_MUTATION),
            silent=content.silent.get(marker.marker, 0.0),
        )
        for marker in content.table.markers.values()
    ]


def _genotypes(content: KinshipCase, name: str, profile: Profile) -> dict[str, Any]:
    """With drop-out where the project considers it for the person."""
    found: dict[str, Any] = dict(profile.genotypes)
    if name in content.consider_dropout:
        for marker, alleles in profile.genotypes.items():
            rate = content.dropout.get(marker, 0.0)
            if rate:
                known = tuple(dict.fromkeys(label for label in alleles if label is not None))
                found[marker] = Seen(known, DropModel(rate))
    return found


def _pedigrees(content: KinshipCase, against: str | None, theta: float) -> list[dict[str, Any]]:
    if not content.hypotheses or not content.profiles:
        return []
    base = against or list(content.hypotheses)[-1]
    if base not in content.hypotheses:
        names = ", ".join(content.hypotheses)
        raise UserError(f"no pedigree is called {base!r}; the file has: {names}")
    loci = _loci(content)
    seen = {name: _genotypes(content, name, p) for name, p in content.profiles.items()}
    values = {
        name: log_likelihood(pedigree, loci, seen, theta=theta)
        for name, pedigree in content.hypotheses.items()
    }
    below = values[base]
    return [
        {
            "name": name,
            "loglik": _number(found.total),
            **_ratio(found.total, below.total),
            "log10_LR_per_marker": {
                marker: _log10(one, two)
                for marker, one, two in zip(found.markers, found.per_marker, below.per_marker)
            },
        }
        for name, found in values.items()
    ]


def _dvi(content: KinshipCase, theta: float) -> list[dict[str, Any]]:
    loci = _loci(content)
    answers = []
    for remains in content.remains.profiles:
        for family in content.families:
            references = {name: p.genotypes for name, p in family.profiles.items()}
            for missing in family.missing:
                ratio = missing_person_ratio(
                    family.pedigree, missing, references, remains.genotypes, loci, theta=theta
                )
                entry = {"remains": remains.sample, "family": family.name}
                total = sum(ratio.numerator), sum(ratio.denominator)
                answers.append({**entry, **_ratio(*total)})
    return answers


def _ratio(one: float, two: float) -> dict[str, Any]:
    """LR and its logarithm; null where infinite, not defined, or too large for a number."""
    log10 = _log10(one, two)
    if log10 is not None:
        return {"LR": math.pow(10.0, log10) if log10 < 308.0 else None, "log10_LR": log10}
    return {"LR": 0.0 if one == -math.inf < two else None, "log10_LR": None}


def _log10(one: float, two: float) -> float | None:
    """Difference to base 10; None where one of them is impossible."""
    if not (math.isfinite(one) and math.isfinite(two)):
        return None
    return (one - two) / math.log(10.0)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
