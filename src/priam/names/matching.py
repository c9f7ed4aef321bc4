"""Two lists in, proposals out: the whole of ``priam names match`` without files.

A link is a proposal to people. Nothing is merged: both rows stay as they were received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from priam.names.comparisons import FIELDS
from priam.names.estimation import Fit, fit
from priam.names.linkage import Candidates, Options, compare, with_pairs
from priam.names.parts import learn_habits
from priam.names.reading import NameList
from priam.names.records import records

__all__ = [
    "FIELD_WORDS",
    "Match",
    "Proposal",
    "best_assignment",
    "explain",
    "match_lists",
    "proposals",
]


@dataclass(frozen=True)
class Proposal:
    """One pair of rows, how probable it is and why.

    ``band``: ``strong`` (0.9 or more), ``weak`` (from the threshold), ``possible`` (below, or a
    rival of a match); ``decided`` where a person said so. ``fields``: for each compared field its
    level in words and its weight as log10 of the likelihood ratio. ``decided`` is what a person
    answered (same, different, unsure), or empty.
    """

    left: int
    right: int
    probability: float
    weight: float
    band: str
    fields: tuple[dict[str, Any], ...]
    decided: str = ""


@dataclass(frozen=True)
class Match:
    """Compared pairs, the fitted model and which pairs are proposed (positions in the pairs)."""

    left: NameList
    right: NameList
    pairs: Candidates
    fit: Fit
    proposed: NDArray[np.int64]
    possible: NDArray[np.int64]
    threshold: float
    decided: Mapping[int, str] = field(default_factory=dict)


def match_lists(
    left: NameList,
    right: NameList,
    *,
    one_to_one: bool = True,
    threshold: float = 0.5,
    floor: float = 0.05,
    options: Options | None = None,
    decisions: Mapping[tuple[str, str], str] | None = None,
    api: Any = None,
    step: Callable[[str], None] = lambda _: None,
) -> Match:
    """Compare two lists and propose pairs.

    ``decisions`` are answers of people by the ids of a pair (:mod:`priam.names.review`): ``same``
    is proposed, ``different`` is not, ``unsure`` stays possible; the model learns from them.
    ``step`` is told what begins: ``folding``, ``comparing``, ``learning``, ``assigning``.

    With ``one_to_one`` each row is proposed once at most, by the assignment with the most
    expected true links; otherwise every pair at ``threshold`` or above is proposed. Pairs from
    ``floor`` up that are not proposed are possible.
    """
    step("folding")
    habits = learn_habits([left, right])
    tables = (records(left, habits), records(right, habits))
    step("comparing")
    pairs = compare(*tables, options or Options(), api=api)
    step("learning")
    pairs, decided = _with_decisions(pairs, left, right, decisions or {})
    same, different = (_answered(decided, answer) for answer in ("same", "different"))
    model = fit(pairs, one_to_one=one_to_one, known=(same, different))
    step("assigning")
    chosen = model.probability >= threshold
    chosen[_answered(decided, "unsure")] = False
    if one_to_one:
        chosen &= best_assignment(pairs.left, pairs.right, model.probability, floor)
    possible = ~chosen & (model.probability >= floor)
    proposed = np.flatnonzero(chosen)
    return Match(left, right, pairs, model, proposed, np.flatnonzero(possible), threshold, decided)


def _answered(decided: Mapping[int, str], answer: str) -> NDArray[np.int64]:
    """Positions of the pairs that got this answer."""
    return np.array([at for at, value in decided.items() if value == answer], dtype=np.int64)


def _with_decisions(
    pairs: Candidates, left: NameList, right: NameList, decisions: Mapping[tuple[str, str], str]
) -> tuple[Candidates, dict[int, str]]:
    """The pairs with those that were decided but not compared, and position -> answer."""
    if not decisions:
        return pairs, {}
    rows = [{person.id: row for row, person in enumerate(names.persons)} for names in (left, right)]
    wanted = {(rows[0][a], rows[1][b]): answer for (a, b), answer in decisions.items()}
    at = {
        key: n for n, key in enumerate(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    }
    pairs = with_pairs(pairs, [key for key in wanted if key not in at])
    at = {
        key: n for n, key in enumerate(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    }
    return pairs, {at[key]: answer for key, answer in wanted.items()}


def best_assignment(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    probability: NDArray[np.float64],
    floor: float,
) -> NDArray[np.bool_]:
    """Which pairs belong to the one-to-one assignment with the largest sum of probabilities.

    Solved exactly (Hungarian method of SciPy) in each connected component of the pairs at
    ``floor`` or above.
    """
    chosen = np.zeros(len(left), dtype=bool)
    for edges in _components(left, right, np.flatnonzero(probability >= floor)):
        rows, row = np.unique(left[edges], return_inverse=True)
        columns, column = np.unique(right[edges], return_inverse=True)
        gain = np.zeros((len(rows), len(columns)))
        gain[row, column] = probability[edges]
        taken = np.zeros_like(gain, dtype=bool)
        taken[linear_sum_assignment(gain, maximize=True)] = True
        chosen[edges] = taken[row, column]
    return chosen


def _components(
    left: NDArray[np.int64], right: NDArray[np.int64], edges: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    if not len(edges):
        return
    offset = int(left.max()) + 1
    size = offset + int(right.max()) + 1
    ones = np.ones(len(edges))
    graph = coo_array((ones, (left[edges], right[edges] + offset)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label[left[edges]], kind="stable")
    breaks = np.flatnonzero(np.diff(label[left[edges]][order])) + 1
    yield from np.split(edges[order], breaks)


def proposals(match: Match, which: NDArray[np.int64]) -> Iterator[Proposal]:
    """The proposals at the given positions, likeliest first."""
    chosen = set(match.proposed.tolist())
    for index in which[np.argsort(-match.fit.probability[which], kind="stable")]:
        probability = float(match.fit.probability[index])
        band = "possible"
        if int(index) in chosen:
            band = "strong" if probability >= 0.9 else "weak"
        fields = tuple(_fields(match, int(index)))
        weight = sum(item["weight"] for item in fields)
        left, right = int(match.pairs.left[index]), int(match.pairs.right[index])
        decided = match.decided.get(int(index), "")
        band = "decided" if decided == "same" else band
        yield Proposal(left, right, probability, round(weight, 3), band, fields, decided)


def _fields(match: Match, index: int) -> Iterator[dict[str, Any]]:
    for item in FIELDS:
        if item.name not in match.pairs.levels:
            continue
        level = int(match.pairs.levels[item.name][index])
        words = "not known in one of the lists" if level < 0 else item.levels[level].label
        weight = float(match.fit.weights[item.name][index]) / np.log(10)
        yield {"field": item.name, "level": words, "weight": round(float(weight), 3)}
    together = round(float(match.fit.together[index]) / np.log(10), 3)
    if abs(together) >= 0.001:
        words = "errors that come together" if together > 0 else "no errors elsewhere"
        yield {"field": "together", "level": words, "weight": together}


#: Names of the compared fields in plain words.
FIELD_WORDS = {
    "together": "the row as a whole",
    "surname": "surname",
    "given": "given name",
    "patronymic": "patronymic",
    "birth_date": "date of birth",
    "place_unit_death": "place, unit and death",
    "tag": "tag",
}


def explain(proposal: Proposal) -> str:
    """What speaks for and against, in plain words, the strongest first."""
    known = [item for item in proposal.fields if not item["level"].startswith("not known")]
    known.sort(key=lambda item: -abs(item["weight"]))

    def side(items: list[dict[str, Any]]) -> str:
        return ", ".join(f"{FIELD_WORDS[item['field']]} ({item['level']})" for item in items)

    for_it = side([item for item in known if item["weight"] > 0]) or "nothing"
    against = side([item for item in known if item["weight"] <= 0]) or "nothing"
    missing = [FIELD_WORDS[item["field"]] for item in proposal.fields if item not in known]
    text = f"for: {for_it}; against: {against}"
    return text + (f"; not known: {', '.join(missing)}" if missing else "")
