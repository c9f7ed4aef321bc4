"""What a family can tell: exclusion, inclusion, and whom to ask for a sample next.

Exclusion power is the chance that a person who is *not* related as claimed gets LR = 0; exact,
summed over genotypes (Egeland, Pinto and Vigeland, Forensic Sci Int Genet 2014; 7:15-22,
doi 10.1016/j.fsigen.2013.05.001). Inclusion power is the distribution of the LR of the true
missing person (Vigeland et al., Forensic Sci Int Genet 2020; 49:102376,
doi 10.1016/j.fsigen.2020.102376): its mean and variance per marker are exact sums, quantiles
are simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.errors import UserError
from priam.kinship.evaluation import evaluate
from priam.kinship.likelihood import log_likelihoods_indexed
from priam.kinship.locus import Locus
from priam.kinship.observations import observe
from priam.kinship.pedigree import Pedigree, Sex
from priam.kinship.sampling import drop_genotypes, sample_genotypes
from priam.kinship.shape import Shape
from priam.kinship.tables import Tables, build_tables, build_tables_indexed, genotype_index

__all__ = [
    "Exclusion",
    "Expectation",
    "Inclusion",
    "Suggestion",
    "exclusion_power",
    "expected_gains",
    "expected_ratios",
    "inclusion_power",
    "missing_person_exclusion",
    "ratio_power",
    "whom_to_ask",
]

Floats = npt.NDArray[np.float64]
LN10 = float(np.log(10.0))
CERTAIN = 50.0
"""Stands for an infinite log LR at one marker, where means are taken."""


@dataclass(frozen=True)
class Exclusion:
    """Probability of exclusion at each marker, exact."""

    markers: tuple[str, ...]
    per_marker: tuple[float, ...]

    @property
    def total(self) -> float:
        """Probability that one marker at least excludes."""
        return float(1.0 - np.prod(1.0 - np.array(self.per_marker)))

    @property
    def expected(self) -> float:
        """Expected number of excluding markers."""
        return float(sum(self.per_marker))

    @cached_property
    def distribution(self) -> tuple[float, ...]:
        """P(0, 1, 2, ... markers exclude)."""
        result = np.ones(1)
        for power in self.per_marker:
            result = np.convolve(result, [1.0 - power, power])
        return tuple(result.tolist())


def exclusion_power(
    claim: Pedigree,
    truth: Pedigree,
    wanted: Sequence[str],
    loci: Sequence[Locus],
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Exclusion:
    """Chance that profiles of ``wanted``, drawn from ``truth`` given ``known``, are impossible
    under ``claim``. Exact; the table over the genotypes of ``wanted`` must fit in memory.
    """
    values = []
    for locus in loci:
        seen = {n: m[locus.name] for n, m in (known or {}).items() if locus.name in m}
        true = _joint(truth, wanted, locus, seen)
        claimed = _joint(claim, wanted, locus, seen)
        values.append(float(true[claimed <= 0.0].sum() / true.sum()))
    return Exclusion(tuple(locus.name for locus in loci), tuple(values))


def _joint(pedigree: Pedigree, wanted: Sequence[str], locus: Locus, seen: Any) -> Floats:
    """P(known, alleles of wanted), flat; ordered pairs, the same order in any pedigree."""
    found = {n: observe(v, locus, pedigree[n]) for n, v in seen.items()}
    typed = {n: f for n, f in found.items() if f.kind == "typed"}
    soft = {n: f for n, f in found.items() if f.kind == "evidence"}
    shape = Shape(pedigree, frozenset(typed), frozenset(soft), tuple(wanted), locus.chromosome)
    joint, _ = evaluate(
        shape,
        [locus],
        {n: np.array([f.alleles], dtype=np.intp).T for n, f in typed.items()},
        {n: f.weights(len(locus))[..., None] for n, f in soft.items()},
        lanes=1,
    )
    table = joint[..., 0]
    if table.sum() <= 0.0:
        raise UserError(f"marker {locus.name}: the known genotypes are impossible on the pedigree")
    return _unordered(table, pedigree, wanted, locus)


def _unordered(table: Floats, pedigree: Pedigree, wanted: Sequence[str], locus: Locus) -> Floats:
    """Symmetric in each person's two alleles: which came from the father is not seen."""
    axis = 0
    for name in wanted:
        if locus.chromosome == "X" and pedigree[name].sex == Sex.MALE:
            axis += 1
            continue
        table = 0.5 * (table + np.swapaxes(table, axis, axis + 1))
        axis += 2
    return table


