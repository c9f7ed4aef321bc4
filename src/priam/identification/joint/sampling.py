"""Sampling where a component is too wide to sum exactly, with the error it has.

A Gibbs sampler over pairs of families: two families that share an individual choose their claims
together, given all the others, so that exchanges happen in one step. Several chains start from
different assignments. Each probability comes with its Monte Carlo standard error (from the
effective sample size over chains) and the split R-hat of Vehtari et al. 2021
(doi:10.1214/20-BA1221); R-hat above 1.01 is reported as not converged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from priam.identification.joint.model import JointModel
from priam.kernels.matching import sample_claims

__all__ = ["Sampled", "sample"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sampled:
    """Claim probabilities with their standard errors, the worst R-hat, the smallest ESS."""

    probability: Floats
    error: Floats
    rhat: float
    effective: float


def sample(
    model: JointModel,
    rng: np.random.Generator,
    *,
    chains: int = 4,
    batches: int = 200,
    sweeps: int = 50,
    burn_in: int = 500,
) -> Sampled:
    """Run ``chains`` chains of ``batches`` batches of ``sweeps`` sweeps each.

    A sweep visits every family once, and every pair of families that shares an individual once
    on average. Batch means stand for draws when R-hat and the effective size are computed.
    """
    arrays: Any = _arrays(model)
    means = np.stack(
        [
            _chain(arrays, int(rng.integers(2**31 - 1)), k % 2, burn_in, batches, sweeps)
            for k in range(chains)
        ]
    )
    probability: Floats = means.mean(axis=(0, 1))
    rhat, effective, error = _diagnose(means)
    return Sampled(probability, error, rhat, effective)


def _chain(
    arrays: dict[str, Any], seed: int, fill: int, burn_in: int, batches: int, sweeps: int
) -> Floats:
    order = ("start", "order", "weight", "member_start", "members", "near_start", "near")
    parts = [arrays[name] for name in order]
    everyone = arrays["individuals"]
    (a, b, c, d, e, f, g) = parts
    return sample_claims(a, b, c, d, e, f, g, everyone, seed, fill, burn_in, batches, sweeps)


def _arrays(model: JointModel) -> dict[str, Any]:
    """Claims sorted by family as compressed rows, and the neighbours of each family."""
    families = list(model.by_family)
    number = {family: k for k, family in enumerate(families)}
    start = np.zeros(len(families) + 1, dtype=np.int64)
    order: list[int] = []
    for k, family in enumerate(families):
        order += model.by_family[family]
        start[k + 1] = len(order)
    member_start = np.zeros(len(order) + 1, dtype=np.int64)
    members: list[int] = []
    for k, claim in enumerate(order):
        members += model.claims[claim].individuals
        member_start[k + 1] = len(members)
    near = [
        sorted(
            {
                number[model.claims[c].family]
                for v in _individuals(model, f)
                for c in model.by_individual[v]
            }
            - {number[f]}
        )
        for f in families
    ]
    near_start = np.concatenate([[0], np.cumsum([len(n) for n in near])]).astype(np.int64)
    return {
        "start": start,
        "order": np.array(order, dtype=np.int64),
        "weight": model.log_weights[order],
        "member_start": member_start,
        "members": np.array(members, dtype=np.int64),
        "near_start": near_start,
        "near": np.array([k for n in near for k in n], dtype=np.int64),
        "individuals": np.array([model.individuals], dtype=np.int64),
    }


def _individuals(model: JointModel, family: int) -> set[int]:
    return {v for c in model.by_family[family] for v in model.claims[c].individuals}


def _diagnose(means: Floats) -> tuple[float, float, Floats]:
    """Split R-hat, effective number of batches and standard error, over all claims."""
    chains, batches, _ = means.shape
    half = batches // 2
    parts = np.concatenate([means[:, :half], means[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=1).var(axis=0, ddof=1)
    total = (half - 1) / half * within + between / half
    moving = total > 1e-16
    ratio = np.sqrt(total[moving] / np.maximum(within[moving], 1e-300))
    variance = np.maximum(total, between)
    effective = np.full(means.shape[2], float(chains * batches))
    busy = moving & (between > 0)
    effective[busy] = np.minimum(chains * batches, 2 * chains * half * total[busy] / between[busy])
    error: Floats = np.sqrt(variance / (chains * batches))
    # A claim that never changed state still has an error: the rule of three.
    error = np.maximum(error, np.where(moving, 0.0, 3.0 / (chains * batches)))
    worst = float(ratio.max()) if ratio.size else 1.0
    return worst, float(effective[moving].min()) if moving.any() else float(chains * batches), error
