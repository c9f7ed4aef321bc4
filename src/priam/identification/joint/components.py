"""Split the joint question into parts that do not touch each other."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from priam.identification.joint.model import JointModel

__all__ = ["components"]


def components(model: JointModel) -> list[tuple[tuple[int, ...], JointModel]]:
    """Connected parts as ``(claim indices, model)``; families and individuals are the nodes."""
    if not model.claims:
        return []
    families = {family: k for k, family in enumerate(model.by_family)}
    pairs = [
        (families[claim.family], len(families) + individual)
        for claim in model.claims
        for individual in claim.individuals
    ]
    rows, cols = np.array(pairs).T
    size = len(families) + model.individuals
    graph = coo_array((np.ones(len(rows)), (rows, cols)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    parts: dict[int, list[int]] = {}
    for index, claim in enumerate(model.claims):
        parts.setdefault(int(label[families[claim.family]]), []).append(index)
    return [(tuple(part), model.keep(part)) for part in parts.values()]