def missing_person_exclusion(
    pedigree: Pedigree,
    missing: str,
    references: Mapping[str, Mapping[str, Any]],
    loci: Sequence[Locus],
    *,
    theta: float = 0.0,
) -> Exclusion:
    """Chance that an unrelated person is excluded as the missing one, given the references."""
    tables = build_tables(pedigree, missing, [references], loci, theta=theta)
    _check_possible(tables)
    values = [
        float(np.exp(prior[:, 0])[value[:, 0] == -np.inf].sum())
        for value, prior in zip(tables.values, tables.log_prior)
    ]
    return Exclusion(tuple(locus.name for locus in loci), tuple(values))


def _check_possible(tables: Tables) -> None:
    for marker, locus in enumerate(tables.loci):
        if tables.log_references[marker, 0] == -np.inf:
            raise UserError(
                f"marker {locus.name}: the reference profiles are impossible on the pedigree "
                "without mutation; give a mutation model, or check the family"
            )


@dataclass(frozen=True, eq=False)
class Inclusion:
    """Distribution of the total LR if the person is the one looked for.

    Attributes:
        markers: names.
        mean_lr: expected LR of each marker, exact (``None`` where only simulated).
        mean_log10: expected log10 LR in all (exact for a missing person), over finite values.
        sd_log10: its standard deviation.
        log10_lr: simulated totals, (draws,); ``-inf`` is LR 0.
    """

    markers: tuple[str, ...]
    mean_lr: tuple[float, ...] | None
    mean_log10: float
    sd_log10: float
    log10_lr: Floats

    def power(self, threshold: float) -> float:
        """Share of the simulated LR that reach ``threshold``."""
        return float(np.mean(self.log10_lr >= np.log10(threshold)))

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Quantiles of the simulated log10 LR."""
        return np.quantile(self.log10_lr, levels, method="nearest")

    @property
    def zero(self) -> float:
        """Share of the simulated LR that are 0."""
        return float(np.mean(np.isneginf(self.log10_lr)))

    @property
    def simulated_mean_lr(self) -> float:
        return float(np.mean(10.0**self.log10_lr))

    @property
    def standard_error(self) -> float:
        """Monte Carlo standard error of the mean of the simulated finite log10 LR."""
        return _standard_error(self.log10_lr[np.isfinite(self.log10_lr)])


def inclusion_power(
    pedigree: Pedigree,
    missing: str,
    references: Mapping[str, Mapping[str, Any]],
    loci: Sequence[Locus],
    *,
    draws: int,
    rng: np.random.Generator,
    theta: float = 0.0,
) -> Inclusion:
    """LR of the true missing person against an unrelated one, given the references."""
    tables = build_tables(pedigree, missing, [references], loci, theta=theta)
    _check_possible(tables)
    total, means, mean, variance = np.zeros(draws), [], 0.0, 0.0
    for value, prior in zip(tables.values, tables.log_prior):
        share, log_lr = (table[:, 0] for table in _true_distribution(value, prior))
        means.append(float(share @ np.exp(log_lr)))
        first, second = float(share @ log_lr), float(share @ log_lr**2)
        mean, variance = mean + first, variance + second - first**2
        total += log_lr[rng.choice(len(share), size=draws, p=share / share.sum())]
    return Inclusion(
        tuple(locus.name for locus in loci),
        tuple(means),
        mean / LN10,
        float(np.sqrt(max(variance, 0.0))) / LN10,
        total / LN10,
    )


def _true_distribution(value: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """P(g | R) for the true missing person, and log LR: (genotypes, families), both 0 where the
    genotype is impossible."""
    possible = np.isfinite(value) & np.isfinite(prior)
    return np.where(possible, np.exp(value + prior), 0.0), np.where(possible, value, 0.0)


def ratio_power(
    numerator: Pedigree,
    denominator: Pedigree,
    truth: Pedigree,
    wanted: Sequence[str],
    loci: Sequence[Locus],
    *,
    draws: int,
    rng: np.random.Generator,
    theta: float = 0.0,
) -> Inclusion:
    """LR of two pedigrees for simulated profiles of ``wanted`` drawn from ``truth``."""
    total = np.zeros(draws)
    for locus in loci:
        drawn = sample_genotypes(truth, locus, wanted, draws, rng, theta=theta)
        over = log_likelihoods_indexed(numerator, locus, drawn, theta=theta)
        under = log_likelihoods_indexed(denominator, locus, drawn, theta=theta)
        with np.errstate(invalid="ignore"):
            total += over - under
    log10 = total / LN10
    finite = log10[np.isfinite(log10)]
    mean = float(finite.mean()) if len(finite) else float("nan")
    sd = float(finite.std(ddof=1)) if len(finite) > 1 else 0.0
    return Inclusion(tuple(locus.name for locus in loci), None, mean, sd, log10)


@dataclass(frozen=True)
class Suggestion:
    """What a sample of ``person`` would bring.

    Attributes:
        mean_log10: expected log10 LR of the true missing person with that sample.
        gain: over the family as typed.
        standard_error: Monte Carlo error of ``mean_log10``.
    """

    person: str
    mean_log10: float
    gain: float
    standard_error: float


def whom_to_ask(
    pedigree: Pedigree,
    missing: str,
    references: Mapping[str, Mapping[str, Any]],
    loci: Sequence[Locus],
    candidates: Sequence[str],
    *,
    draws: int,
    rng: np.random.Generator,
    theta: float = 0.0,
) -> list[Suggestion]:
    """Candidates in the order in which their sample would help, best first.

    For each, ``draws`` genotypes are drawn given the references; the expected log10 LR of the
    missing person with that further sample is then an exact sum at each draw.
    """
    now = inclusion_power(
        pedigree, missing, references, loci, draws=1, rng=rng, theta=theta
    ).mean_log10
    found = []
    for person in candidates:
        if person == missing or person in references:
            raise UserError(f"{person!r} is missing or typed already; ask somebody else")
        means = np.zeros(draws)
        for locus in loci:
            means += _expected(pedigree, missing, references, locus, person, draws, rng, theta)
        found.append(_suggestion(person, means, now))
    return sorted(found, key=_best_first)


def _suggestion(person: str, means: Floats, now: float) -> Suggestion:
    mean = float(means.mean())
    return Suggestion(person, mean, mean - now, _standard_error(means))


def _best_first(one: Suggestion) -> tuple[float, str]:
    return -one.mean_log10, one.person


def _standard_error(draws: Floats) -> float:
    """Of the mean of independent draws; 0 where one draw cannot tell."""
    return float(draws.std(ddof=1) / np.sqrt(len(draws))) if len(draws) > 1 else 0.0


def _expected(
    pedigree: Pedigree,
    missing: str,
    references: Mapping[str, Mapping[str, Any]],
    locus: Locus,
    person: str,
    draws: int,
    rng: np.random.Generator,
    theta: float,
) -> Floats:
    """Expected log10 LR at one locus for each drawn genotype of ``person``."""
    known = {n: m[locus.name] for n, m in references.items() if locus.name in m}
    drawn = sample_genotypes(pedigree, locus, [person], draws, rng, known=known, theta=theta)[
        person
    ]
    code = drawn[0] if len(drawn) == 1 else genotype_index(drawn[0], drawn[1])
    _, first, back = np.unique(code, return_index=True, return_inverse=True)
    families = [
        {
            **{n: {locus.name: v} for n, v in known.items()},
            person: {locus.name: tuple(locus.alleles[a] for a in drawn[:, k])},
        }
        for k in first
    ]
    tables = build_tables(pedigree, missing, families, [locus], theta=theta)
    return _expected_of_tables(tables)[back]


def expected_gains(
    pedigree: Pedigree,
    missing: str,
    typed: Sequence[str],
    candidates: Sequence[str],
    loci: Sequence[Locus],
    *,
    draws: int,
    rng: np.random.Generator,
    theta: float = 0.0,
) -> tuple[float, list[Suggestion]]:
    """As :func:`whom_to_ask`, without looking at any genotype: what samples of ``typed`` bring
    in a family of this shape, and what one more of each candidate would.

    Genotypes of all of them are drawn ``draws`` times from the pedigree; the same draws serve
    every candidate, so that differences between candidates have little noise. Returns the
    expected log10 LR of the true missing person with ``typed``, and the candidates, best first.
    """
    for person in {*typed, *candidates} & {missing}:
        raise UserError(f"{person!r} is missing and cannot give a sample; ask somebody else")
    together = list(dict.fromkeys([*typed, *candidates]))
    sets = [tuple(typed), *((*typed, person) for person in candidates)]
    totals = np.zeros((len(sets), draws))
    for locus in loci:
        drawn = sample_genotypes(pedigree, locus, together, draws, rng, theta=theta)
        for number, names in enumerate(sets):
            known = {name: drawn[name][None] for name in names}
            tables = build_tables_indexed(pedigree, missing, known, [locus], theta=theta)
            totals[number] += _expected_of_tables(tables)
    now = float(totals[0].mean())
    found = [_suggestion(person, row, now) for person, row in zip(candidates, totals[1:])]
    return now, sorted(found, key=_best_first)


def _expected_of_tables(tables: Tables) -> Floats:
    """Expected log10 LR of the true missing person at the one marker, for each family."""
    share, log_lr = _true_distribution(tables.values[0], tables.log_prior[0])
    result: Floats = (share * log_lr).sum(axis=0) / LN10
    return result


@dataclass(frozen=True)
class Expectation:
    """The LR of the true missing person in families of one shape, whatever their genotypes are.

    Attributes:
        person: whose sample is added; "" for the family as it is.
        mean_log10: expected log10 LR.
        reach: chance that the LR reaches what is required.
        standard_error: Monte Carlo error of ``mean_log10``.
    """

    person: str
    mean_log10: float
    reach: float
    standard_error: float


def expected_ratios(
    pedigree: Pedigree,
    missing: str,
    typed: Sequence[str],
    candidates: Sequence[str],
    loci: Sequence[Locus],
    *,
    required: float,
    draws: int,
    rng: np.random.Generator,
    rival: str | None = None,
) -> list[Expectation]:
    """What the family can show now (first), and with a sample of each candidate, best first.

    The LR is that of the missing person against somebody unrelated, or against ``rival``, another
    missing person of the family. ``required`` is the LR to be reached. Families of one shape
    share the answer, so that it can be kept. Drawn with the same genotypes for all candidates,
    which makes their differences sharper than each by itself.
    """
    options = ("", *candidates)
    total = {option: np.zeros(draws) for option in options}
    for locus in loci:
        drawn = drop_genotypes(pedigree, locus, draws, rng)
        own = drawn[missing]
        for option in options:
            known = {n: drawn[n] for n in (*typed, option) if n}
            total[option] += _log_ratio(pedigree, locus, known, missing, own, rival)
    level = np.log(required)
    found = [
        Expectation(
            option,
            float(values.mean()) / LN10,
            float(np.mean(values >= level)),
            _standard_error(values) / LN10,
        )
        for option, values in total.items()
    ]
    return [found[0], *sorted(found[1:], key=lambda e: (-e.reach, -e.mean_log10, e.person))]


def _log_ratio(
    pedigree: Pedigree,
    locus: Locus,
    known: Mapping[str, npt.NDArray[np.intp]],
    missing: str,
    own: npt.NDArray[np.intp],
    rival: str | None,
) -> Floats:
    """Log LR of each draw at one locus; ``rival`` None is somebody unrelated."""
    top = log_likelihoods_indexed(pedigree, locus, {**known, missing: own})
    if rival is not None:
        other = log_likelihoods_indexed(pedigree, locus, {**known, rival: own})
        return np.minimum(top - other, CERTAIN)
    p = locus.frequencies
    alone = np.log(p[own]).sum(axis=0)
    if len(own) == 2:
        alone += np.where(own[0] == own[1], 0.0, np.log(2.0))
    result: Floats = top - alone
    return result - log_likelihoods_indexed(pedigree, locus, known) if known else result
